//! Bundles.

use ridecode_account::RevokeReason;
use ridecode_office::{bundle, credential};
use ridecode_store::StoreFault;
use ridecode_words::{BrandId, OperatorId, UnixSeconds};

use crate::world::{COMPACT, MORNING, World};

#[tokio::test]
async fn a_bundle_is_for_one_operator() {
    let world = World::new(1);
    let brands = async |operator| -> Vec<BrandId> {
        let bundle = world.open_bundle(OperatorId(operator), MORNING).await;
        assert_eq!(bundle.keys, world.office.desk.keys);
        bundle.brands.iter().map(|rule| rule.brand).collect()
    };
    assert_eq!(brands(1).await, [BrandId(2)]);
    assert_eq!(brands(2).await, [BrandId(1), BrandId(2)]);
    let fault = bundle::make(&world.office, OperatorId(9), MORNING)
        .await
        .unwrap_err();
    assert!(matches!(
        fault,
        StoreFault::Missing {
            what: "operator",
            ..
        }
    ));
}

#[tokio::test]
async fn versions_grow_with_every_change_and_never_go_back() {
    let mut world = World::new(2);
    let phone = world.rider(1, COMPACT).await;
    let version = async |world: &World, now: UnixSeconds| {
        let version = bundle::version(&world.office, now).await.unwrap();
        assert_eq!(world.open_bundle(OperatorId(1), now).await.version, version);
        version
    };
    let quiet = version(&world, MORNING).await;
    // Within ten minutes a bundle without news is the same; then it is made anew.
    let later = MORNING.plus_s(599);
    assert_eq!(version(&world, later).await, quiet);
    assert_eq!(world.open_bundle(OperatorId(1), later).await.made, MORNING);
    assert!(version(&world, MORNING.plus_s(600)).await > quiet);
    // News counts for more than any time passing.
    let phone_held = (phone.rider, phone.device);
    credential::revoke(&world.office, phone_held, RevokeReason::Lost, later)
        .await
        .unwrap();
    let news = version(&world, later).await;
    assert!(news > version(&World::new(2), MORNING.plus_s(10 * 365 * 86_400)).await);
    let denied = world.open_bundle(OperatorId(1), later).await.denied;
    assert_eq!(denied.len(), phone.credentials.len());
    // What has expired is no longer told.
    let expired = phone.credentials[0].expires.plus_s(601);
    assert_eq!(world.open_bundle(OperatorId(1), expired).await.denied, []);
    assert!(version(&world, expired).await > news);
}
