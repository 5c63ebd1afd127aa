//! A document's taps billed again, by the tables it names and no others.

use ridecode_fare::{BookFault, Network, Tariff, TariffBook, bill};

use super::MADE_BY;
use super::compare::{Comparison, compare};
use super::read::{BillFile, Table};
use super::view::BillView;

/// Why a document cannot be recomputed here.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// A table of that hash is not here.
    #[error(
        "tariffs: the table {name}, version {version}, with SHA-256 {sha256} is not here{}; get \
         the file it was published in and name it with --tariff, or its folder with --data",
        other(.held)
    )]
    NoTable {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// The hash of its text, hex.
        sha256: String,
        /// The hash of the table of that name and version that is here, if there is one.
        held: Option<String>,
    },
    /// The tables it names do not go together here.
    #[error("tariffs: {0}")]
    Book(BookFault),
}

/// Bills a document's taps again over these networks and compares. Its tables are looked for among
/// `tariffs`.
pub(crate) fn recompute(
    file: &BillFile,
    networks: &[Network],
    tariffs: &[Tariff],
) -> Result<Comparison, Refusal> {
    let tables = file.tables.iter().map(|table| find(table, tariffs));
    let tables: Vec<Tariff> = tables.collect::<Result<_, _>>()?;
    let book = TariffBook::new(networks.to_vec(), tables).map_err(Refusal::Book)?;
    let bill = bill(file.period, &file.taps, &book, file.as_of);
    let view = BillView::of(&bill, &file.taps, (&book, file.as_of));
    let recomputed = serde_json::to_value(view).expect("texts and numbers are JSON");
    Ok(compare(&file.whole, &recomputed, file.made_by == MADE_BY))
}

fn find(table: &Table, tariffs: &[Tariff]) -> Result<Tariff, Refusal> {
    let mut held = tariffs.iter();
    if let Some(found) = held.find(|held| held.reference().hash == table.hash) {
        return Ok(found.clone());
    }
    let same_name = tariffs
        .iter()
        .map(Tariff::reference)
        .find(|held| held.name.as_str() == table.name && held.version.as_str() == table.version);
    Err(Refusal::NoTable {
        name: table.name.clone(),
        version: table.version.clone(),
        sha256: hex::encode(table.hash),
        held: same_name.map(|held| hex::encode(held.hash)),
    })
}

fn other(held: &Option<String>) -> String {
    held.as_ref().map_or_else(String::new, |held| {
        format!(" (the one of that name and version here has {held})")
    })
}
