//! The bytes on the screen: published ride-code schemes, both directions.
//!
//! Bytes pass once through [`read`], which gives a neutral [`Scan`]; [`Verifier::verify`] turns a
//! scan into a [`Verified`] one that nobody else can make. The other way, an issuer makes a
//! credential and a phone presents it as a code. Nothing after this crate knows which scheme a
//! code had. The crate never reads a clock, never draws randomness (AWS-LC draws the nonces of its
//! own signatures) and never trusts an algorithm that the code itself names.
#![cfg_attr(not(feature = "native"), no_std)]
#![warn(clippy::float_arithmetic, clippy::wildcard_enum_match_arm)]

extern crate alloc;

pub mod base45;
mod cbor;
pub mod compact;
pub mod crypto;
pub mod key;
pub mod mot;
mod read;
mod scan;
mod verify;

pub use read::{Family, INPUT_LENGTH_MAX, ReadFault, Unreadable, read};
pub use scan::{DeviceItems, Scan, Scheme, Services};
pub use verify::{InnerSignatures, SignatureFault, Verified, Verifier, inner_signatures};
