//! Migrations: numbered, forward only, each in a transaction of its own.

use rusqlite::{Connection, TransactionBehavior};

use super::open::OpenFault;

/// The migrations, in order. A file, once released, never changes.
const MIGRATIONS: [&str; 17] = [
    include_str!("migrations/0001-the-way-of-a-ride.sql"),
    include_str!("migrations/0002-charges-in-line-with-fares.sql"),
    include_str!("migrations/0003-refunds.sql"),
    include_str!("migrations/0004-write-offs.sql"),
    include_str!("migrations/0005-adjustments.sql"),
    include_str!("migrations/0006-notices.sql"),
    include_str!("migrations/0007-bookings.sql"),
    include_str!("migrations/0008-days-of-the-ledger.sql"),
    include_str!("migrations/0009-payouts.sql"),
    include_str!("migrations/0010-provider-bills.sql"),
    include_str!("migrations/0011-repairs.sql"),
    include_str!("migrations/0012-charges-of-a-day.sql"),
    include_str!("migrations/0013-sessions.sql"),
    include_str!("migrations/0014-validators-at-work.sql"),
    include_str!("migrations/0015-counts.sql"),
    include_str!("migrations/0016-a-ride-home.sql"),
    include_str!("migrations/0017-a-wish-to-pay.sql"),
];

/// The newest version, which is the number of migrations.
const KNOWN: u32 = 17;

const _: () = assert!(MIGRATIONS.len() == KNOWN as usize);

/// "RIDE": tells a database of ours from any other (SQLite file format, offset 68).
const APPLICATION_ID: u32 = 0x5249_4445;

/// Brings a database up to date. An empty file becomes one of ours.
pub(super) fn run(connection: &mut Connection) -> Result<(), OpenFault> {
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = version(&transaction)?;
        let Some(migration) = MIGRATIONS.get(version as usize) else {
            return Ok(());
        };
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
        tracing::info!(version = version + 1, "brought the database up to date");
    }
}

/// Says why a database that may not be changed cannot be read.
pub(super) fn check(connection: &Connection) -> Result<(), OpenFault> {
    match version(connection)? {
        KNOWN => Ok(()),
        older => Err(OpenFault::Older(older)),
    }
}

/// How many migrations have run, of those this program knows.
pub(super) fn version(connection: &Connection) -> Result<u32, OpenFault> {
    let pragma = |name| -> rusqlite::Result<u32> {
        connection.pragma_query_value(None, name, |row| row.get(0))
    };
    let found = pragma("user_version")?;
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let ours = pragma("application_id")? == APPLICATION_ID;
    if !ours && (found != 0 || tables != 0) {
        return Err(OpenFault::Foreign);
    }
    if found > KNOWN {
        return Err(OpenFault::Newer {
            found,
            known: KNOWN,
        });
    }
    Ok(found)
}
