//! Transfers and continued fares over the example city, with rules of their own.

use alloc::format;
use alloc::string::String;
use std::collections::BTreeSet;

use ridecode_words::{Month, OperatorId, RiderId, TapId, ValidatorId};

use super::*;
use crate::bill::{Bill, Period, bill};
use crate::example;
use crate::tap::Tap;
use crate::tariff::Tariff;

/// 2026-11-01 00:00 in the example's zone.
const MONTH: i64 = 1_793_462_400;
const HOUR: i64 = 3_600;

/// Bus and metro within two hours of the way out, two buses likewise; out at the middle and in at
/// the south, or the middle again, within half an hour continues the fare.
const CHANGES: &str = r#"
[[transfer]]
name = "bus"
from = ["bus"]
to = ["bus", "metro"]
within_s = 7200
measured_from = "end"
off = 100

[[transfer]]
name = "metro"
from = ["metro"]
to = ["bus"]
within_s = 7200
measured_from = "end"
off = 100
"#;

/// One tap: seconds into the month, and where. `+stop` is a way in, `-stop` a way out, else a bus
/// line.
type Shown<'a> = (i64, &'a str);

fn taps(shown: &[Shown<'_>]) -> Vec<Tap> {
    let text = |text: &str| Text::new(text).unwrap();
    let tap = |(place, (after_s, at)): (usize, &Shown<'_>)| {
        let (kind, stop, line) = match at.split_at(1) {
            ("+", stop) => (TapKind::In, Some(stop), None),
            ("-", stop) => (TapKind::Out, Some(stop), None),
            _ => (TapKind::Single, None, Some(*at)),
        };
        let is_bus = kind == TapKind::Single;
        Tap {
            time: UnixSeconds(MONTH + after_s),
            id: TapId {
                validator: ValidatorId(1),
                sequence: u64::try_from(place).unwrap(),
            },
            rider: RiderId(7),
            issuer: IssuerId(4_401),
            kind,
            operator: OperatorId(if is_bus { 2 } else { 1 }),
            mode: if is_bus { Mode::Bus } else { Mode::Metro },
            line: line.map(|line| LineId(text(line))),
            stop: stop.map(|stop| StopId(text(stop))),
            direction: None,
            vehicle: None,
            category: 0,
            showing: None,
        }
    };
    shown.iter().enumerate().map(tap).collect()
}

fn book(tariff: &str) -> TariffBook {
    let tariff = Tariff::parse(tariff).unwrap();
    TariffBook::new(vec![example::network()], vec![tariff]).unwrap()
}

fn tariff(changes: &str) -> String {
    let text = example::TARIFF.replace(
        "same_station_s = 600",
        "same_station_s = 600\ncontinues = { within_s = 1800, pairs = [[\"middle\", \"south\"], \
         [\"middle\", \"middle\"]] }",
    );
    format!("{text}{changes}")
}

fn november(taps: &[Tap], tariff: &str) -> Bill {
    let month = Month {
        year: 2026,
        month: 11,
    };
    let period = Period {
        rider: RiderId(7),
        month,
    };
    let later = UnixSeconds(MONTH + 31 * 24 * HOUR);
    bill(period, taps, &book(tariff), later)
}

/// What each ride of November costs.
fn check_by(changes: &str, shown: &[Shown<'_>], amounts: &[i64]) {
    let bill = november(&taps(shown), &tariff(changes));
    let found: Vec<i64> = bill.fares.iter().map(|fare| fare.amount.minor).collect();
    assert_eq!(found, amounts, "{shown:?}");
}

fn check(shown: &[Shown<'_>], amounts: &[i64]) {
    check_by(CHANGES, shown, amounts);
}

#[test]
fn a_change_in_time_costs_less() {
    let metro = [(0, "+west"), (600, "-middle")];
    check(&[metro[0], metro[1], (7_800, "b1")], &[200, 100]);
    check(&[metro[0], metro[1], (7_801, "b1")], &[200, 200]);
    check(
        &[(0, "b1"), (7_200, "+west"), (9_000, "-east")],
        &[200, 300],
    );
    check(
        &[(0, "b1"), (7_201, "+west"), (9_000, "-east")],
        &[200, 400],
    );
    check(&[(0, "b1"), (60, "b2")], &[200, 100]);
    // The same line again is no change; metro to metro has no rule.
    check(&[(0, "b1"), (60, "b1")], &[200, 200]);
    check(
        &[metro[0], metro[1], (900, "+east"), (1_800, "-middle")],
        &[200, 300],
    );
}

#[test]
fn a_ride_gives_and_gets_one_discount() {
    // Two riders of one account leave the metro and board one bus.
    let two = [(0, "+west"), (9, "-middle"), (20, "+west"), (30, "-middle")];
    check(
        &[two[0], two[1], two[2], two[3], (60, "b1"), (61, "b1")],
        &[200, 200, 100, 100],
    );
    // One of them only.
    check(&[two[0], two[1], (60, "b1"), (61, "b1")], &[200, 100, 200]);
    // Along a chain each ride gets one, unless the table says otherwise.
    let chain = [(0, "b1"), (60, "b2"), (120, "b3"), (180, "b4")];
    check(&chain, &[200, 100, 100, 100]);
    let unchained = CHANGES.replacen("off = 100", "off = 100\nchained = false", 1);
    check_by(&unchained, &chain, &[200, 100, 200, 100]);
    let same_line = CHANGES.replacen("off = 100", "off = 100\nsame_line = true", 1);
    check_by(&same_line, &[(0, "b1"), (60, "b1")], &[200, 100]);
}

#[test]
fn a_discount_is_of_one_direction_and_never_below_zero() {
    let metro = CHANGES.replacen("from = [\"bus\"]", "from = [\"ferry\"]", 1);
    check_by(
        &metro,
        &[(0, "b1"), (60, "+west"), (900, "-middle")],
        &[200, 200],
    );
    let all = CHANGES.replace("off = 100", "off = 1000");
    check_by(&all, &[(0, "b1"), (60, "b2")], &[200, 0]);
    let percent = CHANGES.replace("off = 100", "off_percent = 33");
    check_by(&percent, &[(0, "b1"), (60, "b2")], &[200, 134]);
    let start = CHANGES.replace("\"end\"", "\"start\"");
    check_by(
        &start,
        &[(0, "+west"), (6_000, "-middle"), (7_201, "b1")],
        &[200, 200],
    );
    let rules = CHANGES.replace(
        "off = 100",
        "off = 100\nrules = [\"metro\", \"neighbor bus\"]",
    );
    check_by(&rules, &[(0, "b1"), (60, "b2")], &[200, 200]);
}

#[test]
fn rides_with_a_missing_tap_and_free_ones_change_nothing() {
    check(&[(0, "+west"), (60, "b1")], &[200, 200]);
    check(&[(0, "-west"), (60, "b1")], &[200, 200]);
    check(&[(0, "+west"), (300, "-west"), (400, "b1")], &[0, 200]);
    // The gates opened while the bus was ridden.
    check(&[(0, "+west"), (60, "b1"), (600, "-middle")], &[200, 200]);
}

#[test]
fn going_out_and_in_again_continues_the_fare() {
    let out = [(0, "+west"), (600, "-middle")];
    let on = |entry, at: i64| [out[0], out[1], (600 + at, entry), (600 + at + 900, "-east")];
    // 3.5 km and 8 km: 4.00 together, 2.00 of them before.
    check(&on("+middle", 1_800), &[200, 200]);
    check(&on("+middle", 1_801), &[200, 300]);
    // In at the south: 3.5 km and 13 km are 16.5 km, 5.00.
    check(&on("+south", 1_800), &[200, 300]);
    check(&on("+south", 1_801), &[200, 500]);
    // A third ride goes on from the second: 3.5, 5 and 8 km are 16.5 km, 5.00.
    let there = [out[0], out[1], (700, "+middle"), (800, "-middle")];
    check(
        &[there[0], there[1], (900, "+middle"), (1_800, "-east")],
        &[200, 200],
    );
    let thrice = [
        (0, "+west"),
        (600, "-middle"),
        (700, "+middle"),
        (1_500, "-south"),
    ];
    check(
        &[
            thrice[0],
            thrice[1],
            thrice[2],
            thrice[3],
            (1_600, "+middle"),
            (2_600, "-east"),
        ],
        &[200, 200, 100],
    );
}

#[test]
fn a_ride_of_the_month_before_counts_for_a_day_at_most() {
    check(&[(-60, "b1"), (60, "b2")], &[100]);
    check(
        &[
            (-900, "+west"),
            (-60, "-middle"),
            (60, "+middle"),
            (900, "-east"),
        ],
        &[200],
    );
    let long = CHANGES.replace("7200", "86400");
    check_by(&long, &[(-86_400, "b1"), (0, "b2")], &[100]);
    // What the earlier month's rides got and gave among themselves is not looked at.
    let unchained = CHANGES.replace("off = 100", "off = 100\nchained = false");
    check_by(&unchained, &[(-120, "b1"), (-60, "b2"), (60, "b3")], &[100]);
}

#[test]
fn any_order_and_any_taps_from_before_the_window_give_one_bill() {
    let lines = ["b1", "b2", "+west", "-middle", "+middle", "-east", "+south"];
    let text = tariff(&CHANGES.replacen("off = 100", "off = 100\nchained = false", 1));
    for round in 0..200 {
        let seed = ridecode_testing::seed(round);
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut times: BTreeSet<i64> = BTreeSet::new();
        times.extend((0..40).map(|_| rng.i64(-80 * HOUR..80 * HOUR)));
        let shown: Vec<Shown<'_>> = times
            .iter()
            .map(|time| (*time, lines[rng.usize(..lines.len())]))
            .collect();
        let mut all = taps(&shown);
        let whole = november(&all, &text).to_bytes();
        // As much as the store loads: a month in any zone and a day before it.
        let from = UnixSeconds(MONTH + 8 * HOUR - 14 * HOUR - 24 * HOUR);
        rng.shuffle(&mut all);
        assert_eq!(november(&all, &text).to_bytes(), whole, "seed {seed}");
        all.retain(|tap| tap.time >= from);
        assert_eq!(november(&all, &text).to_bytes(), whole, "seed {seed}");
    }
}

#[test]
fn tiers_take_their_part_before_the_transfer() {
    let tiers = "tiers = { bands = [[0, 80], [300, 75], [600, 65]], round_to = 1 }";
    let check = |list: i64, amounts: &[i64]| {
        let text = tariff(&CHANGES.replace("off = 100", "off = 40"));
        let text = text.replacen("flat = 200", &format!("flat = {list}\n{tiers}"), 1);
        let bill = november(&taps(&[(0, "b1"), (60, "b2")]), &text);
        let found: Vec<i64> = bill.fares.iter().map(|fare| fare.amount.minor).collect();
        assert_eq!(found, amounts, "{list}");
    };
    check(200, &[160, 120]);
    check(300, &[240, 200]);
    check(400, &[315, 275]);
    check(600, &[465, 425]);
    check(1_000, &[725, 685]);
    // 2.40 and 0.7575 are 3.1575: rounded up.
    check(401, &[316, 276]);
    check(0, &[0, 0]);
}
