//! A small city, complete enough for tests, examples and fuzzing: two metro lines of two
//! operators that meet, a bus without stops, and the rules of `example.toml`.
//!
//! ```
//! use ridecode_fare::{Trip, example, quote};
//!
//! let book = example::book();
//! let trip = Trip::new("example", ["West", "East"], example::DAY);
//! assert_eq!(quote(&book, &trip).unwrap().way.fare.minor, 400);
//! ```

use alloc::vec;

use ridecode_words::{LineId, Mode, OperatorId, ServiceDay, StopId, Text};

use crate::book::TariffBook;
use crate::names::{Language, Names};
use crate::network::{Interchange, LineRecord, Network, NetworkBuilder, Section, StopRecord};
use crate::tariff::Tariff;

/// A day the tariff is in force on: 2026-11-21.
pub const DAY: ServiceDay = ServiceDay(20_778);

/// The tariff's text.
pub const TARIFF: &str = include_str!("example.toml");

/// The city's tariff and network.
///
/// Metro line `m1` of operator 1: `west` – 3.5 km – `middle` – 8 km – `east`; line `m2` of
/// operator 4: `middle` – 5 km – `south`. Bus taps of operator 2 need no stop.
pub fn book() -> TariffBook {
    let tariff = Tariff::parse(TARIFF).expect("the example is a tariff");
    TariffBook::new(vec![network()], vec![tariff]).expect("the example fits together")
}

/// The city's metro.
pub fn network() -> Network {
    let text = |text| Text::new(text).expect("short");
    let mut builder = NetworkBuilder::new(text("example-metro"), Interchange::Free);
    for (stop, name, chinese) in [
        ("west", "West", "西门"),
        ("middle", "Middle", "中街"),
        ("east", "East", "东门"),
        ("south", "South", "南门"),
    ] {
        builder.stop(StopRecord {
            stop: StopId(text(stop)),
            names: Names::new(text(name)).with(Language::SimplifiedChinese, text(chinese)),
        });
    }
    for (line, name, operator) in [("m1", "Line 1", 1), ("m2", "Line 2", 4)] {
        builder.line(LineRecord {
            line: LineId(text(line)),
            operator: OperatorId(operator),
            mode: Mode::Metro,
            names: Names::new(text(name)),
        });
    }
    for (line, one, other, length_m) in [
        ("m1", "west", "middle", 3_500),
        ("m1", "middle", "east", 8_000),
        ("m2", "middle", "south", 5_000),
    ] {
        for (from, to) in [(one, other), (other, one)] {
            builder.section(Section {
                line: LineId(text(line)),
                from: StopId(text(from)),
                to: StopId(text(to)),
                length_m,
                estimated: false,
            });
        }
    }
    builder.build().expect("the example holds together")
}
