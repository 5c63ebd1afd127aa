//! From taps to rides, charges and statements; and what a fare costs before riding.

use ridecode::clock::now;
use ridecode_office::ChargePer;
use ridecode_validator::Passage;
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, METRO, World, metro_gate};

#[tokio::test(flavor = "multi_thread")]
async fn a_metro_ride_is_priced_charged_and_stated() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138030", METRO).await;
    let mut gate = world.reader(1).await;
    let start = now();
    let (way_in, way_out) = (
        metro_gate("xilang", Passage::In),
        metro_gate("guangzhoudongzhan", Passage::Out),
    );
    gate.admit(&way_in, rider.show(start), start);
    gate.upload().await;
    world.work().await;
    let rides = rider.rides().await;
    assert_eq!(rides[0]["state"], "uploaded");
    assert_eq!(rides[0]["fare"], Value::Null);

    let end = start.plus_s(1_800);
    gate.admit(&way_out, rider.show(end), end);
    gate.upload().await;
    let round = world.work().await;
    assert_eq!((round.fares, round.collected), (1, 1));
    let rides = rider.rides().await;
    assert_eq!(rides.len(), 1);
    assert_eq!(rides[0]["state"], "collected");
    let charge = &rides[0]["charge"];
    assert_eq!(charge["rides"], json!([rides[0]["journey"]]));
    assert_eq!(charge["amount"], rides[0]["fare"]["amount"]);
    let quote = quote(&world, "西塱", "广州东站").await;
    assert_eq!(rides[0]["fare"]["amount"], quote["fare"]);
    assert_eq!(rides[0]["fare"]["tariff"], quote["tariff"]);
    assert_eq!(rides[0]["taps"].as_array().map(Vec::len), Some(2));

    let statement = world.close(1, start).await;
    assert_eq!(statement["fares"], quote["fare"]);
    assert_eq!(statement["coverage"][0]["held"], json!([[1, 2]]));
    // Nothing new: no second statement.
    assert_eq!(world.close(1, start).await, Value::Null);
    let day = statement["day"].as_str().expect("a day");
    let path = format!("/v1/statements?operator=1&day={day}");
    assert_eq!(
        world.staff().get(&path).await.expect(200),
        json!([statement])
    );

    let audited = world.audit().await;
    assert_eq!(audited.findings, []);
    assert_eq!((audited.taps, audited.charges), (2, 1));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_account_is_blocked_and_the_operator_is_owed_all_the_same() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138031", FOSHAN_BUS).await;
    world.empty_wallet().await;

    let mut bus = world.reader(3).await;
    let time = now();
    bus.admit(&bus.bus("fs-bus-1"), rider.show(time), time);
    bus.upload().await;
    let round = world.work().await;
    assert_eq!((round.fares, round.declined), (1, 1));
    let account = rider.account().await;
    assert_eq!(account["state"], "blocked");
    assert_eq!(account["block"]["amount"]["minor"], 200);
    let problem = rider
        .ask_credentials(FOSHAN_BUS)
        .await
        .problem("blocked", "");
    assert_eq!(
        (&problem["amount_minor"], &problem["rides"]),
        (&json!(200), &json!(1))
    );
    let rides = rider.rides().await;
    assert_eq!(rides[0]["state"], "declined");
    assert_eq!(rides[0]["reason"], "insufficient_balance");
    let notices = rider.api.get("/v1/notices").await.expect(200);
    let notice = &notices["notices"][0];
    assert_eq!(
        (&notice["kind"], &notice["delivery"]),
        (&json!("declined"), &json!("sent"))
    );
    assert_eq!(
        (&notice["amount"]["minor"], &notice["rides"]),
        (&json!(200), &json!(1))
    );
    let sms = "/control/sms?phone=%2B8613800138031";
    let sms = world.provider().get(sms).await.expect(200);
    let newest = sms[0]["text"].as_str().expect("a text");
    assert!(newest.contains("¥2.00"), "{newest}");
    assert_eq!(world.close(3, time).await["fares"]["minor"], 200);
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_charge_takes_a_day_rides_say_when() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let world = World::start_with(folder, |config| {
        config.policy.charge_per = ChargePer::Day { after_s: 3_600 };
    })
    .await;
    let mut rider = world.ready_rider("+8613800138034", FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    bus.admit(&bus.bus("fs-bus-1"), rider.show(now()), now());
    bus.upload().await;
    let round = world.work().await;
    assert_eq!((round.fares, round.collected), (1, 0));
    let rides = rider.rides().await;
    assert_eq!(
        (&rides[0]["state"], &rides[0]["charge"]),
        (&json!("priced"), &Value::Null)
    );
    // An hour after midnight in the zone of the tariffs.
    let from = rides[0]["charged_from"].as_str().expect("a time");
    assert!(from.ends_with("T17:00:00Z"), "{from}");
    assert_eq!(rider.account().await["balance"]["minor"], 200);
    let debts = rider.api.get("/v1/debts").await.expect(200);
    assert_eq!(debts["rides"], json!([]));
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_tap_the_driver_took_back_costs_nothing() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138032", FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    let time = now();
    let accepted = bus.admit(&place, rider.show(time), time);
    bus.void(&place, accepted, time.plus_s(5));
    bus.upload().await;
    assert_eq!(world.work().await.collected, 0);
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rides_come_in_pages() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138033", FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    for minute in 0..5 {
        let time = now().plus_s(60 * minute);
        bus.admit(&place, rider.show(time), time);
    }
    bus.upload().await;
    world.work().await;
    let whole = rider.rides().await;
    assert_eq!(whole.len(), 5);
    let mut read = Vec::new();
    let mut path = "/v1/rides?limit=2".to_owned();
    loop {
        let page = rider.api.get(&path).await.expect(200);
        read.extend(page["rides"].as_array().expect("a list").clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/v1/rides?limit=2&after={next}");
    }
    assert_eq!(read, whole);
    let check = async |query: &str, field: &str| {
        let path = format!("/v1/rides?{query}");
        rider.api.get(&path).await.problem("invalid-field", field);
    };
    check("limit=0", "limit").await;
    check("limit=101", "limit").await;
    check("limit=many", "limit").await;
    check("after=x", "after").await;
    check("page=2", "page").await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fares_are_quoted_with_their_reasons() {
    let world = World::start().await;
    let quote = quote(&world, "西塱", "广州东站").await;
    assert_eq!(quote["fare"]["currency"], "CNY");
    assert!(quote["length_m"].as_u64() > Some(10_000));
    let english = quote["explanation"].clone();
    let line = (
        reqwest::Method::GET,
        "/v1/fares/quote?city=guangzhou&from=xilang&to=guangzhoudongzhan",
    );
    let chinese = [("accept-language", "fr, zh-HK;q=0.8, en;q=0.5")];
    let chinese = world.api().send(line, &chinese, Vec::new()).await;
    assert_ne!(chinese.expect(200)["explanation"], english);

    let check = async |query: &str, kind: &str, field: &str| {
        let path = format!("/v1/fares/quote?{query}");
        world.api().get(&path).await.problem(kind, field)
    };
    check("city=atlantis&from=a&to=b", "unknown-city", "city").await;
    let stop = "city=guangzhou&from=西郎&to=广州东站";
    let problem = check(stop, "unknown-stop", "").await;
    let suggestions = problem["suggestions"].as_array().expect("a list");
    assert!(suggestions.contains(&json!("西塱")), "{suggestions:?}");
    check("city=guangzhou&from=西塱", "invalid-field", "to").await;
    let day = "city=guangzhou&from=西塱&to=广州东站&day=2026-02-30";
    check(day, "invalid-field", "day").await;
    let day = "city=guangzhou&from=西塱&to=广州东站&day=1949-10-01";
    check(day, "not-in-force", "day").await;
    let trip = "city=guangzhou&from=西塱&to=广州东站";
    check(&format!("{trip}&at=8"), "invalid-field", "at").await;
    check(&format!("{trip}&category=256"), "invalid-field", "category").await;
    check(&format!("{trip}&network=moon"), "invalid-field", "network").await;
    let path = format!("/v1/fares/quote?{trip}&at=08:30&category=0&network=guangfo-metro");
    assert_eq!(
        world.api().get(&path).await.expect(200)["fare"],
        quote["fare"]
    );
    let path = "/v1/fares/quote?city=guangzhou&from=公园前&to=万胜围";
    let two_lines = world.api().get(path).await.expect(200);
    assert_eq!(two_lines["lines"].as_array().map(Vec::len), Some(2));
    for way in two_lines["others"].as_array().expect("a list") {
        assert!(way["length_m"].as_u64() > two_lines["length_m"].as_u64());
    }
    assert_eq!(two_lines["after"], json!([]));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_and_statements_ask_for_what_there_is() {
    let world = World::start().await;
    let staff = world.staff();
    let check = async |path: &str, field: &str| {
        staff.get(path).await.problem("invalid-field", field);
    };
    check("/v1/statements?operator=1", "day").await;
    check("/v1/statements?day=2026-11-21", "operator").await;
    check("/v1/statements?operator=x&day=2026-11-21", "operator").await;
    check("/v1/statements?operator=1&day=2026-02-30", "day").await;
    let close = async |path: &str| staff.post(path, &json!({})).await;
    close("/v1/days/2026-13-01/close?operator=1")
        .await
        .problem("invalid-field", "day");
    close("/v1/days/2020-01-01/close")
        .await
        .problem("invalid-field", "operator");
    close("/v1/days/9000-01-01/close?operator=1")
        .await
        .problem("day-not-over", "day");
    let nothing = close("/v1/days/2020-01-01/close?operator=1").await;
    assert_eq!(nothing.expect(200), json!({ "statement": null }));
    let metro = world.metro_staff();
    metro
        .get("/v1/statements?operator=2&day=2026-11-21")
        .await
        .problem("forbidden", "operator");
    metro
        .post("/v1/days/2020-01-01/close?operator=2", &json!({}))
        .await
        .problem("forbidden", "operator");
    world.stop().await;
}

async fn quote(world: &World, from: &str, to: &str) -> Value {
    let path = format!("/v1/fares/quote?city=guangzhou&from={from}&to={to}");
    world.api().get(&path).await.expect(200)
}
