//! The morning, scene by scene.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use ridecode_words::UnixSeconds;
use serde_json::{Value, json};

use super::gate::{Network, age_s};
use super::phone::{Enrolment, GUANGFOTONG, GUANGZHOU_METRO, Phone, YANGCHENGTONG};
use super::print;
use super::stage::{ACCEPTANCE_WINDOW_S, Stage};
use crate::clock::now;
use crate::code::picture;
use crate::phone::Code;

/// The riders of the morning.
pub(super) struct Riders {
    /// Rides the Guangfo line into line 1.
    pub(super) first: Phone,
    /// Rides a bus and the BRT with a `mot` code.
    pub(super) second: Phone,
    /// Has an empty account.
    pub(super) third: Phone,
    /// Rides a bus that has no network.
    pub(super) fourth: Phone,
}

impl Riders {
    /// All of them.
    pub(super) fn all(&self) -> [&Phone; 4] {
        [&self.first, &self.second, &self.third, &self.fourth]
    }
}

/// Enrols four riders, each over HTTP as an app would.
pub(super) async fn enrol(stage: &Stage) -> anyhow::Result<Riders> {
    print::scene(
        1,
        "Four riders enrol: SMS code, mandate at the provider, device key, codes",
    );
    let enrol = async |name, number, brand| {
        let enrolment = Enrolment {
            name,
            number,
            brand,
        };
        let phone = Phone::enrol(enrolment, &stage.riders, &stage.sandbox)
            .await
            .with_context(|| format!("{name} cannot enrol"))?;
        print::line(
            name,
            &format!("{} · mandate active · wallet {}", brand.name, phone.wallet),
        );
        anyhow::Ok(phone)
    };
    let riders = Riders {
        first: enrol("乘客甲 rider 1", "+8613800000001", GUANGZHOU_METRO).await?,
        second: enrol("乘客乙 rider 2", "+8613800000002", YANGCHENGTONG).await?,
        third: enrol("乘客丙 rider 3", "+8613800000003", GUANGZHOU_METRO).await?,
        fourth: enrol("乘客丁 rider 4", "+8613800000004", GUANGFOTONG).await?,
    };
    let wallet = format!("/control/wallets/{}", riders.third.wallet);
    stage
        .sandbox
        .post(&wallet, json!({ "balance_minor": 0 }))
        .await?;
    print::note(riders.third.name, "whose wallet is empty");
    Ok(riders)
}

/// From the Guangfo line into line 1. Gives the code shown at the way in: a screenshot of it is
/// shown again later.
pub(super) async fn metro(
    stage: &mut Stage,
    riders: &mut Riders,
) -> anyhow::Result<(Code, UnixSeconds)> {
    let store = stage.store().clone();
    print::scene(
        2,
        "Rider 1: 祖庙 to 体育西路, from the Guangfo line into line 1 at 西塱",
    );
    let made = now();
    let code = riders.first.show(made)?;
    print::line(
        riders.first.name,
        "makes a code offline: 204 bytes, QR version 10, level M",
    );
    print::picture(&picture::modules(code.bytes())?);
    let shown = stage.gates.zumiao.show(&code).await?;
    ensure!(shown.admitted, "the gate at 祖庙 must open");
    travel().await;
    let code_out = riders.first.show(now())?;
    let shown = stage.gates.tiyuxilu_out.show(&code_out).await?;
    ensure!(shown.admitted, "the gate at 体育西路 must open");
    stage.gates.zumiao.drain(&store).await?;
    stage.gates.tiyuxilu_out.drain(&store).await?;
    tell_rides(&riders.first, 1).await?;
    Ok((code, made))
}

/// A bus and the BRT with the ministry's code.
pub(super) async fn bus(stage: &mut Stage, riders: &mut Riders) -> anyhow::Result<()> {
    let store = stage.store().clone();
    print::scene(
        3,
        "Rider 2: bus 1, then the BRT, with a code of JT/T 1179 (332 bytes, SM2)",
    );
    let code = riders.second.show(now())?;
    let shown = stage.gates.bus.show(&code).await?;
    ensure!(shown.admitted, "the bus must take the code");
    travel().await;
    let code = riders.second.show(now())?;
    let shown = stage.gates.brt.show(&code).await?;
    ensure!(shown.admitted, "the BRT must take the code");
    stage.gates.bus.drain(&store).await?;
    stage.gates.brt.drain(&store).await?;
    tell_rides(&riders.second, 2).await
}

/// An empty account: the operator is owed all the same, the rider is blocked, the retry collects.
pub(super) async fn debt(stage: &mut Stage, riders: &mut Riders) -> anyhow::Result<()> {
    let store = stage.store().clone();
    print::scene(
        4,
        "Rider 3 has no money: rides, is advanced, is blocked, pays, rides on",
    );
    let bundle = stage.gates.tiyuxilu_in.bundle()?;
    let code = riders.third.show(now())?;
    ensure!(
        stage.gates.zumiao.show(&code).await?.admitted,
        "a first ride is let through"
    );
    travel().await;
    let code = riders.third.show(now())?;
    ensure!(
        stage.gates.tiyuxilu_out.show(&code).await?.admitted,
        "who came in may leave"
    );
    stage.gates.zumiao.drain(&store).await?;
    stage.gates.tiyuxilu_out.drain(&store).await?;
    let blocked = wait_for_state(&riders.third, "blocked").await?;
    let block = &blocked["block"];
    print::note(
        riders.third.name,
        &format!(
            "declined: blocked for {} over {} ride; the operator is owed all the same (advance)",
            print::yuan(block["amount"]["minor"].as_i64().unwrap_or_default()),
            block["rides"]
        ),
    );
    stage
        .gates
        .tiyuxilu_in
        .wait_for_other_bundle(&bundle)
        .await?;
    let code = riders.third.show(now())?;
    let shown = stage.gates.tiyuxilu_in.show(&code).await?;
    ensure!(!shown.admitted, "a denied credential must be refused");
    let wallet = format!("/control/wallets/{}", riders.third.wallet);
    stage
        .sandbox
        .post(&wallet, json!({ "balance_minor": 5_000 }))
        .await?;
    print::line(riders.third.name, "tops up ¥50.00 at the provider");
    wait_for_state(&riders.third, "active").await?;
    print::line(
        riders.third.name,
        "the retry collected it: unblocked, next bundle clears the list",
    );
    tell_rides(&riders.third, 1).await
}

/// Copies and forgeries.
pub(super) async fn fraud(
    stage: &mut Stage,
    riders: &mut Riders,
    (screenshot, made): (Code, UnixSeconds),
) -> anyhow::Result<()> {
    print::scene(6, "Someone tries a screenshot and an altered code");
    while age_s(made) <= ACCEPTANCE_WINDOW_S {
        tokio::time::sleep(STEP).await;
    }
    let age = age_s(made);
    print::line(
        "a screenshot",
        &format!("of rider 1's code, {age} s old, at a second gate"),
    );
    let shown = stage.gates.tiyuxilu_in.show(&screenshot).await?;
    ensure!(!shown.admitted, "a stale copy must be refused");
    let altered = riders.fourth.show(now())?.altered();
    print::line("a forger", "changes one byte of a fresh code");
    let shown = stage.gates.tiyuxilu_in.show(&altered).await?;
    ensure!(!shown.admitted, "an altered code must be refused");
    Ok(())
}

/// A validator without any network, and one that loses power in the middle of an upload.
pub(super) async fn faults(stage: &mut Stage, riders: &mut Riders) -> anyhow::Result<()> {
    let store = stage.store().clone();
    print::scene(
        5,
        "A bus without network; a gate killed in the middle of an upload",
    );
    let code = riders.fourth.show(now())?;
    let shown = stage.gates.foshan_bus.show(&code).await?;
    ensure!(shown.admitted, "the bus decides without a network");
    let url = stage.riders.url().to_owned();
    let gate = &mut stage.gates.tiyuxilu_in;
    gate.kill().await?;
    gate.switch_on(Network::Cut).await?;
    for _ in 0..BACKLOG {
        gate.scan(&code).await?;
    }
    gate.kill().await?;
    gate.switch_on(Network::Up(&url)).await?;
    // No warning, no tidying up: the segment may be on its way, at the office, or nowhere.
    gate.kill().await?;
    print::note(
        gate.post.name,
        &format!("killed (kill -9) as {BACKLOG} entries begin to go up"),
    );
    gate.switch_on(Network::Up(&url)).await?;
    gate.drain(&store).await?;
    print::line(
        gate.post.name,
        "back: journal recovered, every entry held exactly once",
    );
    let bus = &mut stage.gates.foshan_bus;
    bus.kill().await?;
    bus.switch_on(Network::Up(&url)).await?;
    bus.drain(&store).await?;
    print::line(bus.post.name, "back in the depot: uploads what it kept");
    tell_rides(&riders.fourth, 1).await
}

/// A ride, in the demo's time: longer than two gates' clocks may differ.
async fn travel() {
    tokio::time::sleep(Duration::from_secs(3)).await;
}

/// Waits until every ride of a rider has a fare and its charge is settled one way or the other,
/// then prints them.
async fn tell_rides(phone: &Phone, expected: usize) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        let rides = phone.rides().await?;
        let settled = |ride: &Value| ride["state"] == "collected" || ride["state"] == "declined";
        if rides.len() >= expected && rides.iter().all(settled) {
            for ride in rides.iter().rev() {
                tell_ride(phone, ride);
            }
            return Ok(());
        }
        tokio::time::sleep(STEP).await;
    }
    bail!("the rides of {} were not charged in time", phone.name)
}

fn tell_ride(phone: &Phone, ride: &Value) {
    let fare = &ride["fare"];
    let amount = print::yuan(fare["amount"]["minor"].as_i64().unwrap_or_default());
    let state = ride["state"].as_str().unwrap_or_default();
    print::line(phone.name, &format!("{amount} {state}"));
    let lines = fare["explanation"].as_array().cloned().unwrap_or_default();
    let text: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
    print::block(&text.join("\n"));
}

async fn wait_for_state(phone: &Phone, state: &str) -> anyhow::Result<Value> {
    for _ in 0..TRIES {
        let account = phone.account().await?;
        if account["state"] == state {
            return Ok(account);
        }
        tokio::time::sleep(STEP).await;
    }
    bail!("{} was not {state} in time", phone.name)
}

/// Entries a gate holds when it is killed.
const BACKLOG: usize = 25;
/// How often the demo looks whether something has happened.
const STEP: Duration = Duration::from_millis(100);
/// How many times it looks before it gives up: a minute.
const TRIES: usize = 600;
