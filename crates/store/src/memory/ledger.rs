//! Days of the ledger, and what is taken down in them.

use std::ops::Bound;

use ridecode_ledger::{Booking, DayHead, Transfer};
use ridecode_words::ServiceDay;

use super::{MemoryStore, Result, State};
use crate::record::{LedgerDay, LedgerEntry, LedgerPage, LedgerRange};
use crate::step;

impl MemoryStore {
    pub(crate) fn cut_ledger(&self, day: ServiceDay) -> Result<bool> {
        let mut state = self.lock();
        let last = state.ledger_days.values().next_back();
        if last.is_some_and(|last| last.day >= day) {
            return Ok(false);
        }
        let number = state.open_ledger_day();
        let cut = LedgerDay {
            number,
            day,
            sealed: None,
        };
        state.ledger_days.insert(number, cut);
        Ok(true)
    }

    pub(crate) fn load_ledger_days(&self) -> Result<Vec<LedgerDay>> {
        Ok(self.lock().ledger_days.values().copied().collect())
    }

    pub(crate) fn ledger_page(&self, range: LedgerRange, limit: usize) -> Result<LedgerPage> {
        let state = self.lock();
        let days = range.first..=range.last;
        let start = range.after.map_or(Bound::Unbounded, Bound::Excluded);
        let entries = state.transfers.range((start, Bound::Unbounded));
        let entries = entries.map(|(key, transfer)| LedgerEntry {
            ledger_day: state.day_of_transfer[key],
            transfer: *transfer,
            intact: true,
        });
        let transfers: Vec<LedgerEntry> = entries
            .filter(|entry| days.contains(&entry.ledger_day))
            .take(limit.max(1))
            .collect();
        let full = transfers.len() == limit.max(1);
        let last = transfers.last().filter(|_| full);
        let next = last.map(|last| (last.transfer.rider, last.transfer.id));
        let bookings = state.bookings.iter();
        let bookings = bookings
            .map(|(id, booking)| (state.day_of_booking[id], *booking))
            .filter(|(day, _)| next.is_none() && days.contains(day))
            .collect();
        Ok(LedgerPage {
            transfers,
            bookings,
            next,
        })
    }

    pub(crate) fn seal_ledger(&self, number: u64, sealed: DayHead) -> Result<()> {
        let mut state = self.lock();
        let of = |number: u64| state.ledger_days.get(&number).copied();
        let before = number.checked_sub(1).and_then(of);
        if step::seal(number, (of(number), before), &sealed)?
            && let Some(day) = state.ledger_days.get_mut(&number)
        {
            day.sealed = Some(sealed);
        }
        Ok(())
    }
}

impl State {
    /// The number of the ledger day that is open.
    fn open_ledger_day(&self) -> u64 {
        self.ledger_days.keys().next_back().copied().unwrap_or(0) + 1
    }

    /// Takes down a transfer. That it is new follows from the fare or the charge it belongs to.
    pub(super) fn take_down(&mut self, transfer: Transfer) {
        let key = (transfer.rider, transfer.id);
        self.day_of_transfer.insert(key, self.open_ledger_day());
        self.transfers.insert(key, transfer);
    }

    /// Takes down bookings. That they are new follows from what caused them.
    pub(super) fn book(&mut self, bookings: Vec<Booking>) {
        for booking in bookings {
            self.day_of_booking
                .insert(booking.id, self.open_ledger_day());
            let held = self.bookings.insert(booking.id, booking);
            assert!(held.is_none(), "a booking stands once");
        }
    }
}
