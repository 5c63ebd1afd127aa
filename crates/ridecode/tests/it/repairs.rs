//! Mending taps over the interface: what riders may say of a ride, what agents may do.

use ridecode::clock::now;
use ridecode::config::Role;
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_takes_a_tap_back_and_the_ride_costs_nothing() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138090", FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    let time = now();
    bus.admit(&bus.bus("fs-bus-1"), rider.show(time), time);
    bus.upload().await;
    assert_eq!(world.work().await.collected, 1);
    let rides = rider.rides().await;
    let journey = rides[0]["journey"].as_str().expect("an id").to_owned();

    // A whole ride lacks nothing that its rider could supply, and others' rides are nobody's.
    let said = json!({ "stop": "gz-1", "time": time.to_string() });
    let claim = async |journey: &str, said: &Value| {
        let path = format!("/v1/rides/{journey}/repairs");
        rider.api.post(&path, said).await
    };
    claim(&journey, &said).await.problem("repair-state", "");
    claim("00000001-999", &said)
        .await
        .problem("unknown-tap", "");
    let noon = json!({ "stop": "gz-1", "time": "noon" });
    claim(&journey, &noon)
        .await
        .problem("invalid-field", "time");

    let agent = world.staff_with(Role::Agent);
    let path = format!("/v1/taps/{journey}/repairs");
    let mend = |evidence: &str| {
        let rider = rider.rider();
        json!({ "rider": rider, "mend": "unridden", "evidence": evidence, "note": "the bus broke down" })
    };
    let guess = agent.post(&path, &mend("guess")).await;
    guess.problem("invalid-field", "evidence");
    let elsewhere = agent
        .post("/v1/taps/00000001-999/repairs", &mend("gate"))
        .await;
    elsewhere.problem("unknown-tap", "");
    // A repeat is the same repair.
    for _ in 0..2 {
        let mended = agent.post(&path, &mend("gate")).await.expect(201);
        assert_eq!(mended["fare"], json!(null));
    }

    assert_eq!(world.work().await.refunded, 1);
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}
