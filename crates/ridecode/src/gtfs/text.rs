//! A tariff file out of the rules of a feed.

use super::feed::Feed;
use super::rules::{Rule, Rules};

/// What stands above the rules.
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) zone: &'a str,
    pub(super) currency: &'a str,
}

/// The text of the tariff.
pub(super) fn write(feed: &Feed, head: &Head<'_>, rules: &Rules) -> String {
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
    if let Some(last) = feed.valid[1] {
        text.push_str(&format!("valid_until = {last}\n"));
    }
    text.push_str("source = \"the fares of the GTFS feed of the agencies named above\"\n");
    for (place, rule) in (1..).zip(&rules.rules) {
        write_rule(&mut text, (place, rule), &rules.zone_names);
    }
    text
}

fn write_rule(text: &mut String, (place, rule): (usize, &Rule), zone_names: &[String]) {
    let list = |members: &mut dyn Iterator<Item = &String>| {
        let members: Vec<String> = members.map(|member| quoted(member)).collect();
        members.join(", ")
    };
    text.push_str(&format!(
        "\n[[rule]]\nname = \"fares {place}\"\noperators = [{}]\nmodes = [\"{}\"]\nlines = [{}]\n\
         [rule.zones]\nstops = [\n",
        rule.operator,
        rule.mode,
        list(&mut rule.lines.iter())
    ));
    for (zone, stops) in &rule.zones {
        let zone = quoted(&zone_names[*zone]);
        text.push_str(&format!("  [{zone}, [{}]],\n", list(&mut stops.iter())));
    }
    text.push_str("]\nfares = [\n");
    for ((from, to), price) in &rule.fares {
        let [from, to] = [from, to].map(|zone| quoted(&zone_names[*zone]));
        text.push_str(&format!("  [{from}, {to}, {}],\n", price.minor));
    }
    text.push_str("]\n");
}

/// A TOML basic string, on one line whatever it holds.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(character)));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
