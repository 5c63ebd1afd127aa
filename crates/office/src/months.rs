//! The months some taps may lie in, whatever the zone of their tariff.

use std::collections::BTreeSet;

use ridecode_fare::Tap;
use ridecode_words::{Month, ServiceDay, UnixSeconds};

/// Every month a tap lies in or is within a day of in some zone, ascending. A journey begins in
/// one month of its tariff's zone, so billing each of these months gives each journey once.
pub(crate) fn months_around(taps: &[Tap]) -> BTreeSet<Month> {
    let around = |tap: &Tap| {
        [
            month(tap.time.plus_s(-DAYS_2_S)),
            month(tap.time.plus_s(DAYS_2_S)),
        ]
    };
    taps.iter().flat_map(around).collect()
}

fn month(time: UnixSeconds) -> Month {
    let days = i32::try_from(time.0.div_euclid(86_400));
    // A tap so far from today that its day has no number was refused long before.
    ServiceDay(days.unwrap_or_default()).month()
}

/// A day, and the widest difference between a zone and UTC rounded up to another.
const DAYS_2_S: i64 = 2 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_near_a_month_s_end_counts_to_both() {
        let check = |day: &str, expected: &[u8]| {
            let day: ServiceDay = day.parse().unwrap();
            let time = UnixSeconds(i64::from(day.0) * 86_400);
            let around: BTreeSet<Month> =
                [month(time.plus_s(-DAYS_2_S)), month(time.plus_s(DAYS_2_S))].into();
            let months: Vec<u8> = around.into_iter().map(|month| month.month).collect();
            assert_eq!(months, expected, "{day}");
        };
        check("2026-11-21", &[11]);
        check("2026-11-30", &[11, 12]);
        check("2026-11-02", &[10, 11]);
        check("2026-11-03", &[11]);
    }
}
