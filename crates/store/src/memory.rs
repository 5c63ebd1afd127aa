//! The memory engine: maps behind one lock. The readable specification of the verbs, and the
//! oracle the other engines are held against.
//!
//! Each verb takes the lock, looks at everything that can refuse it, and only then changes the
//! maps; so a refusal changes nothing. Nothing here is fast where it could be plain.

mod adjustment;
mod bill;
mod charge;
mod fleet;
mod journal;
mod ledger;
mod notice;
mod office;
mod payout;
mod pulse;
mod reconciled;
mod refund;
mod repair;
mod rider;
mod statement;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ridecode_account::{Challenge, Credential, Device, Mandate, Phone, Rider};
use ridecode_codec::crypto::PublicKey;
use ridecode_fare::{Period, Tap};
use ridecode_ledger::{Booking, BookingId, Statement, Transfer, TransferId};
use ridecode_words::{
    AdjustmentId, ChargeId, CredentialRef, DeviceId, IssuerId, JourneyId, LineId, MandateId,
    OperatorId, ProviderId, RefundId, RiderId, ServiceDay, TapId, UnixSeconds, ValidatorId,
};

use crate::fault::StoreFault;
use crate::record::{
    Adjustment, Assignment, Beat, Charge, Deed, Disagreement, FareVersion, LedgerDay, Notice,
    NoticeId, Payout, ProviderBill, Refund, Repair, ReplyRecord, Session, StoredEntry, Validator,
};
use crate::step::Balance;

/// Everything, in memory. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

impl MemoryStore {
    /// The maps. A verb changes them only when nothing can fail any more, so those a panicking
    /// thread left behind are whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Result<T> = std::result::Result<T, StoreFault>;

/// What is remembered, in the order of a ride.
#[derive(Default)]
struct State {
    riders: BTreeMap<RiderId, Account>,
    phones: BTreeMap<Phone, RiderId>,
    challenges: BTreeMap<Phone, Challenge>,
    sessions: BTreeMap<[u8; 32], Session>,
    mandates: BTreeMap<MandateId, Mandate>,
    devices: BTreeMap<DeviceId, Device>,
    device_keys: BTreeMap<PublicKey, DeviceId>,
    credentials: BTreeMap<CredentialRef, Credential>,
    validators: BTreeMap<ValidatorId, Validator>,
    journals: BTreeMap<ValidatorId, Journal>,
    taps: BTreeMap<RiderId, BTreeSet<Tap>>,
    due: BTreeMap<Period, Due>,
    fares: BTreeMap<(Period, JourneyId, u32), FareVersion>,
    transfers: BTreeMap<(RiderId, TransferId), Transfer>,
    charges: BTreeMap<(RiderId, ChargeId), Charge>,
    refunds: BTreeMap<(RiderId, RefundId), Refund>,
    adjustments: BTreeMap<AdjustmentId, Adjustment>,
    notices: BTreeMap<(RiderId, NoticeId), Notice>,
    /// Service days that gained a fare and were not charged since.
    open_days: BTreeSet<(Period, ServiceDay)>,
    /// Legs on no statement yet.
    legs: BTreeMap<(OperatorId, ServiceDay, ChargeId), (IssuerId, i64)>,
    statements: BTreeMap<(OperatorId, u64), Statement>,
    bookings: BTreeMap<BookingId, Booking>,
    payouts: BTreeMap<u64, Payout>,
    provider_bills: BTreeMap<(ProviderId, ServiceDay), ProviderBill>,
    /// The ledger days that were cut, by number.
    ledger_days: BTreeMap<u64, LedgerDay>,
    /// The ledger day of each transfer and each booking.
    day_of_transfer: BTreeMap<(RiderId, TransferId), u64>,
    day_of_booking: BTreeMap<BookingId, u64>,
    repairs: BTreeMap<(TapId, u8), Repair>,
    assignments: BTreeMap<ValidatorId, Assignment>,
    beats: BTreeMap<ValidatorId, Beat>,
    trail: Vec<Deed>,
    /// Decisions by operator, slot and rung.
    pulses: BTreeMap<(OperatorId, UnixSeconds, u8), u64>,
    /// Taps and fares by operator, hour and line.
    line_hours: BTreeMap<(OperatorId, UnixSeconds, Option<LineId>), (u64, i64)>,
    replies: BTreeMap<String, ReplyRecord>,
    /// The last mark given to a month.
    mark: u64,
    deny_version: u64,
}

/// A rider with what belongs to it, in the order it came.
struct Account {
    rider: Rider,
    mandates: Vec<MandateId>,
    devices: Vec<DeviceId>,
    credentials: BTreeSet<CredentialRef>,
    balance: Balance,
    /// Counts news about the rider's charges.
    mark: u64,
}

/// What is held of a validator's journal.
#[derive(Default)]
struct Journal {
    entries: BTreeMap<u64, StoredEntry>,
    /// The entries that are taps, but for voids.
    taps: BTreeMap<u64, Tap>,
    /// Voids whose entry taken back is not held yet: that entry, the void, its time.
    voids: BTreeMap<(u64, u64), UnixSeconds>,
    disagreements: BTreeMap<u64, Disagreement>,
    journal_end: u64,
    sealed: UnixSeconds,
}

/// A month that waits to be priced.
#[derive(Clone, Copy)]
struct Due {
    mark: u64,
    at: UnixSeconds,
}

impl State {
    /// The account of a rider something is to be added to.
    fn account(&mut self, rider: RiderId) -> Result<&mut Account> {
        self.riders
            .get_mut(&rider)
            .ok_or_else(|| StoreFault::missing("rider", rider))
    }

    /// Whose tap a journey is named by, and when it was.
    fn tap_of(&self, journey: JourneyId) -> Option<(RiderId, UnixSeconds)> {
        let journal = self.journals.get(&journey.0.validator)?;
        let tap = journal.taps.get(&journey.0.sequence)?;
        Some((tap.rider, tap.time))
    }

    /// Marks a month as changed, and as due at `at` unless it is due earlier.
    fn touch(&mut self, period: Period, at: UnixSeconds) {
        self.mark += 1;
        let due = self.due.entry(period).or_insert(Due { mark: 0, at });
        due.mark = self.mark;
        due.at = due.at.min(at);
    }
}

/// Comes before every charge.
const FIRST_CHARGE: ChargeId = ChargeId {
    journey: JourneyId(TapId {
        validator: ValidatorId(0),
        sequence: 0,
    }),
    version: 0,
};
