//! The rules a second time: written from docs/tariffs.md and the text of the tariffs, slow and
//! straightforward. It shares no code with the engine but what a tap is.
//!
//! A field it does not know is refused, so that a new kind of rule has to be written twice.
//!
//! The fare crate's tests and the simulated city hold the engine against it
//! (docs/decisions/0014-fare-oracle.md). What it reads is known to be a tariff, so it panics where
//! that does not hold: nothing that works for a rider may call it.
#![expect(
    clippy::unwrap_used,
    reason = "a second reading of known tables stops where they are not what it was written for"
)]

pub mod feed;

mod caps;
mod changes;
mod journeys;
mod legs;
mod mended;
mod money;
mod paths;
mod riders;
mod table;

use std::collections::BTreeMap;

use ridecode_fare::{Tap, TapKind};

use self::caps::Payment;
use self::changes::{Ride, change};
use self::feed::City;
use self::journeys::{Journey, journeys};
use self::paths::{Leg, Paths};
use self::riders::Concession;
use self::table::{Charge, Price, Rest, Rule, Table};

/// What is owed to whom: operator, line, minor units.
pub type Share = (u32, Option<String>, i64);

/// One journey on the bill.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Validator and sequence of the tap that names it.
    pub named_by: (u32, u64),
    /// Validator and sequence of its taps.
    pub taps: Vec<(u32, u64)>,
    /// The ending's name, or why it has no price.
    pub ending: String,
    /// Minor units; `None` of an open journey and one without a price.
    pub minor: Option<i64>,
    /// Nothing where two paths are equally good.
    pub shares: Option<Vec<Share>>,
    /// Which table priced it.
    pub tariff: String,
    /// When an open journey closes.
    pub closes_at: Option<i64>,
}

/// The second implementation.
pub struct Naive {
    table: Table,
    paths: BTreeMap<String, Paths>,
}

/// A ride's price by itself.
pub(crate) struct Priced<'a> {
    rule: &'a Rule,
    concession: Option<&'a Concession>,
    list: i64,
    length_m: i64,
    /// The group of its fare.
    group: Option<String>,
    /// Nothing where two paths are equally good.
    legs: Option<Vec<Leg>>,
    /// Neither tiers nor a concession follow.
    is_final: bool,
}

impl Priced<'_> {
    /// What the concession leaves of a price.
    fn conceded(&self, list: i64) -> i64 {
        self.concession.map_or(list, |other| other.pay(list))
    }
}

/// A month as far as it is priced.
#[derive(Default)]
struct Month<'a> {
    rides: Vec<Ride<'a>>,
    /// What was paid this month, by tariff and, where they count apart, by issuer.
    accumulated: BTreeMap<(String, Option<u32>), i64>,
    payments: Vec<Payment>,
}

impl Naive {
    /// Reads the tariffs' texts and works out every distance.
    pub fn new(city: &City) -> Self {
        let mut paths = BTreeMap::new();
        for line in &city.lines {
            let network = &line.network;
            if !paths.contains_key(network) {
                paths.insert(network.clone(), Paths::new(city, network));
            }
        }
        Self {
            table: Table::read(&city.tariffs),
            paths,
        }
    }

    /// A rider's month: journeys that began in it, in time order of their first taps. Only taps
    /// of the month in any time zone, and two days around it, are looked at.
    pub fn bill(&self, taps: &[Tap], month: (i32, u8), as_of: i64) -> Vec<Line> {
        let near = |tap: &&Tap| {
            let around = [-2, 2].map(|days| table::day(tap.time.0 - 8 * 3_600 + days * 86_400));
            let is_exact_end = tap.time.0.rem_euclid(86_400) == 0
                && (
                    table::day(tap.time.0 - 3 * 86_400).0,
                    table::day(tap.time.0 - 3 * 86_400).1,
                ) == month;
            around.iter().any(|day| (day.0, day.1) == month) || is_exact_end
        };
        let taps: Vec<Tap> = taps.iter().filter(near).cloned().collect();
        let mut lines = Vec::new();
        let mut so_far = Month::default();
        for journey in journeys(&taps, self, as_of) {
            let day = table::day(journey.named_by().time.0);
            if (day.0, day.1) < month {
                if journey.ending != "Open"
                    && let Ok(priced) = self.price(&journey)
                {
                    so_far.rides.push(Ride::new(&journey, &priced));
                }
                continue;
            }
            if (day.0, day.1) > month {
                continue;
            }
            let mut line = Line {
                named_by: id(journey.named_by()),
                taps: journey.taps.iter().map(|tap| id(tap)).collect(),
                ending: journey.ending.to_owned(),
                minor: None,
                shares: None,
                tariff: String::new(),
                closes_at: journey.closes_at,
            };
            if journey.ending != "Open" {
                match self.price(&journey) {
                    Err(why) => line.ending = why.to_owned(),
                    Ok(priced) => {
                        let minor = self.pay(&journey, &priced, &mut so_far);
                        line.minor = Some(minor);
                        line.shares = priced.legs.map(|legs| split(minor, &legs));
                        line.tariff = priced.rule.tariff.clone();
                    }
                }
            }
            lines.push(line);
        }
        lines
    }

    /// The first rule in force that covers a tap and is for its rider at its time.
    fn rule(&self, tap: &Tap) -> Option<&Rule> {
        let mut rules = self.covering(tap);
        rules.find(|rule| {
            let known = &self.rest(rule).known;
            known.admits(&rule.audience, tap.category, tap.time.0)
        })
    }

    /// The first rule in force that covers a tap, whomever it is for.
    fn gates(&self, tap: &Tap) -> Option<&Rule> {
        self.covering(tap).next()
    }

    fn covering(&self, tap: &Tap) -> impl Iterator<Item = &Rule> {
        let day = table::day(tap.time.0);
        self.table.rules.iter().filter(move |rule| {
            rule.from <= day
                && rule.until.is_none_or(|until| day <= until)
                && rule.operators.contains(&tap.operator.0)
                && rule.modes.iter().any(|mode| mode == tap.mode.word())
                && match &tap.line {
                    Some(line) if !rule.lines.is_empty() => {
                        rule.lines.iter().any(|covered| covered == line.as_str())
                    }
                    _ => true,
                }
                && match (&rule.network, &tap.stop) {
                    (Some(network), Some(stop)) => self.paths[network].calls_at(stop.as_str()),
                    _ => true,
                }
                && match (&rule.price, &tap.stop) {
                    (Price::Zones(_, _), Some(stop)) => rule.price.zone(stop.as_str()).is_some(),
                    _ => true,
                }
        })
    }

    fn rest(&self, rule: &Rule) -> &Rest {
        &self.table.tariffs[&rule.tariff]
    }

    /// Price, tiers, concession, overstay.
    fn price(&self, journey: &Journey<'_>) -> Result<Priced<'_>, &'static str> {
        let first = journey.named_by();
        let rule = self.rule(first).ok_or("NoRule")?;
        let rest = self.rest(rule);
        let concession = rest.concessions.iter().find(|other| {
            (other.rules.is_empty() || other.rules.contains(&rule.name))
                && rest
                    .known
                    .admits(&other.audience, first.category, first.time.0)
        });
        let alone = Leg {
            operator: first.operator.0,
            line: first.line.as_ref().map(|line| line.as_str().to_owned()),
            length_m: 0,
        };
        let mut priced = Priced {
            rule,
            concession,
            list: 0,
            length_m: 0,
            group: None,
            legs: Some(vec![alone]),
            is_final: false,
        };
        match journey.ending {
            "SameStation" => return Ok(priced),
            "EntryOnly" | "ExitOnly" => {
                priced.list = priced.conceded(self.missing(rule, first)?);
                return Ok(priced);
            }
            "Repaired" => self.mended(journey, &mut priced)?,
            _ => self.ride(journey, &mut priced)?,
        }
        if priced.is_final {
            return Ok(priced);
        }
        if let Some(tiers) = &rule.tiers {
            priced.list = tiers.pay(priced.list);
        }
        priced.list = priced.conceded(priced.list);
        if journey.ending == "Overstay"
            && let Some((charge, on_top)) = &rule.overstay_charge
        {
            let charge = match charge {
                Charge::Minor(minor) => *minor,
                Charge::Dearest => self.dearest(rule, journey.taps.last().unwrap(), true)?,
            };
            priced.list = if *on_top {
                priced.list + charge
            } else {
                charge
            };
        }
        Ok(priced)
    }

    /// The dearest fare to the stop of an exit, or from that of an entry.
    fn dearest(&self, rule: &Rule, tap: &Tap, is_exit: bool) -> Result<i64, &'static str> {
        let here = tap.stop.as_ref().map(|stop| stop.as_str()).ok_or("NoStop");
        let way = |here, there| {
            if is_exit {
                (there, here)
            } else {
                (here, there)
            }
        };
        match &rule.price {
            Price::Flat(minor) => Ok(*minor),
            Price::Ladder(_, _) => {
                let here = here?;
                let paths = &self.paths[rule.network.as_ref().ok_or("NoPath")?];
                let lengths = paths.stops().filter_map(|there| {
                    let (from, to) = way(here, there);
                    paths.length_m(from, to)
                });
                let prices = lengths.map(|length_m| rule.price.of(length_m));
                Ok(prices.max().unwrap())
            }
            Price::Zones(stops, _) => {
                let here = here?;
                let fares = stops.iter().filter_map(|(there, _)| {
                    let (from, to) = way(here, there.as_str());
                    rule.price.zone_fare(from, to)
                });
                fares.max().ok_or("NoPath")
            }
        }
    }

    /// What a tap without the other costs before a concession.
    fn missing(&self, rule: &Rule, tap: &Tap) -> Result<i64, &'static str> {
        match rule.missing_tap {
            Some(minor) => Ok(minor),
            None => {
                let dearest = self.dearest(rule, tap, tap.kind == TapKind::Out)?;
                let tiers = rule.tiers.as_ref();
                Ok(tiers.map_or(dearest, |tiers| tiers.pay(dearest)))
            }
        }
    }

    /// The price of a complete ride.
    fn ride(&self, journey: &Journey<'_>, priced: &mut Priced<'_>) -> Result<(), &'static str> {
        let rule = priced.rule;
        let is_single = journey.taps.len() == 1;
        match &rule.price {
            Price::Flat(minor) => priced.list = *minor,
            Price::Ladder(_, _) => {
                if is_single {
                    return Err("SingleByDistance");
                }
                let (paths, from, to) = self.ends(rule, journey)?;
                priced.length_m = paths.length_m(from, to).ok_or("NoPath")?;
                if from != to {
                    priced.legs = paths.legs(from, to);
                }
                priced.list = rule.price.of(priced.length_m);
            }
            Price::Zones(stops, fares) => {
                let mut names: Vec<&String> = stops.iter().map(|(_, zone)| zone).collect();
                names.sort();
                names.dedup();
                let same = fares.iter().all(|fare| fare.2 == fares[0].2);
                if is_single {
                    let only = same && fares.len() == names.len() * names.len();
                    priced.list = only.then_some(fares[0].2).ok_or("SingleByDistance")?;
                    let one_group = fares.iter().all(|fare| fare.3 == fares[0].3);
                    priced.group = fares[0].3.clone().filter(|_| one_group);
                } else {
                    let stop = |tap: &Tap| tap.stop.as_ref().map(ToString::to_string);
                    let [first, last] = journey.ways();
                    let (from, to) = (stop(first).ok_or("NoStop")?, stop(last).ok_or("NoStop")?);
                    let fare = rule.price.fare_between(&from, &to).ok_or("NoPath")?;
                    (priced.list, priced.group) = (fare.2, fare.3.clone());
                }
            }
        }
        Ok(())
    }

    fn ends<'a>(
        &'a self,
        rule: &Rule,
        journey: &Journey<'a>,
    ) -> Result<(&'a Paths, &'a str, &'a str), &'static str> {
        let network = rule.network.as_ref().ok_or("NoPath")?;
        let stop = |tap: &'a Tap| tap.stop.as_ref().map(|stop| stop.as_str()).ok_or("NoStop");
        let [first, last] = journey.ways();
        Ok((&self.paths[network], stop(first)?, stop(last)?))
    }

    /// What the rider pays: less for the ride before, for the month, for the caps.
    fn pay<'a>(
        &'a self,
        journey: &Journey<'_>,
        priced: &Priced<'a>,
        so_far: &mut Month<'a>,
    ) -> i64 {
        let (rule, first) = (priced.rule, journey.named_by());
        let rest = self.rest(rule);
        let ride = Ride::new(journey, priced);
        let (ride, list) = change(
            &mut so_far.rides,
            (ride, priced),
            (&rest.transfers, &rest.leg_transfers),
        );
        so_far.rides.push(ride);
        let rooms = rest.caps.iter();
        let rooms = rooms.filter_map(|cap| cap.left((first, rule), &rest.known, &so_far.payments));
        let at_most = rooms.min().unwrap_or(i64::MAX);
        let accumulates = rule.accumulates && priced.concession.is_none_or(|by| by.accumulates);
        let minor = match &rest.accumulation {
            Some(accumulation) if accumulates => {
                let issuer = accumulation.per_issuer.then_some(first.issuer.0);
                let name = rule.tariff.split('@').next().unwrap().to_owned();
                let before = so_far.accumulated.entry((name, issuer)).or_default();
                let minor = accumulation.pay(*before, list).min(at_most);
                *before += minor;
                minor
            }
            _ => list.min(at_most),
        };
        so_far.payments.push(Payment {
            first: first.clone(),
            tariff: rule.tariff.clone(),
            rule: rule.name.clone(),
            minor,
        });
        minor
    }
}

/// Shares by meters: whole minor units rounded down, what is left over by largest remainder.
fn split(minor: i64, legs: &[Leg]) -> Vec<Share> {
    let total: i128 = legs.iter().map(|leg| i128::from(leg.length_m)).sum();
    let mut shares: Vec<(i64, i128)> = Vec::new();
    for leg in legs {
        let exact = i128::from(minor) * i128::from(leg.length_m);
        let (whole, rest) = match total {
            0 => (0, 0),
            _ => (exact / total, exact % total),
        };
        shares.push((i64::try_from(whole).unwrap(), rest));
    }
    if total == 0 {
        shares[0].0 = minor;
    }
    while shares.iter().map(|share| share.0).sum::<i64>() < minor {
        let largest = shares.iter().map(|share| share.1).max().unwrap();
        let next = shares.iter_mut().find(|share| share.1 == largest).unwrap();
        *next = (next.0 + 1, -1);
    }
    let named = legs.iter().zip(shares);
    named
        .map(|(leg, (minor, _))| (leg.operator, leg.line.clone(), minor))
        .collect()
}

fn id(tap: &Tap) -> (u32, u64) {
    (tap.id.validator.0, tap.id.sequence)
}
