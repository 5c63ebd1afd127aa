//! GTFS Fares v1: `fare_attributes.txt` and `fare_rules.txt`.
//!
//! Of the fares whose route, origin and destination fit a ride the cheapest counts; a fare without
//! rules fits every ride (GTFS Schedule reference).

mod passed;

use std::collections::{BTreeMap, BTreeSet};

use super::amount::{self, Written};
use super::archive::Files;
use super::feed::Feed;
use super::legs::{Asked, Legs, Names, Offer, Passed};
use super::report::{Kind, Report};
use super::sheet::rows;
use super::transfers::{COUNT_MAX, Pays, Transfer, WITHIN_S_MAX};

/// Fares being read.
struct Fares<'a> {
    feed: &'a Feed,
    currency: Option<String>,
    /// By `fare_id`.
    fares: BTreeMap<String, Fare>,
    /// What asks for what, and the zones a ride must pass.
    rules: BTreeMap<(Asked, String), Contained>,
    zones: Names,
}

/// The zones a ride must pass, if any is named, with the first line that names one.
#[derive(Default)]
struct Contained {
    zones: BTreeSet<u32>,
    line: u64,
}

struct Fare {
    minor: i64,
    /// Only on routes of this operator, if of one.
    operator: Option<u32>,
    line: u64,
    /// How many transfers in a row cost nothing, and within how many seconds, if any does.
    transfer: Option<FreeTransfer>,
    /// Whether it stands in `fare_rules.txt`.
    has_rule: bool,
}

/// How many, and within how many seconds; `None` of either is no limit.
type FreeTransfer = (Option<u32>, Option<u32>);

/// Reads them.
pub(super) fn read(files: &Files, feed: &Feed, report: &mut Report) -> Legs {
    let mut fares = Fares {
        feed,
        currency: None,
        fares: BTreeMap::new(),
        rules: BTreeMap::new(),
        zones: Names::default(),
    };
    fares.read_attributes(files, report);
    fares.read_rules(files, report);
    fares.into_legs(files, report)
}

impl Fares<'_> {
    fn read_attributes(&mut self, files: &Files, report: &mut Report) {
        const FILE: &str = ATTRIBUTES;
        let columns = [
            "fare_id",
            "price",
            "currency_type",
            "transfers",
            "transfer_duration",
            "agency_id",
        ];
        rows(files, (FILE, 3, columns), report, |row, report| {
            let [id, price, currency, transfers, duration, agency] = row.texts();
            let at = (FILE, row.line);
            if let Some(what) = self.fault_of(&id) {
                return report.add(Kind::Unreadable, at, what);
            }
            let written = Written {
                of: &format!("fare {id}"),
                price: &price,
                currency: &currency,
                signed: false,
            };
            let price = amount::take(written, &mut self.currency, (at, report));
            let Some(minor) = price else { return };
            let operator = match self.feed.find_operator(&agency) {
                Some(_) if agency.is_empty() => None,
                Some(operator) => Some(operator),
                None if self.feed.tells_agencies_apart() => {
                    let what = format!("no agency {agency}; fare {id} is left out");
                    return report.add(Kind::Unreadable, at, what);
                }
                None => {
                    let what = format!("no agency {agency}; fare {id} is taken as of every one");
                    report.add(Kind::Assumed, at, what);
                    None
                }
            };
            let transfer = match row.has(3) {
                true => read_transfer([&transfers, &duration], (at, report)),
                false => None,
            };
            let fare = Fare {
                minor,
                operator,
                line: row.line,
                transfer,
                has_rule: false,
            };
            self.fares.insert(id, fare);
        });
    }

    fn fault_of(&self, id: &str) -> Option<String> {
        if id.is_empty() {
            return Some("fare_id is missing; the row is left out".to_owned());
        }
        let line = self.fares.get(id)?.line;
        Some(format!(
            "fare {id} stands on line {line} already; this row is left out"
        ))
    }

    fn read_rules(&mut self, files: &Files, report: &mut Report) {
        const FILE: &str = RULES;
        let routes = self.feed.routes.iter().map(|route| route.id.as_str());
        let routes: BTreeMap<&str, u32> = routes.zip(0..).collect();
        let zones: BTreeSet<&str> = self.feed.stops.iter().map(|stop| &*stop.zone).collect();
        let columns = [
            "fare_id",
            "route_id",
            "origin_id",
            "destination_id",
            "contains_id",
        ];
        rows(files, (FILE, 1, columns), report, |row, report| {
            let at = (FILE, row.line);
            let [id, route, origin, destination, contains] = row.texts();
            let Some(fare) = self.fares.get_mut(&id) else {
                let what = format!("there is no fare {id} to be taken; the rule is left out");
                return report.add(Kind::Unreadable, at, what);
            };
            // A fare whose rules cannot be taken over must not fit everywhere instead.
            fare.has_rule = true;
            let asked_route = routes.get(route.as_str()).copied();
            if !route.is_empty() && asked_route.is_none() {
                let what = format!("there is no route {route}; the rule fits no ride");
                return report.add(Kind::Unreadable, at, what);
            }
            let mut asked = [asked_route, None, None];
            for (field, zone) in [(1, origin), (2, destination)] {
                if zone.is_empty() {
                    continue;
                }
                if !zones.contains(zone.as_str()) {
                    let what = format!("no stop has the zone {zone}; the rule fits no ride");
                    return report.add(Kind::Unreadable, at, what);
                }
                asked[field] = Some(self.zones.number(&zone));
            }
            let contained = self.rules.entry((asked, id)).or_default();
            if !contains.is_empty() {
                if !zones.contains(contains.as_str()) {
                    let what = format!("no stop has the zone {contains}; the rule fits no ride");
                    report.add(Kind::Unreadable, at, what);
                }
                contained.zones.insert(self.zones.number(&contains));
                contained.line = row.line;
            }
        });
    }

    fn into_legs(self, files: &Files, report: &mut Report) -> Legs {
        let mut legs = Legs::default();
        let mut groups = Names::default();
        for (id, fare) in &self.fares {
            let Some((count, within_s)) = fare.transfer else {
                continue;
            };
            let group = BTreeSet::from([groups.number(id)]);
            legs.transfers.push(Transfer {
                at: (ATTRIBUTES, fare.line),
                groups: [group.clone(), group],
                count,
                limit: within_s.map(|within_s| (within_s, "start_to_start")),
                pays: Pays::InPlace(0),
            });
        }
        let everywhere = self.fares.iter().filter(|(_, fare)| !fare.has_rule);
        let everywhere = everywhere.map(|(id, _)| ([None; 3], id, None));
        let rules = self.rules.iter().map(|((asked, id), contained)| {
            let asks = !contained.zones.is_empty();
            (*asked, id, asks.then(|| contained.zones.clone()))
        });
        for (asked, id, contains) in rules.chain(everywhere) {
            let fare = &self.fares[id];
            let offer = Offer {
                priority: 0,
                prices: vec![fare.minor],
                group: groups.find(id),
                frame: None,
                operator: fare.operator,
                contains,
            };
            legs.add(asked, offer);
        }
        let asks = self.rules.values().any(|rule| !rule.zones.is_empty());
        let named: BTreeSet<u32> = self.rules.keys().filter_map(|rule| rule.0[0]).collect();
        let routes = (0..).take(self.feed.routes.len());
        // Which zones a ride passes is a matter of its route.
        legs.callings = routes
            .map(|route: u32| (asks || named.contains(&route)).then_some(route))
            .collect();
        legs.place(self.feed, |stop| {
            let zone = self.zones.find(&self.feed.stops[stop].zone);
            zone.into_iter().collect()
        });
        if asks {
            legs.passed = passed::read(files, self.feed, |stop| legs.areas[stop].first().copied());
            self.tell_ambiguous(&legs.passed, report);
        }
        legs.area_names = self.zones.names;
        legs.groups = groups.names;
        legs.currency = self.currency;
        legs
    }
}

impl Fares<'_> {
    /// Tells the fares that fit some rides between two zones and not others: a gate sees but where
    /// a ride begins and ends.
    fn tell_ambiguous(&self, passed: &Passed, report: &mut Report) {
        for ((asked, id), contained) in &self.rules {
            let on_it = |ride: &(u32, u32, u32)| asked[0].is_none_or(|route| route == ride.0);
            let mut sets = passed.sets.iter().filter(|(ride, _)| on_it(ride));
            if sets.any(|(_, sets)| sets.len() > 1 && sets.contains(&contained.zones)) {
                let what = format!(
                    "whether fare {id} fits depends on the way taken between two zones; it is left \
                     out there"
                );
                report.add(Kind::NotExpressed, (RULES, contained.line), what);
            }
        }
    }
}

/// The free transfers of a fare, if it has any. The time counts from the first ride.
fn read_transfer(
    [transfers, duration]: [&str; 2],
    (at, report): ((&'static str, u64), &mut Report),
) -> Option<FreeTransfer> {
    let count = match transfers {
        "0" => return None,
        "" => None,
        written => match written.parse::<u32>() {
            Ok(count) => Some(count.min(COUNT_MAX)),
            Err(_) => {
                let what = format!("transfers {written:?} is no whole number; none is free");
                report.add(Kind::Unreadable, at, what);
                return None;
            }
        },
    };
    let within_s = duration
        .parse::<u32>()
        .ok()
        .filter(|within_s| *within_s > 0);
    if within_s.is_none_or(|within_s| within_s > WITHIN_S_MAX) {
        let what = format!(
            "transfer_duration {duration:?}: a ride follows one that began {WITHIN_S_MAX} s before \
             at most"
        );
        report.add(Kind::Assumed, at, what);
    }
    Some((count, within_s.map(|within_s| within_s.min(WITHIN_S_MAX))))
}

const RULES: &str = "fare_rules.txt";
const ATTRIBUTES: &str = "fare_attributes.txt";
