//! Riders.

use alloc::string::String;

use ridecode_words::{RiderId, UnixSeconds};

use crate::block::Block;

/// A phone number in international form, `+` and 8 to 15 digits (ITU-T E.164).
/// Personal: it is never logged and never leaves the issuer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phone(String);

/// A text that is no phone number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a phone number is + and 8 to 15 digits, such as +8613800138000; 11 digits alone are taken as +86"
)]
pub struct PhoneFault;

impl Phone {
    /// Reads a phone number; spaces and hyphens are ignored, a bare 11-digit mainland number
    /// gets `+86`.
    pub fn new(_text: &str) -> Result<Self, PhoneFault> {
        todo!()
    }

    /// The number, `+` first.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for Phone {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// Whether an account may ride.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RiderState {
    /// May ride.
    Active,
    /// May not ride until what is owed is paid.
    Blocked(Block),
    /// Closed for good.
    Closed,
}

/// A person's account at the issuer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rider {
    /// The account.
    pub id: RiderId,
    /// How the person is reached.
    pub phone: Phone,
    /// Whether it may ride.
    pub state: RiderState,
    /// When it was opened.
    pub opened: UnixSeconds,
}
