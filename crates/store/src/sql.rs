//! The verbs over tables, for every engine that speaks SQL.
//!
//! A verb is a closure over a [`Connection`]: SQL that the engines have in common, and the
//! decisions of [`crate::step`] and its neighbors between one statement and the next. An engine
//! brings connections, transactions and its own migrations, and runs the closures.

mod column;
mod connection;
mod crew;
mod lock;
mod value;

mod notice;
mod refund;
mod rider;

mod credential;

mod fleet;
mod journal;
mod pulse;
mod repair;
mod tap;

mod adjustment;
mod bill;
mod transfer;

mod charge;

mod booking;
mod statement;

mod payout;

mod reconciled;

mod ledger;

mod office;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

pub(crate) use self::connection::{Batch, Connection, Count, Params, Series, params};
pub(crate) use self::crew::Crew;
pub(crate) use self::lock::Lock;
#[cfg(feature = "postgres")]
pub(crate) use self::value::Owned;
pub(crate) use self::value::{Given, Value};
use crate::fault::StoreFault;

/// An engine and the verbs over its tables.
#[derive(Clone)]
pub(crate) struct SqlStore<E> {
    pub(crate) engine: E,
}

/// The answer of a verb, once there is one. Boxed, for the compiler cannot show of an unnamed future
/// of a trait that it may go from thread to thread, however long the engine is borrowed.
pub(crate) type Answer<'e, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'e>>;

/// What runs verbs, each in a transaction.
pub(crate) trait Engine: Send + Sync {
    /// Runs a verb of about so many rows, and waits until it is on disk. It may be run again after
    /// everything it did was undone.
    fn write<T: Send + 'static>(
        &self,
        rows: usize,
        verb: impl Fn(&Connection<'_>) -> Result<T> + Send + 'static,
    ) -> Answer<'_, T>;

    /// Runs a verb over one state of the database, which it does not change. It too may be run
    /// again.
    fn read<T: Send + 'static>(
        &self,
        verb: impl Fn(&Connection<'_>) -> Result<T> + Send + 'static,
    ) -> Answer<'_, T>;
}

impl<E: Engine> SqlStore<E> {
    async fn write<T: Send + 'static>(
        &self,
        rows: usize,
        verb: impl Fn(&Connection<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.engine.write(rows, verb).await
    }

    async fn read<T: Send + 'static>(
        &self,
        verb: impl Fn(&Connection<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.engine.read(verb).await
    }
}

/// Runs a verb so that a broken invariant ends the verb and not its thread.
pub(crate) fn run_contained<T>(verb: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(verb)).unwrap_or_else(|_| {
        let what = "a verb stopped at a broken invariant; the log has it";
        Err(StoreFault::Corrupt(what.to_owned()))
    })
}

type Result<T, E = StoreFault> = std::result::Result<T, E>;
