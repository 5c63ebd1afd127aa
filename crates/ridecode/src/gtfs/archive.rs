//! The files of a feed out of a folder or a zip, however deep the zip hides them, within limits.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::sheet::FILES;

/// The files fares need, by name.
pub(super) type Files = BTreeMap<&'static str, Vec<u8>>;

/// Opens a feed.
pub(super) fn open(path: &Path) -> anyhow::Result<Files> {
    let shown = path.display();
    if path.is_dir() {
        return folder(path).with_context(|| format!("cannot read the feed {shown}"));
    }
    let file = File::open(path).with_context(|| format!("cannot read the feed {shown}"))?;
    zip(file).with_context(|| format!("cannot read the feed {shown}"))
}

fn folder(path: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    for name in FILES {
        let path = path.join(name);
        if path.is_file() {
            let file = File::open(&path).with_context(|| format!("cannot read {name}"))?;
            files.insert(name, capped(file, name)?);
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
pub(super) fn zip(source: impl Read + Seek) -> anyhow::Result<Files> {
    let mut archive = zip::ZipArchive::new(source)
        .context("this is neither a folder nor a zip that can be read")?;
    ensure!(
        archive.len() <= ENTRIES_MAX,
        "the zip holds more than {ENTRIES_MAX} files; pack the feed alone"
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
        let bytes = capped(
            entry.with_context(|| format!("cannot unpack {name}"))?,
            name,
        )?;
        total += bytes.len();
        ensure!(
            total <= TOTAL_BYTES_MAX,
            "the unpacked feed is longer than {TOTAL_BYTES_MAX} bytes; split it"
        );
        files.insert(name, bytes);
    }
    ensure!(!files.is_empty(), "the zip holds no file of GTFS");
    Ok(files)
}

/// What a reader gives, counted as it comes: a length a zip claims is not believed.
fn capped(source: impl Read, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = FILE_BYTES_MAX as u64 + 1;
    let read = source.take(most).read_to_end(&mut bytes);
    read.with_context(|| format!("cannot read {name}"))?;
    if bytes.len() > FILE_BYTES_MAX {
        bail!("{name} is longer than {FILE_BYTES_MAX} bytes; split the feed");
    }
    Ok(bytes)
}

/// Writes a file.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The most entries of a zip.
const ENTRIES_MAX: usize = 10_000;
/// The longest file, unpacked: 256 MiB.
const FILE_BYTES_MAX: usize = 256 << 20;
/// All files together, unpacked: 512 MiB.
const TOTAL_BYTES_MAX: usize = 512 << 20;
