//! One ride home for a rider who is blocked, once for each block.

use std::sync::Arc;

use ridecode_account::{CreditPolicy, EssentialRide, RevokeReason, RiderState};
use ridecode_codec::crypto::native::Native;
use ridecode_ledger::Money;
use ridecode_office::credential::essential::{RideHomeState, grant, standing};
use ridecode_office::credential::{self, CredentialFault, Wanted};
use ridecode_office::{Policy, debt};
use ridecode_validator::Outcome as Answer;
use ridecode_validator::{DenyReason, Passage, Place, State};
use ridecode_words::{BrandId, UnixSeconds};

use crate::gate::{Gate, bus, metro};
use crate::phone::Phone;
use crate::provider::Mood;
use crate::world::{COMPACT, MORNING, MOT, World, policy};

/// When the ride that cannot be collected is charged.
const NOW: UnixSeconds = UnixSeconds(MORNING.0 + 60);

fn with_ride_home() -> Policy {
    let essential_ride = Some(EssentialRide {
        limit_minor: 300,
        valid_for_s: 7_200,
    });
    let credit = CreditPolicy {
        essential_ride,
        ..CreditPolicy::default()
    };
    Policy { credit, ..policy() }
}

/// A rider of a brand whose bus ride of 2 yuan was declined: blocked.
async fn blocked(seed: u64, brand: BrandId) -> (World, Phone) {
    let mut world = World::new(seed);
    world.office.policy = Arc::new(with_ride_home());
    let phone = world.rider(1, brand).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    world.price(NOW).await;
    world.provider.set_mood(Mood::Empty);
    assert_eq!(world.charge(NOW).await.declined, 1);
    (world, phone)
}

/// Asks for the ride home; the phone then shows its code.
async fn ask(world: &mut World, phone: &mut Phone, brand: BrandId) -> Result<(), CredentialFault> {
    let wanted = Wanted {
        rider: phone.rider,
        device: phone.device,
        brand,
    };
    let given = grant(&world.office, wanted, NOW, &mut world.chance).await?;
    phone.credentials = vec![given];
    Ok(())
}

/// A gate that has the newest bundle.
async fn gate(world: &World, id: u32, place: Place, now: UnixSeconds) -> Gate {
    let bundle = world.open_bundle(place.operator, now).await;
    let gate = Gate::new(id, place, State::new(bundle, Native, 10));
    let registered = world.office.store.register_validator(gate.record(now));
    registered.await.unwrap();
    gate
}

async fn check(world: &World, phone: &Phone, now: UnixSeconds, expected: RideHomeState) {
    let file = world.file(phone.rider, now).await;
    let ride = standing(&world.office, &file, now).unwrap();
    assert_eq!((ride.limit, ride.state), (Money::fen(300), expected));
}

const OVERDUE: Answer = Answer::Denied(DenyReason::Overdue);

#[tokio::test]
async fn a_blocked_rider_rides_home_once() {
    for brand in [COMPACT, MOT] {
        let (mut world, mut phone) = blocked(300, brand).await;
        check(&world, &phone, NOW, RideHomeState::Available).await;
        let old = phone.show(0, NOW);
        ask(&mut world, &mut phone, brand).await.unwrap();
        let (first, until) = (phone.credentials[0].id, phone.credentials[0].expires);
        assert!((7_140..=7_200).contains(&until.since_s(NOW)));
        check(&world, &phone, NOW, RideHomeState::Given { until }).await;
        // Asking again, a lost reply perhaps, gives the same.
        ask(&mut world, &mut phone, brand).await.unwrap();
        assert_eq!(phone.credentials[0].id, first);

        // It alone is good; what the phone had before stays denied.
        let mut reader = gate(&world, 0x202, bus(), NOW).await;
        assert_eq!(reader.scan(&old, NOW), OVERDUE);
        reader.admit(&phone.show(0, NOW), NOW);
        let later = NOW.plus_s(600);
        world.upload(&reader.seal_all(later), later).await.unwrap();
        check(&world, &phone, later, RideHomeState::Used).await;
        let mut next = gate(&world, 0x203, bus(), later).await;
        assert_eq!(next.scan(&phone.show(0, later), later), OVERDUE);
        let again = ask(&mut world, &mut phone, brand).await;
        assert!(matches!(again, Err(CredentialFault::RideHomeGone("used"))));

        // It is charged like any other, and what is owed grows by it.
        world.price(later).await;
        world.charge(later).await;
        let file = world.file(phone.rider, later).await;
        assert!(matches!(file.rider.state, RiderState::Blocked(block) if block.rides == 2));
        world.audit_clean(later).await;
    }
}

#[tokio::test]
async fn its_ceiling_is_the_limit() {
    let (mut world, mut phone) = blocked(301, COMPACT).await;
    ask(&mut world, &mut phone, COMPACT).await.unwrap();
    let dear = Place {
        fare_minor: Some(301),
        ..bus()
    };
    let mut reader = gate(&world, 0x202, dear, NOW).await;
    assert_eq!(reader.scan(&phone.show(0, NOW), NOW), Answer::OverCeiling);
}

/// Nobody is locked in a station: the way in leaves it good for the way out.
#[tokio::test]
async fn a_metro_ride_ends_with_its_way_out() {
    let (mut world, mut phone) = blocked(302, COMPACT).await;
    ask(&mut world, &mut phone, COMPACT).await.unwrap();
    let until = phone.credentials[0].expires;
    let mut entry = gate(&world, 0x301, metro("west", Passage::In), NOW).await;
    entry.admit(&phone.show(0, NOW), NOW);
    world.upload(&entry.seal_all(NOW), NOW).await.unwrap();
    check(&world, &phone, NOW, RideHomeState::Given { until }).await;
    let out = NOW.plus_s(1_200);
    let mut exit = gate(&world, 0x302, metro("east", Passage::Out), out).await;
    exit.admit(&phone.show(0, out), out);
    world.upload(&exit.seal_all(out), out).await.unwrap();
    check(&world, &phone, out, RideHomeState::Used).await;
    let mut entry = gate(&world, 0x303, metro("west", Passage::In), out).await;
    assert_eq!(
        entry.scan(&phone.show(0, out.plus_s(9)), out.plus_s(9)),
        OVERDUE
    );
}

#[tokio::test]
async fn it_runs_out_and_is_not_given_again() {
    let (mut world, mut phone) = blocked(303, COMPACT).await;
    ask(&mut world, &mut phone, COMPACT).await.unwrap();
    let at = phone.credentials[0].expires;
    let later = at.plus_s(1);
    check(&world, &phone, later, RideHomeState::RanOut { at }).await;
    let wanted = Wanted {
        rider: phone.rider,
        device: phone.device,
        brand: COMPACT,
    };
    let again = grant(&world.office, wanted, later, &mut world.chance).await;
    assert!(matches!(
        again,
        Err(CredentialFault::RideHomeGone("not used in time"))
    ));
}

/// Payment lifts the whole block; what was left of the ride home is denied by the next block, which
/// has one of its own.
#[tokio::test]
async fn each_block_has_its_own() {
    let (mut world, mut phone) = blocked(304, COMPACT).await;
    ask(&mut world, &mut phone, COMPACT).await.unwrap();
    world.provider.set_mood(Mood::Pays);
    debt::repay(&world.office, phone.rider, NOW).await.unwrap();
    assert_eq!(world.charge(NOW).await.collected, 1);
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(
        (
            file.rider.state.clone(),
            standing(&world.office, &file, NOW)
        ),
        (RiderState::Active, None)
    );
    let operator = bus().operator;
    assert_eq!(world.open_bundle(operator, NOW).await.denied, []);
    let none = ask(&mut world, &mut phone, COMPACT).await;
    assert!(matches!(none, Err(CredentialFault::NoRideHome(_))));

    // A ride with it, as with any other, that is not paid either.
    let mut reader = gate(&world, 0x202, bus(), NOW).await;
    reader.admit(&phone.show(0, NOW), NOW);
    let later = NOW.plus_s(60);
    world.upload(&reader.seal_all(later), later).await.unwrap();
    world.price(later).await;
    world.provider.set_mood(Mood::Empty);
    world.charge(later).await;
    let mut reader = gate(&world, 0x203, bus(), later).await;
    assert_eq!(reader.scan(&phone.show(0, later), later), OVERDUE);
    check(&world, &phone, later, RideHomeState::Available).await;
    ask(&mut world, &mut phone, COMPACT).await.unwrap();
    reader.admit(&phone.show(0, later), later);
}

#[tokio::test]
async fn lost_phones_and_issuers_that_offer_none_have_none() {
    let (mut world, mut phone) = blocked(305, COMPACT).await;
    ask(&mut world, &mut phone, COMPACT).await.unwrap();
    let lost = (phone.rider, phone.device);
    let reported = credential::revoke(&world.office, lost, RevokeReason::Lost, NOW);
    reported.await.unwrap();
    let mut reader = gate(&world, 0x202, bus(), NOW).await;
    let answer = reader.scan(&phone.show(0, NOW), NOW);
    assert_eq!(answer, Answer::Denied(DenyReason::Lost));
    let refused = ask(&mut world, &mut phone, COMPACT).await;
    assert!(matches!(refused, Err(CredentialFault::DeviceRevoked(_))));

    let (mut world, mut phone) = blocked(306, COMPACT).await;
    world.office.policy = Arc::new(policy());
    let refused = ask(&mut world, &mut phone, COMPACT).await;
    assert!(matches!(
        refused,
        Err(CredentialFault::NoRideHome("the issuer offers none"))
    ));
    let file = world.file(phone.rider, NOW).await;
    assert_eq!(standing(&world.office, &file, NOW), None);
}

#[tokio::test]
async fn the_notice_of_a_block_says_that_there_is_one() {
    let (world, phone) = blocked(307, COMPACT).await;
    let notices = world.office.store.load_notices(phone.rider).await.unwrap();
    assert!(notices[0].text_en.contains("One ride home of up to ¥3.00"));
    assert!(notices[0].text_zh_hans.contains("¥3.00的回家乘车"));
    assert!(notices[0].text_zh_hant.contains("¥3.00的回家乘車"));
}
