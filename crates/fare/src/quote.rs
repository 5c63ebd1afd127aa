//! What a trip costs, asked before it is made.

mod spelling;

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{ServiceDay, StopId, Text};

use crate::book::{Applied, TariffBook, list_cities};
use crate::explain::{Explanation, Step};
use crate::network::{Network, Path, StopRecord};
use crate::price::{Leg, Priced};
use crate::tariff::{Price, Rule, Tariff};

/// A trip as riders ask for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trip<'a> {
    /// The key of a city, such as `guangzhou`.
    pub city: &'a str,
    /// From: a stop's name in any of its languages, or its id.
    pub from: &'a str,
    /// To, likewise.
    pub to: &'a str,
    /// The service day it is made on.
    pub day: ServiceDay,
}

/// What a trip between two stops costs an ordinary rider, before any discount of the month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quote {
    /// The fare.
    pub fare: Money,
    /// Where it begins.
    pub from: StopRecord,
    /// Where it ends.
    pub to: StopRecord,
    /// The path it is measured on.
    pub path: Path,
    /// The name of the rule that priced it.
    pub rule: Text,
    /// The reasoning.
    pub explanation: Explanation,
}

/// Why there is no quote.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QuoteFault {
    /// No such city in the book.
    #[error("there is no city {city}; there are: {known}")]
    UnknownCity {
        /// What was asked for.
        city: String,
        /// The cities of the book, as text.
        known: String,
    },
    /// No tariff of the city is in force on that day.
    #[error("no tariff of {city} is in force on {day}; ask for a later day")]
    NotInForce {
        /// The city.
        city: String,
        /// The day.
        day: ServiceDay,
    },
    /// No stop of that name or id; the nearest names by spelling.
    #[error("there is no stop {name}{}", did_you_mean(.suggestions))]
    UnknownStop {
        /// What was asked for.
        name: String,
        /// Names that are close, the closest first; at most five.
        suggestions: Vec<String>,
    },
    /// No way from one to the other for one fare.
    #[error("no line leads from {from} to {to} for one fare; ask for each ride by itself")]
    NoPath {
        /// From.
        from: String,
        /// To.
        to: String,
    },
}

/// Prices a trip between two stops of a city, by name or id. Where a name stands in several
/// networks, the first rule of the city's tariffs that joins both stops counts.
pub fn quote(book: &TariffBook, trip: &Trip<'_>) -> Result<Quote, QuoteFault> {
    let tariffs = tariffs_of(book, trip)?;
    let offers: Vec<Applied<'_>> = tariffs
        .iter()
        .flat_map(|tariff| offers(book, tariff))
        .collect();
    find_stops(&offers, trip.from)?;
    find_stops(&offers, trip.to)?;
    offers
        .into_iter()
        .find_map(|offer| offer_quote(offer, trip))
        .ok_or_else(|| QuoteFault::NoPath {
            from: trip.from.to_string(),
            to: trip.to.to_string(),
        })
}

/// Every fare between two stops of a rule's network, in the order of the stops.
pub fn matrix<'a>(
    book: &'a TariffBook,
    city: &str,
    day: ServiceDay,
) -> Result<impl Iterator<Item = MatrixRow<'a>>, QuoteFault> {
    let trip = Trip {
        city,
        from: "",
        to: "",
        day,
    };
    let tariffs = tariffs_of(book, &trip)?;
    let offers: Vec<Applied<'a>> = tariffs
        .into_iter()
        .flat_map(|tariff| offers(book, tariff))
        .collect();
    Ok(offers.into_iter().flat_map(|offer| {
        let stops = offer.network.map_or(&[][..], Network::stops);
        stops.iter().flat_map(move |from| {
            stops
                .iter()
                .filter_map(move |to| MatrixRow::find(offer, from, to))
        })
    }))
}

/// One fare of a matrix.
#[derive(Clone, Copy, Debug)]
pub struct MatrixRow<'a> {
    /// From.
    pub from: &'a StopRecord,
    /// To.
    pub to: &'a StopRecord,
    /// The name of the rule that prices it.
    pub rule: &'a Text,
    /// The fare.
    pub fare: Money,
}

impl<'a> MatrixRow<'a> {
    fn find(offer: Applied<'a>, from: &'a StopRecord, to: &'a StopRecord) -> Option<Self> {
        let network = offer.network?;
        if !serves(offer.rule, network, &from.stop) {
            return None;
        }
        let length_m = network.find_length_m(&from.stop, &to.stop)?;
        let minor = match &offer.rule.price {
            Price::Flat(minor) => *minor,
            Price::Ladder(ladder) => ladder.price(length_m).1,
        };
        Some(Self {
            from,
            to,
            rule: &offer.rule.name,
            fare: offer.tariff.money(minor),
        })
    }
}

/// The tariffs of a city that are in force.
fn tariffs_of<'a>(book: &'a TariffBook, trip: &Trip<'_>) -> Result<Vec<&'a Tariff>, QuoteFault> {
    let of_city: Vec<&Tariff> = book
        .tariffs()
        .iter()
        .filter(|tariff| tariff.city().as_str() == trip.city)
        .collect();
    if of_city.is_empty() {
        return Err(QuoteFault::UnknownCity {
            city: trip.city.to_string(),
            known: list_cities(book),
        });
    }
    let in_force: Vec<&Tariff> = of_city
        .into_iter()
        .filter(|tariff| tariff.is_in_force(trip.day))
        .collect();
    if in_force.is_empty() {
        return Err(QuoteFault::NotInForce {
            city: trip.city.to_string(),
            day: trip.day,
        });
    }
    Ok(in_force)
}

/// The rules of a tariff that know the stops they price.
fn offers<'a>(book: &'a TariffBook, tariff: &'a Tariff) -> impl Iterator<Item = Applied<'a>> {
    tariff.rules.iter().filter_map(move |rule| {
        let network = book.find_network(rule.network.as_ref()?)?;
        Some(Applied {
            tariff,
            rule,
            network: Some(network),
        })
    })
}

/// Whether a rule covers boarding at a stop of its network.
fn serves(rule: &Rule, network: &Network, stop: &StopId) -> bool {
    network.lines_at(stop).any(|line| rule.runs(line))
}

fn offer_quote(offer: Applied<'_>, trip: &Trip<'_>) -> Option<Quote> {
    let network = offer.network?;
    let of_name = |name: &str| spelling::find(network.stops(), name);
    for from in of_name(trip.from) {
        for to in of_name(trip.to) {
            let path = network.find_path(&from.stop, &to.stop);
            let rides = |path: &Path| {
                let mut parts = path.parts.iter();
                match parts.next() {
                    // The way in is at the first line's operator.
                    Some(first) => network
                        .find_line(&first.line)
                        .is_some_and(|line| offer.rule.runs(line)),
                    None => serves(offer.rule, network, &from.stop),
                }
            };
            if let Some(path) = path.filter(rides) {
                return Some(price_path(offer, [from, to], path));
            }
        }
    }
    None
}

fn price_path(offer: Applied<'_>, [from, to]: [&StopRecord; 2], path: Path) -> Quote {
    let mut priced = Priced {
        applied: offer,
        list: 0,
        steps: Vec::new(),
        legs: Vec::<Leg>::new(),
    };
    match (&offer.rule.price, offer.network) {
        (Price::Ladder(ladder), Some(network)) => priced.by_distance(ladder, network, &path),
        (Price::Ladder(ladder), None) => priced.list = ladder.lowest(),
        (Price::Flat(minor), _) => {
            priced.list = *minor;
            priced.steps.push(Step::Flat {
                price: offer.tariff.money(*minor),
            });
        }
    }
    let fare = offer.tariff.money(priced.list);
    Quote {
        fare,
        from: from.clone(),
        to: to.clone(),
        path,
        rule: offer.rule.name.clone(),
        explanation: Explanation {
            tariff: offer.tariff.reference.clone(),
            steps: priced.steps,
            total: fare,
        },
    }
}

fn find_stops(offers: &[Applied<'_>], name: &str) -> Result<(), QuoteFault> {
    let networks = || offers.iter().filter_map(|offer| offer.network);
    if networks().any(|network| !spelling::find(network.stops(), name).is_empty()) {
        return Ok(());
    }
    let stops = networks().flat_map(|network| network.stops());
    Err(QuoteFault::UnknownStop {
        name: name.to_string(),
        suggestions: spelling::suggest(stops, name),
    })
}

fn did_you_mean(suggestions: &[String]) -> String {
    if suggestions.is_empty() {
        String::new()
    } else {
        alloc::format!("; did you mean {}?", suggestions.join(", "))
    }
}
