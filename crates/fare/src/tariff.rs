//! Tariffs: rules as data.
//!
//! A tariff is one version of a city's rules, read from TOML (docs/tariffs.md). Rules stand in
//! order of precedence: the first that covers a tap prices it. New kinds of rules become new
//! variants of [`Price`] or new fields of [`Rule`]; no city ever becomes code.

mod accumulation;
mod audience;
mod cap;
mod concession;
mod fields;
mod ladder;
mod leg_transfer;
mod read;
mod tiers;
mod transfer;
mod zones;

use alloc::vec::Vec;

use jiff::tz::TimeZone;
use ridecode_ledger::{Currency, Money};
use ridecode_words::{LineId, Mode, OperatorId, ServiceDay, StopId, Text, UnixSeconds};

use crate::network::LineRecord;
use crate::tap::Tap;

pub use accumulation::{Accumulation, AccumulationKey, BandPart, Discounted, Straddle};
pub use audience::{Audience, Calendar, Category, Codes, DayKind, DayKinds, Moment, Window};
pub use cap::{Cap, CapPeriod, WeekEdge};
pub use concession::{Concession, Pays};
pub use ladder::Ladder;
pub use leg_transfer::{LegTransfer, TransferLimit, TransferPays};
pub use tiers::Tiers;
pub(crate) use tiers::rounded;
pub use transfer::{Continuation, MeasuredFrom, Transfer, TransferOff};
pub use zones::{ZoneFare, Zones};

/// Which table priced a fare: its name, version and the SHA-256 of its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TariffRef {
    /// Its name.
    pub name: Text,
    /// Its version.
    pub version: Text,
    /// SHA-256 of its text.
    pub hash: [u8; 32],
}

/// One version of a city's rules.
#[derive(Clone, Debug)]
pub struct Tariff {
    /// Name, version and hash.
    pub(crate) reference: TariffRef,
    /// The key of the city riders pick.
    pub(crate) city: Text,
    /// Days and months are counted here.
    pub(crate) zone: TimeZone,
    /// Of every amount in it.
    pub(crate) currency: Currency,
    /// The first service day it is in force.
    pub(crate) valid_from: ServiceDay,
    /// The last one, if it ends.
    pub(crate) valid_until: Option<ServiceDay>,
    /// Riders with fares of their own.
    pub(crate) categories: Vec<Category>,
    /// Its windows of time and lists of dates.
    pub(crate) calendar: Calendar,
    /// In order of precedence.
    pub(crate) rules: Vec<Rule>,
    /// What some riders or some times pay less, in order of precedence.
    pub(crate) concessions: Vec<Concession>,
    /// What is taken off for the ride before, in order of precedence.
    pub(crate) transfers: Vec<Transfer>,
    /// What rides cost that follow others, by the groups of their fares, in order of precedence.
    pub(crate) leg_transfers: Vec<LegTransfer>,
    /// What is taken off for what was paid this month, if anything.
    pub(crate) accumulation: Option<Accumulation>,
    /// The most that is paid in a period.
    pub(crate) caps: Vec<Cap>,
}

/// What one group of taps costs.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name within the tariff.
    pub(crate) name: Text,
    /// The operators it covers.
    pub(crate) operators: Vec<OperatorId>,
    /// The modes it covers.
    pub(crate) modes: Vec<Mode>,
    /// The lines it covers; every line if empty.
    pub(crate) lines: Vec<LineId>,
    /// Whom and when it is for.
    pub(crate) audience: Audience,
    /// The network it covers; a tap at a stop elsewhere is not covered.
    pub(crate) network: Option<Text>,
    /// The price of a complete journey.
    pub(crate) price: Price,
    /// How much of which part of it is paid, if not all.
    pub(crate) tiers: Option<Tiers>,
    /// Where going out and in again continues the fare, if anywhere.
    pub(crate) continues: Option<Continuation>,
    /// Whether what is paid counts for the accumulation, and is discounted by it.
    pub(crate) accumulates: bool,
    /// In and out at one stop within so many seconds costs nothing; never if 0.
    pub(crate) same_station_s: u32,
    /// Longer inside than this costs more, if there is a limit.
    pub(crate) overstay: Option<Overstay>,
    /// How long a missing tap is waited for, in seconds.
    pub(crate) missing_tap_wait_s: u32,
    /// What the journey costs without it.
    pub(crate) missing_tap: MissingTapCharge,
}

/// How a journey is priced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Price {
    /// The same for every ride, in minor units.
    Flat(i64),
    /// By the length of the shortest path.
    Ladder(Ladder),
    /// By the zones of the stops of both taps.
    Zones(Zones),
}

/// A limit of the time inside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overstay {
    /// Seconds allowed from the way in to the way out.
    pub limit_s: u32,
    /// What is charged.
    pub charge: OverstayCharge,
    /// Whether it comes on top of the fare or in its place.
    pub on_top: bool,
}

/// What an overstay costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OverstayCharge {
    /// An amount in minor units.
    Minor(i64),
    /// The dearest fare of the network to the stop of the way out.
    DearestToExit,
}

/// What a ride with a missing tap costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MissingTapCharge {
    /// An amount in minor units.
    Minor(i64),
    /// The dearest fare from the stop of the way in, or to that of the way out.
    Dearest,
}

/// A tariff that is refused, with the line it is wrong on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct TariffFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub what: alloc::string::String,
}

impl TariffRef {
    /// The first eight hex digits of the hash, for people.
    pub fn short_hash(&self) -> alloc::string::String {
        let digits = self.hash.iter().take(4);
        digits.map(|byte| alloc::format!("{byte:02x}")).collect()
    }
}

impl Tariff {
    /// The longest tariff text, in bytes.
    pub const TEXT_MAX: usize = 4 << 20;
    /// The highest amount of a rule, in minor units: 10,000,000.00 yuan.
    pub const AMOUNT_MAX: i64 = 1_000_000_000;

    /// Reads and checks a tariff file. The first fault is told with its line and its remedy.
    pub fn parse(text: &str) -> Result<Self, TariffFault> {
        read::tariff(text)
    }

    /// Name, version and hash.
    pub fn reference(&self) -> &TariffRef {
        &self.reference
    }

    /// The key of its city, such as `guangzhou`.
    pub fn city(&self) -> &Text {
        &self.city
    }

    /// Of every amount in it.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The first service day it is in force.
    pub fn valid_from(&self) -> ServiceDay {
        self.valid_from
    }

    /// The last service day it is in force, if it ends.
    pub fn valid_until(&self) -> Option<ServiceDay> {
        self.valid_until
    }

    /// Its rules, in order of precedence.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Riders with fares of their own.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// Its windows of time and lists of dates.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What some riders or some times pay less, in order of precedence.
    pub fn concessions(&self) -> &[Concession] {
        &self.concessions
    }

    /// What is taken off for what was paid this month, if anything.
    pub fn accumulation(&self) -> Option<&Accumulation> {
        self.accumulation.as_ref()
    }

    /// Every fare between two stops of its zones, by rule and then in the order of the stops'
    /// ids, for ordinary riders. A pair that several rules price stands with the first of them
    /// that is for any time, or else with the first.
    pub fn zone_fares(&self) -> impl Iterator<Item = (&StopId, &StopId, Money)> {
        let zones = self.rules.iter().filter_map(Rule::find_ordinary_zones);
        let mut zones: Vec<(&Zones, bool)> = zones.collect();
        zones.sort_by_key(|(_, is_windowed)| *is_windowed);
        let pairs = (0..zones.len()).flat_map(move |place| {
            let earlier: Vec<&Zones> = zones[..place].iter().map(|zones| zones.0).collect();
            let zones = zones[place].0;
            let pairs = zones
                .stops()
                .flat_map(move |from| zones.stops().map(move |to| (from, to)));
            pairs.filter_map(move |(from, to)| {
                let fare = zones.find_fare(from, to)?;
                let mut earlier = earlier.iter();
                let is_first = !earlier.any(|zones| zones.find_fare(from, to).is_some());
                is_first.then_some((from, to, fare.minor))
            })
        });
        pairs.map(|(from, to, minor)| (from, to, self.money(minor)))
    }

    /// The most that is paid in a period, as the file lists them.
    pub fn caps(&self) -> &[Cap] {
        &self.caps
    }

    /// The networks its rules name, in order of precedence.
    pub fn networks(&self) -> impl Iterator<Item = &Text> {
        self.rules.iter().filter_map(|rule| rule.network.as_ref())
    }

    /// Whether it is in force on a service day.
    pub fn is_in_force(&self, day: ServiceDay) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|last| day <= last)
    }

    /// The service day of a time, in the tariff's zone.
    pub fn day_of(&self, time: UnixSeconds) -> ServiceDay {
        self.moment_of(time).day
    }

    /// The local time in the tariff's zone.
    pub fn moment_of(&self, time: UnixSeconds) -> Moment {
        moment_in(&self.zone, time)
    }

    /// The first concession for a ride under one of its rules.
    pub(crate) fn find_concession(
        &self,
        rule: &Rule,
        code: u8,
        moment: Moment,
    ) -> Option<&Concession> {
        self.concessions.iter().find(|concession| {
            concession.is_for(&rule.name)
                && concession.audience.admits(code, moment, &self.calendar)
        })
    }

    /// The time of a service day at so many seconds since midnight by clocks in the tariff's zone;
    /// within the hour that clocks skip or repeat, one of the times it may be.
    pub(crate) fn time_at(&self, day: ServiceDay, second: u32) -> UnixSeconds {
        let by_clock = UnixSeconds(i64::from(day.0) * 86_400 + i64::from(second));
        let near = by_clock.plus_s(-i64::from(offset_s(&self.zone, by_clock)));
        by_clock.plus_s(-i64::from(offset_s(&self.zone, near)))
    }

    pub(crate) fn money(&self, minor: i64) -> Money {
        Money {
            minor,
            currency: self.currency,
        }
    }
}

impl Price {
    /// The lowest there is, in minor units.
    fn lowest(&self) -> i64 {
        match self {
            Self::Flat(minor) => *minor,
            Self::Ladder(ladder) => ladder.lowest(),
            Self::Zones(zones) => zones.lowest(),
        }
    }
}

impl Rule {
    /// Its name within the tariff.
    pub fn name(&self) -> &Text {
        &self.name
    }

    /// The price of a complete journey.
    pub fn price(&self) -> &Price {
        &self.price
    }

    /// Its zones, if they price it and it is for ordinary riders, and whether it is for some
    /// times only.
    fn find_ordinary_zones(&self) -> Option<(&Zones, bool)> {
        match &self.price {
            Price::Zones(zones) => {
                let is_windowed = !self.audience.windows.is_empty();
                let is_ordinary = self.audience.codes.contains(0);
                is_ordinary.then_some((zones, is_windowed))
            }
            Price::Flat(_) | Price::Ladder(_) => None,
        }
    }

    /// The network it covers, if it names one.
    pub fn network(&self) -> Option<&Text> {
        self.network.as_ref()
    }

    /// What is paid of a price in minor units, by its tiers.
    pub(crate) fn tiered(&self, price: i64) -> i64 {
        self.tiers.as_ref().map_or(price, |tiers| tiers.paid(price))
    }

    /// Whether a line is covered.
    pub(crate) fn runs(&self, line: &LineRecord) -> bool {
        self.operators.contains(&line.operator)
            && self.modes.contains(&line.mode)
            && (self.lines.is_empty() || self.lines.contains(&line.line))
    }

    /// Whether a tap is at a stop with a zone, if zones price the rule. A tap that does not say
    /// its stop may be at any.
    fn serves(&self, tap: &Tap) -> bool {
        match (&self.price, &tap.stop) {
            (Price::Zones(zones), Some(stop)) => zones.serves(stop),
            (Price::Flat(_) | Price::Ladder(_) | Price::Zones(_), _) => true,
        }
    }

    /// Whether operator, mode and line of a tap are covered. A tap without a line is covered:
    /// gates serve every line of their station.
    pub(crate) fn covers(&self, tap: &Tap) -> bool {
        self.operators.contains(&tap.operator)
            && self.modes.contains(&tap.mode)
            && (self.lines.is_empty()
                || tap
                    .line
                    .as_ref()
                    .is_none_or(|line| self.lines.contains(line)))
            && self.serves(tap)
    }
}

/// Seconds a zone is ahead of UTC at a time; 0 beyond the years -9999 to 9999.
pub(crate) fn offset_s(zone: &TimeZone, time: UnixSeconds) -> i32 {
    jiff::Timestamp::from_second(time.0).map_or(0, |timestamp| zone.to_offset(timestamp).seconds())
}

/// The local time in a zone. Times beyond the years -9999 to 9999 are taken as UTC.
pub(crate) fn moment_in(zone: &TimeZone, time: UnixSeconds) -> Moment {
    let local_s = time.plus_s(i64::from(offset_s(zone, time))).0;
    let days = local_s.div_euclid(86_400);
    let days = days.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    let second = u32::try_from(local_s.rem_euclid(86_400)).expect("less than a day");
    Moment {
        day: ServiceDay(i32::try_from(days).expect("clamped to 32 bits")),
        second,
    }
}

#[cfg(test)]
mod tests;
