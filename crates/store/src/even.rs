//! Keeping the charges of rides in line with what the rides owe.
//!
//! Rides are charged together: each on its own, or those of a service day. What is said here of a
//! journey holds for the rides charged together.
//!
//! What a journey owes is its fares, less what was collected, plus what was given back: the sum of
//! its transfers on the rider's account. Whenever fares or charges of a journey moved, its open
//! charges are held against that sum, in the same step, because two callers may move them at once:
//!
//! - They ask for too much (a later fare took something back): charges that rest, newest first,
//!   are superseded, and one that follows asks for what is left. One on its way is left alone
//!   until it is known; declined, it rests, and this is asked again.
//! - They ask for too little (less came in than was asked for): one that follows asks for the rest.
//! - More came in than is owed: refunds give it back to where it came from, the newest payment
//!   first, never more of a charge than came in for it. What a provider refused to give back stays
//!   on the rider's account in credit until an agent has it tried again: under its number, or, where
//!   so much is no longer in credit, by others that take its place.
//!
//! A charge that was sent is never made smaller: its number at the provider keeps its amount. Money
//! on its way back counts as given back.
//!
//! A service day has no charge until it is over; the first asks for all its rides owe then.

use std::collections::BTreeSet;

use ridecode_account::{Debt, RiderState};
use ridecode_fare::Period;
use ridecode_ledger::{Account, Event, Money, Transfer, post};
use ridecode_words::{ChargeId, JourneyId, RefundId, RiderId, ServiceDay, UnixSeconds};

use crate::record::{
    AttemptOutcome, Charge, ChargeState, ChargedBy, FareVersion, Refund, RefundState,
};

/// The journeys whose charges new fare versions may have left uneven: a first version has none, and
/// a day's rides are looked at when it is over.
pub(crate) fn journeys_to_look_at(fares: &[FareVersion]) -> impl Iterator<Item = JourneyId> {
    let alone = |fare: &&FareVersion| fare.charged_by == ChargedBy::Ride;
    let later = fares.iter().filter(|fare| fare.version > 1).filter(alone);
    later.map(|fare| fare.journey)
}

/// The days that wait until they are over, by new fare versions.
pub(crate) fn days_to_wait_for<'a>(
    fares: impl IntoIterator<Item = &'a FareVersion>,
    days_over: &[ServiceDay],
) -> BTreeSet<ServiceDay> {
    let days = fares
        .into_iter()
        .filter_map(|fare| fare.charged_by.find_day());
    days.filter(|day| !days_over.contains(day)).collect()
}

/// Rides that are charged together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Together {
    /// Ascending.
    pub(crate) journeys: Vec<JourneyId>,
    /// The day they are charged with and the month it is billed in; `None` for a ride on its own.
    pub(crate) day: Option<(Period, ServiceDay)>,
    /// How many of them cost something, at least 1.
    pub(crate) rides: u32,
}

impl Together {
    /// A ride on its own.
    pub(crate) fn alone(journey: JourneyId) -> Self {
        Self {
            journeys: vec![journey],
            day: None,
            rides: 1,
        }
    }

    /// The rides charged with a day, of the last versions of its month's fares.
    pub(crate) fn of_day((period, day): (Period, ServiceDay), last: &[FareVersion]) -> Self {
        let own = last
            .iter()
            .filter(|fare| fare.charged_by == ChargedBy::Day(day));
        let paid = own.clone().filter(|fare| fare.amount_minor > 0).count();
        let journeys: BTreeSet<JourneyId> = own.map(|fare| fare.journey).collect();
        Self {
            journeys: journeys.into_iter().collect(),
            day: Some((period, day)),
            rides: u32::try_from(paid.max(1)).unwrap_or(u32::MAX),
        }
    }

    /// The rides charged with one of them, of the last versions of its month's fares.
    pub(crate) fn with(journey: JourneyId, period: Period, last: &[FareVersion]) -> Self {
        let own = last.iter().find(|fare| fare.journey == journey);
        match own.and_then(|fare| fare.charged_by.find_day()) {
            Some(day) => Self::of_day((period, day), last),
            None => Self::alone(journey),
        }
    }
}

/// Whether news of a charge may leave its journey's charges uneven.
pub(crate) fn may_be_uneven(outcome: &AttemptOutcome) -> bool {
    match outcome {
        AttemptOutcome::Collected { .. }
        | AttemptOutcome::CollectedOther { .. }
        | AttemptOutcome::Declined { .. } => true,
        AttemptOutcome::Accepted | AttemptOutcome::Unknown => false,
    }
}

/// What a rider owes by these transfers, in minor units; negative in credit.
pub(crate) fn owed_minor<'a>(
    rider: RiderId,
    transfers: impl IntoIterator<Item = &'a Transfer>,
) -> i64 {
    let account = Account::Rider(rider);
    let transfers = transfers.into_iter();
    transfers
        .map(|transfer| transfer.debit_less_credit_minor(account))
        .sum()
}

/// What changes of a journey's charges and refunds, what is new, and what that posts.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Changed {
    pub(crate) charges: Vec<Charge>,
    pub(crate) refunds: Vec<Refund>,
    /// Debts written off that stand again, or stand on under another charge.
    pub(crate) transfers: Vec<Transfer>,
}

impl Changed {
    pub(crate) fn is_empty(&self) -> bool {
        self.charges.is_empty() && self.refunds.is_empty()
    }
}

/// What a journey owes, and on which day that was last moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Owed {
    pub(crate) minor: i64,
    pub(crate) day: ServiceDay,
    /// For how many rides.
    pub(crate) rides: u32,
}

impl Owed {
    /// By the transfers of so many rides.
    pub(crate) fn by<'a>(
        rider: RiderId,
        rides: u32,
        transfers: impl IntoIterator<Item = &'a Transfer> + Clone,
    ) -> Self {
        let days = transfers.clone().into_iter().map(|transfer| transfer.day);
        Self {
            minor: owed_minor(rider, transfers),
            day: days.max().unwrap_or(ServiceDay(0)),
            rides,
        }
    }
}

/// The first charge of rides whose day is over, by their transfers; `None` if nothing is owed.
pub(crate) fn first_of_day(
    rider: RiderId,
    together: &Together,
    (transfers, at): (&[Transfer], UnixSeconds),
) -> Option<Charge> {
    let minor = owed_minor(rider, transfers);
    let currency = transfers.first()?.amount.currency;
    let journey = *together.journeys.first()?;
    let id = ChargeId {
        journey,
        version: ChargeId::DAY,
    };
    let amount = Money::new(minor, currency);
    (minor > 0).then(|| Charge::planned(id, rider, (amount, together.rides), at))
}

/// What brings a journey's charges and refunds in line with what it owes. `charges` and `refunds`
/// are all of them, by id. A debt that was written off counts as owed here: what the rider may
/// still pay is in line with the fare, whatever our books hope for.
pub(crate) fn even_out(owed: Owed, charges: &[Charge], refunds: &[Refund]) -> Changed {
    let minor = may_be_asked_for(owed, charges, refunds);
    let changed = even_out_charges((minor, owed.rides), charges);
    Changed {
        transfers: move_write_offs(owed.day, &changed),
        charges: changed,
        refunds: plan_refunds(minor, charges, refunds),
    }
}

/// The refunds that change when an agent has a refused one tried again at `now`, the first of them
/// due: itself while all that was refused is in credit; otherwise every refused one is given up, and
/// others give back what is left. None if it is not refused, or nothing is to be given back.
pub(crate) fn refund_again(
    refund: &Refund,
    (owed, now): (Owed, UnixSeconds),
    charges: &[Charge],
    refunds: &[Refund],
) -> Vec<Refund> {
    let is_refused = |refund: &Refund| matches!(refund.state, RefundState::Refused { .. });
    let due = |refund: Refund| Refund {
        state: RefundState::Planned,
        next_attempt: Some(now),
        ..refund
    };
    let minor = may_be_asked_for(owed, charges, refunds);
    if !is_refused(refund) {
        return Vec::new();
    }
    let kept = sum(refunds.iter().filter(|one| is_refused(one)));
    if minor.saturating_neg() >= kept {
        return vec![due(refund.clone())];
    }
    let (refused, rest): (Vec<Refund>, Vec<Refund>) = refunds.iter().cloned().partition(is_refused);
    let given_up = refused.into_iter().map(|refund| Refund {
        state: RefundState::Superseded,
        ..refund
    });
    let given_up: Vec<Refund> = given_up.collect();
    let held: Vec<Refund> = rest.into_iter().chain(given_up.iter().cloned()).collect();
    let new = plan_refunds(minor, charges, &held);
    if new.is_empty() {
        return new;
    }
    new.into_iter().map(due).chain(given_up).collect()
}

/// What open charges may ask for: what is owed, with money on its way back as if it were there and
/// debts written off as if they were not.
fn may_be_asked_for(owed: Owed, charges: &[Charge], refunds: &[Refund]) -> i64 {
    let on_its_way = refunds.iter().filter(|refund| refund.state.is_open());
    let written_off: i64 = charges.iter().map(Charge::written_off_minor).sum();
    let minor = owed.minor.saturating_add(sum(on_its_way));
    minor.saturating_add(written_off)
}

/// The transfers of charges that change although they were written off: what is superseded stands
/// again, and what follows on it is written off in its place.
fn move_write_offs(day: ServiceDay, changed: &[Charge]) -> Vec<Transfer> {
    let written_off = changed.iter().filter(|charge| charge.written_off.is_some());
    let moved = written_off.flat_map(|charge| {
        let (id, rider, amount) = (charge.id, charge.rider, charge.amount);
        let event = if charge.state == ChargeState::Superseded {
            Event::Reinstated {
                charge: id,
                rider,
                day,
                amount,
            }
        } else {
            Event::WrittenOff {
                charge: id,
                rider,
                day,
                amount,
            }
        };
        // What a charge asks for is positive, so it always posts.
        post(&event).expect("a positive amount posts")
    });
    moved.collect()
}

/// The charges that change, and those that are new.
fn even_out_charges((owed_minor, rides): (i64, u32), charges: &[Charge]) -> Vec<Charge> {
    let open = charges.iter().filter(|charge| !charge.state.is_closed());
    let asked: i64 = open.map(|charge| charge.amount.minor).sum();
    let mut excess = asked.saturating_sub(owed_minor);
    if excess < 0 {
        let missing = excess.saturating_neg();
        return ask_for_more((missing, rides), charges)
            .into_iter()
            .collect();
    }
    let mut changed = Vec::new();
    for charge in charges.iter().rev() {
        if excess == 0 || !charge.state.is_resting() {
            continue;
        }
        let left = charge.amount.minor.saturating_sub(excess).max(0);
        excess -= charge.amount.minor - left;
        changed.push(Charge {
            state: ChargeState::Superseded,
            // What was never sent cannot come in.
            next_attempt: charge.next_attempt.filter(|_| charge.attempts > 0),
            ..charge.clone()
        });
        if left > 0 {
            // It goes on where the other stood: declined as often, due when that was due.
            changed.push(Charge {
                id: next_id(charge.id.journey, charges),
                amount: Money::new(left, charge.amount.currency),
                rides,
                attempts: 0,
                ..charge.clone()
            });
        }
    }
    changed
}

/// The refunds that give back what came in too much, due as soon as the journey's last charge was
/// planned.
fn plan_refunds(owed_minor: i64, charges: &[Charge], refunds: &[Refund]) -> Vec<Refund> {
    let refused = |refund: &&Refund| matches!(refund.state, RefundState::Refused { .. });
    let kept = sum(refunds.iter().filter(refused));
    let mut excess = owed_minor.saturating_neg().saturating_sub(kept);
    let planned = charges.iter().map(|charge| charge.planned).max();
    let mut new = Vec::new();
    for charge in charges.iter().rev() {
        let (Some(paid), Some(planned)) = (charge.find_paid(), planned) else {
            continue;
        };
        let of_charge = || refunds.iter().filter(|one| one.id.charge == charge.id);
        let last = of_charge().map(|refund| refund.id.number).max();
        let number = last.unwrap_or(0).checked_add(1);
        let stands = of_charge().filter(|one| one.state != RefundState::Superseded);
        let left = paid.minor.saturating_sub(sum(stands));
        let amount = excess.min(left);
        let Some(number) = number.filter(|_| amount > 0) else {
            continue;
        };
        excess -= amount;
        new.push(Refund {
            id: RefundId {
                charge: charge.id,
                number,
            },
            rider: charge.rider,
            amount: Money::new(amount, paid.currency),
            state: RefundState::Planned,
            attempts: 0,
            next_attempt: Some(planned),
            planned,
        });
    }
    new
}

fn sum<'a>(refunds: impl Iterator<Item = &'a Refund>) -> i64 {
    refunds.map(|refund| refund.amount.minor).sum()
}

/// The state of a blocked rider after charges were superseded, if that changes it. `charges` are all
/// of the rider's.
pub(crate) fn relieve(state: &RiderState, charges: &[Charge]) -> Option<RiderState> {
    let block = match state {
        RiderState::Blocked(block) => *block,
        RiderState::Active | RiderState::Closed => return None,
    };
    let unpaid = charges.iter().filter_map(Charge::find_unpaid);
    let after = block.after(&Debt::of(unpaid, block.amount.currency));
    let after = after.map_or(RiderState::Active, RiderState::Blocked);
    (after != *state).then_some(after)
}

/// A new charge for what is missing, due as soon as the journey's last was planned.
fn ask_for_more((missing, rides): (i64, u32), charges: &[Charge]) -> Option<Charge> {
    let last = charges.last()?;
    let planned = charges.iter().map(|charge| charge.planned).max()?;
    let id = next_id(last.id.journey, charges);
    let amount = Money::new(missing, last.amount.currency);
    Some(Charge::planned(id, last.rider, (amount, rides), planned))
}

/// The number of the next charge that follows on others of the journey.
fn next_id(journey: JourneyId, charges: &[Charge]) -> ChargeId {
    let last = charges.iter().map(|charge| charge.id.version).max();
    let first = ChargeId::FOLLOW_UP;
    let version = last.map_or(first, |last| first.max(last.saturating_add(1)));
    ChargeId { journey, version }
}

#[cfg(test)]
mod tests {
    use ridecode_words::{TapId, UnixSeconds, ValidatorId};

    use super::*;

    const JOURNEY: JourneyId = JourneyId(TapId {
        validator: ValidatorId(1),
        sequence: 7,
    });

    fn charge(version: u32, minor: i64, state: ChargeState) -> Charge {
        Charge {
            id: ChargeId {
                journey: JOURNEY,
                version,
            },
            rider: RiderId(1),
            amount: Money::fen(minor),
            rides: 1,
            state,
            attempts: 3,
            declines: 2,
            first_decline: Some(UnixSeconds(50)),
            next_attempt: Some(UnixSeconds(90)),
            planned: UnixSeconds(40),
            written_off: None,
            wished: false,
        }
    }

    fn owed(minor: i64) -> Owed {
        let day = ServiceDay(9);
        let rides = 1;
        Owed { minor, day, rides }
    }

    fn declined() -> ChargeState {
        ChargeState::Declined {
            reason: "insufficient_balance".to_owned(),
        }
    }

    fn paid() -> ChargeState {
        ChargeState::Collected {
            transaction: "P-1".to_owned(),
        }
    }

    /// What changes, as version, amount and whether it is open then.
    fn check(minor: i64, charges: &[(i64, ChargeState)], expected: &[(u32, i64, bool)]) {
        let held: Vec<Charge> = (1..)
            .zip(charges)
            .map(|(version, (minor, state))| charge(version, *minor, state.clone()))
            .collect();
        let changed: Vec<_> = even_out(owed(minor), &held, &[])
            .charges
            .iter()
            .map(|charge| {
                let open = !charge.state.is_closed();
                (charge.id.version, charge.amount.minor, open)
            })
            .collect();
        assert_eq!(changed, expected, "{minor} owed");
    }

    #[test]
    fn charges_ask_for_what_is_owed() {
        const NEXT: u32 = ChargeId::FOLLOW_UP;
        let (planned, sent) = (ChargeState::Planned, ChargeState::Submitted);
        check(0, &[], &[]);
        check(500, &[(500, declined())], &[]);
        check(
            400,
            &[(500, declined())],
            &[(1, 500, false), (NEXT, 400, true)],
        );
        check(
            400,
            &[(500, planned.clone())],
            &[(1, 500, false), (NEXT, 400, true)],
        );
        check(0, &[(500, declined())], &[(1, 500, false)]);
        check(-100, &[(500, paid())], &[]);
        check(400, &[(500, sent.clone())], &[]);
        check(400, &[(500, ChargeState::Accepted)], &[]);
        check(400, &[(500, ChargeState::Unknown)], &[]);
        check(
            400,
            &[(500, ChargeState::Superseded), (400, declined())],
            &[],
        );
        // Newest first, and no more of them than needed.
        let both = [(300, declined()), (200, planned.clone())];
        check(450, &both, &[(2, 200, false), (NEXT, 150, true)]);
        check(
            250,
            &both,
            &[(2, 200, false), (1, 300, false), (NEXT, 250, true)],
        );
        // What is on its way counts until it is known.
        check(450, &[(500, sent), (100, planned)], &[(2, 100, false)]);
        // Less came in than was asked for.
        check(50, &[(200, paid())], &[(NEXT, 50, true)]);
    }

    #[test]
    fn what_follows_goes_on_where_the_other_stood() {
        let held = charge(1, 500, declined());
        let changed = even_out(owed(400), std::slice::from_ref(&held), &[]).charges;
        let [superseded, follow_up] = changed.as_slice() else {
            panic!("one ends and one follows");
        };
        // It was sent three times, so it is asked about once more.
        assert_eq!(superseded.next_attempt, held.next_attempt);
        assert_eq!(follow_up.state, held.state);
        assert_eq!((follow_up.attempts, follow_up.declines), (0, 2));
        assert_eq!(follow_up.next_attempt, held.next_attempt);
        assert_eq!(follow_up.first_decline, held.first_decline);
        // Another number each time.
        let again = even_out(owed(300), &changed, &[]).charges;
        assert_eq!(again[0].next_attempt, None, "it was never sent");
        assert_eq!(again[1].id.version, ChargeId::FOLLOW_UP + 1);
    }

    /// What is given back, as version, number and amount, of charges of 300 and 200 fen that are
    /// paid. Refunds are given as version, number, amount and state.
    fn check_refunds(
        minor: i64,
        refunds: &[(u32, u16, i64, RefundState)],
        expected: &[(u32, u16, i64)],
    ) {
        let charges = [charge(1, 300, paid()), charge(2, 200, paid())];
        let refunds: Vec<Refund> = refunds
            .iter()
            .map(|(version, number, minor, state)| Refund {
                id: RefundId {
                    charge: charge(*version, 1, paid()).id,
                    number: *number,
                },
                rider: RiderId(1),
                amount: Money::fen(*minor),
                state: state.clone(),
                attempts: 1,
                next_attempt: None,
                planned: UnixSeconds(40),
            })
            .collect();
        let changed = even_out(owed(minor), &charges, &refunds);
        let new = changed.refunds.iter().map(|refund| {
            assert_eq!(refund.state, RefundState::Planned);
            assert_eq!(refund.next_attempt, Some(UnixSeconds(40)));
            let RefundId { charge, number } = refund.id;
            (charge.version, number, refund.amount.minor)
        });
        assert_eq!(new.collect::<Vec<_>>(), expected, "{minor} owed");
    }

    #[test]
    fn what_came_in_too_much_is_given_back_once() {
        let refused = || RefundState::Refused {
            reason: "account_closed".to_owned(),
        };
        check_refunds(0, &[], &[]);
        check_refunds(50, &[], &[]);
        check_refunds(-150, &[], &[(2, 1, 150)]);
        // The newest payment first, and never more than came in.
        check_refunds(-450, &[], &[(2, 1, 200), (1, 1, 250)]);
        check_refunds(-900, &[], &[(2, 1, 200), (1, 1, 300)]);
        // What is on its way counts, in every state it can be in.
        for state in [
            RefundState::Planned,
            RefundState::Submitted,
            RefundState::Accepted,
            RefundState::Unknown,
        ] {
            check_refunds(-150, &[(2, 1, 150, state.clone())], &[]);
            check_refunds(-190, &[(2, 1, 150, state)], &[(2, 2, 40)]);
        }
        let done = (2, 1, 150, RefundState::Done);
        check_refunds(0, std::slice::from_ref(&done), &[]);
        check_refunds(-100, &[done], &[(2, 2, 50), (1, 1, 50)]);
        // What was refused stays in credit, and what comes on top of it is given back.
        check_refunds(-150, &[(2, 1, 150, refused())], &[]);
        check_refunds(-50, &[(2, 1, 150, refused())], &[]);
        check_refunds(-250, &[(2, 1, 150, refused())], &[(2, 2, 50), (1, 1, 50)]);
        // What took the place of a refused one counts, and that one does not.
        let superseded = (2, 1, 150, RefundState::Superseded);
        check_refunds(-100, &[superseded], &[(2, 2, 100)]);
    }

    #[test]
    fn money_on_its_way_back_is_asked_for_again_if_it_is_owed_after_all() {
        let held = charge(1, 500, paid());
        let refund = Refund {
            id: RefundId {
                charge: held.id,
                number: 1,
            },
            rider: RiderId(1),
            amount: Money::fen(200),
            state: RefundState::Submitted,
            attempts: 1,
            next_attempt: None,
            planned: UnixSeconds(40),
        };
        // The fare fell to 300 and rose to 400 before the 200 were back.
        let changed = even_out(owed(-100), std::slice::from_ref(&held), &[refund]);
        assert_eq!(changed.refunds, []);
        assert_eq!(changed.charges.len(), 1);
        assert_eq!(changed.charges[0].amount, Money::fen(100));
    }

    #[test]
    fn a_debt_written_off_follows_the_fare() {
        let held = Charge {
            written_off: Some(UnixSeconds(70)),
            next_attempt: None,
            ..charge(1, 500, declined())
        };
        let held = std::slice::from_ref(&held);
        let moves = |changed: &Changed| -> Vec<(u32, &'static str, i64)> {
            let transfers = changed.transfers.iter();
            let moves = transfers.map(|one| {
                assert_eq!(one.day, ServiceDay(9));
                (one.id.charge.version, one.id.kind.word(), one.amount.minor)
            });
            moves.collect()
        };
        // The books hope for nothing; the rider may pay 500.
        assert_eq!(even_out(owed(0), held, &[]), Changed::default());
        // The fare falls to 300: that much is still written off, under another number.
        let changed = even_out(owed(-200), held, &[]);
        const NEXT: u32 = ChargeId::FOLLOW_UP;
        let expected = [(1, "reinstated", 500), (NEXT, "written-off", 300)];
        assert_eq!(moves(&changed), expected);
        assert_eq!(changed.refunds, [], "nothing came in");
        assert_eq!(changed.charges[1].written_off, Some(UnixSeconds(70)));
        // Taken back altogether.
        let changed = even_out(owed(-500), held, &[]);
        assert_eq!(moves(&changed), [(1, "reinstated", 500)]);
        // It rises to 600: the rest is asked for.
        let changed = even_out(owed(100), held, &[]);
        assert_eq!(moves(&changed), []);
        assert_eq!(changed.charges[0].amount, Money::fen(100));
        assert_eq!(changed.charges[0].written_off, None);
    }
}
