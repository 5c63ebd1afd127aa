//! A rider's month exported, read out, recomputed; and altered.

use std::path::Path;
use std::process::{Command, Output};

use ridecode::clock::now;
use ridecode_validator::Passage;
use serde_json::{Value, json};

use crate::world::{FOSHAN_BUS, METRO, World, metro_gate};

/// `ridecode fare` with these options.
fn fare(options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridecode"));
    let output = command.arg("fare").args(options).output();
    output.expect("ridecode runs")
}

/// Exit status and what is printed on either stream.
fn check(options: &[&str], (status, said): (i32, &str)) {
    let output = fare(options);
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).expect("UTF-8");
    assert_eq!(output.status.code(), Some(status), "{options:?}: {text}");
    assert!(text.contains(said), "{options:?}: {text}");
}

fn write(folder: &Path, name: &str, bill: &Value) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bill.to_string()).expect("a file");
    path.display().to_string()
}

/// The month of now in China.
fn month() -> String {
    now().plus_s(8 * 3_600).to_string()[..7].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_exported_and_recomputed_to_the_cent() {
    let world = World::start().await;
    let mut rider = world.ready_rider("+8613800138070", METRO).await;
    let mut gate = world.reader(1).await;
    let start = now();
    let way_in = metro_gate("xilang", Passage::In);
    gate.admit(&way_in, rider.show(start), start);
    let end = start.plus_s(1_800);
    let way_out = metro_gate("guangzhoudongzhan", Passage::Out);
    gate.admit(&way_out, rider.show(end), end);
    gate.upload().await;
    world.work().await;

    let path = format!("/v1/bills/{}", month());
    let bill = rider.api.get(&path).await.expect(200);
    let rides = rider.rides().await;
    assert_eq!(bill["fares"][0]["amount"], rides[0]["fare"]["amount"]);
    assert_eq!(bill["fares"][0]["journey"], rides[0]["journey"]);
    assert_eq!(bill["taps"].as_array().map(Vec::len), Some(2));
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "bill.json", &bill);
    check(&["recompute", &file], (0, "identical: "));
    let reading = ["explain", &file, "--language", "en"];
    check(&reading, (0, "Xilang to Guangzhou East Railway Station"));
    check(
        &["explain", &file, "--journey", "x"],
        (1, "has no journey x"),
    );

    let office = world.config.folder.display().to_string();
    let export = |month: &str, name: &str| {
        let out = folder.path().join(name).display().to_string();
        let asked = ["export", "--folder", &office, "--rider", rider.rider()];
        [&asked[..], &["--month", month, "--out", &out]]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let check_export = |month: &str, name: &str, expected| {
        let options = export(month, name);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        check(&options, expected);
    };
    check_export(&month(), "agent.json", (0, ""));
    let agent = std::fs::read_to_string(folder.path().join("agent.json")).expect("a file");
    let mut agent: Value = serde_json::from_str(&agent).expect("JSON");
    agent["as_of"] = bill["as_of"].clone();
    assert_eq!(agent, bill);
    check_export(&month(), "agent.json", (2, "choose a new name"));
    check_export("2020-01", "none.json", (1, "has no ride in 2020-01"));

    let again = ["reprice", "--folder", &office, "--month", &month()];
    check(&again, (0, "0 of 1 bills differ by 0 fares"));

    check_altered(folder.path(), &bill);
    world.stop().await;
}

/// What recomputing says of a bill that was changed on its way.
fn check_altered(folder: &Path, bill: &Value) {
    let mut altered = bill.clone();
    altered["fares"][0]["amount"]["minor"] = json!(1);
    let file = write(folder, "altered.json", &altered);
    check(
        &["recompute", &file],
        (1, "amount.minor: the bill says 1, recomputed "),
    );
    altered["tariffs"][0]["sha256"] = json!("ab".repeat(32));
    let file = write(folder, "elsewhere.json", &altered);
    check(
        &["recompute", &file],
        (2, "is not here (the one of that name"),
    );
    altered["taps"][1]["time"] = json!("noon");
    let file = write(folder, "wrong.json", &altered);
    check(
        &["recompute", &file],
        (2, "taps[1].time: must be a time with its zone"),
    );
    check(
        &["recompute", "/nowhere.json"],
        (2, "cannot read /nowhere.json"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_belongs_to_the_rider_who_is_signed_in() {
    let world = World::start().await;
    let rider = world.ready_rider("+8613800138071", FOSHAN_BUS).await;
    let empty = rider.api.get("/v1/bills/2020-01").await.expect(200);
    assert_eq!(empty["fares"], json!([]));
    assert_eq!(empty["rider"], json!(rider.rider()));
    rider
        .api
        .get("/v1/bills/2020-13")
        .await
        .problem("invalid-field", "month");
    let stranger = world.api().get("/v1/bills/2020-01").await;
    stranger.problem("signed-out", "");
    world.stop().await;
}
