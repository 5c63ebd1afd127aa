//! A tariff file out of the fares of a feed.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_words::Mode;

use super::feed::{Feed, Route};

/// A fare of each pair of zones, in minor units.
pub(super) type Fares = BTreeMap<(String, String), i64>;

/// Routes of one operator and mode with the same fares.
pub(super) struct Rule {
    pub(super) operator: u32,
    pub(super) mode: Mode,
    pub(super) lines: Vec<String>,
    /// The stops of each zone, as places in [`Feed::stops`].
    pub(super) zones: BTreeMap<String, BTreeSet<usize>>,
    pub(super) fares: Fares,
}

/// What stands above the rules.
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) zone: &'a str,
    pub(super) currency: &'a str,
}

/// The rules of a feed: each route's fares between the zones it calls at, equal ones together.
/// Routes no fare fits are named in the second list.
pub(super) fn rules(
    feed: &Feed,
    find_price: impl Fn(&Route, [&str; 2]) -> Option<i64>,
) -> (Vec<Rule>, Vec<&Route>) {
    let mut rules: BTreeMap<(u32, u8, Fares), Rule> = BTreeMap::new();
    let mut unpriced = Vec::new();
    for route in &feed.routes {
        let mut zones: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for stop in &route.stops {
            let zone = feed.stops[*stop].zone.clone();
            zones.entry(zone).or_default().insert(*stop);
        }
        let mut fares = Fares::new();
        for from in zones.keys() {
            for to in zones.keys() {
                if let Some(minor) = find_price(route, [from, to]) {
                    fares.insert((from.clone(), to.clone()), minor);
                }
            }
        }
        if fares.is_empty() {
            unpriced.push(route);
            continue;
        }
        let key = (route.operator, route.mode.byte(), fares.clone());
        let rule = rules.entry(key).or_insert_with(|| Rule {
            operator: route.operator,
            mode: route.mode,
            lines: Vec::new(),
            zones: BTreeMap::new(),
            fares,
        });
        rule.lines.push(route.id.clone());
        for (zone, stops) in zones {
            rule.zones.entry(zone).or_default().extend(stops);
        }
    }
    (rules.into_values().collect(), unpriced)
}

/// The text of the tariff.
pub(super) fn write(feed: &Feed, head: &Head<'_>, rules: &[Rule]) -> String {
    let mut text = String::from("# Made of a GTFS feed. Operators by number:\n");
    for (id, number, name) in &feed.agencies {
        text.push_str(&format!(
            "# {number}: agency_id {}, {}\n",
            quoted(id),
            quoted(name)
        ));
    }
    let name = quoted(head.name);
    text.push_str(&format!(
        "name = {name}\nversion = {}\ncity = {name}\nzone = {}\ncurrency = {}\n",
        quoted(&feed.valid[0].map_or_else(|| "1".to_owned(), |day| day.to_string())),
        quoted(head.zone),
        quoted(head.currency),
    ));
    let from = feed.valid[0].map_or_else(|| "2000-01-01".to_owned(), |day| day.to_string());
    text.push_str(&format!("valid_from = {from}\n"));
    // A feed that ends before it begins says nothing about its end.
    if let Some(last) = feed.valid[1].filter(|last| feed.valid[0].is_none_or(|from| from <= *last))
    {
        text.push_str(&format!("valid_until = {last}\n"));
    }
    text.push_str("source = \"the fares of the GTFS feed of the agencies named above\"\n");
    for (place, rule) in (1..).zip(rules) {
        write_rule(&mut text, feed, (place, rule));
    }
    text
}

fn write_rule(text: &mut String, feed: &Feed, (place, rule): (usize, &Rule)) {
    let lines: Vec<String> = rule.lines.iter().map(|line| quoted(line)).collect();
    text.push_str(&format!(
        "\n[[rule]]\nname = \"fares {place}\"\noperators = [{}]\nmodes = [\"{}\"]\nlines = [{}]\n\
         [rule.zones]\nstops = [\n",
        rule.operator,
        rule.mode,
        lines.join(", ")
    ));
    for (zone, stops) in &rule.zones {
        let stops: Vec<String> = stops
            .iter()
            .map(|stop| quoted(&feed.stops[*stop].id))
            .collect();
        text.push_str(&format!(
            "  [{}, [{}]],\n",
            zone_name(zone),
            stops.join(", ")
        ));
    }
    text.push_str("]\nfares = [\n");
    for ((from, to), minor) in &rule.fares {
        text.push_str(&format!(
            "  [{}, {}, {minor}],\n",
            zone_name(from),
            zone_name(to)
        ));
    }
    text.push_str("]\n");
}

/// Stops without a zone are a zone of their own. No zone of a feed has spaces around its name.
fn zone_name(zone: &str) -> String {
    quoted(if zone.is_empty() { " " } else { zone })
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
