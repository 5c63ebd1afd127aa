//! What several commands read from their options: times, hex, files.

use anyhow::{Context as _, bail};
use ridecode_words::UnixSeconds;

/// Reads a time such as `2026-01-01T00:01:00Z`.
pub(super) fn time(text: &str) -> Result<UnixSeconds, String> {
    text.parse::<jiff::Timestamp>()
        .map(|time| UnixSeconds(time.as_second()))
        .map_err(|_| "write a time as 2026-01-01T00:01:00Z or 2026-01-01T08:01:00+08:00".into())
}

/// Reads hex digits, with spaces and line ends between them.
pub(super) fn hex_bytes(text: &str) -> anyhow::Result<Vec<u8>> {
    let digits: String = text
        .chars()
        .filter(|digit| !digit.is_whitespace())
        .collect();
    hex::decode(&digits).context("write bytes as pairs of hex digits")
}

/// Reads a whole file that should be small.
pub(super) fn small_file(path: &std::path::Path, length_max: u64) -> anyhow::Result<Vec<u8>> {
    let naming = || format!("cannot read {}", path.display());
    let length = std::fs::metadata(path).with_context(naming)?.len();
    if length > length_max {
        bail!(
            "{} has {length} bytes; at most {length_max} belong there",
            path.display()
        );
    }
    std::fs::read(path).with_context(naming)
}

/// Writes a whole file.
pub(super) fn write(path: &std::path::Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
