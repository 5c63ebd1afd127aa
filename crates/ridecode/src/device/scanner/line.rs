//! Scanners at the end of a wire: a serial line, or a keyboard that types.
//!
//! A device that is pulled out is looked for until it is back. The wire is read on a thread of its
//! own; the codes it gives go the same way as all others.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use evdev::raw_stream::RawDevice;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::termios::{OptionalActions, isatty, tcgetattr, tcsetattr};

use super::frame::{Framer, Framing};
use super::keys::Keys;
use crate::device::input::{Input, Inputs, Scanned};

/// A wire and what is at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wire {
    /// The device file.
    pub path: PathBuf,
    /// What comes through it.
    pub kind: WireKind,
}

/// What comes through a wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WireKind {
    /// Bytes.
    Serial {
        /// Bits a second.
        baud: u32,
        /// Where a code ends.
        framing: Framing,
        /// The pause that ends a code or gives up on one, in milliseconds.
        pause_ms: u32,
    },
    /// Key events of a keyboard.
    Keyboard,
    /// The passage sensor: each line is somebody who passes.
    Sensor,
}

/// Takes bytes apart, whatever they are.
#[derive(Debug)]
enum Parts {
    Framed(Framer),
    Typed(Keys),
    Passages,
}

impl Wire {
    /// Reads the wire for as long as anyone takes what comes, and looks for it when it is gone.
    pub fn read(&self, inputs: &Inputs) {
        let scanner = self.path.display().to_string();
        let mut is_gone = false;
        loop {
            let read = self.open().and_then(|mut file| {
                if is_gone {
                    is_gone = false;
                    let scanner = scanner.clone();
                    inputs.send(Input::ScannerBack { scanner });
                }
                self.read_open(&mut file, inputs)
            });
            let Err(fault) = read else { return };
            if !is_gone {
                is_gone = true;
                let scanner = scanner.clone();
                if !inputs.send(Input::ScannerGone { scanner, fault }) {
                    return;
                }
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn open(&self) -> anyhow::Result<File> {
        let shown = self.path.display();
        let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
        let file = File::options()
            .read(true)
            .custom_flags(i32::try_from(flags.bits()).expect("flags are few bits"))
            .open(&self.path)
            .with_context(|| format!("{shown} cannot be opened"))?;
        if let WireKind::Serial { baud, .. } = self.kind
            && isatty(&file)
        {
            let mut terms = tcgetattr(&file)?;
            terms.make_raw();
            terms
                .set_speed(baud)
                .with_context(|| format!("{shown} does not run at {baud} baud"))?;
            tcsetattr(&file, OptionalActions::Now, &terms)?;
        }
        if self.kind == WireKind::Keyboard {
            take_alone(&file).with_context(|| format!("{shown} cannot be read alone"))?;
        }
        Ok(file)
    }

    /// Reads until nobody takes the codes (`Ok`) or the wire is gone (`Err`).
    fn read_open(&self, file: &mut File, inputs: &Inputs) -> anyhow::Result<()> {
        let mut parts = Parts::of(self.kind);
        let mut buffer = [0; 4_096];
        loop {
            let patience = parts.is_inside().then(|| self.pause());
            if !wait(file, patience)? {
                if !parts.pause().is_none_or(|code| send(inputs, code)) {
                    return Ok(());
                }
                continue;
            }
            let length = match file.read(&mut buffer) {
                Ok(0) => return Err(anyhow!("{} was pulled out", self.path.display())),
                Ok(length) => length,
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => continue,
                Err(fault) => return Err(fault).context("the scanner cannot be read"),
            };
            for input in parts.push(&buffer[..length]) {
                if !inputs.send(input) {
                    return Ok(());
                }
            }
        }
    }

    fn pause(&self) -> Duration {
        match self.kind {
            WireKind::Serial { pause_ms, .. } => Duration::from_millis(pause_ms.into()),
            WireKind::Keyboard | WireKind::Sensor => KEYBOARD_PAUSE,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Parts {
    fn of(kind: WireKind) -> Self {
        match kind {
            WireKind::Serial { framing, .. } => Self::Framed(Framer::new(framing)),
            WireKind::Keyboard => Self::Typed(Keys::default()),
            WireKind::Sensor => Self::Passages,
        }
    }

    fn push(&mut self, bytes: &[u8]) -> Vec<Input> {
        let codes = match self {
            Self::Framed(framer) => framer.push(bytes),
            Self::Typed(keys) => keys.push(bytes),
            Self::Passages => {
                let lines = bytes.iter().filter(|byte| **byte == b'\n');
                return lines.map(|_| Input::Passage).collect();
            }
        };
        codes
            .into_iter()
            .map(|code| Input::Code(Scanned::now(code)))
            .collect()
    }

    fn pause(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Framed(framer) => framer.pause(),
            Self::Typed(keys) => keys.pause(),
            Self::Passages => None,
        }
    }

    fn is_inside(&self) -> bool {
        match self {
            Self::Framed(framer) => framer.is_inside(),
            Self::Typed(keys) => keys.is_inside(),
            Self::Passages => false,
        }
    }
}

fn send(inputs: &Inputs, code: Vec<u8>) -> bool {
    inputs.send(Input::Code(Scanned::now(code)))
}

/// Takes a keyboard away from everybody else for as long as the file is open: what it types would
/// land in whatever login the machine has, too. A named pipe that stands for one has no other reader.
fn take_alone(file: &File) -> anyhow::Result<()> {
    if !file.metadata()?.file_type().is_char_device() {
        return Ok(());
    }
    let keyboard = RawDevice::from_fd(file.try_clone()?.into());
    let mut keyboard = keyboard.context("it is no keyboard; name one of /dev/input/by-id")?;
    keyboard
        .grab()
        .context("another program holds it; stop that program")
}

/// Waits for bytes. `false` if none came in time.
fn wait(file: &File, patience: Option<Duration>) -> anyhow::Result<bool> {
    let patience = patience.map(|patience| Timespec {
        tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: patience.subsec_nanos().into(),
    });
    let mut fds = [PollFd::new(file, PollFlags::IN)];
    match poll(&mut fds, patience.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(fault) => Err(fault).context("the scanner cannot be waited for"),
    }
}

const LOOK_AGAIN: Duration = Duration::from_secs(1);
const KEYBOARD_PAUSE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests;
