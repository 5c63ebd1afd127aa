//! Validators introduce themselves and fetch their bundle.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode::clock::now;
use ridecode_codec::crypto::native::Native;
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_validator::bundle::{self, Expected};
use ridecode_validator::heartbeat::{self, Heartbeat, Waits};
use ridecode_validator::{ClockTrust, Passage};
use ridecode_words::{OperatorId, Text};
use serde_json::json;

use crate::world::{KNOWN_CODE, METRO, Reader, World, fresh_key, introduction, metro_gate};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_that_has_a_bundle_is_told_what_changed() {
    let world = World::start().await;
    let reader = world.reader(1).await;
    let api = world.api();
    let body = json!({ "operator": 1 });
    let code = world.staff().post("/v1/validators/codes", &body).await;
    let code = code.expect(201)["one_time_code"]
        .as_str()
        .unwrap()
        .to_owned();
    let introduction = introduction(&code, &fresh_key(Algorithm::EdDsa));
    let view = api.post("/v1/validators", &introduction).await.expect(201);
    let expected = Expected {
        office: office_key(&view["office_key"]["public_key"]),
        operator: OperatorId(1),
        in_force: 0,
    };
    let path = format!("/v1/validators/{}/bundle?delta=true&have=", reader.id);
    // Nothing, and a version nobody made, is answered with the whole bundle.
    for have in ["0", "1"] {
        let reply = api.get(&format!("{path}{have}")).await;
        assert!(!bundle::is_delta(&reply.bytes));
    }
    let reply = api.get(&format!("{path}0")).await;
    let mut in_force = bundle::open(&reply.bytes, &expected, &Native).expect("it opens");
    for phone in ["+8613800138021", "+8613800138022"] {
        let rider = world.ready_rider(phone, METRO).await;
        let device = format!("/v1/devices/{}", rider.device);
        let lost = json!({ "reason": "lost" });
        assert_eq!(rider.api.delete(&device, &lost).await.status, 204);
        let reply = api.get(&format!("{path}{}", in_force.version)).await;
        assert!(bundle::is_delta(&reply.bytes));
        let next = bundle::open_delta(&reply.bytes, &expected, &in_force, &Native);
        let next = next.expect("it follows");
        assert_eq!(next.denied.len(), in_force.denied.len() + 4);
        let whole = api
            .get(&format!("/v1/validators/{}/bundle", reader.id))
            .await;
        let whole = bundle::open(&whole.bytes, &expected, &Native).expect("it opens");
        // A new refresh period may begin between the two.
        assert_eq!(next.denied, whole.denied);
        in_force = next;
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_tell_staff_how_a_validator_is() {
    let world = World::start().await;
    let reader = world.reader(1).await;
    let api = world.api();
    let path = format!("/v1/validators/{}/heartbeats", reader.id);
    let beat = Heartbeat {
        validator: reader.id,
        sealed: now(),
        trust: ClockTrust::Synced,
        journal_end: 9,
        held_through: 7,
        complete_to: now(),
        bundle_version: 3,
        free_bytes: Some(1 << 20),
        waits: Waits {
            scans: 1,
            p50_us: 2,
            p95_us: 3,
            p99_us: 4,
        },
        ailments: vec![Text::new("disk_nearly_full").unwrap()],
        place: Some(metro_gate("guangzhoudongzhan", Passage::In)),
        software: Text::new("0.1.0").ok(),
    };
    let send = async |path: &str, sealed: Vec<u8>| {
        let line = (reqwest::Method::POST, path);
        let octets = [("content-type", "application/octet-stream")];
        api.send(line, &octets, sealed).await
    };
    let good = heartbeat::seal(&beat, &reader.key);
    assert_eq!(send(&path, good.clone()).await.expect(200)["next_s"], 60);
    let list = world.staff().get("/v1/validators").await.expect(200);
    let view = &list[0];
    assert_eq!(view["validator"], reader.id.to_string());
    assert_eq!(
        (&view["waiting"], &view["vitals"]["clock"]),
        (&json!(9), &json!("synced")),
        "nothing of its journal is here"
    );
    assert_eq!(view["vitals"]["ailments"], json!(["disk_nearly_full"]));
    assert_eq!(view["place"]["stop"], "guangzhoudongzhan");

    // An older one, sent again, changes nothing.
    let newer = Heartbeat {
        sealed: beat.sealed.plus_s(1),
        journal_end: 10,
        held_through: 10,
        ailments: Vec::new(),
        ..beat.clone()
    };
    send(&path, heartbeat::seal(&newer, &reader.key))
        .await
        .expect(200);
    send(&path, good.clone()).await.expect(200);
    let list = world.staff().get("/v1/validators").await.expect(200);
    assert_eq!(list[0]["journal_end"], 10);

    let forged = heartbeat::seal(&beat, &fresh_key(Algorithm::EdDsa));
    send(&path, forged).await.problem("segment-signature", "");
    let cut = good[..good.len() - 1].to_vec();
    send(&path, cut).await.problem("segment-malformed", "");
    let other = world.reader(1).await;
    let elsewhere = format!("/v1/validators/{}/heartbeats", other.id);
    send(&elsewhere, good)
        .await
        .problem("segment-signature", "");
    let nobody = "/v1/validators/00000000/heartbeats";
    send(nobody, Vec::new())
        .await
        .problem("unknown-validator", "");
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
