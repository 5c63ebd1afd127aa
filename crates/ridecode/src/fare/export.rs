//! `ridecode fare export`: a rider's month out of the database, beside a working office.

use std::path::PathBuf;
use std::process::ExitCode;

use ridecode_fare::Period;
use ridecode_office::rides;
use ridecode_words::{Month, RiderId};

use crate::bill::BillView;
use crate::clock::now;
use crate::config::{Config, Source};
use crate::entropy::SystemEntropy;
use crate::output;

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode fare export --rider 00000000000000ab --month 2026-11 --out 2026-11.json
  ridecode fare export --folder /var/lib/ridecode --rider 00000000000000ab --month 2026-11 | jq .totals

The format is explained in docs/bills.md; `ridecode fare explain` reads it out, `ridecode fare
recompute` checks it. Amounts are in minor units (fen), lengths in meters. Reads only, and may run
beside a working office. Exit status: 0 written, 1 the rider has no tap in that month, 2 it could
not be done.";

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The rider's id, such as 00000000000000ab.
    #[arg(long, value_name = "ID")]
    rider: RiderId,
    /// The month, such as 2026-11.
    #[arg(long, value_name = "MONTH")]
    month: Month,
    /// File to write; an existing one is not overwritten. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    let office = crate::desk::open_beside(&config, &mut SystemEntropy)?.office;
    let period = Period {
        rider: args.rider,
        month: args.month,
    };
    let as_of = now();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (bill, taps) = runtime.block_on(rides::month(&office, period, as_of))?;
    if bill.fares.is_empty() && bill.open.is_empty() && bill.unpriced.is_empty() {
        anstream::eprintln!(
            "rider {} has no ride in {}; GET /v1/rides tells their months",
            args.rider,
            args.month
        );
        return Ok(ExitCode::FAILURE);
    }
    let view = BillView::of(&bill, &taps, (&office.book, as_of));
    output::write(args.out.as_deref(), |out| {
        Ok(out.write_all(view.to_text().as_bytes())?)
    })?;
    Ok(ExitCode::SUCCESS)
}
