//! Refunds: money of a collected charge that is not owed, given back to where it came from.
//!
//! Which refunds there are is the store's to keep, with every fare and with all news of a charge.
//! Here they are carried out as charges are: an attempt is stored before its request leaves, an
//! unknown outcome is asked about, and whatever is sent twice has one number and is one refund.
//! What a provider refuses stays on the rider's account in credit until an agent has it tried
//! again.

use ridecode_ledger::{Event, Transfer, post};
use ridecode_pay::{RefundOrder, RefundOutcome};
use ridecode_store::{
    Refund, RefundAttempt, RefundDue, RefundHeard, RefundNews, RefundState, StoreFault,
};
use ridecode_words::{RefundId, UnixSeconds};

use crate::Office;
use crate::edge::{Carrier, Entropy};
use crate::till::Till;

/// What a round of refunds did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Refunded {
    /// Refunds something was done about.
    pub tried: usize,
    /// Given back in this round.
    pub done: usize,
    /// Refused in this round.
    pub refused: usize,
    /// Accepted and not known yet, or unknown.
    pub waiting: usize,
}

/// Does what is due about up to `limit` refunds: sends, asks.
pub async fn run(
    office: &Office,
    now: UnixSeconds,
    limit: usize,
    edge: (&impl Carrier, &mut impl Entropy),
) -> Result<Refunded, StoreFault> {
    let due = office.store.due_refunds(now, limit).await?;
    let till = Till::open(edge, now, office.policy.riders_at_once);
    let turn = async |due: RefundDue| {
        let id = due.refund.id;
        let Some(heard) = pursue(office, due, &till).await? else {
            return Ok(None);
        };
        take_down(office, id, heard.clone(), now).await?;
        Ok(Some(heard))
    };
    let news = till.pursue_all(due, |due| due.refund.rider, turn).await?;
    let mut refunded = Refunded::default();
    for heard in news {
        refunded.tried += 1;
        match heard {
            RefundHeard::Done => refunded.done += 1,
            RefundHeard::Refused { .. } => refunded.refused += 1,
            RefundHeard::Accepted | RefundHeard::Unknown => refunded.waiting += 1,
        }
    }
    Ok(refunded)
}

/// Takes down what a verified callback says of a refund. News heard twice changes nothing.
pub async fn told(
    office: &Office,
    refund: RefundId,
    outcome: RefundOutcome,
    now: UnixSeconds,
) -> Result<(), StoreFault> {
    let held = find(office, refund).await?;
    if let Some(heard) = known(&held, outcome) {
        take_down(office, refund, heard, now).await?;
    }
    Ok(())
}

/// Has a refused refund tried again, and says which is due for it: itself, under its number, or
/// another that gives back what is left in credit for its ride. `None` if it is not refused or
/// nothing is.
pub async fn again(
    office: &Office,
    refund: RefundId,
    now: UnixSeconds,
) -> Result<Option<RefundId>, StoreFault> {
    office.store.revive_refund(refund, now).await
}

/// Does what a due refund needs. `None` if another worker is at it.
async fn pursue(
    office: &Office,
    due: RefundDue,
    till: &Till<'_, impl Carrier, impl Entropy>,
) -> Result<Option<RefundHeard>, StoreFault> {
    match due.refund.state {
        RefundState::Planned => send(office, due, till).await,
        RefundState::Submitted | RefundState::Accepted | RefundState::Unknown => {
            let outcome = ask(office, due.refund.id, till).await;
            match outcome {
                RefundOutcome::NotFound => send(office, due, till).await,
                outcome => Ok(known(&due.refund, outcome)),
            }
        }
        RefundState::Done | RefundState::Refused { .. } | RefundState::Superseded => Ok(None),
    }
}

/// Stores an attempt, then sends the refund.
async fn send(
    office: &Office,
    due: RefundDue,
    till: &Till<'_, impl Carrier, impl Entropy>,
) -> Result<Option<RefundHeard>, StoreFault> {
    let (provider, connector) = &office.desk.provider;
    let refund = due.refund;
    let attempt = RefundAttempt {
        refund: refund.id,
        number: refund.attempts.saturating_add(1),
        look_again: office.policy.ask_again(refund.planned, till.now),
    };
    if !office.store.open_refund(attempt).await? {
        return Ok(None);
    }
    let order = RefundOrder {
        refund: refund.id,
        transaction: due.transaction,
        amount: refund.amount,
        collected: due.collected,
        reason: format!("退款 {}", refund.id.charge.journey),
    };
    let time = till.time();
    let request = connector.refund(&order, time);
    let reply = till.carry(*provider, request).await;
    let outcome = connector.read_refund(refund.id, time, reply.as_ref());
    // A refund just sent and not found is one that may still arrive.
    Ok(Some(
        known(&refund, outcome).unwrap_or(RefundHeard::Unknown),
    ))
}

/// Asks about a refund under the number it was sent with.
async fn ask(
    office: &Office,
    refund: RefundId,
    till: &Till<'_, impl Carrier, impl Entropy>,
) -> RefundOutcome {
    let (provider, connector) = &office.desk.provider;
    let time = till.time();
    let request = connector.query_refund(refund, time);
    let reply = till.carry(*provider, request).await;
    connector.read_refund(refund, time, reply.as_ref())
}

/// What is known of a refund. `None` if the provider knows nothing of it.
fn known(refund: &Refund, outcome: RefundOutcome) -> Option<RefundHeard> {
    match outcome {
        RefundOutcome::Accepted => Some(RefundHeard::Accepted),
        RefundOutcome::Done { amount } if amount == refund.amount => Some(RefundHeard::Done),
        // Nothing of ours: asked about until the provider says otherwise.
        RefundOutcome::Done { amount } => {
            let (id, asked) = (refund.id, refund.amount);
            tracing::error!(%id, %amount, %asked, "the provider gave another amount back");
            Some(RefundHeard::Unknown)
        }
        RefundOutcome::Refused { reason } => Some(RefundHeard::Refused { reason }),
        RefundOutcome::NotFound => None,
        RefundOutcome::Unknown => Some(RefundHeard::Unknown),
    }
}

async fn take_down(
    office: &Office,
    refund: RefundId,
    heard: RefundHeard,
    now: UnixSeconds,
) -> Result<(), StoreFault> {
    let held = find(office, refund).await?;
    if let RefundHeard::Refused { reason } = &heard {
        tracing::warn!(%refund, reason, "the provider refuses a refund");
    }
    let news = RefundNews {
        refund,
        transfer: transfer(office, &held, (&heard, now))?,
        heard,
        next_attempt: Some(office.policy.ask_again(held.planned, now)),
    };
    office.store.settle_refund(news).await.map(|_| ())
}

/// The transfer that news of a refund means.
fn transfer(
    office: &Office,
    refund: &Refund,
    (heard, now): (&RefundHeard, UnixSeconds),
) -> Result<Option<Transfer>, StoreFault> {
    match heard {
        RefundHeard::Done => {}
        RefundHeard::Accepted | RefundHeard::Refused { .. } | RefundHeard::Unknown => {
            return Ok(None);
        }
    }
    let event = Event::Refunded {
        refund: refund.id,
        rider: refund.rider,
        provider: office.desk.provider.0,
        day: office.day_of(now),
        amount: refund.amount,
    };
    let posted = post(&event);
    let posted =
        posted.map_err(|fault| StoreFault::Corrupt(format!("refund {}: {fault}", refund.id)))?;
    Ok(posted.first().copied())
}

async fn find(office: &Office, refund: RefundId) -> Result<Refund, StoreFault> {
    let held = office.store.find_refund(refund).await?;
    held.ok_or_else(|| StoreFault::Missing {
        what: "refund",
        id: refund.to_string(),
    })
}
