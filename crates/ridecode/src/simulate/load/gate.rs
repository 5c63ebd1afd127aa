//! A validator of a load source: the device as it is sold, in a folder of its own, with the uplink
//! as it is sold. Nobody stands before it: codes are handed to it.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use ridecode_codec::crypto::Signer as _;
use ridecode_validator::heartbeat::Waits;
use ridecode_validator::{Clock, ClockTrust, Outcome, Passage, Place};
use ridecode_words::{OperatorId, TapId, UnixSeconds, ValidatorId};
use serde_json::json;
use tokio::sync::watch;

use super::meter::{Group, Meter};
use crate::client::Api;
use crate::clock::{Stopwatch, now, since_boot};
use crate::config::Secret;
use crate::device::timekeeping::Timekeeper;
use crate::device::{
    BackOffice, Folder, Health, Keeping, Moment, Pace, Rules, Uplink, Validator, Vitals,
    WriteFault, Written,
};
use crate::entropy::SystemEntropy;
use crate::phone::{Code, text};

/// A validator at its place.
pub(super) struct Gate {
    /// Its number.
    pub(super) id: ValidatorId,
    device: Mutex<Validator>,
    uplink: Uplink,
    written: watch::Sender<Written>,
    /// How it is, for its heartbeats.
    vitals: watch::Sender<Option<Vitals>>,
    /// Entries that the back office is not known to hold, oldest first.
    waiting: Mutex<VecDeque<Waiting>>,
}

/// An entry on its way.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    sequence: u64,
    /// When it was due.
    due: Duration,
    admitted: bool,
}

/// How the line of a validator is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LineKind {
    Good,
    /// There for seconds, then gone for seconds.
    Cut,
}

/// A tap that was admitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tap {
    pub(super) id: TapId,
    pub(super) time: UnixSeconds,
}

impl Gate {
    /// Registers a validator with a code that staff makes, and fetches its first bundle.
    pub(super) async fn register(
        place: Place,
        folder: &Path,
        (staff, office): (&Api, &BackOffice),
    ) -> anyhow::Result<Self> {
        let OperatorId(operator) = place.operator;
        let wanted = json!({ "operator": operator });
        let made = staff.post("/v1/validators/codes", wanted).await?;
        let code = Secret::new(text(&made, "one_time_code")?);
        let folder = Folder::open(folder)?;
        let key = folder.device_key(&mut SystemEntropy)?;
        let registration = office.register(&code, &key.public_key()).await?;
        let uplink = Uplink {
            office: office.clone(),
            registration,
            key: Arc::new(key),
            folder: Arc::new(folder),
            pace: Pace::default(),
            health: Arc::new(Health::default()),
            timekeeper: Arc::new(Mutex::new(Timekeeper::new(now(), since_boot()))),
        };
        let bundle = uplink.fetch_bundle(None).await?;
        let bundle = bundle.context("the back office has no bundle for a new validator")?;
        let rules = rules(&place);
        let device = Validator::start(uplink.folder.disk(), bundle, place, rules)?;
        let (written, _) = watch::channel(device.written());
        let (vitals, _) = watch::channel(Some(vitals(&device, (0, now()))));
        Ok(Self {
            id: registration.validator,
            device: Mutex::new(device),
            uplink,
            written,
            vitals,
            waiting: Mutex::default(),
        })
    }

    /// A code is shown that was due then. What is admitted goes through at once. `None` if it was
    /// refused.
    pub(super) fn tap(
        &self,
        code: &Code,
        due: Duration,
        meter: &Meter,
    ) -> Result<Option<Tap>, WriteFault> {
        let moment = moment();
        let mut device = lock(&self.device);
        let shown = device.scan(code.bytes(), moment)?;
        let outcome = shown.decision.outcome;
        let admitted = outcome == Outcome::Admit;
        if admitted {
            device.pass(moment);
            meter.note(|counts| counts.taps += 1);
        } else {
            meter.refused(outcome);
        }
        // A gate tells its neighbors after every code; these have none.
        drop(device.take_outbox());
        let Some(sequence) = shown.sequence else {
            return Ok(None);
        };
        lock(&self.waiting).push_back(Waiting {
            sequence,
            due,
            admitted,
        });
        self.written.send_replace(device.written());
        let validator = self.id;
        let id = TapId {
            validator,
            sequence,
        };
        let time = shown.time;
        Ok(admitted.then_some(Tap { id, time }))
    }

    /// Whether the back office is known to hold everything.
    pub(super) fn is_held(&self) -> bool {
        lock(&self.waiting).is_empty()
    }

    /// The ways up and down, for as long as the gate is there; cut now and then where the weather
    /// is rough.
    pub(super) async fn accompany(self: Arc<Self>, sight: (Arc<Meter>, Stopwatch), line: LineKind) {
        let mut chance = fastrand::Rng::with_seed(u64::from(self.id.0));
        loop {
            let first = chance.u64(..);
            let beating = self.uplink.clone().send_heartbeats(self.vitals.subscribe());
            let (sending, fetching) = (self.send_journal(&sight), self.fetch_bundles(first));
            let ways = async { tokio::join!(sending, fetching, beating) };
            let good = match line {
                LineKind::Good => Duration::MAX,
                LineKind::Cut => Duration::from_millis(chance.u64(GOOD_MS)),
            };
            // What was sent and not answered may have arrived or not: it is sent again.
            if tokio::time::timeout(good, ways).await.is_err() {
                sight.0.note(|counts| counts.cuts += 1);
                tokio::time::sleep(Duration::from_millis(chance.u64(CUT_MS))).await;
            }
        }
    }

    async fn send_journal(&self, (meter, since): &(Arc<Meter>, Stopwatch)) {
        let (held, mut heard) = watch::channel(0);
        let sending = self
            .uplink
            .clone()
            .send_journal(self.written.subscribe(), held);
        let hearing = async {
            while heard.changed().await.is_ok() {
                let through = *heard.borrow_and_update();
                self.note_held(through, meter, *since);
            }
        };
        tokio::join!(sending, hearing);
    }

    fn note_held(&self, through: u64, meter: &Meter, since: Stopwatch) {
        let mut waiting = lock(&self.waiting);
        let held = since.elapsed();
        while let Some(first) = waiting.pop_front_if(|first| first.sequence <= through) {
            if first.admitted {
                meter.took(Group::Held, held.saturating_sub(first.due));
                meter.note(|counts| counts.held += 1);
            }
        }
        drop(waiting);
        let mut device = lock(&self.device);
        device.forget(through, moment());
        self.vitals.send_modify(|kept| {
            let before = kept.as_ref().map_or_else(now, |kept| kept.complete_to);
            *kept = Some(vitals(&device, (through, before)));
        });
    }

    /// Asks for newer bundles as a validator does.
    async fn fetch_bundles(&self, chance: u64) {
        let every = self.uplink.pace.bundle_every;
        // Validators were not switched on all at once.
        tokio::time::sleep(every.mul_f64((chance % 1_000) as f64 / 1_000.0)).await;
        loop {
            let in_force = lock(&self.device).bundle().clone();
            // The last good one stays in force; the trouble is counted where it was met.
            if let Ok(Some(bundle)) = self.uplink.fetch_bundle(Some(&in_force)).await {
                lock(&self.device).apply(bundle);
            }
            tokio::time::sleep(every).await;
        }
    }
}

/// How a validator is that is held through an entry, and was held wholly at a time before.
fn vitals(device: &Validator, (held_through, before): (u64, UnixSeconds)) -> Vitals {
    let journal_end = device.written().sequence;
    let is_held = held_through >= journal_end;
    Vitals {
        journal_end,
        held_through,
        complete_to: if is_held { now() } else { before },
        bundle_version: device.bundle().version,
        free_bytes: device.free(),
        waits: Waits::default(),
        ailments: Vec::new(),
        place: device.place().clone(),
    }
}

fn moment() -> Moment {
    Moment {
        clock: Clock {
            now: now(),
            trust: ClockTrust::Synced,
        },
        ms: u64::try_from(since_boot().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Gates have a sensor. Files that the back office holds go soon.
fn rules(place: &Place) -> Rules {
    Rules {
        keeping: Keeping {
            age_min_s: 60,
            ..Keeping::default()
        },
        passage_ms: match place.passage {
            Passage::In | Passage::Out => Some(5_000),
            Passage::Single => None,
        },
        ..Rules::default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For how long a line that is cut now and then is there.
const GOOD_MS: RangeInclusive<u64> = 3_000..=20_000;

/// For how long it is cut.
const CUT_MS: RangeInclusive<u64> = 1_000..=8_000;
