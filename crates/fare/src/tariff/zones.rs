//! Prices by zone or by pair of stops, as GTFS Fares v1 and v2 write them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ridecode_words::{StopId, Text};

/// A price for each pair of zones, and the zone of each stop. A zone of one stop makes it a price
/// for a pair of stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zones {
    /// The reader refuses a zone that is named twice.
    names: Vec<Text>,
    /// By stop: the place of its zone in `names`.
    zone_of: BTreeMap<StopId, usize>,
    /// From zone and to zone. Never empty.
    fares: BTreeMap<(usize, usize), PairFare>,
    /// Groups of fares that leg transfers name, each once.
    groups: Vec<Text>,
}

/// The fare of a pair of zones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PairFare {
    /// In minor units.
    pub(super) minor: i64,
    /// The place of its group, if it is in one.
    pub(super) group: Option<usize>,
}

/// A fare between two zones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ZoneFare<'a> {
    /// The zone of the way in.
    pub from: &'a Text,
    /// The zone of the way out.
    pub to: &'a Text,
    /// In minor units.
    pub minor: i64,
    /// The group it is in, for leg transfers.
    pub group: Option<&'a Text>,
}

impl Zones {
    /// Every zone is in `names`, every group in `groups`, and there is at least one fare: the reader
    /// checks all of it.
    pub(super) fn new(
        (names, groups): (Vec<Text>, Vec<Text>),
        zone_of: BTreeMap<StopId, usize>,
        fares: BTreeMap<(usize, usize), PairFare>,
    ) -> Self {
        assert!(!fares.is_empty());
        assert!(zone_of.values().all(|zone| *zone < names.len()));
        Self {
            names,
            zone_of,
            fares,
            groups,
        }
    }

    /// The stops with a zone, ascending.
    pub fn stops(&self) -> impl Iterator<Item = &StopId> {
        self.zone_of.keys()
    }

    /// The zones, as the file names them.
    pub fn names(&self) -> &[Text] {
        &self.names
    }

    /// The groups of its fares.
    pub fn groups(&self) -> &[Text] {
        &self.groups
    }

    /// Whether a stop has a zone here.
    pub fn serves(&self, stop: &StopId) -> bool {
        self.zone_of.contains_key(stop)
    }

    /// The fare from a stop to a stop. `None` if one has no zone or the pair has no fare.
    pub fn find_fare(&self, from: &StopId, to: &StopId) -> Option<ZoneFare<'_>> {
        let (from, to) = (*self.zone_of.get(from)?, *self.zone_of.get(to)?);
        let fare = self.fares.get(&(from, to))?;
        Some(ZoneFare {
            from: &self.names[from],
            to: &self.names[to],
            minor: fare.minor,
            group: self.group(fare),
        })
    }

    /// The dearest fare to a stop in minor units, if any zone has a fare there.
    pub fn find_dearest_to(&self, to: &StopId) -> Option<i64> {
        let to = self.zone_of.get(to)?;
        let to_it = self.fares.iter().filter(|((_, zone), _)| zone == to);
        to_it.map(|(_, fare)| fare.minor).max()
    }

    /// The dearest fare from a stop in minor units, if any zone has a fare from there.
    pub fn find_dearest_from(&self, from: &StopId) -> Option<i64> {
        let from = self.zone_of.get(from)?;
        let from_it = self.fares.iter().filter(|((zone, _), _)| zone == from);
        from_it.map(|(_, fare)| fare.minor).max()
    }

    /// The cheapest fare from a stop in minor units, if its zone has a fare.
    pub fn find_cheapest_from(&self, from: &StopId) -> Option<i64> {
        let from = self.zone_of.get(from)?;
        let from_it = self.fares.iter().filter(|((zone, _), _)| zone == from);
        from_it.map(|(_, fare)| fare.minor).min()
    }

    /// The cheapest fare to a stop in minor units, if any zone has a fare there.
    pub fn find_cheapest_to(&self, to: &StopId) -> Option<i64> {
        let to = self.zone_of.get(to)?;
        let to_it = self.fares.iter().filter(|((_, zone), _)| zone == to);
        to_it.map(|(_, fare)| fare.minor).min()
    }

    /// The one price of every fare in minor units: then a single tap can be priced.
    pub fn find_only_price(&self) -> Option<i64> {
        let lowest = self.lowest();
        let every_pair = self.fares.len() == self.names.len() * self.names.len();
        let same = self.fares.values().all(|fare| fare.minor == lowest);
        (every_pair && same).then_some(lowest)
    }

    /// The one group every fare is in.
    pub fn find_only_group(&self) -> Option<&Text> {
        let mut fares = self.fares.values();
        let first = fares.next()?;
        let is_same = fares.all(|fare| fare.group == first.group);
        self.group(first).filter(|_| is_same)
    }

    fn group(&self, fare: &PairFare) -> Option<&Text> {
        fare.group.map(|place| &self.groups[place])
    }

    /// The lowest price in minor units.
    pub fn lowest(&self) -> i64 {
        // The reader refuses zones without fares.
        let prices = self.fares.values().map(|fare| fare.minor);
        prices.min().expect("zones have a fare")
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use alloc::vec::Vec;

    use crate::example;
    use crate::tariff::{Price, Tariff};

    use super::*;

    const ZONES: &str = "zones = { stops = [[\"A\", [\"a1\", \"a2\"]], [\"B\", [\"b\"]]], \
                         fares = [[\"A\", \"B\", 250], [\"B\", \"A\", 300]] }";

    fn parse(zones: &str) -> Result<Tariff, String> {
        // The rules of buses, at line 25 of the example, are priced by zones.
        let text = example::TARIFF.replacen("flat = 200", zones, 1);
        Tariff::parse(&text).map_err(|fault| fault.to_string())
    }

    #[test]
    fn wrong_zones_are_told_with_their_line() {
        let check = |old: &str, new: &str, what: &str| {
            assert!(ZONES.contains(old), "{old}");
            let fault = parse(&ZONES.replacen(old, new, 1)).unwrap_err();
            assert!(fault.starts_with("line 2"), "{fault}");
            assert!(fault.contains(what), "{fault}");
        };
        check("[\"b\"]", "[\"a1\"]", "has a zone already");
        check("[\"B\", [", "[\"A\", [", "stands twice");
        check(
            "[\"A\", \"B\", 250]",
            "[\"A\", \"C\", 250]",
            "between zones listed",
        );
        check(
            "[\"B\", \"A\", 300]",
            "[\"A\", \"B\", 300]",
            "this pair stands twice",
        );
        check("250", "-250", "amount in minor units");
        check(
            "[\"A\", \"B\", 250], [\"B\", \"A\", 300]",
            "",
            "at least one",
        );
        check("[\"b\"]", "\"b\"", "from zone");
        check("fares =", "fare =", "`fares` is missing");
        check(
            " }",
            " }\nnetwork = \"example-metro\"",
            "leave out `network`",
        );
        check(" }", " }\nflat = 200", "one price");
    }

    #[test]
    fn a_fare_is_that_of_the_pair_of_zones() {
        let tariff = parse(ZONES).unwrap();
        let rule = &tariff.rules()[1];
        let Price::Zones(zones) = rule.price() else {
            panic!("priced by zones");
        };
        let check = |from: &str, to: &str, minor| {
            let [from, to] = [from, to].map(|stop| StopId(Text::new(stop).unwrap()));
            let fare = zones.find_fare(&from, &to).map(|fare| fare.minor);
            assert_eq!(fare, minor, "{from:?} {to:?}");
        };
        check("a1", "b", Some(250));
        check("a2", "b", Some(250));
        check("b", "a1", Some(300));
        check("a1", "a2", None);
        check("a1", "c", None);
        assert_eq!(zones.find_only_price(), None);
        assert_eq!(zones.lowest(), 250);
        let rows: Vec<String> = tariff
            .zone_fares()
            .map(|(from, to, fare)| {
                alloc::format!("{} {} {}", from.as_str(), to.as_str(), fare.minor)
            })
            .collect();
        assert_eq!(rows, ["a1 b 250", "a2 b 250", "b a1 300", "b a2 300"]);
    }
}
