//! A validator, with what it needs to speak to its back office.

use std::sync::Arc;

#[cfg(feature = "native")]
pub(crate) use ridecode_codec::crypto::native::{Native as Engine, SecretKey};
#[cfg(not(feature = "native"))]
pub(crate) use ridecode_codec::crypto::portable::{Portable as Engine, SecretKey};
use ridecode_codec::crypto::{Signer as _, Sm2Id};
use ridecode_device::{
    Ailment, Ailments, BundleFiles, Disk, JournalReader, Moment, Shown, Validator,
};
use ridecode_validator::bundle::{Bundle, Expected};
use ridecode_validator::heartbeat::{self, Heartbeat, Waits};
use ridecode_validator::segment::{self, Sealing};
use ridecode_validator::{ClockTrust, Place};
use ridecode_words::{OperatorId, Text, UnixSeconds, ValidatorId};

use crate::answer::Answer;
use crate::settings::{Settings, Signing};

/// A validator that is open.
pub(crate) struct Reader {
    validator: Validator<Engine>,
    identity: ValidatorId,
    expected: Expected,
    signing: Signing,
    disk: Arc<dyn Disk>,
    bundles: BundleFiles,
    journal: JournalReader,
    /// Through this entry the back office holds the journal.
    held_through: u64,
    /// Everything done up to this time is held.
    complete_to: UnixSeconds,
    /// The last bundle that came was not good.
    bundle_refused: bool,
}

impl Reader {
    /// Opens what the disk holds, and writes that the validator is at work.
    pub(crate) fn open(
        settings: &Settings,
        place: Place,
        disk: Arc<dyn Disk>,
        now: Moment,
    ) -> Result<Self, Answer> {
        let expected = settings.expected()?;
        let signing = settings.signing()?;
        let bundles = BundleFiles::new(Arc::clone(&disk));
        let bundle = bundles.find(&expected, &Engine)?;
        let bundle = bundle.unwrap_or_else(|| nothing_known(expected.operator));
        let rules = settings.rules();
        let mut validator = Validator::start(Arc::clone(&disk), bundle, place, rules)?;
        validator.note_start(now)?;
        let end = validator.written().sequence;
        let mark = read_mark(disk.as_ref()).filter(|mark| *mark <= end);
        validator.forget(mark.unwrap_or(0), now);
        Ok(Self {
            identity: settings.identity(),
            expected,
            signing,
            journal: JournalReader::new(Arc::clone(&disk)),
            held_through: mark.unwrap_or(0),
            disk,
            bundles,
            complete_to: UnixSeconds(0),
            bundle_refused: false,
            validator,
        })
    }

    /// Decides, writes, and gives what may be shown.
    pub(crate) fn scan(&mut self, code: &[u8], now: Moment) -> Result<Shown, Answer> {
        if self.bundle().is_none() {
            return Err(Answer::NoBundle);
        }
        let shown = self.validator.scan(code, now)?;
        // Gates that share what they accept do so in the program alone.
        drop(self.validator.take_outbox());
        Ok(shown)
    }

    /// Takes a sealed bundle or delta: signature, operator and version first, then the disk, then
    /// in force whole. Gives its version.
    pub(crate) fn take_bundle(&mut self, sealed: &[u8]) -> Result<u64, Answer> {
        let in_force = self.bundle();
        let expected = Expected {
            in_force: in_force.map_or(0, |bundle| bundle.version),
            ..self.expected
        };
        let taken = self.bundles.take(sealed, &expected, (in_force, &Engine));
        let taken = taken.map_err(Answer::from);
        self.bundle_refused = taken.is_err();
        let bundle = taken?;
        let version = bundle.version;
        self.validator.apply(bundle);
        Ok(version)
    }

    /// Consecutive entries behind what is held, sealed to be sent: as many as fit into `capacity`
    /// bytes, at most `entries_max`.
    pub(crate) fn next_segment(
        &mut self,
        entries_max: usize,
        capacity: usize,
        now: Moment,
    ) -> Result<Vec<u8>, Answer> {
        self.validator.settle()?;
        let end = self.validator.written();
        if self.held_through >= end.sequence {
            return Err(Answer::Nothing);
        }
        let batch = self.journal.read(self.held_through, end, entries_max)?;
        let count = segment::count_fitting(&batch.entries, capacity);
        if count == 0 {
            return Err(Answer::BufferTooSmall);
        }
        let sealing = Sealing {
            validator: self.identity,
            previous: batch.previous,
            entries: &batch.entries[..count],
            sealed: now.clock.now,
            journal_end: end.sequence,
        };
        self.signed(segment::seal(&sealing, &self.signing))
    }

    /// The back office holds the journal through that entry; pieces of it that nobody needs go.
    pub(crate) fn note_held(&mut self, through: u64, now: Moment) -> Result<(), Answer> {
        let end = self.validator.written().sequence;
        if through > end {
            return Err(Answer::JournalOlder);
        }
        self.held_through = through;
        let mark = format!("{through}\n");
        self.disk
            .replace(MARK, mark.as_bytes())
            .map_err(anyhow::Error::from)?;
        self.look_at_mark(end, now);
        self.validator.forget(through, now);
        Ok(())
    }

    /// How the validator is, sealed to be sent.
    pub(crate) fn heartbeat(
        &mut self,
        (waits, scanner_gone): (Waits, bool),
        now: Moment,
    ) -> Result<Vec<u8>, Answer> {
        let end = self.validator.written().sequence;
        self.look_at_mark(end, now);
        let ailments = self.ailments(scanner_gone, now);
        let heartbeat = Heartbeat {
            validator: self.identity,
            sealed: now.clock.now,
            trust: now.clock.trust,
            journal_end: end,
            held_through: self.held_through.min(end),
            complete_to: self.complete_to,
            bundle_version: self.validator.bundle().version,
            free_bytes: self.validator.free(),
            waits,
            ailments: ailments
                .iter()
                .filter_map(|it| Text::new(it.word()).ok())
                .collect(),
            place: None,
            software: None,
        };
        self.signed(heartbeat::seal(&heartbeat, &self.signing))
    }

    /// Writes what waits for the disk, and waits for the disk itself.
    pub(crate) fn settle(&mut self, now: Moment) -> Result<(), Answer> {
        self.validator.write_owed(now.clock)?;
        Ok(self.validator.settle()?)
    }

    /// The bundle in force, once one was taken.
    pub(crate) fn bundle(&self) -> Option<&Bundle> {
        Some(self.validator.bundle()).filter(|bundle| bundle.version > 0)
    }

    /// The validator on its disk.
    pub(crate) fn validator(&self) -> &Validator<Engine> {
        &self.validator
    }

    /// The same, to work with.
    pub(crate) fn validator_mut(&mut self) -> &mut Validator<Engine> {
        &mut self.validator
    }

    /// Who runs it.
    pub(crate) fn operator(&self) -> OperatorId {
        self.expected.operator
    }

    /// Through which entry the back office holds the journal.
    pub(crate) fn held_through(&self) -> u64 {
        self.held_through
    }

    /// Once all is held, everything done up to now is.
    fn look_at_mark(&mut self, end: u64, now: Moment) {
        if self.held_through >= end {
            self.complete_to = now.clock.now;
        }
    }

    fn ailments(&self, scanner_gone: bool, now: Moment) -> Ailments {
        let mut ailments = self.validator.ailments();
        let list_old = now.clock.now.since_s(self.validator.bundle().made) > LIST_OLD_S;
        let clock_wrong = now.clock.trust == ClockTrust::Distrusted;
        let others = [
            (self.bundle_refused, Ailment::BundleRefused),
            (clock_wrong, Ailment::ClockWrong),
            (list_old, Ailment::ListOld),
            (scanner_gone, Ailment::ScannerGone),
        ];
        ailments.extend(
            others
                .into_iter()
                .filter_map(|(is, ailment)| is.then_some(ailment)),
        );
        ailments
    }

    /// Sealed bytes, once it is sure that the key signed them: a secure element may fail.
    fn signed(&self, sealed: Vec<u8>) -> Result<Vec<u8>, Answer> {
        use ridecode_codec::crypto::{Crypto as _, Signature};

        let Signing::Element(_) = &self.signing else {
            return Ok(sealed);
        };
        let engine = Engine;
        let key = engine.parse_key(&self.signing.public_key());
        let holds = sealed
            .split_last_chunk()
            .zip(key)
            .is_some_and(|((body, signature), key)| {
                engine.verify(&key, Sm2Id::DEFAULT, body, &Signature(*signature))
            });
        holds.then_some(sealed).ok_or(Answer::SigningFailed)
    }
}

/// In force until a bundle comes; no code is looked at with it.
fn nothing_known(operator: OperatorId) -> Bundle {
    Bundle::new(0, operator, UnixSeconds(0))
}

/// A hint that saves repeats, worth nothing else.
fn read_mark(disk: &dyn Disk) -> Option<u64> {
    let text = disk.read(MARK, 0, MARK_LENGTH_MAX).ok()?;
    core::str::from_utf8(&text).ok()?.trim().parse().ok()
}

/// The name of the mark through which entry the journal is held.
const MARK: &str = "held-through";
const MARK_LENGTH_MAX: usize = 32;

/// A deny list older than this is told, in seconds.
const LIST_OLD_S: i64 = 86_400;
