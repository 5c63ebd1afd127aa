//! What every scheme yields.

use alloc::vec::Vec;

use ridecode_words::{CredentialRef, UnixSeconds};

use crate::crypto::PublicKey;

/// The scheme a code was read as.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scheme {
    /// Ridecode's own compact scheme, text prefix `R1:`.
    Compact,
    /// Ministry of Transport three-level code, JT/T 1179-2018.
    Mot,
}

/// What a credential may be used for, as bits. A `mot` code carries none and has all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Services(pub u8);

impl Services {
    /// Buses, trams, ferries: one tap a ride.
    pub const SINGLE: Self = Self(1);
    /// Metro and other closed systems: a tap in and a tap out.
    pub const ENTRY_EXIT: Self = Self(2);
    /// Pays for a companion of the rider.
    pub const COMPANION: Self = Self(4);
    /// Everything.
    pub const ALL: Self = Self(7);

    /// Whether every bit of `wanted` is granted.
    pub fn contains(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }
}

/// A code as it was read, whatever its scheme. Nothing in it is proven until [`crate::Verifier`]
/// says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scan {
    /// How the bytes were laid out.
    pub scheme: Scheme,
    /// Issuer and pseudonym.
    pub credential: CredentialRef,
    /// The issuer key the code names: key id in `compact`, root key index in `mot`.
    pub key_id: u32,
    /// The issuer's product number: 0 unless the code carries one; in `mot` the code-issuing
    /// platform (field 7). With the issuer it selects the brand.
    pub product: u32,
    /// The issuer's rider category code: 0 is an ordinary rider; in `mot` the account type
    /// (field 8).
    pub category: u8,
    /// What the credential may be used for.
    pub services: Services,
    /// From when the credential lives. `mot` codes carry none: the earliest time there is.
    pub not_before: UnixSeconds,
    /// Until when the credential lives, inclusive.
    pub expires: UnixSeconds,
    /// When the phone made this code, by its own clock.
    pub generated: UnixSeconds,
    /// How long the code itself claims to be fresh, in seconds. `None` where the scheme leaves
    /// that to the validator.
    pub valid_for_s: Option<u32>,
    /// The most one ride may cost, in minor units.
    pub fare_ceiling_minor: u32,
    /// The phone's public key.
    pub device_key: PublicKey,
    /// The `mot` payment account number (field 4), 16 printable bytes.
    pub payment_account: Option<[u8; 16]>,
    /// Bytes the issuer added that this scheme does not define (`mot` field 14). Kept as they are.
    pub custom: Vec<u8>,
    /// The code's bytes as received, after text decoding: what every signature is checked over.
    pub raw: Vec<u8>,
}
