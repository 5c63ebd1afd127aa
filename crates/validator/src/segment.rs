//! Segments: consecutive journal entries, signed by the validator, on their way up.

use alloc::vec::Vec;

use ridecode_codec::crypto::{Crypto, PublicKey, Signer};
use ridecode_words::{UnixSeconds, ValidatorId};

use crate::envelope;
use crate::journal::{Chained, ENTRY_LENGTH_MAX, Hash, chain, read_entry};
use crate::wire::{Reader, Writer};

/// The most entries in a segment.
pub const ENTRIES_MAX: usize = 1_000;

/// The highest number an entry may have: what stores that count in signed numbers can hold.
pub const SEQUENCE_MAX: u64 = i64::MAX.unsigned_abs();

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

/// How many of the first `entries` fit into one segment of so many bytes, 1,000 at most. One
/// entry fits into any that has 4,096.
pub fn count_fitting(entries: &[Chained], length_max: usize) -> usize {
    let mut length = HEAD_LENGTH + envelope::SIGNATURE_LENGTH;
    let fits = |chained: &&Chained| {
        length += ITEM_LENGTH_MIN + chained.bytes.len();
        length <= length_max
    };
    entries.iter().take(ENTRIES_MAX).take_while(fits).count()
}

/// Seals consecutive entries. `previous` is the hash before the first of them.
///
/// # Panics
///
/// If the entries are none, more than [`count_fitting`] allows, or do not follow from `previous`
/// and from each other: a journal that was recovered or appended to never gives such.
pub fn seal(sealing: &Sealing<'_>, validator: &dyn Signer) -> Vec<u8> {
    assert!(!sealing.entries.is_empty(), "a segment has an entry");
    assert!(sealing.entries.len() <= count_fitting(sealing.entries, LENGTH_MAX));
    assert_eq!(check_chain(&sealing.previous, sealing.entries), Ok(()));
    envelope::seal(write(sealing), validator)
}

/// The validator a sealed segment says it is from, before anything is proven.
pub fn claimed_validator(sealed: &[u8]) -> Option<ValidatorId> {
    let mut input = Reader::new(sealed);
    read_validator(&mut input)
}

/// Checks a sealed segment against the validator's key.
pub fn check<C: Crypto>(
    sealed: &[u8],
    validator: &PublicKey,
    crypto: &C,
) -> Result<Segment, SegmentFault> {
    if sealed.len() > LENGTH_MAX {
        return Err(SegmentFault::TooLong);
    }
    let (body, signature) = envelope::split(sealed).ok_or(SegmentFault::Malformed)?;
    let segment = read(body).ok_or(SegmentFault::Malformed)?;
    if !envelope::holds(crypto, validator, body, &signature) {
        return Err(SegmentFault::BadSignature);
    }
    if !(1..=ENTRIES_MAX).contains(&segment.entries.len()) {
        return Err(SegmentFault::EntryCount);
    }
    check_chain(&segment.previous, &segment.entries)?;
    Ok(segment)
}

/// Numbers first, then hashes. Entry 1 stands behind nothing, so its previous hash is zeros.
fn check_chain(previous: &Hash, entries: &[Chained]) -> Result<(), SegmentFault> {
    let first = entries.first().map_or(1, |first| first.entry.sequence);
    let mut expected = first.max(1);
    for chained in entries {
        let found = chained.entry.sequence;
        if found != expected {
            return Err(SegmentFault::Hole { expected, found });
        }
        // Never reached by a number that is kept: those end at SEQUENCE_MAX.
        expected = expected.saturating_add(1);
    }
    if first == 1 && *previous != [0; 32] {
        return Err(SegmentFault::WrongHash(1));
    }
    let mut previous = previous;
    for chained in entries {
        if chain(previous, &chained.bytes) != chained.hash {
            return Err(SegmentFault::WrongHash(chained.entry.sequence));
        }
        previous = &chained.hash;
    }
    Ok(())
}

fn write(sealing: &Sealing<'_>) -> Vec<u8> {
    let mut out = Writer::default();
    out.bytes(MAGIC);
    out.u32(sealing.validator.0);
    out.bytes(&sealing.previous);
    out.time(sealing.sealed);
    out.u64(sealing.journal_end);
    out.count(sealing.entries.len());
    for chained in sealing.entries {
        out.count(chained.bytes.len());
        out.bytes(&chained.bytes);
        out.bytes(&chained.hash);
    }
    out.into_bytes()
}

/// Reads anything laid out as a segment, whatever its signature, numbers and hashes are worth.
fn read(body: &[u8]) -> Option<Segment> {
    let mut input = Reader::new(body);
    let validator = read_validator(&mut input)?;
    let previous = input.array()?;
    let sealed = input.time()?;
    let journal_end = input.u64()?;
    let count = usize::from(input.u16()?);
    let entries = input.list(count, ITEM_LENGTH_MIN, read_chained)?;
    input.end()?;
    let last = entries.last().map_or(0, |last| last.entry.sequence);
    (last..=SEQUENCE_MAX)
        .contains(&journal_end)
        .then_some(Segment {
            validator,
            previous,
            entries,
            sealed,
            journal_end,
        })
}

fn read_validator(input: &mut Reader<'_>) -> Option<ValidatorId> {
    (input.take(MAGIC.len())? == MAGIC).then_some(())?;
    input.u32().map(ValidatorId)
}

fn read_chained(input: &mut Reader<'_>) -> Option<Chained> {
    let length = usize::from(input.u16()?);
    if length > ENTRY_LENGTH_MAX {
        return None;
    }
    let bytes = input.take(length)?.to_vec();
    Some(Chained {
        entry: read_entry(&bytes)?,
        bytes,
        hash: input.array()?,
    })
}

/// The first bytes, which no other signed bytes of Ridecode have.
const MAGIC: &[u8] = b"ridecode segment 1\n";

const HEAD_LENGTH: usize = MAGIC.len() + 4 + 32 + 8 + 8 + 2;
const ITEM_LENGTH_MIN: usize = 2 + 32;

#[cfg(test)]
mod tests;
