//! The validator's own page: two scanners at once, the sensor, the driver, and who is kept out.

use reqwest::{Client, StatusCode};
use ridecode::clock::now;
use serde_json::{Value, json};

use super::{Gate, Running, code, url};
use crate::world::{METRO, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_is_worked_over_its_page() {
    let world = World::start().await;
    let mut rider = world.ready_rider("13800138211", METRO).await;
    let gate = Gate::new();
    let mut running = start(&gate, &world, "gate.passage_s = 2").await;
    let page = Page::of(&running);

    // Two scanners read one code at once: one rider is let in.
    let shown = rider.show(now());
    let (one, other) = tokio::join!(page.scan(&shown), page.scan(&shown));
    let admitted = [&one, &other].map(|answer| answer["admit"] == true);
    assert_eq!(
        admitted.iter().filter(|it| **it).count(),
        1,
        "{one} {other}"
    );
    let first = running.line("sequence");
    assert_eq!(
        page.send("/v1/passage", json!({})).await.0,
        StatusCode::ACCEPTED
    );
    assert_eq!(running.line("passed")["passed"], first["sequence"]);

    // Nobody passes: the gate takes the accept back by itself, and the rider may try again.
    let shown = rider.show(now().plus_s(5));
    let accepted = page.scan(&shown).await;
    assert_eq!(accepted["outcome"], "admit");
    let voided = running.line("voided");
    assert_eq!(voided["voided"], accepted["sequence"]);
    assert_eq!(voided["reason"], "nobody_passed");
    let again = page.scan(&shown).await;
    assert_eq!(again["outcome"], "admit");

    // The driver takes it back, with a reason.
    let undo = |reason: &str| page.send("/v1/undo", json!({ "reason": reason }));
    let (status, why) = undo("no idea").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        why["detail"].as_str().unwrap().contains("rider_left"),
        "{why}"
    );
    assert_eq!(undo("rider_left").await.0, StatusCode::OK);
    assert_eq!(running.line("voided")["voided"], again["sequence"]);
    assert_eq!(undo("rider_left").await.0, StatusCode::CONFLICT);

    // Told a few times a second.
    let state = loop {
        let state = page.get("/v1/state").await;
        if state["waits"]["scans"] == 4 {
            break state;
        }
    };
    assert!(state["waits"]["shown_p99_us"].as_u64().unwrap() > 0);
    assert_eq!(state["clock"], "synced");
    let screen = page.get("/v1/screen").await;
    assert_eq!(screen["reason"], "rider_left");
    running.kill();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_machine_s_own_page_is_answered() {
    let world = World::start().await;
    let gate = Gate::new();
    let running = start(&gate, &world, "").await;
    let page = Page::of(&running);
    let check = |name: &'static str, value: String, expected: StatusCode| {
        let request = page.client.get(format!("{}/v1/state", page.url));
        let request = request.header(name, value);
        async move {
            assert_eq!(
                request.send().await.expect("the page answers").status(),
                expected
            )
        }
    };
    let (yes, no) = (StatusCode::OK, StatusCode::FORBIDDEN);
    let own = page.url.trim_start_matches("http://").to_owned();
    check("host", own.clone(), yes).await;
    check("host", "rebound.example".to_owned(), no).await;
    check("origin", page.url.clone(), yes).await;
    check("origin", "https://elsewhere.example".to_owned(), no).await;
    check("origin", "null".to_owned(), no).await;
    let request = page.client.put(format!("{}/v1/place", page.url));
    let answer = request
        .json(&json!({ "line": "gz-1" }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    // The vehicle's receiver is believed within limits.
    let time = async |time: String| {
        let request = page.client.put(format!("{}/v1/time", page.url));
        let answer = request.json(&json!({ "time": time })).send().await;
        answer.unwrap().status()
    };
    assert_eq!(time(now().to_string()).await, StatusCode::NO_CONTENT);
    let yesterday = now().plus_s(-86_400).to_string();
    assert_eq!(time(yesterday).await, StatusCode::CONFLICT);
    let noon = time("noon".to_owned()).await;
    assert_eq!(noon, StatusCode::UNPROCESSABLE_ENTITY);
    running.kill();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_waits_for_its_driver_and_remembers_the_line() {
    let world = World::start().await;
    let mut rider = world.ready_rider("13800138212", METRO).await;
    let gate = Gate::new();
    let running = start(&gate, &world, "place_from = \"driver\"").await;
    let page = Page::of(&running);
    let shown = rider.show(now());
    let refused = page.scan(&shown).await;
    assert_eq!(refused["outcome"], "out_of_order");
    assert_eq!(refused["ailments"][0], "no_place");
    assert_eq!(refused["shown"], "The driver has to sign on first");
    let place = |place: Value| {
        let request = page
            .client
            .put(format!("{}/v1/place", page.url))
            .json(&place);
        async move { request.send().await.expect("the page answers").status() }
    };
    let (wrong, done) = (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::NO_CONTENT);
    assert_eq!(place(json!({ "direction": 7 })).await, wrong);
    assert_eq!(place(json!({ "color": "red" })).await, wrong);
    assert_eq!(place(json!({ "line": "gz-1", "direction": 1 })).await, done);
    assert_eq!(page.scan(&shown).await["outcome"], "admit");
    running.kill();

    let running = start(&gate, &world, "place_from = \"driver\"").await;
    let again = Page::of(&running).scan(&shown).await;
    assert_eq!(
        again["outcome"], "already_used",
        "the line outlives the process"
    );
    running.kill();
    world.stop().await;
}

async fn start(gate: &Gate, world: &World, more: &str) -> Running {
    let file = gate.folder.path().join("gate.toml");
    let settings = format!("{more}\nscanner = \"http\"\nlocal.listen = \"127.0.0.1:0\"\n");
    std::fs::write(&file, settings).expect("the settings are written");
    gate.spawn(&[
        ("--config", file.display().to_string()),
        ("--server", url(world)),
        ("--register", code(world).await),
    ])
}

struct Page {
    client: Client,
    url: String,
}

impl Page {
    fn of(running: &Running) -> Self {
        Self {
            client: Client::new(),
            url: running.ready["page"].as_str().expect("a page").to_owned(),
        }
    }

    async fn scan(&self, code: &[u8]) -> Value {
        let request = self.client.post(format!("{}/v1/scan", self.url));
        let answer = request
            .body(code.to_vec())
            .send()
            .await
            .expect("the page answers");
        answer.json().await.expect("JSON")
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await;
        answer
            .expect("the page answers")
            .json()
            .await
            .expect("JSON")
    }

    async fn send(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.client.post(format!("{}{path}", self.url)).json(&body);
        let answer = request.send().await.expect("the page answers");
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }
}
