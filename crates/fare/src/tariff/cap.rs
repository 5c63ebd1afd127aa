//! The most that is paid in a day, a week or a month.

use alloc::vec::Vec;

use ridecode_words::{Mode, ServiceDay, Text};

use super::{AccumulationKey, Audience};
use crate::names::Names;

/// A limit of what is paid in a period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cap {
    /// Its name within the tariff, and as riders know it.
    pub(crate) names: Names,
    /// Whose codes it adds up.
    pub(crate) per: AccumulationKey,
    /// How long.
    pub(crate) period: CapPeriod,
    /// The most that is paid, in minor units.
    pub(crate) at_most: i64,
    /// Rules whose fares count and are capped; every rule of the tariff if empty.
    pub(crate) rules: Vec<Text>,
    /// Modes of rides that count and are capped; every mode if empty.
    pub(crate) modes: Vec<Mode>,
    /// Whose rides and which times count and are capped.
    pub(crate) audience: Audience,
}

/// A stretch of service days in the tariff's zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CapPeriod {
    /// One service day.
    Day,
    /// From Monday to Sunday, and what a month cuts off of it.
    Week(WeekEdge),
    /// A calendar month.
    Month,
}

/// What holds in each part of a week that two months share. Bills are of months, so that each part
/// is capped by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WeekEdge {
    /// As many sevenths of the amount as the part has days, rounded down to a minor unit: both
    /// parts together never cost more than the cap.
    ByDays,
    /// The whole amount in each part.
    Whole,
}

impl Cap {
    /// Its names: within the tariff, and as riders know it.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// How long it is.
    pub fn period(&self) -> CapPeriod {
        self.period
    }

    /// The most that is paid, in minor units: of a whole week, if it is of weeks.
    pub fn at_most(&self) -> i64 {
        self.at_most
    }

    /// Whether it is for rides of a mode under a rule.
    pub(crate) fn is_for(&self, rule: &Text, mode: Mode) -> bool {
        (self.rules.is_empty() || self.rules.contains(rule))
            && (self.modes.is_empty() || self.modes.contains(&mode))
    }

    /// The most that is paid in the period a day lies in, in minor units.
    pub(crate) fn at_most_around(&self, day: ServiceDay) -> i64 {
        match self.period {
            CapPeriod::Day | CapPeriod::Month | CapPeriod::Week(WeekEdge::Whole) => self.at_most,
            CapPeriod::Week(WeekEdge::ByDays) => {
                let days = week_of(day).filter(|other| other.month() == day.month());
                let days = i64::try_from(days.count()).expect("at most seven");
                self.at_most * days / 7
            }
        }
    }
}

impl CapPeriod {
    /// Numbers the periods of a kind within a month, so that two days have one number exactly when
    /// they share a period.
    pub(crate) fn number(self, day: ServiceDay) -> i64 {
        match self {
            Self::Day => i64::from(day.0),
            Self::Week(_) => week_number(day),
            Self::Month => i64::from(day.month().number()),
        }
    }

    /// The word for it, in files and exports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week(_) => "week",
            Self::Month => "month",
        }
    }
}

/// 1970-01-01 was a Thursday: weeks change on the Monday before.
fn week_number(day: ServiceDay) -> i64 {
    (i64::from(day.0) + 3).div_euclid(7)
}

/// Monday to Sunday around a day.
fn week_of(day: ServiceDay) -> impl Iterator<Item = ServiceDay> {
    let weekday = i32::try_from((i64::from(day.0) + 3).rem_euclid(7)).expect("less than seven");
    let monday = day.0.saturating_sub(weekday);
    (0..7).map(move |after| ServiceDay(monday.saturating_add(after)))
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::*;
    use crate::example::TARIFF;
    use crate::tariff::Tariff;
    use crate::tariff::tests::refused_in;

    /// Appended to the example, the first line of it is line 40.
    const CAPS: &str = r#"[[cap]]
name = "week"
per = "issuer"
period = "week"
week_at_month_end = "by_days"
at_most = 5000
rules = ["metro"]
modes = ["metro"]

[[cap]]
name = "day"
period = "day"
at_most = 1500
"#;

    fn parse(caps: &str) -> Result<Tariff, String> {
        Tariff::parse(&format!("{TARIFF}\n{caps}")).map_err(|fault| format!("{fault}"))
    }

    #[test]
    fn a_wrong_cap_is_told_with_its_line() {
        let head = format!("{TARIFF}\n");
        let check = |old, new, line, what| refused_in([&head, CAPS], [old, new], line, what);
        check("name = \"week\"", "", 40, "`name` is missing");
        check("\"issuer\"", "\"card\"", 42, "\"rider\" or \"issuer\"");
        check(
            "period = \"week\"",
            "period = \"year\"",
            43,
            "\"day\", \"week\"",
        );
        check("period = \"week\"", "", 40, "`period` is missing");
        check("\"by_days\"", "\"never\"", 44, "\"by_days\"");
        check(
            "week_at_month_end = \"by_days\"",
            "",
            40,
            "`week_at_month_end`",
        );
        check("at_most = 5000", "at_most = -1", 45, "minor units");
        check("[\"metro\"]", "[\"tram\"]", 46, "names of rules");
        check("modes = [\"metro\"]", "modes = []", 47, "list of modes");
        check(
            "name = \"day\"",
            "name = \"week\"",
            49,
            "there is a week already",
        );
        check(
            "at_most = 1500",
            "at_most = 1500\nweek_at_month_end = \"whole\"",
            53,
            "left out",
        );
    }

    #[test]
    fn a_week_that_two_months_share_is_capped_in_both() {
        let tariff = parse(CAPS).unwrap();
        let check = |cap: usize, day: &str, at_most| {
            let day = day.parse().unwrap();
            assert_eq!(tariff.caps()[cap].at_most_around(day), at_most, "{day}");
        };
        // November 2026 begins on a Sunday and ends on a Monday.
        check(0, "2026-10-31", 4_285);
        check(0, "2026-11-01", 714);
        check(0, "2026-11-02", 5_000);
        check(0, "2026-11-30", 714);
        check(0, "2026-12-01", 4_285);
        check(1, "2026-11-30", 1_500);
        let whole = parse(&CAPS.replacen("by_days", "whole", 1)).unwrap();
        let day = "2026-11-01".parse().unwrap();
        assert_eq!(whole.caps()[0].at_most_around(day), 5_000);
    }

    #[test]
    fn days_share_the_periods_they_lie_in() {
        let day = |text: &str| text.parse().unwrap();
        let check = |period: CapPeriod, one, other, expected| {
            let share = period.number(day(one)) == period.number(day(other));
            assert_eq!(share, expected, "{period:?} {one} {other}");
        };
        let week = CapPeriod::Week(WeekEdge::Whole);
        check(week, "2026-11-16", "2026-11-22", true);
        check(week, "2026-11-15", "2026-11-16", false);
        check(CapPeriod::Day, "2026-11-15", "2026-11-16", false);
        check(CapPeriod::Month, "2026-11-01", "2026-11-30", true);
        check(CapPeriod::Month, "2026-11-30", "2026-12-01", false);
    }
}
