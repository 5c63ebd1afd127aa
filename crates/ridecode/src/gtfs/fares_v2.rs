//! GTFS Fares v2: what a leg costs by network, areas and product.
//!
//! `products` chooses one price for each product, `places` finds the networks of routes and the
//! areas of stops, and the leg rules join them (GTFS Schedule reference, fare_leg_rules.txt).

mod places;
mod products;

use std::collections::BTreeSet;

use super::archive::Files;
use super::feed::Feed;
use super::legs::{Legs, Offer, Price};
use super::report::{Kind, Report};
use super::sheet::rows;

use places::Places;
use products::Products;

/// Whether a feed has any.
pub(super) fn is_in(files: &Files) -> bool {
    [LEG_RULES, "fare_products.txt"]
        .iter()
        .any(|file| files.contains_key(file))
}

/// Reads them.
pub(super) fn read(files: &Files, feed: &Feed, report: &mut Report) -> Legs {
    let products = Products::read(files, report);
    let mut places = Places::read(files, feed, report);
    let mut legs = Legs::default();
    read_leg_rules(files, (&products, &mut places), &mut legs, report);
    places.read_joins(files, feed, report);
    for file in [TRANSFER_RULES, "timeframes.txt"] {
        rows(files, (file, 0, []), report, |row, report| {
            let what = "a row of this file is not taken over".to_owned();
            report.add(Kind::NotExpressed, (file, row.line), what);
        });
    }
    legs.callings = places.networks_of.clone();
    legs.place(feed, |stop| places.areas_of[stop].clone());
    legs.area_names = places.areas.names;
    legs.currency = products.currency;
    legs
}

fn read_leg_rules(
    files: &Files,
    (products, places): (&Products, &mut Places),
    legs: &mut Legs,
    report: &mut Report,
) {
    let columns = [
        "fare_product_id",
        "network_id",
        "from_area_id",
        "to_area_id",
        "from_timeframe_group_id",
        "to_timeframe_group_id",
        "rule_priority",
    ];
    let mut sold = BTreeSet::new();
    legs.is_exclusive = true;
    rows(files, (LEG_RULES, 1, columns), report, |row, report| {
        let at = (LEG_RULES, row.line);
        let [product, network, from, to, start, end, priority] = row.texts();
        // A rule that cannot be taken over still names what rules without it do not fit.
        let asked = places.find_asked([&network, &from, &to]);
        let asked = match asked {
            Ok(asked) => asked,
            Err(what) => return report.add(Kind::Unreadable, at, what),
        };
        legs.name(asked);
        legs.is_exclusive &= !row.has(6);
        sold.insert(product.clone());
        let price = match products.price(&product) {
            Ok(price) => price,
            Err((kind, what)) => return report.add(kind, at, what),
        };
        if price < 0 {
            let what = format!("product {product} costs less than nothing; the rule is left out");
            return report.add(Kind::Unreadable, at, what);
        }
        if let Some(frame) = [start, end].iter().find(|frame| !frame.is_empty()) {
            let what = format!("a price within the timeframe {frame}; the rule is left out");
            return report.add(Kind::NotExpressed, at, what);
        }
        let priority = match priority.as_str() {
            "" => 0,
            written => written.parse().unwrap_or_else(|_| {
                let what = format!("rule_priority {written:?} is no whole number; 0 is taken");
                report.add(Kind::Assumed, at, what);
                0
            }),
        };
        let price = Price {
            minor: price,
            group: None,
        };
        let offer = Offer {
            priority,
            price,
            operator: None,
        };
        legs.add(asked, offer);
    });
    products.tell_unsold(&sold, report);
}

const LEG_RULES: &str = "fare_leg_rules.txt";
const TRANSFER_RULES: &str = "fare_transfer_rules.txt";
