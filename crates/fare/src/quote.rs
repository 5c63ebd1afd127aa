//! What a trip costs, asked before it is made.

mod spelling;

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{ServiceDay, Text};

use crate::book::{Applied, TariffBook, list_cities};
use crate::explain::{Explanation, Step};
use crate::network::{LineRecord, Network, Path, StopRecord};
use crate::price::{Leg, Priced};
use crate::tariff::{Moment, Price, Tariff};

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

/// What a trip between two stops costs an ordinary rider at noon, before any discount of the month.
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

/// Prices a trip between two stops of a city, by name or id. Where names stand in several
/// networks, the first network of the city's tariffs that joins both counts.
pub fn quote(book: &TariffBook, trip: &Trip<'_>) -> Result<Quote, QuoteFault> {
    let offers = offers_in(book, trip)?;
    find_stops(&offers, trip.from)?;
    find_stops(&offers, trip.to)?;
    offers
        .iter()
        .find_map(|offer| offer.quote(trip))
        .ok_or_else(|| QuoteFault::NoPath {
            from: trip.from.to_string(),
            to: trip.to.to_string(),
        })
}

/// Every fare between two stops of one network of a city's tariffs, by network and then in the
/// order of the stops' ids.
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
    let offers = offers_in(book, &trip)?;
    Ok(offers.into_iter().flat_map(|offer| {
        let stops = offer.network.stops();
        let pairs = stops
            .iter()
            .flat_map(move |from| stops.iter().map(move |to| (from, to)));
        pairs.filter_map(move |(from, to)| offer.row(from, to))
    }))
}

/// One fare of a matrix.
#[derive(Clone, Copy, Debug)]
pub struct MatrixRow<'a> {
    /// From.
    pub from: &'a StopRecord,
    /// To.
    pub to: &'a StopRecord,
    /// The name of the network that joins them.
    pub network: &'a Text,
    /// The fare.
    pub fare: Money,
}

/// The rules that price a network, in order of precedence.
struct Offer<'a> {
    network: &'a Network,
    rules: Vec<Applied<'a>>,
}

impl<'a> Offer<'a> {
    /// The rule for boarding a line.
    fn find_rule(&self, line: &LineRecord) -> Option<Applied<'a>> {
        self.rules
            .iter()
            .find(|applied| applied.rule.runs(line))
            .copied()
    }

    fn row(&self, from: &'a StopRecord, to: &'a StopRecord) -> Option<MatrixRow<'a>> {
        let line = self.network.find_first_line(&from.stop, &to.stop)?;
        let applied = self.find_rule(line)?;
        let length_m = self.network.find_length_m(&from.stop, &to.stop)?;
        let minor = match &applied.rule.price {
            Price::Flat(minor) => *minor,
            Price::Ladder(ladder) => ladder.price(length_m).1,
            Price::Zones(zones) => zones.find_fare(&from.stop, &to.stop)?.minor,
        };
        let minor = applied.rule.tiered(minor);
        Some(MatrixRow {
            from,
            to,
            network: self.network.name(),
            fare: applied.tariff.money(minor),
        })
    }

    fn quote(&self, trip: &Trip<'_>) -> Option<Quote> {
        let of_name = |name: &str| spelling::find(self.network.stops(), name);
        for from in of_name(trip.from) {
            for to in of_name(trip.to) {
                let line = self.network.find_first_line(&from.stop, &to.stop);
                let applied = line.and_then(|line| self.find_rule(line));
                let path = self.network.find_path(&from.stop, &to.stop);
                if let (Some(applied), Some(path)) = (applied, path) {
                    return Some(price_path(applied, [from, to], path));
                }
            }
        }
        None
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

/// The networks of a city's tariffs in the order they are named, each with the rules that price
/// it: the city's own, then other cities'. A rider in Foshan asks for trips on a line run from
/// Guangzhou, too.
fn offers_in<'a>(book: &'a TariffBook, trip: &Trip<'_>) -> Result<Vec<Offer<'a>>, QuoteFault> {
    let own = tariffs_of(book, trip)?;
    let others = book
        .tariffs()
        .iter()
        .filter(|tariff| tariff.city().as_str() != trip.city && tariff.is_in_force(trip.day));
    let tariffs: Vec<&Tariff> = own.iter().copied().chain(others).collect();
    let mut offers: Vec<Offer<'a>> = Vec::new();
    for network in own.iter().flat_map(|tariff| tariff.networks()) {
        let named = |offer: &Offer<'_>| offer.network.name() == network;
        if let Some(network) = book.find_network(network)
            && !offers.iter().any(named)
        {
            let rules = tariffs
                .iter()
                .flat_map(|tariff| rules_for(tariff, network, trip.day));
            offers.push(Offer {
                network,
                rules: rules.collect(),
            });
        }
    }
    Ok(offers)
}

fn rules_for<'a>(
    tariff: &'a Tariff,
    network: &'a Network,
    day: ServiceDay,
) -> impl Iterator<Item = Applied<'a>> {
    let noon = Moment {
        day,
        second: NOON_S,
    };
    let of_network = tariff.rules.iter().filter(move |rule| {
        rule.network.as_ref() == Some(network.name())
            && rule.audience.admits(ORDINARY, noon, &tariff.calendar)
    });
    of_network.map(move |rule| Applied {
        tariff,
        rule,
        network: Some(network),
    })
}

fn price_path(offer: Applied<'_>, [from, to]: [&StopRecord; 2], path: Path) -> Quote {
    let mut priced = Priced {
        applied: offer,
        concession: None,
        list: 0,
        steps: Vec::new(),
        legs: Vec::<Leg>::new(),
    };
    match (&offer.rule.price, offer.network) {
        (Price::Ladder(ladder), Some(network)) => priced.by_distance(ladder, network, &path),
        (Price::Ladder(ladder), None) => priced.list = ladder.lowest(),
        (Price::Zones(_), _) => unreachable!("the reader refuses zones in a network"),
        (Price::Flat(minor), _) => {
            priced.list = *minor;
            priced.steps.push(Step::Flat {
                price: offer.tariff.money(*minor),
            });
        }
    }
    priced.tiers();
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

fn find_stops(offers: &[Offer<'_>], name: &str) -> Result<(), QuoteFault> {
    let stops = || offers.iter().map(|offer| offer.network.stops());
    if stops().any(|stops| !spelling::find(stops, name).is_empty()) {
        return Ok(());
    }
    Err(QuoteFault::UnknownStop {
        name: name.to_string(),
        suggestions: spelling::suggest(stops().flatten(), name),
    })
}

fn did_you_mean(suggestions: &[String]) -> String {
    if suggestions.is_empty() {
        String::new()
    } else {
        alloc::format!("; did you mean {}?", suggestions.join(", "))
    }
}

/// The category of riders without one.
const ORDINARY: u8 = 0;

/// When a trip begins that is asked for by its day alone: outside the peaks.
const NOON_S: u32 = 12 * 3_600;

#[cfg(test)]
mod tests;
