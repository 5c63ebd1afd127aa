//! The disk as the journal sees it: single steps, each of which a power cut can fall into.
//!
//! The program works on a folder of real files, a reader of another maker on what that maker has.
//! Tests work on a simulated disk that loses, tears and reorders whatever was not synced. Nothing
//! above this trait opens a file of the journal by itself.

#[cfg(feature = "simulated")]
pub(crate) mod simulated;

use std::fmt::Debug;
use std::io;

/// Files of one folder, by name.
pub trait Disk: Debug + Send + Sync {
    /// The names of all files, in ascending order.
    fn names(&self) -> io::Result<Vec<String>>;

    /// Up to `most` bytes of a file from byte `from` on; fewer at its end.
    fn read(&self, name: &str, from: u64, most: usize) -> io::Result<Vec<u8>>;

    /// A file's length in bytes.
    fn length(&self, name: &str) -> io::Result<u64>;

    /// Makes an empty file, or empties the one that is there.
    fn create(&self, name: &str) -> io::Result<()>;

    /// Writes bytes at a place of a file that is there.
    fn write(&self, name: &str, bytes: &[u8], at: u64) -> io::Result<()>;

    /// Cuts a file to so many bytes.
    fn cut(&self, name: &str, length: u64) -> io::Result<()>;

    /// Waits until the disk holds a file's bytes.
    fn sync(&self, name: &str) -> io::Result<()>;

    /// Gives a file another name, in place of any file of that name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Waits until the disk holds the names.
    fn sync_names(&self) -> io::Result<()>;

    /// Bytes that can still be written.
    fn free(&self) -> io::Result<u64>;

    /// Puts a whole file in place durably: the old or the new one survives a power cut, never
    /// half of one.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let draft = format!("{name}{DRAFT}");
        self.create(&draft)?;
        self.write(&draft, bytes, 0)?;
        self.sync(&draft)?;
        self.rename(&draft, name)?;
        self.sync_names()
    }
}

/// The end of a name whose file was never finished.
pub const DRAFT: &str = ".draft";
