//! The simulated city as a load source: its riders and validators drive a running back office over
//! HTTP, at a pace of their own.
//!
//! Phones, validators, journals and uplinks are the product's own; places and habits are those of
//! the simulation. Riders enrol, ride and look at their rides; afterwards each ride is looked for,
//! once. The back office must be wired to the sandbox: no real message is sent and no real account
//! charged.

mod order;

mod stage;

mod gate;
mod rider;

mod schedule;

mod drive;

mod proof;

mod histogram;
mod meter;
mod report;

use std::process::ExitCode;
use std::sync::Arc;

use anstream::eprintln;
use anyhow::Context as _;
use ridecode_sim::{City, Profile};

use self::drive::Run;
use self::gate::LineKind;
use self::meter::Meter;
use self::order::Order;
use self::proof::Settled;
use self::report::Closing;
use self::stage::Stage;
use crate::clock::{Stopwatch, processor_time};

pub(super) use self::order::{Asked, LoadArgs};

/// Runs it. Exits with 1 if taps or rides were lost or doubled, or amounts do not add up.
pub(super) fn run(args: &LoadArgs, asked: Asked, city: &City) -> anyhow::Result<ExitCode> {
    let order = args.order(asked)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    let is_whole = runtime.block_on(play(&order, city))?;
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn play(order: &Order, city: &City) -> anyhow::Result<bool> {
    let watch = Stopwatch::start();
    let meter = Arc::new(Meter::default());
    let stage = Stage::set(order, city, &meter).await?;
    eprintln!(
        "{} riders and {} validators are ready after {:.1} s",
        stage.riders.len(),
        stage.gates.len(),
        watch.elapsed().as_secs_f64()
    );
    // What was measured while the stage was set stays; the lines begin with the rides.
    meter.read();
    let run = Run {
        stage: Arc::new(stage),
        meter,
        since: Stopwatch::start(),
    };
    let how = (order.args.json, order.language);
    let line = match order.profile {
        Profile::Outage => LineKind::Cut,
        Profile::Calm | Profile::Rush | Profile::Fraud | Profile::Migration => LineKind::Good,
    };
    let processor = processor_time();
    let mut ways = run.accompany(line);
    let lasted = tokio::select! {
        lasted = run.drive(order) => lasted,
        () = run.tell(how) => run.since.elapsed(),
    };
    let processor = processor_time().saturating_sub(processor);
    // What was cut heals before everything is looked for.
    ways.shutdown().await;
    let mut ways = run.accompany(LineKind::Good);
    let mut settled = Settled::default();
    let asked = tokio::select! {
        asked = run.settle((order.args.settle, how), &mut settled) => asked,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    ways.shutdown().await;
    let found = match asked {
        Ok(()) => run.prove().await,
        Err(fault) => Err(fault),
    };
    let (counts, _) = run.meter.read();
    let closing = Closing {
        counts: &counts,
        lasted,
        processor,
        settled,
        found: found.as_ref().ok().copied(),
    };
    closing.print(how);
    let found = found.context("the back office cannot be asked whether everything arrived")?;
    run.stage.strike().await?;
    Ok(found.is_whole())
}
