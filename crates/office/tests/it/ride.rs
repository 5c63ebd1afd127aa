//! The whole way of a ride.

use ridecode_fare::Ending;
use ridecode_office::rides::{self, RideState};
use ridecode_office::{close, price};
use ridecode_store::ChargeState;
use ridecode_validator::Passage;
use ridecode_words::OperatorId;

use crate::gate::{bus, metro};
use crate::world::{COMPACT, DAY, MORNING, MOT, World};

#[tokio::test]
async fn a_metro_ride_ends_on_a_statement() {
    let mut world = World::new(1);
    let phone = world.rider(1, COMPACT).await;
    let mut entry = world.gate(0x101, metro("west", Passage::In)).await;
    let mut exit = world.gate(0x102, metro("east", Passage::Out)).await;
    let (at, out_at) = (MORNING, MORNING.plus_s(1_500));
    entry.admit(&phone.show(0, at), at);
    exit.admit(&phone.show(1, out_at), out_at);

    // The exit comes first; nothing is priced before the entry is here or waited for.
    let now = MORNING.plus_s(3_600);
    world.upload(&exit.seal_all(now), now).await.unwrap();
    world.price(now).await;
    let seen = rides::of(&world.office, phone.rider, now).await.unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (&seen[0].state, &seen[0].fare),
        (&RideState::Uploaded, &None)
    );

    world.upload(&entry.seal_all(now), now).await.unwrap();
    world.price(now).await;
    assert_eq!(world.charge(now).await.collected, 1);

    let seen = rides::of(&world.office, phone.rider, now).await.unwrap();
    assert_eq!(seen.len(), 1);
    let fare = seen[0].fare.as_ref().unwrap();
    assert_eq!((fare.amount.minor, fare.ending), (400, Ending::Complete));
    assert!(matches!(
        &seen[0].state,
        RideState::Charged(ChargeState::Collected { .. })
    ));
    assert_eq!((seen[0].began, seen[0].taps.len()), (at, 2));
    assert_eq!(world.file(phone.rider, now).await.balance_minor, 0);
    assert_eq!(world.provider.taken(), 400);

    let statement = close::day(&world.office, OperatorId(1), DAY)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((statement.number, statement.fares.minor), (1, 400));
    assert_eq!(statement.payable.minor, 398);
    let audited = world.audit_clean(now).await;
    assert_eq!((audited.taps, audited.fares, audited.transfers), (2, 1, 2));
    assert_eq!((audited.charges, audited.statements), (1, 1));
}

#[tokio::test]
async fn a_mot_code_rides_the_bus() {
    let mut world = World::new(2);
    let phone = world.rider(1, MOT).await;
    assert_eq!(phone.credentials.len(), 1);
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    let now = MORNING.plus_s(60);
    world.upload(&reader.seal_all(now), now).await.unwrap();
    world.price(now).await;
    assert_eq!(world.file(phone.rider, now).await.balance_minor, 200);
    assert_eq!(world.charge(now).await.collected, 1);
    world.audit_clean(now).await;
}

#[tokio::test]
async fn a_ride_nobody_passed_costs_nothing() {
    let mut world = World::new(3);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    let accepted = reader.admit(&phone.show(0, MORNING), MORNING);
    reader.void(accepted, MORNING.plus_s(8));

    // The ride is here, and charged, before word comes that it was taken back.
    let now = MORNING.plus_s(60);
    world.upload(&reader.seal(1, 1, now), now).await.unwrap();
    world.price(now).await;
    assert_eq!(world.file(phone.rider, now).await.balance_minor, 200);
    world.upload(&reader.seal(2, 2, now), now).await.unwrap();
    world.price(now).await;
    assert_eq!(world.file(phone.rider, now).await.balance_minor, 0);
    assert!(
        world
            .owed_to_operators()
            .await
            .values()
            .all(|owed| *owed == 0)
    );
    world.audit_clean(now).await;

    // The other way round nothing is ever posted.
    let mut other = World::new(3);
    let same = other.rider(1, COMPACT).await;
    assert_eq!(same.rider, phone.rider);
    other.gate(0x201, bus()).await;
    other.upload(&reader.seal(2, 2, now), now).await.unwrap();
    other.upload(&reader.seal(1, 1, now), now).await.unwrap();
    other.price(now).await;
    assert_eq!(
        other.bill_bytes(phone.rider, now).await,
        world.bill_bytes(phone.rider, now).await
    );
    assert_eq!(other.audit_clean(now).await.transfers, 0);
}

#[tokio::test]
async fn a_missing_exit_is_waited_for_and_corrected_when_it_comes_late() {
    let mut world = World::new(4);
    let phone = world.rider(1, COMPACT).await;
    let mut entry = world.gate(0x101, metro("west", Passage::In)).await;
    let mut exit = world.gate(0x102, metro("east", Passage::Out)).await;
    entry.admit(&phone.show(0, MORNING), MORNING);
    let out_at = MORNING.plus_s(1_500);
    exit.admit(&phone.show(1, out_at), out_at);

    let now = MORNING.plus_s(3_600);
    world.upload(&entry.seal_all(now), now).await.unwrap();
    world.price(now).await;
    assert_eq!(world.file(phone.rider, now).await.balance_minor, 0);
    // The waiting is over: the month falls due by itself.
    let later = MORNING.plus_s(90_000);
    assert_eq!(price::run(&world.office, later, 10).await.unwrap().fares, 1);
    assert_eq!(world.file(phone.rider, later).await.balance_minor, 200);
    world.audit_clean(later).await;
    // The exit was only late: the difference is posted and charged on its own.
    world.upload(&exit.seal_all(later), later).await.unwrap();
    world.price(later).await;
    assert_eq!(world.file(phone.rider, later).await.balance_minor, 400);
    let unpaid = world.file(phone.rider, later).await.unpaid;
    let amounts: Vec<(u32, i64)> = unpaid
        .iter()
        .map(|charge| (charge.id.version, charge.amount.minor))
        .collect();
    assert_eq!(amounts, [(1, 200), (2, 200)]);
    world.charge(later).await;
    assert_eq!(world.provider.taken(), 400);
    world.audit_clean(later).await;
}

#[tokio::test]
async fn every_step_can_be_repeated() {
    let mut world = World::new(5);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    let now = MORNING.plus_s(60);
    let sealed = reader.seal_all(now);
    for round in 0..3 {
        let receipt = world.upload(&sealed, now).await.unwrap();
        assert_eq!(
            (receipt.new, receipt.repeated),
            if round == 0 { (1, 0) } else { (0, 1) }
        );
        world.price(now).await;
        let charged = world.charge(now).await;
        assert_eq!(charged.collected, usize::from(round == 0));
        let closed = close::day(&world.office, OperatorId(2), DAY).await.unwrap();
        assert_eq!(closed.is_some(), round == 0);
    }
    assert_eq!(world.provider.taken(), 200);
    assert_eq!(world.audit_clean(now).await.transfers, 2);
}
