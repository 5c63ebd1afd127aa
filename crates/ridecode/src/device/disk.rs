//! The disk as a folder of real files.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ridecode_device::Disk;

/// A folder of real files.
#[derive(Debug)]
pub struct FolderDisk {
    folder: PathBuf,
    /// The file written last, kept open.
    open: Mutex<Option<(String, Arc<File>)>>,
}

impl FolderDisk {
    /// The files of a folder that is there.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            open: Mutex::new(None),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(String, Arc<File>)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file, opened for writing.
    fn opened(&self, name: &str) -> io::Result<Arc<File>> {
        let mut open = self.lock();
        if let Some((kept, file)) = open.as_ref()
            && kept == name
        {
            return Ok(Arc::clone(file));
        }
        let file = OpenOptions::new().write(true).open(self.folder.join(name));
        let file = Arc::new(file?);
        *open = Some((name.to_owned(), Arc::clone(&file)));
        Ok(file)
    }

    /// A name that changes its file must not meet the old one.
    fn let_go(&self) {
        *self.lock() = None;
    }
}

impl Disk for FolderDisk {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            // A name that is no text is not one of ours.
            names.extend(file?.file_name().into_string().ok());
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, name: &str, from: u64, most: usize) -> io::Result<Vec<u8>> {
        let file = File::open(self.folder.join(name))?;
        let left = file.metadata()?.len().saturating_sub(from);
        let mut bytes = vec![0; usize::try_from(left).unwrap_or(usize::MAX).min(most)];
        file.read_exact_at(&mut bytes, from)?;
        Ok(bytes)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        Ok(fs::metadata(self.folder.join(name))?.len())
    }

    fn create(&self, name: &str) -> io::Result<()> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(self.folder.join(name))?;
        *self.lock() = Some((name.to_owned(), Arc::new(file)));
        Ok(())
    }

    fn write(&self, name: &str, bytes: &[u8], at: u64) -> io::Result<()> {
        self.opened(name)?.write_all_at(bytes, at)
    }

    fn cut(&self, name: &str, length: u64) -> io::Result<()> {
        self.opened(name)?.set_len(length)
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.opened(name)?.sync_data()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.let_go();
        fs::rename(self.folder.join(from), self.folder.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.let_go();
        fs::remove_file(self.folder.join(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    fn free(&self) -> io::Result<u64> {
        let found = rustix::fs::statvfs(&self.folder)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }
}
