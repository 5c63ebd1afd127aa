//! `ridecode fare recompute`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::read_tariff;
use crate::bill::{BillFile, Comparison, recompute};
use crate::city::Cities;
use anyhow::{Context as _, ensure};

/// Shown under the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ridecode fare recompute 2026-11.json
  ridecode fare recompute 2026-11.json --data /srv/ridecode/data
  ridecode fare recompute 2026-11.json --tariff guangzhou-2026-10.toml

Bills the taps of an exported bill (docs/bills.md) again, by the tables whose SHA-256 it names, and
compares every amount, leg, step and sentence. Exit status: 0 identical, 1 something differs (each
field is told with what the bill says and what was recomputed), 2 it could not be done: the file is
no bill, or a table of that hash is not here.";

/// Options.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Bill, as `ridecode fare export` or GET /v1/bills/{month} writes it.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Folder with gtfs/ and tariffs/; the cities inside the program by default.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Tariff file to look among, too, such as an earlier version; may be repeated.
    #[arg(long, value_name = "FILE")]
    tariff: Vec<PathBuf>,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let file = read(&args.file)?;
    let book = Cities::load(args.data.as_deref())?.book;
    let mut tariffs = book.tariffs().to_vec();
    for path in &args.tariff {
        tariffs.push(read_tariff(path)?);
    }
    let compared = recompute(&file, book.networks(), &tariffs)
        .with_context(|| args.file.display().to_string())?;
    anstream::print!("{}", words(&file, &compared));
    Ok(if compared.differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Reads an exported bill.
pub(super) fn read(path: &Path) -> anyhow::Result<BillFile> {
    let shown = path.display();
    let length = fs::metadata(path)
        .with_context(|| format!("cannot read {shown}"))?
        .len();
    ensure!(
        length <= BillFile::BYTES_MAX,
        "{shown} is longer than {} bytes; a bill is one month of one rider",
        BillFile::BYTES_MAX
    );
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    BillFile::read(&text).with_context(|| shown.to_string())
}

/// One line for each difference, then the verdict.
fn words(file: &BillFile, compared: &Comparison) -> String {
    let mut text = String::new();
    for difference in &compared.differences {
        let journey = difference.journey.as_deref().unwrap_or("bill");
        text.push_str(&format!(
            "{journey} {}: the bill says {}, recomputed {}\n",
            difference.field, difference.said, difference.recomputed
        ));
    }
    if compared.reworded > 0 {
        text.push_str(&format!(
            "{} sentences are worded otherwise by {}; their numbers are compared above\n",
            compared.reworded, file.made_by
        ));
    }
    let tables: Vec<String> = file
        .tables
        .iter()
        .map(|table| {
            format!(
                "{} {} ({})",
                table.name,
                table.version,
                hex::encode(&table.hash[..4])
            )
        })
        .collect();
    let verdict = match compared.differences.len() {
        0 => "identical".to_owned(),
        1 => "differs in 1 field".to_owned(),
        many => format!("differs in {many} fields"),
    };
    text.push_str(&format!(
        "{verdict}: {} of {}, {} taps by {}\n",
        file.period.month,
        file.period.rider,
        file.taps.len(),
        if tables.is_empty() {
            "no table".to_owned()
        } else {
            tables.join(", ")
        }
    ));
    text
}
