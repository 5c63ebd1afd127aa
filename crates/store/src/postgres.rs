//! The PostgreSQL engine: many programs, one server.
//!
//! A verb becomes a closure that one of a few threads runs in a transaction over a connection of its
//! own, from the first statement to the commit; whoever asked is answered after that. A transaction
//! that writes reads what is committed, and holds whatever it decides on (`sql::lock`, and
//! [why](../../../docs/decisions/0013-postgresql.md)); where a unique key or a deadlock says
//! that somebody else was quicker, the verb runs again and sees it. One that reads sees one state. A
//! connection that was lost is made again. No caller holds a transaction, and none of these threads
//! knows an async runtime but its own.

mod address;
mod apart;
mod migrate;
mod open;
mod session;
mod value;

use std::fmt;
use std::sync::Arc;

pub use self::address::Address;
pub use self::apart::Apart;
pub use self::open::OpenFault;
pub(crate) use self::session::Session;
use self::session::{Isolation, Seat};
pub(crate) use self::value::value_of;
use crate::fault::StoreFault;
use crate::sql::{Answer, Connection, Crew, Engine, SqlStore};

/// How a database is opened.
#[derive(Clone, Copy, Debug)]
pub struct PostgresSettings {
    /// Connections, each with a thread. The server allows all programs together so many
    /// (`max_connections`, 100 unless it is set). Default 8.
    pub connections: u8,
}

impl Default for PostgresSettings {
    fn default() -> Self {
        Self { connections: 8 }
    }
}

/// An open database. Clones share its connections; the last one to go closes them.
#[derive(Clone)]
pub struct PostgresStore {
    pub(crate) verbs: SqlStore<PostgresServer>,
}

/// The connections to a server.
#[derive(Clone)]
pub(crate) struct PostgresServer {
    crew: Arc<Crew<Seat>>,
    read_only: bool,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresStore")
    }
}

impl PostgresStore {
    /// Opens a database, with the default settings, and brings its tables up to date; an empty one
    /// becomes one of ours. Other programs may have it open. Waits for the server.
    pub fn open(address: &Address) -> Result<Self, OpenFault> {
        Self::open_with(address, PostgresSettings::default())
    }

    /// Opens a database with settings of the caller's.
    pub fn open_with(address: &Address, settings: PostgresSettings) -> Result<Self, OpenFault> {
        open::with_session(address, migrate::run)?;
        Self::of(address, settings, false)
    }

    /// Opens a database for reading only. Verbs that write fail.
    pub fn open_read_only(
        address: &Address,
        settings: PostgresSettings,
    ) -> Result<Self, OpenFault> {
        open::with_session(address, migrate::check)?;
        Self::of(address, settings, true)
    }

    /// The version of a database's tables, 0 for an empty one. Reads only.
    pub fn version(address: &Address) -> Result<u32, OpenFault> {
        open::with_session(address, migrate::version)
    }

    fn of(
        address: &Address,
        settings: PostgresSettings,
        read_only: bool,
    ) -> Result<Self, OpenFault> {
        let seats = (0..settings.connections.max(1)).map(|_| Seat::new(address.clone()));
        let crew = Crew::start("store-postgres", seats.collect()).map_err(OpenFault::Thread)?;
        let engine = PostgresServer {
            crew: Arc::new(crew),
            read_only,
        };
        Ok(Self {
            verbs: SqlStore { engine },
        })
    }
}

impl Engine for PostgresServer {
    fn write<T: Send + 'static>(
        &self,
        _rows: usize,
        verb: impl Fn(&Connection<'_>) -> Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        Box::pin(async move {
            if self.read_only {
                return Err(StoreFault::engine("it was opened for reading only"));
            }
            let run = move |seat: &mut Seat| seat.run(Isolation::Write, &verb);
            self.crew.ask(run).await
        })
    }

    fn read<T: Send + 'static>(
        &self,
        verb: impl Fn(&Connection<'_>) -> Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        let run = move |seat: &mut Seat| seat.run(Isolation::Read, &verb);
        Box::pin(self.crew.ask(run))
    }
}

type Result<T, E = StoreFault> = std::result::Result<T, E>;
