//! The text of the tariffs as plain tables.

use std::collections::BTreeMap;

use toml::{Table as Toml, Value};

use super::caps::Cap;
use super::changes::{Continues, Transfer};
use super::legs::LegTransfer;
use super::money::{Accumulation, Tiers};
use super::riders::{Audience, Concession, Known, words};

/// Year, month, day.
pub(crate) type Day = (i32, u8, u8);

/// Every rule of every tariff, in order of precedence.
pub(crate) struct Table {
    pub(crate) rules: Vec<Rule>,
    /// What else a tariff holds, by tariff and version.
    pub(crate) tariffs: BTreeMap<String, Rest>,
}

/// What a tariff holds beside its rules.
pub(crate) struct Rest {
    pub(crate) known: Known,
    pub(crate) concessions: Vec<Concession>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) leg_transfers: Vec<LegTransfer>,
    pub(crate) accumulation: Option<Accumulation>,
    pub(crate) caps: Vec<Cap>,
}

/// A rule.
pub(crate) struct Rule {
    /// Name and version, as `name@version`.
    pub(crate) tariff: String,
    pub(crate) name: String,
    pub(crate) from: Day,
    pub(crate) until: Option<Day>,
    pub(crate) operators: Vec<u32>,
    pub(crate) modes: Vec<String>,
    pub(crate) lines: Vec<String>,
    pub(crate) audience: Audience,
    pub(crate) network: Option<String>,
    pub(crate) price: Price,
    pub(crate) tiers: Option<Tiers>,
    pub(crate) continues: Option<Continues>,
    pub(crate) accumulates: bool,
    pub(crate) same_station_s: i64,
    pub(crate) overstay_s: Option<i64>,
    pub(crate) overstay_charge: Option<(Charge, bool)>,
    pub(crate) wait_s: i64,
    /// The dearest ride from or to the known stop if `None`.
    pub(crate) missing_tap: Option<i64>,
}

/// What an overstay costs.
pub(crate) enum Charge {
    Minor(i64),
    Dearest,
}

/// What a ride costs.
pub(crate) enum Price {
    Flat(i64),
    /// Steps, then every so many meters so much more.
    Ladder(Vec<(i64, i64)>, Option<(i64, i64)>),
    /// The zone of each stop, the fare from zone to zone.
    Zones(Vec<(String, String)>, Vec<ZoneFare>),
}

/// From zone, to zone, minor units, and the group.
pub(crate) type ZoneFare = (String, String, i64, Option<String>);

impl Price {
    /// By the length of the way.
    pub(crate) fn of(&self, length_m: i64) -> i64 {
        match self {
            Self::Flat(minor) => *minor,
            Self::Ladder(steps, beyond) => {
                for (up_to_m, minor) in steps {
                    if length_m <= *up_to_m {
                        return *minor;
                    }
                }
                let (mut reached_m, mut minor) = *steps.last().unwrap();
                while let Some((every_m, more)) = beyond
                    && reached_m < length_m
                {
                    reached_m += every_m;
                    minor += more;
                }
                minor
            }
            Self::Zones(_, _) => panic!("zones have no lengths"),
        }
    }

    /// The lowest there is.
    fn lowest(&self) -> i64 {
        match self {
            Self::Flat(_) | Self::Ladder(_, _) => self.of(0),
            Self::Zones(_, fares) => fares.iter().map(|fare| fare.2).min().unwrap(),
        }
    }

    /// The zone of a stop, if zones price it.
    pub(crate) fn zone(&self, stop: &str) -> Option<&str> {
        let Self::Zones(stops, _) = self else {
            return None;
        };
        let found = stops.iter().find(|(known, _)| known == stop);
        found.map(|(_, zone)| zone.as_str())
    }

    /// The fare from one stop to another, if zones price it.
    pub(crate) fn zone_fare(&self, from: &str, to: &str) -> Option<i64> {
        self.fare_between(from, to).map(|fare| fare.2)
    }

    /// That fare with its group.
    pub(crate) fn fare_between(&self, from: &str, to: &str) -> Option<&ZoneFare> {
        let Self::Zones(_, fares) = self else {
            return None;
        };
        let (from, to) = (self.zone(from)?, self.zone(to)?);
        fares.iter().find(|fare| fare.0 == from && fare.1 == to)
    }
}

/// Zones, with each stop's, and fares between them.
fn zones(value: Value) -> Price {
    let Value::Table(mut table) = value else {
        panic!("zones are a table")
    };
    let mut stops = Vec::new();
    for zone in list(table.remove("stops").unwrap()) {
        let mut zone = list(zone).into_iter();
        let name = word(zone.next().unwrap());
        let members = list(zone.next().unwrap()).into_iter();
        stops.extend(members.map(|stop| (word(stop), name.clone())));
    }
    let fares = list(table.remove("fares").unwrap())
        .into_iter()
        .map(|fare| {
            let fare = list(fare);
            (
                word(fare[0].clone()),
                word(fare[1].clone()),
                number(&fare[2]),
                fare.get(3).cloned().map(word),
            )
        });
    let price = Price::Zones(stops, fares.collect());
    refuse_others(&table);
    price
}

impl Table {
    /// Reads the texts.
    pub(crate) fn read(texts: &[String]) -> Self {
        let mut documents: Vec<Toml> = texts.iter().map(|text| text.parse().unwrap()).collect();
        documents.sort_by_key(|document| {
            let word = |key: &str| document[key].as_str().unwrap().to_owned();
            (word("city"), word("name"), date(&document["valid_from"]))
        });
        let mut table = Self {
            rules: Vec::new(),
            tariffs: BTreeMap::new(),
        };
        for mut document in documents {
            let rest = Rest {
                known: Known::read(&mut document),
                concessions: Concession::read(&mut document),
                transfers: Transfer::read(&mut document),
                leg_transfers: LegTransfer::read(&mut document),
                accumulation: match document.remove("accumulation") {
                    Some(Value::Table(accumulation)) => Some(Accumulation::read(accumulation)),
                    _ => None,
                },
                caps: Cap::read(&mut document),
            };
            let mut take = |key: &str| document.remove(key);
            let name = word(take("name").unwrap());
            let name = format!("{name}@{}", word(take("version").unwrap()));
            let zone = word(take("zone").unwrap());
            assert_eq!(zone, "CST-8", "the only zone known here");
            assert_eq!(word(take("currency").unwrap()), "CNY");
            let from = date(&take("valid_from").unwrap());
            let until = take("valid_until").map(|until| date(&until));
            drop((take("city"), take("source")));
            table.tariffs.insert(name.clone(), rest);
            let Some(Value::Array(rules)) = take("rule") else {
                panic!("{name}: no rules")
            };
            for rule in rules {
                let Value::Table(rule) = rule else {
                    panic!("{name}: a rule is a table")
                };
                table.rules.push(Rule::read(rule, &name, (from, until)));
            }
            refuse_others(&document);
        }
        table
    }
}

impl Rule {
    fn read(mut rule: Toml, tariff: &str, (from, until): (Day, Option<Day>)) -> Self {
        let audience = Audience::read(&mut rule);
        let mut take = |key: &str| rule.remove(key);
        let price = match (take("flat"), take("ladder"), take("zones")) {
            (Some(flat), None, None) => Price::Flat(number(&flat)),
            (None, None, Some(value)) => zones(value),
            (None, Some(Value::Table(mut ladder)), None) => {
                let steps = list(ladder.remove("steps").unwrap());
                let steps = steps.into_iter().map(pair).collect();
                let beyond = ladder.remove("beyond").map(pair);
                refuse_others(&ladder);
                Price::Ladder(steps, beyond)
            }
            other => panic!("{tariff}: no price: {other:?}"),
        };
        let tiers = take("tiers").map(|value| Tiers::read(plain(value)));
        let cheapest = price.lowest();
        let cheapest = tiers.as_ref().map_or(cheapest, |tiers| tiers.pay(cheapest));
        let (mut wait_s, mut missing_tap) = (86_400, Some(cheapest));
        if let Some(Value::Table(mut missing)) = take("missing_tap") {
            wait_s = missing
                .remove("wait_s")
                .map_or(wait_s, |wait| number(&wait));
            missing_tap = missing
                .remove("price")
                .map_or(missing_tap, |price| price.as_integer());
            refuse_others(&missing);
        }
        let (mut overstay_s, mut overstay_charge) = (None, None);
        if let Some(Value::Table(mut overstay)) = take("overstay") {
            overstay_s = Some(number(&overstay.remove("limit_s").unwrap()));
            let charge = match overstay.remove("charge").unwrap() {
                Value::String(dearest) if dearest == "dearest_to_exit" => Charge::Dearest,
                minor => Charge::Minor(number(&minor)),
            };
            let on_top = overstay.remove("on_top").unwrap().as_bool().unwrap();
            overstay_charge = Some((charge, on_top));
            refuse_others(&overstay);
        }
        let operators = list(take("operators").unwrap());
        let read = Self {
            tariff: tariff.to_owned(),
            name: word(take("name").unwrap()),
            from,
            until,
            operators: operators
                .iter()
                .map(|operator| u32::try_from(number(operator)).unwrap())
                .collect(),
            modes: words(take("modes")),
            lines: words(take("lines")),
            audience,
            network: take("network").map(word),
            price,
            tiers,
            continues: take("continues").map(|value| Continues::read(plain(value))),
            accumulates: take("accumulates").is_some_and(|truth| truth.as_bool().unwrap()),
            same_station_s: take("same_station_s").map_or(0, |seconds| number(&seconds)),
            overstay_s,
            overstay_charge,
            wait_s,
            missing_tap,
        };
        refuse_others(&rule);
        read
    }
}

/// The day of a time in UTC+8, counted on by whole years and months from 1970.
pub(crate) fn day(time: i64) -> Day {
    let mut days = (time + 8 * 3_600).div_euclid(86_400);
    assert!(days >= 0, "before 1970");
    let leap = |year: i32| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days >= 365 + i64::from(leap(year)) {
        days -= 365 + i64::from(leap(year));
        year += 1;
    }
    let february = 28 + i64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, u8::try_from(days + 1).unwrap())
}

fn plain(value: Value) -> Toml {
    match value {
        Value::Table(table) => table,
        other => panic!("no table: {other:?}"),
    }
}

pub(super) fn word(value: Value) -> String {
    value.as_str().expect("a text").to_owned()
}

pub(super) fn number(value: &Value) -> i64 {
    value.as_integer().expect("a number")
}

pub(super) fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(members) => members,
        other => panic!("no list: {other:?}"),
    }
}

pub(super) fn pair(value: Value) -> (i64, i64) {
    let members = list(value);
    assert_eq!(members.len(), 2);
    (number(&members[0]), number(&members[1]))
}

pub(super) fn refuse_others(table: &Toml) {
    let keys: Vec<&String> = table.keys().collect();
    assert!(
        keys.is_empty(),
        "not known to the second implementation: {keys:?}"
    );
}

pub(super) fn date(value: &Value) -> Day {
    let date = value.as_datetime().expect("a date").date.expect("a date");
    (i32::from(date.year), date.month, date.day)
}
