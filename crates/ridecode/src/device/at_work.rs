//! A validator at work: one thing after the other comes in, is dealt with, and is shown.
//!
//! A code is decided, kept and shown in that order. Between inputs the validator looks at what
//! else is due: accepts nobody made use of, newer bundles, what other gates told, old files of the
//! journal, and how it is.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use ridecode_device::{Ailment, Ailments, Moment, Shown, WriteFault};
use ridecode_validator::ClockTrust;
use ridecode_validator::heartbeat::Waits;
use ridecode_validator::journal::VoidReason;
use ridecode_words::UnixSeconds;
use serde::Serialize;
use tokio::sync::watch;

use super::input::{self, Input, Inputs, Scanned};
use super::lamp;
use super::local::{Local, Screen};
use super::outputs::{Commands, Outputs};
use super::settings::{PlaceFrom, PlaceWords};
use super::sign::SignBoard;
use super::trace::{Percentiles, Steps, Trace};
use super::uplink::Vitals;
use super::{Device, lock, moment};
use crate::clock::{Stopwatch, since_boot};

/// What a validator at work has besides its mind.
pub(super) struct Post {
    /// What comes in.
    pub(super) inputs: Receiver<Input>,
    /// How many scanners may still give something.
    pub(super) scanners: usize,
    /// Scanners that are looked for.
    pub(super) gone: BTreeSet<String>,
    /// Sounds, relays, the barrier.
    pub(super) outputs: Outputs,
    /// How long riders waited.
    pub(super) trace: Trace,
    /// What the page shows.
    pub(super) screen: watch::Sender<Screen>,
    /// How it is, as a line of JSON.
    pub(super) state: watch::Sender<String>,
    /// How it is, for the heartbeats.
    pub(super) vitals: watch::Sender<Option<Vitals>>,
    /// Everything done up to this time is held by the back office.
    pub(super) complete_to: UnixSeconds,
    /// Where it stands, in words; `None` until the driver or the vehicle said so.
    pub(super) place: Option<PlaceWords>,
    /// The same as a sign, once it was looked up.
    pub(super) sign: Option<SignBoard>,
    /// When each second of looking around was last done.
    pub(super) looked: Option<Stopwatch>,
}

impl Post {
    /// A post at which nothing has happened yet.
    pub(super) fn new(
        inputs: Receiver<Input>,
        commands: Commands,
        place: Option<PlaceWords>,
    ) -> Self {
        Self {
            inputs,
            scanners: 0,
            gone: BTreeSet::new(),
            outputs: Outputs::new(commands),
            trace: Trace::default(),
            screen: watch::channel(Screen::default()).0,
            state: watch::channel(String::new()).0,
            vitals: watch::channel(None).0,
            complete_to: UnixSeconds(0),
            place,
            sign: None,
            looked: None,
        }
    }

    /// What the local page needs.
    pub(super) fn page(
        &self,
        inputs: Inputs,
        address: SocketAddr,
        origins: Arc<[String]>,
    ) -> Local {
        Local {
            inputs,
            screen: self.screen.subscribe(),
            state: self.state.subscribe(),
            address,
            origins,
        }
    }
}

impl Device {
    /// Takes what comes in until there is nothing more.
    pub(super) fn work(&mut self) -> anyhow::Result<()> {
        loop {
            let input = match input::next(&self.post.inputs, self.patience()) {
                Ok(input) => input,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(()),
            };
            if let Some(input) = input {
                self.take(input)?;
            }
            self.look_around()?;
            if self.post.scanners == 0 {
                return Ok(());
            }
        }
    }

    /// How long nothing is due.
    fn patience(&self) -> Duration {
        let now = self.now();
        let due = self
            .validator
            .next_due_ms()
            .map(|due| due.saturating_sub(now.ms));
        due.map_or(LOOK_EVERY, |due| Duration::from_millis(due).min(LOOK_EVERY))
    }

    fn take(&mut self, input: Input) -> anyhow::Result<()> {
        match input {
            Input::Code(scanned) => {
                self.show(scanned)?;
            }
            Input::NoCode(fault) => tracing::warn!("{fault:#}"),
            Input::Ended => self.post.scanners = self.post.scanners.saturating_sub(1),
            Input::ScannerGone { scanner, fault } => {
                tracing::error!("{scanner}: {fault:#}; it is looked for");
                self.post.gone.insert(scanner);
            }
            Input::ScannerBack { scanner } => {
                tracing::info!("{scanner} is back");
                self.post.gone.remove(&scanner);
            }
            Input::Passage => self.pass()?,
            Input::Undo { reason, answer } => {
                let undone = self.validator.undo(reason, self.now());
                if let Some(accepted) = undone {
                    self.tell_void(accepted, reason)?;
                }
                // Whoever asked may be gone.
                let _ = answer.send(undone);
            }
            Input::Time { there, answer } => {
                let believed = lock(&self.timekeeper).compare(there, since_boot());
                let _ = answer.send(believed);
            }
            Input::Moved { change, answer } => {
                let _ = answer.send(self.go_to(change));
            }
        }
        Ok(())
    }

    /// Decides about a code and lights the lamp. Gives the status a single decision ends with:
    /// 0 admitted, 1 refused, 2 out of order.
    pub(super) fn show(&mut self, scanned: Scanned) -> anyhow::Result<u8> {
        let mut steps = Steps {
            taken: scanned.since.elapsed(),
            ..Steps::default()
        };
        self.take_news();
        let answer = self.decide(&scanned, &mut steps);
        let ailments = self.ailments();
        let passage = self.validator.place().passage;
        let (text, json, status) = match &answer {
            Ok(Some(shown)) => {
                let admits = shown.decision.outcome.admits();
                let place = self.validator.place();
                let json = lamp::json(shown, place, &self.settings.categories, &ailments);
                let text = lamp::line(shown, passage, &ailments);
                (text, json, u8::from(!admits))
            }
            Ok(None) | Err(_) => {
                let (text, json) = lamp::out_of_order(&ailments);
                (text, json, OUT_OF_ORDER)
            }
        };
        self.light(&text, &json)?;
        steps.shown = scanned.since.elapsed();
        self.post.outputs.set_barrier(self.validator.barrier());
        match answer {
            Ok(Some(shown)) => {
                self.post.outputs.sound(shown.decision.outcome);
                self.post.trace.add(steps);
            }
            Ok(None) => {}
            Err(fault) => tracing::error!("{:#}", anyhow!(fault)),
        }
        if let Some(asker) = scanned.answer {
            let _ = asker.send(json);
        }
        self.settle();
        Ok(status)
    }

    /// `None` if it does not know where it stands.
    fn decide(
        &mut self,
        scanned: &Scanned,
        steps: &mut Steps,
    ) -> Result<Option<Shown>, WriteFault> {
        if self.post.place.is_none() {
            return Ok(None);
        }
        let now = self.now();
        let decision = self.validator.decide(&scanned.code, now.clock);
        steps.decided = scanned.since.elapsed();
        let shown = self.validator.keep(&scanned.code, decision, now)?;
        steps.kept = scanned.since.elapsed();
        Ok(Some(shown))
    }

    fn pass(&mut self) -> anyhow::Result<()> {
        let passed = self.validator.pass(self.now());
        match passed {
            Some(accepted) => {
                let (text, json) = lamp::passed(accepted);
                self.light(&text, &json)?;
            }
            None => tracing::warn!("somebody passed who was not let in"),
        }
        self.post.outputs.set_barrier(self.validator.barrier());
        self.settle();
        Ok(())
    }

    fn tell_void(&mut self, accepted: u64, reason: VoidReason) -> anyhow::Result<()> {
        let (text, json) = lamp::voided(accepted, reason);
        self.light(&text, &json)?;
        self.post.outputs.set_barrier(self.validator.barrier());
        self.settle();
        Ok(())
    }

    /// Another line, stop, vehicle or fare, from the next code on.
    fn go_to(&mut self, change: PlaceWords) -> Result<(), String> {
        if self.settings.place_from == PlaceFrom::Config {
            return Err("the place is set by the settings file alone".to_owned());
        }
        let mut words = match &self.post.place {
            Some(words) => words.clone(),
            None => self.settings.place.clone(),
        };
        words.lay_over(change);
        let mut place = words.read().map_err(|fault| format!("{fault:#}"))?;
        place.operator = self.validator.place().operator;
        self.folder
            .keep_place(&words)
            .map_err(|fault| format!("{fault:#}"))?;
        self.validator.move_to(place);
        self.post.place = Some(words);
        self.post.sign = None;
        Ok(())
    }

    /// Whatever is due besides codes.
    fn look_around(&mut self) -> anyhow::Result<()> {
        while let Some(accepted) = self.validator.void_overdue(self.now()) {
            self.tell_void(accepted, VoidReason::NobodyPassed)?;
        }
        let is_new = |looked: &Stopwatch| looked.elapsed() < LOOK_EVERY;
        if self.post.looked.as_ref().is_some_and(is_new) {
            return Ok(());
        }
        self.post.looked = Some(Stopwatch::start());
        self.take_news();
        let now = self.now();
        // What it could not write it says with its ailments.
        let _ = self.validator.write_owed(now.clock);
        if let Some(held) = &self.held {
            let held = *held.borrow();
            self.validator.forget(held, now);
        }
        self.tell_state();
        Ok(())
    }

    /// Newer bundles, and what became of codes at other gates.
    fn take_news(&mut self) {
        while let Ok(bundle) = self.bundles.try_recv() {
            tracing::info!(version = bundle.version, "a newer bundle is in force");
            self.validator.apply(bundle);
        }
        let Some(array) = &self.array else { return };
        let clock = self.now().clock;
        while let Ok(shared) = array.learned.try_recv() {
            self.validator.learn(&shared, clock);
        }
    }

    /// Waits for the disk, if the lamp came first; then tells whoever reads the journal.
    pub(super) fn settle(&mut self) {
        if let Err(fault) = self.validator.settle() {
            tracing::error!("what was shown may be lost: {:#}", anyhow!(fault));
        }
        self.written.send_replace(self.validator.written());
        let outbox = self.validator.take_outbox();
        if let Some(array) = &self.array {
            for shared in outbox {
                // The array's thread lives as long as this one.
                let _ = array.told.send(shared);
            }
        }
    }

    /// Puts a line out, at once: for people or machines on the standard output, for the page on
    /// the screen.
    pub(super) fn light(&self, text: &str, json: &str) -> anyhow::Result<()> {
        let mut lamp = anstream::stdout();
        let line = if self.settings.json { json } else { text };
        let lit = writeln!(lamp, "{line}").and_then(|()| lamp.flush());
        self.post.screen.send_modify(|screen| {
            screen.number += 1;
            json.clone_into(&mut screen.line);
        });
        lit.context("the lamp's output is closed")
    }

    /// What is wrong now.
    pub(super) fn ailments(&self) -> Ailments {
        let mut ailments = self.validator.ailments();
        if self.post.place.is_none() {
            ailments.insert(Ailment::NoPlace);
        }
        if let Some(health) = &self.health
            && health.bundle_refused.load(Ordering::Relaxed)
        {
            ailments.insert(Ailment::BundleRefused);
        }
        let clock = self.now().clock;
        if clock.trust == ClockTrust::Distrusted {
            ailments.insert(Ailment::ClockWrong);
        }
        if lock(&self.timekeeper).is_disputed() {
            ailments.insert(Ailment::ClockDisputed);
        }
        if clock.now.since_s(self.validator.bundle().made) > LIST_OLD_S {
            ailments.insert(Ailment::ListOld);
        }
        if !self.post.gone.is_empty() {
            ailments.insert(Ailment::ScannerGone);
        }
        if let Some(array) = &self.array
            && *array.heard.borrow() < array.peers
        {
            ailments.insert(Ailment::NeighborSilent);
        }
        ailments
    }

    /// Tells the page and the heartbeats how it is.
    fn tell_state(&mut self) {
        let clock = self.now().clock;
        let journal_end = self.validator.written().sequence;
        let held_through = self.held.as_ref().map_or(0, |held| *held.borrow());
        if held_through >= journal_end {
            self.post.complete_to = clock.now;
        }
        let percentiles = self.post.trace.percentiles();
        let ailments_now = self.ailments();
        let ailments: Vec<_> = ailments_now.iter().map(|it| it.word()).collect();
        let vitals = Vitals {
            journal_end,
            held_through,
            complete_to: self.post.complete_to,
            bundle_version: self.validator.bundle().version,
            free_bytes: self.validator.free(),
            waits: Waits {
                scans: percentiles.scans,
                p50_us: percentiles.shown_p50_us,
                p95_us: percentiles.shown_p95_us,
                p99_us: percentiles.shown_p99_us,
            },
            ailments: ailments.clone(),
            place: self.validator.place().clone(),
        };
        if self.post.sign.is_none() && self.post.place.is_some() {
            let names = &self.settings.names;
            self.post.sign = Some(SignBoard::of(self.validator.place(), names));
        }
        let state = State {
            time: clock.now.to_string(),
            clock: clock.trust.word(),
            sequence: journal_end,
            held_through,
            bundle_version: vitals.bundle_version,
            bundle_age_s: clock.now.since_s(self.validator.bundle().made),
            silent_s: self.validator.bundle().silent_s,
            unsent: journal_end.saturating_sub(held_through),
            offline: self.is_offline(),
            free_bytes: vitals.free_bytes,
            ailments,
            ailments_shown: ailments_now.iter().map(AilmentShown::of).collect(),
            sign: self.post.sign.as_ref(),
            screen: self.post.screen.borrow().number,
            waits: percentiles,
        };
        let state = serde_json::to_string(&state).expect("texts and numbers are JSON");
        self.post.state.send_replace(state);
        self.post.vitals.send_replace(Some(vitals));
    }

    /// Whether the back office was not reached when it was last asked, or is never asked.
    fn is_offline(&self) -> bool {
        let health = self.health.as_ref();
        health.is_none_or(|health| health.unreached.load(Ordering::Relaxed))
    }

    pub(super) fn now(&self) -> Moment {
        moment(&self.timekeeper, &self.running)
    }
}

/// Something that is wrong, for the screen.
#[derive(Serialize)]
struct AilmentShown {
    word: &'static str,
    zh: &'static str,
    en: &'static str,
    stops: bool,
}

impl AilmentShown {
    fn of(ailment: &Ailment) -> Self {
        let (zh, en) = ailment.line();
        Self {
            word: ailment.word(),
            zh,
            en,
            stops: ailment.stops(),
        }
    }
}

#[derive(Serialize)]
struct State<'a> {
    time: String,
    clock: &'static str,
    sequence: u64,
    held_through: u64,
    bundle_version: u64,
    bundle_age_s: i64,
    silent_s: u32,
    unsent: u64,
    offline: bool,
    free_bytes: Option<u64>,
    ailments: Vec<&'static str>,
    ailments_shown: Vec<AilmentShown>,
    sign: Option<&'a SignBoard>,
    screen: u64,
    waits: Percentiles,
}

/// A deny list older than this is told, in seconds.
const LIST_OLD_S: i64 = 86_400;

const OUT_OF_ORDER: u8 = 2;

/// How often it looks around.
const LOOK_EVERY: Duration = Duration::from_millis(200);
