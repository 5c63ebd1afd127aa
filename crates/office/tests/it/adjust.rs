//! Goodwill and mass corrections: asked for by one, approved by another, posted once.

use ridecode_account::RiderState;
use ridecode_ledger::{Account, Money};
use ridecode_office::adjust::{self, AdjustFault, Asker, Selection};
use ridecode_store::{Adjustment, AdjustmentState, Decided, Decision};
use ridecode_words::{AdjustmentId, JourneyId, OperatorId, RiderId, UnixSeconds, ValidatorId};

use crate::charge::{NOW, only_charge, rode};
use crate::gate::bus;
use crate::provider::Mood;
use crate::world::{COMPACT, MORNING, World};

fn asker(name: &str, limit_minor: i64) -> Asker {
    Asker {
        name: name.to_owned(),
        limit_minor,
        why: "the gate stayed shut".to_owned(),
    }
}

/// Nothing is asked for, for a reason.
fn check(asked: Result<Adjustment, AdjustFault>, expected: &AdjustFault) {
    let fault = asked.expect_err("nothing is asked for");
    assert_eq!(fault.to_string(), expected.to_string());
}

async fn approve(world: &World, id: AdjustmentId, by: &str) -> Decided {
    let decision = Decision {
        adjustment: id,
        approve: true,
        by: by.to_owned(),
        at: NOW,
    };
    adjust::decide(&world.office, decision).await.unwrap()
}

async fn goodwill(world: &mut World, journey: JourneyId, fen: i64) -> AdjustmentState {
    let edge = (NOW, &mut world.chance);
    let asked = adjust::ask_for_ride(&world.office, (journey, fen), asker("anna", 200), edge);
    asked.await.unwrap().state
}

#[tokio::test]
async fn goodwill_for_an_unpaid_ride_lifts_the_block() {
    let (mut world, phone, _) = rode(80, 1).await;
    world.provider.set_mood(Mood::Empty);
    world.charge(NOW).await;
    let journey = only_charge(&world, phone.rider).await.id.journey;
    let state = goodwill(&mut world, journey, 200).await;
    assert!(matches!(state, AdjustmentState::Approved { by, .. } if by == "anna"));
    assert_eq!(adjust::run(&world.office, NOW, 9).await.unwrap().posted, 1);
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(
        (file.rider.state, file.balance_minor),
        (RiderState::Active, 0)
    );
    assert_eq!(world.open_bundle(OperatorId(2), NOW).await.denied, []);
    // The operator keeps its fare.
    assert_eq!(world.owed_to_operators().await[&OperatorId(2)], 200);
    world.audit_clean(NOW).await;
}

#[tokio::test]
async fn goodwill_for_a_paid_ride_is_refunded() {
    let (mut world, phone, _) = rode(81, 1).await;
    world.charge(NOW).await;
    let journey = only_charge(&world, phone.rider).await.id.journey;
    goodwill(&mut world, journey, 50).await;
    for expected in [1, 0] {
        let done = adjust::run(&world.office, NOW, 9).await.unwrap();
        assert_eq!(done.posted, expected);
    }
    assert_eq!(world.refund(NOW).await.done, 1);
    assert_eq!(
        (world.provider.taken(), world.provider.given_back()),
        (200, 50)
    );
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, 0);
    world.audit_clean(NOW).await;
}

/// Whoever heard no reply asks again with the same chance, before or after it was posted.
#[tokio::test]
async fn goodwill_asked_for_again_is_given_once() {
    let (mut world, phone, _) = rode(86, 1).await;
    world.charge(NOW).await;
    let journey = only_charge(&world, phone.rider).await.id.journey;
    let before = world.chance.clone();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let edge = (NOW, &mut before.clone());
        let asked = adjust::ask_for_ride(&world.office, (journey, 150), asker("anna", 500), edge);
        ids.push(asked.await.unwrap().id);
        adjust::run(&world.office, NOW, 9).await.unwrap();
        world.refund(NOW).await;
    }
    assert_eq!(ids, [ids[0]; 3]);
    assert_eq!(world.provider.given_back(), 150);
    world.audit_clean(NOW).await;
}

/// Money on its way back to a rider, or back there, pays for no other ride.
#[tokio::test]
async fn goodwill_for_a_paid_ride_leaves_the_block_for_another() {
    for gift_first in [true, false] {
        let (mut world, phone, mut reader) = rode(85, 1).await;
        world.charge(NOW).await;
        let paid = only_charge(&world, phone.rider).await.id.journey;
        let again = MORNING.plus_s(900);
        reader.admit(&phone.show(1, again), again);
        world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
        world.price(NOW).await;
        world.provider.set_mood(Mood::Empty);
        if gift_first {
            goodwill(&mut world, paid, 200).await;
            adjust::run(&world.office, NOW, 9).await.unwrap();
        }
        assert_eq!(world.charge(NOW).await.declined, 1);
        if !gift_first {
            goodwill(&mut world, paid, 200).await;
            adjust::run(&world.office, NOW, 9).await.unwrap();
        }
        check_blocked(&world, phone.rider, 200).await;
        world.provider.set_mood(Mood::Pays);
        assert_eq!(world.refund(NOW).await.done, 1);
        check_blocked(&world, phone.rider, 200).await;
        assert_eq!(world.charge(NOW.plus_s(3_600)).await.collected, 1);
        let state = world.file(phone.rider, NOW).await.rider.state;
        assert_eq!(state, RiderState::Active);
        world.audit_clean(NOW.plus_s(3_600)).await;
    }
}

async fn check_blocked(world: &World, rider: RiderId, fen: i64) {
    let file = world.file(rider, NOW).await;
    let RiderState::Blocked(block) = file.rider.state else {
        panic!("{:?}, and a ride was declined", file.rider.state);
    };
    assert_eq!((block.amount, block.rides), (Money::fen(fen), 1));
    let denied = world.open_bundle(OperatorId(2), NOW).await.denied;
    assert_eq!(denied.len(), file.credentials.len());
}

#[tokio::test]
async fn nothing_is_given_beyond_what_a_ride_cost() {
    let (mut world, phone, _) = rode(82, 1).await;
    let journey = only_charge(&world, phone.rider).await.id.journey;
    goodwill(&mut world, journey, 150).await;
    adjust::run(&world.office, NOW, 9).await.unwrap();
    let edge = (NOW, &mut world.chance);
    let asked = adjust::ask_for_ride(&world.office, (journey, 51), asker("anna", 200), edge);
    check(
        asked.await,
        &AdjustFault::TooMuch {
            journey,
            left: Money::fen(50),
        },
    );
    let nowhere: JourneyId = "00000201-99".parse().unwrap();
    let edge = (NOW, &mut world.chance);
    let asked = adjust::ask_for_ride(&world.office, (nowhere, 1), asker("anna", 200), edge);
    check(asked.await, &AdjustFault::UnknownRide(nowhere));
    let edge = (NOW, &mut world.chance);
    let unknown = AdjustmentId(77);
    let asked = adjust::ask_to_take_back(&world.office, unknown, asker("anna", 0), edge);
    check(asked.await, &AdjustFault::Unknown(unknown));
}

#[tokio::test]
async fn a_gift_for_a_ride_taken_back_later_stays_in_credit() {
    let (mut world, phone, mut reader) = rode(84, 1).await;
    world.charge(NOW).await;
    let journey = only_charge(&world, phone.rider).await.id.journey;
    goodwill(&mut world, journey, 50).await;
    adjust::run(&world.office, NOW, 9).await.unwrap();
    reader.void(1, MORNING.plus_s(8));
    world.upload(&reader.seal(2, 2, NOW), NOW).await.unwrap();
    world.price(NOW).await;
    world.audit_clean(NOW).await;
    assert_eq!(world.refund(NOW).await.done, 2);
    // Everything that came in went back, and no more.
    assert_eq!(
        (world.provider.taken(), world.provider.given_back()),
        (200, 200)
    );
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, -50);
    assert_eq!(world.owed_to_operators().await[&OperatorId(2)], 0);
    world.audit_clean(NOW).await;
}

fn fault(validator: u32, until: UnixSeconds) -> Selection {
    Selection {
        operator: Some(OperatorId(2)),
        validator: Some(ValidatorId(validator)),
        line: None,
        from: MORNING,
        until,
        amount_minor: None,
    }
}

#[tokio::test]
async fn a_fault_over_many_riders_is_corrected_and_the_correction_reversed() {
    let mut world = World::new(83);
    let mut phones = Vec::new();
    for number in 1..=3 {
        phones.push(world.rider(number, COMPACT).await);
    }
    let mut wrong = world.gate(0x203, bus()).await;
    let mut right = world.gate(0x204, bus()).await;
    for (place, phone) in (0..).zip(&phones) {
        let at = MORNING.plus_s(place * 10);
        wrong.admit(&phone.show(0, at), at);
    }
    let at = MORNING.plus_s(90);
    right.admit(&phones[0].show(1, at), at);
    world.upload(&wrong.seal_all(NOW), NOW).await.unwrap();
    world.upload(&right.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    assert_eq!(world.charge(NOW).await.collected, 4);

    let none = adjust::preview(&world.office, &fault(0x203, MORNING)).await;
    assert_eq!(none.unwrap().lines, []);
    let selection = fault(0x203, NOW);
    let preview = adjust::preview(&world.office, &selection).await.unwrap();
    assert_eq!((preview.riders, preview.lines.len()), (3, 3));
    assert_eq!(preview.sum, Money::fen(600));
    let edge = (NOW, &mut world.chance);
    let asked = adjust::ask_for_many(&world.office, &selection, asker("anna", 9_999), edge);
    let asked = asked.await.unwrap();
    assert_eq!(asked.state, AdjustmentState::Waiting);
    assert_eq!(adjust::run(&world.office, NOW, 1).await.unwrap().posted, 0);
    assert_eq!(approve(&world, asked.id, "anna").await, Decided::SamePerson);
    assert_eq!(approve(&world, asked.id, "bert").await, Decided::Saved);
    // A worker dies after the first step; another goes on.
    let day = world.office.day_of(NOW);
    let step = world.office.store.post_adjustment(asked.id, 1, day).await;
    assert_eq!(step.unwrap().left, 2);
    assert_eq!(adjust::run(&world.office, NOW, 1).await.unwrap().posted, 2);
    assert_eq!(world.refund(NOW).await.done, 3);
    assert_eq!(world.provider.given_back(), 600);
    assert_eq!(spent(&world).await, 600);
    world.audit_clean(NOW).await;
    let again = adjust::preview(&world.office, &selection).await.unwrap();
    assert_eq!(again.lines, [], "nothing is left to give");

    // The reader was right after all.
    let edge = (NOW, &mut world.chance);
    let back = adjust::ask_to_take_back(&world.office, asked.id, asker("bert", 9_999), edge);
    let back = back.await.unwrap();
    assert_eq!(back.state, AdjustmentState::Waiting);
    assert_eq!(approve(&world, back.id, "anna").await, Decided::Saved);
    assert_eq!(adjust::run(&world.office, NOW, 2).await.unwrap().posted, 3);
    assert_eq!(world.charge(NOW).await.collected, 3);
    assert_eq!((world.provider.taken(), spent(&world).await), (1_400, 0));
    world.audit_clean(NOW).await;
    let edge = (NOW, &mut world.chance);
    let twice = adjust::ask_to_take_back(&world.office, back.id, asker("anna", 0), edge);
    check(twice.await, &AdjustFault::NothingGiven(back.id));
}

/// What goodwill cost the issuer.
async fn spent(world: &World) -> i64 {
    let page = world.office.store.audit_page(None, 100).await.unwrap();
    let transfers = page.transfers.iter();
    transfers
        .map(|one| one.debit_less_credit_minor(Account::Goodwill))
        .sum()
}
