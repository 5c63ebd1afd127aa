//! `ridecode fare matrix`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use ridecode_fare::{MatrixRow, Tariff, matrix};
use ridecode_ledger::Money;
use ridecode_words::{ServiceDay, StopId};

use super::{Table, refuse};
use crate::city::Cities;

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode fare matrix --city guangzhou --csv > guangzhou.csv
  ridecode fare matrix --city foshan --network foshan-bus --ids --csv
  ridecode fare matrix --tariff feed.toml --csv

Columns: from, to (names as riders know them), fare (minor units: fen). Without --network that of
the first rule of the city's tariff, its metro. Exit status: 0 done, 1 no such city, 2 other errors.";

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// City by its key, such as guangzhou or foshan.
    #[arg(long, value_name = "CITY", required_unless_present = "tariff")]
    city: Option<String>,
    /// Service day the trips are made on, such as 2026-11-21; today in UTC+8 by default.
    #[arg(long, value_name = "DAY")]
    day: Option<ServiceDay>,
    /// Folder with gtfs/ and tariffs/; the cities inside the program by default.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Tariff file whose zones are wanted in place of a city, as `ridecode gtfs import` writes
    /// it: every pair of its stops with a fare, by stop id.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["city", "day", "data", "network"])]
    tariff: Option<PathBuf>,
    /// Network whose fares are wanted, by its network_id.
    #[arg(long, value_name = "NETWORK")]
    network: Option<String>,
    /// Write CSV, the only form there is.
    #[arg(long)]
    csv: bool,
    /// Write stop ids in place of names.
    #[arg(long)]
    ids: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(file) = &args.tariff {
        return of_tariff(file);
    }
    let table = Table {
        city: args.city.clone().unwrap_or_default(),
        day: args.day,
        data: args.data.clone(),
    };
    let cities = Cities::load(table.data.as_deref())?;
    let rows = match matrix(&cities.book, &table.city, table.day()) {
        Ok(rows) => rows,
        Err(fault) => return Ok(refuse(&fault)),
    };
    let mut rows = rows.peekable();
    let first = rows.peek().map(|row| row.network.as_str().to_owned());
    let network = args.network.clone().or(first).unwrap_or_default();
    let mut rows = rows
        .filter(|row| row.network.as_str() == network)
        .peekable();
    if rows.peek().is_none() {
        anstream::eprintln!(
            "error: no tariff of {} prices a network {network}",
            table.city
        );
        return Ok(ExitCode::FAILURE);
    }
    end(write(rows, args.ids, std::io::stdout().lock()))
}

/// The fares between the zones of one tariff file.
fn of_tariff(file: &Path) -> anyhow::Result<ExitCode> {
    let shown = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let tariff = Tariff::parse(&text).with_context(|| format!("{shown}"))?;
    let mut rows = tariff.zone_fares().peekable();
    if rows.peek().is_none() {
        anstream::eprintln!("error: {shown} has no rule with zones; ask with --city and --data");
        return Ok(ExitCode::FAILURE);
    }
    end(write_ids(rows, std::io::stdout().lock()))
}

fn write_ids<'a>(
    rows: impl Iterator<Item = (&'a StopId, &'a StopId, Money)>,
    out: impl Write,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(io::BufWriter::new(out));
    writer
        .write_record(["from", "to", "fare"])
        .map_err(io_error)?;
    for (from, to, fare) in rows {
        let fare = fare.minor.to_string();
        writer
            .write_record([from.as_str(), to.as_str(), &fare])
            .map_err(io_error)?;
    }
    writer.flush()
}

fn end(written: io::Result<()>) -> anyhow::Result<ExitCode> {
    match written {
        // Whoever reads has seen enough: `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        written => {
            written?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn write<'a>(
    rows: impl Iterator<Item = MatrixRow<'a>>,
    ids: bool,
    out: impl Write,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(io::BufWriter::new(out));
    writer
        .write_record(["from", "to", "fare"])
        .map_err(io_error)?;
    for row in rows {
        let fare = row.fare.minor.to_string();
        let (from, to) = if ids {
            (row.from.stop.as_str(), row.to.stop.as_str())
        } else {
            (row.from.names.own().as_str(), row.to.names.own().as_str())
        };
        writer.write_record([from, to, &fare]).map_err(io_error)?;
    }
    writer.flush()
}

/// The error beneath, with its kind, which `From` would hide.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_two_names_and_a_fare() {
        let check = |ids, expected: &str| {
            let book = ridecode_fare::example::book();
            let rows = matrix(&book, "example", ridecode_fare::example::DAY).unwrap();
            let mut out = Vec::new();
            write(rows.take(2), ids, &mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        };
        check(false, "from,to,fare\nEast,East,200\nEast,Middle,300\n");
        check(true, "from,to,fare\neast,east,200\neast,middle,300\n");
    }
}
