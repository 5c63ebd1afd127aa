//! The SQLite engine: one file, one writer thread, grouped commits.

use std::path::Path;

use crate::fault::StoreFault;

/// An open database file.
#[derive(Clone, Debug)]
pub struct SqliteStore {}

impl SqliteStore {
    /// Opens or makes a database file and brings its tables up to date.
    pub fn open(_path: &Path) -> Result<Self, StoreFault> {
        todo!()
    }
}
