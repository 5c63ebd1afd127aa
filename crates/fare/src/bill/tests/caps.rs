//! Bills under caps.

use alloc::format;
use alloc::vec::Vec;

use super::*;
use crate::tariff::Tariff;

const CAPS: &str = r#"
[[cap]]
name = "day"
period = "day"
at_most = 500

[[cap]]
name = "week"
period = "week"
week_at_month_end = "by_days"
at_most = 1400
rules = ["bus"]
"#;

/// 2026-11-16 08:00, a Monday.
const MONDAY: i64 = -5 * DAY;

/// The example without its accumulation, and with caps.
fn capped(caps: &str) -> TariffBook {
    let text = example::TARIFF.replacen("accumulates = true\n", "", 2);
    let (text, _) = text.split_once("[accumulation]").unwrap();
    let tariff = Tariff::parse(&format!("{text}{caps}")).unwrap();
    TariffBook::new(vec![example::network()], vec![tariff]).unwrap()
}

fn of_month(month: u8, book: &TariffBook, taps: &[Tap]) -> Bill {
    let period = Period {
        rider: RiderId(7),
        month: Month { year: 2026, month },
    };
    bill(period, taps, book, UnixSeconds(MORNING + 40 * DAY))
}

fn amounts(bill: &Bill) -> Vec<i64> {
    bill.fares.iter().map(|fare| fare.amount.minor).collect()
}

/// Buses at such seconds from the morning of the tests: what each costs in November.
fn check(caps: &str, times: &[i64], expected: &[i64]) {
    let taps: Vec<Tap> = (1..).zip(times).map(|(id, time)| bus(id, *time)).collect();
    let bill = of_month(11, &capped(caps), &taps);
    assert_eq!(amounts(&bill), expected, "{times:?}");
}

#[test]
fn no_more_than_the_cap_is_paid_in_a_day_and_in_a_week() {
    let day = |day: i64| [0, 60, 120].map(|second| MONDAY + day * DAY + second);
    check(CAPS, &day(0), &[200, 200, 100]);
    let week: Vec<i64> = (0..3).flat_map(day).collect();
    check(CAPS, &week, &[200, 200, 100, 200, 200, 100, 200, 200, 0]);
    // The Sunday before is of another week.
    let sunday: Vec<i64> = (-1..3).flat_map(day).collect();
    let expected = [200, 200, 100, 200, 200, 100, 200, 200, 100, 200, 200, 0];
    check(CAPS, &sunday, &expected);
    let month = CAPS.replacen("period = \"day\"", "period = \"month\"", 1);
    check(
        &month,
        &[MONDAY, MONDAY + 9 * DAY, MONDAY + 12 * DAY],
        &[200, 200, 100],
    );
}

#[test]
fn a_week_that_ends_in_another_month_has_its_part_of_the_cap() {
    // 2026-11-30 is a Monday: a seventh of 14.00 in November, six in December.
    let taps = [bus(1, 9 * DAY), bus(2, 9 * DAY + 60), bus(3, 10 * DAY)];
    let book = capped(&CAPS.replacen("500", "900", 1));
    assert_eq!(amounts(&of_month(11, &book, &taps)), [200, 0]);
    assert_eq!(amounts(&of_month(12, &book, &taps)), [200]);
    let whole = capped(&CAPS.replacen("by_days", "whole", 1));
    assert_eq!(amounts(&of_month(11, &whole, &taps)), [200, 200]);
}

#[test]
fn caps_are_over_the_rules_modes_and_issuers_they_name() {
    let metro = [
        tap(11, 60, TapKind::In, "west"),
        tap(12, 900, TapKind::Out, "east"),
    ];
    let taps: Vec<Tap> = [bus(1, 0), bus(2, 30)].into_iter().chain(metro).collect();
    let november = |caps: &str, taps: &[Tap]| amounts(&of_month(11, &capped(caps), taps));
    assert_eq!(november(CAPS, &taps), [200, 200, 100]);
    let bus_only = CAPS.replacen("at_most = 500", "at_most = 300\nmodes = [\"bus\"]", 1);
    assert_eq!(november(&bus_only, &taps), [200, 100, 400]);
    let issuer = CAPS.replacen("at_most = 500", "at_most = 300\nper = \"issuer\"", 1);
    let mut of_two = [bus(1, 0), bus(2, 30), bus(3, 60)];
    of_two[1].issuer = IssuerId(5);
    assert_eq!(november(&issuer, &of_two), [200, 200, 100]);
    let rider = CAPS.replacen("at_most = 500", "at_most = 300", 1);
    assert_eq!(november(&rider, &of_two), [200, 100, 0]);
}

#[test]
fn what_a_cap_takes_off_is_explained_and_does_not_accumulate() {
    let caps = "\n[[cap]]\nname = \"day cap\"\nperiod = \"day\"\nat_most = 300\n";
    let tariff = Tariff::parse(&format!("{}{caps}", example::TARIFF)).unwrap();
    let book = TariffBook::new(vec![example::network()], vec![tariff]).unwrap();
    let bill = of_month(11, &book, &[bus(1, 0), bus(2, 60), bus(3, DAY)]);
    assert_eq!(amounts(&bill), [200, 100, 200]);
    let text = |fare: usize| {
        let explanation = &bill.fares[fare].explanation;
        explanation.text(crate::names::Language::English)
    };
    let lines = "Paid this month: 2.00 yuan before this ride, 3.00 yuan after; no discount on \
                 this ride.\n\
                 day cap: at most 3.00 yuan that day, 2.00 yuan of it paid before; 1.00 yuan \
                 remains.\n";
    assert!(text(1).contains(lines), "{}", text(1));
    assert!(
        text(2).contains("3.00 yuan before this ride, 5.00 yuan after"),
        "{}",
        text(2)
    );
}

#[test]
fn a_late_tap_is_capped_as_if_it_had_come_in_time() {
    let book = capped(CAPS);
    let mut taps: Vec<Tap> = (0..4).map(|ride| bus(ride + 1, ride as i64 * 60)).collect();
    let whole = of_month(11, &book, &taps).to_bytes();
    taps.rotate_left(1);
    assert_eq!(of_month(11, &book, &taps).to_bytes(), whole);
    let first = taps.pop().unwrap();
    assert_eq!(amounts(&of_month(11, &book, &taps)), [200, 200, 100]);
    taps.push(first);
    assert_eq!(amounts(&of_month(11, &book, &taps)), [200, 200, 100, 0]);
}

#[test]
fn under_caps_over_the_same_rides_a_further_ride_never_costs_less_in_total() {
    for round in 0..300 {
        let seed = ridecode_testing::seed(round);
        let mut rng = fastrand::Rng::with_seed(seed);
        let [day, week, month] = [900, 2_500, 6_000].map(|most| rng.i64(0..most));
        let edge = rng.choice(["by_days", "whole"]).unwrap();
        let book = capped(&format!(
            "\n[[cap]]\nname = \"day\"\nperiod = \"day\"\nat_most = {day}\n\
             [[cap]]\nname = \"week\"\nperiod = \"week\"\nweek_at_month_end = \"{edge}\"\n\
             at_most = {week}\n[[cap]]\nname = \"month\"\nperiod = \"month\"\nat_most = {month}\n"
        ));
        let mut taps: Vec<Tap> = Vec::new();
        let mut before = 0;
        for ride in 1..30 {
            taps.push(bus(ride, rng.i64(-20 * DAY..9 * DAY)));
            let bill = of_month(11, &book, &taps);
            let total: i64 = amounts(&bill).iter().sum();
            assert!((before..=month).contains(&total), "seed {seed}: {total}");
            for fare in &bill.fares {
                let same_day = bill.fares.iter().filter(|other| other.day == fare.day);
                let of_day: i64 = same_day.map(|other| other.amount.minor).sum();
                assert!(of_day <= day, "seed {seed}: {of_day} on {}", fare.day);
            }
            before = total;
        }
    }
}
