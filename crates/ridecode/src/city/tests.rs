//! The embedded cities: what their feed and fares must hold, feeds that are refused, and bills
//! that are the same whatever way their taps came.

use std::process::Command;

use ridecode_fare::{Period, Tap, TapKind, Trip, bill, quote};
use ridecode_words::{
    IssuerId, LineId, Mode, Month, RiderId, StopId, TapId, Text, UnixSeconds, ValidatorId,
};

use super::*;

mod bills;
mod feeds;
mod spots;
mod vectors;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data");

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

#[test]
fn the_program_carries_what_stands_in_the_folder() {
    let embedded = embedded::sources();
    let folder = sources_of(Path::new(DATA)).unwrap();
    assert_eq!(embedded.feeds, folder.feeds);
    assert_eq!(embedded.tariffs, folder.tariffs);
    let keys = Cities::embedded();
    let keys: Vec<&str> = keys.book.cities().iter().map(|key| key.as_str()).collect();
    assert_eq!(
        keys,
        ["beijing", "foshan", "guangzhou", "shanghai", "shenzhen"]
    );
}

#[test]
fn the_feeds_are_what_their_sources_make() {
    let status = Command::new("python3")
        .arg(Path::new(DATA).join("build.py"))
        .arg("--check")
        .status()
        .expect("python3 is needed to check data/gtfs against data/sources");
    assert!(status.success(), "run python3 data/build.py");
}

#[test]
fn the_feeds_are_gtfs_to_another_reader() {
    let (mut stops, mut agencies, mut routes) = (0, 0, 0);
    for feed in fs::read_dir(Path::new(DATA).join("gtfs")).unwrap() {
        let gtfs = gtfs_structures::Gtfs::from_path(feed.unwrap().path()).unwrap();
        assert_eq!(gtfs.trips.len(), 2 * gtfs.routes.len(), "there and back");
        stops += gtfs.stops.len();
        agencies += gtfs.agencies.len();
        routes += gtfs.routes.len();
    }
    let cities = Cities::embedded();
    let networks = cities.book.networks().iter();
    let sizes: Vec<(usize, usize)> = networks
        .map(|net| (net.stops().len(), net.lines().len()))
        .collect();
    let called_at: usize = sizes.iter().map(|size| size.0).sum();
    assert_eq!(stops, called_at, "every stop is called at");
    assert_eq!(agencies, cities.operators.len());
    assert_eq!(routes, sizes.iter().map(|size| size.1).sum::<usize>());
}

#[test]
fn operators_have_their_numbers_and_names() {
    let cities = Cities::embedded();
    let name = |number| {
        let names = cities.operator_names(OperatorId(number));
        names.own().as_str().to_owned()
    };
    let names: Vec<String> = (1..=5).map(name).collect();
    assert_eq!(names, ["广州地铁", "广州公交", "佛山公交", "佛山地铁", "5"]);
}

/// The fare in fen of a trip.
fn fare(cities: &Cities, city: &str, (from, to): (&str, &str)) -> i64 {
    let trip = Trip::new(city, [from, to], "2026-11-21".parse().unwrap());
    let quote = quote(&cities.book, &trip);
    quote
        .unwrap_or_else(|fault| panic!("{from} {to}: {fault}"))
        .way
        .fare
        .minor
}

/// Lengths added up by hand from the sections, priced by hand from the published ladder: to 4 km
/// 2 yuan, 8 km 3, 12 km 4, 18 km 5, 24 km 6, 32 km 7. APM and BRT are flat.
#[test]
fn fares_follow_the_published_ladder() {
    let cities = Cities::embedded();
    let check = |from, to, yuan: i64| {
        for ends in [(from, to), (to, from)] {
            assert_eq!(fare(&cities, "guangzhou", ends), yuan * 100, "{ends:?}");
        }
    };
    check("体育西路", "珠江新城", 2);
    check("广州塔", "体育西路", 2);
    check("公园前", "体育西路", 3);
    check("西塱", "公园前", 4);
    check("西塱", "广州东站", 5);
    check("广州南站", "公园前", 5);
    check("魁奇路", "西塱", 6);
    check("番禺广场", "体育西路", 7);
    check("海心沙", "林和西", 2);
    check("岗顶", "师大暨大", 2);
}

#[test]
fn both_cities_answer_for_the_network_they_share() {
    let cities = Cities::embedded();
    assert_eq!(fare(&cities, "foshan", ("祖庙", "花卉世界")), 400);
    assert_eq!(fare(&cities, "guangzhou", ("祖廟", "Flower World")), 400);
    assert_eq!(fare(&cities, "foshan", ("花卉世界", "祖庙")), 400);
    assert_eq!(fare(&cities, "foshan", ("百花广场", "祖庙")), 200);
}

#[test]
fn a_longer_way_is_never_cheaper() {
    let book = Cities::embedded().book;
    let rows = ridecode_fare::matrix(&book, "guangzhou", "2026-11-21".parse().unwrap()).unwrap();
    let network = book.find_network(&text("guangfo-metro")).unwrap();
    let mut by_length: Vec<(u32, i64)> = rows
        .filter(|row| row.network == network.name())
        .map(|row| {
            let length_m = network.find_length_m(&row.from.stop, &row.to.stop);
            (length_m.unwrap(), row.fare.minor)
        })
        .collect();
    assert_eq!(
        by_length.len(),
        network.stops().len().pow(2),
        "every stop reaches every other"
    );
    by_length.sort_unstable();
    assert!(by_length.windows(2).all(|pair| pair[0].1 <= pair[1].1));
}
