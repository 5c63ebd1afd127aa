//! Bookings as rows.

use ridecode_ledger::{Booking, BookingId, Cause, TransferKind};
use ridecode_words::{OperatorId, ProviderId, ServiceDay, TicketId};

use super::column::{self, Columns, id, impossible, load, random_id};
use super::{Connection, Result, params};
use crate::record::LedgerRange;

/// Inserts bookings. That they are new follows from what caused them.
pub(super) fn insert(db: &Connection<'_>, bookings: &[Booking]) -> Result<()> {
    for booking in bookings {
        assert!(booking.amount.minor > 0, "a booking is positive");
        let (cause, first, second) = write_cause(booking.id.cause);
        column::execute(
            db,
            "INSERT INTO bookings (cause, first, second, kind, debit, credit, amount, currency, day,
                 ledger_day)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                 (SELECT value FROM counters WHERE name = 'ledger_day'))",
            params![
                cause,
                first,
                second,
                booking.id.kind.byte(),
                booking.debit.code(),
                booking.credit.code(),
                booking.amount.minor,
                column::currency(&booking.amount.currency)?,
                booking.day.0,
            ],
        )?;
    }
    Ok(())
}

/// Every booking, by id.
pub(super) fn all(db: &Connection<'_>) -> Result<Vec<Booking>> {
    load(
        db,
        "SELECT cause, first, second, kind, debit, credit, amount, currency, day
         FROM bookings ORDER BY cause, first, second, kind",
        (),
        read,
    )
}

/// The bookings of a range of ledger days with their day, by id.
pub(super) fn of_ledger_days(
    db: &Connection<'_>,
    range: &LedgerRange,
) -> Result<Vec<(u64, Booking)>> {
    let last = i64::try_from(range.last).unwrap_or(i64::MAX);
    load(
        db,
        "SELECT cause, first, second, kind, debit, credit, amount, currency, day, ledger_day
         FROM bookings WHERE ledger_day BETWEEN ?1 AND ?2 ORDER BY cause, first, second, kind",
        (range.first.cast_signed(), last),
        |row| {
            let booking = read(row)?;
            Ok((row.count()?, booking))
        },
    )
}

fn read(row: &mut Columns<'_>) -> Result<Booking> {
    let cause = read_cause((row.take()?, row.take()?, row.take()?))?;
    let kind = row.take()?;
    let kind = TransferKind::from_byte(kind).ok_or_else(|| impossible("transfer kind", kind))?;
    Ok(Booking {
        id: BookingId { cause, kind },
        debit: row.account()?,
        credit: row.account()?,
        amount: row.money()?,
        day: row.day()?,
    })
}

fn write_cause(cause: Cause) -> (u8, i64, i64) {
    match cause {
        Cause::Statement { operator, number } => (0, operator.0.into(), number.cast_signed()),
        Cause::Bill { provider, day } => (1, provider.0.into(), day.0.into()),
        Cause::Ticket(ticket) => (2, id(ticket.0), 0),
        Cause::Payout { number, line } => (3, number.cast_signed(), line.into()),
    }
}

fn read_cause((cause, first, second): (u8, i64, i64)) -> Result<Cause> {
    let wrong = || impossible("cause of a booking", format!("{cause} {first} {second}"));
    match cause {
        0 => Ok(Cause::Statement {
            operator: OperatorId(first.try_into().map_err(|_| wrong())?),
            number: second.cast_unsigned(),
        }),
        1 => Ok(Cause::Bill {
            provider: ProviderId(first.try_into().map_err(|_| wrong())?),
            day: ServiceDay(second.try_into().map_err(|_| wrong())?),
        }),
        2 => Ok(Cause::Ticket(TicketId(random_id(first)))),
        3 => Ok(Cause::Payout {
            number: first.cast_unsigned(),
            line: second.try_into().map_err(|_| wrong())?,
        }),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_reads_back_in_its_order() {
        let causes = [
            Cause::Statement {
                operator: OperatorId(u32::MAX),
                number: 7,
            },
            Cause::Bill {
                provider: ProviderId(1),
                day: ServiceDay(-3),
            },
            Cause::Ticket(TicketId(0)),
            Cause::Ticket(TicketId(u64::MAX)),
            Cause::Payout {
                number: 1,
                line: u16::MAX,
            },
        ];
        assert!(causes.is_sorted());
        assert!(causes.map(write_cause).is_sorted());
        for cause in causes {
            assert_eq!(read_cause(write_cause(cause)).ok(), Some(cause));
        }
        for wrong in [(0, -1, 1), (1, 1, i64::MAX), (3, 1, -1), (4, 0, 0)] {
            assert!(read_cause(wrong).is_err(), "{wrong:?}");
        }
    }
}
