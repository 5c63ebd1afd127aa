//! Riders and what belongs to them.

use ridecode_account::{Client, Credential, Device, Mandate, Rider};
use ridecode_words::{CredentialRef, DeviceId, RiderId, UnixSeconds};

use super::charge::Charge;

/// What became of opening an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RiderOpened {
    /// It was opened.
    New,
    /// The phone number has this account already.
    Existing(RiderId),
}

/// What became of closing an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RiderClosed {
    /// It is closed.
    Closed,
    /// The books moved since they were looked at, or do not allow it: look again.
    Moved,
}

/// A signed-in rider. The token itself is never stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// SHA-256 of the token.
    pub token_digest: [u8; 32],
    /// Who is signed in.
    pub rider: RiderId,
    /// Since when.
    pub opened: UnixSeconds,
    /// Until when.
    pub expires: UnixSeconds,
    /// With what.
    pub client: Client,
}

/// Whose a credential is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CredentialOwner {
    /// The credential.
    pub credential: CredentialRef,
    /// Whose.
    pub rider: RiderId,
    /// On which phone.
    pub device: DeviceId,
    /// Whether it gives one ride home.
    pub essential: bool,
}

/// Everything about one rider but the rides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RiderFile {
    /// The account.
    pub rider: Rider,
    /// Mandates, oldest first.
    pub mandates: Vec<Mandate>,
    /// Phones, oldest first.
    pub devices: Vec<Device>,
    /// Credentials that have not expired at the time asked for.
    pub credentials: Vec<Credential>,
    /// The credential that gives one ride home, if one was given for the block the rider is in;
    /// expired or used or not.
    pub essential: Option<Credential>,
    /// What the rider owes, in minor units; negative if in credit.
    pub balance_minor: i64,
    /// Charges that are not collected, oldest first.
    pub unpaid: Vec<Charge>,
    /// Counts the news taken down about the rider's charges; handed back with a settlement.
    pub mark: u64,
}
