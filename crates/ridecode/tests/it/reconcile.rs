//! A provider's bill over HTTP and on the command line: right ones, wrong ones, differences.

use reqwest::Method;
use ridecode::clock::now;
use ridecode::config::Role;
use ridecode_words::ServiceDay;
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, World};

/// A world where two rides were collected, with their day and the charges' order numbers.
async fn collected() -> (World, ServiceDay, Vec<String>) {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138095", FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    let start = now();
    for minute in 0..2 {
        let at = start.plus_s(minute * 60);
        bus.admit(&place, rider.show(at), at);
    }
    bus.upload().await;
    assert_eq!(world.work().await.collected, 2);
    let statement = world.close(3, start).await;
    let lines = statement["lines"].as_array().expect("lines");
    let charges = lines
        .iter()
        .map(|line| line["charge"].as_str().expect("a charge").to_owned());
    let day = ridecode::work::service_day(start, &world.config.work.zone);
    (world, day, charges.collect())
}

/// A bill with these lines: transaction, order, amount.
fn bill(day: ServiceDay, lines: &[(&str, &str, i64)]) -> String {
    let mut text = "transaction,order,contract,amount_minor,currency,collected_at\n".to_owned();
    for (transaction, order, minor) in lines {
        let time = now().0;
        text.push_str(&format!("{transaction},{order},c-1,{minor},CNY,{time}\n"));
    }
    let sum: i64 = lines.iter().map(|line| line.2).sum();
    text.push_str(&format!("total,{day},{},{sum}\n", lines.len()));
    text
}

async fn hand_in(world: &World, day: ServiceDay, text: &str) -> crate::world::Reply {
    let path = format!("/v1/provider-bills/{day}?provider=1");
    let csv = [("content-type", "text/csv")];
    let accountant = world.staff_with(Role::Accountant);
    accountant
        .send((Method::POST, &path), &csv, text.as_bytes().to_vec())
        .await
}

fn count(bill: &Value, class: &str) -> u64 {
    let classes = bill["classes"].as_array().expect("classes");
    let found = classes.iter().find(|one| one["class"] == class);
    found
        .and_then(|one| one["count"].as_u64())
        .expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn differences_are_listed_until_they_are_put_right() {
    let (world, day, charges) = collected().await;
    let stray = bill(
        day,
        &[("T-1", &charges[0], 999), ("T-9", "0000ffff-1-1", 100)],
    );
    let taken = hand_in(&world, day, &stray).await.expect(200);
    assert_eq!(hand_in(&world, day, &stray).await.expect(200), taken);
    assert_eq!(count(&taken, "amount-differs"), 1);
    assert_eq!(count(&taken, "missing-here"), 1);
    assert_eq!(count(&taken, "missing-there"), 1);
    assert_eq!(count(&taken, "matched"), 0);
    assert_eq!(taken["total"]["minor"], 1_099);
    let other = bill(day, &[]);
    hand_in(&world, day, &other).await.problem("bill-state", "");

    let staff = world.staff();
    let open = staff.get("/v1/differences").await.expect(200);
    let open = open.as_array().expect("a list");
    assert_eq!(open.len(), 3);
    assert!(
        open.iter()
            .all(|one| one["action_zh"].as_str().is_some_and(|zh| !zh.is_empty()))
    );
    let at = |what: &str| format!("/v1/provider-bills/{day}/{what}?provider=1");
    for one in open {
        let body = json!({ "place": one["place"], "reason": "asked the provider" });
        staff.post(&at("resolutions"), &body).await.expect(200);
        staff.post(&at("resolutions"), &body).await.expect(200);
        let other = json!({ "place": one["place"], "reason": "otherwise" });
        let refused = staff.post(&at("resolutions"), &other).await;
        refused.problem("bill-state", "");
    }
    assert_eq!(staff.get("/v1/differences").await.expect(200), json!([]));
    let beyond = json!({ "place": 99, "reason": "x" });
    let refused = staff.post(&at("resolutions"), &beyond).await;
    refused.problem("unknown-bill", "place");

    let short = json!({ "net_minor": 1_000, "cost_minor": 6 });
    let refused = staff.post(&at("settlement"), &short).await;
    refused.problem("bill-state", "");
    let paid = json!({ "net_minor": 1_093, "cost_minor": 6 });
    for _ in 0..2 {
        let bill = staff.post(&at("settlement"), &paid).await.expect(200);
        assert_eq!(bill["cost"]["minor"], 6);
    }
    let path = format!("/v1/provider-bills/{day}?provider=1");
    let held = staff.get(&path).await.expect(200);
    assert_eq!(held["differences"].as_array().map(Vec::len), Some(3));
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bills_are_told_and_change_nothing() {
    let (world, day, charges) = collected().await;
    let honest = bill(day, &[("T-1", &charges[0], 200), ("T-2", &charges[1], 200)]);
    let check = async |text: &str, said: &str| {
        let refused = hand_in(&world, day, text).await;
        let problem = refused.problem("bill-refused", "");
        let detail = problem["detail"].as_str().expect("words");
        assert!(detail.contains(said), "{detail}");
    };
    check("<html><body>502</body></html>", "line 1").await;
    check("", "line 1").await;
    let cut = honest.rsplit_once("total").expect("a total").0;
    check(cut, "the sum is missing").await;
    check(&honest[..honest.len() - 4], "sum").await;
    let yesterday = bill(ServiceDay(day.0 - 1), &[("T-1", &charges[0], 200)]);
    check(&yesterday, "another day").await;
    check(&honest.replace("CNY", "HKD"), "HKD").await;
    check(&honest.replace("c-1,200", "c-1,-200"), "positive").await;
    let stale = honest.replace(&now().0.to_string()[..4], "1500");
    check(&stale, "collected on").await;
    world
        .staff()
        .get(&format!("/v1/provider-bills/{day}?provider=1"))
        .await
        .problem("unknown-bill", "");
    let elsewhere = format!("/v1/provider-bills/{day}?provider=9");
    world
        .staff()
        .get(&elsewhere)
        .await
        .problem("invalid-field", "provider");
    assert_eq!(
        world.audit().await.bookings,
        1,
        "the statement's commission"
    );
    world.stop().await;
}
