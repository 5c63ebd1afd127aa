//! The audit over HTTP, beside the working office: asked for, watched, believed from a known head.

use ridecode::clock::now;
use ridecode::config::Role;
use serde_json::{Value, json};

use crate::world::{Api, FOSHAN_BUS, World};

/// Asks for an audit and looks until it has ended.
async fn audited(api: &Api, body: &Value) -> Value {
    let asked = api.post("/v1/audits", body).await.expect(200);
    loop {
        let audits = api.get("/v1/audits").await.expect(200);
        let all = audits.as_array().expect("audits");
        let same = all.iter().find(|one| one["number"] == asked["number"]);
        let one = same.expect("the one that was asked for");
        if one["ended"] != Value::Null {
            return one.clone();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_is_asked_for_and_adds_up() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138091", FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    let start = now();
    bus.admit(&place, rider.show(start), start);
    bus.upload().await;
    world.work().await;
    let auditor = world.staff_with(Role::Auditor);
    let done = audited(&auditor, &json!({})).await;
    assert_eq!(done["state"], "adds_up", "{done}");
    assert_eq!(done["asked_by"], "auditor");
    assert_eq!(
        (&done["looked_at"]["riders"], &done["looked_at"]["taps"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&done["debits_less_credits_minor"], &done["findings"]),
        (&json!(0), &json!([]))
    );
    let again = audited(&auditor, &json!({})).await;
    assert_eq!(again["number"], 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_not_ours_is_a_finding() {
    let world = World::start().await;
    let auditor = world.staff_with(Role::Auditor);
    let days = auditor.get("/v1/ledger/days").await.expect(200);
    assert_eq!(days, json!([]));
    let since = json!({ "since": { "day": "2026-11-20", "head": "0f".repeat(32) } });
    let done = audited(&auditor, &since).await;
    assert_eq!(
        (&done["state"], &done["findings_count"]),
        (&json!("does_not_add_up"), &json!(1)),
        "{done}"
    );
    assert_eq!(done["findings"][0]["what"], "ledger");
    for (body, field) in [
        (
            json!({ "since": { "day": "2026-02-30", "head": "0f".repeat(32) } }),
            "since.day",
        ),
        (
            json!({ "since": { "day": "2026-11-20", "head": "0f" } }),
            "since.head",
        ),
        (json!({ "from": "the beginning" }), "from"),
    ] {
        let refused = auditor.post("/v1/audits", &body).await;
        refused.problem("invalid-field", field);
    }
    world.stop().await;
}
