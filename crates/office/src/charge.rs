//! Charging: stage 7. An attempt is stored before its request leaves; an unknown outcome is asked
//! about, never sent again under a new number.
//!
//! What to do about a due charge is one match over its state; what news of a charge means for its
//! transfers, its next attempt and the rider's block is [`plan`]'s. The charge id is the order
//! number at the provider for as long as the charge lives, so whatever is sent twice is one
//! deduction there. A charge takes its own amount and no other; that a journey's charges ask for
//! what it owes and no more is the store's to keep, with every fare and with all news.

mod plan;

use ridecode_account::{Held, Wanted};
use ridecode_ledger::Money;
use ridecode_pay::{HttpReply, Order, Outcome, RequestTime, Ride};
use ridecode_store::{
    Attempt, AttemptOutcome, Charge, ChargeDue, ChargeState, RiderFile, Settled, StoreFault,
};
use ridecode_words::{ChargeId, Mode, UnixSeconds};

use crate::edge::{Carrier, Entropy};
use crate::till::Till;
use crate::{Office, notice, rides};

/// What a round of charging did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Charged {
    /// Charges something was done about.
    pub tried: usize,
    /// Collected in this round.
    pub collected: usize,
    /// Declined in this round.
    pub declined: usize,
    /// Accepted and not known yet, or unknown.
    pub waiting: usize,
}

/// Does what is due about up to `limit` charges: sends, asks, tries again.
pub async fn run(
    office: &Office,
    now: UnixSeconds,
    limit: usize,
    edge: (&impl Carrier, &mut impl Entropy),
) -> Result<Charged, StoreFault> {
    let due = office.store.due_charges(now, limit).await?;
    let till = Till::open(edge, now, office.policy.riders_at_once);
    let turn = async |due: ChargeDue| {
        let id = due.charge.id;
        let Some(outcome) = pursue(office, due, &till).await? else {
            return Ok(None);
        };
        take_down(office, id, outcome.clone(), now).await?;
        Ok(Some(outcome))
    };
    let outcomes = till.pursue_all(due, |due| due.charge.rider, turn).await?;
    let mut charged = Charged::default();
    for outcome in outcomes {
        charged.tried += 1;
        match outcome {
            AttemptOutcome::Collected { .. } | AttemptOutcome::CollectedOther { .. } => {
                charged.collected += 1;
            }
            AttemptOutcome::Declined { .. } => charged.declined += 1,
            AttemptOutcome::Accepted | AttemptOutcome::Unknown => charged.waiting += 1,
        }
    }
    Ok(charged)
}

/// Takes down what a verified callback says of an order. News heard twice changes nothing.
pub async fn told(
    office: &Office,
    charge: ChargeId,
    outcome: Outcome,
    now: UnixSeconds,
) -> Result<(), StoreFault> {
    let held = find(office, charge).await?;
    if let Some(outcome) = known(outcome, held.amount) {
        take_down(office, charge, outcome, now).await?;
    }
    Ok(())
}

/// Does what a due charge needs. `None` if another worker is at it.
async fn pursue(
    office: &Office,
    due: ChargeDue,
    till: &Till<'_, impl Carrier, impl Entropy>,
) -> Result<Option<AttemptOutcome>, StoreFault> {
    match due.charge.state {
        ChargeState::Planned | ChargeState::Declined { .. } => send(office, due, till).await,
        ChargeState::Submitted | ChargeState::Accepted | ChargeState::Unknown => {
            let outcome = ask(office, due.charge.id, till).await;
            match outcome {
                Outcome::NotFound => send(office, due, till).await,
                outcome => Ok(known(outcome, due.charge.amount)),
            }
        }
        // It was sent once: money may have come in all the same.
        ChargeState::Superseded => {
            let outcome = ask(office, due.charge.id, till).await;
            let reason = NO_SUCH_ORDER.into();
            let gone = AttemptOutcome::Declined { reason };
            Ok(Some(known(outcome, due.charge.amount).unwrap_or(gone)))
        }
        ChargeState::Collected { .. } | ChargeState::CollectedOther { .. } => Ok(None),
    }
}

/// Stores an attempt, then sends the order. Where there is nothing to take it from, the attempt is
/// a decline of our own.
async fn send(
    office: &Office,
    due: ChargeDue,
    till: &Till<'_, impl Carrier, impl Entropy>,
) -> Result<Option<AttemptOutcome>, StoreFault> {
    let (provider, connector) = &office.desk.provider;
    let (charge, now) = (due.charge, till.now);
    let attempt = Attempt {
        charge: charge.id,
        number: charge.attempts.saturating_add(1),
        at: now,
        look_again: office.policy.ask_again(charge.planned, now),
    };
    if !office.store.open_attempt(attempt).await? {
        return Ok(None);
    }
    let contract = due.mandate.filter(|(_, with, _)| with == provider);
    let Some((_, _, contract)) = contract else {
        let reason = NO_MANDATE.into();
        return Ok(Some(AttemptOutcome::Declined { reason }));
    };
    if let Some(held) = find_hold(office, &charge, now).await? {
        let reason = held.reason().into();
        return Ok(Some(AttemptOutcome::Declined { reason }));
    }
    let order = Order {
        charge: charge.id,
        contract,
        amount: charge.amount,
        description: description(&charge),
        ride: ride_of(office, &charge).await?,
    };
    let time = till.time();
    let request = match connector.deduct(&order, time) {
        Ok(request) => request,
        Err(fault) => {
            tracing::error!(charge = %charge.id, %fault, "an order is not sent");
            return Ok(Some(AttemptOutcome::Unknown));
        }
    };
    let reply = till.carry(*provider, request).await;
    note_own_fault(office, time, reply.as_ref());
    let outcome = connector.read_order(charge.id, time, reply.as_ref());
    // An order just sent and not found is one that may still arrive.
    Ok(Some(
        known(outcome, charge.amount).unwrap_or(AttemptOutcome::Unknown),
    ))
}

/// Whether the rider agreed to less than a charge. One that was held before is not held again: it
/// waited its day, or the rider asked to pay it.
async fn find_hold(
    office: &Office,
    charge: &Charge,
    now: UnixSeconds,
) -> Result<Option<Held>, StoreFault> {
    if let ChargeState::Declined { reason } = &charge.state
        && Held::of(reason).is_some()
    {
        return Ok(None);
    }
    if charge.wished {
        return Ok(None);
    }
    let day = office.day_of(now);
    // Its attempt is stored: it is on its way itself, and seen by whoever asks meanwhile.
    let taken_minor = office.store.taken_on(charge.rider, day).await?;
    let wanted = Wanted {
        dearest_minor: dearest_minor(office, charge).await?,
        amount_minor: charge.amount.minor,
        taken_minor: taken_minor.saturating_sub(charge.amount.minor),
    };
    Ok(office.policy.limits.find_hold(&wanted))
}

/// The dearest ride of a charge; no more than all of it.
async fn dearest_minor(office: &Office, charge: &Charge) -> Result<i64, StoreFault> {
    let minor = charge.amount.minor;
    if !charge.id.is_of_day() || minor <= i64::from(office.policy.limits.ride_minor) {
        return Ok(minor);
    }
    let page = office.store.load_rides(charge.rider).await?;
    let rides = rides::charged_by(&page, charge.id).into_iter();
    let dearest = rides.map(|fare| fare.amount_minor).max();
    Ok(dearest.map_or(minor, |dearest| dearest.min(minor)))
}

/// Asks about an order under the number it was sent with.
async fn ask(
    office: &Office,
    charge: ChargeId,
    till: &Till<'_, impl Carrier, impl Entropy>,
) -> Outcome {
    let (provider, connector) = &office.desk.provider;
    let time = till.time();
    let request = match connector.query_order(charge, time) {
        Ok(request) => request,
        Err(fault) => {
            tracing::error!(%charge, %fault, "an order cannot be asked about");
            return Outcome::Unknown;
        }
    };
    let reply = till.carry(*provider, request).await;
    note_own_fault(office, time, reply.as_ref());
    connector.read_order(charge, time, reply.as_ref())
}

/// What the rider reads at the provider.
fn description(charge: &Charge) -> String {
    if charge.id.is_of_day() {
        format!("{}次乘车 {}", charge.rides, charge.id.journey)
    } else {
        format!("乘车 {}", charge.id.journey)
    }
}

/// What was ridden, as far as the journey's first tap tells; of a day's rides, one of them.
async fn ride_of(office: &Office, charge: &Charge) -> Result<Ride, StoreFault> {
    let tap = office.store.find_tap(charge.id.journey.0).await?;
    let Some(tap) = tap else {
        return Ok(Ride::Bus {
            boarded: charge.planned,
            line: String::new(),
            plate: String::new(),
        });
    };
    let stop = |stop| office.book.names_of(stop).own().to_string();
    Ok(match tap.mode {
        Mode::Metro | Mode::Tram => Ride::Metro {
            entered: tap.time,
            left: None,
            from: tap.stop.as_ref().map_or_else(String::new, stop),
            to: String::new(),
        },
        Mode::Bus | Mode::Brt | Mode::Ferry | Mode::Cableway => Ride::Bus {
            boarded: tap.time,
            line: tap.line.map_or_else(String::new, |line| line.to_string()),
            plate: tap
                .vehicle
                .map_or_else(String::new, |vehicle| vehicle.to_string()),
        },
    })
}

/// Whoever runs the office learns of a request the provider calls wrong: no repeat mends it.
fn note_own_fault(office: &Office, time: RequestTime, reply: Option<&HttpReply>) {
    let (provider, connector) = &office.desk.provider;
    if let Some(code) = connector.find_own_fault(time, reply) {
        tracing::error!(%provider, code, "the provider calls our request or settings wrong");
    }
}

/// What is known of a charge of so much. `None` if the provider knows nothing of it.
fn known(outcome: Outcome, charged: Money) -> Option<AttemptOutcome> {
    match outcome {
        Outcome::Accepted => Some(AttemptOutcome::Accepted),
        Outcome::Collected {
            transaction,
            amount,
        } if amount == charged => Some(AttemptOutcome::Collected { transaction }),
        Outcome::Collected {
            transaction,
            amount,
        } if amount.currency == charged.currency && amount.is_positive() => {
            Some(AttemptOutcome::CollectedOther {
                transaction,
                amount,
            })
        }
        // No account of the rider's can hold it: asked about until the provider says otherwise.
        Outcome::Collected { amount, .. } => {
            tracing::error!(%amount, %charged, "the provider collected in another currency");
            Some(AttemptOutcome::Unknown)
        }
        Outcome::Declined { reason } => Some(AttemptOutcome::Declined { reason }),
        Outcome::NotFound => None,
        Outcome::Unknown => Some(AttemptOutcome::Unknown),
    }
}

/// Saves news with what it means, deciding anew as often as other news of the rider's comes
/// between.
async fn take_down(
    office: &Office,
    charge: ChargeId,
    outcome: AttemptOutcome,
    now: UnixSeconds,
) -> Result<(), StoreFault> {
    loop {
        let held = find(office, charge).await?;
        let file = load_file(office, &held, now).await?;
        let news = plan::News {
            outcome: &outcome,
            at: now,
            day: office.day_of(now),
            provider: office.desk.provider.0,
        };
        let mut settlement = plan::settlement(&held, &file, &office.policy, news)?;
        let told = plan::notice((&held, &settlement), &file, &office.policy, news);
        if let Some((id, debt)) = told {
            let facts = (&settlement, &file, debt);
            settlement.notice = Some(notice::compose(office, id, facts).await?);
        }
        match office.store.settle_charge(settlement).await? {
            Settled::Saved => {
                if let AttemptOutcome::CollectedOther { amount, .. } = &outcome {
                    let asked = held.amount;
                    tracing::error!(%charge, %amount, %asked, "the provider collected another amount");
                }
                return Ok(());
            }
            Settled::AlreadyCollected | Settled::NotWaiting => return Ok(()),
            Settled::Moved => {}
        }
    }
}

async fn load_file(
    office: &Office,
    charge: &Charge,
    now: UnixSeconds,
) -> Result<RiderFile, StoreFault> {
    let file = office.store.load_rider(charge.rider, now).await?;
    file.ok_or_else(|| StoreFault::Missing {
        what: "rider",
        id: charge.rider.to_string(),
    })
}

async fn find(office: &Office, charge: ChargeId) -> Result<Charge, StoreFault> {
    let held = office.store.find_charge(charge).await?;
    held.ok_or_else(|| StoreFault::Missing {
        what: "charge",
        id: charge.to_string(),
    })
}

/// The reason of a decline that no provider gave: there is no active mandate to charge.
pub const NO_MANDATE: &str = "no_mandate";

/// The reason of a superseded charge that the provider does not know.
const NO_SUCH_ORDER: &str = "no_such_order";
