//! The bounds: the same engine with the same care for the disk, and nothing but rows.

use std::path::Path;

use anyhow::Context as _;
use ridecode_ledger::Transfer;
use rusqlite::{Connection, params};

use super::rides::Rides;
use crate::clock::Stopwatch;

/// What the engine does at best.
pub(super) struct Bounds {
    /// Rows of a hundred bytes, inserted in batches.
    pub(super) rows_per_s: f64,
    /// Transfers, each with the balances of both its accounts, in batches.
    pub(super) transfers_per_s: f64,
}

/// Measures both on a database beside the office's.
pub(super) fn measure(folder: &Path, rides: &Rides) -> anyhow::Result<Bounds> {
    let file = tempfile::NamedTempFile::new_in(folder).context("a file for the bounds")?;
    let db = Connection::open(file.path())?;
    db.execute_batch(
        "PRAGMA page_size = 4096;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA cache_size = -262144;
         CREATE TABLE plain (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
         CREATE TABLE balances (account BLOB PRIMARY KEY, minor INTEGER NOT NULL)
             STRICT, WITHOUT ROWID;
         CREATE TABLE transfers (
             rider INTEGER NOT NULL, validator INTEGER NOT NULL, sequence INTEGER NOT NULL,
             version INTEGER NOT NULL, kind INTEGER NOT NULL, line INTEGER NOT NULL,
             debit BLOB NOT NULL, credit BLOB NOT NULL, amount INTEGER NOT NULL,
             currency TEXT NOT NULL, day INTEGER NOT NULL,
             PRIMARY KEY (rider, validator, sequence, version, kind, line)
         ) STRICT, WITHOUT ROWID;",
    )?;
    let transfers = rides.transfers()?;
    let count = transfers.len() as f64;
    let watch = Stopwatch::start();
    for batch in transfers.chunks(BATCH) {
        in_one(&db, || insert_plain(&db, batch.len()))?;
    }
    let rows_per_s = count / watch.elapsed().as_secs_f64();
    in_one(&db, || {
        transfers.iter().try_for_each(|one| open_accounts(&db, one))
    })?;
    let watch = Stopwatch::start();
    for batch in transfers.chunks(BATCH) {
        in_one(&db, || {
            batch.iter().try_for_each(|one| insert_transfer(&db, one))
        })?;
    }
    Ok(Bounds {
        rows_per_s,
        transfers_per_s: count / watch.elapsed().as_secs_f64(),
    })
}

fn in_one(db: &Connection, insert: impl FnOnce() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    insert()?;
    db.prepare_cached("COMMIT")?.execute([]).map(drop)
}

fn insert_plain(db: &Connection, count: usize) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached("INSERT INTO plain (body) VALUES (?1)")?;
    for _ in 0..count {
        insert.execute([[7_u8; 100]])?;
    }
    Ok(())
}

fn insert_transfer(db: &Connection, transfer: &Transfer) -> rusqlite::Result<()> {
    let tap = transfer.id.charge.journey.0;
    let mut insert = db.prepare_cached(
        "INSERT INTO transfers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'CNY', ?10)",
    )?;
    insert.execute(params![
        transfer.rider.0.cast_signed(),
        tap.validator.0,
        tap.sequence.cast_signed(),
        transfer.id.charge.version,
        transfer.id.kind.byte(),
        transfer.id.line,
        transfer.debit.code(),
        transfer.credit.code(),
        transfer.amount.minor,
        transfer.day.0,
    ])?;
    let mut update =
        db.prepare_cached("UPDATE balances SET minor = minor + ?2 WHERE account = ?1")?;
    update.execute((transfer.debit.code(), transfer.amount.minor))?;
    update.execute((transfer.credit.code(), -transfer.amount.minor))?;
    Ok(())
}

fn open_accounts(db: &Connection, transfer: &Transfer) -> rusqlite::Result<()> {
    let mut open = db.prepare_cached("INSERT OR IGNORE INTO balances VALUES (?1, 0)")?;
    open.execute([transfer.debit.code()])?;
    open.execute([transfer.credit.code()]).map(drop)
}

/// Rows of a commit: about what the office's writer puts into one.
const BATCH: usize = 1_000;
