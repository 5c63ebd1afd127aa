//! The live picture, validators at work, and the agent's desk.

use ridecode::clock::now;
use ridecode::config::Role;
use ridecode_validator::journal::Event;
use ridecode_validator::{Outcome, Passage};
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, METRO, World, metro_gate};

#[tokio::test(flavor = "multi_thread")]
async fn the_live_picture_counts_each_decision_once_and_each_operator_sees_its_own() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138101", FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    let (place, time) = (bus.bus("fs-bus-1"), now());
    bus.admit(&place, rider.show(time), time);
    let refused = Event::Decided {
        code: vec![1, 2, 3],
        outcome: Outcome::Expired,
    };
    bus.write(&place, refused, time);
    bus.upload().await;
    bus.upload().await;
    world.work().await;
    let live = world.staff().get("/v1/live").await.expect(200);
    let sum = |name: &str| -> u64 {
        let slots = live["slots"].as_array().expect("slots");
        slots.iter().filter_map(|slot| slot[name].as_u64()).sum()
    };
    assert_eq!((sum("admitted"), sum("refused")), (1, 1));
    let expired = json!([{ "outcome": "expired", "count": 1 }]);
    assert_eq!(live["refusals"], expired);
    let line = &live["lines"][0];
    assert_eq!(
        (&line["operator"], &line["line"]),
        (&json!(3), &json!("fs-bus-1"))
    );
    let hour = &line["hours"][0];
    assert_eq!(
        (&hour["taps"], &hour["fares"]["minor"]),
        (&json!(1), &json!(200))
    );
    let collected = &live["charges"][0];
    assert_eq!(
        (
            &collected["state"],
            &collected["count"],
            &collected["amount"]["minor"]
        ),
        (&json!("collected"), &json!(1), &json!(200))
    );
    assert_eq!(live["advances"]["outstanding"]["minor"], 0);

    let metro = world.metro_staff().get("/v1/live").await.expect(200);
    assert_eq!((&metro["slots"], &metro["lines"]), (&json!([]), &json!([])));
    assert_eq!(
        (&metro["charges"], &metro["advances"]),
        (&Value::Null, &Value::Null)
    );
    for hours in ["0", "169", "many"] {
        let reply = world.staff().get(&format!("/v1/live?hours={hours}")).await;
        reply.problem("invalid-field", "hours");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_is_moved_and_retires_and_what_it_did_before_is_taken() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138102", METRO).await;
    let mut gate = world.reader(1).await;
    let place = metro_gate("xilang", Passage::In);
    let before = now().plus_s(-60);
    gate.admit(&place, rider.show(before), before);

    let staff = world.staff();
    let path = format!("/v1/validators/{}", gate.id);
    let moved = json!({ "stop": "guangzhoudongzhan", "reason": "gate 3 is rebuilt" });
    let view = staff
        .post(&format!("{path}/move"), &moved)
        .await
        .expect(200);
    assert_eq!(view["assigned"]["stop"], "guangzhoudongzhan");
    assert!(view["assigned"]["latitude_e5"].is_i64(), "{view}");
    let nowhere = json!({ "stop": "atlantis", "reason": "gate 3 is rebuilt" });
    let reply = staff.post(&format!("{path}/move"), &nowhere).await;
    reply.problem("invalid-field", "stop");
    let zero = json!({ "stop": "xilang", "reason": "the gate is\u{0} rebuilt" });
    let reply = staff.post(&format!("{path}/move"), &zero).await;
    reply.problem("invalid-field", "reason");
    let silent = json!({ "stop": "xilang", "reason": "" });
    let reply = staff.post(&format!("{path}/move"), &silent).await;
    reply.problem("invalid-field", "reason");

    let why = json!({ "reason": "the door was broken open" });
    for _ in 0..2 {
        let view = staff
            .post(&format!("{path}/retirement"), &why)
            .await
            .expect(200);
        assert!(view["retired"].is_string());
    }
    let reply = staff.post(&format!("{path}/move"), &moved).await;
    reply.problem("validator-retired", "");
    let bundle = world.api().get(&format!("{path}/bundle")).await;
    bundle.problem("validator-retired", "");
    let beats = format!("{path}/heartbeats");
    let beat = world.api().upload(&beats, vec![1]).await;
    beat.problem("validator-retired", "");
    assert_eq!(gate.upload().await["new"], 1);
    let after = now().plus_s(60);
    gate.admit(&place, rider.show(after), after);
    let late = gate.send(gate.seal(2, 2)).await;
    late.problem("validator-retired", "");
    let both = gate.send(gate.seal(1, 2)).await.expect(200);
    assert_eq!(both["new"], 1);
    assert_eq!(rider.rides().await.len(), 1);

    // Its operator's staff reads it on the trail, another's validators are not theirs to touch.
    let trail = world.metro_staff().get("/v1/trail").await.expect(200);
    let kinds: Vec<&str> = trail["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .filter_map(|line| line["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["retired_validator", "moved_validator", "gave_code"]);
    let bus = world.reader(3).await;
    let path = format!("/v1/validators/{}/retirement", bus.id);
    let reply = world.metro_staff().post(&path, &why).await;
    reply.problem("forbidden", "operator");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_finds_nobody_says_why() {
    let world = World::start().await;
    let agent = world.staff_with(Role::Agent);
    let check = async |body: Value, kind: &str, field: &str| {
        let reply = agent.post("/v1/riders/lookups", &body).await;
        reply.problem(kind, field);
    };
    let why = "calls about the gate";
    let nobody = json!({ "phone": "+8613800138999", "reason": why });
    check(nobody, "unknown-rider", "").await;
    check(json!({ "reason": why }), "invalid-field", "phone").await;
    let unread = json!({ "phone": "12", "reason": why });
    check(unread, "invalid-field", "phone").await;
    let path = "/v1/journeys/00000001-9/evidence";
    agent.get(path).await.problem("unknown-tap", "");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_finds_a_rider_sees_the_evidence_and_blocks_the_phone() {
    let world = World::start().await;
    let number = "+8613800138103";
    let mut rider = world.ready_rider(number, METRO).await;
    let mut gate = world.reader(1).await;
    let time = now();
    let code = rider.show(time);
    gate.admit(&metro_gate("xilang", Passage::In), code, time);
    gate.upload().await;
    let other = world.reader(1).await;

    let agent = world.staff_with(Role::Agent);
    let why = format!("calls from {number} about the gate");
    let asked = json!({ "phone": number, "reason": why });
    let found = agent.post("/v1/riders/lookups", &asked).await.expect(200);
    assert_eq!(
        (&found["state"], &found["rider"]),
        (&json!("active"), &json!(rider.rider()))
    );
    assert_eq!(found["phones"][0]["state"], "active");
    assert!(!found.to_string().contains("13800138103"), "{found}");

    let path = format!("/v1/riders/{}/rides", rider.rider());
    let rides = agent.get(&path).await.expect(200);
    assert_eq!(rides["rides"], Value::Array(rider.rides().await));
    let journey = rides["rides"][0]["journey"].as_str().expect("an id");
    let path = format!("/v1/journeys/{journey}/evidence");
    let evidence = agent.get(&path).await.expect(200);
    let entry = &evidence["entries"][0];
    assert_eq!(
        (&entry["tap"], &entry["outcome"]),
        (&json!(journey), &json!("admit"))
    );
    assert_eq!(entry["code_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(evidence["unknown_since"], json!(time.to_string()));
    assert_eq!(
        evidence["waiting_for"][0]["validator"],
        other.id.to_string()
    );

    let block = async |whose: &str| {
        let path = format!("/v1/devices/{}/block", rider.device);
        let body = json!({ "rider": whose, "reason": "stolen on the bus" });
        agent.post(&path, &body).await
    };
    block("0000000000000001")
        .await
        .problem("unknown-device", "");
    for changed in [true, false] {
        assert_eq!(block(rider.rider()).await.expect(200)["changed"], changed);
    }
    let mend = json!({ "rider": rider.rider(), "mend": "unridden", "evidence": "gate",
        "note": "the gate stayed shut" });
    let path = format!("/v1/taps/{journey}/repairs");
    agent.post(&path, &mend).await.expect(201);

    let path = format!("/v1/trail?rider={}", rider.rider());
    let trail = world.staff_with(Role::Auditor).get(&path).await.expect(200);
    let lines = trail["lines"].as_array().expect("lines");
    let kinds: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["mended_tap", "blocked_phone", "looked_up"]);
    assert_eq!(lines[0]["reason"], "the gate stayed shut");
    assert_eq!(lines[2]["reason"], "calls from … about the gate");
    assert!(
        lines.iter().all(|line| line["author"] == "agent"),
        "{trail}"
    );
    let all = world.staff().get("/v1/trail?limit=2").await.expect(200);
    assert_eq!(all["lines"].as_array().map(Vec::len), Some(2));
    assert_eq!(all["next"], all["lines"][1]["number"]);
    world.stop().await;
}
