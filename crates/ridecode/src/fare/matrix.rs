//! `ridecode fare matrix`.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use ridecode_fare::{MatrixRow, StopRecord, matrix};
use ridecode_ledger::Money;

use super::{Asked, Table, read_tariff, refuse};
use crate::output;

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
    #[command(flatten)]
    table: Table,
    /// Write CSV, the only form there is.
    #[arg(long)]
    csv: bool,
    /// Write stop ids in place of names.
    #[arg(long)]
    ids: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(file) = &args.table.tariff {
        return of_tariff(file);
    }
    let Asked { cities, city, day } = args.table.load()?;
    let rows = match matrix(&cities.book, &city, day) {
        Ok(rows) => rows,
        Err(fault) => return Ok(refuse(&fault)),
    };
    let mut rows = rows.peekable();
    let first = rows.peek().map(|row| row.network.as_str().to_owned());
    let network = args.table.network.clone().or(first).unwrap_or_default();
    let mut rows = rows
        .filter(|row| row.network.as_str() == network)
        .peekable();
    if rows.peek().is_none() {
        anstream::eprintln!("error: no tariff of {city} prices a network {network}");
        return Ok(ExitCode::FAILURE);
    }
    let rows = rows.map(|row| shown(&row, args.ids));
    output::write(None, |out| write(rows, out))?;
    Ok(ExitCode::SUCCESS)
}

/// The fares between the zones of one tariff file.
fn of_tariff(file: &Path) -> anyhow::Result<ExitCode> {
    let shown = file.display();
    let tariff = read_tariff(file)?;
    let mut rows = tariff.zone_fares().peekable();
    if rows.peek().is_none() {
        anstream::eprintln!("error: {shown} has no rule with zones; ask with --city and --data");
        return Ok(ExitCode::FAILURE);
    }
    let rows = rows.map(|(from, to, fare)| ([from.as_str(), to.as_str()], fare));
    output::write(None, |out| write(rows, out))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes from, to and fare of each row.
fn write<'a>(
    rows: impl Iterator<Item = ([&'a str; 2], Money)>,
    out: impl Write,
) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer
        .write_record(["from", "to", "fare"])
        .map_err(io_error)?;
    for ([from, to], fare) in rows {
        let fare = fare.minor.to_string();
        writer.write_record([from, to, &fare]).map_err(io_error)?;
    }
    writer.flush()?;
    Ok(())
}

/// The stops of a row, by name or by id.
fn shown<'a>(row: &MatrixRow<'a>, ids: bool) -> ([&'a str; 2], Money) {
    let show = |stop: &'a StopRecord| {
        if ids {
            stop.stop.as_str()
        } else {
            stop.names.own().as_str()
        }
    };
    ([show(row.from), show(row.to)], row.fare)
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
            write(rows.take(2).map(|row| shown(&row, ids)), &mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        };
        check(false, "from,to,fare\nEast,East,200\nEast,Middle,300\n");
        check(true, "from,to,fare\neast,east,200\neast,middle,300\n");
    }
}
