//! Where codes come from: lines on the standard input, pictures that appear in a folder, wires.

mod frame;
mod keys;
mod line;

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use ridecode_codec::INPUT_LENGTH_MAX;

use super::input::{Input, Inputs, Scanned};
use crate::code::picture;

pub use frame::{Framer, Framing};
pub use keys::Keys;
pub use line::{Wire, WireKind};

/// What a scanner saw.
#[derive(Debug)]
pub enum Seen {
    /// A code, as bytes.
    Code(Vec<u8>),
    /// A picture without one, and why.
    NoCode(anyhow::Error),
}

/// A source of codes.
pub trait Scanner {
    /// Waits for the next one. `None` at the end.
    fn next(&mut self) -> anyhow::Result<Option<Seen>>;
}

/// Gives everything a scanner sees to whoever takes it, and says when there is nothing more.
pub fn feed(mut scanner: impl Scanner, inputs: &Inputs) {
    loop {
        let input = match scanner.next() {
            Ok(Some(Seen::Code(code))) => Input::Code(Scanned::now(code)),
            Ok(Some(Seen::NoCode(fault))) => Input::NoCode(fault),
            Ok(None) => break,
            Err(fault) => {
                tracing::error!("{fault:#}");
                break;
            }
        };
        if !inputs.send(input) {
            return;
        }
    }
    inputs.send(Input::Ended);
}

/// One code a line: text codes as they are, binary codes in hex.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
}

impl<R: BufRead> Lines<R> {
    /// Reads lines from an input.
    pub fn new(input: R) -> Self {
        Self { input }
    }
}

impl<R: BufRead> Scanner for Lines<R> {
    fn next(&mut self) -> anyhow::Result<Option<Seen>> {
        loop {
            match read_line(&mut self.input).context("the standard input cannot be read")? {
                Some(line) if line.is_empty() => {}
                Some(line) => return Ok(Some(Seen::Code(code_of_line(line)))),
                None => return Ok(None),
            }
        }
    }
}

/// A line without its end. Of an endless one only the beginning is kept, which is enough to show
/// that it is too long.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut any = false;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(any.then(|| without_return(line)));
        }
        any = true;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        let room = LINE_LENGTH_MAX.saturating_sub(line.len());
        line.extend_from_slice(&part[..part.len().min(room)]);
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(Some(without_return(line)));
        }
    }
}

fn without_return(mut line: Vec<u8>) -> Vec<u8> {
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    line
}

/// A line of hex digits is a binary code if it is longer than any text code of digits: the
/// shortest binary code has 84 bytes, the longest payment code 24 digits.
fn code_of_line(line: Vec<u8>) -> Vec<u8> {
    if line.len() < HEX_LENGTH_MIN {
        return line;
    }
    hex::decode(&line).unwrap_or(line)
}

/// Pictures that appear in a folder, each read once. Those that are there at the start are taken
/// for seen.
#[derive(Debug)]
pub struct Pictures {
    folder: PathBuf,
    seen: BTreeMap<PathBuf, Look>,
    waiting: Vec<PathBuf>,
    stop: Receiver<()>,
}

/// The code in a PNG file.
pub fn read_picture(path: &Path) -> anyhow::Result<Vec<u8>> {
    let read = || {
        let length = std::fs::metadata(path)?.len();
        anyhow::ensure!(
            length <= picture::FILE_LENGTH_MAX,
            "it is longer than {} bytes",
            picture::FILE_LENGTH_MAX
        );
        picture::scan(&std::fs::read(path)?)
    };
    read().with_context(|| format!("the picture {}", path.display()))
}

/// What a file looked like. It is read when it looks the same twice: then it is written whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Look {
    length: u64,
    modified: SystemTime,
    read: bool,
}

impl Pictures {
    /// Watches a folder until `stop` hears something or its sender is gone.
    pub fn watch(folder: &Path, stop: Receiver<()>) -> anyhow::Result<Self> {
        let mut pictures = Self {
            folder: folder.to_owned(),
            seen: BTreeMap::new(),
            waiting: Vec::new(),
            stop,
        };
        pictures.look()?;
        for look in pictures.seen.values_mut() {
            look.read = true;
        }
        Ok(pictures)
    }

    /// Looks at the folder once and puts what is ready in line.
    fn look(&mut self) -> anyhow::Result<()> {
        let before = std::mem::take(&mut self.seen);
        let shown = self.folder.display();
        let cannot = || format!("the folder {shown} cannot be read; check --scanner image:FOLDER");
        for file in std::fs::read_dir(&self.folder).with_context(cannot)? {
            let path = file.with_context(cannot)?.path();
            let is_png = path
                .extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("png"));
            // A file that is gone again is none.
            let Some(metadata) = is_png.then(|| std::fs::metadata(&path).ok()).flatten() else {
                continue;
            };
            let mut look = Look {
                length: metadata.len(),
                modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                read: false,
            };
            if let Some(earlier) = before.get(&path) {
                let unchanged = (earlier.length, earlier.modified) == (look.length, look.modified);
                look.read = unchanged;
                if unchanged && !earlier.read {
                    self.waiting.push(path.clone());
                }
            }
            self.seen.insert(path, look);
        }
        self.waiting.sort_by(|a, b| b.cmp(a));
        Ok(())
    }
}

impl Scanner for Pictures {
    fn next(&mut self) -> anyhow::Result<Option<Seen>> {
        loop {
            if let Some(path) = self.waiting.pop() {
                let seen = read_picture(&path).map_or_else(Seen::NoCode, Seen::Code);
                return Ok(Some(seen));
            }
            match self.stop.recv_timeout(LOOK_EVERY) {
                Err(RecvTimeoutError::Timeout) => self.look()?,
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }
}

const HEX_LENGTH_MIN: usize = 2 * 84;
const LINE_LENGTH_MAX: usize = 2 * (INPUT_LENGTH_MAX + 1);
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_codes_as_text_or_hex() {
        let check = |input: &[u8], expected: &[&[u8]]| {
            let mut lines = Lines::new(input);
            let mut found = Vec::new();
            while let Some(Seen::Code(code)) = lines.next().unwrap() {
                found.push(code);
            }
            assert_eq!(found, expected);
        };
        check(b"", &[]);
        check(b"\n\r\n", &[]);
        check(b"R1:ABC\r\nTX12\nlast", &[b"R1:ABC", b"TX12", b"last"]);
        check(b"6212345678901234567890\n", &[b"6212345678901234567890"]);
        check("80".repeat(84).as_bytes(), &[&[0x80; 84]]);
        let odd = [b'8'; 169];
        check(&odd, &[&odd]);
        let endless = vec![b'R'; 1 << 20];
        check(&endless, &[&[b'R'; LINE_LENGTH_MAX]]);
        check(&[0xff, b'\n', 0x80, b'\n'], &[&[0xff], &[0x80]]);
    }

    #[test]
    fn a_picture_is_read_once_it_is_whole_and_only_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        };
        write("old.png", b"");
        let (_keep, stop) = std::sync::mpsc::channel();
        let mut pictures = Pictures::watch(folder.path(), stop).unwrap();
        let mut check = |expected: &[&str]| {
            pictures.look().unwrap();
            let names = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
            let mut found: Vec<String> = pictures.waiting.iter().map(names).collect();
            found.reverse();
            pictures.waiting.clear();
            assert_eq!(found, expected);
        };
        check(&[]);
        write("b.png", b"1");
        write("a.PNG", b"1");
        write("note.txt", b"1");
        check(&[]);
        write("b.png", b"12");
        check(&["a.PNG"]);
        check(&["b.png"]);
        check(&[]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let (_keep, stop) = std::sync::mpsc::channel();
        let fault = Pictures::watch(Path::new("/nowhere/at/all"), stop).unwrap_err();
        assert!(fault.to_string().contains("/nowhere/at/all"), "{fault:#}");
    }
}
