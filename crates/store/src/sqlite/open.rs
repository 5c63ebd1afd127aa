//! Opening: the lock, the connections and their settings.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::migrate;

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// Another program has it open for writing.
    #[error(
        "the database {0} is open in another program; stop that one first, or give this one a \
         database of its own"
    )]
    InUse(PathBuf),
    /// The file or its lock cannot be opened.
    #[error("the database {0} cannot be opened: {1}")]
    File(PathBuf, #[source] io::Error),
    /// A newer program has changed its tables.
    #[error(
        "the database is of version {found} and this program knows versions up to {known}; use \
         the newer program, or restore a backup from before it ran"
    )]
    Newer {
        /// The version of the file.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// Tables that a program opened for reading only may not bring up to date.
    #[error("the database is of version {0} and must be brought up to date first: run migrate")]
    Older(u32),
    /// A database of something else.
    #[error("the file is a database, but not one of Ridecode; name another file")]
    Foreign,
    /// The system gives no more threads.
    #[error("the system refuses another thread: {0}")]
    Thread(#[source] io::Error),
    /// SQLite cannot read or write it.
    #[error("the database cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// Takes the lock of a database: one program at a time writes to it. The lock is a file beside it
/// and goes with the program, however it ends.
pub(super) fn lock(path: &Path) -> Result<File, OpenFault> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = |fault| OpenFault::File(path.to_owned(), fault);
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(name))
        .map_err(file)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenFault::InUse(path.to_owned())),
        Err(TryLockError::Error(fault)) => Err(file(fault)),
    }
}

/// Makes the file where there is none. It holds phone numbers and payment contracts, so that only
/// its owner may read it; SQLite gives the log the same rights.
pub(super) fn make(path: &Path) -> Result<(), OpenFault> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(fault) => Err(OpenFault::File(path.to_owned(), fault)),
    }
}

/// The connection that writes. FULL makes every commit durable before it is answered; the log is
/// copied back by a thread of its own, never by the writer as it commits.
pub(super) fn writer(path: &Path, cache_mib: u32) -> Result<Connection, OpenFault> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    // Before anything is set: a database of something else is left as it is.
    migrate::version(&connection)?;
    connection.execute_batch(
        "PRAGMA page_size = 4096;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 268435456;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;",
    )?;
    prepare(&connection, cache_mib)?;
    Ok(connection)
}

/// A connection that reads.
pub(super) fn reader(path: &Path) -> Result<Connection, OpenFault> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.execute_batch(
        "PRAGMA query_only = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 1073741824;
         PRAGMA trusted_schema = OFF;",
    )?;
    prepare(&connection, READER_CACHE_MIB)?;
    Ok(connection)
}

/// Limits the pages of the file; 0 does not.
pub(super) fn limit(connection: &Connection, pages_max: u32) -> Result<(), OpenFault> {
    if pages_max > 0 {
        connection.pragma_update(None, "max_page_count", pages_max)?;
    }
    Ok(())
}

/// Starts a thread of the engine.
pub(super) fn thread(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenFault> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map_err(OpenFault::Thread)
}

/// What every connection is set to. Plans do not look at the values bound: else SQLite would plan a
/// statement with a range anew whenever its bounds change, which is always.
fn prepare(connection: &Connection, cache_mib: u32) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Negative sizes are in KiB, positive ones would be in pages.
    connection.pragma_update(None, "cache_size", -i64::from(cache_mib) * 1_024)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.busy_timeout(BUSY_TIMEOUT)
}

/// How long a connection waits for a lock of another one.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A reader's cache is emptied by every commit, so that it need only hold one verb's pages.
const READER_CACHE_MIB: u32 = 16;

/// More than there are statements in this engine.
const STATEMENTS_MAX: usize = 200;
