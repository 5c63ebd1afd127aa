//! Categories, lists of dates, windows and concessions: what is refused and where, and which time
//! lies in which window.

use alloc::format;
use alloc::string::String;

use super::*;
use crate::example::TARIFF;
use crate::tariff::tests::refused_in;
use crate::tariff::{Pays, Tariff};

/// Appended to the example, the first line of it is line 40.
const AUDIENCES: &str = r#"[[category]]
name = "senior"
names = { en = "Senior", zh-Hans = "老年人" }
codes = [3, 5]

[[day_kind]]
name = "holiday"
dates = [2026-10-01, 2026-10-02]

[[window]]
name = "peak"
days = ["monday", "friday"]
times = [["07:00", "09:00"], ["17:30:30", "24:00"]]

[[window]]
name = "free day"
days = ["sunday", "holiday"]

[[concession]]
name = "half price"
categories = ["senior"]
windows = ["peak"]
rules = ["metro"]
percent = 50
round_to = 10
accumulates = false
"#;

fn parse(audiences: &str) -> Result<Tariff, String> {
    Tariff::parse(&format!("{TARIFF}\n{audiences}")).map_err(|fault| format!("{fault}"))
}

#[test]
fn a_wrong_audience_is_told_with_its_line() {
    let head = format!("{TARIFF}\n");
    let check = |old, new, line, what| refused_in([&head, AUDIENCES], [old, new], line, what);
    check("name = \"senior\"", "name = \"ordinary\"", 40, "ordinary");
    check("[3, 5]", "[]", 43, "leave it out");
    check("[3, 5]", "[0]", 43, "from 1 to 255");
    check("[3, 5]", "[3, 3]", 43, "one category");
    check("zh-Hans", "zh-CN", 42, "`zh-CN` is no field here");
    check(
        "\"holiday\"",
        "\"monday\"",
        45,
        "a kind of day of this name",
    );
    check("2026-10-02", "2026-10-01", 47, "a day listed once");
    check("2026-10-02", "\"soon\"", 47, "calendar day");
    check(
        "[\"monday\", \"friday\"]",
        "[\"Mon\"]",
        51,
        "weekdays: monday",
    );
    check("[\"monday\", \"friday\"]", "[]", 51, "leave it out");
    check(
        "[\"07:00\", \"09:00\"]",
        "[\"09:00\", \"07:00\"]",
        52,
        "as two",
    );
    check("\"07:00\"", "\"7:00\"", 52, "times of day");
    check("\"07:00\"", "\"07:60\"", 52, "times of day");
    check("\"07:00\"", "\"07:00:0\"", 52, "times of day");
    check("\"24:00\"", "\"24:01\"", 52, "times of day");
    check("\"free day\"", "\"peak\"", 54, "there is a peak already");
    check("[\"senior\"]", "[\"student\"]", 60, "names of [[category]]");
    check(
        "windows = [\"peak\"]",
        "windows = [\"late\"]",
        61,
        "[[window]]",
    );
    check("[\"metro\"]", "[\"tram\"]", 62, "rules of this tariff");
    check("percent = 50", "percent = 101", 63, "from 0 to 100");
    check("percent = 50", "flat = 100", 64, "left out");
    check("percent = 50", "percent = 50\nflat = 100", 58, "one price");
    check("percent = 50", "", 58, "one price");
    check("accumulates = false", "counts = false", 65, "no field");
}

#[test]
fn a_concession_is_paid_to_its_rounding_and_never_above_the_price() {
    let check = |pays: Pays, list, paid| assert_eq!(pays.paid(list), paid, "{pays:?} {list}");
    let half = |round_to| Pays::Percent {
        percent: 50,
        round_to,
    };
    check(half(1), 201, 101);
    check(half(100), 250, 100);
    check(half(100), 300, 200);
    check(half(1_000), 900, 0);
    check(half(1_000), 1_000, 1_000);
    check(Pays::Minor(100), 300, 100);
    check(Pays::Minor(100), 60, 60);
    let free = Pays::Percent {
        percent: 0,
        round_to: 1,
    };
    check(free, 900, 0);
}

#[test]
fn a_time_lies_in_the_windows_of_its_kind_of_day() {
    let tariff = parse(AUDIENCES).unwrap();
    let calendar = tariff.calendar();
    let check = |day: &str, second, window: usize, holds| {
        let kind = calendar.kinds.of(day.parse().unwrap());
        let held = calendar.windows[window].holds(kind, second);
        assert_eq!(held, holds, "{day} {second} {window}");
    };
    // A Friday and a Saturday, and two Thursdays and Fridays of which some are holidays.
    check("2026-11-20", 7 * 3_600, 0, true);
    check("2026-11-20", 7 * 3_600 - 1, 0, false);
    check("2026-11-20", 9 * 3_600, 0, false);
    check("2026-11-20", 17 * 3_600 + 1_830, 0, true);
    check("2026-11-20", 86_399, 0, true);
    check("2026-11-21", 7 * 3_600, 0, false);
    check("2026-10-02", 7 * 3_600, 0, false);
    check("2026-10-02", 7 * 3_600, 1, true);
    check("2026-10-09", 7 * 3_600, 0, true);
    check("2026-11-22", 0, 1, true);
    check("1970-01-01", 0, 1, false);
    assert_eq!(
        calendar.kinds.of("1969-12-29".parse().unwrap()),
        DayKind::Weekday(0)
    );
}

#[test]
fn ordinary_riders_are_those_of_no_category() {
    let text = AUDIENCES.replacen(
        "categories = [\"senior\"]",
        "categories = [\"ordinary\"]",
        1,
    );
    let tariff = parse(&text).unwrap();
    let codes = tariff.concessions()[0].audience.codes;
    let check = |code, expected| assert_eq!(codes.contains(code), expected, "{code}");
    check(0, true);
    check(1, true);
    check(3, false);
    check(5, false);
    check(127, true);
    check(128, true);
    check(255, true);
}
