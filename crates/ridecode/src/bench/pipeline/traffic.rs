//! Half a day of riding, in journals, sealed: what validators would upload.

use std::ops::Range;
use std::thread;

use anyhow::{Context as _, ensure};
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_codec::key::IdProfile;
use ridecode_codec::{Scheme, compact, mot};
use ridecode_office::Office;
use ridecode_store::Validator;
use ridecode_validator::journal::{Chained, Entry, Event, Head, append};
use ridecode_validator::segment::{Sealing, seal};
use ridecode_validator::{ClockTrust, Outcome, Passage, Place};
use ridecode_words::{Mode, RiderId, StopId, Text, UnixSeconds, ValidatorId, VehicleId};

use super::crowd::{Active, Crowd};
use super::office::{BUS, METRO, key};

/// Journals of one scheme's riders, and their segments in the order they are uploaded.
pub(super) struct Traffic {
    pub(super) journals: Vec<Journal>,
    pub(super) segments: Vec<Segment>,
    /// Some of those who rode, to look at afterwards.
    pub(super) sample: Vec<RiderId>,
    /// When the last of them had passed.
    pub(super) end: UnixSeconds,
}

/// A segment on its way.
pub(super) struct Segment {
    pub(super) sealed: Vec<u8>,
    /// The time of its last entry.
    pub(super) at: UnixSeconds,
}

/// A tap to come.
struct Plan<'a> {
    at: UnixSeconds,
    rider: &'a Active,
    validator: usize,
}

/// A validator with its journal.
pub(super) struct Journal {
    key: SecretKey,
    id: ValidatorId,
    place: Place,
    head: Head,
    pub(super) entries: Vec<Chained>,
    /// How many of the entries are sealed.
    sealed: usize,
}

impl Traffic {
    /// Lets a scheme's riders ride from a time on, registers the validators and seals.
    pub(super) async fn make(
        office: &Office,
        crowd: &Crowd,
        (scheme, from): (Scheme, UnixSeconds),
        rng: &mut fastrand::Rng,
    ) -> anyhow::Result<Self> {
        let riders = match scheme {
            Scheme::Compact => &crowd.compact,
            Scheme::Mot => &crowd.mot,
        };
        // Validators of each traffic are new ones, so that journals start at 1.
        let first_id = rng.u32(1..u32::MAX / 2);
        let mut journals = match scheme {
            Scheme::Compact => gates(office, first_id)?,
            Scheme::Mot => readers(first_id)?,
        };
        for journal in &journals {
            office.store.register_validator(journal.record()).await?;
        }
        let mut plans = match scheme {
            Scheme::Compact => metro_rides(riders, (journals.len() / 2, from), rng),
            Scheme::Mot => bus_rides(riders, (journals.len(), from), rng),
        };
        plans.sort_by_key(|plan| (plan.at, plan.rider.rider));
        let codes = codes(&plans, scheme);
        let mut segments = Vec::new();
        for (plan, code) in plans.iter().zip(codes) {
            let journal = &mut journals[plan.validator];
            journal.admit(code, plan.at);
            if journal.entries.len() - journal.sealed == ENTRIES {
                segments.push(journal.seal_rest(plan.at));
            }
        }
        let end = plans.last().map_or(from, |plan| plan.at.plus_s(600));
        for journal in &mut journals {
            if journal.sealed < journal.entries.len() {
                segments.push(journal.seal_rest(end));
            }
        }
        Ok(Self {
            journals,
            segments,
            sample: riders
                .iter()
                .take(SAMPLE)
                .map(|active| active.rider)
                .collect(),
            end,
        })
    }

    /// Taps in all journals.
    pub(super) fn taps(&self) -> usize {
        self.journals
            .iter()
            .map(|journal| journal.entries.len())
            .sum()
    }
}

impl Journal {
    fn new(id: u32, place: Place) -> Self {
        Self {
            id: ValidatorId(id),
            key: key(Algorithm::Es256, u64::from(id)),
            place,
            head: Head::EMPTY,
            entries: Vec::new(),
            sealed: 0,
        }
    }

    /// The validator as it is registered.
    pub(super) fn record(&self) -> Validator {
        Validator {
            id: self.id,
            operator: self.place.operator,
            key: self.key.public_key(),
            registered: MORNING,
            retired: None,
        }
    }

    fn admit(&mut self, code: Vec<u8>, at: UnixSeconds) {
        let entry = Entry {
            sequence: 0,
            time: at,
            trust: ClockTrust::Synced,
            place: self.place.clone(),
            event: Event::Decided {
                code,
                outcome: Outcome::Admit,
            },
            bundle_version: 1,
        };
        self.entries.push(append(&mut self.head, entry).0);
    }

    /// Seals some of the entries, as places in the journal from 0.
    pub(super) fn seal(&self, part: Range<usize>, at: UnixSeconds) -> Segment {
        let before = part.start.checked_sub(1).map(|last| &self.entries[last]);
        let sealing = Sealing {
            validator: self.id,
            previous: before.map_or(Head::EMPTY.hash, |before| before.hash),
            entries: &self.entries[part],
            sealed: at,
            journal_end: self.head.sequence,
        };
        let sealed = seal(&sealing, &self.key);
        Segment { sealed, at }
    }

    fn seal_rest(&mut self, at: UnixSeconds) -> Segment {
        let segment = self.seal(self.sealed..self.entries.len(), at);
        self.sealed = self.entries.len();
        segment
    }
}

/// Entry and exit gates of the first stations of the metro: even places are ways in.
fn gates(office: &Office, first_id: u32) -> anyhow::Result<Vec<Journal>> {
    let network = office.book.find_network(&Text::new("guangfo-metro")?);
    let network = network.context("the embedded cities have a metro")?;
    let mut journals = Vec::new();
    for record in network.stops().iter().take(STATIONS) {
        for passage in [Passage::In, Passage::Out] {
            let id = first_id + u32::try_from(journals.len())?;
            journals.push(Journal::new(id, metro(record.stop.clone(), passage)));
        }
    }
    ensure!(journals.len() >= 4, "the embedded metro has stations");
    Ok(journals)
}

fn metro(stop: StopId, passage: Passage) -> Place {
    Place {
        stop: Some(stop),
        ..Place::new(METRO, Mode::Metro, passage)
    }
}

/// Readers on buses.
fn readers(first_id: u32) -> anyhow::Result<Vec<Journal>> {
    let mut journals = Vec::new();
    for bus in 0..BUSES {
        let place = Place {
            vehicle: Some(VehicleId::new(&format!("bus-{bus}"))?),
            fare_minor: Some(200),
            ..Place::new(BUS, Mode::Bus, Passage::Single)
        };
        journals.push(Journal::new(first_id + bus, place));
    }
    Ok(journals)
}

/// Two rides a rider, in the morning and six hours later, of ten minutes to an hour.
fn metro_rides<'a>(
    riders: &'a [Active],
    (stations, from): (usize, UnixSeconds),
    rng: &mut fastrand::Rng,
) -> Vec<Plan<'a>> {
    let mut plans = Vec::with_capacity(riders.len() * 4);
    for rider in riders {
        let (home, work) = (rng.usize(..stations), rng.usize(..stations - 1));
        let work = if work >= home { work + 1 } else { work };
        let start = from.plus_s(rng.i64(0..4 * 3_600));
        for (start, entry, exit) in [(start, home, work), (start.plus_s(6 * 3_600), work, home)] {
            let end = start.plus_s(rng.i64(600..3_600));
            for (at, validator) in [(start, entry * 2), (end, exit * 2 + 1)] {
                plans.push(Plan {
                    at,
                    rider,
                    validator,
                });
            }
        }
    }
    plans
}

/// Four rides a rider, about two hours apart.
fn bus_rides<'a>(
    riders: &'a [Active],
    (buses, from): (usize, UnixSeconds),
    rng: &mut fastrand::Rng,
) -> Vec<Plan<'a>> {
    let mut plans = Vec::with_capacity(riders.len() * 4);
    for rider in riders {
        for ride in 0..4 {
            let at = from.plus_s(ride * 7_200 + rng.i64(0..7_000));
            let validator = rng.usize(..buses);
            plans.push(Plan {
                at,
                rider,
                validator,
            });
        }
    }
    plans
}

/// The codes shown, made on every core.
fn codes(plans: &[Plan<'_>], scheme: Scheme) -> Vec<Vec<u8>> {
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get());
    let part = plans.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let make = |plans: &[Plan<'_>]| -> Vec<Vec<u8>> {
            plans.iter().map(|plan| code(plan, scheme)).collect()
        };
        let parts = plans
            .chunks(part)
            .map(|plans| scope.spawn(move || make(plans)));
        let parts: Vec<_> = parts.collect();
        let made = parts
            .into_iter()
            .flat_map(|part| part.join().expect("codes can be made"));
        made.collect()
    })
}

fn code(plan: &Plan<'_>, scheme: Scheme) -> Vec<u8> {
    let (credential, key) = (&plan.rider.credential, plan.rider.key.as_ref());
    let code = match scheme {
        Scheme::Compact => compact::present(credential, plan.at, key).map(String::into_bytes),
        Scheme::Mot => mot::present(credential, IdProfile::Default, plan.at, key),
    };
    code.expect("the bench's credentials can be shown")
}

/// 2026-11-21, eight in the morning in Guangzhou.
pub(super) const MORNING: UnixSeconds = UnixSeconds(20_778 * 86_400);

/// How often a rider of the crowd taps in one traffic.
pub(super) const TAPS_PER_RIDER: u32 = 4;

/// Entries in a segment, as in the design's upload goal.
const ENTRIES: usize = 100;

const STATIONS: usize = 60;

const BUSES: u32 = 200;

/// Riders looked at after the race.
const SAMPLE: usize = 100;
