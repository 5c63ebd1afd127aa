//! Tariffs: what is refused and where, ladders at their breakpoints, discounts to the fen.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::example::TARIFF;

/// The example with one text replaced: the line and a part of the fault.
fn refused(old: &str, new: &str, line: usize, what: &str) {
    refused_in(["", TARIFF], [old, new], line, what);
}

/// The same of the later of two parts of a file.
pub(super) fn refused_in([head, tail]: [&str; 2], [old, new]: [&str; 2], line: usize, what: &str) {
    assert!(tail.contains(old), "{old}");
    let text = alloc::format!("{head}{}", tail.replacen(old, new, 1));
    let fault = Tariff::parse(&text).unwrap_err();
    assert_eq!(fault.line, line, "{fault}");
    assert!(fault.what.contains(what), "{fault}");
}

#[test]
fn a_wrong_head_is_told_with_its_line() {
    refused("name = \"example\"", "", 1, "`name` is missing");
    refused(
        "version = \"1\"",
        "version = 1",
        3,
        "`version` must be a text",
    );
    refused("version = \"1\"", "version = \"\"", 3, "1 to 255 bytes");
    refused("\"CST-8\"", "\"Asia/Shanghai\"", 5, "POSIX");
    refused("\"CNY\"", "\"yuan\"", 6, "ISO 4217");
    refused("2020-01-01", "\"2020-13-01\"", 7, "calendar day");
    refused("2020-01-01", "2020-01-01T00:00:00Z", 7, "calendar day");
    refused("source = \"made up\"", "", 1, "`source` is missing");
    refused("source =", "sauce =", 1, "`source` is missing");
    refused(
        "city =",
        "town = \"x\"\ncity =",
        4,
        "`town` is no field here",
    );
}

#[test]
fn a_wrong_rule_is_told_with_its_line() {
    refused(
        "operators = [1, 4]",
        "operators = [1, -4]",
        12,
        "operator numbers",
    );
    refused(
        "operators = [1, 4]",
        "operators = []",
        12,
        "list of operator numbers",
    );
    refused("[\"metro\"]", "[\"Metro\"]", 13, "list of modes");
    refused(
        "network = \"example-metro\"",
        "",
        10,
        "`network` is missing",
    );
    refused("[8000, 300]", "[8000, 100]", 15, "rising order");
    refused("[8000, 300]", "[4000, 300]", 15, "rising order");
    refused("[8000, 300]", "[8000]", 15, "steps");
    refused("[8000, 300]", "[8000, 3.5]", 15, "minor units");
    refused("beyond = [6000, 100]", "beyond = [0, 100]", 15, "meters");
    refused(
        "accumulates = true",
        "accumulates = \"yes\"",
        16,
        "true or false",
    );
    refused(
        "same_station_s = 600",
        "same_station_s = -1",
        17,
        "from 0 to 86400",
    );
    refused("\"dearest_to_exit\"", "\"dearest\"", 18, "dearest_to_exit");
    refused(", on_top = false", "", 18, "`on_top` is missing");
    refused("price = 200", "price = \"most\"", 19, "dearest");
    refused("wait_s = 86400", "wait_s = 86401", 19, "from 60 to 86400");
    refused(
        "flat = 200",
        "flat = 1000000001",
        25,
        "from 0 to 1000000000",
    );
    refused("flat = 200", "flat = 200\nladder = {}", 21, "one price");
    refused("flat = 200", "", 21, "one price");
    refused("\"bus\"\nop", "\"metro\"\nop", 21, "named differently");
}

#[test]
fn a_wrong_discount_is_told_with_its_line() {
    refused("per = \"rider\"", "per = \"card\"", 35, "issuer");
    refused("\"split\"", "\"both\"", 36, "next_ride");
    refused("[0, 100]", "[1, 100]", 37, "the first from 0");
    refused("[20000, 50]", "[8000, 50]", 37, "rising order");
    refused("[20000, 50]", "[20000, 101]", 37, "from 0 to 100");
    refused("round_to = 1", "round_to = 0", 38, "from 1 to 10000");
    refused(
        "round_to = 1",
        "round_to = 1\nround_down = true",
        39,
        "`round_down`",
    );
    refused("[accumulation]", "[accumulated]", 1, "no [accumulation]");
    refused("city = \"example\"", "city = \"example", 4, "no TOML");
    refused(
        "city = \"example\"",
        "city = \"example\"\ncity = \"x\"",
        5,
        "no TOML",
    );
}

#[test]
fn a_wrong_transfer_is_told_with_its_line() {
    let transfer = "[[transfer]]\nname = \"x\"\nfrom = [\"bus\"]\nto = [\"metro\"]\n\
                    within_s = 7200\nmeasured_from = \"end\"\noff = 100\n";
    let head = alloc::format!("{TARIFF}\n");
    assert!(Tariff::parse(&alloc::format!("{head}{transfer}")).is_ok());
    let check = |old, new, line, what| refused_in([&head, transfer], [old, new], line, what);
    check("name = \"x\"", "", 40, "`name` is missing");
    check("from = [\"bus\"]", "from = []", 42, "list of modes");
    check("[\"metro\"]", "[\"rail\"]", 43, "list of modes");
    check("7200", "0", 44, "from 1 to 86400");
    check("7200", "86401", 44, "from 1 to 86400");
    check("\"end\"", "\"exit\"", 45, "\"start\" or \"end\"");
    check("off = 100", "", 40, "one thing");
    check("off = 100", "off = 100\noff_percent = 5", 40, "one thing");
    check("off = 100", "off_percent = 101", 46, "from 0 to 100");
    check("off = 100", "off = -1", 46, "minor units");
    check(
        "off = 100",
        "off = 1\nrules = [\"tram\"]",
        47,
        "names of rules",
    );
    check("off = 100", "off = 1\nchained = 1", 47, "true or false");
    check(
        "off = 100",
        "off = 1\nonce = true",
        47,
        "`once` is no field",
    );
    let again = alloc::format!("off = 100\n{transfer}");
    check("off = 100", &again, 47, "named differently");
}

#[test]
fn wrong_tiers_and_continued_fares_are_told_with_their_line() {
    let tiers = |what: &str| alloc::format!("flat = 200\ntiers = {what}");
    refused(
        "flat = 200",
        &tiers("{ bands = [[0, 80]] }"),
        26,
        "`round_to` is missing",
    );
    refused(
        "flat = 200",
        &tiers("{ bands = [[5, 80]], round_to = 1 }"),
        26,
        "first from 0",
    );
    refused(
        "flat = 200",
        &tiers("{ bands = [], round_to = 1 }"),
        26,
        "at most 6",
    );
    refused("flat = 200", &tiers("80"), 26, "bands");
    let on = |what: &str| alloc::format!("same_station_s = 600\ncontinues = {what}");
    let same = "same_station_s = 600";
    refused(
        same,
        &on("{ within_s = 60, pairs = [] }"),
        18,
        "at least one",
    );
    refused(
        same,
        &on("{ within_s = 60, pairs = [[\"a\"]] }"),
        18,
        "[stop out, stop in]",
    );
    refused(
        same,
        &on("{ within_s = 0, pairs = [[\"a\", \"b\"]] }"),
        18,
        "from 1 to 86400",
    );
    refused(
        same,
        &on("{ pairs = [[\"a\", \"b\"]] }"),
        18,
        "`within_s` is missing",
    );
    let flat = "flat = 200\ncontinues = { within_s = 60, pairs = [[\"a\", \"b\"]] }";
    refused("flat = 200", flat, 26, "ladder");
}

#[test]
fn a_tariff_of_any_bytes_is_refused_calmly() {
    let check = |text: &str| assert!(Tariff::parse(text).is_err());
    check("");
    check("\u{0}");
    check("rule = 1");
    check(&"[".repeat(100_000));
    check(&" ".repeat(Tariff::TEXT_MAX + 1));
    check("name = \"x\"\nrule = [[[[]]]]");
    for end in 0..TARIFF.len() {
        if TARIFF.is_char_boundary(end) {
            // A cut file is refused, or ends at a line and lacks nothing it must have.
            let _ = Tariff::parse(&TARIFF[..end]);
        }
    }
}

#[test]
fn the_hash_is_of_the_text() {
    let hash = |text: &str| Tariff::parse(text).unwrap().reference.hash;
    assert_eq!(hash(TARIFF), hash(TARIFF));
    let spaced: String = TARIFF.replacen("flat = 200", "flat  = 200", 1);
    assert_ne!(hash(TARIFF), hash(&spaced));
}

#[test]
fn a_ladder_changes_its_price_at_each_breakpoint_and_nowhere_else() {
    let ladder = Ladder {
        steps: vec![
            (4_000, 200),
            (8_000, 300),
            (12_000, 400),
            (18_000, 500),
            (24_000, 600),
        ],
        beyond: Some((8_000, 100)),
    };
    let mut price = 200;
    let breakpoints = [4_000, 8_000, 12_000, 18_000, 24_000, 32_000, 40_000, 48_000];
    for breakpoint in breakpoints {
        assert_eq!(ladder.price(breakpoint), (Some(breakpoint), price));
        assert_eq!(ladder.price(breakpoint + 1).1, price + 100);
        price += 100;
    }
    assert_eq!(ladder.price(0), (Some(4_000), 200));
    assert_eq!(ladder.price(u32::MAX).0, None);
    let mut last = 0;
    for length_m in (0..200_000).step_by(7) {
        let price = ladder.price(length_m).1;
        assert!(price >= last, "a longer way is never cheaper");
        last = price;
    }
}

#[test]
fn a_ladder_without_end_holds_its_last_price() {
    let ladder = Ladder {
        steps: vec![(1_000, 100)],
        beyond: None,
    };
    assert_eq!(ladder.price(1_001), (None, 100));
    assert_eq!(ladder.lowest(), 100);
}

fn accumulation(straddle: Straddle, bands: &[(i64, u8)], round_to: i64) -> Accumulation {
    Accumulation::new(AccumulationKey::Rider, straddle, bands.to_vec(), round_to)
}

const GUANGZHOU: [(i64, u8); 3] = [(0, 100), (8_000, 80), (20_000, 50)];

#[test]
fn a_fare_across_a_threshold_is_split() {
    let accumulation = accumulation(Straddle::Split, &GUANGZHOU, 1);
    let check = |before, list, paid| {
        assert_eq!(
            accumulation.discount(before, list).paid,
            paid,
            "{before} {list}"
        );
    };
    check(0, 500, 500);
    check(7_500, 500, 500);
    // 2.00 in full, 4.00 at 80 %.
    check(7_800, 600, 520);
    check(8_000, 500, 400);
    // 1.25 at 80 % fill the band up to 200.00, 8.75 at 50 % are 4.375.
    check(19_900, 1_000, 538);
    check(20_000, 1_000, 500);
    // All three bands: 1.00, 150.00 of which 120.00 are paid, 49.00 of which half.
    check(7_900, 20_000, 100 + 12_000 + 2_450);
    check(20_000, 1, 1);
    check(8_000, 0, 0);
    let parts: Vec<(u8, i64, i64)> = accumulation
        .discount(19_900, 1_000)
        .parts
        .iter()
        .map(|part| (part.percent, part.of_milli, part.paid_milli))
        .collect();
    assert_eq!(parts, [(80, 125_000, 100_000), (50, 875_000, 437_500)]);
}

#[test]
fn a_discount_from_the_next_ride_leaves_the_crossing_fare_whole() {
    let bands = [(0, 100), (10_000, 80), (15_000, 50), (40_000, 100)];
    let accumulation = accumulation(Straddle::NextRide, &bands, 1);
    let check = |before, list, paid| {
        assert_eq!(
            accumulation.discount(before, list).paid,
            paid,
            "{before} {list}"
        );
    };
    check(9_900, 500, 500);
    check(10_000, 500, 400);
    check(14_999, 300, 240);
    check(15_000, 300, 150);
    check(40_000, 300, 300);
}

#[test]
fn rounding_is_to_the_nearest_multiple_and_never_above_the_list_price() {
    let to_ten = accumulation(Straddle::Split, &[(0, 75)], 10);
    assert_eq!(to_ten.discount(0, 200).paid, 150);
    assert_eq!(to_ten.discount(0, 180).paid, 140);
    assert_eq!(to_ten.discount(0, 9).paid, 9);
    let free = accumulation(Straddle::Split, &[(0, 0), (100, 50)], 1);
    assert_eq!(free.discount(0, 500).paid, 0);
}

#[test]
fn discounts_grow_with_what_was_paid_and_fares_with_the_list_price() {
    let odd = [
        (0, 97),
        (1_234, 83),
        (5_000, 71),
        (9_999, 59),
        (20_000, 31),
        (50_000, 7),
    ];
    for seed in 0..200 {
        let seed = ridecode_testing::seed(seed);
        let mut rng = fastrand::Rng::with_seed(seed);
        let accumulation = accumulation(Straddle::Split, &odd, 1);
        let before = rng.i64(0..60_000);
        let list = rng.i64(0..3_000);
        let paid = accumulation.discount(before, list).paid;
        let more = accumulation.discount(before, list + rng.i64(0..500)).paid;
        let later = accumulation.discount(before + rng.i64(0..9_000), list).paid;
        assert!(paid <= list, "seed {seed}");
        assert!(paid <= more, "seed {seed}");
        assert!(later <= paid, "seed {seed}");
        // Paid in one ride or in two, the exact amounts differ by their roundings only.
        let first = accumulation.discount(before, list / 2).paid;
        let second = accumulation.discount(before + first, list - list / 2).paid;
        assert!((first + second - paid).abs() <= 2, "seed {seed}");
    }
}

#[test]
fn days_are_counted_in_the_zone_of_the_tariff() {
    let tariff = Tariff::parse(TARIFF).unwrap();
    let check =
        |time, day: &str| assert_eq!(tariff.day_of(UnixSeconds(time)), day.parse().unwrap());
    // 2026-11-20T15:59:59Z and one second later.
    check(1_795_190_399, "2026-11-20");
    check(1_795_190_400, "2026-11-21");
    assert!(tariff.is_in_force("2020-01-01".parse().unwrap()));
    assert!(!tariff.is_in_force("2019-12-31".parse().unwrap()));
    let summer = Tariff::parse(&TARIFF.replacen("CST-8", "CET-1CEST,M3.5.0,M10.5.0/3", 1)).unwrap();
    // 2026-07-01 and 2026-12-01, 22:30 UTC.
    let day = |time| summer.day_of(UnixSeconds(time));
    assert_eq!(day(1_782_945_000), "2026-07-02".parse().unwrap());
    assert_eq!(day(1_796_164_200), "2026-12-01".parse().unwrap());
    // Beyond the calendar of the zone there are days all the same.
    assert_eq!(day(i64::MAX), ServiceDay(i32::MAX));
}
