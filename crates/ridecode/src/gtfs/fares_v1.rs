//! GTFS Fares v1: `fare_attributes.txt` and `fare_rules.txt`.
//!
//! Of the fares whose route, origin and destination fit a ride the cheapest counts; a fare without
//! rules fits every ride (GTFS Schedule reference).

use std::collections::{BTreeMap, BTreeSet};

use super::amount;
use super::archive::Files;
use super::feed::{Feed, Route};
use super::report::{Kind, Report};
use super::sheet::rows;

/// Fares of one currency, by what they ask for; `None` stands for any.
#[derive(Default)]
pub(super) struct FaresV1 {
    pub(super) currency: Option<String>,
    /// By `fare_id`.
    fares: BTreeMap<String, Fare>,
    /// By route, origin zone, destination zone.
    by_rule: BTreeMap<[Option<String>; 3], Vec<String>>,
}

struct Fare {
    minor: i64,
    /// Only on routes of this operator, if of one.
    operator: Option<u32>,
    line: u64,
    /// Whether it stands in `fare_rules.txt`.
    has_rule: bool,
}

impl FaresV1 {
    pub(super) fn read(files: &Files, feed: &Feed, report: &mut Report) -> Self {
        let mut fares = Self::default();
        fares.read_attributes(files, feed, report);
        fares.read_rules(files, feed, report);
        let everywhere: Vec<String> = fares
            .fares
            .iter()
            .filter(|(_, fare)| !fare.has_rule)
            .map(|(id, _)| id.clone())
            .collect();
        if !everywhere.is_empty() {
            let rule = [None, None, None];
            fares.by_rule.entry(rule).or_default().extend(everywhere);
        }
        fares
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fares.is_empty()
    }

    /// The cheapest fare that fits a ride, in minor units.
    pub(super) fn find_price(&self, route: &Route, [from, to]: [&str; 2]) -> Option<i64> {
        let mut cheapest: Option<i64> = None;
        for choice in 0..8 {
            let part = |bit: u8, value: &str| (choice & bit == 0).then(|| value.to_owned());
            let rule = [part(1, &route.id), part(2, from), part(4, to)];
            for id in self.by_rule.get(&rule).into_iter().flatten() {
                let fare = &self.fares[id];
                if fare
                    .operator
                    .is_none_or(|operator| operator == route.operator)
                {
                    let lower = |cheapest: i64| cheapest.min(fare.minor);
                    cheapest = Some(cheapest.map_or(fare.minor, lower));
                }
            }
        }
        cheapest
    }

    fn read_attributes(&mut self, files: &Files, feed: &Feed, report: &mut Report) {
        const FILE: &str = "fare_attributes.txt";
        let columns = [
            "fare_id",
            "price",
            "currency_type",
            "transfers",
            "transfer_duration",
            "agency_id",
        ];
        rows(files, (FILE, columns), report, |row, report| {
            let [id, price, currency, transfers, duration, agency] =
                [0, 1, 2, 3, 4, 5].map(|column| row.text(column).into_owned());
            let at = (FILE, row.line);
            let fault = self.fault_of(&id, &currency);
            let minor = fault.map_or_else(|| amount::minor(&price, &currency), Err);
            let minor = match minor {
                Ok(minor) => minor,
                Err(what) => return report.add(Kind::Unreadable, at, what),
            };
            if self.currency.get_or_insert_with(|| currency.clone()) != &currency {
                let what = format!("fare {id} is in {currency}, the tariff in another currency");
                return report.add(Kind::NotExpressed, at, what);
            }
            let operator = feed.find_operator(&agency);
            if operator.is_none() {
                let what = format!("no agency {agency}; fare {id} is left out");
                return report.add(Kind::Unreadable, at, what);
            }
            if transfers != "0" {
                report.add(
                    Kind::NotExpressed,
                    at,
                    transfers_of(&id, [&transfers, &duration]),
                );
            }
            let fare = Fare {
                minor,
                operator: operator.filter(|_| !agency.is_empty()),
                line: row.line,
                has_rule: false,
            };
            self.fares.insert(id, fare);
        });
    }

    fn fault_of(&self, id: &str, currency: &str) -> Option<String> {
        if id.is_empty() {
            return Some("fare_id is missing; the row is left out".to_owned());
        }
        if let Some(first) = self.fares.get(id) {
            let line = first.line;
            return Some(format!(
                "fare {id} stands on line {line} already; this row is left out"
            ));
        }
        let is_code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
        (!is_code).then(|| format!("currency_type {currency:?} must be an ISO 4217 code"))
    }

    fn read_rules(&mut self, files: &Files, feed: &Feed, report: &mut Report) {
        const FILE: &str = "fare_rules.txt";
        let routes: BTreeSet<&str> = feed.routes.iter().map(|route| route.id.as_str()).collect();
        let zones: BTreeSet<&str> = feed.stops.iter().map(|stop| stop.zone.as_str()).collect();
        let columns = [
            "fare_id",
            "route_id",
            "origin_id",
            "destination_id",
            "contains_id",
        ];
        rows(files, (FILE, columns), report, |row, report| {
            let at = (FILE, row.line);
            let [id, route, origin, destination, contains] =
                [0, 1, 2, 3, 4].map(|column| row.text(column).into_owned());
            let Some(fare) = self.fares.get_mut(&id) else {
                let what = format!("there is no fare {id} to be taken; the rule is left out");
                return report.add(Kind::Unreadable, at, what);
            };
            // A fare whose rules cannot be taken over must not fit everywhere instead.
            fare.has_rule = true;
            if !contains.is_empty() {
                let what =
                    format!("fare {id} asks which zones a ride passes: contains_id {contains}");
                return report.add(Kind::NotExpressed, at, what);
            }
            if !route.is_empty() && !routes.contains(route.as_str()) {
                let what = format!("there is no route {route}; the rule fits no ride");
                return report.add(Kind::Unreadable, at, what);
            }
            for zone in [&origin, &destination] {
                if !zone.is_empty() && !zones.contains(zone.as_str()) {
                    let what = format!("no stop has the zone {zone}; the rule fits no ride");
                    return report.add(Kind::Unreadable, at, what);
                }
            }
            let rule = [route, origin, destination].map(|part| (!part.is_empty()).then_some(part));
            self.by_rule.entry(rule).or_default().push(id);
        });
    }
}

fn transfers_of(id: &str, [transfers, duration]: [&str; 2]) -> String {
    let count = match transfers {
        "" => "any number of".to_owned(),
        count => count.to_owned(),
    };
    let within = match duration {
        "" => String::new(),
        seconds => format!(" within {seconds} seconds"),
    };
    format!("fare {id} allows {count} transfers{within}; every ride is priced by itself")
}
