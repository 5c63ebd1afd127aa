//! Quotes over the example city.

use super::*;
use crate::example;

fn ask<'a>(city: &'a str, from: &'a str, to: &'a str) -> Result<Quote, QuoteFault> {
    let trip = Trip {
        city,
        from,
        to,
        day: example::DAY,
    };
    quote(&example::book(), &trip)
}

/// Fare in minor units and length in meters.
fn check(from: &str, to: &str, expected: (i64, u32)) {
    let quote = ask("example", from, to).unwrap();
    assert_eq!((quote.fare.minor, quote.path.length_m), expected);
    assert_eq!(quote.explanation.total, quote.fare);
}

/// The suggestions for a name that is not there.
fn suggested(name: &str, expected: &[&str]) {
    let check = |result: Result<Quote, QuoteFault>| {
        let Err(QuoteFault::UnknownStop {
            name: asked,
            suggestions,
        }) = result
        else {
            panic!("{name} is no stop");
        };
        assert_eq!(
            (asked.as_str(), suggestions.as_slice()),
            (name, &own(expected)[..])
        );
    };
    check(ask("example", name, "West"));
    check(ask("example", "West", name));
}

fn own(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| String::from(*name)).collect()
}

#[test]
fn stops_are_found_by_any_name_and_by_id() {
    check("West", "East", (400, 11_500));
    check("west", "east", (400, 11_500));
    check("WEST ", " eAsT", (400, 11_500));
    check("西门", "东门站", (400, 11_500));
    check("西门(A口)", "South", (400, 8_500));
    check("Middle", "West", (200, 3_500));
}

#[test]
fn from_a_stop_to_itself_the_shortest_ride_is_paid() {
    check("West", "West", (200, 0));
}

#[test]
fn unknown_names_get_suggestions_not_guesses() {
    suggested("Wst", &["West", "East"]);
    suggested("Est", &["West", "East"]);
    suggested("西", &["West"]);
    suggested("门", &["East", "South", "West"]);
    suggested("北门", &["East", "South", "West"]);
    suggested("Zanzibar", &[]);
    suggested("", &[]);
    suggested("()", &[]);
    suggested(&"门".repeat(10_000), &[]);
    let fault = ask("example", "Wst", "East").unwrap_err();
    let told = alloc::format!("{fault}");
    assert_eq!(told, "there is no stop Wst; did you mean West, East?");
}

#[test]
fn cities_and_days_without_tariff_are_told() {
    let fault = ask("nowhere", "West", "East").unwrap_err();
    let told = alloc::format!("{fault}");
    assert_eq!(told, "there is no city nowhere; there are: example");
    let trip = Trip {
        city: "example",
        from: "West",
        to: "East",
        day: "2019-12-31".parse().unwrap(),
    };
    assert!(matches!(
        quote(&example::book(), &trip),
        Err(QuoteFault::NotInForce { .. })
    ));
}

#[test]
fn a_matrix_holds_what_quotes_say() {
    let book = example::book();
    let rows: Vec<_> = matrix(&book, "example", example::DAY).unwrap().collect();
    assert_eq!(rows.len(), 16);
    for row in rows {
        let quote = ask("example", row.from.stop.as_str(), row.to.stop.as_str()).unwrap();
        assert_eq!(row.fare, quote.fare);
    }
    assert!(matrix(&book, "nowhere", example::DAY).is_err());
}
