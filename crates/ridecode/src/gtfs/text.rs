//! A tariff file out of the rules of a feed.

use super::feed::Feed;
use super::legs::Legs;
use super::rules::{Rule, Rules};

/// What stands above the rules.
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) zone: &'a str,
    pub(super) currency: &'a str,
}

/// The text of the tariff.
pub(super) fn write(feed: &Feed, head: &Head<'_>, (legs, rules): (&Legs, &Rules)) -> String {
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
    write_times(&mut text, legs);
    for (place, rule) in (1..).zip(&rules.rules) {
        write_rule(&mut text, (place, rule), (legs, &rules.zone_names));
    }
    for transfer in &legs.transfers {
        if let Some(transfer) = transfer.among(&rules.groups) {
            text.push_str(&transfer.table(|group| quoted(&legs.groups[group as usize])));
        }
    }
    text
}

/// Categories of riders, kinds of day and windows.
fn write_times(text: &mut String, legs: &Legs) {
    for (code, category) in (1..).zip(&legs.categories) {
        let name = quoted(category);
        text.push_str(&format!(
            "\n[[category]]\nname = {name}\ncodes = [{code}]\n"
        ));
    }
    for (name, dates) in &legs.times.day_kinds {
        let dates: Vec<String> = dates.iter().map(ToString::to_string).collect();
        let (name, dates) = (quoted(name), dates.join(", "));
        text.push_str(&format!(
            "\n[[day_kind]]\nname = {name}\ndates = [{dates}]\n"
        ));
    }
    for window in &legs.times.windows {
        let clock = |second: u32| {
            let (hour, minute) = (second / 3_600, second / 60 % 60);
            quoted(&format!("{hour:02}:{minute:02}:{:02}", second % 60))
        };
        let times = window.times.iter();
        let times = times.map(|[from, until]| format!("[{}, {}]", clock(*from), clock(*until)));
        let times: Vec<String> = times.collect();
        text.push_str(&format!(
            "\n[[window]]\nname = {}\ndays = [{}]\ntimes = [{}]\n",
            quoted(&window.name),
            list(&window.days),
            times.join(", ")
        ));
    }
}

fn write_rule(
    text: &mut String,
    (place, rule): (usize, &Rule),
    (legs, zone_names): (&Legs, &[String]),
) {
    text.push_str(&format!(
        "\n[[rule]]\nname = \"fares {place}\"\noperators = [{}]\nmodes = [\"{}\"]\nlines = [{}]\n",
        rule.operator,
        rule.mode,
        list(&rule.lines)
    ));
    if let Some(category) = rule.when.category.checked_sub(1) {
        let category = quoted(&legs.categories[category]);
        text.push_str(&format!("categories = [{category}]\n"));
    }
    if let Some(time) = rule.when.time {
        let windows = legs.times.times[time].windows.iter();
        let windows = windows.map(|window| &legs.times.windows[*window].name);
        text.push_str(&format!("windows = [{}]\n", list(windows)));
    }
    text.push_str("[rule.zones]\nstops = [\n");
    for (zone, stops) in &rule.zones {
        let zone = quoted(&zone_names[*zone]);
        text.push_str(&format!("  [{zone}, [{}]],\n", list(stops)));
    }
    text.push_str("]\nfares = [\n");
    for ((from, to), price) in &rule.fares {
        let [from, to] = [from, to].map(|zone| quoted(&zone_names[*zone]));
        let group = price
            .group
            .map(|group| quoted(&legs.groups[group as usize]));
        let group = group.map_or_else(String::new, |group| format!(", {group}"));
        text.push_str(&format!("  [{from}, {to}, {}{group}],\n", price.minor));
    }
    text.push_str("]\n");
}

fn list<'a>(members: impl IntoIterator<Item = &'a String>) -> String {
    let members = members.into_iter().map(|member| quoted(member));
    members.collect::<Vec<String>>().join(", ")
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
