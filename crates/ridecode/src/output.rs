//! What commands write: to standard output, or whole into a new file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use unicode_width::UnicodeWidthStr as _;

/// Writes to a file that may not exist yet and lies on the disk afterwards; to standard output if
/// none is named. A reader of standard output may stop reading, as `| head` does.
pub(crate) fn write(
    file: Option<&Path>,
    content: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(file) = file else {
        let mut out = BufWriter::new(io::stdout().lock());
        return match content(&mut out).and_then(|()| Ok(out.flush()?)) {
            Err(error) if is_broken_pipe(&error) => Ok(()),
            written => written,
        };
    };
    let opened = File::create_new(file)
        .with_context(|| format!("{} cannot be made; choose a new name", file.display()))?;
    let mut out = BufWriter::new(opened);
    content(&mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(())
}

/// Fills a text with spaces to a width in terminal cells.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_written_once_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out.json");
        write(Some(&file), |out| Ok(out.write_all(b"one")?)).unwrap();
        let refused = write(Some(&file), |out| Ok(out.write_all(b"two")?)).unwrap_err();
        assert!(refused.to_string().contains("choose a new name"));
        assert_eq!(fs::read(&file).unwrap(), b"one");
    }
}
