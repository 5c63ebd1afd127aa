//! The forms an operator's statements of a day can be written in, for the command line and the
//! interface alike.

use anyhow::Context as _;
use ridecode_ledger::Statement;
use ridecode_office::{Office, Operator};

use super::{coverage, csv, tides};

/// A form of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Format {
    /// A record for each line, for spreadsheets.
    Csv,
    /// TIDES fare_transactions.
    Tides,
    /// The ranges of the validators' journals the statements rest on.
    Coverage,
}

/// Statements to be written.
pub(crate) struct Sheet<'a> {
    /// Whose they are.
    pub(crate) operator: &'a Operator,
    /// Them.
    pub(crate) statements: &'a [Statement],
    /// In which form.
    pub(crate) format: Format,
    /// Whether to begin with the UTF-8 byte order mark; in CSV only.
    pub(crate) byte_order_mark: bool,
}

/// The file's bytes.
pub(crate) async fn render(office: &Office, sheet: &Sheet<'_>) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    match sheet.format {
        Format::Csv => {
            let options = csv::Options {
                operator_name: sheet.operator.name.as_str(),
                byte_order_mark: sheet.byte_order_mark,
            };
            csv::write(&mut out, sheet.statements, &options)?;
        }
        Format::Tides => write_tides(office, sheet.statements, &mut out).await?,
        Format::Coverage => coverage::write(&mut out, sheet.statements)?,
    }
    Ok(out)
}

async fn write_tides(
    office: &Office,
    statements: &[Statement],
    out: &mut Vec<u8>,
) -> anyhow::Result<()> {
    let mut taps = Vec::new();
    for line in statements.iter().flat_map(|statement| &statement.lines) {
        let charge = line.leg.charge;
        let tap = office.store.find_tap(charge.journey.0).await?;
        taps.push(tap.with_context(|| {
            format!("the line {charge} has no tap behind it; run ridecode audit")
        })?);
    }
    let lines = statements
        .iter()
        .flat_map(|statement| statement.lines.iter().map(move |line| (statement, line)));
    let rides = lines
        .zip(&taps)
        .map(|((statement, line), tap)| tides::Ride {
            statement,
            line,
            tap,
            day: office.day_of(tap.time),
        });
    tides::write(out, rides)
}
