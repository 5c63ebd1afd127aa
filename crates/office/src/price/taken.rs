//! What a fare version adds to what lines took.

use ridecode_fare::Bill;
use ridecode_store::{BillWindow, FareVersion, OperatorLeg, Taken};
use ridecode_words::{LineId, OperatorId};

use super::plan::charge_id;

/// The differences by line. The first version of a fare says which line each part was ridden on; a
/// later one adds or takes away on the first line of its operator, or where nothing is left of the
/// ride, on that of its first tap.
pub(super) fn taken(
    bill: &Bill,
    window: &BillWindow,
    (before, after, legs): (Option<&FareVersion>, &FareVersion, &[OperatorLeg]),
) -> Vec<Taken> {
    let first = window.taps.iter().find(|tap| tap.id == after.journey.0);
    let Some(first) = first else {
        return Vec::new();
    };
    let take = |operator: OperatorId, line: Option<&LineId>, minor: i64| Taken {
        charge: charge_id(after),
        operator,
        line: line.cloned(),
        began: first.time,
        minor,
    };
    let fare = bill.fares.iter().find(|fare| fare.journey == after.journey);
    let shares = fare.map_or(&[][..], |fare| &fare.shares);
    if before.is_none() {
        let line_of_tap = |operator| (operator == first.operator).then_some(first.line.as_ref());
        let shares = shares.iter().filter(|share| share.amount.minor != 0);
        return shares
            .map(|share| {
                let line = share.line.as_ref();
                let line = line.or_else(|| line_of_tap(share.operator).flatten());
                take(share.operator, line, share.amount.minor)
            })
            .collect();
    }
    legs.iter()
        .map(|leg| {
            let share = shares.iter().find(|share| share.operator == leg.operator);
            let line = share.and_then(|share| share.line.as_ref());
            take(
                leg.operator,
                line.or(first.line.as_ref()),
                leg.leg.amount_minor,
            )
        })
        .collect()
}
