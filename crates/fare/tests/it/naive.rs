//! The rules a second time: written from docs/tariffs.md and the text of the tariffs, slow and
//! straightforward. It shares no code with the engine but what a tap is.
//!
//! A field it does not know is refused, so that a new kind of rule has to be written twice.

mod journeys;
mod money;
mod paths;
mod table;

use std::collections::BTreeMap;

use ridecode_fare::Tap;

use crate::feed::City;
use journeys::{Journey, journeys};
use paths::{Leg, Paths};
use table::{Charge, Price, Rule, Table};

/// What is owed to whom: operator, line, minor units.
pub(crate) type Share = (u32, Option<String>, i64);

/// What was paid this month, by tariff and, where they count apart, by issuer.
type Paid = BTreeMap<(String, Option<u32>), i64>;

/// One journey on the bill.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    /// Validator and sequence of its taps.
    pub(crate) taps: Vec<(u32, u64)>,
    /// The ending's name, or why it has no price.
    pub(crate) ending: String,
    /// Minor units; `None` of an open journey and one without a price.
    pub(crate) minor: Option<i64>,
    /// Nothing where two paths are equally good.
    pub(crate) shares: Option<Vec<Share>>,
    /// Which table priced it.
    pub(crate) tariff: String,
    /// When an open journey closes.
    pub(crate) closes_at: Option<i64>,
}

/// The second implementation.
pub(crate) struct Naive {
    table: Table,
    paths: BTreeMap<String, Paths>,
}

impl Naive {
    /// Reads the tariffs' texts and works out every distance.
    pub(crate) fn new(city: &City) -> Self {
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

    /// A rider's month: journeys that began in it, in time order of their first taps.
    pub(crate) fn bill(&self, taps: &[Tap], month: (i32, u8), as_of: i64) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut paid = Paid::new();
        for journey in journeys(taps, self, as_of) {
            let day = table::day(journey.taps[0].time.0);
            if (day.0, day.1) != month {
                continue;
            }
            let mut line = Line {
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
                    Ok((rule, list, legs)) => {
                        let issuer = journey.taps[0].issuer.0;
                        let minor = self.discount(rule, list, (&mut paid, issuer));
                        line.minor = Some(minor);
                        line.shares = legs.map(|legs| split(minor, &legs));
                        line.tariff = rule.tariff.clone();
                    }
                }
            }
            lines.push(line);
        }
        lines
    }

    /// The first rule in force that covers a tap.
    fn rule(&self, tap: &Tap) -> Option<&Rule> {
        let day = table::day(tap.time.0);
        self.table.rules.iter().find(|rule| {
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
        })
    }

    /// The list price and the legs; no legs where two paths are equally good.
    fn price(&self, journey: &Journey<'_>) -> Result<(&Rule, i64, Option<Vec<Leg>>), &'static str> {
        let first = journey.taps[0];
        let rule = self.rule(first).ok_or("NoRule")?;
        let alone = Leg {
            operator: first.operator.0,
            line: first.line.as_ref().map(|line| line.as_str().to_owned()),
            length_m: 0,
        };
        let mut legs = Some(vec![alone]);
        let mut list = match journey.ending {
            "SameStation" => return Ok((rule, 0, legs)),
            "EntryOnly" | "ExitOnly" => return Ok((rule, rule.missing_tap, legs)),
            _ => match &rule.price {
                Price::Flat(minor) => *minor,
                Price::Ladder(_, _) => {
                    if journey.taps.len() == 1 {
                        return Err("SingleByDistance");
                    }
                    let (paths, from, to) = self.ends(rule, journey)?;
                    let length_m = paths.length_m(from, to).ok_or("NoPath")?;
                    if from != to {
                        legs = paths.legs(from, to);
                    }
                    rule.price.of(length_m)
                }
            },
        };
        if journey.ending == "Overstay" {
            let (charge, on_top) = rule.overstay_charge.as_ref().expect("an overstay rule");
            let charge = match (charge, &rule.price) {
                (Charge::Minor(minor), _) | (Charge::Dearest, Price::Flat(minor)) => *minor,
                (Charge::Dearest, Price::Ladder(_, _)) => {
                    let (paths, _, to) = self.ends(rule, journey)?;
                    let all = paths.stops().filter_map(|from| paths.length_m(from, to));
                    all.map(|length_m| rule.price.of(length_m)).max().unwrap()
                }
            };
            list = if *on_top { list + charge } else { charge };
        }
        Ok((rule, list, legs))
    }

    fn ends<'a>(
        &'a self,
        rule: &Rule,
        journey: &Journey<'a>,
    ) -> Result<(&'a Paths, &'a str, &'a str), &'static str> {
        let network = rule.network.as_ref().ok_or("NoPath")?;
        let stop = |tap: &'a Tap| tap.stop.as_ref().map(|stop| stop.as_str()).ok_or("NoStop");
        let last = *journey.taps.last().unwrap();
        Ok((&self.paths[network], stop(journey.taps[0])?, stop(last)?))
    }

    fn discount(&self, rule: &Rule, list: i64, (paid, issuer): (&mut Paid, u32)) -> i64 {
        let Some(accumulation) = self.table.accumulations.get(&rule.tariff) else {
            return list;
        };
        if !rule.accumulates {
            return list;
        }
        let issuer = accumulation.per_issuer.then_some(issuer);
        let name = rule.tariff.split('@').next().unwrap().to_owned();
        let before = paid.entry((name, issuer)).or_default();
        let minor = accumulation.pay(*before, list);
        *before += minor;
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
