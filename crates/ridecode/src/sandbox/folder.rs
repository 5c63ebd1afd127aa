//! The folder a sandbox is kept in: its key and its books, so that contracts outlive the process.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ridecode_office::Entropy as _;

use super::books::Books;
use crate::entropy::SystemEntropy;

/// A folder, or nothing at all.
pub(super) struct Folder(Option<PathBuf>);

impl Folder {
    /// Opens a folder, making it if needed.
    pub(super) fn open(folder: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(folder) = folder {
            fs::create_dir_all(folder).with_context(|| {
                let name = folder.display();
                format!("cannot make the folder {name}; choose another with --folder")
            })?;
        }
        Ok(Self(folder.map(Path::to_owned)))
    }

    /// The provider's secret key: read, or drawn and written for its owner alone.
    pub(super) fn key(&self) -> anyhow::Result<[u8; 32]> {
        let mut seed = [0; 32];
        let Some(folder) = &self.0 else {
            SystemEntropy.fill(&mut seed);
            return Ok(seed);
        };
        let path = folder.join("provider.key");
        let name = path.display();
        match fs::read_to_string(&path) {
            Ok(text) => hex::decode_to_slice(text.trim(), &mut seed)
                .with_context(|| format!("{name} must hold 64 hex digits; restore or delete it"))?,
            Err(fault) if fault.kind() == ErrorKind::NotFound => {
                SystemEntropy.fill(&mut seed);
                replace(&path, format!("{}\n", hex::encode(seed)).as_bytes())?;
            }
            Err(fault) => return Err(fault).with_context(|| format!("cannot read {name}")),
        }
        Ok(seed)
    }

    /// The books as they were put away, if any.
    pub(super) fn books(&self) -> anyhow::Result<Option<Books>> {
        let Some(folder) = &self.0 else {
            return Ok(None);
        };
        let path = folder.join("books.json");
        let name = path.display();
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .with_context(|| format!("{name} is not readable; restore or delete it")),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault).with_context(|| format!("cannot read {name}")),
        }
    }

    /// Whether anything is kept.
    pub(super) fn keeps(&self) -> bool {
        self.0.is_some()
    }

    /// Puts the books away, all or nothing.
    pub(super) fn put(&self, books: &Books) -> anyhow::Result<()> {
        match &self.0 {
            Some(folder) => replace(&folder.join("books.json"), &serde_json::to_vec(books)?),
            None => Ok(()),
        }
    }
}

/// Writes beside the file and renames, so that a reader sees the old file or the new one.
fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let fail = || format!("cannot write {}", path.display());
    // Temporary files are readable by their owner alone, and stay so.
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(fail)?;
    file.write_all(bytes).with_context(fail)?;
    file.as_file().sync_all().with_context(fail)?;
    file.persist(path).with_context(fail)?;
    Ok(())
}
