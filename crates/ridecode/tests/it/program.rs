//! The real program on the command line: starting, stopping, printing, refusing.

use std::fs;
use std::path::Path;

use ridecode::clock::now;
use ridecode::config::Config;
use ridecode::sandbox;
use ridecode_testing::postgres::Database;
use ridecode_words::ServiceDay;
use serde_json::{Value, json};

use crate::world::{
    Api, Phone, Program, Reader, World, YANGCHENGTONG, keys_of, settings, staff_token,
};

/// Settings for an office beside a sandbox that knows it.
async fn provider(folder: &Path) -> (Config, sandbox::Running) {
    let mut config = settings(folder.join("office"));
    let merchant_key = keys_of(&config).merchant_key;
    let sandbox = sandbox::start(sandbox::Config {
        merchants: vec![(config.provider.merchant.clone(), merchant_key)],
        ..sandbox::Config::default()
    })
    .await
    .expect("the sandbox starts");
    config.provider.url = sandbox.url();
    config.provider.key = Some(sandbox.provider_key);
    (config, sandbox)
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_ends_well_and_leaves_the_database_free() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (config, sandbox) = provider(folder.path()).await;
    let program = Program::serve(&config, &[]).await;
    let rider = Phone::sign_in(
        Api::new(&program.url),
        Api::new(&sandbox.url()),
        "+8613800138070",
    )
    .await;
    // One program at a time works on a database; the audit only reads.
    let second = Program::run(&config, &["serve", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(second.status, Some(2));
    assert!(
        second.errors.contains("open in another program"),
        "{}",
        second.errors
    );
    let audit = Program::run(&config, &["audit"]).await;
    assert_eq!(audit.status, Some(0), "{}", audit.errors);
    assert!(
        audit.output.contains("everything adds up"),
        "{}",
        audit.output
    );

    let ended = program.stop().await;
    assert_eq!(ended.status, Some(0), "{}", ended.errors);
    let again = Program::serve(&config, &[]).await;
    let token = rider.session["token"].as_str().expect("a token");
    let api = Api::new(&again.url).with_token(token);
    let account = api.get("/v1/riders/me").await.expect(200);
    assert_eq!(account["rider"], rider.session["rider"]);
    assert_eq!(again.stop().await.status, Some(0));
    sandbox.stop().await.expect("the sandbox stops");
}

/// A server lets in as many programs as come: whoever signed in at one is known to the other.
#[tokio::test(flavor = "multi_thread")]
async fn two_programs_share_a_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = Database::new();
    let (config, sandbox) = provider(folder.path()).await;
    let flags = [
        "--set=store.engine=postgres".to_owned(),
        format!("--set=store.address={}", database.address()),
    ];
    let migrate: Vec<&str> = ["migrate"]
        .into_iter()
        .chain(flags.iter().map(String::as_str))
        .collect();
    let first = Program::run(&config, &migrate).await;
    assert!(
        first.output.contains("version 0 before"),
        "{}",
        first.errors
    );
    let again = Program::run(&config, &migrate).await;
    assert!(again.output.contains("nothing to do"), "{}", again.errors);
    let one = Program::serve(&config, &flags).await;
    let other = Program::serve(&config, &flags).await;
    let gateway = Api::new(&sandbox.url());
    let rider = Phone::sign_in(Api::new(&one.url), gateway, "+8613800138072").await;
    let token = rider.session["token"].as_str().expect("a token");
    let api = Api::new(&other.url).with_token(token);
    let account = api.get("/v1/riders/me").await.expect(200);
    assert_eq!(account["rider"], rider.session["rider"]);
    let audit: Vec<&str> = ["audit"]
        .into_iter()
        .chain(flags.iter().map(String::as_str))
        .collect();
    let audit = Program::run(&config, &audit).await;
    assert!(
        audit.output.contains("everything adds up"),
        "{}",
        audit.errors
    );
    for program in [one, other] {
        let ended = program.stop().await;
        assert_eq!(ended.status, Some(0), "{}", ended.errors);
    }
    sandbox.stop().await.expect("the sandbox stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_no_rider() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (config, sandbox) = provider(folder.path()).await;
    let flags = [
        "--set=log.filter=info,ridecode=trace,ridecode_office=trace,ridecode_store=trace",
        "--set=log.format=json",
        "--validator-code=bus-00000001:2",
    ]
    .map(str::to_owned);
    let program = Program::serve(&config, &flags).await;
    let (api, gateway) = (Api::new(&program.url), Api::new(&sandbox.url()));
    let mut rider = Phone::sign_in(api.clone(), gateway, "+8613800138071").await;
    let mandate = rider.sign_mandate().await;
    rider.register(YANGCHENGTONG).await;
    rider.fetch_credentials(YANGCHENGTONG).await;
    let mut bus = Reader::register(api.clone(), "bus-00000001").await;
    bus.admit(&bus.bus("gz-bus-1"), rider.show(now()), now());
    bus.upload().await;
    api.post("/v1/riders/codes", &json!({ "phone": "bad 13800138071" }))
        .await
        .problem("invalid-field", "phone");
    let ended = program.stop().await;
    assert!(
        ended.errors.contains("\"invalid-field\""),
        "{}",
        ended.errors
    );
    let lines: Vec<Value> = ended
        .errors
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    assert!(lines.len() > 5);
    let token = rider.session["token"].as_str().expect("a token");
    for secret in [
        "13800138071",
        token,
        rider.rider(),
        &mandate,
        "bus-00000001",
    ] {
        assert!(!ended.errors.contains(secret), "the log holds {secret}");
    }
    sandbox.stop().await.expect("the sandbox stops");
}

/// A ride of yesterday is held; the worker that starts today prices it, charges it and closes the
/// day, with nobody asking.
#[tokio::test(flavor = "multi_thread")]
async fn the_worker_closes_yesterday() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (config, sandbox) = provider(folder.path()).await;
    let flags = ["--validator-code=bus-00000001:2", "--no-work"].map(str::to_owned);
    let program = Program::serve(&config, &flags).await;
    let (api, gateway) = (Api::new(&program.url), Api::new(&sandbox.url()));
    let mut rider = Phone::sign_in(api.clone(), gateway, "+8613800138072").await;
    rider.sign_mandate().await;
    rider.register(YANGCHENGTONG).await;
    rider.fetch_credentials(YANGCHENGTONG).await;
    let mut bus = Reader::register(api, "bus-00000001").await;
    let yesterday = now().plus_s(-86_400);
    bus.admit(&bus.bus("gz-bus-1"), rider.show(yesterday), yesterday);
    bus.upload().await;
    assert_eq!(program.stop().await.status, Some(0));

    let token = staff_token();
    let settings = format!("[[staff]]\nname = \"all\"\ntoken = \"{token}\"\nrole = \"admin\"\n");
    fs::write(folder.path().join("ridecode.toml"), settings).expect("it is written");
    let flags = ["--set=work.close_at=00:00"].map(str::to_owned);
    let program = Program::serve(&config, &flags).await;
    let staff = Api::new(&program.url).with_token(token);
    let day: ServiceDay = ridecode::work::service_day(yesterday, &config.work.zone);
    let path = format!("/v1/statements?operator=2&day={day}");
    let statements = World::until(async || {
        let statements = staff.get(&path).await.expect(200);
        let there = statements.as_array().is_some_and(|list| !list.is_empty());
        there.then_some(statements)
    })
    .await;
    assert_eq!(statements[0]["lines"].as_array().map(Vec::len), Some(1));
    assert_eq!(program.stop().await.status, Some(0));
    sandbox.stop().await.expect("the sandbox stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_interface_are_printed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = settings(folder.path().join("office"));
    let secret = "a-token-nobody-may-see";
    let text = format!("[[staff]]\nname = \"all\"\ntoken = \"{secret}\"\nrole = \"admin\"\n");
    fs::write(folder.path().join("ridecode.toml"), text).expect("it is written");
    let flags = ["serve", "--print-config", "--listen", "127.0.0.1:7"];
    let printed = Program::run(&config, &flags).await;
    assert_eq!(printed.status, Some(0), "{}", printed.errors);
    assert!(printed.output.contains("listen = \"127.0.0.1:7\""));
    assert!(!printed.output.contains(secret));

    let printed = Program::run(&config, &["serve", "--print-openapi"]).await;
    assert_eq!(printed.output, include_str!("../../openapi.json"));
    let first = Program::run(&config, &["serve", "--print-keys"]).await;
    let again = Program::run(&config, &["serve", "--print-keys"]).await;
    assert_eq!(first.output, again.output);
    let merchant = hex::encode(keys_of(&config).merchant_key);
    assert!(first.output.contains(&format!("merchant {merchant}\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_commands_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = settings(folder.path().join("office"));
    let check = async |arguments: &[&str], words: &str| {
        let ended = Program::run(&config, arguments).await;
        assert_eq!(ended.status, Some(2), "{arguments:?}");
        assert!(
            ended.errors.contains(words),
            "{arguments:?}: {}",
            ended.errors
        );
        assert_eq!(ended.errors.trim().lines().count(), 1, "{}", ended.errors);
    };
    check(&["serve", "--listen", "here"], "such as 127.0.0.1:8080").await;
    check(&["serve", "--set", "serve.port=1"], "serve.port").await;
    check(&["serve", "--set", "x"], "KEY=VALUE").await;
    check(&["serve", "--config", "no.toml"], "--config").await;
    check(&["serve", "--validator-code", "x"], "CODE:OPERATOR").await;
    check(&["serve", "--validator-code", "x:1"], "one-time code").await;
    check(&["serve", "--set", "log.filter=a=b=c"], "log.filter").await;
    check(&["serve", "--provider-key", "00"], "64 hex digits").await;
    check(&["audit"], "there is no database").await;
    check(&["migrate", "--set", "store.engine=memory"], "sqlite").await;
    let far = "postgres://ride@192.0.2.7/ride";
    check(&["migrate", "--database", far], "192.0.2.7").await;
    let far = "host=192.0.2.7 dbname=ride";
    check(&["migrate", "--database", far], "192.0.2.7").await;
    let unknown = "Postgres://ride@localhost/ride";
    check(&["migrate", "--database", unknown], "postgres://USER").await;
    check(
        &["migrate", "--set", "store.engine=postgres"],
        "store.address",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_says_the_versions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = settings(folder.path().join("office"));
    let first = Program::run(&config, &["migrate"]).await;
    assert_eq!(first.status, Some(0), "{}", first.errors);
    assert!(
        first.output.contains("version 0 before, version "),
        "{}",
        first.output
    );
    let again = Program::run(&config, &["migrate"]).await;
    assert!(again.output.contains("nothing to do"), "{}", again.output);
    let other = config.folder.join("other.db");
    fs::write(other, "no database at all").expect("it is written");
    let wrong = Program::run(&config, &["migrate", "--database", "other.db"]).await;
    assert_eq!(wrong.status, Some(2), "{}", wrong.output);
}
