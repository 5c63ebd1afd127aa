//! Merchants, and what outlives the process.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use ridecode::sandbox;
use ridecode_pay::{ContractAnswer, ContractState, Outcome};
use serde_json::json;

use super::world::{MORNING, World, config, connector, order};

#[tokio::test]
async fn merchants_register_with_the_setup_secret() {
    let clock = Arc::new(AtomicI64::new(MORNING.0));
    let mut config = config(&clock);
    config.setup_secret = Some("s3same".to_owned());
    let world = World::with(config, clock).await;
    let check = async |merchant: &str, key: &str, secret: &str, status: u16| {
        let url = format!("{}/merchants", world.sandbox.url());
        let body = json!({ "merchant": merchant, "key": key, "secret": secret });
        let reply = world.merchant.client.post(url).json(&body).send().await;
        assert_eq!(reply.unwrap().status().as_u16(), status, "{merchant} {key}");
    };
    let (key, other) = ("11".repeat(32), "22".repeat(32));
    check("foshan", &key, "s3sam", 403).await;
    check("foshan", &key, "", 403).await;
    check("foshan", "11", "s3same", 422).await;
    check("Foshan", &key, "s3same", 422).await;
    check("foshan", &key, "s3same", 200).await;
    check("foshan", &key, "s3same", 200).await;
    check("foshan", &other, "s3same", 409).await;
    world.stop().await;

    let closed = World::new().await;
    let url = format!("{}/merchants", closed.sandbox.url());
    let body = json!({ "merchant": "foshan", "key": key, "secret": "" });
    let reply = closed.merchant.client.post(url).json(&body).send().await;
    assert_eq!(
        reply.unwrap().status(),
        403,
        "no secret opens a closed door"
    );
    closed.stop().await;
}

#[tokio::test]
async fn key_and_books_outlive_the_process_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(AtomicI64::new(MORNING.0));
    let mut kept = config(&clock);
    kept.folder = Some(folder.path().to_owned());

    let mut world = World::with(kept.clone(), Arc::clone(&clock)).await;
    let contract = world.signed_contract().await;
    let paid = world.merchant.deduct(&order(1, &contract)).await;
    assert!(matches!(paid, Outcome::Collected { .. }));
    let key = world.sandbox.provider_key;
    world.stop().await;

    let again = World::with(kept.clone(), Arc::clone(&clock)).await;
    assert_eq!(again.sandbox.provider_key, key);
    // The books remember; the nonces of the first life are forgotten.
    let known = again.merchant.query_contract(1).await;
    let ContractAnswer::Known(news) = known else {
        panic!("{known:?}");
    };
    assert_eq!(news.state, ContractState::Active);
    assert_eq!(again.merchant.deduct(&order(1, &contract)).await, paid);
    assert_eq!(again.balance().await, 9_600);
    let second = again.merchant.deduct(&order(2, &contract)).await;
    let Outcome::Collected { transaction, .. } = second else {
        panic!("{second:?}");
    };
    assert_eq!(transaction, "T2026112100000002");
    again.stop().await;

    std::fs::write(folder.path().join("books.json"), "{").unwrap();
    let fault = sandbox::start(kept.clone()).await.err().unwrap();
    assert!(format!("{fault:#}").contains("books.json is not readable; restore or delete it"));
    std::fs::write(folder.path().join("provider.key"), "secret").unwrap();
    let fault = sandbox::start(kept).await.err().unwrap();
    assert!(format!("{fault:#}").contains("provider.key must hold 64 hex digits"));
}

#[tokio::test]
async fn a_merchant_configured_with_another_key_is_named() {
    let clock = Arc::new(AtomicI64::new(MORNING.0));
    let mut twice = config(&clock);
    twice.merchants.push(("guangzhou".to_owned(), [1; 32]));
    let fault = sandbox::start(twice).await.err().unwrap();
    let expected = "merchant guangzhou: the merchant is registered with another key";
    assert_eq!(fault.to_string(), expected);
}

#[tokio::test]
async fn the_provider_tells_its_key() {
    let world = World::new().await;
    let told = world.look("/v1/key").await;
    assert_eq!(told["key"], hex::encode(world.sandbox.provider_key));
    assert_eq!(
        connector(world.sandbox.provider_key).merchant_key(),
        world.merchant.connector.merchant_key()
    );
    world.stop().await;
}
