//! The server itself: paths, limits, ids, pages, stopping.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_are_problems() {
    let world = World::start().await;
    let api = world.api();
    api.get("/v1/nothing").await.problem("no-such-path", "");
    api.get("/problems/nothing")
        .await
        .problem("no-such-path", "");
    let reply = api.post("/v1/riders/me", &json!({})).await;
    reply.problem("method-not-allowed", "");
    assert_eq!(reply.headers["allow"], "GET,HEAD,DELETE");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reply_has_a_request_id() {
    let world = World::start().await;
    let check = async |sent: Option<&str>, expected: Option<&str>| {
        let headers: Vec<(&str, &str)> = sent.map(|id| ("x-request-id", id)).into_iter().collect();
        let line = (Method::GET, "/healthz");
        let reply = world.api().send(line, &headers, Vec::new()).await;
        let id = reply.headers["x-request-id"]
            .to_str()
            .expect("text")
            .to_owned();
        match expected {
            Some(expected) => assert_eq!(id, expected),
            None => assert!(id.len() == 16 && Some(&*id) != sent, "{id}"),
        }
    };
    check(Some("order-7_a.b"), Some("order-7_a.b")).await;
    check(None, None).await;
    check(Some("two words"), None).await;
    check(Some(&"x".repeat(65)), None).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_has_a_page() {
    let world = World::start().await;
    let api = world.api();
    let list = api.get("/problems").await;
    let list = String::from_utf8(list.bytes).expect("text");
    let names: Vec<&str> = list
        .split("href=\"/problems/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        let page = api.get(&format!("/problems/{name}")).await;
        assert_eq!(page.status, 200, "{name}");
        let page = String::from_utf8(page.bytes).expect("text");
        assert!(page.contains("What to do"), "{name}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_describes_itself() {
    let world = World::start().await;
    let api = world.api();
    assert_eq!(api.get("/healthz").await.expect(200)["status"], "ok");
    let served = api.get("/openapi.json").await.expect(200);
    assert_eq!(served["openapi"], "3.1.0");
    let brands = api.get("/v1/brands").await.expect(200);
    let names: Vec<&Value> = brands
        .as_array()
        .expect("a list")
        .iter()
        .map(|brand| &brand["name"])
        .collect();
    assert_eq!(names, ["羊城通乘車碼", "廣州地鐵乘車碼", "廣佛通乘車碼"]);
    assert_eq!(brands[0]["device_algorithm"], "sm2");
    assert_eq!(brands[0]["accepted"][0]["modes"], json!(["bus", "brt"]));
    let front = api.get("/").await;
    assert_eq!(front.status, 200);
    let metrics = world.staff().get("/metrics").await;
    let metrics = String::from_utf8(metrics.bytes).expect("text");
    let counted = "ridecode_requests_total{route=\"/v1/brands\",status=\"200\"} 1\n";
    assert!(metrics.contains(counted), "{metrics}");
    assert_eq!(
        world.staff().get("/v1/office").await.expect(200)["bills_due"],
        0
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_is_named() {
    let world = World::start().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = crate::world::settings(folder.path().join("second"));
    let address = world.api().get("/healthz").await;
    assert_eq!(address.status, 200);
    config.serve.listen = world.address();
    let fault = ridecode::serve::start(&config).await;
    let fault = fault.err().expect("the port is taken");
    assert!(format!("{fault:#}").contains("--listen"), "{fault:#}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_is_answered() {
    // A provider that takes connections and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("an address");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let world = World::start_with(folder, |config| {
        config.provider.url = format!("http://{address}");
        config.serve.request_timeout = std::time::Duration::from_millis(100);
    })
    .await;
    let body = json!({ "phone": "+8613800138044" });
    let reply = world.api().post("/v1/riders/codes", &body).await;
    reply.problem("timed-out", "");
    assert_eq!(reply.headers["retry-after"], "1");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_gone_is_a_problem_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let world = World::start_with(folder, |_| {}).await;
    let rider = world.rider("+8613800138045").await;
    let api = world.api();
    let world = world.without_provider().await;
    rider
        .api
        .post("/v1/mandates", &json!({}))
        .await
        .problem("provider-silent", "");
    api.post("/v1/riders/codes", &json!({ "phone": "+8613800138046" }))
        .await
        .problem("sms-not-sent", "");
    world.stop().await.expect("the office stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_for_one_number_run_out() {
    let world = World::start().await;
    let ask = async |phone: &str| {
        let body = json!({ "phone": phone });
        world.api().post("/v1/riders/codes", &body).await
    };
    for _ in 0..5 {
        ask("+8613800138047").await.expect(202);
    }
    let problem = ask("138-0013-8047")
        .await
        .problem("too-many-codes", "phone");
    assert!(problem["retry_after_s"].as_i64() > Some(500));
    ask("+8613800138048").await.expect(202);
    world.stop().await;
}

/// Every kind of problem in the manual is brought about by some test.
#[test]
fn every_problem_is_shown_by_a_test() {
    let manual = include_str!("../../../../docs/operating.md");
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let mut tests = String::new();
    for folder in ["tests/it", "src/serve/problem/fault", "src/serve/auditors"] {
        for entry in std::fs::read_dir(format!("{here}{folder}")).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                tests += &std::fs::read_to_string(path).expect("text");
            }
        }
    }
    let rows = manual.lines().filter_map(|line| line.strip_prefix("| `"));
    let names = rows.filter_map(|row| row.split_once("` | "));
    let names = names.filter(|(_, rest)| rest.starts_with(|first: char| first.is_ascii_digit()));
    let names: Vec<&str> = names
        .map(|(name, _)| name)
        .filter(|name| name.contains('-'))
        .collect();
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert!(
            tests.contains(&format!("\"{name}\"")),
            "no test shows {name}"
        );
    }
}
