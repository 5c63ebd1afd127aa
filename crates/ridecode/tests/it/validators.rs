//! Validators introduce themselves and fetch their bundle.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_codec::crypto::native::Native;
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_validator::bundle::{self, Expected};
use ridecode_words::OperatorId;
use serde_json::json;

use crate::world::{KNOWN_CODE, METRO, Reader, World, fresh_key, introduction};

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_code_registers_one_key() {
    let world = World::start().await;
    let api = world.api();
    let key = fresh_key(Algorithm::EdDsa);
    let body = introduction(KNOWN_CODE, &key);
    let first = api.post("/v1/validators", &body).await.expect(201);
    assert_eq!(first["operator"], 2);
    let again = api.post("/v1/validators", &body).await.expect(201);
    assert_eq!(first, again);
    let other = introduction(KNOWN_CODE, &fresh_key(Algorithm::EdDsa));
    api.post("/v1/validators", &other)
        .await
        .problem("one-time-code-used", "one_time_code");
    let unknown = introduction("bus-00000000", &key);
    api.post("/v1/validators", &unknown)
        .await
        .problem("wrong-one-time-code", "one_time_code");
    let mut no_key = introduction(KNOWN_CODE, &key);
    no_key["public_key"] = json!(STANDARD.encode([255; 32]));
    api.post("/v1/validators", &no_key)
        .await
        .problem("wrong-key", "public_key");
    api.post("/v1/validators", &json!({}))
        .await
        .problem("invalid-field", "one_time_code");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_makes_codes_for_its_own_operator() {
    let world = World::start().await;
    let ask = |operator: u32| json!({ "operator": operator });
    let path = "/v1/validators/codes";
    let made = world.metro_staff().post(path, &ask(1)).await.expect(201);
    let code = made["one_time_code"].as_str().expect("a code");
    let reader = Reader::register(world.api(), code).await;
    assert_eq!(reader.operator, OperatorId(1));
    assert_eq!(made["validator"], reader.id.to_string());
    world
        .metro_staff()
        .post(path, &ask(2))
        .await
        .problem("forbidden", "operator");
    world
        .staff()
        .post(path, &ask(9))
        .await
        .problem("invalid-field", "operator");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bundle_is_signed_for_the_operator_and_denies_revoked_phones() {
    let world = World::start().await;
    let api = world.api();
    let reader = world.reader(1).await;
    let body = json!({ "operator": 1 });
    let made = world
        .staff()
        .post("/v1/validators/codes", &body)
        .await
        .expect(201);
    let code = made["one_time_code"].as_str().expect("a code");
    let key = fresh_key(Algorithm::EdDsa);
    let view = api
        .post("/v1/validators", &introduction(code, &key))
        .await
        .expect(201);
    let office_key = office_key(&view["office_key"]["public_key"]);

    let path = format!("/v1/validators/{}/bundle", reader.id);
    let reply = api.get(&path).await;
    assert_eq!(reply.status, 200);
    let open = |sealed: &[u8], operator| {
        let expected = Expected {
            office: office_key,
            operator,
            in_force: 0,
        };
        bundle::open(sealed, &expected, &Native)
    };
    let first = open(&reply.bytes, OperatorId(1)).expect("it opens");
    assert!(first.denied.is_empty());
    assert!(
        first
            .brands
            .iter()
            .all(|rule| rule.operator == OperatorId(1))
    );
    assert!(open(&reply.bytes, OperatorId(2)).is_err());
    let unchanged = format!("{path}?have={}", first.version);
    let reply = api.get(&unchanged).await;
    // A new refresh period may begin between the two.
    assert!(reply.status == 204 || reply.status == 200);

    let rider = world.ready_rider("+8613800138010", METRO).await;
    let phone = format!("/v1/devices/{}", rider.device);
    let lost = json!({ "reason": "lost" });
    assert_eq!(rider.api.delete(&phone, &lost).await.status, 204);
    let reply = api.get(&unchanged).await;
    let second = open(&reply.bytes, OperatorId(1)).expect("it opens");
    assert!(second.version > first.version);
    assert_eq!(second.denied.len(), 4);

    api.get("/v1/validators/00000000/bundle")
        .await
        .problem("unknown-validator", "");
    api.get("/v1/validators/7/bundle")
        .await
        .problem("invalid-field", "validator");
    api.get(&format!("{path}?have=new"))
        .await
        .problem("invalid-field", "have");
    api.get(&format!("{path}?had=1"))
        .await
        .problem("invalid-field", "had");
    world.stop().await;
}

fn office_key(text: &serde_json::Value) -> PublicKey {
    let text = text.as_str().expect("a key");
    let key = STANDARD.decode(text).expect("base64");
    let mut bytes = [0; 33];
    bytes[..32].copy_from_slice(&key);
    PublicKey {
        algorithm: Algorithm::EdDsa,
        bytes,
    }
}
