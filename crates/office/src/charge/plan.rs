//! What news of a charge means.

use ridecode_account::{Debt, Held, RiderState, Unpaid};
use ridecode_ledger::{Event, Money, Transfer, post};
use ridecode_store::{
    AttemptOutcome, Charge, ChargeState, NoticeId, NoticeKind, RiderFile, Settlement, StoreFault,
};
use ridecode_words::{ProviderId, ServiceDay, UnixSeconds};

use crate::desk::Policy;

/// News, with when and where it was heard.
#[derive(Clone, Copy)]
pub(super) struct News<'a> {
    pub(super) outcome: &'a AttemptOutcome,
    pub(super) at: UnixSeconds,
    /// The accounting day it was heard on.
    pub(super) day: ServiceDay,
    pub(super) provider: ProviderId,
}

/// What is to be saved for the news.
pub(super) fn settlement(
    charge: &Charge,
    file: &RiderFile,
    policy: &Policy,
    news: News<'_>,
) -> Result<Settlement, StoreFault> {
    Ok(Settlement {
        charge: charge.id,
        mark: file.mark,
        outcome: news.outcome.clone(),
        at: news.at,
        next_attempt: next_attempt(charge, policy, news),
        transfers: transfers(charge, news)?,
        rider_state: rider_state(charge, file, policy, news),
        notice: None,
    })
}

/// What the rider is to be told of a settlement, and about which debt: the first decline, every so
/// many after it, the last, and that all is paid.
pub(super) fn notice(
    (charge, settlement): (&Charge, &Settlement),
    file: &RiderFile,
    policy: &Policy,
    news: News<'_>,
) -> Option<(NoticeId, Debt)> {
    if charge.state == ChargeState::Superseded || file.rider.state == RiderState::Closed {
        return None;
    }
    let debt = debt_after(charge, file, policy, news);
    let (declines, kind) = match news.outcome {
        AttemptOutcome::Declined { .. } => {
            let declines = charge.declines.saturating_add(1);
            (declines, kind_of_decline(declines, settlement, policy)?)
        }
        AttemptOutcome::Collected { .. } | AttemptOutcome::CollectedOther { .. } => {
            let was_blocked = matches!(file.rider.state, RiderState::Blocked(_));
            let free = settlement.rider_state == Some(RiderState::Active);
            let kind = (was_blocked && free).then_some(NoticeKind::Settled)?;
            (charge.declines, kind)
        }
        AttemptOutcome::Accepted | AttemptOutcome::Unknown => return None,
    };
    let id = NoticeId {
        charge: charge.id,
        kind,
        declines,
    };
    Some((id, debt))
}

fn kind_of_decline(declines: u32, settlement: &Settlement, policy: &Policy) -> Option<NoticeKind> {
    let since_first = declines.saturating_sub(1);
    let remind = since_first.checked_rem(policy.credit.remind_every) == Some(0);
    if declines == 1 {
        Some(NoticeKind::Declined)
    } else if settlement.next_attempt.is_none() {
        Some(NoticeKind::LastAttempt)
    } else {
        remind.then_some(NoticeKind::Reminder)
    }
}

fn next_attempt(charge: &Charge, policy: &Policy, news: News<'_>) -> Option<UnixSeconds> {
    match news.outcome {
        AttemptOutcome::Collected { .. } | AttemptOutcome::CollectedOther { .. } => None,
        // The try began before the rider asked to pay.
        AttemptOutcome::Declined { .. } if charge.wished => Some(news.at),
        AttemptOutcome::Declined { reason } => {
            match Held::of(reason) {
                Some(Held::OverRide) => return None,
                Some(Held::OverDay) => {
                    let for_ever = policy.limits.is_over_any_day(charge.amount.minor);
                    return (!for_ever).then_some(news.at.plus_s(HELD_FOR_S));
                }
                None => {}
            }
            let declines = charge.declines.saturating_add(1);
            let first = charge.first_decline.unwrap_or(news.at);
            policy.credit.next_attempt(declines, first, news.at)
        }
        AttemptOutcome::Accepted | AttemptOutcome::Unknown => {
            Some(policy.ask_again(charge.planned, news.at))
        }
    }
}

fn transfers(charge: &Charge, news: News<'_>) -> Result<Vec<Transfer>, StoreFault> {
    let Some(amount) = paid(charge, news.outcome) else {
        return Ok(Vec::new());
    };
    let collected = Event::Collected {
        charge: charge.id,
        rider: charge.rider,
        provider: news.provider,
        day: news.day,
        amount,
    };
    // What was written off stands again before it is paid.
    let reinstated = (charge.written_off_minor() > 0).then_some(Event::Reinstated {
        charge: charge.id,
        rider: charge.rider,
        day: news.day,
        amount: charge.amount,
    });
    let mut transfers = Vec::new();
    for event in reinstated.iter().chain([&collected]) {
        let posted = post(event);
        let posted = posted
            .map_err(|fault| StoreFault::Corrupt(format!("charge {}: {fault}", charge.id)))?;
        transfers.extend(posted);
    }
    Ok(transfers)
}

/// The rider's state after the news, if it changes. A decline may block, by the credit policy; a
/// payment takes the block away once nothing declined is left unpaid.
fn rider_state(
    charge: &Charge,
    file: &RiderFile,
    policy: &Policy,
    news: News<'_>,
) -> Option<RiderState> {
    if charge.state == ChargeState::Superseded && !news.outcome.is_payment() {
        return None;
    }
    // Our own limit is no debt to block for.
    if let (RiderState::Active, AttemptOutcome::Declined { reason }) =
        (&file.rider.state, news.outcome)
        && Held::of(reason).is_some()
    {
        return None;
    }
    let debt = debt_after(charge, file, policy, news);
    let after = match (&file.rider.state, news.outcome) {
        (RiderState::Closed, _)
        | (_, AttemptOutcome::Accepted | AttemptOutcome::Unknown)
        | (
            RiderState::Active,
            AttemptOutcome::Collected { .. } | AttemptOutcome::CollectedOther { .. },
        ) => return None,
        (RiderState::Active, AttemptOutcome::Declined { .. }) => {
            let since = debt.since.unwrap_or(news.at);
            RiderState::Blocked(policy.credit.block(debt.amount, debt.rides, since)?)
        }
        (
            RiderState::Blocked(block),
            AttemptOutcome::Collected { .. }
            | AttemptOutcome::CollectedOther { .. }
            | AttemptOutcome::Declined { .. },
        ) => {
            let after = block.after(&debt);
            after.map_or(RiderState::Active, RiderState::Blocked)
        }
    };
    (after != file.rider.state).then_some(after)
}

/// What is declined and not paid after the news.
fn debt_after(charge: &Charge, file: &RiderFile, policy: &Policy, news: News<'_>) -> Debt {
    let others = file.unpaid.iter().filter(|unpaid| unpaid.id != charge.id);
    let mut unpaid: Vec<Unpaid> = others.filter_map(Charge::find_unpaid).collect();
    if matches!(news.outcome, AttemptOutcome::Declined { .. }) {
        unpaid.push(Unpaid {
            journey: charge.id.journey,
            rides: charge.rides,
            amount: charge.amount,
            since: charge.first_decline.unwrap_or(news.at),
        });
    }
    Debt::of(unpaid, policy.currency)
}

/// What came in by the news.
fn paid(charge: &Charge, outcome: &AttemptOutcome) -> Option<Money> {
    match outcome {
        AttemptOutcome::Collected { .. } => Some(charge.amount),
        AttemptOutcome::CollectedOther { amount, .. } => Some(*amount),
        AttemptOutcome::Accepted | AttemptOutcome::Declined { .. } | AttemptOutcome::Unknown => {
            None
        }
    }
}

/// How long a charge over the day's limit waits, in seconds: then it is another day.
const HELD_FOR_S: i64 = 86_400;
