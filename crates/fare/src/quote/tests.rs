//! Quotes over the example city.

use super::*;
use crate::example;

fn ask<'a>(city: &'a str, from: &'a str, to: &'a str) -> Result<Quote, QuoteFault> {
    let trip = Trip::new(city, [from, to], example::DAY);
    quote(&example::book(), &trip)
}

/// Fare in minor units and length in meters.
fn check(from: &str, to: &str, expected: (i64, u32)) {
    let quote = ask("example", from, to).unwrap();
    let length_m = quote.way.path.unwrap().length_m;
    assert_eq!((quote.way.fare.minor, length_m), expected);
    assert_eq!(quote.explanation.total, quote.way.fare);
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
    let trip = Trip::new("example", ["West", "East"], "2019-12-31".parse().unwrap());
    let fault = quote(&example::book(), &trip).unwrap_err();
    assert_eq!(
        alloc::format!("{fault}"),
        "no tariff of example is in force on 2019-12-31; it is in force from 2020-01-01"
    );
    let trip = Trip {
        network: Some("tram"),
        ..Trip::new("example", ["West", "East"], example::DAY)
    };
    let fault = quote(&example::book(), &trip).unwrap_err();
    assert_eq!(
        alloc::format!("{fault}"),
        "no tariff of example prices a network tram; there are: example-metro"
    );
}

#[test]
fn a_matrix_holds_what_quotes_say() {
    let book = example::book();
    let rows: Vec<_> = matrix(&book, "example", example::DAY).unwrap().collect();
    assert_eq!(rows.len(), 16);
    for row in rows {
        let quote = ask("example", row.from.stop.as_str(), row.to.stop.as_str()).unwrap();
        assert_eq!(row.fare, quote.way.fare);
    }
    assert!(matrix(&book, "nowhere", example::DAY).is_err());
}

#[test]
fn a_matrix_is_reduced_as_quotes_are() {
    let half = "[[window]]\nname = \"noon\"\ntimes = [[\"12:00\", \"13:00\"]]\n\
                [[concession]]\nname = \"half\"\nwindows = [\"noon\"]\npercent = 50\n";
    let tariff = Tariff::parse(&alloc::format!("{}\n{half}", example::TARIFF)).unwrap();
    let book = TariffBook::new(alloc::vec![example::network()], alloc::vec![tariff]).unwrap();
    let mut fares = Vec::new();
    for row in matrix(&book, "example", example::DAY).unwrap() {
        let ends = [row.from.stop.as_str(), row.to.stop.as_str()];
        let quote = quote(&book, &Trip::new("example", ends, example::DAY)).unwrap();
        assert_eq!(row.fare, quote.way.fare, "{ends:?}");
        fares.push(row.fare.minor);
    }
    assert_eq!(fares.iter().max(), Some(&250));
}

/// A quote over the example's network by the example's tariff, altered.
fn ask_altered(old: &str, new: &str, [from, to]: [&str; 2]) -> Quote {
    assert!(example::TARIFF.contains(old), "{old}");
    let tariff = Tariff::parse(&example::TARIFF.replacen(old, new, 1)).unwrap();
    let book = TariffBook::new(alloc::vec![example::network()], alloc::vec![tariff]).unwrap();
    quote(&book, &Trip::new("example", [from, to], example::DAY)).unwrap()
}

#[test]
fn zones_are_asked_by_the_ids_of_their_stops() {
    let zones = "zones = { stops = [[\"A\", [\"a1\"]], [\"B\", [\"b\"]]], \
                 fares = [[\"A\", \"B\", 250], [\"B\", \"A\", 300]] }";
    let check = |ends, fare| {
        let quote = ask_altered("flat = 200", zones, ends);
        assert_eq!((quote.way.fare.minor, quote.way.path), (fare, None));
        assert_eq!(quote.explanation.steps.len(), 1);
    };
    check(["a1", "b"], 250);
    check(["b", "a1"], 300);
}

#[test]
fn a_quote_tells_what_a_ride_before_it_takes_off() {
    let transfer = "[[transfer]]\nname = \"change\"\nfrom = [\"bus\", \"brt\"]\nto = \
                    [\"metro\"]\nwithin_s = 5400\nmeasured_from = \"end\"\noff = 50\n\n";
    let altered = alloc::format!("{transfer}[accumulation]");
    let quote = ask_altered("[accumulation]", &altered, ["West", "East"]);
    assert_eq!(quote.way.fare.minor, 400);
    let told: Vec<String> = quote
        .after
        .iter()
        .flat_map(|after| Language::ALL.map(|language| after.text(language)))
        .collect();
    assert_eq!(
        told,
        [
            "Within 1 h 30 min after the end of a ride by bus or BRT: 0.50 yuan less, 3.50 yuan.",
            "公交或快速公交行程结束后1小时30分钟内换乘：减 0.50 元，票价 3.50 元。",
            "公交或快速公交行程結束後1小時30分鐘內轉乘：減 0.50 元，票價 3.50 元。",
        ]
    );
    assert!(ask("example", "West", "East").unwrap().after.is_empty());
}
