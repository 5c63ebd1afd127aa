//! The networks of routes and the areas of stops.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_words::Mode;

use super::super::archive::Files;
use super::super::feed::Feed;
use super::super::legs::{Asked, Names};
use super::super::report::{Kind, Report};
use super::super::sheet::rows;

/// Networks and areas by number.
pub(super) struct Places {
    networks: Names,
    pub(super) areas: Names,
    /// By route, in the order of the feed.
    pub(super) networks_of: Vec<Option<u32>>,
    /// By stop, in the order of the feed.
    pub(super) areas_of: Vec<Vec<u32>>,
}

impl Places {
    pub(super) fn read(files: &Files, feed: &Feed, report: &mut Report) -> Self {
        let mut places = Self {
            networks: Names::default(),
            areas: Names::default(),
            networks_of: Vec::new(),
            areas_of: Vec::new(),
        };
        read_names(
            files,
            ("networks.txt", "network_id"),
            &mut places.networks,
            report,
        );
        read_names(files, ("areas.txt", "area_id"), &mut places.areas, report);
        places.read_route_networks(files, feed, report);
        places.read_stop_areas(files, feed, report);
        places
    }

    /// What a leg rule asks for. Errors say what is not there.
    pub(super) fn find_asked(&self, [network, from, to]: [&str; 3]) -> Result<Asked, String> {
        let find = |names: &Names, kind: &str, name: &str| match names.find(name) {
            _ if name.is_empty() => Ok(None),
            Some(number) => Ok(Some(number)),
            None => Err(format!("there is no {kind} {name}; the rule fits no leg")),
        };
        Ok([
            find(&self.networks, "network", network)?,
            find(&self.areas, "area", from)?,
            find(&self.areas, "area", to)?,
        ])
    }

    fn read_route_networks(&mut self, files: &Files, feed: &Feed, report: &mut Report) {
        const FILE: &str = "route_networks.txt";
        let routes = feed.routes.iter().map(|route| route.id.as_str());
        let routes: BTreeMap<&str, usize> = routes.zip(0..).collect();
        self.networks_of = vec![None; feed.routes.len()];
        for (place, route) in feed.routes.iter().enumerate() {
            if !route.network.is_empty() {
                self.networks_of[place] = Some(self.networks.number(&route.network));
            }
        }
        let mut known = BTreeSet::new();
        let columns = ["network_id", "route_id"];
        rows(files, (FILE, 2, columns), report, |row, report| {
            let at = (FILE, row.line);
            let [network, route] = row.texts();
            let Some(place) = routes.get(route.as_str()).copied() else {
                let what = format!("there is no route {route}; the row is left out");
                return report.add(Kind::Unreadable, at, what);
            };
            let Some(number) = self.networks.find(&network) else {
                let what = format!("there is no network {network}; the row is left out");
                return report.add(Kind::Unreadable, at, what);
            };
            if !known.insert(place) {
                let what = format!("route {route} is in a network already; the first row counts");
                return report.add(Kind::Unreadable, at, what);
            }
            let before = self.networks_of[place].replace(number);
            if before.is_some_and(|before| before != number) {
                let what =
                    format!("routes.txt names another network of route {route}; this counts");
                report.add(Kind::Assumed, at, what);
            }
        });
    }

    /// A stop lies in the areas it is listed with; where it is not listed, in those of its station.
    fn read_stop_areas(&mut self, files: &Files, feed: &Feed, report: &mut Report) {
        const FILE: &str = "stop_areas.txt";
        let stops: BTreeSet<&str> = feed.stops.iter().map(|stop| stop.id.as_str()).collect();
        let mut areas_of: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let columns = ["area_id", "stop_id"];
        rows(files, (FILE, 2, columns), report, |row, report| {
            let at = (FILE, row.line);
            let [area, stop] = row.texts();
            let Some(number) = self.areas.find(&area) else {
                let what = format!("there is no area {area}; the row is left out");
                return report.add(Kind::Unreadable, at, what);
            };
            if !stops.contains(stop.as_str()) && !feed.stations.contains(&stop) {
                let what = format!("there is no stop {stop}; the row is left out");
                return report.add(Kind::Unreadable, at, what);
            }
            areas_of.entry(stop).or_default().push(number);
        });
        let areas = |stop: &super::super::feed::Stop| {
            let own = areas_of.get(&stop.id);
            own.or_else(|| areas_of.get(&stop.parent)).cloned()
        };
        let areas = feed
            .stops
            .iter()
            .map(|stop| areas(stop).unwrap_or_default());
        self.areas_of = areas.collect();
    }

    /// Legs that count as one. A rider changes unseen inside the gates of a metro, which is what
    /// most feeds say this way; elsewhere each ride has a tap of its own.
    pub(super) fn read_joins(&self, files: &Files, feed: &Feed, report: &mut Report) {
        const FILE: &str = "fare_leg_join_rules.txt";
        let mut joined = BTreeSet::new();
        let columns = [
            "from_network_id",
            "to_network_id",
            "from_stop_id",
            "to_stop_id",
        ];
        rows(files, (FILE, 2, columns), report, |row, report| {
            let at = (FILE, row.line);
            let [from, to, stop, other] = row.texts();
            let [one, two] = [&from, &to].map(|network| self.networks.find(network));
            let (Some(one), Some(two)) = (one, two) else {
                let what = format!("there is no network {from} or no network {to}");
                return report.add(Kind::Unreadable, at, what);
            };
            if one != two {
                let what = format!("legs of networks {from} and {to} as one leg");
                return report.add(Kind::NotExpressed, at, what);
            }
            let is_open = |mode| !matches!(mode, Mode::Metro | Mode::Brt);
            if self.modes_of(one, feed).any(is_open) {
                let what = format!("legs of network {from} as one leg, where each has its own tap");
                return report.add(Kind::NotExpressed, at, what);
            }
            joined.insert(one);
            if !(stop.is_empty() && other.is_empty()) {
                let what = format!("changes at every stop of network {from} count as one leg");
                report.add(Kind::Assumed, at, what);
            }
        });
        self.tell_unseen_changes(feed, &joined, report);
    }

    fn modes_of(&self, network: u32, feed: &Feed) -> impl Iterator<Item = Mode> {
        let routes = feed.routes.iter().zip(&self.networks_of);
        let of_it = routes.filter(move |(_, of)| **of == Some(network));
        of_it.map(|(route, _)| route.mode)
    }

    fn tell_unseen_changes(&self, feed: &Feed, joined: &BTreeSet<u32>, report: &mut Report) {
        for (number, network) in (0..).zip(&self.networks.names) {
            let modes = self.modes_of(number, feed);
            let gated = modes.filter(|mode| matches!(mode, Mode::Metro | Mode::Brt));
            if !joined.contains(&number) && gated.count() > 1 {
                let what = format!(
                    "changes inside the gates of network {network} are not seen: they count as \
                     one leg"
                );
                report.add(Kind::Assumed, "routes.txt", what);
            }
        }
    }
}

fn read_names(
    files: &Files,
    (file, column): (&'static str, &'static str),
    names: &mut Names,
    report: &mut Report,
) {
    rows(files, (file, 1, [column]), report, |row, report| {
        let [id] = row.texts();
        if id.is_empty() || names.find(&id).is_some() {
            let what = format!("{column} {id:?} is missing or stands twice; the row is left out");
            return report.add(Kind::Unreadable, (file, row.line), what);
        }
        names.number(&id);
    });
}
