//! Checkpoints: what the write-ahead log holds goes back into the database file.
//!
//! The bulk is copied by a thread of its own while the writer writes on. What was written
//! meanwhile is little; the writer copies that itself between two commits, because only at a
//! moment when everything is copied can the log start again from its beginning.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::open::{self, OpenFault};

/// The writer's side: when to ask for a checkpoint, and when to finish one.
pub(super) struct Checkpoints {
    pages: u32,
    ask: SyncSender<()>,
    /// Set by the thread when little is left to copy.
    nearly_done: Arc<AtomicBool>,
    /// Changes of the connection when the log was last looked at.
    looked_at: u64,
}

/// How far the log is copied.
struct Log {
    /// Pages in it.
    pages: i64,
    /// Pages of it that are in the database file already.
    copied: i64,
}

/// Starts the thread. It ends when the writer does.
pub(super) fn start(path: &Path, pages: u32) -> Result<(JoinHandle<()>, Checkpoints), OpenFault> {
    let connection = open::writer(path, CACHE_MIB)?;
    let (ask, asked) = sync_channel(1);
    let nearly_done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&nearly_done);
    let thread = open::thread("store-checkpoint", move || run(&connection, &asked, &told))?;
    let checkpoints = Checkpoints {
        pages,
        ask,
        nearly_done,
        looked_at: 0,
    };
    Ok((thread, checkpoints))
}

impl Checkpoints {
    /// Looks after the log between two commits.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        if self.pages == 0 {
            return;
        }
        if self.nearly_done.swap(false, Ordering::Acquire) {
            report(finish(connection));
            return;
        }
        let changes = connection.total_changes();
        if changes - self.looked_at < CHANGES_BETWEEN_LOOKS {
            return;
        }
        self.looked_at = changes;
        match checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)") {
            Ok(log) if log.pages - log.copied >= i64::from(self.pages) => {
                // Where one is asked for already, it will see these pages too.
                let _ = self.ask.try_send(());
            }
            Ok(_) => {}
            Err(fault) => report(Err(fault)),
        }
    }
}

fn run(connection: &Connection, asked: &Receiver<()>, nearly_done: &AtomicBool) {
    while asked.recv().is_ok() {
        for _ in 0..PASSES_MAX {
            match checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)") {
                Ok(log) if log.pages - log.copied > REST_PAGES => {}
                Ok(_) => break,
                Err(fault) => {
                    report(Err(fault));
                    break;
                }
            }
        }
        nearly_done.store(true, Ordering::Release);
    }
}

/// Copies the rest and waits a moment for readers to let go of the log; where they do not, it
/// grows on and the next checkpoint tries again.
fn finish(connection: &Connection) -> rusqlite::Result<Log> {
    connection.busy_timeout(READERS_TIMEOUT)?;
    let log = checkpoint(connection, "PRAGMA wal_checkpoint(RESTART)");
    connection.busy_timeout(open::BUSY_TIMEOUT)?;
    log
}

fn checkpoint(connection: &Connection, sql: &str) -> rusqlite::Result<Log> {
    connection.prepare_cached(sql)?.query_row([], |row| {
        Ok(Log {
            pages: row.get(1)?,
            copied: row.get(2)?,
        })
    })
}

/// A checkpoint that fails loses nothing: the log keeps everything and the next one tries again.
fn report(outcome: rusqlite::Result<Log>) {
    if let Err(fault) = outcome {
        tracing::warn!(%fault, "the write-ahead log could not be copied back; it grows meanwhile");
    }
}

/// The thread reads pages to copy them; it needs no cache to speak of.
const CACHE_MIB: u32 = 2;

/// How long the writer may be held up for readers.
const READERS_TIMEOUT: Duration = Duration::from_millis(10);

/// Passes after which the writer takes over, however much is left.
const PASSES_MAX: u32 = 4;

/// Rows changed before the log is looked at again: some hundred pages.
const CHANGES_BETWEEN_LOOKS: u64 = 1_000;

/// Pages that the writer may copy itself: some milliseconds.
const REST_PAGES: i64 = 1_000;
