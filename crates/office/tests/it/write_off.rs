//! Debts given up, and paid all the same.

use ridecode_account::RiderState;
use ridecode_ledger::{Account, Money};
use ridecode_office::{debt, write_off};
use ridecode_words::{RiderId, UnixSeconds};

use crate::charge::{NOW, only_charge, rode};
use crate::gate::Gate;
use crate::phone::Phone;
use crate::provider::Mood;
use crate::world::{MORNING, World};

/// The first second of a day after the ride.
fn day(number: i64) -> UnixSeconds {
    NOW.plus_s(number * 86_400)
}

/// A rider whose ride of 2 yuan was written off.
async fn written_off(seed: u64) -> (World, Phone, Gate) {
    let (mut world, phone, reader) = rode(seed, 1).await;
    world.provider.set_mood(Mood::Empty);
    for number in 0..20 {
        world.charge(day(number)).await;
        assert_eq!(
            write_off::run(&world.office, day(number), 9).await.unwrap(),
            0
        );
    }
    assert_eq!(write_off::run(&world.office, day(179), 9).await.unwrap(), 0);
    for expected in [1, 0] {
        let done = write_off::run(&world.office, day(180), 9).await;
        assert_eq!(done.unwrap(), expected);
    }
    assert_eq!(bad_debt(&world, phone.rider).await, 200);
    let file = world.file(phone.rider, day(180)).await;
    assert_eq!(file.balance_minor, 0);
    let RiderState::Blocked(block) = file.rider.state else {
        panic!("a debt written off still blocks");
    };
    assert_eq!((block.amount, block.rides), (Money::fen(200), 1));
    world.audit_clean(day(180)).await;
    (world, phone, reader)
}

async fn bad_debt(world: &World, rider: RiderId) -> i64 {
    let page = world.office.store.load_rides(rider).await.unwrap();
    let transfers = page.transfers.iter();
    transfers
        .map(|one| one.debit_less_credit_minor(Account::BadDebt))
        .sum()
}

async fn check_free(world: &World, rider: RiderId, at: UnixSeconds) {
    let file = world.file(rider, at).await;
    assert_eq!(file.rider.state, RiderState::Active);
    assert_eq!((file.balance_minor, bad_debt(world, rider).await), (0, 0));
    world.audit_clean(at).await;
}

#[tokio::test]
async fn a_debt_written_off_can_be_paid_by_the_rider() {
    let (mut world, phone, _) = written_off(60).await;
    let shown = debt::of(&world.office, phone.rider).await.unwrap();
    assert_eq!(shown[0].written_off, Some(day(180)));
    let asked = day(200);
    // Asked with nothing in the account: nothing changes, and nothing is tried again by itself.
    debt::repay(&world.office, phone.rider, asked)
        .await
        .unwrap();
    assert_eq!(world.charge(asked).await.declined, 1);
    assert_eq!(write_off::run(&world.office, day(999), 9).await.unwrap(), 0);
    assert_eq!(world.charge(day(999)).await.tried, 0);
    assert_eq!(bad_debt(&world, phone.rider).await, 200);
    let file = world.file(phone.rider, asked).await;
    assert!(matches!(file.rider.state, RiderState::Blocked(_)));
    world.provider.set_mood(Mood::Pays);
    let paid = day(1_000);
    debt::repay(&world.office, phone.rider, paid).await.unwrap();
    assert_eq!(world.charge(paid).await.collected, 1);
    assert_eq!(world.provider.taken(), 200);
    check_free(&world, phone.rider, paid).await;
}

#[tokio::test]
async fn a_success_after_the_write_off_reinstates_the_debt_and_pays_it() {
    let (world, phone, _) = written_off(61).await;
    let charge = only_charge(&world, phone.rider).await;
    world.provider.pay_late(&charge.id.to_string());
    for _ in 0..2 {
        let paid = ridecode_pay::Outcome::Collected {
            transaction: "t-late".into(),
            amount: charge.amount,
        };
        let told = ridecode_office::charge::told(&world.office, charge.id, paid, day(190));
        told.await.unwrap();
        check_free(&world, phone.rider, day(190)).await;
    }
}

#[tokio::test]
async fn a_ride_taken_back_after_the_write_off_leaves_no_debt() {
    let (mut world, phone, mut reader) = written_off(62).await;
    reader.void(1, MORNING.plus_s(8));
    let late = day(190);
    world.upload(&reader.seal(2, 2, late), late).await.unwrap();
    world.price(late).await;
    check_free(&world, phone.rider, late).await;
    assert_eq!(world.refund(late).await.tried, 0, "nothing came in");
}
