//! `ridecode simulate --against`: the simulated city drives a real office, and every ride is there
//! afterwards. What is not prepared is told before anything is asked of anybody.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use ridecode::config::Role;
use ridecode::sandbox;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::world::{World, staff_token};

/// A world whose office works by itself, with the token of its staff in a file.
async fn world() -> World {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("token"), format!("{}\n", staff_token())).expect("a file");
    World::start_with(folder, |config| {
        config.work.enabled = true;
        config.work.tick = Duration::from_millis(50);
    })
    .await
}

/// Where office and sandbox of a world are, and its folder.
fn around(world: &World) -> (String, String, PathBuf) {
    let folder = world.config.folder.parent().expect("a folder above");
    let office = format!("http://{}", world.address());
    (office, world.sandbox.url(), folder.to_owned())
}

/// The options that name a world.
fn naming<'a>(office: &'a str, sandbox: &'a str) -> Vec<&'a str> {
    let token = ["--token-file", "token"];
    [&["--against", office, "--sandbox", sandbox][..], &token].concat()
}

/// Runs `ridecode simulate` in the folder of a world, with a token in the environment or without.
async fn simulate(folder: &Path, options: &[&str], token: Option<&str>) -> Output {
    let running = command(folder, options, token).output();
    running.await.expect("ridecode runs")
}

pub(crate) fn command(folder: &Path, options: &[&str], token: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridecode"));
    command
        .arg("simulate")
        .args(options)
        .env_clear()
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(token) = token {
        command.env("RIDECODE_LOAD_TOKEN", token);
    }
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_rides_over_http_and_every_ride_is_there_afterwards() {
    let world = world().await;
    let (office, sandbox, folder) = around(&world);
    let options = naming(&office, &sandbox);
    let ride = [
        "--json", "--rate", "50", "--for", "5s", "--riders", "300", "--seed", "7",
    ];
    let output = simulate(&folder, &[&options[..], &ride[..]].concat(), None).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(
        errors.starts_with("300 riders and 21 validators"),
        "{errors}"
    );
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let (closing, seconds) = lines.split_last().expect("lines");
    assert!(seconds.len() >= 5, "a line a second: {}", seconds.len());
    assert_eq!(closing["closing"], true, "{closing}");
    assert_eq!(closing["whole"], true, "{closing}");
    assert_eq!(closing["rides_due"], 250, "{closing}");
    assert_eq!(
        closing["found"]["rides"], closing["rides_begun"],
        "{closing}"
    );
    assert!(closing["rides_begun"].as_u64() > Some(240), "{closing}");
    assert_eq!(closing["taps_held"], closing["taps"], "{closing}");
    for group in [
        "held",
        "rides",
        "debts",
        "segments",
        "bundles",
        "heartbeats",
        "sign_in",
    ] {
        let count = &closing["times"][group]["count"];
        assert!(count.as_u64() > Some(0), "{group}: {closing}");
    }
    // Nothing personal is told.
    assert!(
        !errors.contains("+999") && !lines.iter().any(|line| line.to_string().contains("+999"))
    );
    // The office says the same of itself, and the validators are out of service again.
    world.work().await;
    let audited = world.audit().await;
    assert!(audited.findings.is_empty(), "{:?}", audited.findings);
    let fleet = world.staff().get("/v1/validators").await.expect(200);
    let fleet = fleet.as_array().expect("a list");
    assert_eq!(fleet.len(), 21);
    assert!(
        fleet
            .iter()
            .all(|one| one["retired"].is_string() && one["waiting"] == 0)
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_codes_and_cut_lines_change_nothing_about_it() {
    let world = world().await;
    let (office, sandbox, folder) = around(&world);
    let options = naming(&office, &sandbox);
    let check = async |profile: &str, rate: &str, played: &str| {
        let rides = [
            "--json",
            "--profile",
            profile,
            "--rate",
            rate,
            "--for",
            "6s",
            "--riders",
            "60",
        ];
        let output = simulate(&folder, &[&options[..], &rides[..]].concat(), None).await;
        let lines = String::from_utf8(output.stdout).expect("text");
        let closing = lines.lines().next_back().expect("a line");
        assert_eq!(output.status.code(), Some(0), "{profile}: {closing}");
        let closing: Value = serde_json::from_str(closing).expect("a line of JSON");
        assert!(closing[played].as_u64() > Some(0), "{profile}: {closing}");
        assert!(closing["taps"].as_u64() > Some(40), "{profile}: {closing}");
        assert_eq!(
            closing["taps_held"], closing["taps"],
            "{profile}: {closing}"
        );
    };
    check("fraud", "10", "forged").await;
    check("outage", "10", "cuts").await;
    // As many as it takes: there are as many rides as riders have time for.
    check("rush", "max", "rides_begun").await;
    world.stop().await;
}

/// A way to an office that leaves the oldest ride out of every list.
async fn forgetful(office: String) -> String {
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.expect("a client");
    let forward = async move |request: Request| {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let asked = client.request(parts.method, format!("{office}{}", parts.uri));
        let reply = asked.headers(parts.headers).body(body).send().await;
        let reply = reply.expect("a reply");
        let status = reply.status();
        let mut bytes = reply.bytes().await.expect("a body").to_vec();
        if parts.uri.path() == "/v1/rides" && status.is_success() {
            let mut page: Value = serde_json::from_slice(&bytes).expect("JSON");
            page["rides"].as_array_mut().expect("a list").pop();
            bytes = page.to_string().into_bytes();
        }
        (status, bytes)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(forward);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_forgets_rides_is_found_out() {
    let world = world().await;
    let (office, sandbox, folder) = around(&world);
    let office = forgetful(office).await;
    let options = naming(&office, &sandbox);
    let rides = ["--json", "--rate", "5", "--for", "2s", "--riders", "30"];
    let output = simulate(&folder, &[&options[..], &rides[..]].concat(), None).await;
    let said = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(1), "{said}");
    let closing = said.lines().next_back().expect("a line");
    let closing: Value = serde_json::from_str(closing).expect("a line of JSON");
    assert_eq!(closing["whole"], false, "{closing}");
    assert!(
        closing["found"]["rides_lost"].as_u64() > Some(0),
        "{closing}"
    );
    assert_eq!(closing["found"]["taps_waiting"], 0, "{closing}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_dies_meanwhile_is_told_with_what_was_seen_of_it() {
    let world = world().await;
    let (office, sandbox, folder) = around(&world);
    let options = naming(&office, &sandbox);
    let rides = [
        "--rate", "5", "--for", "3s", "--looks", "0", "--settle", "1s",
    ];
    let mut load = command(&folder, &[&options[..], &rides[..]].concat(), None)
        .spawn()
        .expect("ridecode runs");
    let stdout = load.stdout.take().expect("a standard output");
    let mut lines = BufReader::new(stdout).lines();
    let first = lines.next_line().await.expect("text").expect("a line");
    assert!(first.starts_with("00:01  行程 "), "{first}");
    // The folder goes with the world; the source has all it needs.
    world.stop().await;
    let mut said = String::new();
    while let Some(line) = lines.next_line().await.expect("text") {
        said.push_str(&line);
    }
    let output = load.wait_with_output().await.expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        errors.contains("cannot be asked whether everything arrived"),
        "{errors}"
    );
    assert!(
        said.contains("后台无应答") && said.contains("no answer: "),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_is_not_prepared_is_told_what_is_missing() {
    let world = world().await;
    let (office, sandbox, folder) = around(&world);
    let other = sandbox::start(sandbox::Config::default())
        .await
        .expect("a sandbox");
    let other_url = other.url();
    let check = async |options: &[&str], token: Option<&str>, said: &[&str]| {
        let rate = ["--rate", "1", "--for", "1s"];
        let output = simulate(&folder, &[options, &rate[..]].concat(), token).await;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {errors}");
        for said in said {
            assert!(errors.contains(said), "{options:?}: {said}: {errors}");
        }
        assert!(errors.lines().count() == 1, "{options:?}: {errors}");
        assert!(!errors.contains("+999"), "{errors}");
    };
    let against = ["--against", &office, "--sandbox", &sandbox];
    let token = Some(staff_token());
    check(&against, None, &["--token-file", "RIDECODE_LOAD_TOKEN"]).await;
    check(&against, Some(" "), &["RIDECODE_LOAD_TOKEN holds no token"]).await;
    check(
        &against,
        Some("nobody's"),
        &["does not know the token", "[[staff]]"],
    )
    .await;
    let agent = format!("staff-with-role-{}", Role::Agent.word());
    check(&against, Some(&agent), &["agent", "operator or admin"]).await;
    check(
        &against,
        Some("staff-of-the-metro"),
        &["operator 2", "all operators"],
    )
    .await;
    let nobody = ["--against", "http://127.0.0.1:9", "--sandbox", &sandbox];
    check(
        &nobody,
        token,
        &["no back office answers at http://127.0.0.1:9"],
    )
    .await;
    let silent = ["--against", &office, "--sandbox", "http://127.0.0.1:9"];
    check(&silent, token, &["no sandbox answers", "ridecode sandbox"]).await;
    let elsewhere = ["--against", &office, "--sandbox", &other_url];
    check(
        &elsewhere,
        token,
        &["no message arrived", "wire the back office"],
    )
    .await;
    // Nobody was registered for any of it.
    let fleet = world.staff().get("/v1/validators").await.expect(200);
    assert_eq!(fleet, serde_json::json!([]));
    other.stop().await.expect("it stops");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_for_is_said_before_anybody_is_asked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let check = async |options: &str, said: &str| {
        let options: Vec<&str> = options.split_whitespace().collect();
        let output = simulate(folder.path(), &options, Some("a-token")).await;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {errors}");
        assert!(errors.contains(said), "{options:?}: {errors}");
    };
    let against = |options: &str| format!("--against http://127.0.0.1:9 {options}");
    check("--against nowhere --rate 1", "http://127.0.0.1:8080").await;
    check("--against http://a:b@c --rate 1", "no password").await;
    check("--rate 1", "--against").await;
    check(
        &against("--rate 1 --folder /nowhere/at/all"),
        "no folder for journals",
    )
    .await;
    check(&against(""), "--rate").await;
    check(&against("--rate 0"), "from 0.01 to 10000").await;
    check(&against("--rate 1 --for 0s"), "60s, 10m or 2h").await;
    check(&against("--rate 1 --looks 101"), "0..=100").await;
    check(&against("--rate 100 --riders 10"), "at least --riders 600").await;
    check(
        &against("--rate 1 --profile migration"),
        "calm, rush, outage or fraud",
    )
    .await;
    check(&against("--rate 1 --city example"), "--city example").await;
    check(&against("--rate 1 --store sqlite"), "--store").await;
    check(&against("--rate 1 --token-file none"), "--token-file none").await;
}
