//! What stands on signs: lines, stops and destinations of the embedded cities, by their ids.
//!
//! A reader shows where it stands without loading networks and fares: the files are looked through
//! once, when the place is said. A name that no feed translates stands for itself.

use serde::{Deserialize, Serialize};

use super::embedded;

/// A name in Chinese and in English.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// 中文。
    pub zh: String,
    /// English.
    pub en: String,
}

/// The sign of a line (GTFS `route_id`).
pub fn find_line(line: &str) -> Option<Sign> {
    embedded::feeds().find_map(|files| {
        let zh = find(
            files,
            "routes.txt",
            [("route_id", line)],
            "route_short_name",
        )?;
        let record = [("table_name", "routes"), ("record_id", line)];
        Some(translated(files, record, zh))
    })
}

/// The sign of a stop (GTFS `stop_id`).
pub fn find_stop(stop: &str) -> Option<Sign> {
    embedded::feeds().find_map(|files| stop_of(files, stop))
}

/// Where a line goes in a direction (GTFS `direction_id`): the headsign of its trips.
pub fn find_headsign(line: &str, direction: u8) -> Option<Sign> {
    let direction = direction.to_string();
    embedded::feeds().find_map(|files| {
        let trip = [("route_id", line), ("direction_id", &*direction)];
        let zh = find(files, "trips.txt", trip, "trip_headsign")?;
        // Trips end at stops, and stops are translated.
        let stop = find(files, "stops.txt", [("stop_name", &*zh)], "stop_id");
        let sign = stop.and_then(|stop| stop_of(files, &stop));
        Some(sign.unwrap_or_else(|| Sign { en: zh.clone(), zh }))
    })
}

/// The files of a feed: names and texts.
type Files = [(&'static str, &'static str)];

fn stop_of(files: &Files, stop: &str) -> Option<Sign> {
    let zh = find(files, "stops.txt", [("stop_id", stop)], "stop_name")?;
    let record = [("table_name", "stops"), ("record_id", stop)];
    Some(translated(files, record, zh))
}

fn translated(files: &Files, [table, record]: [(&str, &str); 2], zh: String) -> Sign {
    let wanted = [table, record, ("language", "en")];
    let en = find(files, "translations.txt", wanted, "translation");
    Sign {
        en: en.unwrap_or_else(|| zh.clone()),
        zh,
    }
}

/// The field of the first row whose columns have these values.
fn find<const N: usize>(
    files: &Files,
    file: &str,
    wanted: [(&str, &str); N],
    field: &str,
) -> Option<String> {
    let (_, text) = files.iter().find(|(name, _)| *name == file)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().ok()?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name);
    let mut columns = Vec::with_capacity(N);
    for (name, value) in wanted {
        columns.push((column(name)?, value));
    }
    let field = column(field)?;
    let row = reader.records().filter_map(Result::ok).find(|row| {
        let fits = |(column, value): &(usize, &str)| row.get(*column) == Some(*value);
        columns.iter().all(fits)
    })?;
    row.get(field).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: Option<Sign>, expected: Option<(&str, &str)>) {
        let found = found.as_ref().map(|sign| (&*sign.zh, &*sign.en));
        assert_eq!(found, expected);
    }

    #[test]
    fn signs_are_found_by_the_ids_of_the_feeds() {
        check(find_stop("xilang"), Some(("西塱", "Xilang")));
        check(find_line("gz1"), Some(("1号线", "Line 1")));
        check(find_headsign("gz1", 0), Some(("西塱", "Xilang")));
        check(
            find_headsign("gz1", 1),
            Some(("广州东站", "Guangzhou East Railway Station")),
        );
        check(find_stop(""), None);
        check(find_stop("nowhere"), None);
        check(find_line("gz1\",\""), None);
        check(find_headsign("gz1", 7), None);
    }
}
