//! The back office's own things.

use ridecode_fare::{Period, Tap};
use ridecode_ledger::{Booking, Statement, Transfer};
use ridecode_words::{RiderId, ServiceDay, UnixSeconds};

use super::adjustment::{AdjustmentKind, AdjustmentLine};
use super::bill::FareVersion;
use super::charge::Charge;
use super::payout::Payout;
use super::reconciled::ProviderBill;
use super::refund::Refund;
use super::segment::HeldEntries;

/// The reply to a write, kept so that a repeat gets the same reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplyRecord {
    /// The caller's idempotency key, scoped by caller.
    pub key: String,
    /// SHA-256 of the request: the same key with another request is a conflict.
    pub request_digest: [u8; 32],
    /// HTTP status of the reply.
    pub status: u16,
    /// Body of the reply.
    pub body: Vec<u8>,
}

/// Counters that tell whether something is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OfficeState {
    /// Counts changes of the deny list and of what else a bundle is made of.
    pub deny_version: u64,
    /// Months due to be priced.
    pub bills_due: u64,
    /// Charges not collected.
    pub charges_open: u64,
    /// Entries about which the back office does not agree with their validator.
    pub disagreements: u64,
}

/// Some riders' whole records, for the audit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditPage {
    /// The riders on this page, ascending.
    pub riders: Vec<RiderId>,
    /// Their taps.
    pub taps: Vec<Tap>,
    /// Every version of their fares.
    pub fares: Vec<FareVersion>,
    /// Their transfers.
    pub transfers: Vec<Transfer>,
    /// Their charges.
    pub charges: Vec<Charge>,
    /// Their refunds.
    pub refunds: Vec<Refund>,
    /// What adjustments posted for them.
    pub adjusted: Vec<(AdjustmentKind, AdjustmentLine)>,
    /// Their kept balances, in minor units.
    pub balances: Vec<(RiderId, i64)>,
    /// Their months that wait to be priced, each with the time from which it is due.
    pub due: Vec<(Period, UnixSeconds)>,
    /// Their service days that gained a fare and were not charged since, with the month.
    pub open_days: Vec<(Period, ServiceDay)>,
    /// Every statement; on the first page only.
    pub statements: Vec<Statement>,
    /// Every payout, by number; on the first page only.
    pub payouts: Vec<Payout>,
    /// Every provider bill whose payment is known, by provider and day, without its findings; on
    /// the first page only.
    pub settled_bills: Vec<ProviderBill>,
    /// Every booking, by id; on the first page only.
    pub bookings: Vec<Booking>,
    /// What is held of every journal; on the first page only.
    pub journals: Vec<HeldEntries>,
    /// The rider to ask after for the next page; `None` on the last.
    pub next: Option<RiderId>,
}
