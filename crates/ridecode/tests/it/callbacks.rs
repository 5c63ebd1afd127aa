//! Callbacks are believed where the provider's signature holds, and nowhere else.

use reqwest::Method;
use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_nobody_signed_changes_nothing() {
    let world = World::start().await;
    let api = world.api();
    let path = "/v1/callbacks/sandbox";
    let body = json!({ "anything": 1 }).to_string().into_bytes();
    let unsigned = api.send((Method::POST, path), &[], body.clone()).await;
    assert_eq!(unsigned.body()["type"], "/problems/callback-refused");
    let problem = unsigned.body();
    let missing = problem["field"].as_str().expect("the missing header");
    assert!(
        missing.starts_with("sandbox-") || missing.starts_with("x-"),
        "{missing}"
    );
    world.stop().await;
}
