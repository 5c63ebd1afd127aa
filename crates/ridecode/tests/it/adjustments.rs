//! Agents give money to riders, accountants approve, everyone sees the trail.

use ridecode::clock::now;
use ridecode::config::Role;
use serde_json::{Value, json};

use crate::world::{Api, FOSHAN_BUS, World};

/// A rider with a ride of 2 yuan that is paid. Gives the journey.
async fn paid_ride(world: &World, phone: &str) -> String {
    let mut rider = world.ready_rider(phone, FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    let time = now();
    bus.admit(&place, rider.show(time), time);
    bus.upload().await;
    assert_eq!(world.work().await.collected, 1);
    let rides = rider.rides().await;
    rides[0]["journey"].as_str().expect("a journey").to_owned()
}

fn whole_day() -> Value {
    let (from, until) = (now().plus_s(-43_200), now().plus_s(43_200));
    json!({
        "operator": 3, "from": from.to_string(), "until": until.to_string(),
        "why": "the reader charged twice"
    })
}

async fn decide(api: &Api, adjustment: &Value, approve: bool) -> crate::world::Reply {
    let id = adjustment["adjustment"].as_str().expect("a number");
    let path = format!("/v1/adjustments/{id}/decision");
    api.post(&path, &json!({ "approve": approve })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_gives_up_to_a_limit_alone() {
    let world = World::start().await;
    let journey = paid_ride(&world, "+8613800138060").await;
    let agent = world.staff_with(Role::Agent);
    let ask = async |body: Value| agent.post("/v1/adjustments", &body).await;
    let why = "the gate stayed shut";
    let body = |minor: i64| json!({ "journey": journey, "amount_minor": minor, "why": why });
    ask(body(0)).await.problem("invalid-field", "amount_minor");
    ask(body(201))
        .await
        .problem("invalid-field", "amount_minor");
    let mut silent = body(1);
    silent["why"] = "".into();
    ask(silent).await.problem("invalid-field", "why");
    let nowhere = json!({ "journey": "00000001-99", "amount_minor": 1, "why": why });
    ask(nowhere).await.problem("unknown-ride", "journey");

    let given = ask(body(50)).await.expect(201);
    assert_eq!(given["state"], "approved");
    assert_eq!(given["asked_by"], given["decided_by"]);
    world.work().await;
    let path = format!(
        "/v1/adjustments/{}",
        given["adjustment"].as_str().expect("a number")
    );
    let shown = agent.get(&path).await.expect(200);
    assert_eq!((&shown["posted"], &shown["why"]), (&json!(1), &json!(why)));
    let list = agent.get("/v1/adjustments").await.expect(200);
    assert_eq!(list, json!([shown]));
    let unknown = agent.get("/v1/adjustments/0000000000000001").await;
    unknown.problem("unknown-adjustment", "");
    world
        .metro_staff()
        .get("/v1/adjustments")
        .await
        .problem("forbidden", "");
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_corrected_by_four_eyes_and_taken_back_by_four() {
    let world = World::start().await;
    paid_ride(&world, "+8613800138061").await;
    let (agent, admin) = (world.staff_with(Role::Agent), world.staff_with(Role::Admin));
    let accountant = world.staff_with(Role::Accountant);
    let mut wrong = whole_day();
    wrong["until"] = wrong["from"].clone();
    let wrong = agent.post("/v1/adjustments/previews", &wrong).await;
    wrong.problem("invalid-field", "until");
    let mut nobody = whole_day();
    nobody["validator"] = "0000ffff".into();
    let nobody = agent.post("/v1/adjustments/batches", &nobody).await;
    nobody.problem("unknown-ride", "");
    let preview = agent.post("/v1/adjustments/previews", &whole_day()).await;
    let preview = preview.expect(200);
    assert_eq!(
        (&preview["riders"], &preview["rides"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(preview["sum"]["minor"], 200);

    let asked = admin.post("/v1/adjustments/batches", &whole_day()).await;
    let asked = asked.expect(201);
    assert_eq!(asked["state"], "waiting");
    decide(&admin, &asked, true)
        .await
        .problem("same-person", "");
    let approved = decide(&accountant, &asked, true).await.expect(200);
    assert_eq!(approved["state"], "approved");
    decide(&accountant, &asked, false)
        .await
        .problem("adjustment-state", "");
    let round = world.work().await;
    assert_eq!(round.refunded, 1);

    let id = asked["adjustment"].as_str().expect("a number");
    let path = format!("/v1/adjustments/{id}/reversal");
    let back = agent.post(&path, &json!({ "why": "it was right" })).await;
    let back = back.expect(201);
    assert_eq!(
        (&back["kind"], &back["of"]),
        (&json!("taken_back"), &json!(id))
    );
    assert_eq!(back["state"], "waiting");
    decide(&accountant, &back, true).await.expect(200);
    assert_eq!(world.work().await.collected, 1);
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}
