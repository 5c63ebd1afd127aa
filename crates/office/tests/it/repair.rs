//! Repairs: what riders say and agents do about taps, and what becomes of the money.

use ridecode_fare::{Ending, Mend, RepairedBy};
use ridecode_office::repair::{self, Claim, Mending, RepairFault};
use ridecode_store::Evidence;
use ridecode_validator::Passage;
use ridecode_words::{JourneyId, RiderId, StopId, TapId, UnixSeconds, ValidatorId};

use crate::gate::{bus, metro};
use crate::world::{COMPACT, MORNING, World};

const HOUR: i64 = 3_600;

/// A rider whose exit from the metro is missing, priced after the waiting time.
async fn with_a_missing_exit(world: &mut World) -> (RiderId, TapId, UnixSeconds) {
    let phone = world.rider(1, COMPACT).await;
    let mut entry = world.gate(0x101, metro("west", Passage::In)).await;
    entry.admit(&phone.show(0, MORNING), MORNING);
    let now = MORNING.plus_s(25 * HOUR);
    world.upload(&entry.seal_all(now), now).await.unwrap();
    world.price(now).await;
    let tap = TapId {
        validator: ValidatorId(0x101),
        sequence: 1,
    };
    (phone.rider, tap, now)
}

fn claim(rider: RiderId, tap: TapId, (stop, after_s): (&str, i64)) -> Claim {
    Claim {
        rider,
        journey: JourneyId(tap),
        stop: StopId::new(stop).unwrap(),
        time: MORNING.plus_s(after_s),
    }
}

fn mending(rider: RiderId, tap: TapId, mend: Mend) -> Mending {
    Mending {
        rider,
        tap,
        mend,
        supplied: None,
        author: "desk".into(),
        evidence: Evidence::Gate,
        note: "the gate stayed shut".into(),
    }
}

#[tokio::test]
async fn a_rider_says_where_the_way_out_was_and_pays_the_difference() {
    let mut world = World::new(1);
    let (rider, tap, now) = with_a_missing_exit(&mut world).await;
    assert_eq!(world.charge(now).await.collected, 1);
    assert_eq!(world.provider.taken(), 200);
    let said = claim(rider, tap, ("east", 1_500));
    let fare = repair::claim(&world.office, said.clone(), now)
        .await
        .unwrap();
    assert_eq!((fare.amount.minor, fare.ending), (400, Ending::Repaired));
    world.price(now).await;
    world.charge(now).await;
    assert_eq!(world.provider.taken(), 400);
    // What was said stays said.
    let again = repair::claim(&world.office, said, now).await;
    assert!(matches!(again, Err(RepairFault::SaidBefore)), "{again:?}");
    world.audit_clean(now).await;
}

#[tokio::test]
async fn what_mends_nothing_is_refused_and_not_kept() {
    let mut world = World::new(2);
    let (rider, tap, now) = with_a_missing_exit(&mut world).await;
    let office = world.office.clone();
    let check = async |said: Claim, at, expected: &str| {
        let refused = repair::claim(&office, said, at).await;
        let fault = refused.expect_err(expected).to_string();
        assert!(fault.contains(expected), "{fault}");
    };
    check(claim(rider, tap, ("nowhere", 900)), now, "no ride leads").await;
    check(claim(rider, tap, ("east", -900)), now, "after the way in").await;
    let too_far = claim(rider, tap, ("east", 24 * HOUR + 1));
    check(too_far, now, "waiting time").await;
    check(claim(rider, tap, ("east", 26 * HOUR)), now, "in the past").await;
    let later = now.plus_s(40 * 24 * HOUR);
    check(claim(rider, tap, ("east", 900)), later, "30 days").await;
    let other = TapId { sequence: 9, ..tap };
    check(claim(rider, other, ("east", 900)), now, "no ride or tap").await;
    let stranger = RiderId(rider.0 ^ 1);
    check(claim(stranger, tap, ("east", 900)), now, "no ride or tap").await;
    assert_eq!(office.store.load_repairs(rider).await.unwrap(), []);
}

#[tokio::test]
async fn a_whole_ride_lacks_nothing() {
    let mut world = World::new(3);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    world
        .upload(&reader.seal_all(MORNING), MORNING)
        .await
        .unwrap();
    world.price(MORNING).await;
    let tap = TapId {
        validator: ValidatorId(0x201),
        sequence: 1,
    };
    let said = claim(phone.rider, tap, ("east", 0));
    let refused = repair::claim(&world.office, said, MORNING).await;
    assert!(matches!(refused, Err(RepairFault::NothingMissing)));
    let excuse = mending(phone.rider, tap, Mend::Excused);
    let refused = repair::mend(&world.office, excuse, MORNING).await;
    assert!(matches!(refused, Err(RepairFault::NothingMissing)));
    let half = mending(phone.rider, tap, Mend::Exit(RepairedBy::Agent));
    let refused = repair::mend(&world.office, half, MORNING).await;
    assert!(matches!(refused, Err(RepairFault::Supplied)));
}

#[tokio::test]
async fn an_agent_frees_who_left_where_they_came_in_and_takes_back_what_nobody_rode() {
    let mut world = World::new(4);
    let (rider, tap, now) = with_a_missing_exit(&mut world).await;
    let said = claim(rider, tap, ("west", 300));
    let fare = repair::claim(&world.office, said, now).await.unwrap();
    assert_eq!(fare.amount.minor, 200);
    let mut agreed = mending(rider, tap, Mend::Exit(RepairedBy::Agent));
    agreed.supplied = Some((StopId::new("west").unwrap(), MORNING.plus_s(300)));
    let fare = repair::mend(&world.office, agreed, now).await.unwrap();
    assert_eq!(fare.map(|fare| fare.amount.minor), Some(0));
    world.price(now).await;
    let taken_back = mending(rider, tap, Mend::Unridden);
    let none = repair::mend(&world.office, taken_back, now).await.unwrap();
    assert_eq!(none, None);
    world.price(now).await;
    let page = world.office.store.load_rides(rider).await.unwrap();
    let last = page.fares.iter().max_by_key(|fare| fare.version).unwrap();
    assert_eq!((last.ending, last.amount_minor), (Ending::Voided, 0));
    let kept = world.office.store.load_repairs(rider).await.unwrap();
    let authors: Vec<&str> = kept.iter().map(|repair| &*repair.author).collect();
    assert_eq!(authors, ["", "desk", "desk"]);
    world.audit_clean(now).await;
}
