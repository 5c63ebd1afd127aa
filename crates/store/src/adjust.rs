//! Who may give how much alone, and what a line of an adjustment posts. Pure, and the same for
//! every engine; inside verbs because two people may ask at once, and about one ride.

use ridecode_ledger::{Account, Event, Transfer, TransferKind, post};
use ridecode_words::{ServiceDay, UnixSeconds};

use crate::record::{
    Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, Decided, Decision,
};

/// Whether an adjustment asks for what another asked for.
pub(crate) fn is_repeat(held: &Adjustment, asked: &Adjustment) -> bool {
    let rides = |of: &Adjustment| -> Vec<_> {
        let lines = of.lines.iter();
        lines
            .map(|line| (line.journey, line.rider, line.amount))
            .collect()
    };
    held.kind == asked.kind
        && held.why == asked.why
        && held.asked_by == asked.asked_by
        && rides(held) == rides(asked)
}

/// Where an adjustment stands when it is asked for. One ride's goodwill is approved at once while
/// what its asker gave alone within a day, `given_minor`, stays within that person's limit.
pub(crate) fn first_state(
    asked: &Adjustment,
    given_minor: i64,
    limit_minor: i64,
) -> AdjustmentState {
    let [line] = asked.lines.as_slice() else {
        return AdjustmentState::Waiting;
    };
    let in_all = given_minor.saturating_add(line.amount.minor);
    if asked.kind != AdjustmentKind::Goodwill || in_all > limit_minor {
        return AdjustmentState::Waiting;
    }
    AdjustmentState::Approved {
        by: asked.asked_by.clone(),
        at: asked.asked,
    }
}

/// From when on what a person gave alone counts against that person's limit.
pub(crate) fn limit_since(asked: UnixSeconds) -> UnixSeconds {
    asked.plus_s(-LIMIT_WINDOW_S)
}

/// The state after a decision, or what becomes of one that is not to be saved.
pub(crate) fn decide(
    asked_by: &str,
    state: &AdjustmentState,
    decision: &Decision,
) -> Result<AdjustmentState, Decided> {
    match state {
        AdjustmentState::Waiting => {}
        AdjustmentState::Approved { .. } | AdjustmentState::Refused { .. } => {
            return Err(Decided::NotWaiting);
        }
    }
    if asked_by == decision.by {
        return Err(Decided::SamePerson);
    }
    let (by, at) = (decision.by.clone(), decision.at);
    Ok(if decision.approve {
        AdjustmentState::Approved { by, at }
    } else {
        AdjustmentState::Refused { by, at }
    })
}

/// Whether an adjustment may be posted.
pub(crate) fn is_approved(state: &AdjustmentState) -> bool {
    match state {
        AdjustmentState::Approved { .. } => true,
        AdjustmentState::Waiting | AdjustmentState::Refused { .. } => false,
    }
}

/// What a line posts, by its ride's transfers; `None` if it posts nothing. Gifts of a ride never
/// come to more than it cost, and a gift is taken back once.
pub(crate) fn post_line(
    kind: AdjustmentKind,
    line: &AdjustmentLine,
    (transfers, day): (&[Transfer], ServiceDay),
) -> Option<Transfer> {
    let (charge, rider, amount) = (line.charge(), line.rider, line.amount);
    let of_kind = |kind| transfers.iter().filter(move |one| one.id.kind == kind);
    let sum = |kind| -> i64 {
        let account = Account::Rider(rider);
        let moved = of_kind(kind).map(|one| one.debit_less_credit_minor(account));
        moved.sum()
    };
    let event = match kind {
        AdjustmentKind::Goodwill => {
            let left = sum(TransferKind::Fare)
                + sum(TransferKind::Goodwill)
                + sum(TransferKind::GoodwillTakenBack);
            if amount.minor > left {
                return None;
            }
            let last = of_kind(TransferKind::Goodwill).map(|one| one.id.line).max();
            Event::Goodwill {
                charge,
                number: last.map_or(Some(0), |last| last.checked_add(1))?,
                rider,
                day,
                amount,
            }
        }
        AdjustmentKind::TakenBack { .. } => {
            let number = line.number?;
            let stands = |kind| of_kind(kind).any(|one| one.id.line == number);
            let given = stands(TransferKind::Goodwill);
            if !given || stands(TransferKind::GoodwillTakenBack) {
                return None;
            }
            Event::GoodwillTakenBack {
                charge,
                number,
                rider,
                day,
                amount,
            }
        }
    };
    post(&event).ok()?.first().copied()
}

/// How long what a person gave alone counts against that person's limit: a day, in seconds.
const LIMIT_WINDOW_S: i64 = 86_400;
