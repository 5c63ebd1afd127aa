//! The audit on the command line: counts and findings in plain words.

use std::process::ExitCode;

use ridecode_office::audit::{Audited, KnownHead, run as audit, since};

use crate::config::{Config, Source};
use crate::entropy::SystemEntropy;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// Check the ledger's days after a head that is known, such as 2026-11-20:3f…, and nothing
    /// else.
    #[arg(long, value_name = "DAY:HEAD", value_parser = known_head)]
    since: Option<KnownHead>,
    /// Print one JSON object instead of words.
    #[arg(long)]
    json: bool,
}

/// Runs it. Exits with 1 if anything does not add up.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    let office = crate::desk::open_beside(&config, &mut SystemEntropy)?.office;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let audited = match args.since {
        None => runtime.block_on(audit(&office, crate::clock::now()))?,
        Some(known) => runtime.block_on(since(&office, known))?,
    };
    if args.json {
        anstream::println!("{}", json(&audited));
    } else {
        anstream::print!("{}", words(&audited));
    }
    Ok(if audited.findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Reads a service day and its head in 64 hex digits, with a colon between.
fn known_head(text: &str) -> Result<KnownHead, String> {
    let wrong = || "write the day, a colon and the 64 hex digits of its head".to_owned();
    let (day, head) = text.split_once(':').ok_or_else(wrong)?;
    let mut known = KnownHead {
        day: day.parse().map_err(|_| wrong())?,
        head: [0; 32],
    };
    hex::decode_to_slice(head, &mut known.head).map_err(|_| wrong())?;
    Ok(known)
}

/// The audit in words, one line for the counts and one for each finding.
pub fn words(audited: &Audited) -> String {
    let mut text = format!(
        "audited {} riders, {} taps, {} fares, {} transfers, {} bookings, {} charges, {} statements\n\
         debits less credits: {} minor units\n",
        audited.riders,
        audited.taps,
        audited.fares,
        audited.transfers,
        audited.bookings,
        audited.charges,
        audited.statements,
        audited.debits_less_credits_minor,
    );
    if audited.journal_gaps > 0 {
        text.push_str(&format!(
            "{} gaps in validators' journals: entries that exist and are not here yet\n",
            audited.journal_gaps
        ));
    }
    if let Some(known) = audited.head {
        text.push_str(&format!(
            "{} days of the ledger, the last with the head {}:{}\n",
            audited.ledger_days,
            known.day,
            hex::encode(known.head)
        ));
    }
    for finding in &audited.findings {
        text.push_str(&format!(
            "finding: {} {}: {}\n",
            finding.what, finding.id, finding.detail
        ));
    }
    let verdict = match audited.findings.len() {
        0 => "everything adds up\n".to_owned(),
        1 => "1 thing does not add up\n".to_owned(),
        many => format!("{many} things do not add up\n"),
    };
    text + &verdict
}

fn json(audited: &Audited) -> serde_json::Value {
    let findings: Vec<serde_json::Value> = audited
        .findings
        .iter()
        .map(|finding| {
            serde_json::json!({
                "what": finding.what,
                "id": finding.id,
                "detail": finding.detail,
            })
        })
        .collect();
    serde_json::json!({
        "riders": audited.riders,
        "taps": audited.taps,
        "fares": audited.fares,
        "transfers": audited.transfers,
        "payouts": audited.payouts,
        "bookings": audited.bookings,
        "charges": audited.charges,
        "statements": audited.statements,
        "debits_less_credits_minor": audited.debits_less_credits_minor,
        "journal_gaps": audited.journal_gaps,
        "ledger_days": audited.ledger_days,
        "head": audited.head.map(|known| format!("{}:{}", known.day, hex::encode(known.head))),
        "findings": findings,
    })
}

const EXAMPLES: &str = "\
Examples:
  ridecode audit
  ridecode audit --folder /var/lib/ridecode
  ridecode audit --json | jq .findings
  ridecode audit --since 2026-11-20:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

Reads only, and may run beside a working office. It prints the head of the ledger's last sealed day;
keep it elsewhere, and --since shows later that nothing after it was altered and nothing before it
is needed for that. Exits with 0 if everything adds up, with 1 if
something does not, with 2 if it could not be done. Amounts are in minor units (fen).";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_head_is_a_day_and_64_digits() {
        let head = "0f".repeat(32);
        let known = known_head(&format!("2026-11-20:{head}")).expect("a head");
        assert_eq!(
            (known.day.to_string().as_str(), known.head),
            ("2026-11-20", [15; 32])
        );
        for wrong in [
            "",
            "2026-11-20",
            "2026-11-20:",
            &format!("20-11-2026:{head}"),
            &format!("2026-11-20:{head}00"),
            &format!("2026-11-20:{}", "zz".repeat(32)),
        ] {
            assert!(known_head(wrong).is_err(), "{wrong}");
        }
    }
}
