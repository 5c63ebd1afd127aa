//! What fares need of a feed: routes with operator and mode, the stops they call at, zone, time
//! zone and validity.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_words::{Mode, ServiceDay};

use super::archive::Files;
use super::report::{Kind, Report};
use super::sheet::rows;

/// A route.
pub(super) struct Route {
    pub(super) id: String,
    pub(super) operator: u32,
    pub(super) mode: Mode,
    /// `network_id`; empty if it has none.
    pub(super) network: String,
    /// In routes.txt.
    pub(super) line: u64,
    /// Where its trips call, as places in [`Feed::stops`].
    pub(super) stops: BTreeSet<usize>,
}

/// A stop riders board or alight at.
pub(super) struct Stop {
    pub(super) id: String,
    /// `zone_id`; empty if it has none.
    pub(super) zone: String,
    /// `parent_station`; empty if it has none.
    pub(super) parent: String,
}

/// A feed, as far as it can be read.
#[derive(Default)]
pub(super) struct Feed {
    /// Agencies: `agency_id`, operator number, name.
    pub(super) agencies: Vec<(String, u32, String)>,
    pub(super) time_zone: Option<String>,
    pub(super) valid: [Option<ServiceDay>; 2],
    pub(super) stops: Vec<Stop>,
    /// The ids of stations, where gates may stand.
    pub(super) stations: BTreeSet<String>,
    /// In the order of the file.
    pub(super) routes: Vec<Route>,
}

impl Feed {
    pub(super) fn read(files: &Files, report: &mut Report) -> Self {
        let mut feed = Self::default();
        feed.read_agencies(files, report);
        feed.read_validity(files, report);
        feed.read_stops(files, report);
        feed.read_routes(files, report);
        feed.read_calls(files, report);
        feed
    }

    /// The operator of an `agency_id`; the first one where a feed leaves it out.
    pub(super) fn find_operator(&self, agency: &str) -> Option<u32> {
        let named = |known: &&(String, u32, String)| known.0 == agency;
        let first = || self.agencies.first().filter(|_| agency.is_empty());
        let found = self.agencies.iter().find(named).or_else(first);
        found.map(|known| known.1)
    }

    /// Whether a wrong `agency_id` can be told from a right one that means everybody.
    pub(super) fn tells_agencies_apart(&self) -> bool {
        self.agencies.len() > 1 && self.agencies.iter().any(|agency| !agency.0.is_empty())
    }

    fn read_agencies(&mut self, files: &Files, report: &mut Report) {
        let columns = ["agency_id", "agency_name", "agency_timezone"];
        rows(files, ("agency.txt", 0, columns), report, |row, _| {
            let [id, name, zone] = row.texts();
            self.time_zone.get_or_insert(zone);
            self.agencies.push((id, 0, name));
        });
        if self.agencies.is_empty() {
            let what = "no agency; routes are taken as those of operator 1".to_owned();
            report.add(Kind::Assumed, "agency.txt", what);
            self.agencies.push(Default::default());
        }
        // Operators are numbers: the agency_id where all are different numbers, else the place.
        let numbers: Option<BTreeSet<u32>> =
            self.agencies.iter().map(|a| a.0.parse().ok()).collect();
        let as_written = numbers.is_some_and(|numbers| numbers.len() == self.agencies.len());
        for (place, agency) in (1..).zip(&mut self.agencies) {
            let written = agency.0.parse().ok().filter(|_| as_written);
            agency.1 = written.unwrap_or(place);
        }
    }

    fn read_validity(&mut self, files: &Files, report: &mut Report) {
        const FILE: &str = "feed_info.txt";
        let columns = ["feed_start_date", "feed_end_date"];
        rows(files, (FILE, 0, columns), report, |row, report| {
            for column in 0..2 {
                let written = row.text(column);
                if written.is_empty() {
                    continue;
                }
                self.valid[column] = day(&written);
                if self.valid[column].is_none() {
                    let what = format!("{written:?} is no day such as 20261121; left out");
                    report.add(Kind::Unreadable, (FILE, row.line), what);
                }
            }
            if let [Some(from), Some(until)] = self.valid
                && until < from
            {
                self.valid[1] = None;
                let what = "the feed ends before it begins; its end is left out".to_owned();
                report.add(Kind::Unreadable, (FILE, row.line), what);
            }
        });
    }

    fn read_stops(&mut self, files: &Files, report: &mut Report) {
        let mut known = BTreeSet::new();
        let columns = ["stop_id", "zone_id", "parent_station", "location_type"];
        rows(files, ("stops.txt", 1, columns), report, |row, report| {
            let [id, mut zone, parent] = row.texts();
            let at = ("stops.txt", row.line);
            // Entrances, nodes and boarding areas are no places of a tap by themselves.
            if !matches!(row.bytes(3), b"" | b"0" | b"1") {
                return;
            }
            if !is_id(&id) {
                return report.add(Kind::Unreadable, at, no_id("stop_id"));
            }
            if !known.insert(id.clone()) {
                let what = format!("stop_id {id} stands twice; the first row counts");
                return report.add(Kind::Unreadable, at, what);
            }
            if row.bytes(3) == b"1" {
                self.stations.insert(id);
                return;
            }
            if zone.len() > ridecode_words::Text::LENGTH_MAX {
                let what = format!("the zone_id of stop {id} is longer than 255 bytes; left out");
                report.add(Kind::Unreadable, at, what);
                zone.clear();
            }
            self.stops.push(Stop { id, zone, parent });
        });
    }

    fn read_routes(&mut self, files: &Files, report: &mut Report) {
        let mut known = BTreeSet::new();
        let columns = ["route_id", "agency_id", "route_type", "network_id"];
        rows(files, ("routes.txt", 1, columns), report, |row, report| {
            let at = ("routes.txt", row.line);
            let [id, agency, written, network] = row.texts();
            if !is_id(&id) {
                return report.add(Kind::Unreadable, at, no_id("route_id"));
            }
            if !known.insert(id.clone()) {
                let what = format!("route_id {id} stands twice; the first row counts");
                return report.add(Kind::Unreadable, at, what);
            }
            let operator = self.find_operator(&agency).unwrap_or_else(|| {
                let first = self.agencies[0].1;
                let what = format!("no agency {agency}; route {id} is taken as of {first}");
                report.add(Kind::Assumed, at, what);
                first
            });
            let (mode, exact) = mode(&written);
            if !exact {
                let what = format!("route_type {written:?} of route {id} is taken as {mode}");
                report.add(Kind::Assumed, at, what);
            }
            self.routes.push(Route {
                id,
                operator,
                mode,
                network,
                line: row.line,
                stops: BTreeSet::new(),
            });
        });
    }

    fn read_calls(&mut self, files: &Files, report: &mut Report) {
        let places = |ids: Vec<&str>| -> BTreeMap<Vec<u8>, usize> {
            let pairs = ids.into_iter().zip(0..);
            pairs
                .map(|(id, place)| (id.as_bytes().to_vec(), place))
                .collect()
        };
        let routes = places(self.routes.iter().map(|route| route.id.as_str()).collect());
        let stops = places(self.stops.iter().map(|stop| stop.id.as_str()).collect());
        let mut route_of_trip: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let columns = ["trip_id", "route_id"];
        rows(files, ("trips.txt", 2, columns), report, |row, report| {
            if let Some(route) = routes.get(row.bytes(1)) {
                route_of_trip.insert(row.bytes(0).to_vec(), *route);
            } else {
                let what = format!("there is no route {}; the trip is left out", row.text(1));
                report.add(Kind::Unreadable, ("trips.txt", row.line), what);
            }
        });
        // The rows of a trip stand together in most feeds: look its route up once.
        let mut last: (Vec<u8>, Option<usize>) = (Vec::new(), None);
        let columns = ["trip_id", "stop_id"];
        rows(
            files,
            ("stop_times.txt", 2, columns),
            report,
            |row, report| {
                if last.0 != row.bytes(0) {
                    last = (
                        row.bytes(0).to_vec(),
                        route_of_trip.get(row.bytes(0)).copied(),
                    );
                }
                let stop = stops.get(row.bytes(1)).copied();
                if let (Some(route), Some(stop)) = (last.1, stop) {
                    self.routes[route].stops.insert(stop);
                } else {
                    let what = format!(
                        "there is no trip {} or no stop {}; the row is left out",
                        row.text(0),
                        row.text(1)
                    );
                    report.add(Kind::Unreadable, ("stop_times.txt", row.line), what);
                }
            },
        );
        for route in &mut self.routes {
            if route.stops.is_empty() {
                let what = format!("route {} calls nowhere; it is given every stop", route.id);
                report.add(Kind::Assumed, "stop_times.txt", what);
                route.stops = (0..self.stops.len()).collect();
            }
        }
    }
}

/// The mode of a `route_type` (GTFS Schedule reference; extended route types of Google Transit),
/// and whether it is that mode exactly.
fn mode(route_type: &str) -> (Mode, bool) {
    match route_type.parse::<u16>() {
        Ok(0 | 5 | 900..=999) => (Mode::Tram, true),
        Ok(1 | 12 | 400..=405) => (Mode::Metro, true),
        // Gates and stations: what a rider meets is nearest to a metro.
        Ok(2 | 100..=117 | 300..=399) => (Mode::Metro, false),
        Ok(702) => (Mode::Brt, true),
        Ok(3 | 11 | 200..=299 | 700..=799 | 800) => (Mode::Bus, true),
        Ok(4 | 1000..=1099 | 1200) => (Mode::Ferry, true),
        Ok(6 | 7 | 1300..=1499) => (Mode::Cableway, true),
        Ok(_) | Err(_) => (Mode::Bus, false),
    }
}

/// A day written `20261121`.
pub(super) fn day(written: &str) -> Option<ServiceDay> {
    if written.len() != 8 || !written.is_ascii() {
        return None;
    }
    let (year, rest) = written.split_at(4);
    let (month, day) = rest.split_at(2);
    format!("{year}-{month}-{day}").parse().ok()
}

fn is_id(id: &str) -> bool {
    (1..=ridecode_words::Text::LENGTH_MAX).contains(&id.len())
}

fn no_id(column: &str) -> String {
    format!("{column} must have 1 to 255 bytes; the row is left out")
}
