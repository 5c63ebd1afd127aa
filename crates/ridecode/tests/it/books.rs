//! What whoever reads the books sees: statements by day, charges by state.

use ridecode::clock::now;
use ridecode::config::Role;
use ridecode::work::service_day;
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, World};

/// A world where Foshan's bus was ridden once by a rider with so much in the wallet.
async fn ridden(phone: &str, wallet_minor: i64) -> World {
    let world = World::start().await;
    let mut rider = world.ready_rider(phone, FOSHAN_BUS).await;
    let wallets = world.provider().get("/control/wallets").await.expect(200);
    let name = wallets[0]["wallet"].as_str().expect("a wallet").to_owned();
    let path = format!("/control/wallets/{name}");
    let change = json!({ "balance_minor": wallet_minor });
    world.provider().post(&path, &change).await.expect(200);
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    let time = now();
    bus.admit(&place, rider.show(time), time);
    bus.upload().await;
    world.work().await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_told_by_operator_and_day() {
    let world = ridden("+8613800138081", 10_000).await;
    let books = world.staff_with(Role::Auditor);
    let path = "/v1/statements/days";
    let empty = books.get(path).await.expect(200);
    assert_eq!(
        (&empty["days"], &empty["payable"]["minor"]),
        (&json!([]), &json!(0))
    );
    world.close(3, now()).await;
    let told = books.get(path).await.expect(200);
    let day = service_day(now(), &world.config.work.zone).to_string();
    let expected = json!({
        "operator": 3, "day": day, "numbers": [1], "lines": 1,
        "fares": { "minor": 200, "currency": "CNY" },
        "commission": { "minor": 1, "currency": "CNY" },
        "payable": { "minor": 199, "currency": "CNY" },
        "validators_missing": 0
    });
    assert_eq!(told["days"], json!([expected]));
    assert_eq!(
        (&told["until"], &told["payable"]["minor"]),
        (&json!(day), &json!(199))
    );
    for (query, count) in [
        ("?operator=3", 1),
        ("?operator=1", 0),
        ("?days=1", 1),
        ("?days=62", 1),
        ("?until=2020-01-01", 0),
    ] {
        let told = books.get(&format!("{path}{query}")).await.expect(200);
        assert_eq!(
            told["days"].as_array().map(Vec::len),
            Some(count),
            "{query}"
        );
    }
    for (query, field) in [
        ("?days=0", "days"),
        ("?days=63", "days"),
        ("?days=x", "days"),
        ("?until=yesterday", "until"),
        ("?operator=99", "operator"),
        ("?month=1", "month"),
    ] {
        let reply = books.get(&format!("{path}{query}")).await;
        reply.problem("invalid-field", field);
    }
    let metro = world.metro_staff();
    assert_eq!(metro.get(path).await.expect(200)["days"], json!([]));
    let other = metro.get(&format!("{path}?operator=3")).await;
    other.problem("forbidden", "operator");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_is_told_where_it_stands_and_what_was_advanced() {
    let world = ridden("+8613800138082", 0).await;
    let books = world.staff_with(Role::Accountant);
    let sums = books.get("/v1/charges/sums").await.expect(200);
    assert_eq!(
        (&sums["advanced"]["minor"], &sums["recovered"]["minor"]),
        (&json!(200), &json!(0))
    );
    let of = |state: &str| -> Value {
        let states = sums["states"].as_array().expect("a list").iter();
        states
            .clone()
            .find(|one| one["state"] == state)
            .expect("a state")
            .clone()
    };
    let counts = (of("declined"), of("collected"));
    assert_eq!(
        (&counts.0["count"], &counts.0["amount"]["minor"]),
        (&json!(1), &json!(200))
    );
    assert_eq!(counts.1["count"], 0);
    let declined = books.get("/v1/charges?state=declined").await.expect(200);
    let charge = &declined[0];
    assert_eq!(
        (&charge["attempts"], &charge["declines"]),
        (&json!(1), &json!(1))
    );
    assert!(
        charge["reason"].is_string() && charge["next_attempt"].is_string(),
        "{charge}"
    );
    let collected = books.get("/v1/charges?state=collected").await.expect(200);
    assert_eq!(collected, json!([]));
    for query in ["?state=lost", "?state=", ""] {
        let reply = books.get(&format!("/v1/charges{query}")).await;
        reply.problem("invalid-field", "state");
    }
    for path in ["/v1/charges/sums", "/v1/refunds/open"] {
        world.metro_staff().get(path).await.problem("forbidden", "");
    }
    world.stop().await;
}
