//! Days of the ledger: cutting, reading, sealing.

use ridecode_ledger::{DayHead, TransferId};
use ridecode_words::{RiderId, ServiceDay};

use super::column::{Columns, execute, find, impossible, load};
use super::{Connection, Engine, Lock, Result, SqlStore, booking, transfer};
use crate::record::{LedgerDay, LedgerPage, LedgerRange};
use crate::step;

impl<E: Engine> SqlStore<E> {
    pub(crate) async fn cut_ledger(&self, day: ServiceDay) -> Result<bool> {
        self.write(2, move |db| cut(db, day)).await
    }

    pub(crate) async fn load_ledger_days(&self) -> Result<Vec<LedgerDay>> {
        let sql = "SELECT number, day, transfers, bookings, head FROM ledger_days ORDER BY number";
        self.read(move |db| load(db, sql, (), read_day)).await
    }

    pub(crate) async fn ledger_page(&self, range: LedgerRange, limit: usize) -> Result<LedgerPage> {
        self.read(move |db| page(db, &range, limit.max(1))).await
    }

    pub(crate) async fn seal_ledger(&self, number: u64, sealed: DayHead) -> Result<()> {
        self.write(1, move |db| seal(db, number, &sealed)).await
    }
}

fn cut(db: &Connection<'_>, day: ServiceDay) -> Result<bool> {
    db.hold([Lock::LedgerCut])?;
    let sql = "SELECT max(day) FROM ledger_days";
    let last: Option<i32> = find(db, sql, (), |row| row.take())?.flatten();
    if last.is_some_and(|last| last >= day.0) {
        return Ok(false);
    }
    let sql = "SELECT value FROM counters WHERE name = 'ledger_day'";
    let number = find(db, sql, (), |row| row.count())?;
    let number = number.ok_or_else(|| impossible("ledger without a day before", day))?;
    let sql = "INSERT INTO ledger_days (number, day) VALUES (?1, ?2)";
    execute(db, sql, (number.cast_signed(), day.0))?;
    let sql = "UPDATE counters SET value = value + 1 WHERE name = 'ledger_day'";
    execute(db, sql, ())?;
    Ok(true)
}

fn page(db: &Connection<'_>, range: &LedgerRange, limit: usize) -> Result<LedgerPage> {
    let transfers = transfer::of_ledger_days(db, range, limit)?;
    let full = transfers.len() == limit;
    let last = transfers.last().filter(|_| full);
    let next: Option<(RiderId, TransferId)> =
        last.map(|last| (last.transfer.rider, last.transfer.id));
    let bookings = match next {
        Some(_) => Vec::new(),
        None => booking::of_ledger_days(db, range)?,
    };
    Ok(LedgerPage {
        transfers,
        bookings,
        next,
    })
}

fn seal(db: &Connection<'_>, number: u64, sealed: &DayHead) -> Result<()> {
    db.hold([Lock::LedgerCut])?;
    let sql = "SELECT number, day, transfers, bookings, head FROM ledger_days WHERE number = ?1";
    let of = |number: u64| find(db, sql, [number.cast_signed()], read_day);
    let before = match number {
        0 | 1 => None,
        number => of(number - 1)?,
    };
    if step::seal(number, (of(number)?, before), sealed)? {
        let sql = "UPDATE ledger_days SET transfers = ?2, bookings = ?3, head = ?4
             WHERE number = ?1";
        let (transfers, bookings) = (sealed.transfers, sealed.bookings);
        let counts = (transfers.cast_signed(), bookings.cast_signed());
        execute(
            db,
            sql,
            (number.cast_signed(), counts.0, counts.1, sealed.head),
        )?;
    }
    Ok(())
}

fn read_day(row: &mut Columns<'_>) -> Result<LedgerDay> {
    let (number, day) = (row.count()?, row.day()?);
    let counts: (Option<i64>, Option<i64>) = (row.take()?, row.take()?);
    let head: Option<[u8; 32]> = row.take()?;
    let sealed = match (counts, head) {
        ((Some(transfers), Some(bookings)), Some(head)) => Some(DayHead {
            transfers: transfers.cast_unsigned(),
            bookings: bookings.cast_unsigned(),
            head,
        }),
        _ => None,
    };
    Ok(LedgerDay {
        number,
        day,
        sealed,
    })
}
