//! Migrations: numbered, forward only, each in a transaction of its own, by one program at a time.

use sha2::{Digest, Sha256};

use super::open::OpenFault;
use super::session::Session;
use super::value_of;
use crate::fault::StoreFault;
use crate::sql::Value;

/// The migrations, in order. A file, once released, never changes: its digest is held against the
/// one that was kept when it ran.
const MIGRATIONS: [&str; 1] = [include_str!("migrations/0001-the-way-of-a-ride.sql")];

/// The newest version, which is the number of migrations.
const KNOWN: u32 = 1;

const _: () = assert!(MIGRATIONS.len() == KNOWN as usize);

/// Brings a database up to date. An empty one becomes one of ours.
pub(super) fn run(session: &Session) -> Result<(), OpenFault> {
    loop {
        session.run_file(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})"))?;
        let version = version(session)?;
        let Some(migration) = MIGRATIONS.get(version as usize) else {
            session.run_file("ROLLBACK")?;
            return Ok(());
        };
        session.run_file(migration)?;
        session.run_file(TABLE)?;
        let number = Value::Integer(i64::from(version) + 1);
        let sql = "INSERT INTO ridecode_migrations (number, digest) VALUES (?1, ?2)";
        session.change(sql, &[number, Value::Bytes(&digest(migration))])?;
        session.run_file("COMMIT")?;
        tracing::info!(version = version + 1, "brought the database up to date");
    }
}

/// Says why a database that may not be changed cannot be read.
pub(super) fn check(session: &Session) -> Result<(), OpenFault> {
    match version(session)? {
        KNOWN => Ok(()),
        older => Err(OpenFault::Older(older)),
    }
}

/// How many migrations have run, of those this program knows.
pub(super) fn version(session: &Session) -> Result<u32, OpenFault> {
    let tables = "SELECT count(*), count(*) FILTER (WHERE table_name = 'ridecode_migrations')
         FROM information_schema.tables WHERE table_schema = current_schema()";
    match whole_numbers(session, tables)?.as_slice() {
        [0, _] => return Ok(0),
        [_, 0] => return Err(OpenFault::Foreign),
        _ => {}
    }
    let rows = session.query(
        "SELECT digest FROM ridecode_migrations ORDER BY number",
        &[],
    )?;
    let found = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    if found > KNOWN {
        return Err(OpenFault::Newer {
            found,
            known: KNOWN,
        });
    }
    for (number, (row, known)) in (1..).zip(rows.iter().zip(MIGRATIONS)) {
        if value_of(row, 0)? != Value::Bytes(&digest(known)) {
            return Err(OpenFault::Other(number));
        }
    }
    Ok(found)
}

/// The first row of a query, of whole numbers.
fn whole_numbers(session: &Session, sql: &str) -> Result<Vec<i64>, StoreFault> {
    let rows = session.query(sql, &[])?;
    let Some(row) = rows.first() else {
        return Ok(Vec::new());
    };
    let numbers = (0..row.len()).map(|column| match value_of(row, column)? {
        Value::Integer(number) => Ok(number),
        other @ (Value::Null | Value::Text(_) | Value::Bytes(_)) => {
            Err(StoreFault::Corrupt(format!("{other:?} for a number")))
        }
    });
    numbers.collect()
}

fn digest(migration: &str) -> [u8; 32] {
    Sha256::digest(migration).into()
}

/// What ran, with what content.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS ridecode_migrations (
    number BIGINT PRIMARY KEY,
    digest BYTEA NOT NULL,
    ran_at TIMESTAMPTZ NOT NULL DEFAULT now()
)";

/// "RIDE": what programs that migrate hold against each other.
const LOCK: i64 = 0x5249_4445;
