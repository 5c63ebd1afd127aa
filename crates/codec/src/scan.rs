//! What every scheme yields.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use ridecode_words::{CredentialRef, UnixSeconds};

use crate::crypto::{PublicKey, Signature};
use crate::key::CompactProfile;

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

/// What a phone may sign besides the time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DeviceItems {
    /// Tells apart codes made within the same second.
    pub counter: Option<u32>,
    /// What the reader asked the phone to sign (NFC).
    pub reader_nonce: Option<[u8; 8]>,
    /// Operator and validator the code was made for.
    pub reader: Option<[u8; 8]>,
}

/// A code as it was read, whatever its scheme. Only [`crate::read`] makes one; nothing in it is
/// proven until [`crate::Verifier`] says so.
#[derive(Clone, PartialEq, Eq)]
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
    /// When the phone made this code, by its own clock. The earliest time there is where the
    /// phone's part is missing; such a scan never verifies.
    pub generated: UnixSeconds,
    /// What else the phone signed.
    pub device_items: DeviceItems,
    /// How long the code itself claims to be fresh, in seconds. `None` where the scheme leaves
    /// that to the validator.
    pub valid_for_s: Option<u32>,
    /// The most one ride may cost, in minor units.
    pub fare_ceiling_minor: u32,
    /// The phone's public key.
    pub device_key: PublicKey,
    /// The `mot` payment account number (field 4), 16 printable bytes.
    pub payment_account: Option<[u8; 16]>,
    /// Bytes the issuer added that Ridecode gives no meaning to: `mot` field 14, the status map of
    /// a `compact` credential. Kept as they are.
    pub custom: Vec<u8>,
    /// The code's bytes as received, after text decoding: what every signature is checked over.
    pub raw: Vec<u8>,
    /// Where the signed parts lie in `raw`.
    pub(crate) layout: Layout,
}

impl fmt::Debug for Scan {
    /// Leaves out the payment account and everything it could be read from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("scheme", &self.scheme)
            .field("credential", &self.credential)
            .field("key_id", &self.key_id)
            .field("product", &self.product)
            .field("category", &self.category)
            .field("services", &self.services)
            .field("not_before", &self.not_before)
            .field("expires", &self.expires)
            .field("generated", &self.generated)
            .field("valid_for_s", &self.valid_for_s)
            .field("fare_ceiling_minor", &self.fare_ceiling_minor)
            .finish_non_exhaustive()
    }
}

/// Where the signed parts of a code lie in its bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Wherever the lengths in the code put them.
    Compact(CompactLayout),
    /// Every place follows from the length of the custom field.
    Mot,
}

/// Where the signed parts of a compact code lie.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CompactLayout {
    /// What the code says it is signed with.
    pub(crate) profile: CompactProfile,
    /// The issuer-signed part.
    pub(crate) level_1: Range<usize>,
    /// The issuer's signature.
    pub(crate) signature_1: Signature,
    /// The phone-signed part and the phone's signature; `None` where either is missing.
    pub(crate) level_2: Option<(Range<usize>, Signature)>,
    /// Where the credential ends: everything of the issuer's lies before.
    pub(crate) credential_end: usize,
}
