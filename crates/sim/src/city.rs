//! What a world is set in: a book of tariffs and networks, stations and buses of one city.

mod feeds;

use std::sync::Arc;

use ridecode_fare::TariffBook;
use ridecode_fare_oracle::{Naive, feed};
use ridecode_words::{OperatorId, StopId, Text};

/// A city to simulate.
#[derive(Clone, Debug)]
pub struct City {
    pub(crate) book: Arc<TariffBook>,
    /// The book with the tariffs that follow, for those who change them in the middle of a run.
    pub(crate) next: Option<Arc<TariffBook>>,
    /// A second reading of those books' texts, where these are known.
    pub(crate) oracles: Oracles,
    /// Its key in the tariff book.
    pub(crate) name: Text,
    /// The stations of its metro, by stop.
    pub(crate) stations: Vec<Station>,
    /// Who runs its buses.
    pub(crate) buses: Vec<OperatorId>,
}

/// Second readings of the tariffs.
#[derive(Clone, Default)]
pub(crate) struct Oracles {
    today: Option<Arc<Naive>>,
    next: Option<Arc<Naive>>,
}

impl std::fmt::Debug for Oracles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = (self.today.is_some(), self.next.is_some());
        f.debug_tuple("Oracles").field(&known).finish()
    }
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
            oracles: Oracles::default(),
            stations,
            buses: buses.to_vec(),
            book,
        })
    }

    /// The small made-up city of the fare crate: four stations of two operators, one of buses.
    pub fn example() -> Self {
        let text = |text| Text::new(text).expect("a short text");
        let names = (&text("example"), &text("example-metro"));
        let city = Self::of_feed(&feeds::example(), names, &[OperatorId(2)]);
        city.expect("the example has a metro and buses")
    }

    /// The city of a feed and the texts of its tariffs, with a metro network and operators of buses.
    /// Everything may get dearer on the third day of a run, and every fare is held against a second
    /// reading of the texts.
    pub fn of_feed(
        feed: &feed::City,
        (name, network): (&Text, &Text),
        buses: &[OperatorId],
    ) -> Result<Self, CityFault> {
        let next = feeds::from_third_day(feed);
        let city = Self::new(Arc::new(feed.book()), name, network, buses)?;
        Ok(Self {
            next: Some(Arc::new(next.book())),
            oracles: Oracles {
                today: Some(Arc::new(Naive::new(feed))),
                next: Some(Arc::new(Naive::new(&next))),
            },
            ..city
        })
    }

    /// What prices by a second reading of the texts that a book was made of, if they are known.
    pub(crate) fn find_oracle(&self, book: &Arc<TariffBook>) -> Option<&Naive> {
        let is_next = self
            .next
            .as_ref()
            .is_some_and(|next| Arc::ptr_eq(next, book));
        let oracle = if is_next {
            &self.oracles.next
        } else {
            &self.oracles.today
        };
        oracle.as_deref()
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
