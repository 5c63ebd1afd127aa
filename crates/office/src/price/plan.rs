//! The difference between a bill and what is posted.
//!
//! For each journey the new fare is held against the last posted version. A version follows when
//! amount, shares, ending, taps, day or issuer changed; a journey that is no more, or is open
//! again, gets a version of nothing. Each version posts what it adds to what every operator is
//! owed, and what it adds to the whole fare, if that is more than nothing, is charged. A version
//! that takes away charges nothing: the store brings the journey's open charges in line with it,
//! and what was collected already stands on the rider's account in credit.
//!
//! Where a charge takes a day's rides, no version has a charge of its own. The month falls due when
//! the day is over, and the store is told so: it charges what the day's rides owe then. A version
//! posted later for such a day tells it again, and what is missing is charged by one that follows.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::{Bill, Ending, Fare};
use ridecode_ledger::{
    ClearedLeg, Currency, Event, Money, MoneyFault, PostFault, Share, Transfer, post,
};
use ridecode_store::{
    BillSave, BillWindow, Charge, ChargedBy, FareVersion, JourneyShare, OperatorLeg,
};
use ridecode_words::{ChargeId, JourneyId, OperatorId, RiderId, ServiceDay, UnixSeconds};

use crate::Office;
use crate::desk::ChargePer;

use super::taken::taken;

/// A bill that contradicts itself: a fault of ours, not of the taps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum PlanFault {
    /// Money of another currency, or too much of it.
    #[error("journey {0}: {1}")]
    Money(JourneyId, MoneyFault),
    /// The shares do not sum to the fare.
    #[error("journey {0}: the shares do not sum to the fare")]
    Shares(JourneyId),
    /// The differences cannot be posted.
    #[error("journey {0}: {1}")]
    Post(JourneyId, PostFault),
    /// A million versions of one fare.
    #[error("journey {0}: no version is left")]
    Versions(JourneyId),
}

/// What a fare version moves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Movement {
    /// Transfers of the differences.
    pub(crate) transfers: Vec<Transfer>,
    /// The differences as legs for clearing; none of them is zero.
    pub(crate) legs: Vec<OperatorLeg>,
    /// What is charged, if the fare grew and is charged on its own.
    pub(crate) charge: Option<Money>,
}

/// The bill as it is to be saved.
pub(crate) fn plan(
    office: &Office,
    bill: &Bill,
    window: &BillWindow,
    now: UnixSeconds,
) -> Result<BillSave, PlanFault> {
    let currency = office.policy.currency;
    let mut save = BillSave::empty(bill.period, window.mark, now);
    save.due_again = due_again(bill, now);
    let mut days: BTreeSet<ServiceDay> = window.open_days.iter().copied().collect();
    for (before, mut after) in changes(bill, &window.fares, currency)? {
        if before.is_none() && office.policy.charge_per != ChargePer::Ride {
            after.charged_by = ChargedBy::Day(after.day);
        }
        days.extend(after.charged_by.find_day());
        let movement = movement(bill.period.rider, before, &after, currency)?;
        let id = charge_id(&after);
        let planned = |amount| Charge::planned(id, bill.period.rider, (amount, 1), now);
        save.charges.extend(movement.charge.map(planned));
        let version = (before, &after, movement.legs.as_slice());
        save.taken.extend(taken(bill, window, version));
        save.transfers.extend(movement.transfers);
        save.legs.extend(movement.legs);
        save.fares.push(after);
    }
    let over = days.iter().filter(|day| office.charged_from(**day) <= now);
    save.days_over = over.copied().collect();
    // Days end in their order.
    let next = days.into_iter().nth(save.days_over.len());
    let ends = next.map(|day| office.charged_from(day));
    save.due_again = [save.due_again, ends].into_iter().flatten().min();
    Ok(save)
}

/// When the month is to be priced again if no tap comes: when an open journey closes, or soon if
/// a journey found no price, because an operator may complete the tariffs at any time.
fn due_again(bill: &Bill, now: UnixSeconds) -> Option<UnixSeconds> {
    let retry = (!bill.unpriced.is_empty()).then(|| now.plus_s(UNPRICED_RETRY_S));
    match (bill.next_closing, retry) {
        (Some(closing), Some(retry)) => Some(closing.min(retry)),
        (closing, retry) => closing.or(retry),
    }
}

/// The versions that follow, each with the one before it, by journey. A journey that finds no
/// price now keeps the one it has.
pub(crate) fn changes<'a>(
    bill: &Bill,
    posted: &'a [FareVersion],
    currency: Currency,
) -> Result<Vec<(Option<&'a FareVersion>, FareVersion)>, PlanFault> {
    let mut before: BTreeMap<JourneyId, &FareVersion> =
        posted.iter().map(|fare| (fare.journey, fare)).collect();
    let mut changes = Vec::new();
    for fare in &bill.fares {
        let held = before.remove(&fare.journey);
        let version = next_version(fare.journey, held)?;
        let mut after = version_of(fare, version, currency)?;
        after.charged_by = held.map_or(ChargedBy::Ride, |held| held.charged_by);
        if held.is_none_or(|held| !says_the_same(held, &after)) {
            changes.push((held, after));
        }
    }
    for (journey, _) in &bill.unpriced {
        before.remove(&journey.id);
    }
    for (journey, held) in before {
        let ending = if bill.open.iter().any(|open| open.id == journey) {
            Ending::Open
        } else {
            Ending::Voided
        };
        let after = FareVersion {
            version: next_version(journey, Some(held))?,
            ending,
            taps: Vec::new(),
            amount_minor: 0,
            shares: Vec::new(),
            ..held.clone()
        };
        if !says_the_same(held, &after) {
            changes.push((Some(held), after));
        }
    }
    changes.sort_by_key(|(_, after)| after.journey);
    Ok(changes)
}

/// What a version moves, given the one before it.
pub(crate) fn movement(
    rider: RiderId,
    before: Option<&FareVersion>,
    after: &FareVersion,
    currency: Currency,
) -> Result<Movement, PlanFault> {
    let too_large = |_| PlanFault::Money(after.journey, MoneyFault::TooLarge);
    let amount_before = before.map_or(0, |before| before.amount_minor);
    let added = i128::from(after.amount_minor) - i128::from(amount_before);
    let added = i64::try_from(added).map_err(too_large)?;
    let mut differences: BTreeMap<OperatorId, i128> = BTreeMap::new();
    for share in &after.shares {
        *differences.entry(share.operator).or_default() += i128::from(share.amount_minor);
    }
    for share in before.map_or(&[][..], |before| &before.shares) {
        *differences.entry(share.operator).or_default() -= i128::from(share.amount_minor);
    }
    let mut shares = Vec::with_capacity(differences.len());
    for (operator, difference) in differences {
        let minor = i64::try_from(difference).map_err(too_large)?;
        if minor != 0 {
            let amount = Money::new(minor, currency);
            shares.push(Share { operator, amount });
        }
    }
    let charge = charge_id(after);
    let leg = |share: &Share| OperatorLeg {
        operator: share.operator,
        day: after.day,
        leg: ClearedLeg {
            charge,
            issuer: after.issuer,
            amount_minor: share.amount.minor,
        },
    };
    let alone = after.charged_by == ChargedBy::Ride;
    let legs = shares.iter().map(leg).collect();
    let event = Event::Fare {
        charge,
        rider,
        day: after.day,
        shares,
    };
    Ok(Movement {
        transfers: post(&event).map_err(|fault| PlanFault::Post(after.journey, fault))?,
        legs,
        charge: (alone && added > 0).then_some(Money::new(added, currency)),
    })
}

/// Whether two versions say the same about a ride, whatever their numbers and whichever edition
/// of the tariff said so.
pub(crate) fn says_the_same(held: &FareVersion, after: &FareVersion) -> bool {
    held.amount_minor == after.amount_minor
        && held.shares == after.shares
        && held.ending == after.ending
        && held.taps == after.taps
        && held.day == after.day
        && held.issuer == after.issuer
}

fn version_of(fare: &Fare, version: u32, currency: Currency) -> Result<FareVersion, PlanFault> {
    let money_fault = |fault| PlanFault::Money(fare.journey, fault);
    let mut shares: BTreeMap<OperatorId, Money> = BTreeMap::new();
    for share in &fare.shares {
        let sum = shares
            .entry(share.operator)
            .or_insert(Money::zero(currency));
        *sum = sum.checked_add(share.amount).map_err(money_fault)?;
    }
    let total = Money::sum(currency, shares.values().copied()).map_err(money_fault)?;
    if total != fare.amount {
        return Err(PlanFault::Shares(fare.journey));
    }
    Ok(FareVersion {
        journey: fare.journey,
        version,
        issuer: fare.issuer,
        day: fare.day,
        ending: fare.ending,
        taps: fare.taps.clone(),
        amount_minor: fare.amount.minor,
        shares: shares
            .into_iter()
            .filter(|(_, amount)| amount.minor != 0)
            .map(|(operator, amount)| JourneyShare {
                operator,
                amount_minor: amount.minor,
            })
            .collect(),
        tariff: fare.explanation.tariff.hash,
        charged_by: ChargedBy::Ride,
    })
}

fn next_version(journey: JourneyId, held: Option<&FareVersion>) -> Result<u32, PlanFault> {
    held.map_or(0, |held| held.version)
        .checked_add(1)
        .filter(|&version| version < ChargeId::FOLLOW_UP)
        .ok_or(PlanFault::Versions(journey))
}

/// The number a fare version shares with its transfers, legs and charge.
pub(super) fn charge_id(fare: &FareVersion) -> ChargeId {
    ChargeId {
        journey: fare.journey,
        version: fare.version,
    }
}

/// Seconds until a month with a journey without a price is tried again.
const UNPRICED_RETRY_S: i64 = 3_600;
