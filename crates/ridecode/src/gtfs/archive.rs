//! The files of a feed out of a folder or a zip, however deep the zip hides them, within limits.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::sheet::FILES;

/// The files fares need, by name.
pub(super) type Files = BTreeMap<&'static str, Vec<u8>>;

/// How much of a feed is read: a zip of some kilobytes may unpack to any length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Entries of a zip.
    pub(super) entries: usize,
    /// Bytes of a file, unpacked.
    pub(super) file_bytes: usize,
    /// Bytes of all files together, unpacked.
    pub(super) total_bytes: usize,
}

impl Limits {
    /// 10,000 entries, 256 MiB a file, 512 MiB together.
    pub(super) const USUAL: Self = Self {
        entries: 10_000,
        file_bytes: 256 << 20,
        total_bytes: 512 << 20,
    };
}

/// Opens a feed.
pub(super) fn open(path: &Path) -> anyhow::Result<Files> {
    let shown = path.display();
    if path.is_dir() {
        return folder(path).with_context(|| format!("cannot read the feed {shown}"));
    }
    let file = File::open(path).with_context(|| format!("cannot read the feed {shown}"))?;
    zip(file, Limits::USUAL).with_context(|| format!("cannot read the feed {shown}"))
}

fn folder(path: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    let mut total = 0;
    for name in FILES {
        let path = path.join(name);
        if path.is_file() {
            let file = File::open(&path).with_context(|| format!("cannot read {name}"))?;
            let bytes = capped(file, (name, &mut total), Limits::USUAL)?;
            files.insert(name, bytes);
        }
    }
    ensure!(
        !files.is_empty(),
        "there is no file of GTFS in it; name the folder that holds stops.txt"
    );
    Ok(files)
}

/// The files of a zip. Where several folders hold a file of one name the one nearest to the root
/// counts; what the Finder adds is passed over.
pub(super) fn zip(source: impl Read + Seek, limits: Limits) -> anyhow::Result<Files> {
    let mut archive = zip::ZipArchive::new(source)
        .context("this is neither a folder nor a zip that can be read")?;
    ensure!(
        archive.len() <= limits.entries,
        "the zip holds more than {} files; pack the feed alone",
        limits.entries
    );
    let mut places: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    for place in 0..archive.len() {
        let entry = archive.by_index_raw(place).context("the zip is damaged")?;
        let name = entry.name().replace('\\', "/");
        let base = name.rsplit('/').next().unwrap_or_default();
        let depth = name.matches('/').count();
        if name.contains("__MACOSX/") {
            continue;
        }
        if let Some(known) = FILES.into_iter().find(|known| *known == base) {
            let best = places.entry(known).or_insert((depth, place));
            *best = (*best).min((depth, place));
        }
    }
    let mut files = Files::new();
    let mut total = 0;
    for (name, (_, place)) in places {
        let entry = archive.by_index(place);
        let entry = entry.with_context(|| format!("cannot unpack {name}"))?;
        files.insert(name, capped(entry, (name, &mut total), limits)?);
    }
    ensure!(!files.is_empty(), "the zip holds no file of GTFS");
    Ok(files)
}

/// What a reader gives, counted as it comes: a length a zip claims is not believed.
fn capped(
    source: impl Read,
    (name, total): (&str, &mut usize),
    limits: Limits,
) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limits.file_bytes as u64 + 1;
    let read = source.take(most).read_to_end(&mut bytes);
    read.with_context(|| format!("cannot read {name}"))?;
    if bytes.len() > limits.file_bytes {
        bail!(
            "{name} is longer than {} bytes; split the feed",
            limits.file_bytes
        );
    }
    *total += bytes.len();
    if *total > limits.total_bytes {
        bail!(
            "the unpacked feed is longer than {} bytes; split it",
            limits.total_bytes
        );
    }
    Ok(bytes)
}

/// Writes a file.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
