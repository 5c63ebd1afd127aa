//! One charge for all rides of a service day, where the issuer charges so.

use std::collections::BTreeMap;
use std::sync::Arc;

use ridecode_account::{MandateLimits, RiderState};
use ridecode_ledger::{Money, TransferId};
use ridecode_office::rides::{self, RideState};
use ridecode_office::{ChargePer, Policy, adjust, audit, charge, debt, price};
use ridecode_store::memory::MemoryStore;
use ridecode_store::sqlite::SqliteStore;
use ridecode_store::{AdjustmentState, Charge, ChargeState, Decision, Store};
use ridecode_words::{ChargeId, JourneyId, RiderId, UnixSeconds};
use rusqlite::Connection;

use crate::gate::{Gate, bus};
use crate::phone::Phone;
use crate::provider::Mood;
use crate::storm::{block_on, database};
use crate::world::{COMPACT, Chance, MORNING, World, policy};

/// A minute after the rides.
const NOW: UnixSeconds = UnixSeconds(MORNING.0 + 3_600);

/// When the day is charged: it ends sixteen hours after eight, and waits another four.
const CHARGED: UnixSeconds = UnixSeconds(MORNING.0 + 20 * 3_600);

/// The policy of these tests.
pub(crate) fn per_day() -> Policy {
    Policy {
        charge_per: ChargePer::Day { after_s: 4 * 3_600 },
        ..policy()
    }
}

/// A rider with `rides` bus rides of 2 yuan in a day, priced.
async fn rode(seed: u64, rides: u32) -> (World, Phone, Gate) {
    ride(World::new(seed), rides).await
}

async fn ride(mut world: World, rides: u32) -> (World, Phone, Gate) {
    world.office.policy = Arc::new(per_day());
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    for ride in 0..rides {
        board(&mut reader, &phone, MORNING.plus_s(i64::from(ride) * 60));
    }
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    (world, phone, reader)
}

fn board(reader: &mut Gate, phone: &Phone, at: UnixSeconds) {
    let place = usize::try_from(at.0 / 60).unwrap() % phone.credentials.len();
    reader.admit(&phone.show(place, at), at);
}

async fn charges(world: &World, rider: RiderId) -> Vec<Charge> {
    let page = world.office.store.load_rides(rider).await.unwrap();
    page.charges
}

/// Each charge as number within its day, fen, rides and whether it is paid.
async fn check(world: &World, rider: RiderId, expected: &[(u32, i64, u32, bool)]) {
    let charges = charges(world, rider).await;
    let told: Vec<_> = charges
        .iter()
        .map(|charge| {
            assert!(charge.id.is_of_day(), "{}", charge.id);
            let number = charge.id.version - ChargeId::DAY;
            let paid = charge.state.is_paid();
            (number, charge.amount.minor, charge.rides, paid)
        })
        .collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_day_is_charged_once_it_is_over() {
    let (mut world, phone, _) = rode(200, 3).await;
    assert_eq!(world.charge(NOW).await.tried, 0);
    check(&world, phone.rider, &[]).await;
    for ride in rides::of(&world.office, phone.rider, NOW).await.unwrap() {
        assert_eq!(ride.state, RideState::Priced);
        assert_eq!((ride.charge, ride.charged_from), (None, Some(CHARGED)));
    }
    // The operator is owed from the start, and the rider owes.
    assert_eq!(world.file(phone.rider, NOW).await.balance_minor, 600);
    world.audit_clean(NOW).await;

    world.price(CHARGED.plus_s(-1)).await;
    check(&world, phone.rider, &[]).await;
    world.price(CHARGED).await;
    check(&world, phone.rider, &[(0, 600, 3, false)]).await;
    world.audit_clean(CHARGED).await;
    assert_eq!(world.charge(CHARGED).await.collected, 1);
    check(&world, phone.rider, &[(0, 600, 3, true)]).await;
    assert_eq!(
        (world.provider.orders().len(), world.provider.taken()),
        (1, 600)
    );
    let told = rides::of(&world.office, phone.rider, CHARGED)
        .await
        .unwrap();
    for ride in &told {
        let charge = ride.charge.as_ref().unwrap();
        assert!(matches!(
            ride.state,
            RideState::Charged(ChargeState::Collected { .. })
        ));
        assert_eq!((charge.amount, charge.rides.len()), (Money::fen(600), 3));
        assert!(charge.rides.contains(&ride.journey));
    }
    // Looking again gives nothing more.
    world.price(CHARGED.plus_s(86_400)).await;
    check(&world, phone.rider, &[(0, 600, 3, true)]).await;
    world.audit_clean(CHARGED.plus_s(86_400)).await;
}

#[tokio::test]
async fn each_day_has_its_charge() {
    let (mut world, phone, mut reader) = rode(201, 2).await;
    let tomorrow = MORNING.plus_s(86_400);
    board(&mut reader, &phone, tomorrow);
    let now = tomorrow.plus_s(60);
    world.upload(&reader.seal_all(now), now).await.unwrap();
    world.price(now).await;
    check(&world, phone.rider, &[(0, 400, 2, false)]).await;
    world.price(CHARGED.plus_s(86_400)).await;
    let both = [(0, 400, 2, false), (0, 200, 1, false)];
    check(&world, phone.rider, &both).await;
    assert_eq!(world.charge(CHARGED.plus_s(86_400)).await.collected, 2);
    world.audit_clean(CHARGED.plus_s(86_400)).await;
}

#[tokio::test]
async fn an_unpaid_day_blocks_for_all_its_rides() {
    let (mut world, phone, _) = rode(202, 3).await;
    world.price(CHARGED).await;
    world.provider.set_mood(Mood::Empty);
    assert_eq!(world.charge(CHARGED).await.declined, 1);
    let RiderState::Blocked(block) = world.file(phone.rider, CHARGED).await.rider.state else {
        panic!("an unpaid day blocks");
    };
    assert_eq!((block.amount, block.rides), (Money::fen(600), 3));
    let debts = debt::of(&world.office, phone.rider).await.unwrap();
    assert_eq!((debts.len(), debts[0].rides.len()), (1, 3));
    assert_eq!(debts[0].began, Some(MORNING));
    let page = world.office.store.load_notices(phone.rider).await.unwrap();
    assert_eq!((page[0].rides, page[0].amount), (3, Money::fen(600)));

    world.provider.set_mood(Mood::Pays);
    let later = CHARGED.plus_s(60);
    assert_eq!(
        debt::repay(&world.office, phone.rider, later)
            .await
            .unwrap(),
        1
    );
    assert_eq!(world.charge(later).await.collected, 1);
    let file = world.file(phone.rider, later).await;
    assert_eq!(
        (file.rider.state, file.balance_minor),
        (RiderState::Active, 0)
    );
    let notices = world.office.store.load_notices(phone.rider).await.unwrap();
    assert!(
        notices
            .iter()
            .any(|notice| (notice.rides, notice.amount) == (3, Money::fen(600)))
    );
    world.audit_clean(later).await;
}

#[tokio::test]
async fn a_ride_that_comes_late_is_charged_by_one_that_follows() {
    let (mut world, phone, mut reader) = rode(203, 2).await;
    let sent = reader.entries.len() as u64;
    world.price(CHARGED).await;
    assert_eq!(world.charge(CHARGED).await.collected, 1);
    // The reader was out of reach with one more.
    board(&mut reader, &phone, MORNING.plus_s(7_200));
    let later = CHARGED.plus_s(3_600);
    let late = reader.seal(sent + 1, sent + 1, later);
    world.upload(&late, later).await.unwrap();
    world.price(later).await;
    let both = [(0, 400, 2, true), (1, 200, 3, false)];
    check(&world, phone.rider, &both).await;
    world.audit_clean(later).await;
    assert_eq!(world.charge(later).await.collected, 1);
    assert_eq!(world.provider.taken(), 600);
    world.audit_clean(later).await;
}

#[tokio::test]
async fn a_ride_taken_back_is_left_out_or_given_back() {
    for paid in [false, true] {
        let (mut world, phone, mut reader) = rode(204, 3).await;
        let sent = reader.entries.len() as u64;
        world.price(CHARGED).await;
        if !paid {
            world.provider.set_mood(Mood::Empty);
        }
        world.charge(CHARGED).await;
        reader.void(1, MORNING.plus_s(8));
        let later = CHARGED.plus_s(600);
        let void = reader.seal(sent + 1, sent + 1, later);
        world.upload(&void, later).await.unwrap();
        world.price(later).await;
        world.audit_clean(later).await;
        let file = world.file(phone.rider, later).await;
        if paid {
            check(&world, phone.rider, &[(0, 600, 3, true)]).await;
            assert_eq!(world.refund(later).await.done, 1);
            assert_eq!(world.provider.given_back(), 200);
        } else {
            let smaller = [(0, 600, 3, false), (1, 400, 2, false)];
            check(&world, phone.rider, &smaller).await;
            let RiderState::Blocked(block) = file.rider.state else {
                panic!("the rest still blocks");
            };
            assert_eq!((block.amount, block.rides), (Money::fen(400), 2));
        }
        world.audit_clean(later).await;
    }
}

#[tokio::test]
async fn a_gift_before_the_day_is_over_lessens_its_charge() {
    let (mut world, phone, _) = rode(205, 2).await;
    let told = rides::of(&world.office, phone.rider, NOW).await.unwrap();
    let journeys: Vec<JourneyId> = told.iter().map(|ride| ride.journey).collect();
    give(&mut world, journeys[0], 150).await;
    world.audit_clean(NOW).await;
    world.price(CHARGED).await;
    check(&world, phone.rider, &[(0, 250, 2, false)]).await;
    assert_eq!(world.charge(CHARGED).await.collected, 1);
    // One for a ride that is paid is refunded.
    give(&mut world, journeys[1], 50).await;
    assert_eq!(world.refund(CHARGED).await.done, 1);
    assert_eq!(world.provider.given_back(), 50);
    world.audit_clean(CHARGED).await;
}

/// A day given away whole has no charge; taken back, its rides are owed and charged.
#[tokio::test]
async fn a_gift_of_the_whole_day_may_be_taken_back() {
    let (mut world, phone, _) = rode(206, 1).await;
    let told = rides::of(&world.office, phone.rider, NOW).await.unwrap();
    let given = give(&mut world, told[0].journey, 200).await;
    world.price(CHARGED).await;
    check(&world, phone.rider, &[]).await;
    world.audit_clean(CHARGED).await;
    let edge = (CHARGED, &mut world.chance);
    let asked = adjust::ask_to_take_back(&world.office, given, asker(), edge);
    let asked = asked.await.unwrap();
    let decision = Decision {
        adjustment: asked.id,
        by: "bert".into(),
        at: CHARGED,
        approve: true,
    };
    world
        .office
        .store
        .decide_adjustment(decision)
        .await
        .unwrap();
    adjust::run(&world.office, CHARGED, 9).await.unwrap();
    world.price(CHARGED).await;
    check(&world, phone.rider, &[(0, 200, 1, false)]).await;
    world.audit_clean(CHARGED).await;
}

fn asker() -> adjust::Asker {
    adjust::Asker {
        name: "anna".into(),
        why: "the bus broke down".into(),
        limit_minor: 10_000,
    }
}

async fn give(world: &mut World, journey: JourneyId, fen: i64) -> ridecode_words::AdjustmentId {
    let edge = (NOW, &mut world.chance);
    let asked = adjust::ask_for_ride(&world.office, (journey, fen), asker(), edge);
    let asked = asked.await.unwrap();
    assert!(matches!(asked.state, AdjustmentState::Approved { .. }));
    assert_eq!(adjust::run(&world.office, NOW, 9).await.unwrap().posted, 1);
    asked.id
}

/// The ride's limit is for each ride of the day; a day over the day's limit waits for the rider.
#[tokio::test]
async fn limits_of_the_mandate_hold_for_rides_and_for_the_day() {
    let check = async |(ride_minor, day_minor), collected, reason: &str| {
        let (mut world, phone, _) = rode(207, 3).await;
        world.office.policy = Arc::new(Policy {
            limits: MandateLimits {
                ride_minor,
                day_minor,
            },
            ..per_day()
        });
        world.price(CHARGED).await;
        assert_eq!(world.charge(CHARGED).await.collected, collected);
        let held = charges(&world, phone.rider).await.remove(0);
        if let ChargeState::Declined { reason: told } = &held.state {
            assert_eq!((told.as_str(), held.next_attempt), (reason, None));
            // The rider asks for it.
            debt::repay(&world.office, phone.rider, CHARGED)
                .await
                .unwrap();
            assert_eq!(world.charge(CHARGED).await.collected, 1);
        }
        world.audit_clean(CHARGED).await;
    };
    check((200, 600), 1, "").await;
    check((199, 600), 0, "over_ride_limit").await;
    check((200, 599), 0, "over_day_limit").await;
}

/// A ride stays with the policy that was in force when its fare was first posted.
#[tokio::test]
async fn a_policy_that_changes_leaves_rides_as_they_were() {
    let (mut world, phone, mut reader) = rode(208, 2).await;
    let sent = reader.entries.len() as u64;
    world.office.policy = Arc::new(policy());
    board(&mut reader, &phone, MORNING.plus_s(1_800));
    let one_more = reader.seal(sent + 1, sent + 1, NOW);
    world.upload(&one_more, NOW).await.unwrap();
    world.price(NOW).await;
    let alone = charges(&world, phone.rider).await;
    assert_eq!(alone.len(), 1);
    assert!(!alone[0].id.is_of_day());
    world.audit_clean(NOW).await;
    world.price(CHARGED).await;
    let all = charges(&world, phone.rider).await;
    let asked: Vec<(bool, i64)> = all
        .iter()
        .map(|charge| (charge.id.is_of_day(), charge.amount.minor))
        .collect();
    assert_eq!(asked.len(), 2);
    assert!(asked.contains(&(true, 400)) && asked.contains(&(false, 200)));
    assert_eq!(world.charge(CHARGED).await.collected, 2);
    world.audit_clean(CHARGED).await;
}

/// Transfers with their amounts; charges with their amounts and whether they are paid.
type Books = (BTreeMap<TransferId, i64>, Vec<(ChargeId, i64, bool)>);

/// The books of six riders' day, priced and charged by so many workers at once.
fn books(store: Store, workers: u64) -> Books {
    let world = block_on(async {
        let mut world = World::with_store(210, store);
        world.office.policy = Arc::new(per_day());
        let mut reader = world.gate(0x201, bus()).await;
        for number in 1..=6 {
            let phone = world.rider(number, COMPACT).await;
            for ride in 0..i64::from(number) {
                board(
                    &mut reader,
                    &phone,
                    MORNING.plus_s(ride * 600 + i64::from(number)),
                );
            }
        }
        let now = MORNING.plus_s(7_200);
        world.upload(&reader.seal_all(now), now).await.unwrap();
        world
    });
    for now in [MORNING.plus_s(7_200), CHARGED] {
        std::thread::scope(|scope| {
            for worker in 0..workers {
                let mut chance = Chance(fastrand::Rng::with_seed(worker));
                let (office, provider) = (&world.office, &world.provider);
                scope.spawn(move || {
                    block_on(async {
                        while price::run(office, now, 1).await.unwrap().bills > 0 {}
                        let edge = (provider, &mut chance);
                        charge::run(office, now, 9, edge).await.unwrap();
                    });
                });
            }
        });
    }
    block_on(async {
        // What one left because another was at it.
        world.price(CHARGED).await;
        let mut world = world;
        world.charge(CHARGED.plus_s(3_600)).await;
        world.audit_clean(CHARGED.plus_s(3_600)).await;
        let page = world.office.store.audit_page(None, 100).await.unwrap();
        let transfers = page.transfers.iter();
        let charges = page.charges.iter();
        (
            transfers.map(|one| (one.id, one.amount.minor)).collect(),
            charges
                .map(|one| (one.id, one.amount.minor, one.state.is_paid()))
                .collect(),
        )
    })
}

#[test]
fn the_number_of_workers_does_not_show_in_the_books_of_days() {
    let memory = || Store::Memory(MemoryStore::default());
    let one = books(memory(), 1);
    let paid = one.1.iter().filter(|(_, _, paid)| *paid);
    assert_eq!(paid.map(|(_, fen, _)| fen).sum::<i64>(), 21 * 200);
    assert_eq!(one.1.len(), 6, "one charge for each rider's day");
    let (sqlite, _folder) = database();
    for (store, workers) in [(memory(), 2), (memory(), 8), (sqlite, 8)] {
        assert_eq!(books(store, workers), one, "{workers} workers");
    }
}

/// What somebody alters by hand of a day's charge, or of what waits for one, is found.
#[tokio::test]
async fn a_forged_day_is_found() {
    let check = async |charged: bool, sql: &str, what: &str, part: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ridecode.db");
        let store = SqliteStore::open(&path).unwrap();
        let (mut world, _, _) = ride(World::with_store(211, Store::Sqlite(store)), 3).await;
        if charged {
            world.price(CHARGED).await;
        }
        // The last clone to go closes the file.
        world.office.store = Store::Memory(MemoryStore::default());
        let file = Connection::open(&path).unwrap();
        assert!(file.execute(sql, []).unwrap() > 0, "{sql}");
        drop(file);
        world.office.store = Store::Sqlite(SqliteStore::open_read_only(&path).unwrap());
        let found = audit::run(&world.office, NOW).await.unwrap().findings;
        let told = |one: &audit::Finding| one.what == what && one.detail.contains(part);
        assert!(found.iter().any(told), "{sql}: {found:?}");
    };
    let less = "UPDATE charges SET amount = 100";
    check(
        true,
        less,
        "charges",
        "600 minor units are owed, 100 are asked for",
    )
    .await;
    check(true, "DELETE FROM charges", "charges", "0 are asked for").await;
    let alone = "UPDATE fares SET charge_day = NULL";
    check(true, alone, "charge", "its ride is charged otherwise").await;
    check(true, alone, "charge", "is to be charged, nothing is").await;
    check(false, "DELETE FROM open_days", "charges", "0 are asked for").await;
    check(
        false,
        "DELETE FROM due_months",
        "charges",
        "nothing will charge them",
    )
    .await;
}
