//! vectors/fares/CITY.json: single fares around every step of each city's ladder, and the matrix.

use ridecode_fare::matrix;
use serde_json::Value;

use super::*;

/// The spot values of every city the program carries.
const SPOTS: [&str; 5] = [
    include_str!("../../../../../vectors/fares/beijing.json"),
    include_str!("../../../../../vectors/fares/foshan.json"),
    include_str!("../../../../../vectors/fares/guangzhou.json"),
    include_str!("../../../../../vectors/fares/shanghai.json"),
    include_str!("../../../../../vectors/fares/shenzhen.json"),
];

/// How far from a step of the ladder its nearest spot value may lie, in meters.
const NEAR_M: u64 = 300;

fn spots() -> impl Iterator<Item = Value> {
    SPOTS.iter().map(|text| serde_json::from_str(text).unwrap())
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

/// Quotes a case there and back.
fn check(cities: &Cities, spot: &Value, case: &Value) {
    let ends = (word(case, "from"), word(case, "to"));
    for (from, to) in [ends, (ends.1, ends.0)] {
        let day = word(spot, "day").parse().unwrap();
        let trip = Trip::new(word(spot, "city"), [from, to], day);
        let quote = quote(&cities.book, &trip);
        let quote = quote.unwrap_or_else(|fault| panic!("{from} {to}: {fault}"));
        assert_eq!(case["fare_minor"], quote.way.fare.minor, "{from} → {to}");
        if let Some(length_m) = case["length_m"].as_u64() {
            let path = quote.way.path.as_ref().unwrap();
            assert_eq!(length_m, u64::from(path.length_m), "{from} → {to}");
        }
    }
}

#[test]
fn quotes_are_the_spot_values() {
    let cities = Cities::embedded();
    for spot in spots() {
        for case in spot["cases"].as_array().unwrap() {
            check(&cities, &spot, case);
        }
    }
}

#[test]
fn every_city_has_thirty_spot_values_on_both_sides_of_every_step() {
    let cities = Cities::embedded();
    let keys: Vec<&str> = cities
        .book
        .cities()
        .iter()
        .map(|key| key.as_str())
        .collect();
    let mut covered: Vec<String> = Vec::new();
    for spot in spots() {
        let city = word(&spot, "city").to_owned();
        let cases = spot["cases"].as_array().unwrap();
        assert!(cases.len() >= 30, "{city} has {} spot values", cases.len());
        let lengths: Vec<u64> = cases
            .iter()
            .filter_map(|case| case["length_m"].as_u64())
            .collect();
        for step in spot["steps_m"].as_array().unwrap() {
            let step = step.as_u64().unwrap();
            let below = lengths.iter().any(|m| (step - NEAR_M..=step).contains(m));
            let above = lengths
                .iter()
                .any(|m| (step + 1..=step + NEAR_M).contains(m));
            assert!(below && above, "{city}: no spot value beside {step} m");
        }
        covered.push(city);
    }
    assert_eq!(covered, keys);
}

/// Every stop reaches every other of its city's metro for one fare, there as back.
#[test]
fn matrices_are_whole_and_the_same_both_ways() {
    let cities = Cities::embedded();
    for spot in spots() {
        let network = cities.book.find_network(&text(word(&spot, "network")));
        let network = network.unwrap();
        let day = word(&spot, "day").parse().unwrap();
        let rows = matrix(&cities.book, word(&spot, "city"), day).unwrap();
        let fares: BTreeMap<(StopId, StopId), i64> = rows
            .filter(|row| row.network == network.name())
            .map(|row| ((row.from.stop.clone(), row.to.stop.clone()), row.fare.minor))
            .collect();
        assert_eq!(fares.len(), network.stops().len().pow(2));
        for ((from, to), fare) in &fares {
            assert_eq!(fares[&(to.clone(), from.clone())], *fare, "{from:?} {to:?}");
        }
    }
}
