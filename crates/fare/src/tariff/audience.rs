//! Whom and when a rule is for: categories of riders, windows of time.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ridecode_words::{ServiceDay, Text};

use crate::names::Names;

/// A category of riders, such as students.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Category {
    /// Its name within the tariff, and as riders know it.
    pub(crate) names: Names,
    /// The issuers' codes for it. No code is in two categories.
    pub(crate) codes: Codes,
}

/// A set of the issuers' rider category codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Codes([u128; 2]);

/// A stretch of time that returns, such as the morning peak.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Window {
    /// Its name within the tariff, and as riders know it.
    pub(crate) names: Names,
    /// On days of these kinds; on every day if empty.
    pub(crate) days: Vec<DayKind>,
    /// From a second of the day up to another, the latter not included; all day if empty.
    pub(crate) times: Vec<[u32; 2]>,
}

/// What kind of day a service day is. A day that is listed by name is of that kind alone, and no
/// longer of its weekday's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DayKind {
    /// 0 is Monday, 6 is Sunday.
    Weekday(u8),
    /// The place of a list of dates in the tariff.
    Listed(usize),
}

/// The named lists of dates, such as holidays.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DayKinds {
    names: Vec<Text>,
    listed: BTreeMap<ServiceDay, usize>,
}

/// A local time in a tariff's zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment {
    /// The service day.
    pub day: ServiceDay,
    /// Seconds since its midnight, 0 to 86,399.
    pub second: u32,
}

/// Whom and when a rule or a concession is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audience {
    /// Riders of these codes.
    pub(crate) codes: Codes,
    /// First taps in one of these windows, by their place in the tariff; at any time if empty.
    pub(crate) windows: Vec<usize>,
}

/// A tariff's windows and lists of dates.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Calendar {
    pub(crate) kinds: DayKinds,
    pub(crate) windows: Vec<Window>,
}

impl Codes {
    /// No code.
    pub const NONE: Self = Self([0; 2]);
    /// Every code: all riders.
    pub const ALL: Self = Self([u128::MAX; 2]);

    /// Whether a code is in it.
    pub fn contains(self, code: u8) -> bool {
        self.0[usize::from(code / 128)] >> (code % 128) & 1 == 1
    }

    /// The codes of either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }

    /// Every code that is not in it.
    #[must_use]
    pub fn others(self) -> Self {
        Self(self.0.map(|half| !half))
    }

    /// The set of one code.
    pub fn of(code: u8) -> Self {
        let mut halves = [0; 2];
        halves[usize::from(code / 128)] = 1 << (code % 128);
        Self(halves)
    }

    /// Whether a code is in both.
    pub fn meets(self, other: Self) -> bool {
        self.0[0] & other.0[0] != 0 || self.0[1] & other.0[1] != 0
    }
}

impl DayKind {
    /// Weekdays as tariffs name them, from Monday.
    pub const WEEKDAYS: [&str; 7] = WEEKDAYS;
}

impl DayKinds {
    /// Lists a day under a name's place; `false` if it is listed already.
    pub(super) fn list(&mut self, day: ServiceDay, place: usize) -> bool {
        self.listed.insert(day, place).is_none()
    }

    /// Adds a name; gives its place.
    pub(super) fn name(&mut self, name: Text) -> usize {
        self.names.push(name);
        self.names.len() - 1
    }

    /// The kind of a name: a weekday in English, or a list.
    pub(super) fn find(&self, name: &str) -> Option<DayKind> {
        let listed = self.names.iter().position(|known| known.as_str() == name);
        let weekday = || WEEKDAYS.iter().position(|weekday| *weekday == name);
        listed.map(DayKind::Listed).or_else(|| {
            let weekday = u8::try_from(weekday()?).expect("a week has seven days");
            Some(DayKind::Weekday(weekday))
        })
    }

    /// The kind of a day.
    pub fn of(&self, day: ServiceDay) -> DayKind {
        // 1970-01-01 was a Thursday.
        let weekday = || (i64::from(day.0) + 3).rem_euclid(7);
        self.listed.get(&day).map_or_else(
            || DayKind::Weekday(u8::try_from(weekday()).expect("less than seven")),
            |place| DayKind::Listed(*place),
        )
    }
}

impl Window {
    fn holds(&self, kind: DayKind, second: u32) -> bool {
        let [mut times, mut days] = [self.times.is_empty(), self.days.is_empty()];
        times |= self
            .times
            .iter()
            .any(|[from, until]| (*from..*until).contains(&second));
        days |= self.days.contains(&kind);
        times && days
    }
}

impl Audience {
    /// Every rider at any time.
    pub const EVERYONE: Self = Self {
        codes: Codes::ALL,
        windows: Vec::new(),
    };

    /// Whether it is for a rider at a time.
    pub(crate) fn admits(&self, code: u8, moment: Moment, calendar: &Calendar) -> bool {
        self.codes.contains(code)
            && (self.windows.is_empty() || self.find_window(moment, calendar).is_some())
    }

    /// The first of its windows that holds a time.
    pub(crate) fn find_window<'t>(
        &self,
        moment: Moment,
        calendar: &'t Calendar,
    ) -> Option<&'t Window> {
        let kind = calendar.kinds.of(moment.day);
        let mut windows = self.windows.iter().map(|place| &calendar.windows[*place]);
        windows.find(|window| window.holds(kind, moment.second))
    }
}

/// Weekdays as tariffs name them, in order.
pub(super) const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

#[cfg(test)]
mod tests;
