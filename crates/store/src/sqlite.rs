//! The SQLite engine: one file, one writer thread, grouped commits.
//!
//! A verb becomes a closure. Writing ones queue for the one thread that writes; many of them share
//! a transaction, each in a savepoint of its own, and each is answered only after the commit is on
//! disk. Reading ones go to threads with read-only connections, each in a transaction that sees
//! one state. A third kind of thread copies the write-ahead log back, so that writing never waits
//! for that. No caller holds a transaction, and none of these threads knows an async runtime.

mod checkpoint;
mod migrate;
mod open;
mod reader;
mod writer;

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio::sync::mpsc::Sender;

use self::writer::Writing;
use crate::fault::StoreFault;
use crate::sql::{Answer, Connection, Crew, Engine, SqlStore, Value};

pub use self::open::OpenFault;

/// How a database is opened.
#[derive(Clone, Copy, Debug)]
pub struct SqliteSettings {
    /// Page cache of the writer, in MiB. Default 256.
    pub cache_mib: u32,
    /// Threads that read. Default 2.
    pub readers: u8,
    /// Pages of 4 KiB in the write-ahead log at which it is copied back; 0 leaves it to grow until
    /// the database is closed. Default 10 000.
    pub checkpoint_pages: u32,
    /// Pages of 4 KiB the file may have; writing fails beyond that, and reading goes on. Default
    /// 0: as many as the disk holds.
    pub pages_max: u32,
}

impl Default for SqliteSettings {
    fn default() -> Self {
        Self {
            cache_mib: 256,
            readers: 2,
            checkpoint_pages: 10_000,
            pages_max: 0,
        }
    }
}

/// An open database file. Clones share it; the last one to go closes it.
#[derive(Clone)]
pub struct SqliteStore {
    pub(crate) verbs: SqlStore<SqliteFile>,
}

/// The threads that work on a database file, and the ways to them.
#[derive(Clone)]
pub(crate) struct SqliteFile {
    threads: Arc<Threads>,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore")
    }
}

impl SqliteStore {
    /// Opens or makes a database file, with the default settings, and brings its tables up to
    /// date. One program at a time may: a second is told so.
    pub fn open(path: &Path) -> Result<Self, OpenFault> {
        Self::open_with(path, SqliteSettings::default())
    }

    /// Opens or makes a database file with settings of the caller's.
    pub fn open_with(path: &Path, settings: SqliteSettings) -> Result<Self, OpenFault> {
        let lock = open::lock(path)?;
        open::make(path)?;
        let mut connection = open::writer(path, settings.cache_mib)?;
        migrate::run(&mut connection)?;
        open::limit(&connection, settings.pages_max)?;
        let (checkpointer, checkpoints) = checkpoint::start(path, settings.checkpoint_pages)?;
        let (writer, writing) = writer::start(connection, checkpoints)?;
        let readers = reader::start(path, settings.readers)?;
        Ok(Self::of(Threads {
            writing: Some(writing),
            readers,
            threads: vec![writer, checkpointer],
            _lock: Some(lock),
        }))
    }

    /// Opens a database for reading only, beside a program that writes. Verbs that write fail.
    pub fn open_read_only(path: &Path) -> Result<Self, OpenFault> {
        migrate::check(&open::reader(path)?)?;
        let readers = reader::start(path, SqliteSettings::default().readers)?;
        Ok(Self::of(Threads {
            writing: None,
            readers,
            threads: Vec::new(),
            _lock: None,
        }))
    }

    /// The version of a database file's tables, 0 for an empty file. Reads only.
    pub fn version(path: &Path) -> Result<u32, OpenFault> {
        migrate::version(&open::reader(path)?)
    }

    fn of(threads: Threads) -> Self {
        let threads = Arc::new(threads);
        let engine = SqliteFile { threads };
        Self {
            verbs: SqlStore { engine },
        }
    }
}

impl Engine for SqliteFile {
    fn write<T: Send + 'static>(
        &self,
        rows: usize,
        verb: impl Fn(&Connection<'_>) -> Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        Box::pin(async move {
            match &self.threads.writing {
                Some(writing) => writer::ask(writing, rows, verb).await,
                None => Err(StoreFault::engine("it was opened for reading only")),
            }
        })
    }

    fn read<T: Send + 'static>(
        &self,
        verb: impl Fn(&Connection<'_>) -> Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        Box::pin(reader::ask(&self.threads.readers, verb))
    }
}

/// Values as SQLite takes them.
impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What a column of a row holds.
pub(crate) fn value_of<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<Value<'r>> {
    let other = |what| StoreFault::Corrupt(format!("{what} in column {column}"));
    match row.get_ref(column)? {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Text(text) => str::from_utf8(text)
            .map(Value::Text)
            .map_err(|_| other("broken text")),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes)),
        ValueRef::Real(_) => Err(other("a fraction")),
    }
}

type Result<T, E = StoreFault> = std::result::Result<T, E>;

/// The threads of an open database and the ways to them.
struct Threads {
    writing: Option<Sender<Writing>>,
    readers: Crew<rusqlite::Connection>,
    /// The writer and the one that copies the log back.
    threads: Vec<JoinHandle<()>>,
    /// Held as long as the file is open for writing.
    _lock: Option<File>,
}

impl Drop for Threads {
    /// Lets the threads finish what they were given and close their connections, so that the file
    /// is free and whole when the last clone is gone.
    fn drop(&mut self) {
        self.writing = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so; there is nothing left to save.
            drop(thread.join());
        }
    }
}
