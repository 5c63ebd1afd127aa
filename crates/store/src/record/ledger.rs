//! Days of the ledger.

use ridecode_ledger::{Booking, DayHead, Transfer, TransferId};
use ridecode_words::{RiderId, ServiceDay};

/// A ledger day that was cut: nothing is added to it any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerDay {
    /// From 1, without a gap.
    pub number: u64,
    /// The service day it closes.
    pub day: ServiceDay,
    /// What it came to; `None` until it is sealed.
    pub sealed: Option<DayHead>,
}

/// Which transfers of the ledger to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerRange {
    /// The first ledger day.
    pub first: u64,
    /// The last ledger day, itself included.
    pub last: u64,
    /// The transfer to go on after; `None` to begin.
    pub after: Option<(RiderId, TransferId)>,
}

/// A transfer and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerEntry {
    /// The ledger day it belongs to.
    pub ledger_day: u64,
    /// The transfer.
    pub transfer: Transfer,
    /// Whether it is as it was taken down, by the check number kept beside it.
    pub intact: bool,
}

/// Some transfers of the ledger, by rider and id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LedgerPage {
    /// The transfers.
    pub transfers: Vec<LedgerEntry>,
    /// Every booking of the range with its ledger day, by id; on the last page only.
    pub bookings: Vec<(u64, Booking)>,
    /// What to go on after; `None` on the last page.
    pub next: Option<(RiderId, TransferId)>,
}
