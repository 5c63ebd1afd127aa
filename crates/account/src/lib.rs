//! Riders, mandates, devices, credentials: their states and rules.
//!
//! Each file holds one thing, its closed set of states, and the functions that move it from one
//! state to the next or say why not. Nothing here stores, sends or knows the time.
#![no_std]
#![warn(clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

extern crate alloc;

mod rider;

mod challenge;
mod mandate;
mod session;

mod device;

mod credential;

mod block;

mod closing;

pub use block::{Block, CreditPolicy, Debt, EssentialRide, Unpaid};
pub use challenge::{Challenge, ChallengeAnswer};
pub use closing::{ClosingFault, Standing};
pub use credential::{Credential, CredentialPolicy, CredentialState, DeniedFor};
pub use device::{Device, DeviceState, RevokeReason};
pub use mandate::{Held, Mandate, MandateFault, MandateLimits, MandateState, Wanted};
pub use rider::{Phone, PhoneFault, Rider, RiderState};
pub use session::Client;
