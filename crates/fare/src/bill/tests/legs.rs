//! Rides that follow others at a price of their own.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::*;
use crate::names::Language;
use crate::tariff::Tariff;

/// Two groups on the metro, by area, and one on buses.
const RULES: &str = r#"
name = "legs"
version = "1"
city = "legs"
zone = "CST-8"
currency = "CNY"
valid_from = 2020-01-01
source = "made up"
[[rule]]
name = "metro"
operators = [1]
modes = ["metro"]
zones = { stops = [["A", ["a"]], ["B", ["b"]]], fares = [["A", "A", 300, "near"], ["A", "B", 500, "far"], ["B", "A", 500, "far"], ["B", "B", 300]] }
[[rule]]
name = "bus"
operators = [2]
modes = ["bus"]
zones = { stops = [["all", ["a", "b"]]], fares = [["all", "all", 200, "bus"]] }
"#;

const TRANSFER: &str = r#"
[[leg_transfer]]
name = "change"
from = ["bus"]
to = ["bus"]
"#;

/// Seconds into the morning, and a ride: a bus line, or two stops of the metro half an hour apart.
fn taps(rides: &[(i64, &str)]) -> Vec<Tap> {
    let ride = |(number, (at, ride)): (u64, &(i64, &str))| match ride.split_once('>') {
        Some((from, to)) => {
            let entry = tap(2 * number, *at, TapKind::In, from);
            let exit = tap(2 * number + 1, at + 1_800, TapKind::Out, to);
            vec![entry, exit]
        }
        None => vec![Tap {
            line: Some(LineId(text(ride))),
            ..bus(2 * number, *at)
        }],
    };
    (1..).zip(rides).flat_map(ride).collect()
}

fn parse(transfers: &str) -> Result<Tariff, String> {
    Tariff::parse(&format!("{RULES}{transfers}")).map_err(|fault| fault.to_string())
}

/// What each ride costs.
fn check_by(transfers: &str, rides: &[(i64, &str)], expected: &[i64]) {
    let book = TariffBook::new(Vec::new(), vec![parse(transfers).unwrap()]).unwrap();
    let bill = of_month(11, &book, &taps(rides));
    let found: Vec<i64> = bill.fares.iter().map(|fare| fare.amount.minor).collect();
    assert_eq!(found, expected, "{transfers} {rides:?}");
}

fn check(transfer: &str, rides: &[(i64, &str)], expected: &[i64]) {
    check_by(&format!("{TRANSFER}{transfer}"), rides, expected);
}

fn of_month(month: u8, book: &TariffBook, taps: &[Tap]) -> Bill {
    let period = Period {
        rider: RiderId(7),
        month: Month { year: 2026, month },
    };
    bill(period, taps, book, UnixSeconds(MORNING + 9 * DAY))
}

#[test]
fn a_leg_costs_what_its_transfer_says() {
    let buses = [(0, "b1"), (600, "b2")];
    check("costs = 50", &buses, &[200, 50]);
    check("costs = 0", &buses, &[200, 0]);
    check("adds = 30", &buses, &[200, 230]);
    check("adds = -150", &buses, &[200, 50]);
    check("adds = -250", &buses, &[200, 0]);
    check("together = 350", &buses, &[200, 150]);
    check("together = 150", &buses, &[200, 0]);
    // Of a third what is left is not counted anew.
    let three = [(0, "b1"), (600, "b2"), (900, "b3")];
    check("together = 350", &three, &[200, 150, 350]);
}

#[test]
fn groups_decide_what_a_leg_follows() {
    let check = |from: &str, to: &str, rides: &[(i64, &str)], expected: &[i64]| {
        let transfer =
            format!("[[leg_transfer]]\nname = \"t\"\nfrom = [{from}]\nto = [{to}]\ncosts = 10\n");
        check_by(&transfer, rides, expected);
    };
    let far = [(0, "b1"), (600, "a>b")];
    check("\"bus\"", "\"far\"", &far, &[200, 10]);
    check("\"bus\"", "\"near\"", &far, &[200, 500]);
    check("\"bus\"", "\"near\", \"far\"", &far, &[200, 10]);
    check(
        "\"near\"",
        "\"bus\"",
        &[(0, "a>a"), (1_900, "b1")],
        &[300, 10],
    );
    // No group, no transfer.
    check(
        "\"near\"",
        "\"bus\"",
        &[(0, "b>b"), (1_900, "b1")],
        &[300, 200],
    );
    // Two riders of one account: over before it begins, and one gives to one.
    check(
        "\"near\"",
        "\"bus\"",
        &[(0, "a>a"), (1_799, "b1")],
        &[300, 200],
    );
    let both = [(0, "a>a"), (1_900, "b1"), (1_901, "b2")];
    check("\"near\"", "\"bus\"", &both, &[300, 10, 200]);
    check("\"bus\"", "\"bus\"", &[(0, "b1"), (5, "b1")], &[200, 200]);
}

#[test]
fn time_counts_from_the_first_ride_of_a_row() {
    let limit = |measured: &str| format!("costs = 0\nwithin_s = 3600\nmeasured = \"{measured}\"");
    let starts = limit("start_to_start");
    check(&starts, &[(0, "b1"), (3_600, "b2")], &[200, 0]);
    check(&starts, &[(0, "b1"), (3_601, "b2")], &[200, 200]);
    let row = [(0, "b1"), (2_000, "b2"), (3_601, "b3"), (5_000, "b4")];
    check(&starts, &row, &[200, 0, 200, 0]);
    let three = [(0, "b1"), (10, "b2"), (20, "b3"), (30, "b4")];
    check("costs = 0\ncount = 2", &three, &[200, 0, 0, 200]);
    // Without a limit a day counts.
    check("costs = 0", &[(0, "b1"), (86_400, "b2")], &[200, 0]);
    check("costs = 0", &[(0, "b1"), (86_401, "b2")], &[200, 200]);
    let metro = |measured: &str, at, expected: &[i64]| {
        let transfer = format!(
            "[[leg_transfer]]\nname = \"m\"\nfrom = [\"near\"]\nto = [\"far\"]\n{}\n",
            limit(measured)
        );
        check(
            &format!("costs = 0\n{transfer}"),
            &[(0, "a>a"), (at, "a>b")],
            expected,
        );
    };
    metro("start_to_start", 3_600, &[300, 0]);
    metro("start_to_end", 1_800, &[300, 0]);
    metro("start_to_end", 1_801, &[300, 500]);
    metro("end_to_start", 5_400, &[300, 0]);
    metro("end_to_start", 5_401, &[300, 500]);
    metro("end_to_end", 3_600, &[300, 0]);
    metro("end_to_end", 3_601, &[300, 500]);
}

#[test]
fn a_leg_transfer_is_told() {
    let transfer = format!("{TRANSFER}costs = 50\nwithin_s = 3600\nmeasured = \"start_to_start\"");
    let book = TariffBook::new(Vec::new(), vec![parse(&transfer).unwrap()]).unwrap();
    let bill = of_month(11, &book, &taps(&[(0, "b1"), (600, "b2")]));
    let said = |language| {
        let text = bill.fares[1].explanation.text(language);
        text.lines().nth(1).unwrap().to_string()
    };
    assert_eq!(
        said(Language::English),
        "Transfer from bus to bus after 10 min, within 1 h: 0.50 yuan in place of 2.00 yuan."
    );
    assert_eq!(
        said(Language::SimplifiedChinese),
        "由bus换乘bus：间隔10分钟（1小时内有效），原价 2.00 元，计 0.50 元。"
    );
    assert_eq!(
        said(Language::TraditionalChinese),
        "由bus轉乘bus：間隔10分鐘（1小時內有效），原價 2.00 元，計 0.50 元。"
    );
}

#[test]
fn wrong_leg_transfers_are_told() {
    let check = |transfer: &str, what: &str| {
        let fault = parse(&format!("{TRANSFER}{transfer}")).unwrap_err();
        assert!(fault.contains(what), "{fault}");
    };
    check("", "one price");
    check("costs = 1\nadds = 1", "one price");
    check("costs = -1", "amount in minor units");
    check("costs = 1\ncount = 0", "how many rides in a row");
    check("costs = 1\nwithin_s = 60", "both `within_s`");
    check(
        "costs = 1\nmeasured = \"start_to_start\"",
        "both `within_s`",
    );
    check(
        "costs = 1\nwithin_s = 60\nmeasured = \"start\"",
        "of the first ride",
    );
    check("costs = 1\nrate = 2", "`rate` is no field");
    let unknown = TRANSFER.replacen("[\"bus\"]", "[\"tram\"]", 1);
    let fault = parse(&format!("{unknown}costs = 1")).unwrap_err();
    assert!(fault.contains("a list of groups"), "{fault}");
    let twice = format!("{TRANSFER}costs = 1{TRANSFER}costs = 2");
    assert!(parse(&twice).unwrap_err().contains("of this name already"));
}
