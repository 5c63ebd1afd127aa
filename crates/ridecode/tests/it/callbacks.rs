//! Callbacks are believed where the provider's signature holds, and nowhere else.

use reqwest::Method;
use ridecode::clock::now;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _, Sm2Id};
use ridecode_words::UnixSeconds;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::world::{FOSHAN_BUS, Reply, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_comes_later_is_told_by_callback() {
    let world = World::start().await;
    let provider = world.provider();
    let mut rider = world.ready_rider("+8613800138060", FOSHAN_BUS).await;
    let wallets = provider.get("/control/wallets").await.expect(200);
    let wallet = wallets[0]["wallet"].as_str().expect("a wallet");
    let later = json!({ "mode": "accepts_then_collects", "callbacks": "never" });
    provider
        .post(&format!("/control/wallets/{wallet}"), &later)
        .await
        .expect(200);

    let mut bus = world.reader(3).await;
    let time = now();
    bus.admit(&bus.bus("fs-bus-1"), rider.show(time), time);
    bus.upload().await;
    world.work().await;
    assert_eq!(rider.rides().await[0]["state"], "accepted");
    let orders = provider.get("/control/orders").await.expect(200);
    let order = orders[0]["order"].as_str().expect("an order");
    let merchant = orders[0]["merchant"].as_str().expect("a merchant");
    provider
        .post(&format!("/control/orders/{merchant}/{order}"), &json!({}))
        .await
        .expect(200);
    assert_eq!(rider.rides().await[0]["state"], "accepted");

    // The provider calls, and once more: taken once.
    let callbacks = provider.get("/control/callbacks").await.expect(200);
    let newest = callbacks.as_array().expect("a list").last();
    let id = &newest.expect("a callback")["id"];
    for _ in 0..2 {
        let path = format!("/control/callbacks/{id}/send");
        provider.post(&path, &json!({})).await.expect(200);
        assert_eq!(rider.rides().await[0]["state"], "collected");
    }
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_signed_or_nobody_understands_changes_nothing() {
    let key = SecretKey::new(Algorithm::EdDsa, &[7; 32]).expect("a key");
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Here the test is the provider.
    let world = World::start_with(folder, |config| {
        let mut own = [0; 32];
        own.copy_from_slice(&key.public_key().bytes[..32]);
        config.provider.key = Some(own);
    })
    .await;
    let call = async |body: &Value, signer: &SecretKey, time: UnixSeconds| {
        send(&world, body, &headers(body, signer, time)).await
    };
    let order = json!({
        "event": "order",
        "order": "00002001-17-1",
        "contract": "C1",
        "amount_minor": 200,
        "currency": "CNY",
        "state": "collected",
        "transaction": "T1",
        "reason": null,
    });
    let stranger = SecretKey::new(Algorithm::EdDsa, &[8; 32]).expect("a key");
    let refused = "callback-refused";
    call(&order, &stranger, now()).await.problem(refused, "");
    let old = now().plus_s(-301);
    call(&order, &key, old).await.problem(refused, "");
    let early = now().plus_s(400);
    call(&order, &key, early).await.problem(refused, "");
    let all = headers(&order, &key, now());
    for missing in ["sandbox-timestamp", "sandbox-nonce", "sandbox-signature"] {
        let rest: Vec<_> = all.iter().filter(|one| one.0 != missing).cloned().collect();
        send(&world, &order, &rest).await.problem(refused, missing);
    }
    let mut altered = order.clone();
    altered["amount_minor"] = json!(1);
    send(&world, &altered, &all).await.problem(refused, "");

    let malformed = "callback-malformed";
    for body in [
        json!([]),
        json!({"event": "party"}),
        json!({"event": "order"}),
    ] {
        call(&body, &key, now()).await.problem(malformed, "");
    }
    // Signed and understood, but of an order this office never made.
    call(&order, &key, now())
        .await
        .problem("callback-unknown", "");
    let contract = json!({
        "event": "contract",
        "number": "00000000000000cd",
        "contract": "C1",
        "payer": "00000000000000ef",
        "state": "active",
        "reason": null,
        "sign_url": null,
    });
    call(&contract, &key, now())
        .await
        .problem("callback-unknown", "");
    world.stop().await;
}

type Headers = Vec<(&'static str, String)>;

fn headers(body: &Value, signer: &SecretKey, time: UnixSeconds) -> Headers {
    let digest = hex::encode(Sha256::digest(body.to_string()));
    let (timestamp, nonce) = (time.0, "00000000000000ab");
    let text = format!("CALLBACK\nridecode\n{timestamp}\n{nonce}\n{digest}\n");
    let signature = signer.sign(Sm2Id::DEFAULT, text.as_bytes());
    vec![
        ("sandbox-merchant", "ridecode".to_owned()),
        ("sandbox-timestamp", timestamp.to_string()),
        ("sandbox-nonce", nonce.to_owned()),
        ("sandbox-signature", hex::encode(signature.0)),
    ]
}

async fn send(world: &World, body: &Value, headers: &Headers) -> Reply {
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let line = (Method::POST, "/v1/callbacks/sandbox");
    let body = body.to_string().into_bytes();
    world.api().send(line, &headers, body).await
}
