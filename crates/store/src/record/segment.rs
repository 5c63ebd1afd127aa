//! Validators and their journals.

use ridecode_codec::crypto::PublicKey;
use ridecode_fare::Tap;
use ridecode_validator::Outcome;
use ridecode_validator::journal::Hash;
use ridecode_words::{CredentialRef, OperatorId, TapId, UnixSeconds, ValidatorId};

use super::pulse::Sighting;

/// A registered validator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Validator {
    /// Its number.
    pub id: ValidatorId,
    /// Who runs it.
    pub operator: OperatorId,
    /// Its key.
    pub key: PublicKey,
    /// When it was registered.
    pub registered: UnixSeconds,
    /// Since when it works no more.
    pub retired: Option<UnixSeconds>,
}

/// A journal entry as it is kept: raw, because the raw code is the evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredEntry {
    /// Its number.
    pub sequence: u64,
    /// The hash of the entry before it.
    pub previous: Hash,
    /// Its hash.
    pub hash: Hash,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

/// An entry that is held, as evidence of a tap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldEntry {
    /// Its validator and number.
    pub id: TapId,
    /// Its hash.
    pub hash: Hash,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
    /// What the back office finds, where it does not agree.
    pub disagreement: Option<String>,
}

/// An entry where the back office does not agree with the validator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disagreement {
    /// The entry.
    pub sequence: u64,
    /// What the validator decided.
    pub validator: Outcome,
    /// What the back office finds, in words that name the rung.
    pub office: String,
}

/// An entry that takes an earlier entry of the same journal back. Whose tap that is, is known as
/// soon as both entries are held, whichever came first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct EntryVoid {
    /// The entry that takes back.
    pub sequence: u64,
    /// The entry taken back; smaller than `sequence`.
    pub accepted: u64,
    /// When it was taken back.
    pub time: UnixSeconds,
}

/// A checked segment on its way in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acceptance {
    /// Whose journal.
    pub validator: ValidatorId,
    /// The entries, consecutive.
    pub entries: Vec<StoredEntry>,
    /// The taps among them: admitted, verified, and of a known rider. None of them is a void.
    pub taps: Vec<Tap>,
    /// The entries that take an earlier entry of the same journal back.
    pub voids: Vec<EntryVoid>,
    /// Where the back office does not agree.
    pub disagreements: Vec<Disagreement>,
    /// The decisions among them, for counting.
    pub seen: Vec<Sighting>,
    /// Entries that end the one ride of a credential, with that credential.
    pub rides_home: Vec<(u64, CredentialRef)>,
    /// The validator's time when it sealed the segment: with `journal_end`, the watermark.
    pub sealed: UnixSeconds,
    /// The last sequence the journal held then.
    pub journal_end: u64,
    /// When it arrived.
    pub received: UnixSeconds,
}

/// The answer to a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// Through this sequence, from 1 on and without a hole, the database holds the journal.
    pub held_through: u64,
    /// How many of the entries were new.
    pub new: u32,
    /// How many were held already.
    pub repeated: u32,
}

/// Two journals under one name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SegmentConflict {
    /// An entry is held with another hash.
    #[error("entry {0} is already held with other content")]
    OtherContent(u64),
    /// An entry does not follow from the one held before it, or the one held after it does not
    /// follow from it.
    #[error("entry {0} does not follow from the entry held before it")]
    BrokenChain(u64),
}

/// What is held of a validator's journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldEntries {
    /// The validator.
    pub validator: ValidatorId,
    /// Ranges held, first and last inclusive, ascending.
    pub held: Vec<(u64, u64)>,
    /// The last sequence it is known to have written.
    pub journal_end: u64,
    /// The validator's time at its last segment: everything up to then that is held is complete.
    pub sealed: UnixSeconds,
}
