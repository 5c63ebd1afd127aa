//! The writer: one thread, one connection, many verbs to a commit.
//!
//! A group runs without savepoints, which would cost a third of the thread's time: verbs are
//! refused before they change anything. One that fails with something changed sends the group back
//! to its beginning, and then each verb has a savepoint of its own.

use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use super::Result;
use super::checkpoint::Checkpoints;
use super::open::{self, OpenFault};
use crate::fault::StoreFault;
use crate::sql;

/// A verb on its way to the writer.
pub(super) struct Writing {
    /// About how many rows it writes: what a group is measured by.
    rows: usize,
    verb: Box<dyn Runs + Send>,
}

/// A verb that can be run, run again after everything was undone, and answered.
trait Runs {
    /// Runs it and keeps its outcome.
    fn run(&mut self, connection: &Connection) -> Ran;

    /// Sends the outcome; in place of a good one, why the commit failed.
    fn answer(self: Box<Self>, lost: Option<&rusqlite::Error>);
}

/// How a verb ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ran {
    Well,
    Failed,
}

struct Verb<T, F> {
    verb: F,
    outcome: Option<Result<T>>,
    asker: oneshot::Sender<Result<T>>,
}

impl<T, F: Fn(&sql::Connection<'_>) -> Result<T>> Runs for Verb<T, F> {
    fn run(&mut self, connection: &Connection) -> Ran {
        let outcome = run_contained(connection, &self.verb);
        let ran = if outcome.is_ok() {
            Ran::Well
        } else {
            Ran::Failed
        };
        self.outcome = Some(outcome);
        ran
    }

    fn answer(self: Box<Self>, lost: Option<&rusqlite::Error>) {
        let outcome = match (self.outcome, lost) {
            (Some(Err(fault)), _) => Err(fault),
            (Some(Ok(_)), Some(fault)) => Err(StoreFault::engine(&fault.to_string())),
            (Some(Ok(value)), None) => Ok(value),
            (None, _) => Err(StoreFault::engine("the transaction was lost before it ran")),
        };
        // Whoever asked may have gone away.
        drop(self.asker.send(outcome));
    }
}

/// Starts the thread. It ends when every sender is gone.
pub(super) fn start(
    connection: Connection,
    checkpoints: Checkpoints,
) -> Result<(JoinHandle<()>, Sender<Writing>), OpenFault> {
    let (sender, mut receiver) = channel(QUEUE_LENGTH);
    let thread = open::thread("store-writer", move || {
        let mut checkpoints = checkpoints;
        while let Some(first) = receiver.blocking_recv() {
            run_group(&connection, first, &mut receiver);
            checkpoints.after_commit(&connection);
        }
    })?;
    Ok((thread, sender))
}

/// Has the writer run a verb; its answer comes once the verb is durable.
pub(super) async fn ask<T: Send + 'static>(
    writing: &Sender<Writing>,
    rows: usize,
    verb: impl Fn(&sql::Connection<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (asker, answer) = oneshot::channel();
    let verb = Box::new(Verb {
        verb,
        outcome: None,
        asker,
    });
    let sent = writing.send(Writing { rows, verb }).await;
    sent.map_err(|_| StoreFault::engine("its writer has stopped"))?;
    answer
        .await
        .unwrap_or_else(|_| Err(StoreFault::engine("its writer has stopped")))
}

/// Runs a verb over a connection.
pub(super) fn run_contained<T>(
    connection: &Connection,
    verb: impl FnOnce(&sql::Connection<'_>) -> Result<T>,
) -> Result<T> {
    sql::run_contained(|| verb(&sql::Connection::Sqlite(connection)))
}

/// Runs verbs in one transaction until none waits or the group is large, then answers them all.
fn run_group(connection: &Connection, first: Writing, waiting: &mut Receiver<Writing>) {
    let mut group = Vec::new();
    let committed = commit_group(connection, (first, waiting), &mut group);
    if let Err(fault) = &committed {
        tracing::error!(%fault, verbs = group.len(), "a commit failed; nothing of it was kept");
        undo(connection);
    }
    for verb in group {
        verb.answer(committed.as_ref().err());
    }
}

type Group = Vec<Box<dyn Runs + Send>>;

fn commit_group(
    connection: &Connection,
    (first, waiting): (Writing, &mut Receiver<Writing>),
    group: &mut Group,
) -> rusqlite::Result<()> {
    let mut rows = 0;
    let mut next = Some(first);
    let begun = execute(connection, "BEGIN IMMEDIATE");
    while let Some(Writing { rows: more, verb }) = next {
        rows += more.max(1);
        group.push(verb);
        let Some(verb) = group.last_mut().filter(|_| begun.is_ok()) else {
            break;
        };
        let changes = connection.total_changes();
        let failed = verb.run(connection) == Ran::Failed;
        // SQLite ends a transaction by itself where it cannot go on with it.
        if failed && (connection.total_changes() != changes || connection.is_autocommit()) {
            undo(connection);
            return commit_apart(connection, group);
        }
        next = (rows < GROUP_ROWS)
            .then(|| waiting.try_recv().ok())
            .flatten();
    }
    begun?;
    execute(connection, "COMMIT")
}

/// Runs a group again from its beginning, each verb in a savepoint, so that one that fails leaves
/// the others be. Fails when the transaction itself is lost, as it is when the disk is full.
fn commit_apart(connection: &Connection, group: &mut Group) -> rusqlite::Result<()> {
    execute(connection, "BEGIN IMMEDIATE")?;
    for verb in group {
        execute(connection, "SAVEPOINT verb")?;
        if verb.run(connection) == Ran::Failed {
            execute(connection, "ROLLBACK TO verb")?;
        }
        execute(connection, "RELEASE verb")?;
    }
    execute(connection, "COMMIT")
}

/// Undoes what is not committed. SQLite itself may have done so already.
fn undo(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(fault) = execute(connection, "ROLLBACK")
    {
        // The next BEGIN will fail too, and tell whoever asks.
        tracing::error!(%fault, "a transaction could not be undone");
    }
}

pub(super) fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Verbs that may wait for the writer; more wait outside, and so hold back whoever sends them.
const QUEUE_LENGTH: usize = 256;

/// Rows after which a group is committed though more waits: some 10 ms of work, so that nobody
/// waits long for an answer.
const GROUP_ROWS: usize = 1_000;
