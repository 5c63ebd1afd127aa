//! A validator at its place: the device as it is sold, on a disk that can lie, with a clock that
//! may be wrong.

use std::sync::Arc;

use super::remembering::Remembering;
use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::crypto::{PublicKey, Signer as _};
use ridecode_device::{
    BundleFiles, Disk as _, JournalReader, Moment, Rules, SimulatedDisk, Validator,
};
use ridecode_store::Validator as Registered;
use ridecode_validator::bundle::{Bundle, Expected};
use ridecode_validator::journal::{Chained, Entry, Hash, VoidReason};
use ridecode_validator::segment::{Sealing, seal};
use ridecode_validator::{Clock, ClockTrust, Outcome, Passage, Place};
use ridecode_words::{UnixSeconds, ValidatorId};

/// A validator.
pub(crate) struct Reader {
    pub(crate) id: ValidatorId,
    /// Its clock is ahead of the true time by so much, in seconds, and it does not know.
    pub(crate) ahead_s: i64,
    /// No network before this time.
    pub(crate) offline_until: UnixSeconds,
    /// The database holds the journal up to here, as far as it heard.
    pub(crate) held: u64,
    /// The database holds the journal up to here.
    pub(crate) arrived: u64,
    /// What the next accept meets.
    pub(crate) next: Next,
    /// The disk says it synced and does not.
    pub(crate) lies: bool,
    key: SecretKey,
    disk: Arc<SimulatedDisk>,
    device: Validator<Remembering>,
    /// Reads the journal for the uplink.
    uplink: JournalReader,
    /// Reads the journal for the model, as it is written.
    witness: JournalReader,
    /// The model knows the journal up to here, and the hash there.
    told: (u64, Hash),
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
    Admitted,
}

/// Why a validator does not start again.
pub(crate) enum StartFault {
    /// The disk lied, and the journal shows it.
    Damaged,
    /// Something is wrong with the device.
    Broken(String),
}

impl Reader {
    /// A validator out of its box, with a first bundle.
    pub(crate) fn new((id, place): (u32, Place), key: SecretKey, bundle: Bundle) -> Self {
        let disk = Arc::new(SimulatedDisk::new(u64::from(id)));
        let rules = rules(&place);
        let device = Validator::start(Arc::clone(&disk) as Arc<_>, bundle, place, rules);
        Self {
            id: ValidatorId(id),
            ahead_s: 0,
            offline_until: UnixSeconds(i64::MIN),
            held: 0,
            arrived: 0,
            next: Next::default(),
            lies: false,
            key,
            device: device.expect("an empty disk takes a journal"),
            uplink: JournalReader::new(Arc::clone(&disk) as Arc<_>),
            witness: JournalReader::new(Arc::clone(&disk) as Arc<_>),
            disk,
            told: (0, [0; 32]),
        }
    }

    /// The validator as it is registered.
    pub(crate) fn record(&self, now: UnixSeconds) -> Registered {
        Registered {
            id: self.id,
            operator: self.device.place().operator,
            key: self.key.public_key(),
            registered: now,
            retired: None,
        }
    }

    /// The time as it knows it.
    pub(crate) fn clock(&self, now: UnixSeconds) -> Clock {
        Clock {
            now: now.plus_s(self.ahead_s),
            trust: ClockTrust::Synced,
        }
    }

    fn moment(&self, now: UnixSeconds) -> Moment {
        Moment {
            clock: self.clock(now),
            ms: u64::try_from(now.0).unwrap_or_default() * 1_000,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        self.device.place()
    }

    pub(crate) fn bundle(&self) -> &Bundle {
        self.device.bundle()
    }

    /// The last entry written.
    pub(crate) fn written(&self) -> u64 {
        self.device.written().sequence
    }

    /// The hash over the whole journal as far as the model read it.
    pub(crate) fn hash(&self) -> Hash {
        self.told.1
    }

    /// Whether the power is gone.
    pub(crate) fn is_dark(&self) -> bool {
        self.disk.is_dark()
    }

    /// The power goes at a step of the disk from now on.
    pub(crate) fn cut_at(&self, step: u32) {
        self.disk.lose_power_at(Some(step));
    }

    /// The disk has no room, or room again.
    pub(crate) fn fill(&self, full: bool) {
        self.disk.set_room(if full { 0 } else { u64::MAX });
    }

    /// The disk lies from now on.
    pub(crate) fn lie(&mut self) {
        self.lies = true;
        self.disk.lie();
    }

    /// Whether a text stands anywhere on its disk.
    pub(crate) fn says(&self, text: &[u8]) -> bool {
        let names = self.disk.names().unwrap_or_default();
        names.iter().any(|name| {
            let bytes = self.disk.read(name, 0, usize::MAX).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text)
        })
    }

    /// The entries written since this was last asked.
    pub(crate) fn take_written(&mut self) -> Result<Vec<Entry>, String> {
        let mut written = Vec::new();
        let end = self.device.written();
        while self.told.0 < end.sequence {
            let batch = self.witness.read(self.told.0, end, usize::MAX);
            let entries = batch.map_err(|fault| format!("{fault:#}"))?.entries;
            let last = entries.last().ok_or("the journal ends before its end")?;
            self.told = (last.entry.sequence, last.hash);
            written.extend(entries.into_iter().map(|chained| chained.entry));
        }
        Ok(written)
    }

    /// Decides about a code, writes it down, shows it.
    pub(crate) fn scan(&mut self, code: &[u8], now: UnixSeconds) -> Shown {
        self.void_overdue(now);
        let moment = self.moment(now);
        let Ok(shown) = self.device.scan(code, moment) else {
            return Shown::Dark;
        };
        match (shown.decision.outcome, shown.sequence) {
            (_, None) => Shown::Silent,
            (Outcome::Admit, Some(_)) => Shown::Admitted,
            (refused, Some(_)) => Shown::Refused(refused),
        }
    }

    /// The sensor sees somebody: whoever was accepted first and has not passed.
    pub(crate) fn pass(&mut self, now: UnixSeconds) {
        let moment = self.moment(now);
        self.device.pass(moment);
    }

    /// Takes back who did not pass in time.
    pub(crate) fn void_overdue(&mut self, now: UnixSeconds) {
        let moment = self.moment(now);
        while self.device.void_overdue(moment).is_some() {}
    }

    /// The driver takes the last accept back.
    pub(crate) fn undo(&mut self, now: UnixSeconds) {
        let moment = self.moment(now);
        self.device.undo(VoidReason::RiderLeft, moment);
    }

    /// Writes what could not be written when it happened, if there is room now.
    pub(crate) fn write_owed(&mut self, now: UnixSeconds) {
        let clock = self.clock(now);
        // Without room it waits on; the next entry tries again.
        let _ = self.device.write_owed(clock);
    }

    /// Starts again after a power cut with what the disk holds. Gives the last entry, if entries
    /// the model knows of are gone.
    pub(crate) fn restart(
        &mut self,
        now: UnixSeconds,
        office: PublicKey,
    ) -> Result<Option<u64>, StartFault> {
        if !self.disk.is_dark() {
            self.disk.lose_power_at(Some(0));
        }
        self.disk.power_on();
        let disk = || Arc::clone(&self.disk) as Arc<_>;
        let place = self.device.place().clone();
        let expected = Expected {
            office,
            operator: place.operator,
            in_force: 0,
        };
        let kept = BundleFiles::new(disk()).find(&expected, &Remembering);
        let kept = kept.map_err(|fault| StartFault::Broken(format!("{fault:#}")))?;
        // A validator that has no bundle on its disk yet has the one it was installed with.
        let bundle = kept.unwrap_or_else(|| self.device.bundle().clone());
        let rules = rules(&place);
        let started = Validator::start(disk(), bundle, place, rules);
        self.device = started.map_err(|fault| match self.lies {
            true => StartFault::Damaged,
            false => StartFault::Broken(format!("{fault:#}")),
        })?;
        self.uplink = JournalReader::new(Arc::clone(&self.disk) as Arc<_>);
        self.witness = JournalReader::new(Arc::clone(&self.disk) as Arc<_>);
        let last = self.written();
        let lost = (last < self.told.0).then_some(last);
        self.told.0 = self.told.0.min(last);
        let moment = self.moment(now);
        // Without room the start is not written down.
        let _ = self.device.note_start(moment);
        Ok(lost)
    }

    /// The oldest entries that the database does not hold yet, sealed. `None` if it holds all.
    pub(crate) fn seal_next(&mut self, now: UnixSeconds) -> Result<Option<Vec<u8>>, String> {
        let end = self.device.written();
        if self.held >= end.sequence {
            return Ok(None);
        }
        let batch = self.uplink.read(self.held, end, SEGMENT_ENTRIES);
        let batch = batch.map_err(|fault| format!("{fault:#}"))?;
        let entries: &[Chained] = &batch.entries;
        if entries.is_empty() {
            return Ok(None);
        }
        let sealing = Sealing {
            validator: self.id,
            previous: batch.previous,
            entries,
            sealed: self.clock(now).now,
            journal_end: end.sequence,
        };
        Ok(Some(seal(&sealing, &self.key)))
    }

    /// Removes journal files the database holds.
    pub(crate) fn forget(&mut self, now: UnixSeconds) {
        let moment = self.moment(now);
        self.device.forget(self.held, moment);
    }

    /// Keeps a sealed bundle and puts it in force, if it is newer and for this operator.
    pub(crate) fn apply(&mut self, sealed: &[u8], office: PublicKey) {
        let in_force = self.device.bundle();
        let expected = Expected {
            office,
            operator: self.device.place().operator,
            in_force: in_force.version,
        };
        let files = BundleFiles::new(Arc::clone(&self.disk) as Arc<_>);
        if let Ok(bundle) = files.take(sealed, &expected, (Some(in_force), &Remembering)) {
            self.device.apply(bundle);
        }
    }
}

/// Gates have a sensor.
fn rules(place: &Place) -> Rules {
    Rules {
        passage_ms: match place.passage {
            Passage::In | Passage::Out => Some(PASSAGE_MS),
            Passage::Single => None,
        },
        ..Rules::default()
    }
}

/// How long a rider has to pass, in milliseconds.
const PASSAGE_MS: u64 = 5_000;

/// Entries in a segment at most.
const SEGMENT_ENTRIES: usize = 200;
