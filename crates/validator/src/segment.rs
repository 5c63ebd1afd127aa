//! Segments: consecutive journal entries, signed by the validator, on their way up.

use alloc::vec::Vec;

use ridecode_codec::crypto::{PublicKey, Signer};
use ridecode_words::{UnixSeconds, ValidatorId};

use crate::journal::{Chained, Hash};

/// The most entries in a segment.
pub const ENTRIES_MAX: usize = 1_000;

/// The most bytes in a sealed segment.
pub const LENGTH_MAX: usize = 1 << 20;

/// A segment that was checked: signed by its validator, numbered without a hole, chained.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Who sent it.
    pub validator: ValidatorId,
    /// The hash before the first entry.
    pub previous: Hash,
    /// The entries, in order; never empty.
    pub entries: Vec<Chained>,
    /// The validator's time when it sealed the segment.
    pub sealed: UnixSeconds,
    /// The last sequence the journal held then.
    pub journal_end: u64,
}

/// Why a segment is refused, in order of precedence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum SegmentFault {
    /// Longer than [`LENGTH_MAX`].
    #[error("the segment is longer than {LENGTH_MAX} bytes")]
    TooLong,
    /// Not a segment, or cut off.
    #[error("the segment is damaged or cut off")]
    Malformed,
    /// The validator did not sign it.
    #[error("the segment's signature is wrong")]
    BadSignature,
    /// No entries, or more than [`ENTRIES_MAX`].
    #[error("a segment has 1 to {ENTRIES_MAX} entries")]
    EntryCount,
    /// A number is missing or repeated.
    #[error("entry {found} stands where entry {expected} belongs")]
    Hole {
        /// The number that belongs here.
        expected: u64,
        /// The number that stands here.
        found: u64,
    },
    /// The chain does not hold.
    #[error("the hash of entry {0} does not follow from the entry before it")]
    WrongHash(u64),
}

/// Seals consecutive entries. `previous` is the hash before the first of them.
pub fn seal(_: &Sealing<'_>, _validator: &dyn Signer) -> Vec<u8> {
    todo!()
}

/// What a validator puts into a segment.
#[derive(Clone, Copy, Debug)]
pub struct Sealing<'a> {
    /// Who sends it.
    pub validator: ValidatorId,
    /// The hash before the first entry.
    pub previous: Hash,
    /// The entries.
    pub entries: &'a [Chained],
    /// The validator's time.
    pub sealed: UnixSeconds,
    /// The last sequence in the journal.
    pub journal_end: u64,
}

/// The validator a sealed segment says it is from, before anything is proven.
pub fn claimed_validator(_sealed: &[u8]) -> Option<ValidatorId> {
    todo!()
}

/// Checks a sealed segment against the validator's key.
pub fn check(_sealed: &[u8], _validator: &PublicKey) -> Result<Segment, SegmentFault> {
    todo!()
}
