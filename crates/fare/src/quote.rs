//! What a trip costs, asked before it is made.
//!
//! A trip is priced as the ride it would be: a tap at its beginning and one at its end, by the rule
//! they would fall under. So a quote never says anything but what the bill will say.

mod matrix;
mod ride;
mod spelling;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{Mode, ServiceDay, StopId, Text};

use crate::book::{TariffBook, list_cities};
use crate::explain::{Explanation, after_ride_text};
use crate::names::Language;
use crate::network::{Network, Path, StopRecord};
use crate::tariff::{MeasuredFrom, Price, Rule, Tariff};

pub use matrix::{MatrixRow, matrix};

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
    /// When it begins, in seconds since midnight in the city's zone.
    pub second: u32,
    /// The rider's category as the issuer numbers it; 0 is an ordinary rider.
    pub category: u8,
    /// Only by this network, if one is named.
    pub network: Option<&'a str>,
}

impl<'a> Trip<'a> {
    /// A trip of an ordinary rider at noon, outside the peaks.
    pub fn new(city: &'a str, [from, to]: [&'a str; 2], day: ServiceDay) -> Self {
        Self {
            city,
            from,
            to,
            day,
            second: NOON_S,
            category: ORDINARY,
            network: None,
        }
    }
}

/// What a trip between two stops costs, before any discount of the month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quote {
    /// Where it begins.
    pub from: StopRecord,
    /// Where it ends.
    pub to: StopRecord,
    /// The way it is measured on, and what that costs.
    pub way: Way,
    /// The reasoning.
    pub explanation: Explanation,
    /// Other ways: with fewer changes, or by other lines or networks with fares of their own. At
    /// most three.
    pub others: Vec<Way>,
    /// What it costs after another ride, by each transfer discount there is for it.
    pub after: Vec<AfterRide>,
}

/// A way from stop to stop and its fare.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// The path; `None` where fares go by zones and no feed says how one rides.
    pub path: Option<Path>,
    /// The name of the rule that prices it.
    pub rule: Text,
    /// What it costs.
    pub fare: Money,
}

/// What a ride costs that follows another one soon enough.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AfterRide {
    /// The modes of the other ride, any of them.
    pub modes: Vec<Mode>,
    /// At most so many seconds between the two.
    pub within_s: u32,
    /// Counted from which end of the other ride.
    pub measured_from: MeasuredFrom,
    /// What is taken off.
    pub off: Money,
    /// What remains.
    pub fare: Money,
}

impl AfterRide {
    /// It as a sentence.
    pub fn text(&self, language: Language) -> String {
        after_ride_text(self, language)
    }
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
    #[error("no tariff of {city} is in force on {day}; it is in force {in_force}")]
    NotInForce {
        /// The city.
        city: String,
        /// The day.
        day: ServiceDay,
        /// When one is, as text.
        in_force: String,
    },
    /// No tariff of the city prices such a network.
    #[error("no tariff of {city} prices a network {network}; there are: {known}")]
    UnknownNetwork {
        /// The city.
        city: String,
        /// What was asked for.
        network: String,
        /// The networks of its tariffs, as text.
        known: String,
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
/// networks, the first network of the city's tariffs that joins both counts; others are told beside
/// it.
pub fn quote(book: &TariffBook, trip: &Trip<'_>) -> Result<Quote, QuoteFault> {
    let grounds = grounds_of(book, trip)?;
    find_stops(&grounds, trip.from)?;
    find_stops(&grounds, trip.to)?;
    let asked = ride::Asked::new(book, trip, tariffs_of(book, trip)?[0]);
    let mut quotes = grounds.iter().filter_map(|ground| asked.quote(ground));
    let mut quote = quotes.next().ok_or_else(|| QuoteFault::NoPath {
        from: trip.from.to_string(),
        to: trip.to.to_string(),
    })?;
    for other in quotes {
        for way in core::iter::once(other.way).chain(other.others) {
            if way != quote.way && !quote.others.contains(&way) {
                quote.others.push(way);
            }
        }
    }
    quote.others.truncate(OTHERS_MAX);
    Ok(quote)
}

/// Where trips are made: a network, or the zones of a rule, which list stops of their own.
struct Ground<'a> {
    network: Option<&'a Network>,
    zones: Option<&'a Rule>,
    stops: Cow<'a, [StopRecord]>,
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
        .iter()
        .copied()
        .filter(|tariff| tariff.is_in_force(trip.day))
        .collect();
    if in_force.is_empty() {
        return Err(QuoteFault::NotInForce {
            city: trip.city.to_string(),
            day: trip.day,
            in_force: in_force_text(&of_city),
        });
    }
    Ok(in_force)
}

/// Where trips of a city are made, in order of precedence: the networks its tariffs name, then
/// their rules by zones.
fn grounds_of<'a>(book: &'a TariffBook, trip: &Trip<'_>) -> Result<Vec<Ground<'a>>, QuoteFault> {
    let offers = matrix::offers_in(book, trip)?;
    let networks = offers.iter().map(|offer| offer.network);
    let known = networks.clone().map(|network| network.name().as_str());
    let known: Vec<&str> = known.collect();
    let wanted = |network: &&Network| {
        let name = network.name().as_str();
        trip.network.is_none_or(|wanted| wanted == name)
    };
    let mut grounds: Vec<Ground<'a>> = networks
        .filter(wanted)
        .map(|network| Ground {
            network: Some(network),
            zones: None,
            stops: Cow::Borrowed(network.stops()),
        })
        .collect();
    if let Some(network) = trip.network {
        return if grounds.is_empty() {
            Err(QuoteFault::UnknownNetwork {
                city: trip.city.to_string(),
                network: network.to_string(),
                known: known.join(", "),
            })
        } else {
            Ok(grounds)
        };
    }
    let tariffs = tariffs_of(book, trip)?.into_iter();
    let by_zones = tariffs.flat_map(|tariff| &tariff.rules).filter_map(|rule| {
        let Price::Zones(zones) = &rule.price else {
            return None;
        };
        let record = |stop: &StopId| StopRecord {
            stop: stop.clone(),
            names: book.names_of(stop),
        };
        Some(Ground {
            network: None,
            zones: Some(rule),
            stops: Cow::Owned(zones.stops().map(record).collect()),
        })
    });
    grounds.extend(by_zones);
    Ok(grounds)
}

fn find_stops(grounds: &[Ground<'_>], name: &str) -> Result<(), QuoteFault> {
    let stops = || grounds.iter().map(|ground| &*ground.stops);
    if stops().any(|stops| !spelling::find(stops, name).is_empty()) {
        return Ok(());
    }
    Err(QuoteFault::UnknownStop {
        name: name.to_string(),
        suggestions: spelling::suggest(stops().flatten(), name),
    })
}

/// When some tariffs are in force, such as `from 2026-11-01, from 2020-01-01 to 2020-12-31`.
fn in_force_text(tariffs: &[&Tariff]) -> String {
    let spans: Vec<String> = tariffs
        .iter()
        .map(|tariff| match tariff.valid_until {
            Some(last) => format!("from {} to {last}", tariff.valid_from),
            None => format!("from {}", tariff.valid_from),
        })
        .collect();
    spans.join(", ")
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

/// Ways told beside the one a trip is measured on.
const OTHERS_MAX: usize = 3;

#[cfg(test)]
mod tests;
