//! Where codes come from, as it is written.

use std::path::PathBuf;

use anyhow::{anyhow, bail, ensure};

use crate::device::scanner::{Framing, Wire, WireKind};

/// Where codes come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// Lines on the standard input.
    Lines,
    /// Pictures that appear in a folder.
    Pictures(PathBuf),
    /// A serial line, or a keyboard that types.
    Wire(Wire),
    /// The local page alone.
    Http,
}

impl Source {
    /// Reads one source.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let path = rest.split(',').next().unwrap_or_default();
        match (kind, path) {
            ("stdin", "") => Ok(Self::Lines),
            ("http", "") => Ok(Self::Http),
            ("image", path) if !path.is_empty() => Ok(Self::Pictures(rest.into())),
            ("keyboard", path) if !path.is_empty() => Ok(Self::Wire(Wire {
                path: rest.into(),
                kind: WireKind::Keyboard,
            })),
            ("serial", path) if !path.is_empty() => Ok(Self::Wire(Wire {
                path: path.into(),
                kind: read_serial(rest.split(',').skip(1))?,
            })),
            _ => bail!("scanner `{text}`: write {KINDS}"),
        }
    }
}

fn read_serial<'a>(options: impl Iterator<Item = &'a str>) -> anyhow::Result<WireKind> {
    let (mut baud, mut framing, mut pause_ms) = (115_200, Framing::Lines, None);
    for option in options {
        let number = |value: &str| {
            let number = value.parse::<u32>();
            number.map_err(|_| anyhow!("scanner: `{option}`: write a whole number"))
        };
        match option.split_once('=') {
            Some(("baud", value)) => baud = number(value)?,
            Some(("pause_ms", value)) => pause_ms = Some(number(value)?),
            Some(("frame", "lines")) => framing = Framing::Lines,
            Some(("frame", "pause")) => framing = Framing::Pause,
            Some(("frame", "length")) => framing = Framing::Length,
            _ => bail!(
                "scanner: `{option}`: write baud=115200, frame=lines, frame=pause, frame=length \
                 or pause_ms=30"
            ),
        }
    }
    let pause_ms = pause_ms.unwrap_or(match framing {
        Framing::Pause => 30,
        Framing::Lines | Framing::Length => 500,
    });
    ensure!(
        (5..=5_000).contains(&pause_ms),
        "scanner: pause_ms: write a number from 5 to 5000"
    );
    ensure!(
        (1_200..=4_000_000).contains(&baud),
        "scanner: baud: write a number from 1200 to 4000000"
    );
    Ok(WireKind::Serial {
        baud,
        framing,
        pause_ms,
    })
}

const KINDS: &str = "stdin, image:FOLDER, serial:DEVICE,baud=115200,frame=lines, keyboard:DEVICE or \
     http";
