//! Transfers as rows.

use ridecode_ledger::{Transfer, TransferId, TransferKind};
use ridecode_words::{JourneyId, RiderId};
use rusqlite::{Connection, params};

use super::Result;
use super::column::{self, Columns, id, impossible, load};

/// Inserts a transfer. That it is new follows from the fare or the charge it belongs to.
pub(super) fn insert(db: &Connection, transfer: &Transfer) -> Result<()> {
    assert!(transfer.amount.minor > 0, "a transfer is positive");
    let charge = transfer.id.charge;
    let mut insert = db.prepare_cached(
        "INSERT INTO transfers (rider, validator, sequence, version, kind, line, debit, credit,
             amount, currency, day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    insert.execute(params![
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
    ])?;
    Ok(())
}

/// A rider's transfers, by id.
pub(super) fn all_of(db: &Connection, rider: RiderId) -> Result<Vec<Transfer>> {
    load(
        db,
        "SELECT rider, validator, sequence, version, kind, line, debit, credit, amount, currency,
             day
         FROM transfers WHERE rider = ?1 ORDER BY validator, sequence, version, kind, line",
        [id(rider.0)],
        read,
    )
}

/// The transfers of a journey's fares and charges, by id.
pub(super) fn of_journey(
    db: &Connection,
    rider: RiderId,
    journey: JourneyId,
) -> Result<Vec<Transfer>> {
    load(
        db,
        "SELECT rider, validator, sequence, version, kind, line, debit, credit, amount, currency,
             day
         FROM transfers WHERE rider = ?1 AND validator = ?2 AND sequence = ?3
         ORDER BY version, kind, line",
        params![
            id(rider.0),
            journey.0.validator.0,
            journey.0.sequence.cast_signed()
        ],
        read,
    )
}

fn read(row: &mut Columns<'_>) -> Result<Transfer> {
    let (rider, charge) = (row.rider()?, row.charge_id()?);
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
