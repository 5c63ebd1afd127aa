//! What goes into verbs and comes out, in the order of a ride.

mod adjustment;
mod bill;
mod charge;
mod fleet;
mod ledger;
mod notice;
mod office;
mod payout;
mod pulse;
mod reconciled;
mod refund;
mod repair;
mod rider;
mod segment;
mod statement;
mod trail;

pub use adjustment::{
    Adjusted, Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, Decided, Decision,
    LineState,
};
pub use bill::{
    BillDue, BillSave, BillSaved, BillWindow, ChargedBy, FareVersion, JourneyShare, OperatorLeg,
};
#[cfg(any(feature = "memory", feature = "sqlite", feature = "postgres"))]
pub(crate) use charge::ChargeGroup;
pub use charge::{
    Attempt, AttemptOutcome, Charge, ChargeDue, ChargeStanding, ChargeState, ChargeSum, ChargeSums,
    Settled, Settlement, WriteOff,
};
pub use fleet::{Assignment, Beat, FleetOf, ValidatorFile, ValidatorStep, ValidatorStepped};
pub use ledger::{LedgerDay, LedgerEntry, LedgerPage, LedgerRange};
pub use notice::{Delivery, Notice, NoticeAttempt, NoticeDue, NoticeId, NoticeKind};
pub use office::{AuditPage, OfficeState, ReplyRecord};
pub use payout::{
    BankPaid, Payout, PayoutRefused, PayoutSaved, PayoutState, PayoutStep, PlannedPayment,
    Signature, UnpaidStatements,
};
pub use pulse::{
    ChargeTotal, HOUR_S, LineHour, Pulse, PulseQuery, Pulses, SLOT_S, Sighting, Standing, Taken,
};
pub use reconciled::{
    BillFinding, BillRefused, BillStep, OpenDifference, ProviderBill, ProviderBillSaved,
    ProviderPaid, Resolution,
};
pub use refund::{
    Refund, RefundAttempt, RefundDue, RefundHeard, RefundNews, RefundSettled, RefundState,
};
pub use repair::{Evidence, Repair, RepairSaved};
pub use rider::{CredentialOwner, RiderClosed, RiderFile, RiderOpened, Session};
pub use segment::{
    Acceptance, Disagreement, EntryVoid, HeldEntries, HeldEntry, Receipt, SegmentConflict,
    StoredEntry, Validator,
};
pub use statement::{DayLegs, StatementSaved};
pub use trail::{Deed, DeedKind, TrailLine, TrailQuery};
