//! What the back office remembers, as verbs.
//!
//! Each verb of [`Store`] is one atomic step of the way of a ride. Its documentation says what a
//! repeat returns; every engine passes the same conformance suite. No verb holds a transaction
//! open, none decides anything that a pure crate could have decided.

#![cfg_attr(
    not(any(feature = "memory", feature = "sqlite", feature = "postgres")),
    expect(dead_code, unused_imports, reason = "what only engines use")
)]

mod verbs;

mod record;

mod fault;

#[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
mod adjust;
#[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
mod calendar;
#[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
mod even;
mod invariant;
#[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
mod payout;

mod pulse;
#[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
mod reconciled;
#[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
mod step;

#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;

#[cfg(feature = "paced")]
pub mod pace;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use fault::StoreFault;
pub use record::{
    Acceptance, Attempt, AttemptOutcome, AuditPage, BankPaid, BillDue, BillFinding, BillRefused,
    BillSave, BillSaved, BillStep, BillWindow, Charge, ChargeDue, ChargeState, ChargedBy,
    CredentialOwner, DayLegs, Disagreement, EntryVoid, Evidence, FareVersion, HeldEntries,
    JourneyShare, LedgerDay, LedgerEntry, LedgerPage, LedgerRange, OfficeState, OpenDifference,
    OperatorLeg, Payout, PayoutRefused, PayoutSaved, PayoutState, PayoutStep, PlannedPayment,
    ProviderBill, ProviderBillSaved, ProviderPaid, Receipt, Refund, RefundAttempt, RefundDue,
    RefundHeard, RefundNews, RefundSettled, RefundState, Repair, RepairSaved, ReplyRecord,
    Resolution, RiderClosed, RiderFile, RiderOpened, SegmentConflict, Session, Settled, Settlement,
    Signature, StatementSaved, StoredEntry, UnpaidStatements, Validator, WriteOff,
};
pub use record::{
    Adjusted, Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, Decided, Decision,
    LineState,
};
pub use record::{
    Assignment, Beat, Deed, DeedKind, FleetOf, HeldEntry, TrailLine, TrailQuery, ValidatorFile,
    ValidatorStep, ValidatorStepped,
};
pub use record::{ChargeStanding, ChargeSum, ChargeSums};
pub use record::{
    ChargeTotal, HOUR_S, LineHour, Pulse, PulseQuery, Pulses, SLOT_S, Sighting, Standing, Taken,
};
pub use record::{Delivery, Notice, NoticeAttempt, NoticeDue, NoticeId, NoticeKind};
pub use verbs::Store;
