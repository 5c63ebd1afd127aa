//! The readers: a few threads, each with a connection of its own, taking verbs from one queue.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use super::Result;
use super::open::{self, OpenFault};
use super::writer::{execute, run_contained};
use crate::fault::StoreFault;
use crate::sql;

/// A verb on its way to a reader.
pub(super) type Reading = Box<dyn FnOnce(&Connection) + Send>;

/// Starts the threads. They end when every sender is gone.
pub(super) fn start(
    path: &Path,
    readers: u8,
) -> Result<(Vec<JoinHandle<()>>, Sender<Reading>), OpenFault> {
    let (sender, receiver) = channel::<Reading>(QUEUE_LENGTH);
    let receiver = Arc::new(Mutex::new(receiver));
    let mut threads = Vec::new();
    for _ in 0..readers.max(1) {
        let connection = open::reader(path)?;
        let receiver = Arc::clone(&receiver);
        threads.push(open::thread("store-reader", move || {
            loop {
                let next = receiver
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .blocking_recv();
                let Some(run) = next else { return };
                run(&connection);
            }
        })?);
    }
    Ok((threads, sender))
}

/// Has a reader run a verb over one state of the database.
pub(super) async fn ask<T: Send + 'static>(
    reading: &Sender<Reading>,
    verb: impl FnOnce(&sql::Connection<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = oneshot::channel();
    let run = Box::new(move |connection: &Connection| {
        let begun = execute(connection, "BEGIN").map_err(StoreFault::from);
        let outcome = begun.and_then(|()| run_contained(connection, verb));
        if !connection.is_autocommit()
            && let Err(fault) = execute(connection, "ROLLBACK")
        {
            tracing::error!(%fault, "a reader could not let go of what it read");
        }
        // Whoever asked may have gone away.
        drop(sender.send(outcome));
    });
    let sent = reading.send(run).await;
    sent.map_err(|_| StoreFault::engine("its readers have stopped"))?;
    receiver
        .await
        .unwrap_or_else(|_| Err(StoreFault::engine("its readers have stopped")))
}

/// Verbs that may wait for a reader.
const QUEUE_LENGTH: usize = 256;
