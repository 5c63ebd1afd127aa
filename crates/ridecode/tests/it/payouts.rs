//! From statements to the bank, over HTTP: planned, approved by another, written, paid, booked.

use reqwest::Method;
use ridecode::clock::now;
use ridecode::config::Role;
use ridecode::payout::account::PayoutAccount;
use ridecode_words::IssuerId;
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, World};

/// A world where Foshan's buses were stated a ride.
async fn stated(accounts: bool) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::start_with(folder, |config| {
        if accounts {
            config.payout_accounts = accounts_of_foshan();
        }
    })
    .await;
    let mut rider = world.ready_rider("+8613800138090", FOSHAN_BUS).await;
    let mut bus = world.reader(3).await;
    let place = bus.bus("fs-bus-1");
    let start = now();
    bus.admit(&place, rider.show(start), start);
    bus.upload().await;
    world.work().await;
    assert_ne!(world.close(3, start).await, Value::Null);
    world
}

/// The accounts of operator 3 and of every issuer it may be owed by.
fn accounts_of_foshan() -> Vec<PayoutAccount> {
    let rest = "name = \"佛山公交 & Co\"\naccount = \"4401\"\nbank = \"中国银行\"";
    let issuers = [0x9999_0101, 4_401, 4_406].map(IssuerId);
    let issuers = issuers.map(|issuer| format!("issuer = \"{issuer}\"\n{rest}"));
    let all = issuers.into_iter().chain([format!("operator = 3\n{rest}")]);
    all.map(|text| toml::from_str(&text).expect("an account"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payout_goes_from_plan_to_bank() {
    let world = stated(true).await;
    let staff = world.staff();
    let planned = staff.post("/v1/payouts", &json!({})).await.expect(200);
    let payout = &planned["payout"];
    assert_eq!(
        (&payout["number"], &payout["state"]),
        (&json!(1), &json!("planned"))
    );
    assert_eq!(
        payout["statements"],
        json!([{ "operator": 3, "number": 1 }])
    );
    let again = staff.post("/v1/payouts", &json!({})).await.expect(200);
    assert_eq!(again["payout"], Value::Null);

    let execute = json!({ "execute_on": "2026-11-23" });
    let file = "/v1/payouts/1/file";
    staff.post(file, &execute).await.problem("payout-state", "");
    let approval = "/v1/payouts/1/approval";
    staff
        .post(approval, &json!({}))
        .await
        .problem("payout-state", "");
    let accountant = world.staff_with(Role::Accountant);
    let approved = accountant.post(approval, &json!({})).await.expect(200);
    assert_eq!(approved["approved_by"], "accountant");
    let body = execute.to_string().into_bytes();
    let json_body = [("content-type", "application/json")];
    let written = accountant
        .send((Method::POST, file), &json_body, body)
        .await;
    assert_eq!(written.status, 200);
    let text = String::from_utf8(written.bytes).expect("UTF-8");
    assert!(
        text.contains("pain.001.001.09") && text.contains("RC-1-1"),
        "{text}"
    );
    assert!(text.contains("<EndToEndId>RC-1-0</EndToEndId>"), "{text}");
    let withdrawal = "/v1/payouts/1/withdrawal";
    staff
        .post(withdrawal, &json!({}))
        .await
        .problem("payout-state", "");

    let paid = json!({ "line": 0, "day": "2026-11-23", "reference": "B-1" });
    for _ in 0..2 {
        let done = accountant
            .post("/v1/payouts/1/payments", &paid)
            .await
            .expect(200);
        assert_eq!(
            (&done["state"], &done["payments"][0]["reference"]),
            (&json!("paid"), &json!("B-1"))
        );
    }
    let other = json!({ "line": 0, "day": "2026-11-23", "reference": "B-2" });
    let refused = accountant.post("/v1/payouts/1/payments", &other).await;
    refused.problem("payout-state", "");
    let listed = staff.get("/v1/payouts?after=0").await.expect(200);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let audited = world.audit().await;
    assert_eq!(audited.findings, []);
    assert_eq!((audited.payouts, audited.bookings), (1, 2));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_steps_are_told_and_change_nothing() {
    let world = stated(false).await;
    let staff = world.staff();
    for path in ["approval", "withdrawal"] {
        let path = format!("/v1/payouts/7/{path}");
        staff
            .post(&path, &json!({}))
            .await
            .problem("unknown-payout", "");
    }
    staff.post("/v1/payouts", &json!({})).await.expect(200);
    let accountant = world.staff_with(Role::Accountant);
    accountant
        .post("/v1/payouts/1/approval", &json!({}))
        .await
        .expect(200);
    // The settings name no accounts.
    let execute = json!({ "execute_on": "2026-11-23" });
    let refused = staff.post("/v1/payouts/1/file", &execute).await;
    let problem = refused.problem("payout-state", "");
    let detail = problem["detail"].as_str().expect("words");
    assert!(detail.contains("payout_account"), "{detail}");
    let wrong_day = json!({ "execute_on": "2026-02-30" });
    let refused = staff.post("/v1/payouts/1/file", &wrong_day).await;
    refused.problem("invalid-field", "execute_on");
    let pay = async |body: Value, kind: &str, field: &str| {
        let reply = staff.post("/v1/payouts/1/payments", &body).await;
        reply.problem(kind, field);
    };
    let body = |line, day: &str| json!({ "line": line, "day": day, "reference": "x" });
    pay(body(0, "2026-11-23"), "payout-state", "").await;
    pay(body(0, "soon"), "invalid-field", "day").await;
    pay(body(9, "2026-11-23"), "unknown-payout", "line").await;
    pay(
        json!({ "line": 0, "day": "2026-11-23" }),
        "invalid-field",
        "reference",
    )
    .await;
    pay(
        json!({ "line": 0, "day": "2026-11-23", "reference": "" }),
        "invalid-field",
        "reference",
    )
    .await;
    staff
        .get("/v1/payouts?after=x")
        .await
        .problem("invalid-field", "after");
    let metro = world.metro_staff();
    metro
        .post("/v1/payouts", &json!({}))
        .await
        .problem("forbidden", "");
    let listed = staff.get("/v1/payouts?after=0").await.expect(200);
    assert_eq!(listed[0]["state"], "approved");
    staff
        .post("/v1/payouts/1/withdrawal", &json!({}))
        .await
        .expect(200);
    assert_eq!(world.audit().await.findings, []);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_files_in_three_forms() {
    let world = stated(false).await;
    let day = ridecode::work::service_day(now(), &world.config.work.zone);
    let file = async |format: &str| {
        let path = format!("/v1/statements/file?operator=3&day={day}&format={format}");
        let reply = world.staff().get(&path).await;
        assert_eq!(reply.status, 200, "{format}");
        String::from_utf8(reply.bytes).expect("UTF-8")
    };
    let lines = async |format: &str| file(format).await.lines().count();
    assert_eq!(lines("csv").await, 2);
    assert_eq!(lines("coverage").await, 2);
    let tides = file("tides").await;
    assert!(tides.starts_with("transaction_id,service_date,event_timestamp,amount,"));
    assert!(
        tides.contains(",CNY,Enter,") && tides.contains(",Optical scan,"),
        "{tides}"
    );
    let wrong = format!("/v1/statements/file?operator=3&day={day}&format=xml");
    world
        .staff()
        .get(&wrong)
        .await
        .problem("invalid-field", "format");
    world.stop().await;
}
