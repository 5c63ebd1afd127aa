//! From a phone number to a credential, and everything that can be sent instead.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_codec::crypto::native::Native;
use ridecode_codec::crypto::{Algorithm, Crypto as _, PublicKey};
use serde_json::{Value, json};

use crate::world::{
    FOSHAN_BUS, METRO, Reply, World, YANGCHENGTONG, device_body, fresh_key, read_sms,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_rider_gets_from_a_phone_number_to_codes() {
    let world = World::start().await;
    let mut rider = world.rider("+8613800138000").await;
    assert_eq!(rider.session["opened"], true);
    let account = rider.account().await;
    assert_eq!(account["state"], "active");
    assert_eq!(account["balance"], json!({"minor": 0, "currency": "CNY"}));

    let mandate = rider.sign_mandate().await;
    rider.register(METRO).await;
    rider.fetch_credentials(METRO).await;
    let account = rider.account().await;
    assert_eq!(
        account["mandates"],
        json!([{"mandate": mandate, "state": "active", "reason": null}])
    );
    assert_eq!(account["devices"][0]["active"], true);
    let code = rider.show(ridecode::clock::now());
    assert!(code.starts_with(b"R1:"));

    // The same number is the same account, in another session with another nonce.
    let again = world.rider("138 0013 8000").await;
    assert_eq!(again.session["opened"], false);
    assert_eq!(again.rider(), rider.rider());
    assert_ne!(again.session["device_nonce"], rider.session["device_nonce"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_brand_gives_credentials_of_its_scheme() {
    let world = World::start().await;
    let mut rider = world.rider("+8613800138001").await;
    rider.sign_mandate().await;
    for (brand, scheme, count) in [
        (YANGCHENGTONG, "mot", 1),
        (METRO, "compact", 4),
        (FOSHAN_BUS, "compact", 4),
    ] {
        rider.register(brand).await;
        let granted = rider.ask_credentials(brand).await.expect(201);
        let granted = granted.as_array().expect("a list");
        assert_eq!(granted.len(), count, "brand {brand}");
        assert!(granted.iter().all(|one| one["scheme"] == scheme));
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_also_a_cookie_scripts_cannot_read() {
    let world = World::start().await;
    let api = world.api();
    let phone = "+8613800138002";
    world.rider(phone).await;
    api.post("/v1/riders/codes", &json!({ "phone": phone }))
        .await
        .expect(202);
    let code = read_sms(&world.provider(), phone).await;
    let body = json!({ "phone": phone, "code": code });
    let reply = api.post("/v1/riders/sessions", &body).await;
    reply.expect(201);
    let cookie = reply.headers["set-cookie"].to_str().expect("a cookie");
    for word in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let pair = cookie.split(';').next().expect("a pair");
    let line = (reqwest::Method::GET, "/v1/riders/me");
    api.send(line, &[("cookie", pair)], Vec::new())
        .await
        .expect(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_to_a_sign_in_costs_no_other_message() {
    let world = World::start().await;
    let api = world.api();
    let phone = "+8613800138061";
    api.post("/v1/riders/codes", &json!({ "phone": phone }))
        .await
        .expect(202);
    let code = read_sms(&world.provider(), phone).await;
    let sign_in = async |key: &str, code: &str| {
        let body = json!({ "phone": phone, "code": code });
        let line = (reqwest::Method::POST, "/v1/riders/sessions");
        api.json(line, &body, Some(key)).await
    };
    let key = "5d1f0a6b7c8e9d2034a5b6c7d8e9f001";
    let short = sign_in("too-short-to-be-secret", &code).await;
    short.problem("invalid-field", "Idempotency-Key");
    let first = sign_in(key, &code).await.expect(201);
    let again = sign_in(key, &code).await.expect(201);
    assert_eq!(again, first, "the same session, opened and all");
    // Neither the code alone nor the key alone is worth anything.
    let other_key = "00000000000000000000000000000000";
    let reply = sign_in(other_key, &code).await;
    reply.problem("no-code-waiting", "code");
    let reply = sign_in(key, "000000").await;
    reply.problem("no-code-waiting", "code");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_by_their_rider() {
    let world = World::start().await;
    let phone = "+8613800138062";
    let (one, two) = (world.rider(phone).await, world.rider(phone).await);
    let three = world.rider(phone).await;
    let stranger = world.rider("+8613800138063").await;
    let list = one.api.get("/v1/riders/sessions").await.expect(200);
    let list = list.as_array().expect("a list").clone();
    assert_eq!(list.len(), 3);
    assert_eq!(list.iter().filter(|it| it["own"] == true).count(), 1);
    assert_eq!(list[0]["client"], "other");
    let own = two.api.get("/v1/riders/sessions").await.expect(200);
    let own = own.as_array().expect("a list");
    let own = own.iter().find(|it| it["own"] == true).expect("two's own");
    let path = format!("/v1/riders/sessions/{}", own["session"].as_str().unwrap());
    let reply = stranger.api.delete(&path, &json!({})).await;
    reply.problem("unknown-session", "");
    one.api.delete(&path, &json!({})).await.expect(204);
    two.api.get("/v1/riders/me").await.problem("signed-out", "");
    three.api.get("/v1/riders/me").await.expect(200);
    let others = "/v1/riders/sessions";
    one.api.delete(others, &json!({})).await.expect(204);
    three
        .api
        .get("/v1/riders/me")
        .await
        .problem("signed-out", "");
    one.api.get("/v1/riders/me").await.expect(200);
    stranger.api.get("/v1/riders/me").await.expect(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_run_out() {
    let world = World::start().await;
    let api = world.api();
    let phone = "+8613800138003";
    let answer = async |code: &str| -> Reply {
        let body = json!({ "phone": phone, "code": code });
        api.post("/v1/riders/sessions", &body).await
    };
    answer("000000").await.problem("no-code-waiting", "code");
    api.post("/v1/riders/codes", &json!({ "phone": phone }))
        .await
        .expect(202);
    for left in (0..5).rev() {
        // One code in a million is right by chance; this text never is.
        let problem = answer("wrong").await.problem("wrong-code", "code");
        assert_eq!(problem["tries_left"], left);
    }
    answer("wrong").await.problem("no-code-waiting", "code");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_numbers_and_bodies_are_named() {
    let world = World::start().await;
    let api = world.api();
    let post = async |body: Value| api.post("/v1/riders/codes", &body).await;
    for phone in [
        "",
        "abc",
        "+",
        "+1",
        "+12345678901234567",
        "１３８００１３８０００",
    ] {
        post(json!({ "phone": phone }))
            .await
            .problem("invalid-field", "phone");
    }
    post(json!({})).await.problem("invalid-field", "phone");
    post(json!({ "phone": 1 }))
        .await
        .problem("invalid-field", "phone");
    post(json!({ "phone": "+8613800138000", "name": "x" }))
        .await
        .problem("invalid-field", "name");
    post(json!([])).await.problem("malformed-body", "");
    let path = "/v1/riders/sessions";
    api.post(path, &json!({ "phone": "x", "code": "1" }))
        .await
        .problem("invalid-field", "phone");
    api.post(path, &json!({ "phone": "+8613800138000" }))
        .await
        .problem("invalid-field", "code");
    let line = || (reqwest::Method::POST, path);
    let json = [("content-type", "application/json; charset=utf-8")];
    api.send(line(), &json, b"{\"phone\":\"\xff\"}".to_vec())
        .await
        .problem("malformed-body", "");
    api.send(line(), &[("content-type", "text/plain")], b"{}".to_vec())
        .await
        .problem("unsupported-media-type", "");
    let long = vec![b' '; 70_000];
    api.send(line(), &json, long).await.problem("too-large", "");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_must_show_that_it_holds_its_key() {
    let world = World::start().await;
    let rider = world.rider("+8613800138004").await;
    let other = world.rider("+8613800138005").await;
    let key = fresh_key(Algorithm::Es256);
    let right = device_body(&key, &rider.session);
    let post = async |body: &Value| rider.api.post("/v1/devices", body).await;
    let with = |field: &str, value: Value| {
        let mut body = right.clone();
        body[field] = value;
        body
    };
    // A proof of another session, of another key, or altered.
    post(&device_body(&key, &other.session))
        .await
        .problem("wrong-proof", "proof");
    let stranger = device_body(&fresh_key(Algorithm::Es256), &rider.session);
    post(&with("proof", stranger["proof"].clone()))
        .await
        .problem("wrong-proof", "proof");
    post(&with("proof", json!("AAAA")))
        .await
        .problem("invalid-field", "proof");
    post(&with("public_key", json!("AAAA")))
        .await
        .problem("wrong-key", "public_key");
    post(&with("algorithm", json!("rsa")))
        .await
        .problem("invalid-field", "algorithm");
    post(&with("public_key", json!(STANDARD.encode(no_point()))))
        .await
        .problem("wrong-key", "public_key");
    assert_eq!(rider.account().await["devices"], json!([]));

    let first = post(&right).await.expect(201);
    let again = post(&right).await.expect(201);
    assert_eq!(first, again);
    world.stop().await;
}

/// Thirty-three bytes that look like a point of P-256 and are none.
fn no_point() -> [u8; 33] {
    let mut candidates = (1..=255).map(|last| {
        let mut bytes = [0; 33];
        (bytes[0], bytes[32]) = (2, last);
        bytes
    });
    let is_no_point = |bytes: &[u8; 33]| {
        let algorithm = Algorithm::Es256;
        let key = PublicKey {
            algorithm,
            bytes: *bytes,
        };
        Native.parse_key(&key).is_none()
    };
    candidates.find(is_no_point).expect("half of them are none")
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_for_active_phones_with_a_mandate() {
    let world = World::start().await;
    let mut rider = world.rider("+8613800138006").await;
    rider.register(METRO).await;
    rider.ask_credentials(METRO).await.problem("no-mandate", "");
    rider.sign_mandate().await;
    rider
        .ask_credentials(9)
        .await
        .problem("unknown-brand", "brand");
    rider
        .ask_credentials(YANGCHENGTONG)
        .await
        .problem("wrong-key", "public_key");
    rider.fetch_credentials(METRO).await;

    // Another rider's phone is no phone of mine.
    let mut other = world.rider("+8613800138007").await;
    other.sign_mandate().await;
    other.device.clone_from(&rider.device);
    other
        .ask_credentials(METRO)
        .await
        .problem("unknown-device", "");
    let path = format!("/v1/devices/{}", rider.device);
    let lost = json!({ "reason": "lost" });
    other
        .api
        .delete(&path, &lost)
        .await
        .problem("unknown-device", "");
    "0000000000000001".clone_into(&mut other.device);
    other
        .ask_credentials(METRO)
        .await
        .problem("unknown-device", "");
    "x".clone_into(&mut other.device);
    other
        .ask_credentials(METRO)
        .await
        .problem("invalid-field", "device");

    // A revoked phone gets nothing any more, and cannot come back.
    rider
        .api
        .delete(&path, &json!({ "reason": "bored" }))
        .await
        .problem("invalid-field", "reason");
    assert_eq!(rider.api.delete(&path, &lost).await.status, 204);
    assert_eq!(rider.api.delete(&path, &lost).await.status, 204);
    rider
        .ask_credentials(METRO)
        .await
        .problem("device-revoked", "");
    assert_eq!(rider.account().await["devices"][0]["active"], false);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mandate_is_its_riders_alone() {
    let world = World::start().await;
    let rider = world.rider("+8613800138008").await;
    let other = world.rider("+8613800138009").await;
    let mandate = rider.sign_mandate().await;
    let path = format!("/v1/mandates/{mandate}");
    other.api.get(&path).await.problem("unknown-mandate", "");
    let path = "/v1/mandates/00000000000000ff";
    rider.api.get(path).await.problem("unknown-mandate", "");
    rider
        .api
        .get("/v1/mandates/12")
        .await
        .problem("invalid-field", "mandate");
    world.stop().await;
}
