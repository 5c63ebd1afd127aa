//! Charges: declines, unknown outcomes, callbacks, blocks.

use std::sync::Arc;

use ridecode_account::{MandateLimits, RiderState};
use ridecode_office::charge::{NO_MANDATE, told};
use ridecode_office::{Policy, debt};
use ridecode_pay::Outcome;
use ridecode_store::{Attempt, Charge, ChargeState};
use ridecode_validator::Outcome as Answer;
use ridecode_validator::{DenyReason, State};
use ridecode_words::{OperatorId, RiderId, UnixSeconds};

use ridecode_codec::crypto::native::Native;
use ridecode_ledger::{Currency, Money};

use crate::gate::{Gate, bus};
use crate::phone::Phone;
use crate::provider::Mood;
use crate::world::{COMPACT, MORNING, World, policy};

/// A minute after the ride, when it is priced and charged.
pub(crate) const NOW: UnixSeconds = UnixSeconds(MORNING.0 + 60);

/// A rider with `rides` priced bus rides of 2 yuan, not charged yet.
pub(crate) async fn rode(seed: u64, rides: u32) -> (World, Phone, Gate) {
    let mut world = World::new(seed);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    for ride in 0..rides {
        let at = MORNING.plus_s(i64::from(ride) * 10);
        reader.admit(&phone.show(ride as usize, at), at);
    }
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    (world, phone, reader)
}

pub(crate) async fn only_charge(world: &World, rider: RiderId) -> Charge {
    let page = world.office.store.load_rides(rider).await.unwrap();
    assert_eq!(page.charges.len(), 1);
    page.charges.into_iter().next().unwrap()
}

#[tokio::test]
async fn an_empty_account_is_advanced_blocked_and_recovered() {
    let (mut world, phone, _) = rode(1, 1).await;
    world.provider.set_mood(Mood::Empty);
    assert_eq!(world.charge(NOW).await.declined, 1);
    let file = world.file(phone.rider, NOW).await;
    let RiderState::Blocked(block) = file.rider.state else {
        panic!("one unpaid ride blocks");
    };
    assert_eq!(
        (block.amount, block.rides, block.since),
        (Money::fen(200), 1, NOW)
    );
    // The operator is owed all the same: the advance.
    assert_eq!(world.owed_to_operators().await[&OperatorId(2)], 200);

    // The next bundle denies the rider, and says why.
    let bundle = world.open_bundle(OperatorId(2), NOW).await;
    assert_eq!(bundle.denied.len(), phone.credentials.len());
    let mut stricter = Gate::new(0x202, bus(), State::new(bundle, Native, 10));
    let answer = stricter.scan(&phone.show(0, NOW), NOW);
    assert_eq!(answer, Answer::Denied(DenyReason::Overdue));

    // Nothing happens before the schedule says so, then the debt is collected and forgotten.
    world.provider.set_mood(Mood::Pays);
    assert_eq!(world.charge(NOW.plus_s(3_599)).await.tried, 0);
    let later = NOW.plus_s(3_600);
    assert_eq!(world.charge(later).await.collected, 1);
    let file = world.file(phone.rider, later).await;
    assert_eq!(
        (file.rider.state, file.balance_minor),
        (RiderState::Active, 0)
    );
    assert_eq!(world.open_bundle(OperatorId(2), later).await.denied, []);
    assert_eq!(world.provider.taken(), 200);
    world.audit_clean(later).await;
}

#[tokio::test]
async fn a_lost_reply_is_asked_about_and_never_sent_again() {
    let (mut world, phone, _) = rode(2, 1).await;
    world.provider.heard();
    world.provider.set_mood(Mood::LosesReplies);
    assert_eq!(world.charge(NOW).await.waiting, 1);
    assert_eq!(
        only_charge(&world, phone.rider).await.state,
        ChargeState::Unknown
    );
    assert_eq!(world.charge(NOW.plus_s(60)).await.waiting, 1);
    world.provider.set_mood(Mood::Pays);
    assert_eq!(world.charge(NOW.plus_s(120)).await.collected, 1);
    let id = only_charge(&world, phone.rider).await.id;
    let asked = format!("GET /v1/orders/{id}");
    assert_eq!(
        world.provider.heard(),
        ["POST /v1/orders".into(), asked.clone(), asked]
    );
    assert_eq!(world.provider.taken(), 200);
    world.audit_clean(NOW.plus_s(120)).await;
}

#[tokio::test]
async fn an_order_that_never_arrived_is_sent_again_under_its_number() {
    let (mut world, phone, _) = rode(3, 1).await;
    world.provider.set_mood(Mood::Unreachable);
    assert_eq!(world.charge(NOW).await.waiting, 1);
    world.provider.set_mood(Mood::Pays);
    assert_eq!(world.charge(NOW.plus_s(60)).await.collected, 1);
    let charge = only_charge(&world, phone.rider).await;
    assert_eq!((charge.attempts, charge.declines), (2, 0));
    assert_eq!(world.provider.taken(), 200);
}

#[tokio::test]
async fn a_crash_between_attempt_and_request_leaves_something_to_ask_about() {
    let (mut world, phone, _) = rode(4, 1).await;
    let charge = only_charge(&world, phone.rider).await;
    let attempt = Attempt {
        charge: charge.id,
        number: 1,
        at: NOW,
        look_again: NOW.plus_s(60),
    };
    assert!(world.office.store.open_attempt(attempt).await.unwrap());
    // The process died here. Nobody touches the charge until it is time to look again.
    assert_eq!(world.charge(NOW.plus_s(59)).await.tried, 0);
    assert_eq!(world.charge(NOW.plus_s(60)).await.collected, 1);
    assert_eq!(world.provider.taken(), 200);
    world.audit_clean(NOW.plus_s(60)).await;
}

#[tokio::test]
async fn accepted_is_not_collected_until_it_is() {
    let (mut world, phone, _) = rode(5, 1).await;
    world.provider.set_mood(Mood::Slow);
    assert_eq!(world.charge(NOW).await.waiting, 1);
    let charge = only_charge(&world, phone.rider).await;
    assert_eq!(charge.state, ChargeState::Accepted);
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, 200);
    world.provider.pay_accepted();

    // The callback comes, comes again, and the query that was due anyway finds nothing to do.
    let news = Outcome::Collected {
        transaction: format!("t-{}", charge.id),
        amount: charge.amount,
    };
    for _ in 0..2 {
        told(&world.office, charge.id, news.clone(), NOW.plus_s(5))
            .await
            .unwrap();
        assert_eq!(world.file(phone.rider, NOW).await.balance_minor, 0);
    }
    assert_eq!(world.charge(NOW.plus_s(600)).await.tried, 0);
    // A decline that comes late does not take the payment back.
    let late = Outcome::Declined {
        reason: "insufficient_balance".into(),
    };
    told(&world.office, charge.id, late, NOW.plus_s(700))
        .await
        .unwrap();
    assert_eq!(world.audit_clean(NOW.plus_s(700)).await.transfers, 2);
}

#[tokio::test]
async fn another_amount_is_not_this_charge_s_payment() {
    let (mut world, phone, _) = rode(6, 1).await;
    world.provider.set_mood(Mood::Slow);
    world.charge(NOW).await;
    let charge = only_charge(&world, phone.rider).await;
    let news = |amount| Outcome::Collected {
        transaction: "t-1".into(),
        amount,
    };
    let foreign = Money {
        minor: 200,
        currency: Currency(*b"HKD"),
    };
    told(&world.office, charge.id, news(foreign), NOW)
        .await
        .unwrap();
    assert_eq!(
        only_charge(&world, phone.rider).await.state,
        ChargeState::Unknown
    );
    // One fen less: what came in is booked, and the fen is asked for under another number.
    for _ in 0..2 {
        let news = news(Money::fen(199));
        told(&world.office, charge.id, news, NOW).await.unwrap();
    }
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(file.balance_minor, 1);
    let [rest] = file.unpaid.as_slice() else {
        panic!("one charge is left");
    };
    assert!(rest.id.is_follow_up());
    assert_eq!(rest.amount, Money::fen(1));
    world.provider.set_mood(Mood::Pays);
    assert_eq!(world.charge(NOW).await.collected, 1);
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, 0);
    world.audit_clean(NOW).await;
}

#[tokio::test]
async fn a_decline_told_twice_counts_once() {
    let (mut world, phone, _) = rode(7, 1).await;
    world.provider.set_mood(Mood::Empty);
    world.charge(NOW).await;
    let charge = only_charge(&world, phone.rider).await;
    let news = Outcome::Declined {
        reason: "insufficient_balance".into(),
    };
    told(&world.office, charge.id, news, NOW.plus_s(5))
        .await
        .unwrap();
    assert_eq!(only_charge(&world, phone.rider).await, charge);
    assert_eq!(charge.declines, 1);
}

#[tokio::test]
async fn without_a_mandate_the_fare_waits() {
    let mut world = World::new(8);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    // The rider ends the mandate at the provider before the fare is charged.
    let mandate = world.file(phone.rider, NOW).await.mandates.remove(0);
    let ended = (
        mandate.contract.clone().unwrap(),
        ridecode_pay::ContractState::Ended,
    );
    ridecode_office::mandate::told(&world.office, mandate.id, ended, NOW)
        .await
        .unwrap();
    assert_eq!(world.charge(NOW).await.declined, 1);
    let charge = only_charge(&world, phone.rider).await;
    let reason = NO_MANDATE.into();
    assert_eq!(charge.state, ChargeState::Declined { reason });
    assert_eq!(world.provider.taken(), 0);
    // A new one pays at the next attempt.
    world.sign_mandate(phone.rider).await;
    assert_eq!(world.charge(NOW.plus_s(3_600)).await.collected, 1);
    world.audit_clean(NOW.plus_s(3_600)).await;
}

#[tokio::test]
async fn a_ride_taken_back_is_not_charged_and_uses_up_no_attempt() {
    let (mut world, phone, mut reader) = rode(9, 1).await;
    reader.void(1, MORNING.plus_s(8));
    world.upload(&reader.seal(2, 2, NOW), NOW).await.unwrap();
    world.price(NOW).await;
    assert_eq!(world.charge(NOW).await.tried, 0);
    let charge = only_charge(&world, phone.rider).await;
    assert_eq!(charge.state, ChargeState::Superseded);
    assert_eq!((charge.attempts, charge.declines), (0, 0));
    assert_eq!(world.provider.taken(), 0);
    world.audit_clean(NOW).await;
}

#[tokio::test]
async fn a_block_for_a_ride_goes_when_the_ride_is_taken_back() {
    let (mut world, phone, mut reader) = rode(12, 1).await;
    world.provider.set_mood(Mood::Empty);
    assert_eq!(world.charge(NOW).await.declined, 1);
    let denied = world.open_bundle(OperatorId(2), NOW).await.denied;
    assert_eq!(denied.len(), phone.credentials.len());
    reader.void(1, MORNING.plus_s(8));
    world.upload(&reader.seal(2, 2, NOW), NOW).await.unwrap();
    world.price(NOW).await;
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(
        (file.rider.state, file.balance_minor),
        (RiderState::Active, 0)
    );
    assert_eq!(world.open_bundle(OperatorId(2), NOW).await.denied, []);
    // Money for another ride is taken whole, and nothing more is taken for this one.
    world.provider.set_mood(Mood::Pays);
    let later = NOW.plus_s(7_200);
    assert_eq!(world.charge(later).await.collected, 0);
    assert_eq!(world.provider.taken(), 0);
    world.audit_clean(later).await;
}

#[tokio::test]
async fn a_block_goes_when_the_last_unpaid_ride_is_paid() {
    let (mut world, phone, _) = rode(10, 2).await;
    world.provider.set_mood(Mood::Empty);
    assert_eq!(world.charge(NOW).await.declined, 2);
    let block = |state: RiderState| match state {
        RiderState::Blocked(block) => Some((block.amount.minor, block.rides)),
        RiderState::Active | RiderState::Closed => None,
    };
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(block(file.rider.state), Some((400, 2)));
    // The rider pays them at the provider one by one; word comes by callback.
    for (paid, expected) in file.unpaid.iter().zip([Some((200, 1)), None]) {
        let news = Outcome::Collected {
            transaction: format!("t-{}", paid.id),
            amount: paid.amount,
        };
        told(&world.office, paid.id, news, NOW.plus_s(30))
            .await
            .unwrap();
        let file = world.file(phone.rider, NOW).await;
        assert_eq!(block(file.rider.state), expected);
    }
    world.audit_clean(NOW.plus_s(30)).await;
}

#[tokio::test]
async fn a_rider_who_asks_pays_at_once_and_may_ride() {
    let (mut world, phone, _) = rode(13, 2).await;
    assert_eq!(debt::of(&world.office, phone.rider).await.unwrap(), []);
    world.provider.set_mood(Mood::Empty);
    world.charge(NOW).await;
    let debts = debt::of(&world.office, phone.rider).await.unwrap();
    let shown: Vec<_> = debts
        .iter()
        .map(|debt| (debt.amount, debt.began, debt.since))
        .collect();
    let ride = |after_s| (Money::fen(200), Some(MORNING.plus_s(after_s)), NOW);
    assert_eq!(shown, [ride(0), ride(10)]);

    // Asked with nothing in the account: declined again, and the schedule goes on.
    let asked = NOW.plus_s(60);
    assert_eq!(
        debt::repay(&world.office, phone.rider, asked)
            .await
            .unwrap(),
        2
    );
    assert_eq!(world.charge(asked).await.declined, 2);
    world.provider.set_mood(Mood::Pays);
    let paid = NOW.plus_s(120);
    for expected in [2, 0] {
        let due = debt::repay(&world.office, phone.rider, paid).await;
        assert_eq!(due.unwrap(), expected);
    }
    assert_eq!(world.charge(paid).await.collected, 2);
    let file = world.file(phone.rider, paid).await;
    assert_eq!(
        (file.rider.state, file.balance_minor),
        (RiderState::Active, 0)
    );
    assert_eq!(world.open_bundle(OperatorId(2), paid).await.denied, []);
    assert_eq!(debt::of(&world.office, phone.rider).await.unwrap(), []);
    assert_eq!(world.provider.taken(), 400);
    world.audit_clean(paid).await;
}

#[tokio::test]
async fn who_repays_while_a_try_is_unknown_is_tried_again_when_it_failed() {
    let (mut world, phone, _) = rode(14, 1).await;
    world.provider.set_mood(Mood::Empty);
    for hour in 0..24 * 30 {
        world.charge(NOW.plus_s(hour * 3_600)).await;
    }
    assert_eq!(only_charge(&world, phone.rider).await.next_attempt, None);
    // The rider asks to pay, and nobody hears what becomes of it; pays in, and asks again.
    let lost = NOW.plus_s(30 * 86_400);
    let asks_to_pay = async || debt::repay(&world.office, phone.rider, lost).await.unwrap();
    assert_eq!(asks_to_pay().await, 1);
    world.provider.set_mood(Mood::Unreachable);
    assert_eq!(world.charge(lost).await.waiting, 1);
    let asks_to_pay = async || debt::repay(&world.office, phone.rider, lost).await.unwrap();
    assert_eq!((asks_to_pay().await, asks_to_pay().await), (1, 0));

    // That try failed, as the provider says when asked. The next is made at once, and pays.
    world.provider.set_mood(Mood::Pays);
    let known = only_charge(&world, phone.rider).await.next_attempt.unwrap();
    assert_eq!(world.charge(known).await.declined, 1);
    assert_eq!(world.charge(known).await.collected, 1);
    let file = world.file(phone.rider, known).await;
    assert_eq!(
        (file.rider.state, file.balance_minor),
        (RiderState::Active, 0)
    );
    assert_eq!(world.provider.taken(), 200);
    world.audit_clean(known).await;
}

#[tokio::test]
async fn attempts_end_after_a_fortnight() {
    let (mut world, phone, _) = rode(11, 1).await;
    world.provider.set_mood(Mood::Empty);
    let mut attempts = 0;
    for hour in 0..24 * 30 {
        attempts += world.charge(NOW.plus_s(hour * 3_600)).await.declined;
    }
    // At once, after 1, 6, 24 and 72 hours, then daily to the fourteenth day.
    assert_eq!(attempts, 14);
    assert_eq!(only_charge(&world, phone.rider).await.next_attempt, None);
    world.audit_clean(NOW.plus_s(30 * 86_400)).await;
}

/// Limits so low that rides of 2 yuan reach them.
fn limit(world: &mut World, ride_minor: u32, day_minor: u32) {
    world.office.policy = Arc::new(Policy {
        limits: MandateLimits {
            ride_minor,
            day_minor,
        },
        ..policy()
    });
}

/// How many charges are collected, and the reasons of those that are not.
async fn standing(world: &World, rider: RiderId) -> (usize, Vec<String>) {
    let page = world.office.store.load_rides(rider).await.unwrap();
    let mut waiting = Vec::new();
    for charge in &page.charges {
        if let ChargeState::Declined { reason } = &charge.state {
            waiting.push(reason.clone());
        }
    }
    let collected = |charge: &&Charge| matches!(charge.state, ChargeState::Collected { .. });
    (page.charges.iter().filter(collected).count(), waiting)
}

#[tokio::test]
async fn more_than_a_ride_may_cost_waits_for_the_rider() {
    let (mut world, phone, _) = rode(21, 1).await;
    limit(&mut world, 199, 1_000);
    assert_eq!(world.charge(NOW).await.declined, 1);
    let held = (0, vec!["over_ride_limit".to_owned()]);
    assert_eq!(standing(&world, phone.rider).await, held);
    // Nobody is blocked by a limit of ours, and the operator is owed all the same.
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(file.rider.state, RiderState::Active);
    assert_eq!(world.owed_to_operators().await[&OperatorId(2)], 200);
    let later = NOW.plus_s(30 * 86_400);
    assert_eq!(world.charge(later).await.tried, 0);
    let store = &world.office.store;
    assert_eq!(store.hasten_charges(phone.rider, later).await.unwrap(), 1);
    assert_eq!(world.charge(later).await.collected, 1);
    assert_eq!(standing(&world, phone.rider).await, (1, vec![]));
    world.audit_clean(later).await;
}

#[tokio::test]
async fn more_than_a_day_may_cost_waits_for_the_next() {
    let (mut world, phone, _) = rode(22, 4).await;
    limit(&mut world, 500, 500);
    let charged = world.charge(NOW).await;
    assert_eq!((charged.collected, charged.declined), (2, 2));
    let held = vec!["over_day_limit".to_owned(); 2];
    assert_eq!(standing(&world, phone.rider).await, (2, held));
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(file.rider.state, RiderState::Active);
    assert_eq!(world.charge(NOW.plus_s(3_600)).await.tried, 0);
    // A day later what waited is taken, and not held again.
    let tomorrow = NOW.plus_s(86_400);
    assert_eq!(world.charge(tomorrow).await.collected, 2);
    assert_eq!(standing(&world, phone.rider).await, (4, vec![]));
    world.audit_clean(tomorrow).await;
}
