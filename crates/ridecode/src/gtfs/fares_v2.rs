//! GTFS Fares v2: what a leg costs by network, areas and product.
//!
//! `products` chooses what each category of riders pays for each product, `places` finds the
//! networks of routes and the areas of stops, `times` when timeframes hold, and the leg rules join
//! them (GTFS Schedule reference, fare_leg_rules.txt).

mod places;
mod products;
mod times;
mod transfer_rules;

use std::collections::BTreeSet;

use super::archive::Files;
use super::feed::Feed;
use super::legs::{Legs, Names, Offer};
use super::report::{Kind, Report};
use super::sheet::{Row, rows};

use places::Places;
use products::Products;
use times::Timeframes;

/// Whether a feed has any.
pub(super) fn is_in(files: &Files) -> bool {
    [LEG_RULES, "fare_products.txt"]
        .iter()
        .any(|file| files.contains_key(file))
}

/// Reads them.
pub(super) fn read(files: &Files, feed: &Feed, report: &mut Report) -> Legs {
    let parts = Parts {
        products: Products::read(files, report),
        places: Places::read(files, feed, report),
        frames: Timeframes::read(files, feed, report),
    };
    let mut legs = Legs::default();
    let mut used = parts.read_leg_rules(files, &mut legs, report);
    parts.places.read_joins(files, feed, report);
    let (transfers, sold) = transfer_rules::read(files, (&parts.products, &used.groups), report);
    legs.transfers = transfers;
    legs.keep_groups();
    legs.groups = used.groups.names;
    used.products.extend(sold);
    parts.products.tell_unsold(&used.products, report);
    match parts.frames.times(&used.frames) {
        Ok(times) => legs.times = times,
        Err(what) => report.add(Kind::NotExpressed, "timeframes.txt", what),
    }
    legs.callings = parts.places.networks_of;
    legs.place(feed, |stop| parts.places.areas_of[stop].clone());
    legs.area_names = parts.places.areas.names;
    legs.categories = parts.products.categories;
    legs.currency = parts.products.currency;
    legs
}

struct Parts {
    products: Products,
    places: Places,
    frames: Timeframes,
}

/// What rules name.
#[derive(Default)]
struct Used {
    products: BTreeSet<String>,
    frames: BTreeSet<u32>,
    groups: Names,
}

impl Parts {
    fn read_leg_rules(&self, files: &Files, legs: &mut Legs, report: &mut Report) -> Used {
        let columns = [
            "fare_product_id",
            "network_id",
            "from_area_id",
            "to_area_id",
            "from_timeframe_group_id",
            "to_timeframe_group_id",
            "rule_priority",
            "leg_group_id",
        ];
        let mut used = Used::default();
        legs.is_exclusive = true;
        rows(files, (LEG_RULES, 1, columns), report, |row, report| {
            let [product, network, from, to, _, _, _, group] = row.texts();
            legs.is_exclusive &= !row.has(6);
            let at = (LEG_RULES, row.line);
            used.products.insert(product);
            let asked = match self.places.find_asked([&network, &from, &to]) {
                Ok(asked) => asked,
                Err(what) => return report.add(Kind::Unreadable, at, what),
            };
            // A rule that cannot be taken over still names what rules without it do not fit.
            legs.name(asked);
            match self.offer(row, report) {
                Ok(mut offer) => {
                    used.frames.extend(offer.frame);
                    if !group.is_empty() {
                        offer.group = Some(used.groups.number(&group));
                    }
                    legs.add(asked, offer);
                }
                Err((kind, what)) => report.add(kind, at, what),
            }
        });
        used
    }

    /// The fare of a row of the leg rules, or why it is none.
    fn offer(&self, row: &Row<'_>, report: &mut Report) -> Result<Offer, (Kind, String)> {
        let [product, _, _, _, start, end, priority] = row.texts();
        let prices = self.products.prices(&product)?;
        if prices.iter().any(|price| *price < 0) {
            let what = format!("product {product} costs less than nothing; the rule is left out");
            return Err((Kind::Unreadable, what));
        }
        if !end.is_empty() {
            let what = format!("a price for rides that end within the timeframe {end}");
            return Err((Kind::NotExpressed, what));
        }
        let frame = self.frames.groups.find(&start);
        if !start.is_empty() && frame.is_none() {
            let what = format!("there is no timeframe {start}; the rule fits no leg");
            return Err((Kind::Unreadable, what));
        }
        let priority = match priority.as_str() {
            "" => 0,
            written => written.parse().unwrap_or_else(|_| {
                let what = format!("rule_priority {written:?} is no whole number; 0 is taken");
                report.add(Kind::Assumed, (LEG_RULES, row.line), what);
                0
            }),
        };
        Ok(Offer {
            priority,
            prices: prices.to_vec(),
            group: None,
            frame,
            operator: None,
            contains: None,
        })
    }
}

const LEG_RULES: &str = "fare_leg_rules.txt";
