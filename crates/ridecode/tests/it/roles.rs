//! Who may call what: every route with every caller.

use reqwest::Method;
use ridecode::config::Role;
use serde_json::Value;

use crate::world::{Api, World};

/// Whom a route is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum For {
    Anyone,
    Rider,
    Staff(&'static [Role]),
}
use For::{Anyone, Rider};
const STAFF: For = For::Staff(&Role::ALL);
const OPERATOR: For = For::Staff(&[Role::Operator, Role::Admin]);
const AGENT: For = For::Staff(&[Role::Agent, Role::Admin]);
const ACCOUNTANT: For = For::Staff(&[Role::Accountant, Role::Admin]);
const BOOKS: For = For::Staff(&[Role::Accountant, Role::Auditor, Role::Admin]);

/// Who calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Caller {
    Nobody,
    Rider,
    Staff(Role),
}

/// Written by hand, not read from the program: a route that changes its role changes this table.
const TABLE: &[(&str, &str, For)] = &[
    ("get", "/", Anyone),
    ("get", "/healthz", Anyone),
    ("get", "/metrics", STAFF),
    ("get", "/openapi.json", Anyone),
    ("get", "/problems", Anyone),
    ("get", "/problems/{name}", Anyone),
    ("get", "/v1/audits", BOOKS),
    ("post", "/v1/audits", BOOKS),
    ("get", "/v1/bills/{month}", Rider),
    ("get", "/v1/adjustments", STAFF),
    ("post", "/v1/adjustments", AGENT),
    ("post", "/v1/adjustments/batches", AGENT),
    ("post", "/v1/adjustments/previews", AGENT),
    ("get", "/v1/adjustments/{adjustment}", STAFF),
    ("post", "/v1/adjustments/{adjustment}/decision", ACCOUNTANT),
    ("post", "/v1/adjustments/{adjustment}/reversal", AGENT),
    ("get", "/v1/brands", Anyone),
    ("post", "/v1/callbacks/alipay", Anyone),
    ("post", "/v1/callbacks/sandbox", Anyone),
    ("post", "/v1/callbacks/wechat", Anyone),
    ("post", "/v1/days/{day}/close", ACCOUNTANT),
    ("post", "/v1/devices", Rider),
    ("delete", "/v1/devices/{device}", Rider),
    ("post", "/v1/devices/{device}/credentials", Rider),
    ("get", "/v1/debts", Rider),
    ("get", "/v1/fares/quote", Anyone),
    ("get", "/v1/ledger/days", BOOKS),
    ("post", "/v1/mandates", Rider),
    ("get", "/v1/journeys/{journey}/evidence", AGENT),
    ("get", "/v1/live", STAFF),
    ("get", "/v1/plan", Anyone),
    ("get", "/v1/riders/{rider}/rides", AGENT),
    ("get", "/v1/trail", STAFF),
    ("post", "/v1/devices/{device}/block", AGENT),
    ("post", "/v1/riders/lookups", AGENT),
    ("post", "/v1/validators/{validator}/move", OPERATOR),
    ("post", "/v1/validators/{validator}/retirement", OPERATOR),
    ("get", "/v1/mandates/{mandate}", Rider),
    ("delete", "/v1/mandates/{mandate}", Rider),
    ("get", "/v1/office", STAFF),
    ("get", "/v1/notices", Rider),
    ("get", "/v1/refunds", Rider),
    ("post", "/v1/refunds/{refund}/attempts", AGENT),
    ("get", "/v1/differences", BOOKS),
    ("post", "/v1/provider-bills/{day}", ACCOUNTANT),
    ("get", "/v1/provider-bills/{day}", BOOKS),
    ("post", "/v1/provider-bills/{day}/resolutions", ACCOUNTANT),
    ("post", "/v1/provider-bills/{day}/settlement", ACCOUNTANT),
    ("post", "/v1/payouts", ACCOUNTANT),
    ("get", "/v1/payouts", BOOKS),
    ("post", "/v1/payouts/{payout}/approval", ACCOUNTANT),
    ("post", "/v1/payouts/{payout}/withdrawal", ACCOUNTANT),
    ("post", "/v1/payouts/{payout}/file", ACCOUNTANT),
    ("post", "/v1/payouts/{payout}/payments", ACCOUNTANT),
    ("post", "/v1/repayments", Rider),
    ("post", "/v1/essential-rides", Rider),
    ("post", "/v1/riders/codes", Anyone),
    ("get", "/v1/riders/me", Rider),
    ("post", "/v1/riders/sessions", Anyone),
    ("get", "/v1/riders/sessions", Rider),
    ("delete", "/v1/riders/sessions", Rider),
    ("delete", "/v1/riders/sessions/{session}", Rider),
    ("get", "/v1/riders/{rider}/mandates", AGENT),
    ("get", "/v1/rides", Rider),
    ("post", "/v1/rides/{journey}/repairs", Rider),
    ("post", "/v1/staff/sessions", Anyone),
    ("get", "/v1/staff/sessions", STAFF),
    ("delete", "/v1/staff/sessions/{session}", STAFF),
    ("get", "/v1/staff/me", STAFF),
    ("get", "/v1/operators", STAFF),
    ("get", "/v1/statements", BOOKS),
    ("get", "/v1/statements/days", BOOKS),
    ("get", "/v1/charges", BOOKS),
    ("get", "/v1/charges/sums", BOOKS),
    ("get", "/v1/refunds/open", BOOKS),
    ("get", "/v1/statements/file", BOOKS),
    ("get", "/v1/validators", OPERATOR),
    ("post", "/v1/taps/{tap}/repairs", AGENT),
    ("post", "/v1/validators", Anyone),
    ("post", "/v1/validators/codes", OPERATOR),
    ("get", "/v1/validators/{validator}/bundle", Anyone),
    ("post", "/v1/validators/{validator}/heartbeats", Anyone),
    ("post", "/v1/validators/{validator}/segments", Anyone),
    // The last: it ends the session of the rider who calls.
    ("delete", "/v1/riders/me", Rider),
];

#[test]
fn the_table_has_every_route() {
    let description: Value =
        serde_json::from_str(include_str!("../../openapi.json")).expect("it is JSON");
    let paths = description["paths"].as_object().expect("paths");
    let mut described: Vec<(&str, &str)> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("an item");
            methods
                .keys()
                .map(|method| (method.as_str(), path.as_str()))
        })
        .collect();
    let mut listed: Vec<(&str, &str)> = TABLE.iter().map(|row| (row.0, row.1)).collect();
    described.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, described);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_opens_to_its_role_alone() {
    let world = World::start().await;
    let rider = world.rider("+8613800138040").await;
    let mut callers = vec![
        (Caller::Nobody, world.api()),
        (Caller::Rider, rider.api.clone()),
    ];
    for role in Role::ALL {
        callers.push((Caller::Staff(role), world.staff_with(role)));
        callers.push((Caller::Staff(role), world.console(role).await));
    }
    for (method, path, whom) in TABLE {
        for (caller, api) in &callers {
            let reply = call(api, method, path).await;
            let what = format!("{method} {path} as {caller:?}");
            let kind = kind(&reply);
            let opens = match (*whom, *caller) {
                (Anyone, _) | (Rider, Caller::Rider) => true,
                (For::Staff(roles), Caller::Staff(role)) => roles.contains(&role),
                (Rider, Caller::Nobody | Caller::Staff(_))
                | (For::Staff(_), Caller::Nobody | Caller::Rider) => false,
            };
            let closed = kind == "signed-out" || kind == "forbidden";
            assert_eq!(opens, !closed, "{what}: {kind}");
            if !opens && *caller == Caller::Nobody {
                assert_eq!((reply.status, &*kind), (401, "signed-out"), "{what}");
                assert_eq!(reply.headers["www-authenticate"], "Bearer");
            } else if !opens {
                assert_eq!((reply.status, &*kind), (403, "forbidden"), "{what}");
            }
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_writes_over_any_route() {
    let world = World::start().await;
    let rider = world.rider("+8613800138041").await;
    let own = format!("http://{}", world.address());
    for (method, path, _) in TABLE {
        let check = async |name: &str, value: &str, expected: bool| {
            let headers = [(name, value), ("content-type", "application/json")];
            let reply = call_with(&rider.api, (method, path), &headers).await;
            let refused = kind(&reply) == "cross-site";
            assert_eq!(refused, expected, "{method} {path} {name}: {value}");
            assert!(!refused || reply.status == 403);
        };
        let writes = *method != "get";
        check("origin", "https://elsewhere.example", writes).await;
        check("origin", "null", writes).await;
        check("sec-fetch-site", "cross-site", writes).await;
        check("sec-fetch-site", "same-site", writes).await;
        check("origin", &own, false).await;
        check("sec-fetch-site", "same-origin", false).await;
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_made_up_token_is_nobody() {
    let world = World::start().await;
    for token in ["", "0", &"0".repeat(64), "staff-of-all-operator", "字"] {
        for path in ["/v1/riders/me", "/v1/office"] {
            let line = (Method::GET, path);
            let bearer = format!("Bearer {token}");
            let headers = [("authorization", &*bearer)];
            let reply = world.api().send(line, &headers, Vec::new()).await;
            assert_eq!(reply.status, 401, "{path} {token}");
        }
    }
    world.stop().await;
}

/// A call with something in every parameter, and a body that is never right.
async fn call(api: &Api, method: &str, path: &str) -> crate::world::Reply {
    call_with(api, (method, path), &[("content-type", "application/json")]).await
}

async fn call_with(
    api: &Api,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
) -> crate::world::Reply {
    let mut filled = path.to_owned();
    for (parameter, value) in [
        ("{name}", "internal"),
        ("{day}", "2020-01-01"),
        ("{device}", "0000000000000001"),
        ("{rider}", "0000000000000001"),
        ("{journey}", "00000001-1"),
        ("{tap}", "00000001-1"),
        ("{mandate}", "0000000000000001"),
        ("{month}", "2026-11"),
        ("{payout}", "1"),
        ("{session}", "0000000000000001"),
        ("{validator}", "00000001"),
    ] {
        filled = filled.replace(parameter, value);
    }
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
    api.send((method, &filled), headers, b"[]".to_vec()).await
}

fn kind(reply: &crate::world::Reply) -> String {
    let text = String::from_utf8_lossy(&reply.bytes);
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    // The provider's callbacks answer 403 to whoever cannot sign; that is no role.
    let kind = body["type"].as_str().unwrap_or_default();
    kind.trim_start_matches("/problems/").to_owned()
}
