//! Categories of riders, kinds of days, windows, and what they pay less.

use toml::{Table as Toml, Value};

use super::money::percent_of;
use super::table::{Day, date, day, list, number, refuse_others, word};

/// Names that rules, concessions and caps may use.
#[derive(Default)]
pub(crate) struct Known {
    /// Name and codes.
    categories: Vec<(String, Vec<i64>)>,
    /// Name and dates.
    day_kinds: Vec<(String, Vec<Day>)>,
    windows: Vec<Window>,
}

struct Window {
    name: String,
    days: Vec<String>,
    /// Seconds since midnight.
    times: Vec<(i64, i64)>,
}

/// Whom and when: names of categories and of windows.
pub(crate) struct Audience {
    categories: Vec<String>,
    windows: Vec<String>,
}

/// A price of its own.
pub(crate) struct Concession {
    pub(crate) audience: Audience,
    pub(crate) rules: Vec<String>,
    percent: Option<(i64, i64)>,
    flat: Option<i64>,
    pub(crate) accumulates: bool,
}

impl Known {
    /// Reads the tables.
    pub(crate) fn read(document: &mut Toml) -> Self {
        let mut known = Self::default();
        for mut table in tables(document, "category") {
            let codes = list(table.remove("codes").unwrap());
            let codes = codes.iter().map(number).collect();
            known.categories.push((name(&mut table), codes));
            refuse_others(&table);
        }
        for mut table in tables(document, "day_kind") {
            let dates = list(table.remove("dates").unwrap());
            let dates = dates.iter().map(date).collect();
            known.day_kinds.push((name(&mut table), dates));
            refuse_others(&table);
        }
        for mut table in tables(document, "window") {
            let times = table.remove("times").map(list).unwrap_or_default();
            let times = times.into_iter().map(|pair| {
                let pair = list(pair);
                (seconds(&pair[0]), seconds(&pair[1]))
            });
            let window = Window {
                times: times.collect(),
                days: words(table.remove("days")),
                name: name(&mut table),
            };
            known.windows.push(window);
            refuse_others(&table);
        }
        known
    }

    /// Whether a rider of a code is meant at a time.
    pub(crate) fn admits(&self, audience: &Audience, code: u8, time: i64) -> bool {
        let category = self
            .categories
            .iter()
            .find(|category| category.1.contains(&i64::from(code)));
        let category = category.map_or("ordinary", |category| category.0.as_str());
        let rider = audience.categories.is_empty()
            || audience.categories.iter().any(|name| name == category);
        let at = audience.windows.is_empty()
            || audience.windows.iter().any(|name| self.is_in(name, time));
        rider && at
    }

    fn is_in(&self, window: &str, time: i64) -> bool {
        let mut windows = self.windows.iter();
        let Window { days, times, .. } = windows.find(|known| known.name == window).unwrap();
        let local = time + 8 * 3_600;
        let second = local.rem_euclid(86_400);
        let kind = self.kind_of(day(time), local.div_euclid(86_400));
        (days.is_empty() || days.contains(&kind))
            && (times.is_empty()
                || times
                    .iter()
                    .any(|(from, until)| *from <= second && second < *until))
    }

    fn kind_of(&self, day: Day, days: i64) -> String {
        let listed = self.day_kinds.iter().find(|kind| kind.1.contains(&day));
        // The first of January 1970 was a Thursday.
        let weekdays = [
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "monday",
            "tuesday",
            "wednesday",
        ];
        let weekday = weekdays[usize::try_from(days % 7).unwrap()];
        listed.map_or(weekday.to_owned(), |kind| kind.0.clone())
    }
}

impl Audience {
    /// Reads `categories` and `windows`.
    pub(crate) fn read(table: &mut Toml) -> Self {
        Self {
            categories: words(table.remove("categories")),
            windows: words(table.remove("windows")),
        }
    }
}

impl Concession {
    /// Reads every concession.
    pub(crate) fn read(document: &mut Toml) -> Vec<Self> {
        let read = tables(document, "concession").into_iter().map(|mut table| {
            name(&mut table);
            let round_to = table.remove("round_to").map_or(1, |to| number(&to));
            let percent = table.remove("percent");
            let concession = Self {
                audience: Audience::read(&mut table),
                rules: words(table.remove("rules")),
                percent: percent.map(|percent| (number(&percent), round_to)),
                flat: table.remove("flat").map(|flat| number(&flat)),
                accumulates: table
                    .remove("accumulates")
                    .is_none_or(|truth| truth.as_bool().unwrap()),
            };
            refuse_others(&table);
            concession
        });
        read.collect()
    }

    /// What is paid of a price.
    pub(crate) fn pay(&self, list: i64) -> i64 {
        let paid = match (self.percent, self.flat) {
            (Some((percent, round_to)), None) => percent_of(list, percent, round_to),
            (None, Some(flat)) => flat,
            _ => panic!("a percentage or a flat price"),
        };
        paid.min(list)
    }
}

/// The tables of a list that may be missing.
pub(super) fn tables(document: &mut Toml, key: &str) -> Vec<Toml> {
    let members = document.remove(key).map(list).unwrap_or_default();
    let table = |member| match member {
        Value::Table(table) => table,
        other => panic!("{key}: no table: {other:?}"),
    };
    members.into_iter().map(table).collect()
}

/// The name; what riders read is nothing to the second implementation.
pub(super) fn name(table: &mut Toml) -> String {
    table.remove("names");
    word(table.remove("name").unwrap())
}

pub(super) fn words(value: Option<Value>) -> Vec<String> {
    let members = value.map(list).unwrap_or_default();
    members.into_iter().map(word).collect()
}

fn seconds(time: &Value) -> i64 {
    let parts = time.as_str().unwrap().split(':');
    let parts: Vec<i64> = parts.map(|part| part.parse().unwrap()).collect();
    parts[0] * 3_600 + parts[1] * 60 + parts.get(2).unwrap_or(&0)
}
