//! The journal: append-only, numbered, hash-chained. An entry is on disk before the lamp shows it.
//!
//! A file begins with its kind and the head its first record follows. Then come the records:
//! length (four bytes, big-endian), the entry's canonical bytes, SHA-256 over the previous
//! record's hash and those bytes. Each record is synced before the next is begun, so
//! a power cut leaves at most one record unfinished, at the very end: the torn tail. Anything
//! else that does not check is damage, and is never cut away in silence.

mod canonical;

pub(crate) use canonical::{read_place, read_trust, write_place, write_trust};

use alloc::vec::Vec;

use ridecode_codec::INPUT_LENGTH_MAX;
use ridecode_words::UnixSeconds;
use sha2::{Digest as _, Sha256};

use crate::clock::ClockTrust;
use crate::outcome::Outcome;
use crate::place::Place;
use crate::wire::Reader;

/// SHA-256 of an entry and everything before it.
pub type Hash = [u8; 32];

/// Why an accepted tap was taken back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum VoidReason {
    /// The gate's sensor saw nobody pass.
    NobodyPassed,
    /// The driver took it back, and did not say why.
    Driver,
    /// The driver took it back: the rider did not ride.
    RiderLeft,
    /// The driver took it back: one ride was accepted twice.
    AcceptedTwice,
    /// The driver took it back: line, stop or fare were set wrong.
    WrongPlace,
}

impl VoidReason {
    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::NobodyPassed => "nobody_passed",
            Self::Driver => "driver",
            Self::RiderLeft => "rider_left",
            Self::AcceptedTwice => "accepted_twice",
            Self::WrongPlace => "wrong_place",
        }
    }

    /// What a driver may say, by its word.
    pub fn of_driver(word: &str) -> Option<Self> {
        [
            Self::Driver,
            Self::RiderLeft,
            Self::AcceptedTwice,
            Self::WrongPlace,
        ]
        .into_iter()
        .find(|reason| reason.word() == word)
    }
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// A code was decided about.
    Decided {
        /// The code as the scanner delivered it.
        code: Vec<u8>,
        /// The answer.
        outcome: Outcome,
    },
    /// The sensor saw the rider of an accepted entry pass.
    Passed {
        /// The entry that accepted.
        accepted: u64,
    },
    /// An accepted entry was taken back.
    Voided {
        /// The entry that accepted.
        accepted: u64,
        /// Why.
        reason: VoidReason,
    },
    /// The validator started.
    Started,
}

/// One line of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its number, from 1, without holes.
    pub sequence: u64,
    /// When.
    pub time: UnixSeconds,
    /// How far that time is to be trusted.
    pub trust: ClockTrust,
    /// Where.
    pub place: Place,
    /// What.
    pub event: Event,
    /// The bundle in force.
    pub bundle_version: u64,
}

impl Entry {
    /// Whether it let a rider in.
    pub fn admits(&self) -> bool {
        match &self.event {
            Event::Decided { outcome, .. } => outcome.admits(),
            Event::Passed { .. } | Event::Voided { .. } | Event::Started => false,
        }
    }
}

/// The end of a journal: what the next entry is chained to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The last sequence written, 0 for an empty journal.
    pub sequence: u64,
    /// Its hash, zeros for an empty journal.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty journal.
    pub const EMPTY: Self = Self {
        sequence: 0,
        hash: [0; 32],
    };
}

/// An entry as it stands in the chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chained {
    /// The entry.
    pub entry: Entry,
    /// Its canonical bytes: what is hashed, written and sent.
    pub bytes: Vec<u8>,
    /// SHA-256 over the previous hash and the bytes.
    pub hash: Hash,
}

impl Chained {
    /// Bytes of its record in a file.
    pub fn record_length(&self) -> usize {
        LENGTH_LENGTH + self.bytes.len() + HASH_LENGTH
    }
}

/// Chains an entry behind `head` and gives the record to write: length, bytes, hash. The entry's
/// sequence is set by the head. Of a code longer than [`CODE_LENGTH_MAX`] only so much is kept:
/// enough to show that it was too long.
pub fn append(head: &mut Head, mut entry: Entry) -> (Chained, Vec<u8>) {
    entry.sequence = head.sequence + 1;
    if let Event::Decided { code, .. } = &mut entry.event {
        code.truncate(CODE_LENGTH_MAX);
    }
    let bytes = canonical::write(&entry);
    assert!(bytes.len() <= ENTRY_LENGTH_MAX, "an entry fits its record");
    let hash = chain(&head.hash, &bytes);
    *head = Head {
        sequence: entry.sequence,
        hash,
    };
    let mut record = Vec::with_capacity(LENGTH_LENGTH + bytes.len() + hash.len());
    let length = u32::try_from(bytes.len()).expect("an entry is far shorter than 4 GiB");
    record.extend_from_slice(&length.to_be_bytes());
    record.extend_from_slice(&bytes);
    record.extend_from_slice(&hash);
    let chained = Chained { entry, bytes, hash };
    (chained, record)
}

/// The hash of an entry's canonical bytes behind `previous`.
pub fn chain(previous: &Hash, bytes: &[u8]) -> Hash {
    Sha256::new()
        .chain_update(previous)
        .chain_update(bytes)
        .finalize()
        .into()
}

/// The first bytes of a journal file whose first record follows `start`.
pub fn file_start(start: &Head) -> [u8; START_LENGTH] {
    let mut bytes = [0; START_LENGTH];
    let (magic, rest) = bytes.split_at_mut(MAGIC.len());
    let (sequence, hash) = rest.split_at_mut(8);
    magic.copy_from_slice(MAGIC);
    sequence.copy_from_slice(&start.sequence.to_be_bytes());
    hash.copy_from_slice(&start.hash);
    bytes
}

/// Reads the first bytes of a journal file. `None` if it is no journal of this version.
pub fn read_file_start(bytes: &[u8; START_LENGTH]) -> Option<Head> {
    let mut input = Reader::new(bytes);
    if input.take(MAGIC.len())? != MAGIC {
        return None;
    }
    Some(Head {
        sequence: input.u64()?,
        hash: input.array()?,
    })
}

/// What was read back from a journal file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// The entries, each checked against the chain.
    pub entries: Vec<Chained>,
    /// The end to go on from.
    pub head: Head,
    /// How many bytes of records are good: what lies behind is a tail and is cut.
    pub good_length: usize,
    /// What lies behind them.
    pub tail: Tail,
}

/// What lies behind the good records of a journal file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tail {
    /// Nothing.
    None,
    /// A record whose writing was interrupted: nobody was shown what it says.
    Torn,
    /// A record that was written to its end and changed afterwards, by the disk or by a hand.
    /// Somebody may have been shown what it said.
    Altered,
}

/// Why a journal cannot be trusted. A torn tail is not among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the journal is damaged at entry {sequence} (byte {offset}): {what}")]
pub struct JournalFault {
    /// The entry.
    pub sequence: u64,
    /// Its place among the bytes of records.
    pub offset: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Reads the records of a journal file from `start` on, leaving out a tail; damage before the tail is
/// a fault.
pub fn recover(file: &[u8], start: Head) -> Result<Recovered, JournalFault> {
    let mut recovered = Recovered {
        entries: Vec::new(),
        head: start,
        good_length: 0,
        tail: Tail::None,
    };
    while let Some(rest) = file.get(recovered.good_length..).filter(|r| !r.is_empty()) {
        match next_record(rest, &recovered.head) {
            Ok((chained, length)) => {
                recovered.head = Head {
                    sequence: chained.entry.sequence,
                    hash: chained.hash,
                };
                recovered.entries.push(chained);
                recovered.good_length += length;
            }
            Err(RecordFault::Unfinished) if is_tail(rest, &recovered.head) => {
                recovered.tail = match is_altered(rest, &recovered.head) {
                    true => Tail::Altered,
                    false => Tail::Torn,
                };
                break;
            }
            Err(fault) => {
                return Err(JournalFault {
                    sequence: recovered.head.sequence.saturating_add(1),
                    offset: recovered.good_length,
                    what: fault.what(),
                });
            }
        }
    }
    Ok(recovered)
}

/// Reads one entry's canonical bytes.
pub fn read_entry(bytes: &[u8]) -> Option<Entry> {
    canonical::read(bytes)
}

/// Why the bytes at a place are no record that follows.
#[derive(Clone, Copy)]
enum RecordFault {
    /// Cut off, or its hash does not hold: what an interrupted write leaves behind.
    Unfinished,
    /// Written whole, with a number that is not the next.
    OutOfOrder,
    /// Written whole, in a form this version does not read.
    UnknownForm,
}

impl RecordFault {
    fn what(self) -> &'static str {
        match self {
            Self::Unfinished => "the bytes do not match their hash",
            Self::OutOfOrder => "the number is not the next one",
            Self::UnknownForm => "it was written by another version of the program",
        }
    }
}

/// The record at the start of `rest`, with its length.
fn next_record(rest: &[u8], head: &Head) -> Result<(Chained, usize), RecordFault> {
    let record = frame(rest).ok_or(RecordFault::Unfinished)?;
    if chain(&head.hash, record.bytes) != record.hash {
        return Err(RecordFault::Unfinished);
    }
    let entry = read_entry(record.bytes).ok_or(RecordFault::UnknownForm)?;
    if head.sequence.checked_add(1) != Some(entry.sequence) {
        return Err(RecordFault::OutOfOrder);
    }
    let chained = Chained {
        entry,
        bytes: record.bytes.to_vec(),
        hash: record.hash,
    };
    Ok((chained, record.length()))
}

/// Whether a record that does not hold is the end of the file: no longer than one record, and
/// nothing behind it that was written later. A later record shows itself by following from the hash that
/// stands before it, or from the hash the damaged record should have had.
fn is_tail(rest: &[u8], head: &Head) -> bool {
    if rest.len() > RECORD_LENGTH_MAX {
        return false;
    }
    let own = frame(rest).map(|record| (record.length(), chain(&head.hash, record.bytes)));
    let is_later_record = |place: usize| {
        let Some(record) = frame(&rest[place..]) else {
            return false;
        };
        let stored = rest[..place].last_chunk::<HASH_LENGTH>();
        let expected = own.filter(|(length, _)| *length == place).map(|(_, h)| h);
        let follows = |previous: &Hash| chain(previous, record.bytes) == record.hash;
        (stored.is_some_and(follows) || expected.as_ref().is_some_and(follows))
            && read_entry(record.bytes).is_some_and(|entry| entry.sequence > head.sequence)
    };
    !(1..rest.len()).any(is_later_record)
}

/// Whether a last record that does not hold was written to its end all the same: its length is the
/// file's, it reads as the next entry, and nowhere is a part missing. What an interrupted write
/// leaves out is zeros, or is not there. An altered record may pass for a torn one, where the change
/// spoils its form or its hash ends with a zero; a torn one never passes for altered.
fn is_altered(rest: &[u8], head: &Head) -> bool {
    let Some(record) = frame(rest).filter(|record| record.length() == rest.len()) else {
        return false;
    };
    let next = head.sequence.checked_add(1);
    let reads = read_entry(record.bytes).is_some_and(|entry| Some(entry.sequence) == next);
    let is_whole = |part: &[u8]| part.iter().any(|byte| *byte != 0);
    reads && rest.windows(ZEROS_MAX).all(is_whole) && rest.last() != Some(&0)
}

/// A record as it lies in the file, unchecked.
struct Frame<'a> {
    bytes: &'a [u8],
    hash: Hash,
}

impl Frame<'_> {
    fn length(&self) -> usize {
        LENGTH_LENGTH + self.bytes.len() + HASH_LENGTH
    }
}

fn frame(rest: &[u8]) -> Option<Frame<'_>> {
    let mut input = Reader::new(rest);
    let length = usize::try_from(input.u32()?).ok()?;
    if length > ENTRY_LENGTH_MAX {
        return None;
    }
    Some(Frame {
        bytes: input.take(length)?,
        hash: input.array()?,
    })
}

/// The most of a code that is kept, in bytes: one more than any code may have.
pub const CODE_LENGTH_MAX: usize = INPUT_LENGTH_MAX + 1;

/// Bytes of a file's start.
pub const START_LENGTH: usize = MAGIC.len() + 8 + HASH_LENGTH;

const MAGIC: &[u8] = b"ridecode journal 1\n";

/// The longest canonical bytes of an entry: a full code and four full texts leave room.
pub const ENTRY_LENGTH_MAX: usize = 2_048;

/// So many zeros in a row are in no entry: a part of the record is missing.
const ZEROS_MAX: usize = 16;

const LENGTH_LENGTH: usize = 4;
const HASH_LENGTH: usize = 32;
const RECORD_LENGTH_MAX: usize = LENGTH_LENGTH + ENTRY_LENGTH_MAX + HASH_LENGTH;

#[cfg(test)]
mod tests;
