//! The way up and down, beside the scanning: segments go up oldest first, bundles come down.
//!
//! Nothing here is waited for by a rider. The journal on disk is the queue: what the back office
//! does not hold yet is read from there and sent again until it does.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use anyhow::Context as _;
use ridecode_codec::crypto::native::{Native, SecretKey};
use ridecode_office::Entropy as _;
use ridecode_validator::bundle::{self, Bundle, Expected};
use ridecode_validator::segment::{Sealing, seal};
use ridecode_words::UnixSeconds;
use tokio::sync::watch;

use super::back_office::{BackOffice, Trouble};
use super::folder::{Folder, Registration};
use super::journal_files::{JournalReader, Written};
use super::timekeeping::Timekeeper;
use crate::clock::now;
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
}

/// Pauses and sizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// How often a newer bundle is asked for.
    pub bundle_every: Duration,
    /// The pause after the first failure; it doubles with each further one.
    pub pause_first: Duration,
    /// The longest pause.
    pub pause_most: Duration,
    /// Entries in a request, 1 to 1000.
    pub entries_most: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            bundle_every: Duration::from_secs(5),
            pause_first: Duration::from_millis(500),
            pause_most: Duration::from_secs(60),
            entries_most: 500,
        }
    }
}

impl Pace {
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
                sealed: now(),
                journal_end: end.sequence,
            };
            let sealed = seal(&sealing, this.key.as_ref());
            Ok((reader, sealed))
        })
        .await
        .context("the reading thread fell over")?
    }

    /// Asks for newer bundles for as long as anyone takes them.
    pub(super) async fn fetch_bundles(
        self,
        in_force: u64,
        bundles: Bundles,
        timekeeper: Arc<Mutex<Timekeeper>>,
    ) {
        let mut failures = 0;
        let mut have = in_force;
        loop {
            match self.fetch_bundle(have, &timekeeper).await {
                Ok(bundle) => {
                    failures = 0;
                    if let Some(bundle) = bundle {
                        have = bundle.version;
                        if bundles.send(bundle).is_err() {
                            return;
                        }
                    }
                    tokio::time::sleep(self.pace.bundle_every).await;
                }
                Err(fault) => {
                    report(failures, "the last good bundle stays in force", &fault);
                    self.wait(failures, &fault).await;
                    failures = failures.saturating_add(1);
                }
            }
        }
    }

    /// Fetches, opens and keeps a bundle newer than `have`, if there is one.
    pub async fn fetch_bundle(
        &self,
        have: u64,
        timekeeper: &Mutex<Timekeeper>,
    ) -> anyhow::Result<Option<Bundle>> {
        let validator = self.registration.validator;
        let answer = self.office.find_bundle(validator, have).await?;
        if let Some(there) = answer.there {
            compare(timekeeper, now(), there);
        }
        let Some(sealed) = answer.content else {
            return Ok(None);
        };
        let expected = Expected {
            office: self.registration.office,
            operator: self.registration.operator,
            in_force: have,
        };
        let folder = Arc::clone(&self.folder);
        let opened = tokio::task::spawn_blocking(move || {
            let bundle = bundle::open(&sealed, &expected, &Native)?;
            folder.keep_bundle(&sealed)?;
            anyhow::Ok(bundle)
        });
        opened
            .await
            .context("the opening thread fell over")?
            .map(Some)
    }

    async fn wait(&self, failures: u32, fault: &anyhow::Error) {
        let pause = self.pace.pause(failures, SystemEntropy.number());
        let asked = match fault.downcast_ref() {
            Some(Trouble::Busy { retry_after, .. }) => *retry_after,
            Some(Trouble::Refused(_)) => Some(self.pace.pause_most),
            Some(Trouble::Unreachable(_) | Trouble::Nonsense(_)) | None => None,
        };
        let asked = asked.map_or(Duration::ZERO, |asked| asked.min(self.pace.pause_most));
        tokio::time::sleep(pause.max(asked)).await;
    }
}

fn compare(timekeeper: &Mutex<Timekeeper>, here: UnixSeconds, there: UnixSeconds) {
    timekeeper
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .compare(here, there);
}

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
