//! What news of a charge means.

use std::collections::BTreeSet;

use ridecode_account::{Block, RiderState};
use ridecode_ledger::{Event, Money, Transfer, post};
use ridecode_store::{AttemptOutcome, Charge, ChargeState, RiderFile, Settlement, StoreFault};
use ridecode_words::{JourneyId, ProviderId, ServiceDay, UnixSeconds};

use super::NOTHING_OWED;
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

/// Whether the rider owes anything that no other charge is already on its way to collect.
pub(super) fn is_owed(charge: &Charge, file: &RiderFile) -> bool {
    let others = file.unpaid.iter().filter(|other| other.id != charge.id);
    let on_the_way = others.filter(|other| match other.state {
        ChargeState::Submitted | ChargeState::Accepted | ChargeState::Unknown => true,
        ChargeState::Planned | ChargeState::Declined { .. } | ChargeState::Collected { .. } => {
            false
        }
    });
    let on_the_way: i64 = on_the_way.map(|other| other.amount.minor).sum();
    file.balance_minor > on_the_way
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
    })
}

fn next_attempt(charge: &Charge, policy: &Policy, news: News<'_>) -> Option<UnixSeconds> {
    match news.outcome {
        AttemptOutcome::Collected { .. } => None,
        AttemptOutcome::Declined { .. } => {
            let declines = charge.declines.saturating_add(1);
            let first = charge.first_decline.unwrap_or(news.at);
            policy.credit.next_attempt(declines, first, news.at)
        }
        AttemptOutcome::Accepted | AttemptOutcome::Unknown => {
            Some(news.at.plus_s(i64::from(policy.ask_after_s)))
        }
    }
}

fn transfers(charge: &Charge, news: News<'_>) -> Result<Vec<Transfer>, StoreFault> {
    match news.outcome {
        AttemptOutcome::Collected { .. } => post(&Event::Collected {
            charge: charge.id,
            rider: charge.rider,
            provider: news.provider,
            day: news.day,
            amount: charge.amount,
        })
        .map_err(|fault| StoreFault::Corrupt(format!("charge {}: {fault}", charge.id))),
        AttemptOutcome::Accepted | AttemptOutcome::Declined { .. } | AttemptOutcome::Unknown => {
            Ok(Vec::new())
        }
    }
}

/// The rider's state after the news, if it changes. A decline may block, by the credit policy; a
/// payment takes the block away once nothing declined is left unpaid.
fn rider_state(
    charge: &Charge,
    file: &RiderFile,
    policy: &Policy,
    news: News<'_>,
) -> Option<RiderState> {
    let debt = Debt::after(charge, file, policy, news);
    let after = match (&file.rider.state, news.outcome) {
        (RiderState::Closed, _)
        | (_, AttemptOutcome::Accepted | AttemptOutcome::Unknown)
        | (RiderState::Active, AttemptOutcome::Collected { .. }) => return None,
        (RiderState::Active, AttemptOutcome::Declined { .. }) => {
            RiderState::Blocked(policy.credit.block(debt.amount, debt.rides, debt.since)?)
        }
        (
            RiderState::Blocked(block),
            AttemptOutcome::Collected { .. } | AttemptOutcome::Declined { .. },
        ) => {
            if debt.rides == 0 || !debt.amount.is_positive() {
                RiderState::Active
            } else {
                RiderState::Blocked(Block {
                    amount: debt.amount,
                    rides: debt.rides,
                    since: block.since,
                })
            }
        }
    };
    (after != file.rider.state).then_some(after)
}

/// What was declined and is not paid.
struct Debt {
    /// How much of it is owed: never more than the rider's balance.
    amount: Money,
    rides: u32,
    since: UnixSeconds,
}

impl Debt {
    fn after(charge: &Charge, file: &RiderFile, policy: &Policy, news: News<'_>) -> Self {
        let collected = matches!(news.outcome, AttemptOutcome::Collected { .. });
        let declined_now = match news.outcome {
            AttemptOutcome::Declined { reason } => reason != NOTHING_OWED,
            AttemptOutcome::Accepted
            | AttemptOutcome::Collected { .. }
            | AttemptOutcome::Unknown => false,
        };
        let mut rides: BTreeSet<JourneyId> = BTreeSet::new();
        let mut declined: i64 = 0;
        let mut since = news.at;
        for unpaid in &file.unpaid {
            let this = unpaid.id == charge.id;
            let counts = if this {
                declined_now
            } else {
                unpaid.declines > 0 && !is_nothing_owed(&unpaid.state)
            };
            if !counts {
                continue;
            }
            rides.insert(unpaid.id.journey);
            declined = declined.saturating_add(unpaid.amount.minor);
            since = since.min(unpaid.first_decline.unwrap_or(news.at));
        }
        let paid_now = if collected { charge.amount.minor } else { 0 };
        let balance = file.balance_minor.saturating_sub(paid_now);
        Self {
            amount: Money::new(declined.min(balance), policy.currency),
            rides: u32::try_from(rides.len()).unwrap_or(u32::MAX),
            since,
        }
    }
}

fn is_nothing_owed(state: &ChargeState) -> bool {
    match state {
        ChargeState::Declined { reason } => reason == NOTHING_OWED,
        ChargeState::Planned
        | ChargeState::Submitted
        | ChargeState::Accepted
        | ChargeState::Collected { .. }
        | ChargeState::Unknown => false,
    }
}
