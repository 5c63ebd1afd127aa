//! Closing an account: what stands in the way, what ends, what is kept.

use ridecode::clock::now;
use ridecode_validator::Passage;
use serde_json::json;

use crate::world::{METRO, World, metro_gate};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_closes_once_its_rides_are_paid() {
    let world = World::start().await;
    let number = "+8613800138071";
    let mut rider = world.ready_rider(number, METRO).await;
    let mut gate = world.reader(1).await;
    let start = now();
    let (way_in, way_out) = (
        metro_gate("xilang", Passage::In),
        metro_gate("guangzhoudongzhan", Passage::Out),
    );
    let close =
        async |rider: &crate::world::Phone| rider.api.delete("/v1/riders/me", &json!({})).await;
    gate.admit(&way_in, rider.show(start), start);
    gate.upload().await;
    let problem = close(&rider).await.problem("cannot-close", "");
    assert_eq!(problem["because"], "ride_open");
    let account = rider.account().await;
    assert_eq!(account["mandates"][0]["state"], "active", "nothing changed");

    let end = start.plus_s(1_800);
    gate.admit(&way_out, rider.show(end), end);
    gate.upload().await;
    world.work().await;
    close(&rider).await.expect(204);
    rider
        .api
        .get("/v1/riders/me")
        .await
        .problem("signed-out", "");

    // Whoever signs in again finds the account closed, and the rides.
    let again = world.rider(number).await;
    assert_eq!(again.session["opened"], false);
    let account = again.account().await;
    assert_eq!(account["state"], "closed");
    assert_eq!(account["mandates"][0]["state"], "ended");
    assert_eq!(account["devices"][0]["active"], false);
    assert_eq!(again.rides().await.len(), 1);
    close(&again).await.expect(204);
    let audited = world.audit().await;
    assert_eq!(audited.findings, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_never_rode_closes_at_once() {
    let world = World::start().await;
    let rider = world.rider("+8613800138072").await;
    rider
        .api
        .delete("/v1/riders/me", &json!({}))
        .await
        .expect(204);
    world.stop().await;
}
