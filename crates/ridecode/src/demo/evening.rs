//! The end of the day: each operator's statement, and whether everything adds up.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use ridecode_office::audit;
use serde_json::{Value, json};

use super::morning::Riders;
use super::print;
use super::stage::Stage;
use crate::clock::now;

/// Closes the day for every operator, prints the statements, and holds them against what the
/// riders paid and owe.
pub(super) async fn close(stage: &Stage, riders: &Riders) -> anyhow::Result<()> {
    print::scene(7, "The day is closed: what each operator is owed");
    wait_until_quiet(stage).await?;
    let day = service_day();
    let mut rows = vec![
        [
            "operator",
            "statement",
            "rides",
            "fares",
            "commission",
            "payable",
            "journals",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    let mut fares_minor = 0;
    for operator in &stage.office.office.desk.operators {
        let target = format!("/v1/days/{day}/close?operator={}", operator.id);
        let closed = stage.staff.post(&target, json!({})).await?;
        let statement = &closed["statement"];
        if statement.is_null() {
            continue;
        }
        fares_minor += minor(&statement["fares"])?;
        rows.push(row(operator.name.as_str(), statement)?);
    }
    print::table(&rows, &[2, 3, 4, 5]);
    sum_up(riders, fares_minor).await?;
    audit(stage).await
}

fn row(operator: &str, statement: &Value) -> anyhow::Result<Vec<String>> {
    let lines = statement["lines"]
        .as_array()
        .context("a statement has lines")?;
    let coverage = statement["coverage"]
        .as_array()
        .context("a statement tells its coverage")?;
    let gap = |coverage: &&Value| {
        coverage["missing"]
            .as_array()
            .is_some_and(|gaps| !gaps.is_empty())
    };
    let gaps = coverage.iter().filter(gap).count();
    Ok(vec![
        operator.to_owned(),
        format!("no. {}", statement["number"]),
        lines.len().to_string(),
        print::yuan(minor(&statement["fares"])?),
        print::yuan(minor(&statement["commission"])?),
        print::yuan(minor(&statement["payable"])?),
        match gaps {
            0 => format!("{} complete", coverage.len()),
            gaps => format!("{} of {} with gaps", gaps, coverage.len()),
        },
    ])
}

async fn sum_up(riders: &Riders, fares_minor: i64) -> anyhow::Result<()> {
    let (mut collected_minor, mut owed_minor) = (0, 0);
    for phone in riders.all() {
        owed_minor += minor(&phone.account().await?["balance"])?;
        for ride in phone.rides().await? {
            if ride["state"] == "collected" {
                collected_minor += minor(&ride["fare"]["amount"])?;
            }
        }
    }
    print::line(
        "riders",
        &format!(
            "paid {} and owe {}: {} in all",
            print::yuan(collected_minor),
            print::yuan(owed_minor),
            print::yuan(collected_minor + owed_minor)
        ),
    );
    ensure!(
        collected_minor + owed_minor == fares_minor,
        "the statements say {}, the riders {}",
        print::yuan(fares_minor),
        print::yuan(collected_minor + owed_minor)
    );
    print::green(
        "statements",
        &format!("{} in all: the same", print::yuan(fares_minor)),
    );
    Ok(())
}

async fn audit(stage: &Stage) -> anyhow::Result<()> {
    let audited = audit::run(&stage.office.office, now()).await?;
    print::block(crate::audit::words(&audited).trim_end());
    if !audited.findings.is_empty() {
        bail!("the audit has findings");
    }
    print::green(
        "audit",
        "every bill, balance, charge and statement recomputed: adds up",
    );
    Ok(())
}

async fn wait_until_quiet(stage: &Stage) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        let office = stage.staff.get("/v1/office").await?;
        if office["bills_due"] == 0 && office["charges_open"] == 0 {
            return Ok(());
        }
        tokio::time::sleep(STEP).await;
    }
    bail!("the office did not come to rest in time")
}

/// Today, where the riders ride.
fn service_day() -> ridecode_words::ServiceDay {
    crate::work::service_day(now(), &crate::config::Config::default().work.zone)
}

fn minor(amount: &Value) -> anyhow::Result<i64> {
    amount["minor"]
        .as_i64()
        .context("an amount has minor units")
}

/// How often the demo looks whether the office is at rest.
const STEP: Duration = Duration::from_millis(100);
/// How many times it looks before it gives up: a minute.
const TRIES: usize = 600;
