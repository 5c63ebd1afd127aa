//! Requests nobody signed, and what the provider says to them. Nothing is done.

use ridecode_pay::{HttpRequest, Outcome};
use serde_json::Value;

use super::world::{World, order};

/// Sends a request as it is: status and code of the answer.
async fn refusal(world: &World, request: HttpRequest) -> (u16, String) {
    let reply = world.merchant.carry(request).await.expect("an answer");
    let body: Value = serde_json::from_slice(&reply.body).expect("a refusal in JSON");
    (reply.status, body["code"].as_str().unwrap_or("").to_owned())
}

fn set(request: &mut HttpRequest, name: &str, value: &str) {
    for (field, held) in &mut request.headers {
        if field == name {
            *held = value.to_owned();
        }
    }
}

#[tokio::test]
async fn a_request_that_is_not_the_merchants_is_refused() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    let order = order(1, &contract);
    let fresh = || {
        let merchant = &world.merchant;
        merchant.connector.deduct(&order, merchant.time())
    };
    let check = async |request: HttpRequest, code: &str| {
        let expected = (401, code.to_owned());
        assert_eq!(refusal(&world, request).await, expected);
    };

    for name in [
        "sandbox-merchant",
        "sandbox-timestamp",
        "sandbox-nonce",
        "sandbox-signature",
    ] {
        let mut lacking = fresh();
        lacking.headers.retain(|(field, _)| field != name);
        check(lacking, "missing_header").await;
        let mut twice = fresh();
        let again = twice
            .headers
            .iter()
            .find(|(field, _)| field == name)
            .cloned();
        twice.headers.extend(again);
        check(twice, "missing_header").await;
    }
    let mut stranger = fresh();
    set(&mut stranger, "sandbox-merchant", "foshan");
    check(stranger, "unknown_merchant").await;

    let mut dearer = fresh();
    dearer.body = String::from_utf8(dearer.body)
        .unwrap()
        .replace("400", "300")
        .into_bytes();
    check(dearer, "bad_signature").await;
    let mut elsewhere = fresh();
    elsewhere.target = "/v1/orders?".to_owned();
    check(elsewhere, "bad_signature").await;
    for (name, value) in [
        ("sandbox-signature", "00"),
        ("sandbox-signature", "zz"),
        ("sandbox-nonce", "ffffffffffffffff"),
        ("sandbox-timestamp", "1795221661"),
    ] {
        let mut changed = fresh();
        set(&mut changed, name, value);
        check(changed, "bad_signature").await;
    }
    for (name, value) in [
        ("sandbox-nonce", "1"),
        ("sandbox-nonce", "gggggggggggggggg"),
        ("sandbox-timestamp", "now"),
    ] {
        let mut changed = fresh();
        set(&mut changed, name, value);
        check(changed, "missing_header").await;
    }
    let charge = order.charge;
    assert_eq!(world.merchant.query_order(charge).await, Outcome::NotFound);
    assert_eq!(world.balance().await, 10_000);
    world.stop().await;
}

#[tokio::test]
async fn a_request_is_good_once_and_not_for_long() {
    let mut world = World::new().await;
    let contract = world.signed_contract().await;
    let merchant = &world.merchant;
    let request = merchant
        .connector
        .deduct(&order(1, &contract), merchant.time());
    let reply = merchant.carry(request.clone()).await.unwrap();
    assert_eq!(reply.status, 201);
    let reused = (401, "nonce_reused".to_owned());
    assert_eq!(refusal(&world, request.clone()).await, reused);
    world.pass(300);
    assert_eq!(refusal(&world, request.clone()).await, reused);
    world.pass(1);
    let stale = (401, "stale_timestamp".to_owned());
    assert_eq!(refusal(&world, request).await, stale);

    let mut early = merchant.time();
    early.now = early.now.plus_s(301);
    let ahead = merchant.connector.deduct(&order(2, &contract), early);
    assert_eq!(refusal(&world, ahead).await, stale);
    assert_eq!(world.balance().await, 9_600);
    world.stop().await;
}

#[tokio::test]
async fn a_signed_request_that_is_not_as_documented_is_refused() {
    let world = World::new().await;
    let merchant = &world.merchant;
    let check = async |sms: ridecode_pay::Sms, expected: (u16, &str)| {
        let request = merchant.connector.send_sms(&sms, merchant.time());
        let expected = (expected.0, expected.1.to_owned());
        assert_eq!(refusal(&world, request).await, expected);
    };
    let sms = |phone: &str, text: &str| ridecode_pay::Sms {
        phone: phone.to_owned(),
        text: text.to_owned(),
    };
    check(sms("13800138000", "hello"), (422, "malformed")).await;
    check(sms("+8613800138000", ""), (422, "malformed")).await;
    check(sms("+8613800138000", &"长".repeat(501)), (422, "malformed")).await;
    let huge = "x".repeat(64 * 1024);
    check(sms("+8613800138000", &huge), (413, "too_long")).await;

    // An order's body where a contract's is expected: signed well, of the wrong shape.
    let mut asked = merchant.connector.deduct(&order(1, "C1"), merchant.time());
    asked.body = b"[]".to_vec();
    let (status, _) = refusal(&world, asked).await;
    assert_eq!(status, 401, "the signature covers the body");
    world.stop().await;
}
