//! Transfers as rows.

use ridecode_ledger::{Transfer, TransferId, TransferKind};
use ridecode_words::{ChargeId, JourneyId, RiderId, ServiceDay};

use super::column::{self, Columns, execute, id, impossible, load, load_each};
use super::{Connection, Result, params, rider};
use crate::fault::StoreFault;
use crate::record::{LedgerEntry, LedgerRange};

#[cfg(feature = "bench")]
impl crate::sqlite::SqliteStore {
    /// Posts a rider's transfers and nothing that they are for: what the bench of the ledger holds
    /// against a bare insert. No verb, for books made so do not add up.
    pub async fn post_alone(&self, owner: RiderId, transfers: Vec<Transfer>) -> Result<()> {
        let rows = transfers.len() + 1;
        self.verbs
            .write(rows, move |db| post(db, owner, &transfers))
            .await
    }
}

/// Posts transfers of a rider: each as a row, and the balance they lead to. Fails, and so undoes
/// the verb it is part of, if the balance leaves its range or its currency. That the transfers are
/// new follows from the fare or the charge they belong to.
pub(super) fn post<'a>(
    db: &Connection<'_>,
    owner: RiderId,
    transfers: impl IntoIterator<Item = &'a Transfer>,
) -> Result<()> {
    let (mut balance, _) = rider::balance(db, owner)?;
    let before = balance;
    for transfer in transfers {
        balance = balance.after(transfer)?;
        insert(db, transfer)?;
    }
    if balance != before {
        rider::set_balance(db, owner, &balance)?;
    }
    Ok(())
}

fn insert(db: &Connection<'_>, transfer: &Transfer) -> Result<()> {
    assert!(transfer.amount.minor > 0, "a transfer is positive");
    let charge = transfer.id.charge;
    execute(
        db,
        "INSERT INTO transfers (rider, validator, sequence, version, kind, line, debit, credit,
             amount, currency, day, check_number, ledger_day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
             (SELECT value FROM counters WHERE name = 'ledger_day'))",
        params![
            id(transfer.rider.0),
            charge.journey.0.validator.0,
            charge.journey.0.sequence.cast_signed(),
            charge.version,
            transfer.id.kind.byte(),
            transfer.id.line,
            transfer.debit.code(),
            transfer.credit.code(),
            transfer.amount.minor,
            column::currency(&transfer.amount.currency)?,
            transfer.day.0,
            transfer.check_number().cast_signed(),
        ],
    )?;
    Ok(())
}

/// A rider's transfers, by id.
pub(super) fn all_of(db: &Connection<'_>, rider: RiderId) -> Result<Vec<Transfer>> {
    load(
        db,
        "SELECT rider, validator, sequence, version, kind, line, debit, credit, amount, currency,
             day
         FROM transfers WHERE rider = ?1 ORDER BY validator, sequence, version, kind, line",
        [id(rider.0)],
        read,
    )
}

/// What was collected from a rider on a day, and what charges that are on their way may still
/// collect, in minor units.
pub(super) fn taken_on(db: &Connection<'_>, rider: RiderId, day: ServiceDay) -> Result<i64> {
    let sql = "SELECT CAST(
             (SELECT coalesce(sum(amount), 0) FROM transfers
              WHERE rider = ?1 AND kind = ?2 AND day = ?3)
             + (SELECT coalesce(sum(amount), 0) FROM charges
              WHERE rider = ?1 AND state IN (1, 2, 5)) AS BIGINT)";
    let key = params![id(rider.0), TransferKind::Collected.byte(), day.0];
    Ok(column::find(db, sql, key, |row| row.take())?.unwrap_or(0))
}

/// The transfers of the fares and charges of some journeys, by id.
pub(super) fn of_journeys(
    db: &Connection<'_>,
    rider: RiderId,
    journeys: &[JourneyId],
) -> Result<Vec<Transfer>> {
    let sql =
        "SELECT rider, validator, sequence, version, kind, line, debit, credit, amount, currency,
             day
         FROM transfers WHERE rider = ?1 AND validator = ?2 AND sequence = ?3
         ORDER BY version, kind, line";
    load_each(db, sql, (rider, journeys), read)
}

/// The first `limit` transfers of a range of ledger days, by rider and id.
pub(super) fn of_ledger_days(
    db: &Connection<'_>,
    range: &LedgerRange,
    limit: usize,
) -> Result<Vec<LedgerEntry>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let last = i64::try_from(range.last).unwrap_or(i64::MAX);
    let first = range.first.cast_signed();
    let Some((rider, after)) = range.after else {
        return load(
            db,
            "SELECT rider, validator, sequence, version, kind, line, debit, credit, amount,
                 currency, day, check_number, ledger_day
             FROM transfers WHERE ledger_day BETWEEN ?1 AND ?2
             ORDER BY rider, validator, sequence, version, kind, line LIMIT ?3",
            (first, last, limit),
            read_entry,
        );
    };
    load(
        db,
        "SELECT rider, validator, sequence, version, kind, line, debit, credit, amount, currency,
             day, check_number, ledger_day
         FROM transfers WHERE ledger_day BETWEEN ?1 AND ?2
             AND (rider, validator, sequence, version, kind, line) > (?4, ?5, ?6, ?7, ?8, ?9)
         ORDER BY rider, validator, sequence, version, kind, line LIMIT ?3",
        params![
            first,
            last,
            limit,
            id(rider.0),
            after.charge.journey.0.validator.0,
            after.charge.journey.0.sequence.cast_signed(),
            after.charge.version,
            after.kind.byte(),
            after.line,
        ],
        read_entry,
    )
}

fn read_entry(row: &mut Columns<'_>) -> Result<LedgerEntry> {
    let transfer = read(row)?;
    let check: Option<i64> = row.take()?;
    let intact = |check: i64| check.cast_unsigned() == transfer.check_number();
    Ok(LedgerEntry {
        ledger_day: row.count()?,
        transfer,
        intact: check.is_none_or(intact),
    })
}

fn read(row: &mut Columns<'_>) -> Result<Transfer> {
    let (rider, charge) = (row.rider()?, row.charge_id()?);
    read_rest(row, (rider, charge)).map_err(|fault| match fault {
        StoreFault::Corrupt(what) => impossible("transfer", format!("of charge {charge}: {what}")),
        StoreFault::Conflict { .. } | StoreFault::Missing { .. } | StoreFault::Engine(_) => fault,
    })
}

fn read_rest(row: &mut Columns<'_>, (rider, charge): (RiderId, ChargeId)) -> Result<Transfer> {
    let (kind, line) = (row.take()?, row.take()?);
    let kind = TransferKind::from_byte(kind).ok_or_else(|| impossible("transfer kind", kind))?;
    Ok(Transfer {
        id: TransferId { charge, kind, line },
        rider,
        debit: row.account()?,
        credit: row.account()?,
        amount: row.money()?,
        day: row.day()?,
    })
}
