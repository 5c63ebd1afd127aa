//! Opening: reaching the server, and why it cannot be.

use std::error::Error;
use std::io;
use std::thread;

use tokio_postgres::{Client, NoTls};

use super::address::Address;
use super::session::Session;
use crate::fault::StoreFault;

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// The address cannot be read.
    #[error(
        "the address of the database cannot be read; write postgres://USER@HOST:PORT/DATABASE, or \
         host=FOLDER dbname=DATABASE for a socket"
    )]
    Address,
    /// Phone numbers would go through a network in the open.
    #[error(
        "the database at {0} is on another machine, and this program does not seal what it sends \
         there; run the program beside the database, or reach it through a tunnel that ends on \
         localhost"
    )]
    Unsealed(String),
    /// The server cannot be reached, or lets nobody in.
    #[error("the database {address} cannot be reached: {words}")]
    Unreachable {
        /// Which one.
        address: String,
        /// What is wrong, in words.
        words: String,
    },
    /// A newer program has changed its tables.
    #[error(
        "the database is of version {found} and this program knows versions up to {known}; use \
         the newer program, or restore a backup from before it ran"
    )]
    Newer {
        /// The version of the database.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// Tables that a program opened for reading only may not bring up to date.
    #[error("the database is of version {0} and must be brought up to date first: run migrate")]
    Older(u32),
    /// A migration ran with other content than this program has under its number.
    #[error(
        "migration {0} of the database is not the one of this program; use the program that made \
         it"
    )]
    Other(u32),
    /// A database of something else.
    #[error("the database holds tables, but not those of Ridecode; name another one")]
    Foreign,
    /// The system gives no more threads or sockets.
    #[error("the system refuses another thread: {0}")]
    Thread(#[source] io::Error),
    /// A statement failed.
    #[error("the database cannot be opened: {0}")]
    Failed(#[from] StoreFault),
}

/// Does something over a connection of its own. Waits, and may be called where an async runtime
/// runs.
pub(super) fn with_session<T: Send>(
    address: &Address,
    run: impl FnOnce(&Session) -> Result<T, OpenFault> + Send,
) -> Result<T, OpenFault> {
    thread::scope(|scope| {
        let opened = thread::Builder::new().spawn_scoped(scope, || {
            let session = Session::open(address)?;
            run(&session)
        });
        let opened = opened.map_err(OpenFault::Thread)?.join();
        opened.unwrap_or_else(|_| Err(StoreFault::engine("it stopped while it opened").into()))
    })
}

/// Connects. The connection works as long as the runtime around it runs.
pub(super) async fn connect(address: &Address) -> Result<Client, OpenFault> {
    let connected = address.config.connect(NoTls).await;
    let (client, connection) = connected.map_err(|fault| OpenFault::Unreachable {
        address: address.to_string(),
        words: words(&fault),
    })?;
    tokio::spawn(async move {
        if let Err(fault) = connection.await {
            // The statement that meets it says so to whoever asked.
            tracing::warn!(fault = words(&fault), "a connection to the database ended");
        }
    });
    Ok(client)
}

/// What is wrong, without the values of rows, which the server repeats in its details.
pub(super) fn words(fault: &tokio_postgres::Error) -> String {
    match (fault.as_db_error(), fault.source()) {
        (Some(said), _) => format!("{} ({})", said.message(), said.code().code()),
        (None, Some(source)) => format!("{fault}: {source}"),
        (None, None) => fault.to_string(),
    }
}
