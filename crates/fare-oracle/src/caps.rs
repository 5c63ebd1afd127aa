//! Caps: what was paid before in the same period is added up anew for every ride.

use ridecode_fare::Tap;
use toml::Table as Toml;

use super::Rule;
use super::riders::{Audience, Known, name, tables, words};
use super::table::{Day, day, number, refuse_others, word};

/// The most that is paid in a period.
pub(crate) struct Cap {
    period: String,
    by_days: bool,
    at_most: i64,
    per_issuer: bool,
    rules: Vec<String>,
    modes: Vec<String>,
    audience: Audience,
}

/// What was paid for a ride.
pub(crate) struct Payment {
    pub(crate) first: Tap,
    pub(crate) tariff: String,
    pub(crate) rule: String,
    pub(crate) minor: i64,
}

impl Cap {
    /// Reads every cap.
    pub(crate) fn read(document: &mut Toml) -> Vec<Self> {
        let read = tables(document, "cap").into_iter().map(|mut table| {
            name(&mut table);
            let audience = Audience::read(&mut table);
            let mut take = |key: &str| table.remove(key);
            let cap = Self {
                period: word(take("period").unwrap()),
                by_days: take("week_at_month_end").map(word) == Some("by_days".to_owned()),
                at_most: number(&take("at_most").unwrap()),
                per_issuer: take("per").map(word) == Some("issuer".to_owned()),
                rules: words(take("rules")),
                modes: words(take("modes")),
                audience,
            };
            refuse_others(&table);
            cap
        });
        read.collect()
    }

    /// What it leaves to pay for a ride; `None` if it is not for it.
    pub(crate) fn left(
        &self,
        (first, rule): (&Tap, &Rule),
        known: &Known,
        payments: &[Payment],
    ) -> Option<i64> {
        if !self.is_for(first, &rule.name, known) {
            return None;
        }
        let paid = payments.iter().filter(|payment| {
            payment.tariff == rule.tariff
                && self.is_for(&payment.first, &payment.rule, known)
                && (!self.per_issuer || payment.first.issuer == first.issuer)
                && self.is_one_period(payment.first.time.0, first.time.0)
        });
        let paid: i64 = paid.map(|payment| payment.minor).sum();
        Some((self.at_most_at(first.time.0) - paid).max(0))
    }

    fn is_for(&self, first: &Tap, rule: &str, known: &Known) -> bool {
        (self.rules.is_empty() || self.rules.iter().any(|name| name == rule))
            && (self.modes.is_empty() || self.modes.iter().any(|mode| mode == first.mode.word()))
            && known.admits(&self.audience, first.category, first.time.0)
    }

    fn is_one_period(&self, one: i64, other: i64) -> bool {
        match self.period.as_str() {
            "day" => day(one) == day(other),
            "week" => week(one).contains(&day(other)),
            _ => day(one).1 == day(other).1,
        }
    }

    fn at_most_at(&self, time: i64) -> i64 {
        if !self.by_days {
            return self.at_most;
        }
        let month = day(time).1;
        let days = week(time).iter().filter(|day| day.1 == month).count();
        self.at_most * i64::try_from(days).unwrap() / 7
    }
}

/// Monday to Sunday around a time.
fn week(time: i64) -> Vec<Day> {
    let days = (time + 8 * 3_600).div_euclid(86_400);
    // The first of January 1970 was a Thursday.
    let monday = time - (days + 3) % 7 * 86_400;
    (0..7).map(|after| day(monday + after * 86_400)).collect()
}
