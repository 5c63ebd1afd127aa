//! Refunds: what was collected and is not owed goes back to where it came from, once.

use ridecode_ledger::Money;
use ridecode_office::charge::told as charge_told;
use ridecode_office::refund::{again, told};
use ridecode_pay::{Outcome, RefundOutcome};
use ridecode_store::{ChargeState, Refund, RefundState};
use ridecode_words::{RiderId, UnixSeconds};

use crate::charge::{NOW, only_charge, rode};
use crate::gate::Gate;
use crate::phone::Phone;
use crate::provider::Mood;
use crate::world::{MORNING, World};

/// A rider whose ride of 2 yuan was collected and then taken back by the driver.
async fn paid_and_taken_back(seed: u64) -> (World, Phone) {
    let (mut world, phone, mut reader) = rode(seed, 1).await;
    assert_eq!(world.charge(NOW).await.collected, 1);
    take_back(&mut world, &mut reader).await;
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, -200);
    (world, phone)
}

async fn take_back(world: &mut World, reader: &mut Gate) {
    reader.void(1, MORNING.plus_s(8));
    world.upload(&reader.seal(2, 2, NOW), NOW).await.unwrap();
    world.price(NOW).await;
}

async fn only_refund(world: &World, rider: RiderId) -> Refund {
    let page = world.office.store.load_rides(rider).await.unwrap();
    assert_eq!(page.refunds.len(), 1);
    page.refunds.into_iter().next().unwrap()
}

async fn settled(world: &World, rider: RiderId, at: UnixSeconds) {
    assert_eq!(only_refund(world, rider).await.state, RefundState::Done);
    assert_eq!(world.file(rider, at).await.balance_minor, 0);
    assert_eq!(
        (world.provider.taken(), world.provider.given_back()),
        (200, 200)
    );
    world.audit_clean(at).await;
}

#[tokio::test]
async fn a_ride_taken_back_after_it_was_paid_is_refunded_once() {
    let (mut world, phone) = paid_and_taken_back(40).await;
    let planned = only_refund(&world, phone.rider).await;
    assert_eq!(planned.amount, Money::fen(200));
    world.audit_clean(NOW).await;
    assert_eq!(world.refund(NOW).await.done, 1);
    assert_eq!(world.refund(NOW.plus_s(86_400)).await.tried, 0);
    // The callback comes as well, twice.
    for _ in 0..2 {
        let done = RefundOutcome::Done {
            amount: planned.amount,
        };
        told(&world.office, planned.id, done, NOW).await.unwrap();
    }
    settled(&world, phone.rider, NOW).await;
}

#[tokio::test]
async fn a_refund_nobody_answered_for_is_asked_about_until_it_is_known() {
    let (mut world, phone) = paid_and_taken_back(41).await;
    world.provider.heard();
    for (mood, after_s) in [(Mood::Unreachable, 0), (Mood::LosesReplies, 60)] {
        world.provider.set_mood(mood);
        assert_eq!(world.refund(NOW.plus_s(after_s)).await.waiting, 1);
    }
    // Queries go unanswered as well, so nothing is sent again.
    assert_eq!(world.refund(NOW.plus_s(121)).await.waiting, 1);
    let unknown = only_refund(&world, phone.rider).await;
    assert_eq!((unknown.state, unknown.attempts), (RefundState::Unknown, 1));
    world.provider.set_mood(Mood::Pays);
    assert_eq!(world.refund(NOW.plus_s(400)).await.tried, 1);
    settled(&world, phone.rider, NOW.plus_s(400)).await;
}

#[tokio::test]
async fn accepted_is_not_given_back_until_it_is() {
    let (mut world, phone) = paid_and_taken_back(42).await;
    world.provider.set_mood(Mood::Slow);
    assert_eq!(world.refund(NOW).await.waiting, 1);
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, -200);
    world.provider.give_accepted();
    assert_eq!(world.refund(NOW.plus_s(60)).await.done, 1);
    settled(&world, phone.rider, NOW.plus_s(60)).await;
}

#[tokio::test]
async fn what_the_provider_refuses_waits_for_an_agent() {
    let (mut world, phone) = paid_and_taken_back(43).await;
    world.provider.set_mood(Mood::Empty);
    assert_eq!(world.refund(NOW).await.refused, 1);
    assert_eq!(world.refund(NOW.plus_s(86_400)).await.tried, 0);
    let refused = only_refund(&world, phone.rider).await;
    let reason = "account_closed".into();
    assert_eq!(refused.state, RefundState::Refused { reason });
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, -200);
    world.audit_clean(NOW).await;
    world.provider.set_mood(Mood::Pays);
    for expected in [Some(refused.id), None] {
        let revived = again(&world.office, refused.id, NOW).await.unwrap();
        assert_eq!(revived, expected);
    }
    assert_eq!(world.refund(NOW).await.done, 1);
    settled(&world, phone.rider, NOW).await;
}

#[tokio::test]
async fn another_amount_is_not_this_refund() {
    let (mut world, phone) = paid_and_taken_back(44).await;
    world.provider.set_mood(Mood::Slow);
    world.refund(NOW).await;
    let refund = only_refund(&world, phone.rider).await;
    let done = |fen| RefundOutcome::Done {
        amount: Money::fen(fen),
    };
    told(&world.office, refund.id, done(199), NOW)
        .await
        .unwrap();
    let held = only_refund(&world, phone.rider).await;
    assert_eq!(held.state, RefundState::Unknown);
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, -200);
    world.provider.give_accepted();
    told(&world.office, refund.id, done(200), NOW)
        .await
        .unwrap();
    settled(&world, phone.rider, NOW).await;
    let unknown = "00000201-9-1-r1".parse().unwrap();
    assert!(told(&world.office, unknown, done(200), NOW).await.is_err());
}

#[tokio::test]
async fn a_success_after_we_gave_up_is_found_by_query_and_given_back() {
    let (mut world, phone, mut reader) = rode(45, 1).await;
    world.provider.set_mood(Mood::Empty);
    assert_eq!(world.charge(NOW).await.declined, 1);
    take_back(&mut world, &mut reader).await;
    let charge = only_charge(&world, phone.rider).await;
    assert_eq!(charge.state, ChargeState::Superseded);
    // The provider takes the money after all, and no callback says so.
    world.provider.pay_late(&charge.id.to_string());
    assert_eq!(world.charge(NOW.plus_s(3_599)).await.tried, 0);
    assert_eq!(world.charge(NOW.plus_s(3_600)).await.collected, 1);
    world.provider.set_mood(Mood::Pays);
    assert_eq!(world.refund(NOW.plus_s(3_600)).await.done, 1);
    settled(&world, phone.rider, NOW.plus_s(3_600)).await;
}

#[tokio::test]
async fn a_superseded_charge_that_stays_declined_is_asked_about_once() {
    let (mut world, phone, mut reader) = rode(46, 1).await;
    world.provider.set_mood(Mood::Empty);
    world.charge(NOW).await;
    take_back(&mut world, &mut reader).await;
    world.provider.heard();
    let charge = only_charge(&world, phone.rider).await;
    for day in 1..30 {
        world.charge(NOW.plus_s(day * 86_400)).await;
    }
    let asked = format!("GET /v1/orders/{}", charge.id);
    assert_eq!(world.provider.heard(), [asked]);
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(file.rider.state, ridecode_account::RiderState::Active);
    world.audit_clean(NOW.plus_s(30 * 86_400)).await;
}

#[tokio::test]
async fn a_success_after_attempts_ended_pays_what_is_owed() {
    let (mut world, phone, _) = rode(47, 1).await;
    world.provider.set_mood(Mood::Empty);
    for day in 0..20 {
        world.charge(NOW.plus_s(day * 86_400)).await;
    }
    let charge = only_charge(&world, phone.rider).await;
    assert_eq!(charge.next_attempt, None);
    world.provider.pay_late(&charge.id.to_string());
    let paid = Outcome::Collected {
        transaction: "t-late".into(),
        amount: charge.amount,
    };
    let late = NOW.plus_s(21 * 86_400);
    charge_told(&world.office, charge.id, paid, late)
        .await
        .unwrap();
    let file = world.file(phone.rider, late).await;
    assert_eq!(file.balance_minor, 0);
    assert_eq!(file.rider.state, ridecode_account::RiderState::Active);
    assert_eq!(world.refund(late).await.tried, 0);
    world.audit_clean(late).await;
}
