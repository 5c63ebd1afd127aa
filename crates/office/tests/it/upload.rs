//! Segments that are wrong, and entries nobody pays for.

use ridecode_codec::crypto::native::Native;
use ridecode_fare::TapKind;
use ridecode_office::upload::UploadFault;
use ridecode_store::SegmentConflict;
use ridecode_validator::journal::Event;
use ridecode_validator::segment::{LENGTH_MAX, SegmentFault};
use ridecode_validator::{Outcome, Passage, State};
use ridecode_words::{OperatorId, RiderId, UnixSeconds};

use crate::gate::{Gate, bus, metro};
use crate::world::{COMPACT, MORNING, MOT, World};

const NOW: UnixSeconds = UnixSeconds(MORNING.0 + 600);

/// The taps a rider has.
async fn taps(world: &World, rider: RiderId) -> usize {
    world
        .office
        .store
        .load_rides(rider)
        .await
        .unwrap()
        .taps
        .len()
}

async fn disagreements(world: &World) -> u64 {
    world
        .office
        .store
        .office_state(NOW)
        .await
        .unwrap()
        .disagreements
}

/// Writes that a code was admitted, whatever it is.
fn claim(gate: &mut Gate, code: Vec<u8>, at: UnixSeconds) {
    let outcome = Outcome::Admit;
    gate.write(Event::Decided { code, outcome }, at);
}

#[tokio::test]
async fn a_wrong_segment_changes_nothing() {
    let mut world = World::new(1);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    let good = reader.seal_all(NOW);

    let too_long = vec![0; LENGTH_MAX + 1];
    let fault = world.upload(&too_long, NOW).await.unwrap_err();
    assert!(matches!(fault, UploadFault::Segment(SegmentFault::TooLong)));
    let fault = world.upload(b"R", NOW).await.unwrap_err();
    assert!(matches!(
        fault,
        UploadFault::Segment(SegmentFault::Malformed)
    ));
    for at in 0..good.len() {
        let mut altered = good.clone();
        altered[at] ^= 1;
        assert!(world.upload(&altered, NOW).await.is_err(), "byte {at}");
    }
    // A validator nobody registered, and one that retired before.
    let bundle = world.open_bundle(OperatorId(2), MORNING).await;
    let mut stranger = Gate::new(0x299, bus(), State::new(bundle, Native, 10));
    stranger.admit(&phone.show(1, MORNING), MORNING);
    let fault = world
        .upload(&stranger.seal_all(NOW), NOW)
        .await
        .unwrap_err();
    assert!(matches!(fault, UploadFault::UnknownValidator));
    let mut retired = stranger.record(MORNING);
    retired.retired = Some(MORNING.plus_s(-1));
    let store = &world.office.store;
    store.register_validator(retired).await.unwrap();
    let fault = world
        .upload(&stranger.seal_all(NOW), NOW)
        .await
        .unwrap_err();
    assert!(matches!(fault, UploadFault::Retired(_)));

    assert_eq!(taps(&world, phone.rider).await, 0);
    assert_eq!(world.upload(&good, NOW).await.unwrap().new, 1);
    assert_eq!(taps(&world, phone.rider).await, 1);
}

#[tokio::test]
async fn what_was_done_before_retiring_is_taken_and_nothing_after_is_paid() {
    let mut world = World::new(2);
    let phone = world.rider(1, COMPACT).await;
    let bundle = world.open_bundle(OperatorId(2), MORNING).await;
    let mut reader = Gate::new(0x299, bus(), State::new(bundle, Native, 10));
    reader.admit(&phone.show(0, MORNING), MORNING);
    let later = MORNING.plus_s(600);
    reader.admit(&phone.show(1, later), later);
    let mut retired = reader.record(MORNING);
    retired.retired = Some(MORNING.plus_s(300));
    let store = &world.office.store;
    store.register_validator(retired).await.unwrap();
    let receipt = world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    assert_eq!(receipt.new, 2);
    assert_eq!(taps(&world, phone.rider).await, 1);
    let state = world.office.store.office_state(NOW).await.unwrap();
    assert_eq!(state.disagreements, 1);
}

#[tokio::test]
async fn two_journals_under_one_name_are_a_conflict() {
    let mut world = World::new(2);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    let mut twin = world.gate(0x201, bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    twin.admit(&phone.show(1, MORNING), MORNING);
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    let fault = world.upload(&twin.seal_all(NOW), NOW).await.unwrap_err();
    let expected = SegmentConflict::OtherContent(1);
    assert!(matches!(fault, UploadFault::Conflict(conflict) if conflict == expected));
    assert_eq!(taps(&world, phone.rider).await, 1);
}

/// Uploads one claim of a dishonest reader: how many taps the rider gets for it, and whether the
/// back office says it does not agree.
async fn check(code: impl FnOnce(&mut Vec<u8>), late_s: i64, expected: (usize, u64)) {
    let mut world = World::new(3);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    let made = MORNING.plus_s(300);
    let mut shown = phone.show(0, made);
    code(&mut shown);
    claim(&mut reader, shown, made.plus_s(late_s));
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    let found = (taps(&world, phone.rider).await, disagreements(&world).await);
    assert_eq!(found, expected, "{late_s} s late");
}

#[tokio::test]
async fn nobody_pays_for_a_code_their_phone_did_not_sign() {
    check(|_| {}, 0, (1, 0)).await;
    check(|code| code.clear(), 0, (0, 1)).await;
    check(|code| *code = b"TX0123456789".to_vec(), 0, (0, 1)).await;
    check(|code| code.truncate(code.len() - 3), 0, (0, 1)).await;
    // The last characters are the phone's signature, those in the middle the issuer's.
    check(|code| swap_letters(code, 8), 0, (0, 1)).await;
    check(|code| swap_letters(code, 150), 0, (0, 1)).await;
    // Made for another time: a code lives 60 s, and 120 s more are overlooked.
    check(|_| {}, 180, (1, 0)).await;
    check(|_| {}, 181, (0, 1)).await;
    check(|_| {}, -140, (1, 0)).await;
    check(|_| {}, -141, (0, 1)).await;
    check(|_| {}, 4 * 86_400, (0, 1)).await;
}

/// Swaps two different letters some way before the end, which stays base45.
fn swap_letters(code: &mut [u8], from_end: usize) {
    let start = code.len() - from_end;
    let other = (start + 1..code.len()).find(|at| code[*at] != code[start]);
    code.swap(start, other.expect("letters differ"));
}

#[tokio::test]
async fn a_credential_nobody_was_given_has_no_rider() {
    let mut elsewhere = World::new(40);
    let stranger = elsewhere.rider(1, COMPACT).await;
    let mut world = World::new(41);
    let mut reader = world.gate(0x201, bus()).await;
    // The issuer's key signed it, so the reader lets it through.
    reader.admit(&stranger.show(0, MORNING), MORNING);
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    assert_eq!(disagreements(&world).await, 1);
    world.price(NOW).await;
    assert_eq!(world.audit_clean(NOW).await.taps, 0);
}

#[tokio::test]
async fn a_validator_speaks_for_its_own_operator_only() {
    let mut world = World::new(5);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    reader.place.operator = OperatorId(1);
    claim(&mut reader, phone.show(0, MORNING), MORNING);
    world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    assert_eq!(taps(&world, phone.rider).await, 0);
    assert_eq!(disagreements(&world).await, 1);
}

#[tokio::test]
async fn a_brand_not_accepted_is_remarked_and_ridden_all_the_same() {
    let mut world = World::new(6);
    let phone = world.rider(1, MOT).await;
    let mut gate = world.gate(0x101, metro("west", Passage::In)).await;
    let code = phone.show(0, MORNING);
    assert_eq!(gate.scan(&code, MORNING), Outcome::BrandNotAccepted);
    claim(&mut gate, code, MORNING);
    world.upload(&gate.seal_all(NOW), NOW).await.unwrap();
    let rides = world.office.store.load_rides(phone.rider).await.unwrap();
    assert_eq!(rides.taps.len(), 1);
    assert_eq!(rides.taps[0].kind, TapKind::In);
    assert_eq!(disagreements(&world).await, 1);
}

#[tokio::test]
async fn refusals_travel_too_and_cost_nothing() {
    let mut world = World::new(7);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, bus()).await;
    let late = MORNING.plus_s(300);
    assert_eq!(
        reader.scan(&phone.show(0, MORNING), late),
        Outcome::StaleTime
    );
    reader.write(Event::Started, late);
    let receipt = world.upload(&reader.seal_all(NOW), NOW).await.unwrap();
    assert_eq!((receipt.held_through, receipt.new), (2, 2));
    assert_eq!(taps(&world, phone.rider).await, 0);
    assert_eq!(disagreements(&world).await, 0);
}
