//! A validator: decides with the real mind, keeps a journal, seals segments of it.

use ridecode_codec::crypto::native::{Native, SecretKey};
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_store::Validator;
use ridecode_validator::journal::{self, Chained, Entry, Event, Head, VoidReason};
use ridecode_validator::segment::{Sealing, seal};
use ridecode_validator::{Clock, ClockTrust, Outcome, Passage, Place, State, decide};
use ridecode_words::{LineId, Mode, OperatorId, StopId, UnixSeconds, ValidatorId};

use crate::phone::key;

pub(crate) struct Gate {
    pub(crate) id: ValidatorId,
    pub(crate) place: Place,
    pub(crate) key: SecretKey,
    pub(crate) entries: Vec<Chained>,
    /// What it writes of its clock.
    pub(crate) trust: ClockTrust,
    state: State<Native>,
    head: Head,
}

/// A metro gate of line `m1` at a station of the example city.
pub(crate) fn metro(stop: &str, passage: Passage) -> Place {
    Place {
        line: Some(LineId::new("m1").unwrap()),
        stop: Some(StopId::new(stop).unwrap()),
        ..Place::new(OperatorId(1), Mode::Metro, passage)
    }
}

/// A reader on a bus of operator 2, flat fare.
pub(crate) fn bus() -> Place {
    Place {
        fare_minor: Some(200),
        ..Place::new(OperatorId(2), Mode::Bus, Passage::Single)
    }
}

impl Gate {
    pub(crate) fn new(id: u32, place: Place, state: State<Native>) -> Self {
        Self {
            id: ValidatorId(id),
            place,
            key: key(Algorithm::Es256, u64::from(id)),
            entries: Vec::new(),
            trust: ClockTrust::Synced,
            state,
            head: Head::EMPTY,
        }
    }

    /// The gate as it is registered.
    pub(crate) fn record(&self, now: UnixSeconds) -> Validator {
        Validator {
            id: self.id,
            operator: self.place.operator,
            key: self.key.public_key(),
            registered: now,
            retired: None,
        }
    }

    /// Decides about a code and writes the entry.
    pub(crate) fn scan(&mut self, code: &[u8], now: UnixSeconds) -> Outcome {
        let clock = Clock {
            now,
            trust: ClockTrust::Synced,
        };
        let outcome = decide(code, &self.place, &mut self.state, clock).outcome;
        let code = code.to_vec();
        self.write(Event::Decided { code, outcome }, now);
        outcome
    }

    /// Lets a rider through who must get through.
    pub(crate) fn admit(&mut self, code: &[u8], now: UnixSeconds) -> u64 {
        assert_eq!(self.scan(code, now), Outcome::Admit);
        self.head.sequence
    }

    /// Writes down that nobody passed after an accepted entry.
    pub(crate) fn void(&mut self, accepted: u64, now: UnixSeconds) {
        let reason = VoidReason::NobodyPassed;
        self.write(Event::Voided { accepted, reason }, now);
    }

    /// Writes any entry, also one that an honest gate would not.
    pub(crate) fn write(&mut self, event: Event, now: UnixSeconds) {
        let entry = Entry {
            sequence: 0,
            time: now,
            trust: self.trust,
            place: self.place.clone(),
            event,
            bundle_version: self.state.bundle().version,
        };
        let (chained, _) = journal::append(&mut self.head, entry);
        self.state.note(&chained.entry);
        self.entries.push(chained);
    }

    /// Entries `first` to `last`, inclusive and from 1, sealed.
    pub(crate) fn seal(&self, first: u64, last: u64, now: UnixSeconds) -> Vec<u8> {
        let (first, last) = (first as usize, last as usize);
        let before = first.checked_sub(2).map(|before| &self.entries[before]);
        let sealing = Sealing {
            validator: self.id,
            previous: before.map_or([0; 32], |before| before.hash),
            entries: &self.entries[first - 1..last],
            sealed: now,
            journal_end: self.head.sequence,
        };
        seal(&sealing, &self.key)
    }

    /// The whole journal, sealed.
    pub(crate) fn seal_all(&self, now: UnixSeconds) -> Vec<u8> {
        self.seal(1, self.head.sequence, now)
    }
}
