//! The audit on the command line: counts and findings in plain words.

use std::process::ExitCode;

use ridecode_office::audit::{Audited, run as audit};

use crate::config::{Config, Source};
use crate::entropy::SystemEntropy;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// Print one JSON object instead of words.
    #[arg(long)]
    json: bool,
}

/// Runs it. Exits with 1 if anything does not add up.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    let office = crate::desk::open_beside(&config, &mut SystemEntropy)?.office;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let audited = runtime.block_on(audit(&office, crate::clock::now()))?;
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

/// The audit in words, one line for the counts and one for each finding.
pub fn words(audited: &Audited) -> String {
    let mut text = format!(
        "audited {} riders, {} taps, {} fares, {} transfers, {} charges, {} statements\n\
         debits less credits: {} minor units\n",
        audited.riders,
        audited.taps,
        audited.fares,
        audited.transfers,
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
        "charges": audited.charges,
        "statements": audited.statements,
        "debits_less_credits_minor": audited.debits_less_credits_minor,
        "journal_gaps": audited.journal_gaps,
        "findings": findings,
    })
}

const EXAMPLES: &str = "\
Examples:
  ridecode audit
  ridecode audit --folder /var/lib/ridecode
  ridecode audit --json | jq .findings

Reads only, and may run beside a working office. Exits with 0 if everything adds up, with 1 if
something does not, with 2 if it could not be done. Amounts are in minor units (fen).";
