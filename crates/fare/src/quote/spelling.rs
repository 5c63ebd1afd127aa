//! Stops by the names people type.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::network::StopRecord;

/// The stops of a name or id: those that match as written if there are any, else those that match
/// without brackets, spaces, case and a closing 站.
pub(super) fn find<'a>(stops: &'a [StopRecord], name: &str) -> Vec<&'a StopRecord> {
    let exact: Vec<_> = stops
        .iter()
        .filter(|stop| {
            stop.stop.as_str() == name || stop.names.all().any(|own| own.as_str() == name)
        })
        .collect();
    let plain_name = plain(name);
    if !exact.is_empty() || plain_name.is_empty() {
        return exact;
    }
    let is = |own: &str| plain(own) == plain_name;
    stops
        .iter()
        .filter(|stop| stop.names.all().any(|own| is(own.as_str())))
        .collect()
}

/// Up to five names close to what was typed, the closest first.
pub(super) fn suggest<'a>(stops: impl Iterator<Item = &'a StopRecord>, name: &str) -> Vec<String> {
    let typed: Vec<char> = plain(name).chars().take(LENGTH_MAX).collect();
    let close: BTreeSet<(usize, &str)> = stops
        .filter_map(|stop| {
            let distances = stop
                .names
                .all()
                .filter_map(|own| distance(&typed, own.as_str()));
            Some((distances.min()?, stop.names.own().as_str()))
        })
        .collect();
    let mut suggestions: Vec<String> = Vec::new();
    for (_, own) in close {
        if suggestions.len() < SUGGESTIONS_MAX && !suggestions.iter().any(|known| known == own) {
            suggestions.push(own.to_string());
        }
    }
    suggestions
}

/// How far a name is from what was typed; `None` if it is not close. A name that contains the
/// typed text, or is contained in it, is closer than any slip of the pen.
fn distance(typed: &[char], own: &str) -> Option<usize> {
    let own: Vec<char> = plain(own).chars().take(LENGTH_MAX).collect();
    if typed.is_empty() || own.is_empty() {
        return None;
    }
    let contains = |long: &[char], short: &[char]| {
        long.len() > short.len() && long.windows(short.len()).any(|part| part == short)
    };
    let edits = edits(typed, &own);
    if contains(&own, typed) || (own.len() >= 2 && contains(typed, &own)) {
        return Some(edits.min(CONTAINED));
    }
    let shared = typed.iter().filter(|letter| own.contains(letter)).count();
    let longest = typed.len().max(own.len());
    // At least half of it must agree.
    (shared > 0 && edits * 2 <= longest).then_some(edits + CONTAINED)
}

/// Levenshtein's distance.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.iter().enumerate() {
        let mut corner = row[0];
        row[0] = above + 1;
        for (left, own) in other.iter().enumerate() {
            let replaced = corner + usize::from(letter != own);
            corner = row[left + 1];
            row[left + 1] = replaced.min(corner + 1).min(row[left] + 1);
        }
    }
    row[other.len()]
}

/// A name without what people leave out or add.
fn plain(name: &str) -> String {
    let open = name.find(['(', '(']).filter(|open| *open > 0);
    let name = name[..open.unwrap_or(name.len())].trim();
    let name = ["站", "車站", "车站"]
        .iter()
        .rev()
        .find_map(|end| name.strip_suffix(end))
        .filter(|rest| rest.chars().count() > 1)
        .unwrap_or(name);
    name.chars()
        .filter(|letter| !letter.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Longer input is cut: names are short, and comparing takes the product of the lengths.
const LENGTH_MAX: usize = 64;

/// A contained name counts like a single slip at most.
const CONTAINED: usize = 1;

const SUGGESTIONS_MAX: usize = 5;
