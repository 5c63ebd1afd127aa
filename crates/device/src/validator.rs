//! The device as a library: a code in, a decision written to disk, an answer to show; then the
//! second phase, in which whoever was accepted passes or the accept is taken back.
//!
//! Clock and code are arguments, so that a test can be the scanner and the time.

use std::collections::VecDeque;
use std::sync::Arc;

use ridecode_codec::crypto::Crypto;
use ridecode_validator::array::Shared;
use ridecode_validator::bundle::Bundle;
use ridecode_validator::journal::{Entry, Event, VoidReason};
use ridecode_validator::{Barrier, Clock, ClockTrust, Decision, Doorway, Place, State, decide};
use ridecode_words::UnixSeconds;

use super::ailment::{Ailment, Ailments};
use super::disk::Disk;
use super::journal_files::{JournalFiles, Keeping, WriteFault, Written};
use super::unfinished::Unfinished;

/// A validator at its place, with its journal.
pub struct Validator<C: Crypto> {
    state: State<C>,
    place: Place,
    journal: JournalFiles,
    lamp: Lamp,
    /// The last entry the state knows of.
    noted: u64,
    last_time: UnixSeconds,
    /// What the disk last did to the journal.
    trouble: Option<Ailment>,
    /// The second phase, where there is a passage sensor.
    doorway: Option<Doorway>,
    /// The last accept, and when it was: what a driver may undo.
    last_accept: Option<(u64, u64)>,
    /// Accepts from before the start whose riders nobody saw, until the start is noted.
    unfinished: Vec<u64>,
    /// What happened and could not be written yet, oldest first.
    owed: VecDeque<Event>,
    /// What the other gates of the array are to be told.
    outbox: Vec<Shared>,
}

/// Now: by the time of day, and by a clock in milliseconds that only counts up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The time of day, with how far to trust it.
    pub clock: Clock,
    /// Milliseconds since the validator was switched on.
    pub ms: u64,
}

/// When the lamp is lit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lamp {
    /// Once the disk holds the entry.
    #[default]
    AfterSync,
    /// Once the entry is written; the disk holds it a moment later. A power cut in between loses
    /// what was shown.
    BeforeSync,
}

/// How a validator keeps its journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rules {
    /// When files are begun and forgotten, and what happens when there is no room.
    pub keeping: Keeping,
    /// When the lamp is lit.
    pub lamp: Lamp,
    /// How long a rider has to pass once accepted, in milliseconds; `None` without a sensor.
    pub passage_ms: Option<u64>,
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

impl<C: Crypto + Default> Validator<C> {
    /// Opens the journal on a disk, and remembers the codes used lately.
    pub fn start(
        disk: Arc<dyn Disk>,
        bundle: Bundle,
        place: Place,
        rules: Rules,
    ) -> anyhow::Result<Self> {
        let mut state = State::new(bundle, C::default(), CREDENTIALS_MAX);
        let mut last_time = state.bundle().made;
        let mut outbox = Vec::new();
        let mut unfinished = Unfinished::new(rules.passage_ms);
        let journal = JournalFiles::open(disk, rules.keeping, |chained| {
            unfinished.note(&chained.entry);
            outbox.extend(state.note(&chained.entry));
            if outbox.len() > 2 * OUTBOX_AT_START {
                outbox.drain(..OUTBOX_AT_START);
            }
            if chained.entry.trust != ClockTrust::Distrusted {
                last_time = last_time.max(chained.entry.time);
            }
        })?;
        outbox.retain(|shared| !shared.is_outlived(last_time));
        Ok(Self {
            state,
            place,
            noted: journal.last_sequence(),
            journal,
            lamp: rules.lamp,
            last_time,
            trouble: None,
            doorway: rules.passage_ms.map(Doorway::new),
            last_accept: None,
            unfinished: unfinished.into_accepts(),
            owed: VecDeque::new(),
            outbox,
        })
    }

    /// Writes that the validator is at work. Riders who were waited for when the power went are
    /// waited for no longer: nobody saw them pass, so their accepts are taken back first.
    pub fn note_start(&mut self, now: Moment) -> Result<(), WriteFault> {
        for accepted in std::mem::take(&mut self.unfinished) {
            tracing::warn!(accepted, "taken back: the power went before anybody passed");
            self.take_back(accepted, VoidReason::NobodyPassed, now);
        }
        self.write(Event::Started, now.clock)?;
        self.settle()
    }

    /// Decides about a code, writes the decision down, and only then gives it to be shown.
    pub fn scan(&mut self, code: &[u8], now: Moment) -> Result<Shown, WriteFault> {
        let decision = self.decide(code, now.clock);
        self.keep(code, decision, now)
    }

    /// Decides about a code. Nothing of it may be shown yet.
    pub fn decide(&mut self, code: &[u8], clock: Clock) -> Decision {
        decide(code, &self.place, &mut self.state, clock)
    }

    /// Writes a decision down and gives it to be shown. A silent one is the scanner reading one
    /// showing again: it is not written.
    pub fn keep(
        &mut self,
        code: &[u8],
        decision: Decision,
        now: Moment,
    ) -> Result<Shown, WriteFault> {
        let sequence = if decision.outcome.is_silent() {
            None
        } else {
            let event = Event::Decided {
                code: code.to_vec(),
                outcome: decision.outcome,
            };
            Some(self.write(event, now.clock)?)
        };
        if let Some(sequence) = sequence.filter(|_| decision.outcome.admits()) {
            self.last_accept = Some((sequence, now.ms));
            if let Some(doorway) = &mut self.doorway {
                doorway.accept(sequence, now.ms);
            }
        }
        Ok(Shown {
            decision,
            sequence,
            time: now.clock.now,
        })
    }

    /// The passage sensor saw somebody. Gives the accepted entry that was; `None` if nobody was
    /// expected.
    pub fn pass(&mut self, now: Moment) -> Option<u64> {
        let accepted = self.doorway.as_mut()?.pass(now.ms)?;
        self.owe(Event::Passed { accepted }, now.clock);
        Some(accepted)
    }

    /// An accepted entry whose rider did not pass in time: it is taken back, and the rider may try
    /// again. To be asked until it gives `None`.
    pub fn void_overdue(&mut self, now: Moment) -> Option<u64> {
        let accepted = self.doorway.as_mut()?.find_overdue(now.ms)?;
        self.take_back(accepted, VoidReason::NobodyPassed, now);
        Some(accepted)
    }

    /// The driver takes the last accept back, with a reason. Gives the entry that was; `None` if
    /// there is none, or not any more.
    pub fn undo(&mut self, reason: VoidReason, now: Moment) -> Option<u64> {
        let (accepted, at_ms) = self.last_accept?;
        let waits = |doorway: &Doorway| doorway.is_waiting_for(accepted);
        if now.ms.saturating_sub(at_ms) > UNDO_MS || !self.doorway.as_ref().is_none_or(waits) {
            return None;
        }
        if let Some(doorway) = &mut self.doorway {
            doorway.take_back(accepted);
        }
        self.take_back(accepted, reason, now);
        Some(accepted)
    }

    fn take_back(&mut self, accepted: u64, reason: VoidReason, now: Moment) {
        if self.last_accept.is_some_and(|(last, _)| last == accepted) {
            self.last_accept = None;
        }
        self.owe(Event::Voided { accepted, reason }, now.clock);
    }

    /// Writes down what happened whether the disk likes it or not: at once, or before the next
    /// entry that can be written.
    fn owe(&mut self, event: Event, clock: Clock) {
        self.owed.push_back(event);
        if let Err(fault) = self.write_owed(clock) {
            tracing::error!("an event waits for the disk: {:#}", anyhow::anyhow!(fault));
        }
    }

    /// Writes what could not be written when it happened.
    pub fn write_owed(&mut self, clock: Clock) -> Result<(), WriteFault> {
        while let Some(event) = self.owed.front().cloned() {
            let written = self.try_write(event, clock);
            self.take_note_of(written.as_ref().err());
            written?;
            self.owed.pop_front();
        }
        Ok(())
    }

    /// What the barrier is to do. Without a sensor nobody is waited for, and it stays closed.
    pub fn barrier(&self) -> Barrier {
        self.doorway
            .as_ref()
            .map_or(Barrier::Closed, Doorway::barrier)
    }

    /// When an accept is overdue unless somebody passes, by the clock that counts up.
    pub fn next_due_ms(&self) -> Option<u64> {
        self.doorway.as_ref()?.next_due_ms()
    }

    /// What became of a code at another gate of the array.
    pub fn learn(&mut self, shared: &Shared, clock: Clock) {
        self.state.learn(shared, clock.now);
    }

    /// What the other gates are to be told, in order.
    pub fn take_outbox(&mut self) -> Vec<Shared> {
        std::mem::take(&mut self.outbox)
    }

    /// Waits until the disk holds what was shown. Done already unless the lamp comes first.
    pub fn settle(&mut self) -> Result<(), WriteFault> {
        let settled = self.journal.settle();
        self.take_note_of(settled.as_ref().err());
        settled
    }

    /// The database holds the journal through entry `held`: issuers answer for later rides alone, and
    /// old files of the journal go.
    pub fn forget(&mut self, held: u64, now: Moment) {
        self.state.note_held(held);
        let gone = self.journal.forget(held, now.clock);
        if gone > 0 {
            let first = self.journal.first_kept();
            tracing::info!(gone, first, "old journal files were removed");
        }
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

    /// It stands elsewhere, from the next code on: another line, or the next stop.
    pub fn move_to(&mut self, place: Place) {
        self.place = place;
    }

    /// How far the journal is written.
    pub fn written(&self) -> Written {
        self.journal.written()
    }

    /// A time that has passed: the last entry's, or the making of the bundle.
    pub fn no_earlier_than(&self) -> UnixSeconds {
        self.last_time
    }

    /// What is wrong with the disk.
    pub fn ailments(&self) -> Ailments {
        let mut ailments = Ailments::new();
        ailments.extend(self.trouble);
        if self.journal.has_altered() {
            ailments.insert(Ailment::RecordAltered);
        }
        if self.journal.held_back() > 0 {
            ailments.insert(Ailment::EntriesInMemory);
        } else if self.free().is_some_and(|free| free < FREE_MIN) {
            ailments.insert(Ailment::DiskNearlyFull);
        }
        ailments
    }

    /// Bytes free for the journal; `None` if nobody can tell.
    pub fn free(&self) -> Option<u64> {
        self.journal.free()
    }

    /// Writes an event down. On the disk before this returns, unless the lamp comes first.
    fn write(&mut self, event: Event, clock: Clock) -> Result<u64, WriteFault> {
        self.write_owed(clock)?;
        let written = self.try_write(event, clock);
        self.take_note_of(written.as_ref().err());
        written
    }

    fn try_write(&mut self, event: Event, clock: Clock) -> Result<u64, WriteFault> {
        if self.journal.settle().is_err() {
            self.reopen()?;
            let started = self.journal.append(self.entry(Event::Started, clock))?;
            self.note(&started);
        }
        let entry = self.journal.write(self.entry(event, clock))?;
        if self.lamp == Lamp::AfterSync {
            self.journal.settle()?;
        }
        self.note(&entry);
        Ok(entry.sequence)
    }

    fn note(&mut self, entry: &Entry) {
        self.outbox.extend(self.state.note(entry));
        self.noted = entry.sequence;
    }

    fn entry(&self, event: Event, clock: Clock) -> Entry {
        Entry {
            sequence: 0,
            time: clock.now,
            trust: clock.trust,
            place: self.place.clone(),
            event,
            bundle_version: self.state.bundle().version,
        }
    }

    /// Opens the journal again after the disk failed: an entry that nobody saw may be on it, and
    /// its code is not to be accepted a second time. A gate takes such an accept back: it let
    /// nobody in on it.
    fn reopen(&mut self) -> Result<(), WriteFault> {
        let disk = Arc::clone(self.journal.disk());
        let (state, noted, outbox) = (&mut self.state, self.noted, &mut self.outbox);
        let (is_gate, owed) = (self.doorway.is_some(), &mut self.owed);
        let opened = JournalFiles::open(disk, self.journal.keeping(), |chained| {
            let (entry, accepted) = (&chained.entry, chained.entry.sequence);
            if accepted <= noted {
                return;
            }
            outbox.extend(state.note(entry));
            if is_gate && entry.admits() {
                let reason = VoidReason::NobodyPassed;
                owed.push_back(Event::Voided { accepted, reason });
            }
        });
        self.journal = opened.map_err(|fault| {
            tracing::error!("{fault:#}");
            WriteFault::Distrusted
        })?;
        tracing::warn!("the disk works again");
        self.noted = self.journal.last_sequence();
        Ok(())
    }

    fn take_note_of(&mut self, fault: Option<&WriteFault>) {
        self.trouble = fault.map(|fault| match fault {
            WriteFault::Full(_) => Ailment::DiskFull,
            WriteFault::NotWritten(_) | WriteFault::NotSynced(_) | WriteFault::Distrusted => {
                Ailment::DiskFails
            }
        });
    }
}

/// Credentials remembered as checked. A few hundred bytes each.
const CREDENTIALS_MAX: usize = 50_000;

/// How long a driver may undo an accept, in milliseconds.
const UNDO_MS: u64 = 120_000;

/// How many of the uses read back at start are told to the array: what it may still not know.
const OUTBOX_AT_START: usize = 5_000;

/// Less room than this on the disk is told, in bytes: some days of a busy gate.
const FREE_MIN: u64 = 64 << 20;
