//! Where a code comes from on the command line.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;
use ridecode_codec::{INPUT_LENGTH_MAX, read};

use super::{options, picture};

/// A code: one of these, or standard input.
#[derive(clap::Args, Debug)]
#[group(multiple = false)]
pub(super) struct Source {
    /// The code's bytes as hex digits; spaces and line ends are ignored
    #[arg(long, value_name = "HEX")]
    hex: Option<String>,
    /// The code as text, such as R1:...
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,
    /// A PNG picture with a QR code in it
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// A file with the code's raw bytes or text, as a scanner delivers them [default: standard
    /// input]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Source {
    /// The code's bytes, as a scanner would have delivered them.
    pub(super) fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        if let Some(hex) = &self.hex {
            options::hex_bytes(hex).context("--hex")
        } else if let Some(text) = &self.text {
            Ok(text.clone().into_bytes())
        } else if let Some(path) = &self.png {
            let png = options::small_file(path, picture::FILE_LENGTH_MAX)?;
            picture::scan(&png).with_context(|| path.display().to_string())
        } else if let Some(path) = &self.file {
            options::small_file(path, FILE_LENGTH_MAX).map(as_scanned)
        } else {
            let mut bytes = Vec::new();
            std::io::stdin()
                .take(FILE_LENGTH_MAX)
                .read_to_end(&mut bytes)
                .context("cannot read the code from standard input")?;
            Ok(as_scanned(bytes))
        }
    }
}

/// What a scanner delivered before a tool wrote it down. Tools that print a decoded picture end it
/// with a line end, which is no part of a binary code, and `ridecode code make --hex` writes hex.
/// Either is undone only where the bytes make no sense with it and do without it.
fn as_scanned(bytes: Vec<u8>) -> Vec<u8> {
    if read(&bytes).is_ok() {
        return bytes;
    }
    let without_line_end = bytes.strip_suffix(b"\n").map(<[u8]>::to_vec);
    let from_hex = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| options::hex_bytes(text).ok());
    let mut others = without_line_end.into_iter().chain(from_hex);
    others.find(|other| read(other).is_ok()).unwrap_or(bytes)
}

/// More than any code, even as hex, so that one that is too long is called that.
const FILE_LENGTH_MAX: u64 = 4 * INPUT_LENGTH_MAX as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tool_added_is_taken_off_and_nothing_else() {
        let check = |bytes: &[u8], expected: &[u8]| {
            assert_eq!(as_scanned(bytes.to_vec()), expected);
        };
        check(b"", b"");
        check(b"\n", b"\n");
        check(b"nonsense\n", b"nonsense\n");
        check(b"6225880212345678901", b"6225880212345678901");
        let code = super::super::make::example_mot();
        check(&code, &code);
        check(&[&code[..], b"\n"].concat(), &code);
        check(
            &[&code[..], b"\n\n"].concat(),
            &[&code[..], b"\n\n"].concat(),
        );
        check(format!("{}\n", hex::encode(&code)).as_bytes(), &code);
    }
}
