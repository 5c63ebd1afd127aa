//! Idempotency keys: the same request under the same key is done once.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Reply, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_same_reply() {
    let world = World::start().await;
    let rider = world.rider("+8613800138050").await;
    let ask = async |key: &str| {
        let line = (Method::POST, "/v1/mandates");
        rider.api.json(line, &json!({}), Some(key)).await
    };
    let first = ask("a").await;
    let again = ask("a").await;
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!(again.headers["content-type"], "application/json");
    let other = ask("b").await;
    assert_ne!(first.expect(201), other.expect(201));
    let mandates = rider.account().await["mandates"].clone();
    assert_eq!(mandates.as_array().map(Vec::len), Some(2));

    // Another rider's key of the same name is another key.
    let stranger = world.rider("+8613800138051").await;
    let line = (Method::POST, "/v1/mandates");
    let theirs = stranger.api.json(line, &json!({}), Some("a")).await;
    assert_ne!(theirs.expect(201), first.expect(201));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_another_request_is_refused() {
    let world = World::start().await;
    let staff = world.staff();
    let body = json!({});
    let close = async |operator: u32, body: &Value| {
        let path = format!("/v1/days/2020-01-01/close?operator={operator}");
        staff.json((Method::POST, &path), body, Some("k")).await
    };
    let first = close(1, &body).await.expect(200);
    let reused = |reply: Reply| reply.problem("key-reused", "Idempotency-Key");
    reused(close(2, &body).await);
    reused(close(1, &json!({ "now": true })).await);
    assert_eq!(close(1, &body).await.expect(200), first);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_not_kept() {
    let world = World::start().await;
    let mut rider = world.rider("+8613800138052").await;
    rider.register(crate::world::METRO).await;
    let path = format!("/v1/devices/{}/credentials", rider.device);
    let line = || (Method::POST, &*path);
    let body = json!({ "brand": 2 });
    let first = rider.api.json(line(), &body, Some("k")).await;
    first.problem("no-mandate", "");
    rider.sign_mandate().await;
    rider.api.json(line(), &body, Some("k")).await.expect(201);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_have_1_to_128_characters() {
    let world = World::start().await;
    let line = || (Method::POST, "/v1/days/2020-01-01/close?operator=1");
    let body = json!({});
    for key in ["", &*"k".repeat(129)] {
        let reply = world.staff().json(line(), &body, Some(key)).await;
        reply.problem("invalid-field", "Idempotency-Key");
    }
    let longest = "k".repeat(128);
    let reply = world.staff().json(line(), &body, Some(&longest)).await;
    reply.expect(200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_the_same_time_are_done_once() {
    let world = World::start().await;
    let rider = world.rider("+8613800138053").await;
    let requests = (0..8).map(|_| {
        let api = rider.api.clone();
        tokio::spawn(async move {
            let line = (Method::POST, "/v1/mandates");
            api.json(line, &json!({}), Some("race")).await
        })
    });
    let requests: Vec<_> = requests.collect();
    let mut given = Vec::new();
    for request in requests {
        let reply = request.await.expect("a reply");
        if reply.status == 201 {
            given.push(reply.body());
        } else {
            reply.problem("key-in-use", "Idempotency-Key");
        }
    }
    given.dedup();
    assert_eq!(given.len(), 1);
    let mandates = rider.account().await["mandates"].clone();
    assert_eq!(mandates.as_array().map(Vec::len), Some(1));
    world.stop().await;
}
