//! The made-up city as a feed, and what any city's tariffs become on the third day of a run.

use ridecode_fare::example::TARIFF;
use ridecode_fare_oracle::feed::{City, Hop, Line};
use ridecode_words::Mode;

/// The made-up city of the fare crate: what its `example::network` builds, once more.
pub(super) fn example() -> City {
    let lines = [("m1", 1), ("m2", 4)].map(|(id, operator)| Line {
        id: id.to_owned(),
        operator,
        mode: Mode::Metro,
        network: "example-metro".to_owned(),
    });
    let sections = [
        ("m1", "west", "middle", 3_500),
        ("m1", "middle", "east", 8_000),
        ("m2", "middle", "south", 5_000),
    ];
    let hops = sections
        .into_iter()
        .flat_map(|(line, one, other, length_m)| {
            [(one, other), (other, one)].map(|(from, to)| Hop {
                line: line.to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
                length_m,
            })
        });
    City {
        lines: lines.into(),
        hops: hops.collect(),
        tariffs: vec![TARIFF.to_owned()],
    }
}

/// A city whose tariffs end after the second day of a run; those that follow have other prices, a
/// ladder of discounts that a rider climbs in days, and caps.
pub(super) fn from_third_day(city: &City) -> City {
    let tariffs = city.tariffs.iter();
    City {
        lines: city.lines.clone(),
        hops: city.hops.clone(),
        tariffs: tariffs.flat_map(|text| follow_up(text)).collect(),
    }
}

/// A tariff with its end, and the one that follows it.
fn follow_up(text: &str) -> [String; 2] {
    let line_of = |field: &str| {
        let found = text.lines().find(|line| line.starts_with(field));
        found.expect("every tariff has its field").to_owned()
    };
    let (version, from) = (line_of("version = "), line_of("valid_from = "));
    let ended = text.replace(&from, &format!("{from}\nvalid_until = 2026-11-22"));
    let next = text
        .replace(&version, "version = \"next\"")
        .replace(&from, "valid_from = 2026-11-23")
        .replace("[8000, 300]", "[8000, 350]")
        .replace("flat = 200", "flat = 150")
        .replace("[8000, 80], [20000, 50]", "[800, 80], [1500, 50]");
    [ended, next + CAPS]
}

/// What nobody pays more than in a day and in a month by the tariffs that follow.
const CAPS: &str = r#"
[[cap]]
name = "day"
period = "day"
at_most = 700

[[cap]]
name = "month"
period = "month"
at_most = 2500
"#;
