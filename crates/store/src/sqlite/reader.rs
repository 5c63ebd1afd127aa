//! The readers: a few threads with connections that only read, each verb in a transaction that
//! sees one state.

use std::path::Path;

use rusqlite::Connection;

use super::Result;
use super::open::{self, OpenFault};
use super::writer::{execute, run_contained};
use crate::fault::StoreFault;
use crate::sql::{self, Crew};

/// Starts the threads.
pub(super) fn start(path: &Path, readers: u8) -> Result<Crew<Connection>, OpenFault> {
    let connections = (0..readers.max(1)).map(|_| open::reader(path));
    let connections: Vec<Connection> = connections.collect::<Result<_, _>>()?;
    Crew::start("store-reader", connections).map_err(OpenFault::Thread)
}

/// Has a reader run a verb over one state of the database.
pub(super) async fn ask<T: Send + 'static>(
    readers: &Crew<Connection>,
    verb: impl FnOnce(&sql::Connection<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let run = move |connection: &mut Connection| {
        let begun = execute(connection, "BEGIN").map_err(StoreFault::from);
        let outcome = begun.and_then(|()| run_contained(connection, verb));
        if !connection.is_autocommit()
            && let Err(fault) = execute(connection, "ROLLBACK")
        {
            tracing::error!(%fault, "a reader could not let go of what it read");
        }
        outcome
    };
    readers.ask(run).await
}
