//! The journal: append-only, numbered, hash-chained. An entry is on disk before the lamp shows it.

use alloc::vec::Vec;

use ridecode_words::UnixSeconds;

use crate::clock::ClockTrust;
use crate::outcome::Outcome;
use crate::place::Place;

/// SHA-256 of an entry and everything before it.
pub type Hash = [u8; 32];

/// Why an accepted tap was taken back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum VoidReason {
    /// The gate's sensor saw nobody pass.
    NobodyPassed,
    /// The driver took it back.
    Driver,
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

/// Chains an entry behind `head` and gives the record to write: length, bytes, hash. The entry's
/// sequence is set by the head.
pub fn append(_head: &mut Head, _entry: Entry) -> (Chained, Vec<u8>) {
    todo!()
}

/// What was read back from a journal file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// The entries, each checked against the chain.
    pub entries: Vec<Chained>,
    /// The end to go on from.
    pub head: Head,
    /// The file's good length in bytes: what lies behind is a torn tail and is cut.
    pub good_length: usize,
}

/// Why a journal cannot be trusted. A torn tail is not among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the journal is damaged at entry {sequence} (byte {offset}): {what}")]
pub struct JournalFault {
    /// The entry.
    pub sequence: u64,
    /// Its place in the file.
    pub offset: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Reads a journal file from `start` on, cutting a torn tail; damage before the tail is a fault.
pub fn recover(_file: &[u8], _start: Head) -> Result<Recovered, JournalFault> {
    todo!()
}

/// Reads one entry's canonical bytes.
pub fn read_entry(_bytes: &[u8]) -> Option<Entry> {
    todo!()
}
