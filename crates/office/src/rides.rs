//! A rider's rides, with the truth as far as it is known.
//!
//! Fares are computed again from the taps each time they are looked at, so that a ride always
//! comes with its reasoning; its state says how far the books have followed.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::{Bill, Fare, Journey, Period, Tap, TapKind, bill};
use ridecode_store::{AuditPage, Charge, ChargeState, FareVersion, StoreFault};
use ridecode_words::{JourneyId, RiderId, TapId, UnixSeconds};

use crate::Office;
use crate::months::months_around;
use crate::price::JOURNEY_S_MAX;

/// Where a ride stands (design §1, promise 6).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RideState {
    /// Taps are here; the journey is not closed, has no price, or its price is not posted yet.
    Uploaded,
    /// The fare is posted, and nothing is to be charged for it.
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
            rides.extend(closed_ride(fare, &taps, page));
        }
        let unpriced = bill.unpriced.into_iter().map(|(journey, _)| journey);
        let unfinished = bill.open.into_iter().chain(unpriced);
        rides.extend(unfinished.filter_map(unfinished_ride));
    }
    rides.sort_by_key(|ride| std::cmp::Reverse((ride.began, ride.journey)));
    rides
}

fn closed_ride(fare: Fare, taps: &BTreeMap<TapId, &Tap>, page: &AuditPage) -> Option<Ride> {
    let ids: BTreeSet<TapId> = fare.taps.iter().copied().collect();
    let mut own: Vec<Tap> = ids
        .iter()
        .filter_map(|id| taps.get(id).map(|tap| Tap::clone(tap)))
        .collect();
    own.sort();
    let began = own.first()?.time;
    let posted = last_version(&page.fares, fare.journey);
    let state = match posted {
        Some(posted) if posted.amount_minor == fare.amount.minor => {
            let charges = page.charges.iter();
            charge_state(charges.filter(|charge| charge.id.journey == fare.journey))
                .map_or(RideState::Priced, RideState::Charged)
        }
        Some(_) | None => RideState::Uploaded,
    };
    Some(Ride {
        journey: fare.journey,
        began,
        taps: own,
        state,
        fare: Some(fare),
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
    })
}

fn last_version(fares: &[FareVersion], journey: JourneyId) -> Option<&FareVersion> {
    fares
        .iter()
        .filter(|fare| fare.journey == journey)
        .max_by_key(|fare| fare.version)
}

/// The state of a journey's charges: of the last that is not paid, or else of the last. One that
/// was superseded says nothing about the ride.
fn charge_state<'a>(charges: impl Iterator<Item = &'a Charge>) -> Option<ChargeState> {
    charges
        .filter(|charge| charge.state != ChargeState::Superseded)
        .max_by_key(|charge| (!charge.state.is_paid(), charge.id.version))
        .map(|charge| charge.state.clone())
}
