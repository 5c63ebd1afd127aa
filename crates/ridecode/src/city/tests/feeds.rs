//! Feeds that are refused, each fault with file, line and remedy.

use super::*;

/// The embedded feed with one text of a file replaced: the whole chain of the fault.
fn refused(file: &str, old: &str, new: &str) -> String {
    let mut sources = embedded::sources();
    let files = sources.feeds.get_mut("guangfo").unwrap();
    let content = files.get_mut(file).unwrap();
    assert!(content.contains(old), "{file}: {old}");
    *content = content.replacen(old, new, 1);
    format!("{:#}", Cities::read(&sources).unwrap_err())
}

/// What is wrong with a feed is told with file, line and remedy.
fn check((file, old, new): (&str, &str, &str), expected: &str) {
    let fault = refused(file, old, new);
    assert!(fault.starts_with("feed gtfs/guangfo: "), "{fault}");
    assert!(fault.contains(expected), "{fault}");
}

#[test]
fn wrong_operators_stops_and_routes_are_told() {
    check(
        ("agency.txt", "1,广州地铁", "one,广州地铁"),
        "agency.txt, line 2: agency_id must be the operator's number",
    );
    check(
        ("stops.txt", "stop_id,", "stop,"),
        "missing field `stop_id`",
    );
    check(
        ("stops.txt", "tiyuzhongxin,", "guangzhoudongzhan,"),
        "stops.txt, line 3: this stop_id stands twice",
    );
    check(
        ("stops.txt", "xilang,西塱", "xilang,"),
        "the name must have 1 to 255 bytes",
    );
    check(("stops.txt", ",23.13737,", ","), "stops.txt cannot be read");
    check(
        ("routes.txt", "gz1,1,", "gz1,7,"),
        "routes.txt, line 2: there is no such agency_id in agency.txt",
    );
    check(
        ("routes.txt", "gz1,1,1号线,1,", "gz1,1,1号线,5,"),
        "routes.txt, line 2: route_type must be",
    );
    check(
        ("route_networks.txt", "guangfo-metro,gz1\n", ""),
        "routes.txt, line 2: this route is in no network; add it to route_networks.txt",
    );
}

#[test]
fn wrong_trips_and_distances_are_told() {
    check(
        ("trips.txt", "gz1,daily,gz1-0", "gz99,daily,gz1-0"),
        "trips.txt, line 2: there is no such route_id in routes.txt",
    );
    check(
        ("stop_times.txt", "tiyuzhongxin,2,1.920", "nowhere,2,1.920"),
        "stop_times.txt, line 3: there is no such stop_id in stops.txt",
    );
    check(
        (
            "stop_times.txt",
            "tiyuzhongxin,2,1.920",
            "tiyuzhongxin,2,-1.92",
        ),
        "stop_times.txt, line 3: shape_dist_traveled must be kilometers such as 12.345",
    );
    check(
        ("stop_times.txt", "tiyuzhongxin,2,1.920", "tiyuzhongxin,2,0"),
        "stop_times.txt, line 3: shape_dist_traveled must grow",
    );
    check(
        (
            "stop_times.txt",
            "tiyuzhongxin,2,1.920",
            "tiyuzhongxin,1,1.920",
        ),
        "this stop_sequence stands twice in the trip",
    );
    check(
        ("stop_times.txt", "1.920,published", "1.920,guessed"),
        "dist_source must be published or estimated",
    );
    check(
        (
            "stop_times.txt",
            "tiyuzhongxin,2,1.920",
            "tiyuzhongxin,2,9999999.000",
        ),
        "shape_dist_traveled must be kilometers",
    );
    check(
        (
            "stop_times.txt",
            "tiyuzhongxin,2,1.920",
            "guangzhoudongzhan,2,1.920",
        ),
        "network guangfo-metro does not hold together: the line gz1 needs a distance",
    );
}

#[test]
fn a_feed_without_a_file_is_refused() {
    for file in [
        "agency.txt",
        "stops.txt",
        "stop_times.txt",
        "route_networks.txt",
    ] {
        let mut sources = embedded::sources();
        sources.feeds.get_mut("guangfo").unwrap().remove(file);
        let fault = format!("{:#}", Cities::read(&sources).unwrap_err());
        let expected = format!("feed gtfs/guangfo: {file} is missing; add it to the feed");
        assert_eq!(fault, expected);
    }
}

#[test]
fn byte_order_marks_windows_lines_and_no_translations_are_read() {
    let mut sources = embedded::sources();
    let files = sources.feeds.get_mut("guangfo").unwrap();
    files.remove("translations.txt");
    for content in files.values_mut() {
        *content = format!("\u{feff}{}", content.replace('\n', "\r\n"));
    }
    let cities = Cities::read(&sources).unwrap();
    let names = cities.book.names_of(&StopId(text("xilang")));
    assert_eq!(names.all().count(), 1);
}

#[test]
fn a_folder_that_does_not_hold_together_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let load = || format!("{:#}", Cities::load(Some(folder.path())).unwrap_err());
    assert!(
        load().contains("a data folder has gtfs/ and tariffs/"),
        "{}",
        load()
    );
    fs::create_dir(folder.path().join("gtfs")).unwrap();
    fs::create_dir(folder.path().join("tariffs")).unwrap();
    assert!(load().contains("there is no tariff"), "{}", load());
    fs::write(folder.path().join("tariffs/x.toml"), "name = 1").unwrap();
    assert!(load().starts_with("tariffs/x.toml: line 1: "), "{}", load());
    fs::write(folder.path().join("tariffs/x.toml"), [0xff, 0xfe]).unwrap();
    assert!(load().contains("as UTF-8 text"), "{}", load());
    let guangzhou = include_str!("../../../../../data/tariffs/guangzhou.toml");
    fs::write(folder.path().join("tariffs/x.toml"), guangzhou).unwrap();
    let fault = load();
    assert!(
        fault.contains("there is no network guangfo-metro"),
        "{fault}"
    );
}
