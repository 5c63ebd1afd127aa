//! Every tariff and network, for the edge to build once and everyone to read.

use alloc::string::String;
use alloc::vec::Vec;

use jiff::tz::TimeZone;
use ridecode_words::{LineId, Month, ServiceDay, StopId, Text, UnixSeconds};

use crate::names::Names;
use crate::network::{LineRecord, Network, StopRecord};
use crate::tap::Tap;
use crate::tariff::{Audience, Concession, Moment, Price, Rule, Tariff, moment_in, offset_s};

/// Every tariff and network in force at any time.
#[derive(Clone, Debug, Default)]
pub struct TariffBook {
    /// Ascending by name.
    networks: Vec<Network>,
    /// Ascending by city, name and first day in force.
    tariffs: Vec<Tariff>,
    /// Whether every rule is for all riders at any time.
    is_for_everyone: bool,
}

/// Tariffs and networks that do not fit together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BookFault {
    /// Two networks with one name.
    #[error("there are two networks {0}; give each its own network_id")]
    RepeatedNetwork(Text),
    /// A rule of a network that is not there.
    #[error(
        "tariff {tariff}, rule {rule}: there is no network {network}; load its feed or correct the name"
    )]
    UnknownNetwork {
        /// The tariff.
        tariff: Text,
        /// The rule.
        rule: Text,
        /// The network it names.
        network: Text,
    },
    /// A rule of a line that is not there.
    #[error(
        "tariff {tariff}, rule {rule}: there is no line {line}; load its feed or correct the route_id"
    )]
    UnknownLine {
        /// The tariff.
        tariff: Text,
        /// The rule.
        rule: Text,
        /// The line it names.
        line: LineId,
    },
    /// A rule whose fare continues at a stop that is not in its network.
    #[error(
        "tariff {tariff}, rule {rule}: its network has no stop {stop}; load its feed or correct the stop_id"
    )]
    UnknownStop {
        /// The tariff.
        tariff: Text,
        /// The rule.
        rule: Text,
        /// The stop it names.
        stop: StopId,
    },
    /// Two versions of a tariff are in force on one day.
    #[error(
        "tariff {tariff}: two versions are in force on {day}; end the earlier one with valid_until"
    )]
    Overlap {
        /// The tariff.
        tariff: Text,
        /// The first such day.
        day: ServiceDay,
    },
}

/// The rule a tap falls under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Applied<'a> {
    pub(crate) tariff: &'a Tariff,
    pub(crate) rule: &'a Rule,
    pub(crate) network: Option<&'a Network>,
}

impl<'a> Applied<'a> {
    /// What a ride that begins with a tap costs less for its rider at its time.
    pub(crate) fn find_concession(&self, first: &Tap) -> Option<&'a Concession> {
        if self.tariff.concessions.is_empty() {
            return None;
        }
        let moment = self.tariff.moment_of(first.time);
        self.tariff
            .find_concession(self.rule, first.category, moment)
    }
}

/// A stretch of time, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeRange {
    /// The first second.
    pub from: UnixSeconds,
    /// The last second.
    pub until: UnixSeconds,
}

impl TariffBook {
    /// Checks that networks and tariffs fit together. The order of the arguments does not matter.
    pub fn new(mut networks: Vec<Network>, mut tariffs: Vec<Tariff>) -> Result<Self, BookFault> {
        networks.sort_by(|a, b| a.name().cmp(b.name()));
        if let Some(pair) = networks
            .windows(2)
            .find(|pair| pair[0].name() == pair[1].name())
        {
            return Err(BookFault::RepeatedNetwork(pair[0].name().clone()));
        }
        tariffs.sort_by(|a, b| {
            let key = |tariff: &Tariff| {
                let reference = &tariff.reference;
                (
                    tariff.city.clone(),
                    reference.name.clone(),
                    tariff.valid_from,
                    reference.version.clone(),
                    reference.hash,
                )
            };
            key(a).cmp(&key(b))
        });
        let mut rules = tariffs.iter().flat_map(|tariff| &tariff.rules);
        let is_for_everyone = rules.all(|rule| rule.audience == Audience::EVERYONE);
        let book = Self {
            networks,
            tariffs,
            is_for_everyone,
        };
        book.check()?;
        Ok(book)
    }

    fn check(&self) -> Result<(), BookFault> {
        for pair in self.tariffs.windows(2) {
            let (earlier, later) = (&pair[0], &pair[1]);
            if earlier.reference.name == later.reference.name
                && earlier.is_in_force(later.valid_from)
            {
                return Err(BookFault::Overlap {
                    tariff: later.reference.name.clone(),
                    day: later.valid_from,
                });
            }
        }
        for tariff in &self.tariffs {
            for rule in &tariff.rules {
                self.check_rule(tariff, rule)?;
            }
        }
        Ok(())
    }

    fn check_rule(&self, tariff: &Tariff, rule: &Rule) -> Result<(), BookFault> {
        if let Some(network) = &rule.network
            && self.find_network(network).is_none()
        {
            return Err(BookFault::UnknownNetwork {
                tariff: tariff.reference.name.clone(),
                rule: rule.name.clone(),
                network: network.clone(),
            });
        }
        // Zones list their own stops: lines of such a rule need no feed.
        let lines = match rule.price {
            Price::Zones(_) => &[],
            Price::Flat(_) | Price::Ladder(_) => rule.lines.as_slice(),
        };
        for line in lines {
            if self.find_line(line).is_none() {
                return Err(BookFault::UnknownLine {
                    tariff: tariff.reference.name.clone(),
                    rule: rule.name.clone(),
                    line: line.clone(),
                });
            }
        }
        let network = rule.network.as_ref();
        let network = network.and_then(|network| self.find_network(network));
        let known =
            |stop: &&StopId| network.is_none_or(|network| network.find_stop(stop).is_some());
        let stops = rule.continues.iter().flat_map(|continues| &continues.pairs);
        match stops.flatten().find(|stop| !known(stop)) {
            None => Ok(()),
            Some(stop) => Err(BookFault::UnknownStop {
                tariff: tariff.reference.name.clone(),
                rule: rule.name.clone(),
                stop: stop.clone(),
            }),
        }
    }

    /// Every network, ascending by name.
    pub fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// Every tariff, ascending by city, name and first day in force.
    pub fn tariffs(&self) -> &[Tariff] {
        &self.tariffs
    }

    /// The keys of the cities, ascending, each once.
    pub fn cities(&self) -> Vec<&Text> {
        let mut cities: Vec<_> = self.tariffs.iter().map(Tariff::city).collect();
        cities.dedup();
        cities
    }

    /// The network of a name.
    pub fn find_network(&self, name: &Text) -> Option<&Network> {
        let place = self
            .networks
            .binary_search_by(|network| network.name().cmp(name));
        place.ok().map(|place| &self.networks[place])
    }

    /// The line of an id, in whichever network it runs.
    pub fn find_line(&self, line: &LineId) -> Option<&LineRecord> {
        self.networks
            .iter()
            .find_map(|network| network.find_line(line))
    }

    /// The stop of an id, in whichever network it lies.
    pub fn find_stop(&self, stop: &StopId) -> Option<&StopRecord> {
        self.networks
            .iter()
            .find_map(|network| network.find_stop(stop))
    }

    /// The names of a stop; its id where no feed knows it.
    pub fn names_of(&self, stop: &StopId) -> Names {
        self.find_stop(stop)
            .map_or_else(|| Names::new(stop.0.clone()), |record| record.names.clone())
    }

    /// The month a tap falls in, in the zone of its tariff.
    pub fn month_of(&self, tap: &Tap) -> Month {
        self.day_of(tap).month()
    }

    /// The service day a tap falls in, in the zone of its tariff.
    pub fn day_of(&self, tap: &Tap) -> ServiceDay {
        match self.find_tariff(tap) {
            Some(tariff) => tariff.day_of(tap.time),
            None => moment_in(&self.zone(), tap.time).day,
        }
    }

    /// When a service day is over in the zone of every tariff.
    pub fn end_of(&self, day: ServiceDay) -> UnixSeconds {
        let next = ServiceDay(day.0.saturating_add(1));
        let ends = self.tariffs.iter().map(|tariff| tariff.time_at(next, 0));
        let in_utc = UnixSeconds(i64::from(next.0) * 86_400);
        ends.max().unwrap_or(in_utc)
    }

    /// The tariff whose rule a tap falls under, if there is one in force on its day.
    pub fn find_tariff(&self, tap: &Tap) -> Option<&Tariff> {
        let rule = self.find_rule(tap);
        let applied = rule.or_else(|| self.find_gates(tap, rule));
        applied.map(|applied| applied.tariff)
    }

    /// Seconds the clocks riders read are ahead of UTC at a tap: in the zone of its tariff.
    pub fn offset_s(&self, tap: &Tap) -> i32 {
        match self.find_tariff(tap) {
            Some(tariff) => offset_s(&tariff.zone, tap.time),
            None => offset_s(&self.zone(), tap.time),
        }
    }

    /// The taps a month's bill needs to see: the month in any time zone, and as much before and
    /// after it as a journey can last. More taps never change the bill.
    pub fn window(month: Month) -> TimeRange {
        let first_day = |month: Month| {
            let day = ServiceDay::from_civil(month.year, month.month, 1);
            UnixSeconds(day.map_or(0, |day| i64::from(day.0) * DAY_S))
        };
        let next = Month::from_number(month.number() + 1);
        let margin_s = JOURNEY_S_MAX + DAY_S;
        TimeRange {
            from: first_day(month).plus_s(-margin_s),
            until: first_day(next).plus_s(margin_s),
        }
    }

    /// Where days are counted when no tariff says so: as the first tariff does, or UTC.
    fn zone(&self) -> TimeZone {
        self.tariffs
            .first()
            .map_or(TimeZone::UTC, |tariff| tariff.zone.clone())
    }

    /// The rule a tap falls under: of the tariffs in force on its day the first rule that covers
    /// operator, mode, line and stop and is for the rider at that time.
    pub(crate) fn find_rule(&self, tap: &Tap) -> Option<Applied<'_>> {
        self.find_first(tap, |tariff, rule, moment| {
            rule.audience.admits(tap.category, moment, &tariff.calendar)
        })
    }

    /// The first rule that covers a tap, whomever and whenever it is for; `rule` is the one it falls
    /// under. It says which taps belong together: one may go in at one price and out when another
    /// holds.
    pub(crate) fn find_gates<'a>(
        &'a self,
        tap: &Tap,
        rule: Option<Applied<'a>>,
    ) -> Option<Applied<'a>> {
        if self.is_for_everyone {
            return rule;
        }
        self.find_first(tap, |_, _, _| true)
    }

    fn find_first(
        &self,
        tap: &Tap,
        is_for: impl Fn(&Tariff, &Rule, Moment) -> bool,
    ) -> Option<Applied<'_>> {
        self.tariffs.iter().find_map(|tariff| {
            let mut rules = tariff.rules.iter().filter(|rule| rule.covers(tap));
            let first = rules.next()?;
            // The day is worked out only for tariffs that would cover the tap.
            let moment = tariff.moment_of(tap.time);
            if !tariff.is_in_force(moment.day) {
                return None;
            }
            let rules = core::iter::once(first).chain(rules);
            let mut rules = rules.filter(|rule| is_for(tariff, rule, moment));
            rules.find_map(|rule| {
                let network = rule.network.as_ref().map(|name| {
                    self.find_network(name)
                        .expect("a book is checked to have every network of its rules")
                });
                let there = match (network, &tap.stop) {
                    (Some(network), Some(stop)) => network.find_stop(stop).is_some(),
                    (Some(_) | None, None) | (None, Some(_)) => true,
                };
                there.then_some(Applied {
                    tariff,
                    rule,
                    network,
                })
            })
        })
    }
}

/// Tells what the cities of a book are, for messages.
pub(crate) fn list_cities(book: &TariffBook) -> String {
    let cities: Vec<&str> = book.cities().iter().map(|city| city.as_str()).collect();
    cities.join(", ")
}

const DAY_S: i64 = 86_400;

/// No two taps of one journey, and no tap and its void, are further apart, in seconds.
pub(crate) const JOURNEY_S_MAX: i64 = 86_400;
