//! The device as a library: a code in, a decision written to disk, an answer to show.
//!
//! Clock and code are arguments, so that a test can be the scanner and the time.

use std::path::Path;

use ridecode_codec::crypto::native::Native;
use ridecode_validator::bundle::Bundle;
use ridecode_validator::journal::{Entry, Event};
use ridecode_validator::{Clock, ClockTrust, Decision, Place, State, decide};
use ridecode_words::UnixSeconds;

use super::journal_file::{JournalFile, WriteFault, Written};

/// A validator at its place, with its journal.
pub struct Validator {
    state: State<Native>,
    place: Place,
    journal: JournalFile,
    last_time: UnixSeconds,
}

/// What may be shown: if it was not silent, it is on the disk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The answer.
    pub decision: Decision,
    /// The entry it is; `None` for a silent one, which is neither shown nor written.
    pub sequence: Option<u64>,
    /// When.
    pub time: UnixSeconds,
}

impl Validator {
    /// Opens the journal, remembers the codes used lately, and notes the start.
    pub fn start(journal: &Path, bundle: Bundle, place: Place) -> anyhow::Result<Self> {
        let (journal, entries) = JournalFile::open(journal)?;
        let mut state = State::new(bundle, Native, CREDENTIALS_MAX);
        let mut last_time = state.bundle().made;
        for chained in &entries {
            state.note(&chained.entry);
            if chained.entry.trust != ClockTrust::Distrusted {
                last_time = last_time.max(chained.entry.time);
            }
        }
        Ok(Self {
            state,
            place,
            journal,
            last_time,
        })
    }

    /// Writes that the validator is at work.
    pub fn note_start(&mut self, clock: Clock) -> Result<(), WriteFault> {
        self.write(Event::Started, clock).map(|_| ())
    }

    /// Decides about a code, writes the decision down, and only then gives it to be shown. A
    /// silent decision is the scanner reading one showing again: it is not written.
    pub fn scan(&mut self, code: &[u8], clock: Clock) -> Result<Shown, WriteFault> {
        let decision = decide(code, &self.place, &mut self.state, clock);
        let sequence = if decision.outcome.is_silent() {
            None
        } else {
            let event = Event::Decided {
                code: code.to_vec(),
                outcome: decision.outcome,
            };
            Some(self.write(event, clock)?)
        };
        Ok(Shown {
            decision,
            sequence,
            time: clock.now,
        })
    }

    /// Puts a newer bundle in force, from the next code on.
    pub fn apply(&mut self, bundle: Bundle) {
        self.state.apply(bundle);
    }

    /// The bundle in force.
    pub fn bundle(&self) -> &Bundle {
        self.state.bundle()
    }

    /// Where it stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// How far the journal is written.
    pub fn written(&self) -> Written {
        self.journal.written()
    }

    /// A time that has passed: the last entry's, or the making of the bundle.
    pub fn no_earlier_than(&self) -> UnixSeconds {
        self.last_time
    }

    fn write(&mut self, event: Event, clock: Clock) -> Result<u64, WriteFault> {
        let chained = self.journal.append(Entry {
            sequence: 0,
            time: clock.now,
            trust: clock.trust,
            place: self.place.clone(),
            event,
            bundle_version: self.state.bundle().version,
        })?;
        self.state.note(&chained.entry);
        Ok(chained.entry.sequence)
    }
}

/// Credentials remembered as checked. A few hundred bytes each.
const CREDENTIALS_MAX: usize = 50_000;
