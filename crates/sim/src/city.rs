//! What a world is set in: a book of tariffs and networks, stations and buses of one city.

use std::sync::Arc;

use ridecode_fare::example::{self, TARIFF, network};
use ridecode_fare::{Tariff, TariffBook};
use ridecode_words::{OperatorId, StopId, Text};

/// A city to simulate.
#[derive(Clone, Debug)]
pub struct City {
    pub(crate) book: Arc<TariffBook>,
    /// The book with the tariffs that follow, for those who change them in the middle of a run.
    pub(crate) next: Option<Arc<TariffBook>>,
    /// Its key in the tariff book.
    pub(crate) name: Text,
    /// The stations of its metro, by stop.
    pub(crate) stations: Vec<Station>,
    /// Who runs its buses.
    pub(crate) buses: Vec<OperatorId>,
}

/// A station: where gates are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Station {
    pub(crate) stop: StopId,
    pub(crate) operator: OperatorId,
}

/// Why a book gives no city.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CityFault {
    /// The book knows no such network.
    #[error("there is no network {0}; give the network_id of a metro of the tariff book")]
    UnknownNetwork(String),
    /// No bus operator, or no two stations that a line joins.
    #[error("a city needs two stations that a line joins and an operator of buses")]
    TooSmall,
}

impl City {
    /// The city of a book with a metro network and operators of flat-fare buses.
    pub fn new(
        book: Arc<TariffBook>,
        name: &Text,
        network: &Text,
        buses: &[OperatorId],
    ) -> Result<Self, CityFault> {
        let metro = book
            .find_network(network)
            .ok_or_else(|| CityFault::UnknownNetwork(network.to_string()))?;
        let stops = metro.stops().iter();
        let stations: Vec<Station> = stops
            .filter_map(|record| {
                let line = metro.find_first_line(&record.stop, &record.stop)?;
                Some(Station {
                    stop: record.stop.clone(),
                    operator: line.operator,
                })
            })
            .collect();
        if stations.len() < 2 || buses.is_empty() {
            return Err(CityFault::TooSmall);
        }
        Ok(Self {
            name: name.clone(),
            next: None,
            stations,
            buses: buses.to_vec(),
            book,
        })
    }

    /// The small made-up city of the fare crate: four stations of two operators, one of buses.
    pub fn example() -> Self {
        let text = |text| Text::new(text).expect("a short text");
        let book = Arc::new(example::book());
        let city = Self::new(
            book,
            &text("example"),
            &text("example-metro"),
            &[OperatorId(2)],
        );
        Self {
            next: Some(Arc::new(example_from_third_day())),
            ..city.expect("the example has a metro and buses")
        }
    }

    /// The same city with the book its operators publish in the middle of a run: all tariffs of
    /// today, and those that follow.
    #[must_use]
    pub fn with_next(self, next: Arc<TariffBook>) -> Self {
        Self {
            next: Some(next),
            ..self
        }
    }

    /// Everyone who runs something, ascending, each once.
    pub(crate) fn operators(&self) -> Vec<OperatorId> {
        let stations = self.stations.iter().map(|station| station.operator);
        let mut all: Vec<OperatorId> = stations.chain(self.buses.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The example's book with a dearer tariff from the third day of a run on.
fn example_from_third_day() -> TariffBook {
    let today = TARIFF.replace(
        "valid_from = 2020-01-01",
        "valid_from = 2020-01-01\nvalid_until = 2026-11-22",
    );
    let dearer = TARIFF
        .replace("version = \"1\"", "version = \"2\"")
        .replace("valid_from = 2020-01-01", "valid_from = 2026-11-23")
        .replace("[8000, 300]", "[8000, 350]")
        .replace("flat = 200", "flat = 150");
    let tariffs = [today, dearer].map(|text| Tariff::parse(&text).expect("the example reads"));
    TariffBook::new(vec![network()], tariffs.into()).expect("the versions follow each other")
}
