//! The timed part: segments examined on every core, saved, priced, until nothing is due.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anstream::eprintln;
use anyhow::{anyhow, ensure};
use ridecode_codec::crypto::native::Native;
use ridecode_office::upload::{self, Auditor};
use ridecode_office::{Office, price};
use ridecode_words::UnixSeconds;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

use super::traffic::Traffic;
use crate::clock::Stopwatch;

/// What a race runs on.
pub(super) struct Race<'a> {
    pub(super) office: &'a Office,
    pub(super) runtime: &'a Runtime,
    pub(super) threads: usize,
    /// Whether examiners remember credentials, and have seen each before.
    pub(super) memory: bool,
}

/// What came out.
pub(super) struct Run {
    pub(super) memory: bool,
    pub(super) taps_per_s: f64,
    pub(super) upload_p50_ms: f64,
    pub(super) upload_p999_ms: f64,
    /// How often a month was priced for each tap.
    pub(super) bills_per_tap: f64,
}

/// What the threads share.
struct Track<'a> {
    race: &'a Race<'a>,
    traffic: &'a Traffic,
    next: AtomicUsize,
    /// The time the traffic has come to, in Unix seconds.
    now: AtomicI64,
    uploaded: AtomicBool,
    /// One permit for each segment that may be on its way to disk.
    saving: Arc<Semaphore>,
    saved: Arc<Saved>,
}

/// What the saves leave behind.
#[derive(Default)]
struct Saved {
    entries: AtomicUsize,
    uploads_ms: Mutex<Vec<f64>>,
    faults: Mutex<Vec<anyhow::Error>>,
}

impl Race<'_> {
    pub(super) fn run(&self, traffic: &Traffic) -> anyhow::Result<Run> {
        let mut auditors: Vec<_> = (0..self.threads).map(|_| self.auditor(traffic)).collect();
        let track = Track {
            race: self,
            traffic,
            next: AtomicUsize::new(0),
            now: AtomicI64::new(i64::MIN),
            uploaded: AtomicBool::new(false),
            saving: Arc::new(Semaphore::new(SAVING_MAX)),
            saved: Arc::default(),
        };
        eprintln!("racing");
        let watch = Stopwatch::start();
        let bills = thread::scope(|scope| {
            let track = &track;
            let examiners: Vec<_> = auditors
                .drain(..)
                .map(|auditor| scope.spawn(move || track.examine(auditor)))
                .collect();
            let pricing = scope.spawn(move || track.price());
            for examiner in examiners {
                joined(examiner)?;
            }
            track.finish_saving()?;
            track.uploaded.store(true, Ordering::Release);
            joined(pricing)
        })?;
        let elapsed = watch.elapsed();
        self.check(&track)?;
        let saved = &track.saved;
        let mut uploads = std::mem::take(&mut *lock(&saved.uploads_ms));
        uploads.sort_by(f64::total_cmp);
        let taps = traffic.taps() as f64;
        Ok(Run {
            memory: self.memory,
            taps_per_s: taps / elapsed.as_secs_f64(),
            upload_p50_ms: quantile(&uploads, 0.5),
            upload_p999_ms: quantile(&uploads, 0.999),
            bills_per_tap: bills as f64 / taps,
        })
    }

    /// An examiner's memory: of every credential, or of none.
    fn auditor(&self, traffic: &Traffic) -> Auditor<Native> {
        let mut auditor = Auditor::new(self.office, Native, if self.memory { MEMORY } else { 0 });
        if self.memory {
            for segment in &traffic.segments {
                let sender = self
                    .runtime
                    .block_on(upload::find_sender(self.office, &segment.sealed));
                if let Ok(sender) = sender {
                    // Examined for what it leaves in the memory alone.
                    drop(upload::examine(&segment.sealed, &sender, &mut auditor));
                }
            }
        }
        auditor
    }

    /// Everything arrived, nothing is due, and the sample's rides are all in the books.
    fn check(&self, track: &Track<'_>) -> anyhow::Result<()> {
        if let Some(fault) = lock(&track.saved.faults).pop() {
            return Err(fault.context("an upload failed"));
        }
        let entries = track.saved.entries.load(Ordering::Acquire);
        let taps = track.traffic.taps();
        ensure!(entries == taps, "{entries} entries are held of {taps} taps");
        let store = &self.office.store;
        let state = self
            .runtime
            .block_on(store.office_state(track.traffic.end))?;
        ensure!(
            state.bills_due == 0,
            "{} months are still due",
            state.bills_due
        );
        ensure!(
            state.disagreements == 0,
            "{} taps were not admitted",
            state.disagreements
        );
        for rider in &track.traffic.sample {
            let rides = self.runtime.block_on(store.load_rides(*rider))?;
            let fares = rides
                .fares
                .iter()
                .filter(|fare| fare.amount_minor > 0)
                .count();
            let (owed, moved) = (
                rides.balances.first().map_or(0, |(_, owed)| *owed),
                rides.transfers.len(),
            );
            ensure!(
                fares > 0 && moved >= fares && owed > 0,
                "rider {rider} has {fares} fares, {moved} transfers and owes {owed}"
            );
        }
        Ok(())
    }
}

impl Track<'_> {
    /// Takes segment after segment: finds the sender, checks all signatures, hands on to saving.
    fn examine(&self, mut auditor: Auditor<Native>) -> anyhow::Result<()> {
        let runtime = self.race.runtime;
        loop {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(segment) = self.traffic.segments.get(next) else {
                return Ok(());
            };
            let permit = runtime.block_on(Arc::clone(&self.saving).acquire_owned())?;
            let watch = Stopwatch::start();
            let office = self.race.office;
            let sender = runtime.block_on(upload::find_sender(office, &segment.sealed))?;
            let examined = upload::examine(&segment.sealed, &sender, &mut auditor)?;
            self.now.fetch_max(segment.at.0, Ordering::Relaxed);
            let (office, saved, at) = (office.clone(), Arc::clone(&self.saved), segment.at);
            runtime.spawn(async move {
                match upload::save(&office, examined, at).await {
                    Ok(receipt) => {
                        let new = usize::try_from(receipt.new).unwrap_or_default();
                        saved.entries.fetch_add(new, Ordering::AcqRel);
                    }
                    Err(fault) => lock(&saved.faults).push(fault.into()),
                }
                lock(&saved.uploads_ms).push(watch.elapsed().as_secs_f64() * 1_000.0);
                drop(permit);
            });
        }
    }

    /// Waits until nothing is on its way to disk.
    fn finish_saving(&self) -> anyhow::Result<()> {
        let all = u32::try_from(SAVING_MAX)?;
        drop(self.race.runtime.block_on(self.saving.acquire_many(all))?);
        Ok(())
    }

    /// Prices what is due until all is uploaded and nothing is due. Gives the months priced.
    fn price(&self) -> anyhow::Result<usize> {
        let mut bills = 0;
        loop {
            let last_round = self.uploaded.load(Ordering::Acquire);
            let now = match last_round {
                true => self.traffic.end,
                false => UnixSeconds(self.now.load(Ordering::Relaxed)),
            };
            let priced = price::run(self.race.office, now, PRICED_AT_ONCE);
            let priced = self.race.runtime.block_on(priced)?;
            ensure!(
                priced.failed == 0,
                "{} months cannot be priced",
                priced.failed
            );
            ensure!(
                priced.unpriced == 0,
                "{} rides have no price",
                priced.unpriced
            );
            bills += priced.bills;
            if priced.bills == 0 && priced.moved == 0 {
                if last_round {
                    return Ok(bills);
                }
                thread::sleep(IDLE);
            }
        }
    }
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, anyhow::Result<T>>) -> anyhow::Result<T> {
    thread
        .join()
        .map_err(|_| anyhow!("a thread of the bench stopped"))?
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The value below which so much of the sorted values lies.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = (last as f64 * part).ceil() as usize;
    sorted.get(place).copied().unwrap_or_default()
}

/// Credentials an examiner remembers.
const MEMORY: usize = 1_000_000;

/// Segments between examiner and disk.
const SAVING_MAX: usize = 32;

/// Months priced in a round.
const PRICED_AT_ONCE: usize = 2_048;

/// How long pricing rests when nothing is due.
const IDLE: Duration = Duration::from_millis(2);
