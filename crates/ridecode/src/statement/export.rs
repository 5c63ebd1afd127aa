//! `ridecode statement export`: reads the statements beside a working office, writes them out.

use std::path::PathBuf;
use std::process::ExitCode;

use ridecode_words::{OperatorId, ServiceDay};

use super::coverage;
use super::format::{Format, Sheet, render};
use crate::config::{Config, Source};
use crate::entropy::SystemEntropy;
use crate::output;

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The operator's number, such as 1.
    #[arg(long, value_name = "NUMBER")]
    operator: OperatorId,
    /// The service day, such as 2026-11-21.
    #[arg(long, value_name = "DAY")]
    day: ServiceDay,
    /// The form of the file.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// File to write; an existing one is not overwritten. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Begin CSV with the UTF-8 byte order mark, by which spreadsheets know the encoding.
    #[arg(long)]
    bom: bool,
    #[command(flatten)]
    source: Source,
}

/// Runs it. Exits with 1 if there is no statement of that day.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.source, &[])?;
    let office = crate::desk::open_beside(&config, &mut SystemEntropy)?.office;
    let Some(operator) = office.desk.find_operator(args.operator) else {
        anyhow::bail!(
            "--operator: there is no operator {}; the brands file lists them",
            args.operator
        );
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let load = office.store.load_statements(args.operator, args.day);
    let statements = runtime.block_on(load)?;
    if statements.is_empty() {
        anstream::eprintln!(
            "operator {} has no statement of {}; the day is closed by the worker, or with POST \
             /v1/days/{}/close",
            args.operator,
            args.day,
            args.day
        );
        return Ok(ExitCode::FAILURE);
    }
    if let Some(gaps) = coverage::gaps(&statements) {
        anstream::eprintln!("note: {gaps}");
    }
    let sheet = Sheet {
        operator,
        statements: &statements,
        format: args.format,
        byte_order_mark: args.bom,
    };
    let bytes = runtime.block_on(render(&office, &sheet))?;
    output::write(args.out.as_deref(), |out| Ok(out.write_all(&bytes)?))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode statement export --operator 1 --day 2026-11-21
  ridecode statement export --operator 1 --day 2026-11-21 --bom --out metro.csv
  ridecode statement export --operator 1 --day 2026-11-21 --format tides --out fare_transactions.csv
  ridecode statement export --operator 1 --day 2026-11-21 --format coverage

One line for each line of each statement of the day, in coverage one for each range of a journal;
columns are explained in docs/ledger.md. Entries known to be missing are said on standard error.
Amounts are in minor units (fen), corrections are negative. Reads only, and may run beside a
working office. Exits with 0, with 1 if the day has no statement, with 2 if it could not be done.";
