//! The writer: one thread, one connection, many verbs to a commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use super::Result;
use super::checkpoint::Checkpoints;
use super::open::OpenFault;
use crate::fault::StoreFault;

/// A verb on its way to the writer.
pub(super) struct Writing {
    /// About how many rows it writes: what a group is measured by.
    rows: usize,
    run: Run,
}

/// Runs a verb, or tells whoever asked why it was not run.
type Run = Box<dyn FnOnce(Result<&Connection>) -> Ran + Send>;

/// A verb that ran and waits for the commit.
struct Ran {
    /// Whether it changed something that is to be kept.
    kept: bool,
    /// Sends the answer, or in its place the reason why the commit failed.
    answer: Box<dyn FnOnce(Option<StoreFault>) + Send>,
}

/// Starts the thread. It ends when every sender is gone.
pub(super) fn start(
    connection: Connection,
    checkpoints: Checkpoints,
) -> Result<(JoinHandle<()>, Sender<Writing>), OpenFault> {
    let (sender, mut receiver) = channel(QUEUE_LENGTH);
    let thread = super::open::thread("store-writer", move || {
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
    verb: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = oneshot::channel();
    let run: Run = Box::new(move |connection| {
        let outcome = connection.and_then(|connection| run_contained(connection, verb));
        Ran {
            kept: outcome.is_ok(),
            answer: Box::new(move |lost| {
                let outcome = match lost {
                    Some(fault) if outcome.is_ok() => Err(fault),
                    Some(_) | None => outcome,
                };
                // Whoever asked may have gone away.
                drop(sender.send(outcome));
            }),
        }
    });
    let sent = writing.send(Writing { rows, run }).await;
    sent.map_err(|_| StoreFault::engine("its writer has stopped"))?;
    receiver
        .await
        .unwrap_or_else(|_| Err(StoreFault::engine("its writer has stopped")))
}

/// Runs a verb so that a broken invariant ends the verb and not the thread.
pub(super) fn run_contained<T>(
    connection: &Connection,
    verb: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| verb(connection))).unwrap_or_else(|_| {
        let what = "a verb stopped at a broken invariant; the log has it";
        Err(StoreFault::Corrupt(what.to_owned()))
    })
}

/// Runs verbs in one transaction until none waits or the group is large, then answers them all.
fn run_group(connection: &Connection, first: Writing, waiting: &mut Receiver<Writing>) {
    let mut ran = Vec::new();
    let mut rows = 0;
    let mut next = Some(first);
    let mut outcome = execute(connection, "BEGIN IMMEDIATE");
    while let Some(writing) = next {
        rows += writing.rows.max(1);
        match &outcome {
            Ok(()) => {
                let (done, closed) = run_one(connection, writing);
                ran.push(done);
                outcome = closed;
            }
            Err(fault) => ran.push((writing.run)(Err(StoreFault::engine(&fault.to_string())))),
        }
        next = (outcome.is_ok() && rows < GROUP_ROWS)
            .then(|| waiting.try_recv().ok())
            .flatten();
    }
    let outcome = outcome.and_then(|()| execute(connection, "COMMIT"));
    if let Err(fault) = &outcome {
        tracing::error!(%fault, verbs = ran.len(), "a commit failed; nothing of it was kept");
        if !connection.is_autocommit() {
            // Where even this fails, the next BEGIN will say so.
            drop(execute(connection, "ROLLBACK"));
        }
    }
    let lost = outcome.err().map(|fault| fault.to_string());
    for done in ran {
        (done.answer)(lost.as_deref().map(StoreFault::engine));
    }
}

/// Runs one verb in a savepoint, so that its failure leaves the others be. The second part fails
/// when the transaction itself is lost, as it is when the disk is full.
fn run_one(connection: &Connection, writing: Writing) -> (Ran, rusqlite::Result<()>) {
    if let Err(fault) = execute(connection, "SAVEPOINT verb") {
        let told = StoreFault::engine(&fault.to_string());
        return ((writing.run)(Err(told)), Err(fault));
    }
    let done = (writing.run)(Ok(connection));
    let undone = match done.kept {
        true => Ok(()),
        false => execute(connection, "ROLLBACK TO verb"),
    };
    let closed = undone.and_then(|()| execute(connection, "RELEASE verb"));
    (done, closed)
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Verbs that may wait for the writer; more wait outside, and so hold back whoever sends them.
const QUEUE_LENGTH: usize = 256;

/// Rows after which a group is committed though more waits: some 10 ms of work, so that nobody
/// waits long for an answer.
const GROUP_ROWS: usize = 1_000;
