//! Money on its way back: what the rider sees, what the provider holds, what an agent may do.

use ridecode::clock::now;
use ridecode::config::Role;
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_ride_taken_back_after_it_was_paid_is_refunded() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138050", FOSHAN_BUS).await;
    let wallet = async || {
        let wallets = world.provider().get("/control/wallets").await.expect(200);
        wallets[0].clone()
    };
    let before = wallet().await;
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    let time = now();
    let accepted = bus.admit(&place, rider.show(time), time);
    bus.upload().await;
    assert_eq!(world.work().await.collected, 1);
    assert_eq!(
        rider.api.get("/v1/refunds").await.expect(200)["refunds"],
        json!([])
    );

    // The provider refuses at first: the money waits for an agent.
    let name = before["wallet"].as_str().expect("a wallet");
    let path = format!("/control/wallets/{name}");
    let set = async |refunds: &str| {
        let change = json!({ "refunds": refunds });
        world.provider().post(&path, &change).await.expect(200);
    };
    set("refuses").await;
    bus.void(&place, accepted, time.plus_s(5));
    bus.upload().await;
    assert_eq!(world.work().await.refunded, 0);
    let shown = async || -> Value {
        let page = rider.api.get("/v1/refunds").await.expect(200);
        page["refunds"][0].clone()
    };
    let refused = shown().await;
    assert_eq!(refused["state"], "refused");
    assert_eq!(refused["reason"], "account_closed");
    assert_eq!(refused["amount"]["minor"], 200);

    let books = world.staff_with(Role::Auditor);
    let open = books.get("/v1/refunds/open").await.expect(200);
    assert_eq!(open, json!([refused]));

    set("ordinary").await;
    let number = refused["refund"].as_str().expect("a number");
    let agent = world.staff_with(Role::Agent);
    let again = format!("/v1/refunds/{number}/attempts");
    let tried = agent.post(&again, &json!({})).await.expect(202);
    assert_eq!(tried["refund"], refused["refund"]);
    assert_eq!(world.work().await.refunded, 1);
    assert_eq!(shown().await["state"], "done");
    let open = books.get("/v1/refunds/open").await.expect(200);
    assert_eq!(open, json!([]));
    assert_eq!(wallet().await["balance_minor"], before["balance_minor"]);
    agent
        .post(&again, &json!({}))
        .await
        .problem("refund-state", "");
    let unknown = "/v1/refunds/00000001-999-1-r1/attempts";
    agent
        .post(unknown, &json!({}))
        .await
        .problem("unknown-refund", "");
    let wrong = agent.post("/v1/refunds/x/attempts", &json!({})).await;
    wrong.problem("invalid-field", "refund");
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}
