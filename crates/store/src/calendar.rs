//! Months without a time zone.
//!
//! The store knows no zone: a month is due, and a window is loaded, wherever in the world the
//! month may lie. What that takes in too much is left out by the fare crate, which has the zone.

use ridecode_fare::Period;
use ridecode_words::{Month, RiderId, ServiceDay, UnixSeconds};

/// The months of a rider that a tap at `time` may change: those it lies in or is within a day of
/// in some zone. One or two, ascending.
pub(crate) fn periods_touched(rider: RiderId, time: UnixSeconds) -> impl Iterator<Item = Period> {
    let first = month_in_utc(time.plus_s(-DAY_S - BEHIND_UTC_S)).number();
    let last = month_in_utc(time.plus_s(DAY_S + AHEAD_OF_UTC_S)).number();
    (first..=last).map(move |number| Period {
        rider,
        month: Month::from_number(number),
    })
}

/// First and last second, inclusive, of a month in any zone, with `margin_s` seconds on each side.
pub(crate) fn bounds(month: Month, margin_s: u32) -> (UnixSeconds, UnixSeconds) {
    let margin_s = i64::from(margin_s);
    let next = Month::from_number(month.number().saturating_add(1));
    (
        start_in_utc(month).plus_s(-AHEAD_OF_UTC_S - margin_s),
        start_in_utc(next).plus_s(BEHIND_UTC_S + margin_s - 1),
    )
}

fn month_in_utc(time: UnixSeconds) -> Month {
    let days = time.0.div_euclid(DAY_S);
    let days = i32::try_from(days).unwrap_or(if days < 0 { DAYS_MIN } else { DAYS_MAX });
    ServiceDay(days.clamp(DAYS_MIN, DAYS_MAX)).month()
}

fn start_in_utc(month: Month) -> UnixSeconds {
    let day = ServiceDay::from_civil(month.year, month.month, 1);
    UnixSeconds(day.map_or(0, |day| i64::from(day.0) * DAY_S))
}

/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// The zone farthest ahead, UTC+14: months begin there this much before they do in UTC.
const AHEAD_OF_UTC_S: i64 = 14 * 3_600;

/// The zone farthest behind, UTC-12: months end there this much after they do in UTC.
const BEHIND_UTC_S: i64 = 12 * 3_600;

/// Some 270,000 years either way: far outside any journal, well inside calendar arithmetic.
const DAYS_MAX: i32 = 100_000_000;
const DAYS_MIN: i32 = -DAYS_MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_touches_its_month_and_a_near_neighbor() {
        let check = |days: i64, expected: &[(i32, u8)]| {
            let touched: Vec<_> = periods_touched(RiderId(7), UnixSeconds(days * DAY_S))
                .map(|period| (period.month.year, period.month.month))
                .collect();
            assert_eq!(touched, expected, "day {days}");
        };
        // 2026-11-21, 2026-12-01, 2026-12-02, 2026-12-03, 2026-11-29, 2026-11-30.
        check(20_778, &[(2026, 11)]);
        check(20_788, &[(2026, 11), (2026, 12)]);
        check(20_789, &[(2026, 11), (2026, 12)]);
        check(20_790, &[(2026, 12)]);
        check(20_786, &[(2026, 11)]);
        check(20_787, &[(2026, 11), (2026, 12)]);
    }

    #[test]
    fn bounds_hold_every_second_that_is_in_the_month_somewhere() {
        let november = Month {
            year: 2026,
            month: 11,
        };
        let (first, last) = bounds(november, 0);
        assert_eq!(first.to_string(), "2026-10-31T10:00:00Z");
        assert_eq!(last.to_string(), "2026-12-01T11:59:59Z");
        let (first, last) = bounds(november, 3_600);
        assert_eq!(first.to_string(), "2026-10-31T09:00:00Z");
        assert_eq!(last.to_string(), "2026-12-01T12:59:59Z");
    }
}
