//! The validator's mind.
//!
//! Bytes from a scanner pass through [`decide`], one ladder with one closed result; the decision
//! becomes an [`journal::Entry`], the entry is chained and written, and only then shown. Sealed
//! segments of the journal go up, signed bundles come down. This crate never reads a clock, opens
//! no file and no socket: time, bytes and state are arguments.
#![cfg_attr(not(feature = "native"), no_std)]
#![warn(clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod array;
pub mod bundle;
mod clock;
mod decide;
mod deny;
mod envelope;
pub mod heartbeat;
pub mod journal;
mod liability;
mod outcome;
mod passage;
mod place;
mod replay;
pub mod segment;
#[cfg(test)]
mod testing;
mod wire;

pub use clock::{Clock, ClockTrust};
pub use decide::{Decision, State, decide, find_time_refusal};
pub use deny::{DenyChange, DenyList};
pub use outcome::{DenyReason, Outcome};
pub use passage::{Barrier, Doorway};
pub use place::{Passage, Place, UnknownPassage};
pub use replay::ReplayStore;
