//! Bills of riders and times with prices of their own.

use alloc::format;
use alloc::string::String;

use super::*;
use crate::tariff::Tariff;

/// Students pay half in the metro; everyone pays 1.00 on a bus in the early morning of a
/// Saturday; seniors ride free, and that does not count. 2026-11-21, the morning of these tests,
/// is a Saturday.
const AUDIENCES: &str = r#"
[[category]]
name = "student"
codes = [2]

[[category]]
name = "senior"
codes = [3]

[[day_kind]]
name = "day off"
dates = [2026-11-23]

[[window]]
name = "early"
days = ["saturday", "day off"]
times = [["07:00", "08:00:01"]]

[[concession]]
name = "senior"
categories = ["senior"]
percent = 0
accumulates = false

[[concession]]
name = "student"
categories = ["student"]
rules = ["metro"]
percent = 50
round_to = 10

[[concession]]
name = "early bus"
windows = ["early"]
rules = ["bus"]
flat = 100
"#;

fn november(tariff: &str, taps: &[Tap]) -> Bill {
    let tariff = Tariff::parse(tariff).unwrap();
    let book = TariffBook::new(vec![example::network()], vec![tariff]).unwrap();
    let period = Period {
        rider: RiderId(7),
        month: Month {
            year: 2026,
            month: 11,
        },
    };
    bill(period, taps, &book, UnixSeconds(MORNING + 30 * DAY))
}

/// Amounts of a November, and the steps of the first fare without its last line.
fn check(tariff: &str, taps: &[Tap], amounts: &[i64], text: &str) {
    let bill = november(tariff, taps);
    let found: Vec<i64> = bill.fares.iter().map(|fare| fare.amount.minor).collect();
    assert_eq!(found, amounts);
    let explained = bill.fares[0]
        .explanation
        .text(crate::names::Language::English);
    let (steps, _) = explained.rsplit_once('\n').unwrap();
    assert_eq!(steps, text);
}

fn tariff() -> String {
    format!("{}{AUDIENCES}", example::TARIFF)
}

fn of(category: u8, tap: Tap) -> Tap {
    Tap { category, ..tap }
}

fn ride(category: u8, after_s: i64) -> [Tap; 2] {
    [
        of(category, tap(1, 0, TapKind::In, "west")),
        of(category, tap(2, after_s, TapKind::Out, "east")),
    ]
}

#[test]
fn a_category_of_riders_pays_its_part() {
    check(
        &tariff(),
        &ride(2, 900),
        &[200],
        "West to East: 11.5 km by the shortest path (Line 1).\n\
         Up to 12 km: 4.00 yuan.\n\
         student: 50% is paid, 2.00 yuan.\n\
         Paid this month: 0.00 yuan before this ride, 2.00 yuan after; no discount on this \
         ride.",
    );
    check(
        &tariff(),
        &ride(3, 900),
        &[0],
        "West to East: 11.5 km by the shortest path (Line 1).\n\
         Up to 12 km: 4.00 yuan.\n\
         senior: 0% is paid, 0.00 yuan.",
    );
    check(
        &tariff(),
        &[of(2, bus(1, 3_600))],
        &[200],
        "Flat fare: 2.00 yuan.\n\
         Paid this month: 0.00 yuan before this ride, 2.00 yuan after; no discount on this \
         ride.",
    );
    // A code of no category is an ordinary rider's.
    assert_eq!(
        november(&tariff(), &ride(9, 900)).fares[0].amount.minor,
        400
    );
}

#[test]
fn a_missing_tap_costs_its_part_and_an_overstay_all() {
    let entry = [of(3, tap(1, 0, TapKind::In, "west"))];
    assert_eq!(november(&tariff(), &entry).fares[0].amount.minor, 0);
    assert_eq!(
        november(&tariff(), &ride(2, 5 * 3_600)).fares[0]
            .amount
            .minor,
        500
    );
    let on_top = tariff().replacen("on_top = false", "on_top = true", 1);
    assert_eq!(
        november(&on_top, &ride(2, 5 * 3_600)).fares[0].amount.minor,
        700
    );
}

#[test]
fn a_missing_tap_may_cost_the_dearest_ride() {
    let dearest = tariff().replacen("price = 200 }", "price = \"dearest\" }", 1);
    let alone = |kind, stop| {
        november(&dearest, &[tap(1, 0, kind, stop)]).fares[0]
            .amount
            .minor
    };
    // From the middle 8 km at most; to the south 13 km from the east.
    assert_eq!(alone(TapKind::In, "middle"), 300);
    assert_eq!(alone(TapKind::Out, "south"), 500);
    let mut nowhere = tap(1, 0, TapKind::In, "west");
    nowhere.stop = None;
    let bill = november(&dearest, &[nowhere]);
    assert_eq!(bill.unpriced[0].1, Unpriced::NoStop);
    // Where the taps say their zones, the dearest fare between them.
    let zones = tariff().replacen(
        "flat = 200",
        "zones = { stops = [[\"A\", [\"a\"]], [\"B\", [\"b\"]]], fares = [[\"A\", \"B\", 250], \
         [\"A\", \"A\", 100], [\"B\", \"A\", 300]] }\nmissing_tap = { price = \"dearest\" }",
        1,
    );
    let alone = |kind, stop: &str| {
        let mut lone = bus(1, 3_600);
        (lone.kind, lone.stop) = (kind, Some(StopId(text(stop))));
        november(&zones, &[lone]).fares[0].amount.minor
    };
    assert_eq!(alone(TapKind::In, "a"), 250);
    assert_eq!(alone(TapKind::Out, "a"), 300);
    assert_eq!(alone(TapKind::In, "b"), 300);
    assert_eq!(alone(TapKind::Out, "b"), 250);
}

#[test]
fn a_window_is_measured_at_the_first_tap() {
    let first = |taps: &[Tap]| november(&tariff(), taps).fares[0].amount.minor;
    assert_eq!(first(&[bus(1, -3_600)]), 100);
    assert_eq!(first(&[bus(1, -3_601)]), 200);
    assert_eq!(first(&[bus(1, 0)]), 100);
    assert_eq!(first(&[bus(1, 1)]), 200);
    // The day before, and the listed Monday.
    assert_eq!(first(&[bus(1, -DAY)]), 200);
    assert_eq!(first(&[bus(1, 2 * DAY)]), 100);
    assert_eq!(first(&[bus(1, 9 * DAY)]), 200);
    check(
        &tariff(),
        &[bus(1, -60)],
        &[100],
        "Flat fare: 2.00 yuan.\n\
         Begun at 07:59: early.\n\
         early bus: 1.00 yuan.\n\
         Paid this month: 0.00 yuan before this ride, 1.00 yuan after; no discount on this \
         ride.",
    );
}

#[test]
fn rules_of_certain_riders_and_times_pair_the_taps_of_all() {
    // A cheaper rule for the early hours stands before the rule of every hour: who goes in by one
    // and out by the other has made one journey, priced at its first tap.
    let early = "[[rule]]\nname = \"early metro\"\noperators = [1, 4]\nmodes = [\"metro\"]\n\
                 zones = { stops = [[\"all\", [\"west\", \"east\"]]], fares = [[\"all\", \"all\", \
                 150]] }\nwindows = [\"early\"]\ncategories = [\"ordinary\"]\n\n[[rule]]\nname = \"metro\"";
    let text = tariff().replacen("[[rule]]\nname = \"metro\"", early, 1);
    let ride = |from: i64, category| {
        let taps = [
            of(category, tap(1, from, TapKind::In, "west")),
            of(category, tap(2, from + 900, TapKind::Out, "east")),
        ];
        let bill = november(&text, &taps);
        assert_eq!(bill.fares.len(), 1);
        bill.fares[0].amount.minor
    };
    assert_eq!(ride(-3_700, 0), 400);
    assert_eq!(ride(-60, 0), 150);
    assert_eq!(ride(60, 0), 400);
    assert_eq!(ride(-60, 2), 200);
    check(
        &text,
        &[
            tap(1, -60, TapKind::In, "west"),
            tap(2, 900, TapKind::Out, "east"),
        ],
        &[150],
        "Begun at 07:59: early.\nZone all to zone all: 1.50 yuan.",
    );
}
