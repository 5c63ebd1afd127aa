//! Staff at the console: signing in, sessions, writes by cookie, and the commands that make staff.

use std::io::Write as _;
use std::process::{Command, Stdio};

use reqwest::Method;
use ridecode::clock::now;
use ridecode::config::{Config, Role, Source};
use ridecode::staff::totp::step_at;
use serde_json::{Value, json};

use crate::world::{Api, PASSWORD, Reply, World, cookie_of, totp};

/// A sign-in with the code of the step that is `ahead` of now.
async fn sign_in(api: &Api, (name, password): (&str, &str), ahead: i64) -> Reply {
    let code = totp().code(step_at(now()) + ahead);
    let body = json!({ "name": name, "password": password, "code": code });
    api.post("/v1/staff/sessions", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_wrong_is_not_told_what_was_wrong() {
    let world = World::start().await;
    let api = world.api();
    for (who, ahead) in [
        (("agent", "correct horse battery!"), 0),
        (("agent", ""), 0),
        (("nobody", PASSWORD), 0),
        (("", PASSWORD), 0),
        (("agent", PASSWORD), 5),
        (("agent", PASSWORD), -5),
    ] {
        let reply = sign_in(&api, who, ahead).await;
        reply.problem("wrong-sign-in", "");
        assert!(!reply.headers.contains_key("set-cookie"));
    }
    for (code, password, field) in [
        ("12345", PASSWORD, "code"),
        ("12345a", PASSWORD, "code"),
        ("", PASSWORD, "code"),
        ("123456", &"x".repeat(129), "password"),
    ] {
        let body = json!({ "name": "agent", "password": password, "code": code });
        let reply = api.post("/v1/staff/sessions", &body).await;
        reply.problem("invalid-field", field);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_a_cookie_that_no_script_reads_and_a_code_opens_one() {
    let world = World::start().await;
    let api = world.api();
    let reply = sign_in(&api, ("accountant", PASSWORD), 0).await;
    let me = reply.expect(201);
    assert_eq!(me["role"], "accountant");
    assert_eq!(me["opens"], json!(["staff", "accountant", "books"]));
    let cookie = reply.headers["set-cookie"].to_str().expect("a text");
    for part in [
        "ridecode_staff=",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/",
        "Max-Age=",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let again = sign_in(&api, ("accountant", PASSWORD), 0).await;
    again.problem("totp-used", "code");
    let earlier = sign_in(&api, ("accountant", PASSWORD), -1).await;
    earlier.problem("totp-used", "code");
    sign_in(&api, ("accountant", PASSWORD), 1).await.expect(201);
    let console = api.with_cookie(&cookie_of(&reply));
    assert_eq!(console.get("/v1/staff/me").await.expect(200), me);
    let by_token = world.staff_with(Role::Accountant);
    let by_token = by_token.get("/v1/staff/me").await.expect(200);
    assert_eq!(by_token["session"], Value::Null);
    assert_eq!(by_token["opens"], me["opens"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    let world = World::start().await;
    let (first, admin) = (
        world.console(Role::Agent).await,
        world.console(Role::Admin).await,
    );
    let second = sign_in(&world.api(), ("agent", PASSWORD), 1).await;
    let second = world.api().with_cookie(&cookie_of(&second));
    let listed = second.get("/v1/staff/sessions").await.expect(200);
    let listed = listed.as_array().expect("a list");
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(
        listed
            .iter()
            .all(|one| one["name"] == "agent" && one["address"] == "127.0.0.1")
    );
    let other = listed.iter().find(|one| one["current"] == false);
    let other = other
        .and_then(|one| one["session"].as_str())
        .expect("another");
    let path = format!("/v1/staff/sessions/{other}");
    let accountant = world.console(Role::Accountant).await;
    let refused = accountant.delete(&path, &json!({})).await;
    refused.problem("unknown-session", "session");
    assert_eq!(second.delete(&path, &json!({})).await.status, 204);
    first.get("/v1/staff/me").await.problem("signed-out", "");
    let all = admin.get("/v1/staff/sessions").await.expect(200);
    assert_eq!(all.as_array().expect("a list").len(), 3, "{all}");
    let own = second.get("/v1/staff/me").await.expect(200)["session"].clone();
    let path = format!("/v1/staff/sessions/{}", own.as_str().expect("a session"));
    assert_eq!(admin.delete(&path, &json!({})).await.status, 204);
    second.get("/v1/staff/me").await.problem("signed-out", "");
    for wrong in ["1", "000000000000000g"] {
        let path = format!("/v1/staff/sessions/{wrong}");
        admin
            .delete(&path, &json!({}))
            .await
            .problem("invalid-field", "session");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_sign_ins_lock_a_name_for_a_while() {
    let world = World::start().await;
    let api = world.api();
    for _ in 0..10 {
        let reply = sign_in(&api, ("auditor", "wrong"), 0).await;
        reply.problem("wrong-sign-in", "");
    }
    let refused = sign_in(&api, ("auditor", PASSWORD), 0).await;
    let body = refused.problem("too-many-sign-ins", "");
    let wait_s = body["retry_after_s"].as_i64().expect("seconds");
    assert!((1..=900).contains(&wait_s), "{body}");
    let detail = body["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("try again in 15 min"), "{detail}");
    sign_in(&api, ("agent", PASSWORD), 0).await.expect(201);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_by_cookie_comes_from_our_own_pages() {
    let world = World::start().await;
    let reply = sign_in(&world.api(), ("operator", PASSWORD), 0).await;
    let cookie = cookie_of(&reply);
    for (site, opens) in [
        ("same-origin", true),
        ("cross-site", false),
        ("same-site", false),
    ] {
        let headers = [
            ("cookie", &*cookie),
            ("content-type", "application/json"),
            ("sec-fetch-site", site),
        ];
        let body = json!({ "operator": 1 }).to_string().into_bytes();
        let line = (Method::POST, "/v1/validators/codes");
        let reply = world.api().send(line, &headers, body).await;
        match opens {
            true => drop(reply.expect(201)),
            false => drop(reply.problem("cross-site", "")),
        }
    }
    world.stop().await;
}

#[test]
fn the_command_makes_staff_that_settings_take() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = ridecode(&["staff", "add", "夜班 1", "--role", "auditor"], PASSWORD);
    assert!(made.status.success());
    let path = folder.path().join("ridecode.toml");
    std::fs::write(&path, &made.stdout).expect("the file is written");
    let told = String::from_utf8_lossy(&made.stderr);
    assert!(
        told.contains("otpauth://totp/") && told.contains('█'),
        "{told}"
    );
    let source = Source {
        config: Some(path.clone()),
        ..Source::default()
    };
    let config = Config::load(&source, &[]).expect("the settings take it");
    let sign_in = config.staff[0].sign_in.as_ref().expect("a password");
    assert!(sign_in.password.matches(PASSWORD));
    let path = path.to_string_lossy();
    let before = step_at(now());
    let shown = ridecode(&["staff", "totp", "夜班 1", "--config", &path], "");
    let shown = String::from_utf8_lossy(&shown.stdout).trim().to_owned();
    let good: Vec<String> = (before..=step_at(now()))
        .map(|step| sign_in.totp.code(step))
        .collect();
    assert!(good.contains(&shown), "{shown}");
    let changed = ridecode(&["staff", "password", "夜班 1"], "another horse battery");
    assert!(String::from_utf8_lossy(&changed.stdout).starts_with("password = \"$argon2id$"));
    for (arguments, input, said) in [
        (
            &["staff", "add", "a", "--role", "auditor"][..],
            "short",
            "12 to 128",
        ),
        (
            &["staff", "add", "", "--role", "auditor"],
            PASSWORD,
            "1 to 64",
        ),
        (
            &["staff", "add", "a", "--role", "boss"],
            PASSWORD,
            "accountant",
        ),
        (
            &["staff", "totp", "nobody", "--config", &path],
            "",
            "nobody",
        ),
    ] {
        let refused = ridecode(arguments, input);
        assert!(!refused.status.success(), "{arguments:?}");
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(told.contains(said), "{arguments:?}: {told}");
        assert!(!told.contains(PASSWORD), "{told}");
    }
}

/// Runs the program with one line as its input.
fn ridecode(arguments: &[&str], input: &str) -> std::process::Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ridecode"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    // One that refuses its arguments reads nothing.
    let _ = writeln!(stdin, "{input}");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}
