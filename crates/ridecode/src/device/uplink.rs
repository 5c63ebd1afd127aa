//! The way up and down, beside the scanning: segments go up oldest first, bundles come down.
//!
//! Nothing here is waited for by a rider. The journal on disk is the queue: what the back office
//! does not hold yet is read from there and sent again until it does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use anyhow::Context as _;
use ridecode_codec::crypto::native::{Native, SecretKey};
use ridecode_device::{JournalReader, Written};
use ridecode_office::Entropy as _;
use ridecode_validator::Place;
use ridecode_validator::bundle::{Bundle, BundleFault};
use ridecode_validator::heartbeat::{self, Heartbeat, Waits};
use ridecode_validator::segment::{Sealing, seal};
use ridecode_words::{Text, UnixSeconds};
use tokio::sync::watch;

use super::back_office::BackOffice;
use super::folder::{Folder, Registration};
use super::timekeeping::Timekeeper;
use crate::client::Trouble;
use crate::clock::since_boot;
use crate::entropy::SystemEntropy;

/// What the ways need.
#[derive(Clone)]
pub struct Uplink {
    /// The back office.
    pub office: BackOffice,
    /// Who this validator is.
    pub registration: Registration,
    /// Its key.
    pub key: Arc<SecretKey>,
    /// Its folder.
    pub folder: Arc<Folder>,
    /// Its pauses and sizes.
    pub pace: Pace,
    /// How it goes.
    pub health: Arc<Health>,
    /// What time it is.
    pub timekeeper: Arc<Mutex<Timekeeper>>,
}

/// How the validator is, as its heartbeats tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vitals {
    /// The last entry on the disk.
    pub journal_end: u64,
    /// Through this entry the back office holds it.
    pub held_through: u64,
    /// Everything done up to this time is held.
    pub complete_to: UnixSeconds,
    /// The bundle in force.
    pub bundle_version: u64,
    /// Bytes free on the disk.
    pub free_bytes: Option<u64>,
    /// How long riders waited.
    pub waits: Waits,
    /// What is wrong, in words.
    pub ailments: Vec<&'static str>,
    /// Where it stands.
    pub place: Place,
}

/// How the ways up and down go.
#[derive(Debug, Default)]
pub struct Health {
    /// The last bundle that came was not good: damaged, older, of another office or operator.
    pub bundle_refused: AtomicBool,
    /// The back office gave no answer when it was last asked for a bundle.
    pub unreached: AtomicBool,
}

/// Pauses and sizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// How often a newer bundle is asked for.
    pub bundle_every: Duration,
    /// The pause after the first failure; it doubles with each further one.
    pub pause_first: Duration,
    /// The longest pause of its own choice.
    pub pause_most: Duration,
    /// The longest pause the back office can ask for.
    pub asked_most: Duration,
    /// Entries in a request, 1 to 1000.
    pub entries_most: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            bundle_every: Duration::from_secs(5),
            pause_first: Duration::from_millis(500),
            pause_most: Duration::from_secs(60),
            asked_most: Duration::from_secs(900),
            entries_most: 500,
        }
    }
}

impl Pace {
    /// The pause after trouble: as long as the back office asks where it does, and never in step
    /// with others that were asked the same.
    pub fn pause_after(&self, failures: u32, trouble: Option<&Trouble>, chance: u64) -> Duration {
        let own = self.pause(failures, chance);
        let asked = match trouble {
            Some(Trouble::Busy { retry_after, .. }) => *retry_after,
            Some(Trouble::Refused(_)) => Some(self.pause_most),
            Some(Trouble::Unreachable(_) | Trouble::Nonsense(_)) | None => None,
        };
        let Some(asked) = asked else { return own };
        let fraction = Duration::from_millis(chance / 1_024 % 1_000);
        own.max(asked.min(self.asked_most) + fraction)
    }

    /// The pause after so many failures in a row: exponential, its second half by chance, so that
    /// a thousand validators do not come back in step.
    fn pause(&self, failures: u32, chance: u64) -> Duration {
        let doubled = 1_u32.checked_shl(failures.min(31)).unwrap_or(u32::MAX);
        let whole = self.pause_first.saturating_mul(doubled);
        let half = whole.min(self.pause_most) / 2;
        let parts = u32::try_from(chance % 1_024).unwrap_or_default();
        half + half * parts / 1_024
    }
}

/// Where bundles go that were opened and kept on disk.
pub(super) type Bundles = mpsc::Sender<Bundle>;

impl Uplink {
    /// Sends the journal up for as long as anyone writes it. `held` tells how far it is held.
    pub async fn send_journal(
        self,
        mut written: watch::Receiver<Written>,
        held: watch::Sender<u64>,
    ) {
        let mut failures = 0;
        let mut reader = None;
        let mut held_through = self.held_at_start(*written.borrow());
        held.send_replace(held_through);
        loop {
            let end = *written.borrow_and_update();
            if end.sequence <= held_through {
                if written.changed().await.is_err() {
                    return;
                }
                continue;
            }
            match self.send_segment(&mut reader, held_through, end).await {
                Ok(now_through) => {
                    if failures > 0 {
                        tracing::info!(now_through, "the back office takes entries again");
                    }
                    failures = 0;
                    held_through = now_through;
                    self.folder.note_held_through(held_through);
                    held.send_replace(held_through);
                }
                Err(fault) => {
                    report(failures, "entries wait on disk", &fault);
                    self.wait(failures, &fault).await;
                    failures = failures.saturating_add(1);
                }
            }
        }
    }

    /// A hint beyond the journal's end is of another journal.
    fn held_at_start(&self, end: Written) -> u64 {
        let hint = self.folder.held_through();
        if hint <= end.sequence { hint } else { 0 }
    }

    /// Sends the entries behind `held`. Gives how far the back office holds them now: further, or
    /// less far if it lost some and wants them again.
    async fn send_segment(
        &self,
        reader: &mut Option<JournalReader>,
        held: u64,
        end: Written,
    ) -> anyhow::Result<u64> {
        let (returned, sealed) = self.seal_next(reader.take(), held, end).await?;
        *reader = Some(returned);
        let validator = self.registration.validator;
        let receipt = self.office.upload(validator, sealed).await?;
        if receipt.held_through > end.sequence {
            let beyond = receipt.held_through;
            anyhow::bail!(
                "the back office holds entry {beyond} of this validator, the journal here ends at \
                 {}: the folder is an old copy; register a new folder",
                end.sequence
            );
        }
        anyhow::ensure!(
            receipt.held_through != held,
            "the back office still holds the journal only through entry {held}"
        );
        Ok(receipt.held_through)
    }

    /// Reads and seals away from the network's threads: the disk may be slow.
    async fn seal_next(
        &self,
        reader: Option<JournalReader>,
        held: u64,
        end: Written,
    ) -> anyhow::Result<(JournalReader, Vec<u8>)> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || {
            let mut reader = reader.unwrap_or_else(|| JournalReader::new(this.folder.disk()));
            let batch = reader.read(held, end, this.pace.entries_most)?;
            anyhow::ensure!(
                !batch.entries.is_empty(),
                "the journal lost entries on disk"
            );
            let sealing = Sealing {
                validator: this.registration.validator,
                previous: batch.previous,
                entries: &batch.entries,
                sealed: this.timekeeper().clock(since_boot()).now,
                journal_end: end.sequence,
            };
            let sealed = seal(&sealing, this.key.as_ref());
            Ok((reader, sealed))
        })
        .await
        .context("the reading thread fell over")?
    }

    /// Asks for newer bundles for as long as anyone takes them.
    pub(super) async fn fetch_bundles(self, in_force: Bundle, bundles: Bundles) {
        let mut failures = 0;
        let mut have = in_force;
        loop {
            match self.fetch_bundle(Some(&have)).await {
                Ok(bundle) => {
                    failures = 0;
                    self.health.bundle_refused.store(false, Ordering::Relaxed);
                    self.health.unreached.store(false, Ordering::Relaxed);
                    if let Some(bundle) = bundle {
                        have = bundle.clone();
                        if bundles.send(bundle).is_err() {
                            return;
                        }
                    }
                    tokio::time::sleep(self.pace.bundle_every).await;
                }
                Err(fault) => {
                    let refused = fault.is::<BundleFault>();
                    self.health.bundle_refused.store(refused, Ordering::Relaxed);
                    self.health.unreached.store(!refused, Ordering::Relaxed);
                    report(failures, "the last good bundle stays in force", &fault);
                    self.wait(failures, &fault).await;
                    failures = failures.saturating_add(1);
                }
            }
        }
    }

    /// Fetches, opens and keeps a bundle newer than the one in force, if there is one: as a delta
    /// where that will do, whole where it does not.
    pub async fn fetch_bundle(&self, in_force: Option<&Bundle>) -> anyhow::Result<Option<Bundle>> {
        if let Some(in_force) = in_force
            && self.folder.bundles().deltas()?.len() < DELTAS_MAX
        {
            match self.fetch_after(Some(in_force), true).await {
                Err(fault) if fault.is::<BundleFault>() => {
                    tracing::warn!("{fault:#}; the whole bundle is asked for");
                }
                fetched => return fetched,
            }
        }
        self.fetch_after(in_force, false).await
    }

    async fn fetch_after(
        &self,
        in_force: Option<&Bundle>,
        delta: bool,
    ) -> anyhow::Result<Option<Bundle>> {
        let validator = self.registration.validator;
        let have = in_force.map_or(0, |bundle| bundle.version);
        let answer = self.office.find_bundle(validator, (have, delta)).await?;
        if let Some(there) = answer.there {
            self.timekeeper().compare(there, since_boot());
        }
        let Some(sealed) = answer.content else {
            return Ok(None);
        };
        let expected = self.registration.expected(have);
        let (bundles, in_force) = (self.folder.bundles(), in_force.cloned());
        let opened = tokio::task::spawn_blocking(move || {
            bundles.take(&sealed, &expected, (in_force.as_ref(), &Native))
        });
        opened
            .await
            .context("the opening thread fell over")?
            .map(Some)
    }

    /// Tells how the validator is, every minute or as the back office asks, for as long as it is.
    pub async fn send_heartbeats(self, mut vitals: watch::Receiver<Option<Vitals>>) {
        let mut failures = 0;
        if vitals.wait_for(Option::is_some).await.is_err() {
            return;
        }
        loop {
            let found = vitals.borrow_and_update().clone();
            let Some(sealed) = found.map(|vitals| self.seal_heartbeat(vitals)) else {
                return;
            };
            let beat = self.office.beat(self.registration.validator, sealed).await;
            match beat {
                Ok(answer) => {
                    failures = 0;
                    if let Some(there) = answer.there {
                        self.timekeeper().compare(there, since_boot());
                    }
                    let next = Duration::from_secs(answer.content.next_s.into());
                    tokio::time::sleep(next.clamp(BEAT_EVERY_MIN, BEAT_EVERY_MAX)).await;
                }
                Err(trouble) => {
                    let fault = trouble.into();
                    report(failures, "nobody hears how it is", &fault);
                    self.wait(failures, &fault).await;
                    failures = failures.saturating_add(1);
                }
            }
            if vitals.has_changed().is_err() {
                return;
            }
        }
    }

    fn seal_heartbeat(&self, vitals: Vitals) -> Vec<u8> {
        let clock = self.timekeeper().clock(since_boot());
        let ailments = vitals.ailments.iter();
        let heartbeat = Heartbeat {
            validator: self.registration.validator,
            sealed: clock.now,
            trust: clock.trust,
            journal_end: vitals.journal_end,
            held_through: vitals.held_through.min(vitals.journal_end),
            complete_to: vitals.complete_to,
            bundle_version: vitals.bundle_version,
            free_bytes: vitals.free_bytes,
            waits: vitals.waits,
            ailments: ailments.filter_map(|word| Text::new(word).ok()).collect(),
            place: Some(vitals.place),
            software: Text::new(env!("CARGO_PKG_VERSION")).ok(),
        };
        heartbeat::seal(&heartbeat, self.key.as_ref())
    }

    fn timekeeper(&self) -> MutexGuard<'_, Timekeeper> {
        self.timekeeper
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait(&self, failures: u32, fault: &anyhow::Error) {
        let chance = SystemEntropy.number();
        let pause = self
            .pace
            .pause_after(failures, fault.downcast_ref(), chance);
        tokio::time::sleep(pause).await;
    }
}

/// How often a heartbeat is sent, whatever the back office asks.
const BEAT_EVERY_MIN: Duration = Duration::from_secs(1);
const BEAT_EVERY_MAX: Duration = Duration::from_secs(3_600);

/// Deltas kept before the whole bundle is fetched once more.
const DELTAS_MAX: usize = 256;

/// Says it once when the trouble begins; the rest is for those who look closely.
fn report(failures: u32, meanwhile: &str, fault: &anyhow::Error) {
    if failures == 0 {
        tracing::warn!("{fault:#}; {meanwhile}");
    } else {
        tracing::debug!(failures, "{fault:#}");
    }
}

#[cfg(test)]
mod tests;
