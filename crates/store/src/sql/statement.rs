//! Clearing: legs and statements.

use std::collections::BTreeSet;

use ridecode_ledger::{ClearedLeg, Coverage, Money, Statement, StatementLine};
use ridecode_words::{IssuerId, OperatorId, ServiceDay, ValidatorId};

use super::column::{self, Columns, execute, find, impossible, load};
use super::{Connection, Engine, Lock, Result, Series, SqlStore, booking, params};
use crate::record::{DayLegs, OperatorLeg, StatementSaved};
use crate::step;

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn load_day(&self, operator: OperatorId, day: ServiceDay) -> Result<DayLegs> {
        self.read(move |db| load_day(db, operator, day)).await
    }

    pub(crate) async fn close_day(&self, statement: Statement) -> Result<StatementSaved> {
        let rows = statement.lines.len() * 2;
        self.write(rows, move |db| close(db, &statement)).await
    }

    pub(crate) async fn load_statements(
        &self,
        operator: OperatorId,
        day: ServiceDay,
    ) -> Result<Vec<Statement>> {
        self.read(move |db| of_day(db, operator, day)).await
    }
}

/// Inserts legs that stand on no statement yet.
pub(super) fn insert_legs<'a>(
    db: &Connection<'_>,
    legs: impl Iterator<Item = &'a OperatorLeg>,
) -> Result<()> {
    let mut insert = db.batch(
        "INSERT INTO open_legs (operator, number, day, validator, sequence, version, issuer, amount)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let legs: Vec<&OperatorLeg> = legs.collect();
    let numbers = db.number(Series::Leg, legs.len())?;
    for (number, OperatorLeg { operator, day, leg }) in numbers.into_iter().zip(legs) {
        insert.add(params![
            operator.0,
            number.cast_signed(),
            day.0,
            leg.charge.journey.0.validator.0,
            leg.charge.journey.0.sequence.cast_signed(),
            leg.charge.version,
            leg.issuer.0,
            leg.amount_minor,
        ])?;
    }
    insert.run().map(drop)
}

/// Every statement, by operator and number.
pub(super) fn all(db: &Connection<'_>) -> Result<Vec<Statement>> {
    named(
        db,
        "SELECT operator, number FROM statements ORDER BY operator, number",
    )
}

/// The statements that stand in no payout, or in withdrawn ones alone, by operator and number.
pub(super) fn in_no_payout(db: &Connection<'_>) -> Result<Vec<Statement>> {
    named(
        db,
        "SELECT operator, number FROM statements AS one WHERE NOT EXISTS (
             SELECT 1 FROM payout_statements AS settled JOIN payouts ON payouts.number = payout
             WHERE settled.operator = one.operator AND settled.number = one.number
                 AND withdrawn_at IS NULL)
         ORDER BY operator, number",
    )
}

/// Whether a statement is there and free to stand in a payout.
pub(super) fn is_in_no_payout(
    db: &Connection<'_>,
    (operator, number): (OperatorId, u64),
) -> Result<bool> {
    let sql = "SELECT NOT EXISTS (
             SELECT 1 FROM payout_statements AS settled JOIN payouts ON payouts.number = payout
             WHERE settled.operator = ?1 AND settled.number = ?2 AND withdrawn_at IS NULL)
         FROM statements WHERE operator = ?1 AND number = ?2";
    let free = find(db, sql, (operator.0, number.cast_signed()), |row| {
        row.take()
    })?;
    Ok(free.unwrap_or(false))
}

fn named(db: &Connection<'_>, sql: &str) -> Result<Vec<Statement>> {
    let keys = load(db, sql, (), |row| {
        Ok((OperatorId(row.take()?), row.count()?))
    })?;
    let statements = keys.into_iter().map(|key| expect(db, key));
    statements.collect()
}

fn load_day(db: &Connection<'_>, operator: OperatorId, day: ServiceDay) -> Result<DayLegs> {
    let (number_before, hash_before) = last_of(db, operator)?;
    Ok(DayLegs {
        legs: open_legs(db, operator, day)?.into_iter().collect(),
        number_before,
        hash_before,
    })
}

/// The number and the hash of an operator's last statement; zeros for none.
fn last_of(db: &Connection<'_>, operator: OperatorId) -> Result<(u64, [u8; 32])> {
    let sql = "SELECT number, hash FROM statements WHERE operator = ?1
         ORDER BY number DESC LIMIT 1";
    let last = find(db, sql, [operator.0], |row| Ok((row.count()?, row.take()?)))?;
    Ok(last.unwrap_or((0, [0; 32])))
}

/// The legs up to a day that stand on no statement.
fn open_legs(
    db: &Connection<'_>,
    operator: OperatorId,
    day: ServiceDay,
) -> Result<BTreeSet<ClearedLeg>> {
    let sql = "SELECT validator, sequence, version, issuer, amount FROM open_legs
         WHERE operator = ?1 AND day <= ?2";
    let legs = load(db, sql, (operator.0, day.0), read_leg)?;
    Ok(legs.into_iter().collect())
}

fn close(db: &Connection<'_>, statement: &Statement) -> Result<StatementSaved> {
    db.hold([Lock::LedgerDay, Lock::Statements(statement.operator)])?;
    let key = (statement.operator, statement.number);
    if let Some(held) = find_one(db, key)? {
        return Ok(if held == *statement {
            StatementSaved::Repeated
        } else {
            StatementSaved::Moved
        });
    }
    let (last, _) = last_of(db, statement.operator)?;
    if last + 1 != statement.number {
        return Ok(StatementSaved::Moved);
    }
    let stated: BTreeSet<ClearedLeg> = statement.lines.iter().map(|line| line.leg).collect();
    if stated != open_legs(db, statement.operator, statement.day)? {
        return Ok(StatementSaved::Moved);
    }
    let bookings = step::book_stated(statement)?;
    execute(
        db,
        "DELETE FROM open_legs WHERE operator = ?1 AND day <= ?2",
        (statement.operator.0, statement.day.0),
    )?;
    insert(db, statement)?;
    booking::insert(db, &bookings)?;
    Ok(StatementSaved::Saved)
}

fn insert(db: &Connection<'_>, statement: &Statement) -> Result<()> {
    let (operator, number) = (statement.operator.0, statement.number.cast_signed());
    execute(
        db,
        "INSERT INTO statements (operator, number, day, currency, fares, commission, payable, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            operator,
            number,
            statement.day.0,
            column::currency(&statement.fares.currency)?,
            statement.fares.minor,
            statement.commission.minor,
            statement.payable.minor,
            statement.hash,
        ],
    )?;
    for (place, line) in (0_i64..).zip(&statement.lines) {
        execute(
            db,
            "INSERT INTO statement_lines (operator, number, line, validator, sequence, version,
                 issuer, amount, commission)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                operator,
                number,
                place,
                line.leg.charge.journey.0.validator.0,
                line.leg.charge.journey.0.sequence.cast_signed(),
                line.leg.charge.version,
                line.leg.issuer.0,
                line.leg.amount_minor,
                line.commission_minor,
            ],
        )?;
    }
    for (place, coverage) in (0_i64..).zip(&statement.coverage) {
        execute(
            db,
            "INSERT INTO statement_coverage (operator, number, line, validator, held, missing)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                operator,
                number,
                place,
                coverage.validator.0,
                write_ranges(&coverage.held),
                write_ranges(&coverage.missing),
            ],
        )?;
    }
    Ok(())
}

fn of_day(db: &Connection<'_>, operator: OperatorId, day: ServiceDay) -> Result<Vec<Statement>> {
    let sql = "SELECT number FROM statements WHERE operator = ?1 AND day = ?2 ORDER BY number";
    let numbers = load(db, sql, (operator.0, day.0), |row| row.count())?;
    let statements = numbers.into_iter();
    statements
        .map(|number| expect(db, (operator, number)))
        .collect()
}

fn expect(db: &Connection<'_>, key: (OperatorId, u64)) -> Result<Statement> {
    find_one(db, key)?.ok_or_else(|| impossible("number of a missing statement", key.1))
}

fn find_one(
    db: &Connection<'_>,
    (operator, number): (OperatorId, u64),
) -> Result<Option<Statement>> {
    let key = (operator.0, number.cast_signed());
    let sql = "SELECT day, currency, fares, commission, payable, hash
         FROM statements WHERE operator = ?1 AND number = ?2";
    let statement = find(db, sql, key, |row| {
        let (day, currency) = (row.day()?, row.currency()?);
        let mut money = || -> Result<Money> {
            let minor = row.take()?;
            Ok(Money { minor, currency })
        };
        Ok(Statement {
            number,
            operator,
            day,
            lines: Vec::new(),
            fares: money()?,
            commission: money()?,
            payable: money()?,
            coverage: Vec::new(),
            hash: row.take()?,
        })
    })?;
    let Some(mut statement) = statement else {
        return Ok(None);
    };
    let sql = "SELECT validator, sequence, version, issuer, amount, commission
         FROM statement_lines WHERE operator = ?1 AND number = ?2 ORDER BY line";
    statement.lines = load(db, sql, key, |row| {
        Ok(StatementLine {
            leg: read_leg(row)?,
            commission_minor: row.take()?,
        })
    })?;
    let sql = "SELECT validator, held, missing
         FROM statement_coverage WHERE operator = ?1 AND number = ?2 ORDER BY line";
    statement.coverage = load(db, sql, key, |row| {
        Ok(Coverage {
            validator: ValidatorId(row.take()?),
            held: read_ranges(&row.take::<Vec<u8>>()?)?,
            missing: read_ranges(&row.take::<Vec<u8>>()?)?,
        })
    })?;
    Ok(Some(statement))
}

fn read_leg(row: &mut Columns<'_>) -> Result<ClearedLeg> {
    Ok(ClearedLeg {
        charge: row.charge_id()?,
        issuer: IssuerId(row.take()?),
        amount_minor: row.take()?,
    })
}

fn write_ranges(ranges: &[(u64, u64)]) -> Vec<u8> {
    let ends = ranges.iter().flat_map(|(first, last)| [*first, *last]);
    ends.flat_map(u64::to_be_bytes).collect()
}

fn read_ranges(blob: &[u8]) -> Result<Vec<(u64, u64)>> {
    let (ends, rest) = blob.as_chunks::<8>();
    let (ranges, odd) = ends.as_chunks::<2>();
    if !rest.is_empty() || !odd.is_empty() {
        return Err(impossible(
            "list of ranges",
            format!("{} bytes", blob.len()),
        ));
    }
    let number = |bytes: [u8; 8]| u64::from_be_bytes(bytes);
    let ranges = ranges.iter();
    Ok(ranges
        .map(|&[first, last]| (number(first), number(last)))
        .collect())
}
