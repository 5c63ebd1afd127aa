//! Journeys become fares.

use alloc::string::String;
use alloc::vec::Vec;

use ridecode_ledger::Money;

use crate::explain::Explanation;
use crate::network::Path;
use crate::tariff::TariffBook;

/// What a trip between two stops costs an ordinary rider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quote {
    /// The fare.
    pub fare: Money,
    /// The path it is measured on.
    pub path: Path,
    /// The reasoning.
    pub explanation: Explanation,
}

/// Why there is no quote.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QuoteFault {
    /// No such city in the book.
    #[error("there is no city {0}")]
    UnknownCity(String),
    /// No stop of that name or id; the nearest names by spelling.
    #[error("there is no stop {name}")]
    UnknownStop {
        /// What was asked for.
        name: String,
        /// Names that are close.
        suggestions: Vec<String>,
    },
    /// No way from one to the other.
    #[error("no line leads from {from} to {to}")]
    NoPath {
        /// From.
        from: String,
        /// To.
        to: String,
    },
}

/// Prices a trip between two stops of a city, by name or id.
pub fn quote(_book: &TariffBook, _city: &str, _from: &str, _to: &str) -> Result<Quote, QuoteFault> {
    todo!()
}
