//! Exactly once: a tap in one journey, a fare in one charge, a charge once at the provider.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_store::{AdjustmentKind, LineState, RefundState};
use ridecode_words::{JourneyId, RefundId};

use super::Sight;

/// No tap is paid for twice, and no order was deducted twice.
pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let mut billed = BTreeSet::new();
    for fare in sight.fares() {
        for tap in fare.taps.iter().filter(|_| fare.amount_minor > 0) {
            if !billed.insert(*tap) {
                return Err(format!("tap {tap} is paid for by two journeys"));
            }
        }
    }
    let end = sight.world.line.end();
    if let Some(fault) = end.provider.faults.first() {
        return Err(format!("the provider says: {fault}"));
    }
    for (number, order) in &end.provider.orders {
        if order.deductions > 1 {
            return Err(format!(
                "order {number} was deducted {} times",
                order.deductions
            ));
        }
    }
    Ok(())
}

/// Each journey is collected, written off or given back until what is left is its fare, or what was
/// given for it where the fare fell later; and the books say the same of every order as the provider
/// does.
pub(super) fn check_settled(sight: &Sight<'_>) -> Result<(), String> {
    let end = sight.world.line.end();
    let mut settled: BTreeMap<JourneyId, i64> = BTreeMap::new();
    for charge in &sight.page.charges {
        let number = charge.id.to_string();
        let order = end.provider.orders.get(&number);
        let taken = order.map_or(0, |order| order.deductions);
        if u32::from(charge.state.is_paid()) != taken {
            return Err(format!(
                "charge {number} was deducted {taken} times: {charge:?}"
            ));
        }
        let paid = charge.find_paid().map_or(0, |paid| paid.minor);
        let minor = paid + charge.written_off_minor();
        *settled.entry(charge.id.journey).or_default() += minor;
    }
    for refund in &sight.page.refunds {
        let is_done = refund.state == RefundState::Done;
        let given = if is_done { refund.amount.minor } else { 0 };
        *settled.entry(refund.id.charge.journey).or_default() -= given;
    }
    let mut given: BTreeMap<JourneyId, i64> = BTreeMap::new();
    for (kind, line) in &sight.page.adjusted {
        let minor = match (kind, line.state) {
            (_, LineState::Waiting | LineState::Refused) => 0,
            (AdjustmentKind::Goodwill, LineState::Posted) => line.amount.minor,
            (AdjustmentKind::TakenBack { .. }, LineState::Posted) => -line.amount.minor,
        };
        *given.entry(line.journey).or_default() += minor;
    }
    for fare in sight.fares() {
        let (journey, fare) = (fare.journey, fare.amount_minor);
        let given = given.remove(&journey).unwrap_or(0);
        let minor = settled.remove(&journey).unwrap_or(0) + given;
        if minor != fare.max(given) {
            let story = tell(sight, journey);
            return Err(format!(
                "journey {journey} costs {fare} and settled {minor}: {story}"
            ));
        }
    }
    match settled.iter().chain(&given).find(|(_, minor)| **minor != 0) {
        Some((journey, minor)) => Err(format!("{journey} has no fare and settled {minor}")),
        None => Ok(()),
    }
}

/// What was asked, given back and given for a journey.
fn tell(sight: &Sight<'_>, journey: JourneyId) -> String {
    let page = &sight.page;
    let charges = page.charges.iter().filter(|one| one.id.journey == journey);
    let charges = charges.map(|one| (one.id.version, one.amount.minor, &one.state));
    let refunds = page.refunds.iter();
    let refunds = refunds.filter(|one| one.id.charge.journey == journey);
    let refunds = refunds.map(|one| {
        let RefundId { charge, number } = one.id;
        (charge.version, number, one.amount.minor, &one.state)
    });
    let given = page.adjusted.iter().filter(|one| one.1.journey == journey);
    let given = given.map(|(kind, line)| (kind, line.amount.minor, &line.state));
    format!(
        "charges {:?}, refunds {:?}, given {:?}",
        charges.collect::<Vec<_>>(),
        refunds.collect::<Vec<_>>(),
        given.collect::<Vec<_>>()
    )
}
