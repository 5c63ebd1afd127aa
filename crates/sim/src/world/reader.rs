//! A validator at its place: the real mind, a journal on a disk of its own, a passage sensor at
//! gates, a clock that may be wrong.

use std::collections::VecDeque;

use ridecode_codec::crypto::native::Native;
use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::crypto::{PublicKey, Signer as _};
use ridecode_store::Validator;
use ridecode_validator::bundle::{self, Bundle, Expected};
use ridecode_validator::journal::{self, Chained, Entry, Event, Head, JournalFault, VoidReason};
use ridecode_validator::segment::{LENGTH_MAX, Sealing, count_fitting, seal};
use ridecode_validator::{Clock, ClockTrust, Doorway, Outcome, Passage, Place, State, decide};
use ridecode_words::{UnixSeconds, ValidatorId};

use super::disk::{Disk, DiskFault};
use crate::seed::Chances;

/// A validator.
pub(crate) struct Reader {
    pub(crate) id: ValidatorId,
    pub(crate) place: Place,
    pub(crate) disk: Disk,
    /// Its clock is ahead of the true time by so much, in seconds, and it does not know.
    pub(crate) ahead_s: i64,
    pub(crate) trust: ClockTrust,
    /// No network before this time.
    pub(crate) offline_until: UnixSeconds,
    /// The database holds the journal up to here, as far as it heard.
    pub(crate) held: u64,
    /// The database holds the journal up to here.
    pub(crate) arrived: u64,
    /// What the next accept meets.
    pub(crate) next: Next,
    key: SecretKey,
    state: State<Native>,
    /// The journal's end.
    head: Head,
    /// The entries on the disk.
    entries: VecDeque<Chained>,
    doorway: Option<Doorway>,
    /// What could not be written when it happened.
    owed: VecDeque<Event>,
    /// The model knows the journal up to here.
    told: u64,
}

/// What the next accept at a validator meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Next {
    /// A barrier that stays shut.
    pub(crate) sticks: bool,
    /// A rider who leaves the code before the scanner.
    pub(crate) lingers: bool,
    /// A driver who takes it back.
    pub(crate) undone: bool,
}

/// What a rider sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shown {
    /// Nothing: the same showing read twice.
    Silent,
    /// Nothing: the disk or the power failed.
    Dark,
    /// Refused, in red.
    Refused(Outcome),
    /// Green. The entry that accepted.
    Admitted(u64),
}

impl Reader {
    pub(crate) fn new((id, place): (u32, Place), key: SecretKey, bundle: Bundle) -> Self {
        let has_sensor = match place.passage {
            Passage::In | Passage::Out => true,
            Passage::Single => false,
        };
        Self {
            id: ValidatorId(id),
            place,
            disk: Disk::new(),
            ahead_s: 0,
            trust: ClockTrust::Synced,
            offline_until: UnixSeconds(i64::MIN),
            held: 0,
            arrived: 0,
            next: Next::default(),
            key,
            state: State::new(bundle, Native, CREDENTIALS_MAX),
            head: Head::EMPTY,
            entries: VecDeque::new(),
            doorway: has_sensor.then(|| Doorway::new(PASSAGE_MS)),
            owed: VecDeque::new(),
            told: 0,
        }
    }

    /// The validator as it is registered.
    pub(crate) fn record(&self, now: UnixSeconds) -> Validator {
        Validator {
            id: self.id,
            operator: self.place.operator,
            key: self.key.public_key(),
            registered: now,
            active: true,
        }
    }

    /// The time as it knows it.
    pub(crate) fn clock(&self, now: UnixSeconds) -> Clock {
        Clock {
            now: now.plus_s(self.ahead_s),
            trust: self.trust,
        }
    }

    /// The journal's end.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    pub(crate) fn bundle(&self) -> &Bundle {
        self.state.bundle()
    }

    /// Whether a text stands anywhere on its disk.
    pub(crate) fn says(&self, text: &[u8]) -> bool {
        let records = self.disk.records();
        records.windows(text.len()).any(|window| window == text)
    }

    /// The entries written since this was last asked.
    pub(crate) fn take_written(&mut self) -> Vec<Entry> {
        let told = std::mem::replace(&mut self.told, self.head.sequence);
        let newest = self.entries.iter().rev();
        let newest = newest.take_while(|chained| chained.entry.sequence > told);
        let mut written: Vec<Entry> = newest.map(|chained| chained.entry.clone()).collect();
        written.reverse();
        written
    }

    /// The last entry, if a power cut took entries the model knows of.
    pub(crate) fn find_loss(&mut self) -> Option<u64> {
        let lost = self.head.sequence < self.told;
        self.told = self.told.min(self.head.sequence);
        lost.then_some(self.head.sequence)
    }

    /// Decides about a code, writes it down, shows it.
    pub(crate) fn scan(&mut self, code: &[u8], now: UnixSeconds) -> Result<Shown, DiskFault> {
        self.void_overdue(now)?;
        let clock = self.clock(now);
        let outcome = decide(code, &self.place, &mut self.state, clock).outcome;
        if outcome.is_silent() {
            return Ok(Shown::Silent);
        }
        let code = code.to_vec();
        let sequence = self.write(Event::Decided { code, outcome }, now)?;
        if !outcome.admits() {
            return Ok(Shown::Refused(outcome));
        }
        if let Some(doorway) = &mut self.doorway {
            doorway.accept(sequence, ms(now));
        }
        Ok(Shown::Admitted(sequence))
    }

    /// The sensor sees somebody: whoever was accepted first and has not passed.
    pub(crate) fn pass(&mut self, now: UnixSeconds) -> Result<(), DiskFault> {
        if let Some(accepted) = self.doorway.as_mut().and_then(|door| door.pass(ms(now))) {
            self.owed.push_back(Event::Passed { accepted });
        }
        self.write_owed(now)
    }

    /// Takes back who did not pass in time. To be asked until nothing is owed.
    pub(crate) fn void_overdue(&mut self, now: UnixSeconds) -> Result<(), DiskFault> {
        while let Some(accepted) = self
            .doorway
            .as_mut()
            .and_then(|door| door.find_overdue(ms(now)))
        {
            let reason = VoidReason::NobodyPassed;
            self.owed.push_back(Event::Voided { accepted, reason });
        }
        self.write_owed(now)
    }

    /// The driver takes an accept back.
    pub(crate) fn undo(&mut self, accepted: u64, now: UnixSeconds) -> Result<(), DiskFault> {
        if let Some(doorway) = &mut self.doorway {
            doorway.take_back(accepted);
        }
        let reason = VoidReason::RiderLeft;
        self.owed.push_back(Event::Voided { accepted, reason });
        self.write_owed(now)
    }

    /// Writes what could not be written when it happened.
    pub(crate) fn write_owed(&mut self, now: UnixSeconds) -> Result<(), DiskFault> {
        while let Some(event) = self.owed.front().cloned() {
            self.write(event, now)?;
            self.owed.pop_front();
        }
        Ok(())
    }

    fn write(&mut self, event: Event, now: UnixSeconds) -> Result<u64, DiskFault> {
        let clock = self.clock(now);
        let entry = Entry {
            sequence: 0,
            time: clock.now,
            trust: clock.trust,
            place: self.place.clone(),
            event,
            bundle_version: self.state.bundle().version,
        };
        let mut head = self.head;
        let (chained, record) = journal::append(&mut head, entry);
        self.disk.write(&record)?;
        self.head = head;
        self.state.note(&chained.entry);
        self.entries.push_back(chained);
        Ok(self.head.sequence)
    }

    /// Starts again after a power cut with what the disk holds, and is to write that it did. Who
    /// was let in and had not passed is not waited for any more.
    pub(crate) fn restart(&mut self, chances: &mut Chances) -> Result<(), JournalFault> {
        self.disk.cut(chances);
        let recovered = journal::recover(self.disk.records(), self.disk.start())?;
        self.disk.cut_tail(recovered.good_length);
        let bundle = self.state.bundle().clone();
        self.state = State::new(bundle, Native, CREDENTIALS_MAX);
        for chained in &recovered.entries {
            self.state.note(&chained.entry);
        }
        self.head = recovered.head;
        self.entries = recovered.entries.into();
        self.owed.clear();
        if let Some(doorway) = &mut self.doorway {
            *doorway = Doorway::new(PASSAGE_MS);
        }
        self.owed.push_back(Event::Started);
        Ok(())
    }

    /// The oldest entries that the database does not hold yet, sealed. `None` if it holds all.
    pub(crate) fn seal_next(&mut self, now: UnixSeconds) -> Option<Vec<u8>> {
        let first = self.entries.front()?.entry.sequence;
        let skip = usize::try_from(self.held.checked_sub(first - 1)?).ok()?;
        let entries: &[Chained] = self.entries.make_contiguous();
        let (held, waiting) = entries.split_at_checked(skip)?;
        if waiting.is_empty() {
            return None;
        }
        let before = held.last().map(|before| before.hash);
        let count = count_fitting(waiting, LENGTH_MAX).min(SEGMENT_ENTRIES);
        let sealing = Sealing {
            validator: self.id,
            previous: before.unwrap_or(self.disk.start().hash),
            entries: &waiting[..count],
            sealed: now.plus_s(self.ahead_s),
            journal_end: self.head.sequence,
        };
        Some(seal(&sealing, &self.key))
    }

    /// Removes entries the database holds, except those of the last hour: the codes in them may
    /// be shown again.
    pub(crate) fn forget(&mut self, now: UnixSeconds) {
        let (mut bytes, mut start) = (0, self.disk.start());
        while let Some(first) = self.entries.front() {
            let (sequence, time) = (first.entry.sequence, first.entry.time);
            if sequence > self.held || self.clock(now).now.since_s(time) < 3_600 {
                break;
            }
            bytes += first.record_length();
            start = Head {
                sequence,
                hash: first.hash,
            };
            self.entries.pop_front();
        }
        self.disk.forget(bytes, start);
    }

    /// Puts a sealed bundle in force, if it is newer and for this operator.
    pub(crate) fn apply(&mut self, sealed: &[u8], office: PublicKey) {
        let expected = Expected {
            office,
            operator: self.place.operator,
            in_force: self.state.bundle().version,
        };
        if let Ok(bundle) = bundle::open(sealed, &expected, &Native) {
            self.state.apply(bundle);
        }
    }
}

/// Milliseconds of a clock that only counts up.
fn ms(now: UnixSeconds) -> u64 {
    u64::try_from(now.0).unwrap_or_default() * 1_000
}

/// How long a rider has to pass, in milliseconds.
const PASSAGE_MS: u64 = 5_000;

/// Credentials remembered as checked.
const CREDENTIALS_MAX: usize = 4_000;

/// Entries in a segment at most.
const SEGMENT_ENTRIES: usize = 200;
