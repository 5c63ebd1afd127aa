//! The text of the tariffs as plain tables.

use std::collections::BTreeMap;

use toml::{Table as Toml, Value};

use super::money::Accumulation;

/// Year, month, day.
pub(crate) type Day = (i32, u8, u8);

/// Every rule of every tariff, in order of precedence.
pub(crate) struct Table {
    pub(crate) rules: Vec<Rule>,
    /// By tariff and version.
    pub(crate) accumulations: BTreeMap<String, Accumulation>,
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
    pub(crate) network: Option<String>,
    pub(crate) price: Price,
    pub(crate) accumulates: bool,
    pub(crate) same_station_s: i64,
    pub(crate) overstay_s: Option<i64>,
    pub(crate) overstay_charge: Option<(Charge, bool)>,
    pub(crate) wait_s: i64,
    pub(crate) missing_tap: i64,
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
}

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
        }
    }
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
            accumulations: BTreeMap::new(),
        };
        for mut document in documents {
            let mut take = |key: &str| document.remove(key);
            let name = word(take("name").unwrap());
            let name = format!("{name}@{}", word(take("version").unwrap()));
            let zone = word(take("zone").unwrap());
            assert_eq!(zone, "CST-8", "the only zone known here");
            assert_eq!(word(take("currency").unwrap()), "CNY");
            let from = date(&take("valid_from").unwrap());
            let until = take("valid_until").map(|until| date(&until));
            drop((take("city"), take("source")));
            if let Some(Value::Table(accumulation)) = take("accumulation") {
                let accumulation = Accumulation::read(accumulation);
                table.accumulations.insert(name.clone(), accumulation);
            }
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
        let mut take = |key: &str| rule.remove(key);
        let price = match (take("flat"), take("ladder")) {
            (Some(flat), None) => Price::Flat(number(&flat)),
            (None, Some(Value::Table(mut ladder))) => {
                let steps = list(ladder.remove("steps").unwrap());
                let steps = steps.into_iter().map(pair).collect();
                let beyond = ladder.remove("beyond").map(pair);
                refuse_others(&ladder);
                Price::Ladder(steps, beyond)
            }
            other => panic!("{tariff}: no price: {other:?}"),
        };
        let (mut wait_s, mut missing_tap) = (86_400, price.of(0));
        if let Some(Value::Table(mut missing)) = take("missing_tap") {
            wait_s = missing
                .remove("wait_s")
                .map_or(wait_s, |wait| number(&wait));
            missing_tap = missing
                .remove("price")
                .map_or(missing_tap, |price| number(&price));
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
        let words = |value: Option<Value>| {
            let members = value.map(list).unwrap_or_default();
            members.into_iter().map(word).collect::<Vec<String>>()
        };
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
            network: take("network").map(word),
            price,
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

fn date(value: &Value) -> Day {
    let date = value.as_datetime().expect("a date").date.expect("a date");
    (i32::from(date.year), date.month, date.day)
}
