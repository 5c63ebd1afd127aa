//! The words every part of Ridecode shares: ids, time, modes.
//!
//! Data only: nothing here decides, reads a clock or knows a format. A word stands here when
//! two crates that may not know each other (the code and the ledger, say) must mean the same
//! thing by it. GLOSSARY.md gives each its meaning and its Chinese term.
#![no_std]
#![warn(clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

extern crate alloc;

mod id;
mod mode;
mod time;

pub use id::{
    AdjustmentId, BrandId, ChargeId, CredentialId, CredentialRef, DeviceId, IssuerId, JourneyId,
    LineId, MandateId, NotAText, NotAnId, OperatorId, ProviderId, RefundId, RiderId, StopId, TapId,
    Text, TicketId, ValidatorId, VehicleId,
};
pub use mode::{Mode, UnknownMode};
pub use time::{Month, NotADay, NotAMonth, ServiceDay, UnixSeconds};
