//! Whether everything arrived: what riders are shown, held against what was done.
//!
//! The source knows every tap that a validator admitted, by validator and entry. Each first tap is
//! the name of a journey: it must be among its rider's rides once, with as many taps as were made,
//! and nothing else of these validators may be there. What is owed must be the fares that were not
//! collected.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ridecode_fare::Language;
use ridecode_words::{JourneyId, ValidatorId};
use serde::Deserialize;
use tokio::time::sleep;

use super::drive::Run;
use super::report::Settling;
use super::rider::{Made, Rider};
use super::stage::for_each;
use crate::clock::Stopwatch;

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Found {
    /// Rides made.
    pub(super) rides: u64,
    /// Taps admitted that no validator was told are held.
    pub(super) taps_waiting: u64,
    /// Rides that are not among the rider's.
    pub(super) rides_lost: u64,
    /// Rides with fewer taps than were made.
    pub(super) taps_lost: u64,
    /// Rides shown twice, with taps nobody made, or that nobody made.
    pub(super) doubled: u64,
    /// Riders who owe another amount than their fares come to.
    pub(super) uneven: u64,
    /// Forged codes that a validator admitted.
    pub(super) forged: u64,
    /// Rides with both taps and no price yet.
    pub(super) unpriced: u64,
    /// Riders with charges under way, whose amounts were not held against each other.
    pub(super) unsettled: u64,
}

impl Found {
    /// Whether nothing is lost, doubled or uneven.
    pub(super) fn is_whole(&self) -> bool {
        let faults = [
            self.taps_waiting,
            self.rides_lost,
            self.taps_lost,
            self.doubled,
            self.uneven,
            self.forged,
        ];
        faults.iter().all(|count| *count == 0)
    }

    fn add(&mut self, other: Self) {
        self.rides += other.rides;
        self.taps_waiting += other.taps_waiting;
        self.rides_lost += other.rides_lost;
        self.taps_lost += other.taps_lost;
        self.doubled += other.doubled;
        self.uneven += other.uneven;
        self.forged += other.forged;
        self.unpriced += other.unpriced;
        self.unsettled += other.unsettled;
    }
}

/// When the back office was done, since the last ride ended. `None` if it was not in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Settled {
    /// It held every tap.
    pub(super) held: Option<Duration>,
    /// No month waited to be priced.
    pub(super) priced: Option<Duration>,
    /// No charge was open.
    pub(super) charged: Option<Duration>,
}

/// A ride as its rider sees it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Seen {
    journey: String,
    state: String,
    taps: Vec<Ignored>,
    fare: Option<FareSeen>,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Ignored {}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct FareSeen {
    amount: Amount,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
struct Amount {
    minor: i64,
}

#[derive(Deserialize)]
struct Page {
    rides: Vec<Seen>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct OfficeSeen {
    bills_due: u64,
    charges_open: u64,
}

#[derive(Deserialize)]
struct AccountSeen {
    balance: Amount,
}

impl Run {
    /// Waits until the back office has taken in, priced and charged everything, or until it may
    /// take no longer, and takes down when it was done with what.
    pub(super) async fn settle(
        &self,
        (most, how): (Duration, (bool, Language)),
        settled: &mut Settled,
    ) -> anyhow::Result<()> {
        let watch = Stopwatch::start();
        let mut told_s = 0;
        while watch.elapsed() < most && settled.charged.is_none() {
            if settled.held.is_none() && self.stage.gates.iter().all(|gate| gate.is_held()) {
                settled.held = Some(watch.elapsed());
            }
            let office = self.stage.staff.get("/v1/office").await?;
            let office: OfficeSeen = serde_json::from_value(office)?;
            if settled.held.is_some() {
                let done = |waits: u64| (waits == 0).then(|| watch.elapsed());
                settled.priced = settled.priced.or(done(office.bills_due));
                if settled.priced.is_some() {
                    settled.charged = settled.charged.or(done(office.charges_open));
                }
            }
            if watch.elapsed().as_secs() > told_s {
                told_s = watch.elapsed().as_secs();
                let settling = Settling {
                    at: self.since.elapsed(),
                    taps_waiting: self.meter.waiting(),
                    bills_due: office.bills_due,
                    charges_open: office.charges_open,
                };
                settling.print(how);
            }
            sleep(STEP).await;
        }
        Ok(())
    }

    /// Reads every rider's rides and holds them against what was made.
    pub(super) async fn prove(&self) -> anyhow::Result<Found> {
        let ours = self.stage.gates.iter().map(|gate| gate.id);
        let ours: Arc<BTreeSet<ValidatorId>> = Arc::new(ours.collect());
        let riders = &self.stage.riders;
        let prove = |place: usize| {
            let (rider, ours) = (Arc::clone(&riders[place]), Arc::clone(&ours));
            async move { prove(&rider, &ours).await }
        };
        let each = for_each(riders.len(), prove).await;
        let mut found = Found::default();
        for one in each.context("the rides cannot be read")? {
            found.add(one);
        }
        let (counts, _) = self.meter.read();
        found.taps_waiting = counts.taps - counts.held;
        found.forged = counts.forged_admitted;
        Ok(found)
    }
}

async fn prove(rider: &Rider, ours: &BTreeSet<ValidatorId>) -> anyhow::Result<Found> {
    let made = rider.made();
    let mut found = Found::default();
    for tries in 0..TRIES {
        let seen = rides(rider).await?;
        found = compare(&made, &seen, ours);
        let account = rider.account().await?;
        let account: AccountSeen = serde_json::from_value(account)?;
        match owed_minor(&seen) {
            None => found.unsettled = 1,
            Some(owed) if owed == account.balance.minor => {}
            Some(_) => found.uneven = 1,
        }
        // Between two looks a charge may have come in.
        if found.uneven == 0 || tries + 1 == TRIES {
            break;
        }
        sleep(STEP).await;
    }
    Ok(found)
}

/// All rides of a rider.
async fn rides(rider: &Rider) -> anyhow::Result<Vec<Seen>> {
    let mut rides = Vec::new();
    let mut after = String::new();
    loop {
        let page = rider
            .office
            .get(&format!("/v1/rides?limit=100{after}"))
            .await?;
        let page: Page = serde_json::from_value(page)?;
        rides.extend(page.rides);
        let Some(next) = page.next else {
            return Ok(rides);
        };
        after = format!("&after={next}");
    }
}

/// What was made, held against what is seen.
fn compare(made: &[Made], seen: &[Seen], ours: &BTreeSet<ValidatorId>) -> Found {
    let mut found = Found {
        rides: made.len() as u64,
        ..Found::default()
    };
    let mut by_journey: BTreeMap<JourneyId, Vec<&Seen>> = BTreeMap::new();
    for ride in seen {
        if let Ok(journey) = ride.journey.parse() {
            by_journey.entry(journey).or_default().push(ride);
        }
    }
    for ride in made {
        let taps = 1 + usize::from(ride.ended.is_some());
        let shown = by_journey.remove(&JourneyId(ride.begun.id));
        let Some([first, others @ ..]) = shown.as_deref() else {
            found.rides_lost += 1;
            continue;
        };
        found.doubled += u64::from(!others.is_empty() || first.taps.len() > taps);
        found.taps_lost += u64::from(first.taps.len() < taps);
        found.unpriced += u64::from(ride.ended.is_some() && first.state == "uploaded");
    }
    let strange = by_journey.into_keys();
    let strange = strange.filter(|journey| ours.contains(&journey.0.validator));
    found.doubled += strange.count() as u64;
    found
}

/// What the rider owes by the rides; `None` while one of them is under way.
fn owed_minor(seen: &[Seen]) -> Option<i64> {
    let mut owed = 0;
    for ride in seen {
        match (ride.state.as_str(), &ride.fare) {
            ("collected", Some(_)) | ("uploaded", None) => {}
            ("priced" | "declined", Some(fare)) => owed += fare.amount.minor,
            _ => return None,
        }
    }
    Some(owed)
}

/// How often it is looked whether something is done.
const STEP: Duration = Duration::from_millis(200);

/// How often a rider's amounts are looked at before they are said not to add up.
const TRIES: u32 = 10;

#[cfg(test)]
mod tests {
    use ridecode_words::{TapId, UnixSeconds};

    use super::super::gate::Tap;
    use super::*;

    const OURS: ValidatorId = ValidatorId(0x2001);

    fn tap(sequence: u64) -> Tap {
        let validator = OURS;
        let id = TapId {
            validator,
            sequence,
        };
        Tap {
            id,
            time: UnixSeconds(1_795_219_200),
        }
    }

    /// Rides made, by their entries.
    fn made(rides: &[(u64, Option<u64>)]) -> Vec<Made> {
        let made = rides.iter().map(|(begun, ended)| Made {
            begun: tap(*begun),
            ended: ended.map(tap),
        });
        made.collect()
    }

    fn seen(journey: &str, state: &str, (taps, minor): (usize, Option<i64>)) -> Seen {
        Seen {
            journey: journey.to_owned(),
            state: state.to_owned(),
            taps: vec![Ignored {}; taps],
            fare: minor.map(|minor| FareSeen {
                amount: Amount { minor },
            }),
        }
    }

    #[test]
    fn every_ride_made_is_seen_once_with_its_taps() {
        let made = made(&[(1, Some(2)), (5, None)]);
        let check = |seen: &[Seen], expected: Found| {
            let rides = 2;
            let expected = Found { rides, ..expected };
            assert_eq!(compare(&made, seen, &BTreeSet::from([OURS])), expected);
        };
        let first = || seen("00002001-1", "collected", (2, Some(300)));
        let second = || seen("00002001-5", "collected", (1, Some(200)));
        let of_others = || seen("00009999-5", "collected", (1, Some(200)));
        let none = Found::default();
        check(&[first(), second()], none);
        check(&[first(), second(), of_others()], none);
        let rides_lost = 1;
        check(&[first()], Found { rides_lost, ..none });
        let short = seen("00002001-1", "uploaded", (1, None));
        let half = Found {
            taps_lost: 1,
            unpriced: 1,
            ..none
        };
        check(&[short, second()], half);
        let doubled = Found { doubled: 1, ..none };
        check(&[first(), second(), second()], doubled);
        let strange = seen("00002001-9", "collected", (1, Some(200)));
        check(&[first(), second(), strange], doubled);
        let more = seen("00002001-5", "collected", (2, Some(200)));
        check(&[first(), more], doubled);
        let waits = seen("00002001-1", "uploaded", (2, Some(300)));
        let unpriced = 1;
        check(&[waits, second()], Found { unpriced, ..none });
    }

    #[test]
    fn what_is_owed_is_what_was_not_collected() {
        let check = |states: &[(&str, Option<i64>)], expected: Option<i64>| {
            let seen: Vec<Seen> = states
                .iter()
                .map(|(state, minor)| seen("00002001-1", state, (1, *minor)))
                .collect();
            assert_eq!(owed_minor(&seen), expected, "{states:?}");
        };
        check(&[], Some(0));
        check(&[("collected", Some(300)), ("uploaded", None)], Some(0));
        check(&[("declined", Some(300)), ("priced", Some(200))], Some(500));
        check(&[("submitted", Some(300))], None);
        check(&[("uploaded", Some(300))], None);
        check(&[("collected_other_amount", Some(300))], None);
    }

    #[test]
    fn anything_lost_doubled_or_uneven_is_a_failure_and_work_to_come_is_not() {
        let none = Found::default();
        assert!(none.is_whole());
        for unfinished in [
            Found {
                unpriced: 1,
                ..none
            },
            Found {
                unsettled: 1,
                ..none
            },
        ] {
            assert!(unfinished.is_whole(), "{unfinished:?}");
        }
        for broken in [
            Found {
                taps_waiting: 1,
                ..none
            },
            Found {
                rides_lost: 1,
                ..none
            },
            Found {
                taps_lost: 1,
                ..none
            },
            Found { doubled: 1, ..none },
            Found { uneven: 1, ..none },
            Found { forged: 1, ..none },
        ] {
            assert!(!broken.is_whole(), "{broken:?}");
        }
    }
}
