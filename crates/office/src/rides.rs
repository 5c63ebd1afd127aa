//! A rider's rides, with the truth as far as it is known.
//!
//! Fares are computed again from the taps each time they are looked at, so that a ride always
//! comes with its reasoning; its state says how far the books have followed.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::{Bill, Fare, Journey, Period, Tap, TapKind, bill};
use ridecode_ledger::Money;
use ridecode_store::{AuditPage, Charge, ChargeState, ChargedBy, FareVersion, StoreFault};
use ridecode_words::{ChargeId, JourneyId, RiderId, TapId, UnixSeconds};

use crate::Office;
use crate::months::months_around;
use crate::price::JOURNEY_S_MAX;

/// Where a ride stands (design §1, promise 6).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RideState {
    /// Taps are here; the journey is not closed, has no price, or its price is not posted yet.
    Uploaded,
    /// The fare is posted, and nothing is to be charged for it, or not before its day is over.
    Priced,
    /// The fare is being, or was, charged.
    Charged(ChargeState),
}

/// One ride.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ride {
    /// The journey.
    pub journey: JourneyId,
    /// When it began.
    pub began: UnixSeconds,
    /// Its taps as far as they are here, in time order.
    pub taps: Vec<Tap>,
    /// Where it stands.
    pub state: RideState,
    /// Its fare with its explanation, once it has one: computed again from the taps.
    pub fare: Option<Fare>,
    /// The charge that tells where it stands; `None` while it has none.
    pub charge: Option<RideCharge>,
    /// When it is charged with the other rides of its day; `None` if it has a charge already or
    /// is charged on its own.
    pub charged_from: Option<UnixSeconds>,
}

/// The charge of a ride.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RideCharge {
    /// Its id, which is the provider's order number.
    pub id: ChargeId,
    /// What it asks for.
    pub amount: Money,
    /// The rides it is for that cost something, by id.
    pub rides: Vec<JourneyId>,
}

/// A rider's rides, newest first.
pub async fn of(
    office: &Office,
    rider: RiderId,
    now: UnixSeconds,
) -> Result<Vec<Ride>, StoreFault> {
    let page = office.store.load_rides(rider).await?;
    Ok(tell(office, rider, &page, now))
}

/// A rider's month as it is billed from the taps that are here, and those taps with those of the
/// days around it.
pub async fn month(
    office: &Office,
    period: Period,
    now: UnixSeconds,
) -> Result<(Bill, Vec<Tap>), StoreFault> {
    let windows = office.store.load_windows(vec![period], JOURNEY_S_MAX);
    let taps = windows.await?.into_iter().flat_map(|window| window.taps);
    let taps: Vec<Tap> = taps.collect();
    Ok((bill(period, &taps, &office.book, now), taps))
}

fn tell(office: &Office, rider: RiderId, page: &AuditPage, now: UnixSeconds) -> Vec<Ride> {
    let taps: BTreeMap<TapId, &Tap> = page.taps.iter().map(|tap| (tap.id, tap)).collect();
    let mut rides = Vec::new();
    for month in months_around(&page.taps) {
        let bill = bill(Period { rider, month }, &page.taps, &office.book, now);
        for fare in bill.fares {
            rides.extend(closed_ride(office, fare, (&taps, page)));
        }
        let unpriced = bill.unpriced.into_iter().map(|(journey, _)| journey);
        let unfinished = bill.open.into_iter().chain(unpriced);
        rides.extend(unfinished.filter_map(unfinished_ride));
    }
    rides.sort_by_key(|ride| std::cmp::Reverse((ride.began, ride.journey)));
    rides
}

fn closed_ride(
    office: &Office,
    fare: Fare,
    (taps, page): (&BTreeMap<TapId, &Tap>, &AuditPage),
) -> Option<Ride> {
    let ids: BTreeSet<TapId> = fare.taps.iter().copied().collect();
    let mut own: Vec<Tap> = ids
        .iter()
        .filter_map(|id| taps.get(id).map(|tap| Tap::clone(tap)))
        .collect();
    own.sort();
    let began = own.first()?.time;
    let posted = last_version(&page.fares, fare.journey);
    let posted = posted.filter(|posted| posted.amount_minor == fare.amount.minor);
    let charge = posted.and_then(|posted| telling_charge(posted, page));
    let state = match (posted, charge) {
        (Some(_), Some(charge)) => RideState::Charged(charge.state.clone()),
        (Some(_), None) => RideState::Priced,
        (None, _) => RideState::Uploaded,
    };
    let waits = posted.filter(|posted| charge.is_none() && posted.amount_minor > 0);
    let day = waits.and_then(|posted| posted.charged_by.find_day());
    Some(Ride {
        journey: fare.journey,
        began,
        taps: own,
        state,
        fare: Some(fare),
        charge: charge.map(|charge| RideCharge {
            id: charge.id,
            amount: charge.amount,
            rides: journeys_charged_by(page, charge.id),
        }),
        charged_from: day.map(|day| office.charged_from(day)),
    })
}

fn unfinished_ride(journey: Journey) -> Option<Ride> {
    let first = journey.taps.iter().find(|tap| match tap.kind {
        TapKind::Single | TapKind::In | TapKind::Out => true,
        TapKind::Void { .. } | TapKind::Repair { .. } => false,
    });
    Some(Ride {
        journey: journey.id,
        began: first?.time,
        state: RideState::Uploaded,
        taps: journey.taps,
        fare: None,
        charge: None,
        charged_from: None,
    })
}

fn last_version(fares: &[FareVersion], journey: JourneyId) -> Option<&FareVersion> {
    fares
        .iter()
        .filter(|fare| fare.journey == journey)
        .max_by_key(|fare| fare.version)
}

/// The charge that tells where a ride stands: the last that is not paid, or else the last. One that
/// was superseded says nothing about the ride.
fn telling_charge<'a>(fare: &FareVersion, page: &'a AuditPage) -> Option<&'a Charge> {
    let together: BTreeSet<JourneyId> = match fare.charged_by {
        ChargedBy::Ride => [fare.journey].into(),
        ChargedBy::Day(_) => {
            let all = page.fares.iter();
            let own = all.filter(|other| other.charged_by == fare.charged_by);
            own.map(|other| other.journey).collect()
        }
    };
    let charges = page.charges.iter();
    charges
        .filter(|charge| together.contains(&charge.id.journey))
        .filter(|charge| charge.state != ChargeState::Superseded)
        .max_by_key(|charge| (!charge.state.is_paid(), charge.id.version))
}

/// The rides a charge is for that cost something, as they were posted last, by id. The page is one
/// rider's.
pub(crate) fn charged_by(page: &AuditPage, charge: ChargeId) -> Vec<&FareVersion> {
    let of = |fare: &&FareVersion| fare.journey == charge.journey;
    let by = page.fares.iter().find(of).map(|fare| fare.charged_by);
    let together = |fare: &&FareVersion| match fare.charged_by {
        ChargedBy::Ride => fare.journey == charge.journey,
        ChargedBy::Day(_) => Some(fare.charged_by) == by,
    };
    let mut last: BTreeMap<JourneyId, &FareVersion> = BTreeMap::new();
    for fare in page.fares.iter().filter(together) {
        let held = last.entry(fare.journey).or_insert(fare);
        if held.version < fare.version {
            *held = fare;
        }
    }
    let last = last.into_values();
    last.filter(|fare| fare.amount_minor > 0).collect()
}

/// The ids of the rides a charge is for that cost something.
pub(crate) fn journeys_charged_by(page: &AuditPage, charge: ChargeId) -> Vec<JourneyId> {
    let rides = charged_by(page, charge).into_iter();
    rides.map(|fare| fare.journey).collect()
}
