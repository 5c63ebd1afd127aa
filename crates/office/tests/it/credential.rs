//! Phones and credentials.

use ridecode_account::{CredentialState, MandateState, RevokeReason};
use ridecode_codec::crypto::native::Native;
use ridecode_codec::crypto::{Algorithm, PublicKey, Signer as _};
use ridecode_office::credential::{
    CredentialFault, NewDevice, Wanted, grant, register_device, revoke,
};
use ridecode_pay::ContractState;
use ridecode_validator::DenyReason;
use ridecode_words::{BrandId, DeviceId, OperatorId, RiderId};

use crate::phone::{Phone, key};
use crate::provider::Mood;
use crate::world::{COMPACT, MORNING, MOT, World};

async fn ask(world: &mut World, phone: &Phone, brand: BrandId) -> Result<usize, CredentialFault> {
    let wanted = Wanted {
        rider: phone.rider,
        device: phone.device,
        brand,
    };
    let granted = grant(&world.office, wanted, MORNING, &mut world.chance).await;
    granted.map(|credentials| credentials.len())
}

async fn register(
    world: &World,
    rider: RiderId,
    key: PublicKey,
) -> Result<DeviceId, CredentialFault> {
    let device = register_device(&world.office, NewDevice { rider, key }, MORNING, &Native).await;
    device.map(|device| device.id)
}

#[tokio::test]
async fn each_reason_not_to_give_credentials_is_named() {
    let mut world = World::new(1);
    let rider = world.enrol(1).await;
    let mut phone = world.phone(rider, COMPACT, 7).await;
    let fault = ask(&mut world, &phone, COMPACT).await.unwrap_err();
    assert!(matches!(fault, CredentialFault::NoMandate));
    world.sign_mandate(rider).await;
    let fault = ask(&mut world, &phone, BrandId(9)).await.unwrap_err();
    assert!(matches!(fault, CredentialFault::UnknownBrand(BrandId(9))));
    let fault = ask(&mut world, &phone, MOT).await.unwrap_err();
    assert!(matches!(
        fault,
        CredentialFault::WrongKey("this brand needs an SM2 key")
    ));
    let own = std::mem::replace(&mut phone.device, DeviceId(1));
    let fault = ask(&mut world, &phone, COMPACT).await.unwrap_err();
    assert!(matches!(fault, CredentialFault::UnknownDevice));
    phone.device = own;
    assert_eq!(ask(&mut world, &phone, COMPACT).await.unwrap(), 4);

    // A mandate that ended gives no more; a revoked phone neither, whatever else is right.
    let mandate = world.file(rider, MORNING).await.mandates.remove(0);
    assert_eq!(mandate.state, MandateState::Active);
    let ended = (mandate.contract.unwrap(), ContractState::Ended);
    ridecode_office::mandate::told(&world.office, mandate.id, ended, MORNING)
        .await
        .unwrap();
    let fault = ask(&mut world, &phone, COMPACT).await.unwrap_err();
    assert!(matches!(fault, CredentialFault::NoMandate));
    world.sign_mandate(rider).await;
    let held = (rider, phone.device);
    revoke(&world.office, held, RevokeReason::Lost, MORNING)
        .await
        .unwrap();
    revoke(&world.office, held, RevokeReason::Replaced, MORNING)
        .await
        .unwrap();
    let fault = ask(&mut world, &phone, COMPACT).await.unwrap_err();
    assert!(matches!(
        fault,
        CredentialFault::DeviceRevoked(RevokeReason::Lost)
    ));
    let fault = register(&world, rider, phone.key()).await.unwrap_err();
    assert!(matches!(
        fault,
        CredentialFault::DeviceRevoked(RevokeReason::Lost)
    ));
}

#[tokio::test]
async fn a_blocked_rider_reads_why() {
    let mut world = World::new(2);
    let phone = world.rider(1, COMPACT).await;
    let mut reader = world.gate(0x201, crate::gate::bus()).await;
    reader.admit(&phone.show(0, MORNING), MORNING);
    world
        .upload(&reader.seal_all(MORNING), MORNING)
        .await
        .unwrap();
    world.price(MORNING).await;
    world.provider.set_mood(Mood::Empty);
    world.charge(MORNING).await;
    let fault = ask(&mut world, &phone, COMPACT).await.unwrap_err();
    assert_eq!(
        fault.to_string(),
        "the account is blocked: 200 minor units owed for 1 rides since 2026-11-21T00:00:00Z"
    );
}

#[tokio::test]
async fn wrong_keys_are_refused_before_anything_is_kept() {
    let mut world = World::new(3);
    let rider = world.enrol(1).await;
    let check = async |algorithm, bytes: [u8; 33]| {
        let fault = register(&world, rider, PublicKey { algorithm, bytes })
            .await
            .unwrap_err();
        assert!(matches!(fault, CredentialFault::WrongKey(_)), "{fault}");
    };
    check(
        Algorithm::EdDsa,
        key(Algorithm::EdDsa, 5).public_key().bytes,
    )
    .await;
    check(Algorithm::Es256, [0; 33]).await;
    check(Algorithm::Sm2, [0xff; 33]).await;
    let mut uncompressed = key(Algorithm::Es256, 5).public_key().bytes;
    uncompressed[0] = 0x04;
    check(Algorithm::Es256, uncompressed).await;
    assert_eq!(world.file(rider, MORNING).await.devices, []);
    let fault = register(&world, RiderId(1), key(Algorithm::Es256, 5).public_key()).await;
    assert!(matches!(fault.unwrap_err(), CredentialFault::UnknownDevice));
}

#[tokio::test]
async fn a_phone_is_named_by_its_key() {
    let mut world = World::new(4);
    let (one, other) = (world.enrol(1).await, world.enrol(2).await);
    let public = key(Algorithm::Es256, 5).public_key();
    let first = register(&world, one, public).await.unwrap();
    assert_eq!(register(&world, one, public).await.unwrap(), first);
    assert_eq!(world.file(one, MORNING).await.devices.len(), 1);
    let fault = register(&world, other, public).await.unwrap_err();
    assert!(matches!(fault, CredentialFault::Store(_)));
    let fault = revoke(&world.office, (other, first), RevokeReason::Lost, MORNING).await;
    assert!(matches!(fault.unwrap_err(), CredentialFault::UnknownDevice));
}

#[tokio::test]
async fn batches_are_unlinkable_and_do_not_pile_up() {
    let mut world = World::new(5);
    let mut phone = world.rider(1, COMPACT).await;
    let first = phone.credentials.clone();
    let mut pseudonyms: Vec<_> = first.iter().map(|held| held.id.credential.0).collect();
    pseudonyms.sort();
    pseudonyms.dedup();
    assert_eq!(pseudonyms.len(), 4);
    assert!(pseudonyms.iter().all(|id| id[8..] == [0, 0]));
    // In the first half of their life the same ones come back, later new ones.
    let lifetime_s = i64::from(world.office.policy.credential.lifetime_min) * 60;
    world
        .refill(&mut phone, COMPACT, MORNING.plus_s(lifetime_s / 2 - 1))
        .await;
    let sorted = |mut batch: Vec<ridecode_account::Credential>| {
        batch.sort_by_key(|held| held.id);
        batch
    };
    assert_eq!(sorted(phone.credentials.clone()), sorted(first.clone()));
    world
        .refill(&mut phone, COMPACT, MORNING.plus_s(lifetime_s / 2))
        .await;
    assert_eq!(phone.credentials.len(), 4);
    assert!(
        phone
            .credentials
            .iter()
            .all(|new| first.iter().all(|held| held.id != new.id))
    );
    assert_eq!(world.file(phone.rider, MORNING).await.credentials.len(), 8);
}

#[tokio::test]
async fn a_mot_number_is_fixed_for_the_phone_and_denied_alone() {
    let mut world = World::new(6);
    let mut phone = world.rider(1, MOT).await;
    let first = phone.credentials[0].clone();
    let number = hex::encode(first.id.credential.0);
    assert!(number.ends_with('f') && number[..19].bytes().all(|digit| digit.is_ascii_digit()));
    let later = MORNING.plus_s(2 * 86_400);
    world.refill(&mut phone, MOT, later).await;
    let renewed = phone.credentials[0].clone();
    assert_eq!(renewed.id, first.id);
    assert!(renewed.expires > first.expires);
    assert_eq!(world.file(phone.rider, later).await.credentials.len(), 1);

    // The phone is lost: the next one has another number, and only the lost one is denied.
    revoke(
        &world.office,
        (phone.rider, phone.device),
        RevokeReason::Lost,
        later,
    )
    .await
    .unwrap();
    let mut next = world.phone(phone.rider, MOT, 4_321).await;
    world.refill(&mut next, MOT, later).await;
    assert_ne!(next.credentials[0].id, first.id);
    assert_eq!(next.credentials[0].state, CredentialState::Live);
    let denied = world.open_bundle(OperatorId(2), later).await.denied;
    assert_eq!(denied.len(), 1);
    assert_eq!(denied.find(&first.id), Some(DenyReason::Lost));
}
