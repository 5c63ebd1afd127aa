//! Time as values. Nobody here knows what time it is; a zone is applied by whoever has one.

use alloc::format;
use core::fmt;
use core::str::FromStr;

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    /// This time and so many seconds; stays at the last representable second.
    #[must_use]
    pub fn plus_s(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; negative if this comes first.
    pub fn since_s(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for UnixSeconds {
    /// Writes RFC 3339 in UTC, such as `2026-01-01T00:01:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self
            .0
            .div_euclid(86_400)
            .clamp(i64::from(i32::MIN), i64::from(i32::MAX));
        let day = ServiceDay(i32::try_from(days).unwrap_or_default());
        let second = self.0.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// A service day (运营日), GTFS "service day": a day in the operator's time zone, as days since
/// 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ServiceDay(pub i32);

impl ServiceDay {
    /// The day of a civil date. `None` if there is no such date.
    pub fn from_civil(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Days from civil, counting years from March so that the leap day comes last.
        let year_from_march = if month <= 2 {
            year.checked_sub(1)?
        } else {
            year
        };
        let era = year_from_march.div_euclid(400);
        let year_of_era = year_from_march.rem_euclid(400);
        let month_from_march = (i32::from(month) + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + i32::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era.checked_mul(146_097)?
            .checked_add(day_of_era - 719_468)
            .map(Self)
    }

    /// Year, month 1 to 12 and day 1 to 31.
    pub fn civil(self) -> (i32, u8, u8) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (narrow(year), narrow(month), narrow(day))
    }

    /// The month it belongs to.
    pub fn month(self) -> Month {
        let (year, month, _) = self.civil();
        Month { year, month }
    }
}

impl fmt::Display for ServiceDay {
    /// Writes `2026-11-21`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for ServiceDay {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let mut parts = text.splitn(3, '-');
        let mut next = |length: usize| {
            let part = parts
                .next()
                .filter(|part| part.len() == length)
                .ok_or(NotADay)?;
            part.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then_some(part)
                .ok_or(NotADay)
        };
        let year = next(4)?.parse().map_err(|_| NotADay)?;
        let month = next(2)?.parse().map_err(|_| NotADay)?;
        let day = next(2)?.parse().map_err(|_| NotADay)?;
        Self::from_civil(year, month, day).ok_or(NotADay)
    }
}

/// A text that is no calendar day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotADay;

impl fmt::Display for NotADay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a calendar day such as 2026-11-21")
    }
}

impl core::error::Error for NotADay {}

/// A calendar month: the period fares accumulate over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
}

impl Month {
    /// The month as one ordered number: 12 × year + month − 1.
    pub fn number(self) -> i32 {
        self.year * 12 + i32::from(self.month) - 1
    }

    /// The month of such a number.
    pub fn from_number(number: i32) -> Self {
        Self {
            year: number.div_euclid(12),
            month: narrow::<u8>(i64::from(number.rem_euclid(12))) + 1,
        }
    }
}

impl fmt::Display for Month {
    /// Writes `2026-11`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    /// Reads `2026-11`.
    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let first_day: ServiceDay = format!("{text}-01").parse().map_err(|_| NotAMonth)?;
        Ok(first_day.month())
    }
}

/// A text that is no calendar month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAMonth;

impl fmt::Display for NotAMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a calendar month such as 2026-11")
    }
}

impl core::error::Error for NotAMonth {}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Narrows a number that calendar arithmetic has already bounded.
fn narrow<T: TryFrom<i64> + Default>(number: i64) -> T {
    T::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn civil_dates_round_trip_over_four_centuries() {
        for days in -146_097..=146_097 {
            let day = ServiceDay(days);
            let (year, month, of_month) = day.civil();
            assert_eq!(ServiceDay::from_civil(year, month, of_month), Some(day));
        }
    }

    #[test]
    fn months_read_as_they_are_written() {
        let check = |text: &str, expected| assert_eq!(text.parse::<Month>(), expected, "{text}");
        let month = Month {
            year: 2026,
            month: 11,
        };
        check("2026-11", Ok(month));
        check(&month.to_string(), Ok(month));
        for wrong in [
            "2026-13",
            "2026-00",
            "2026-1",
            "2026",
            "2026-11-01",
            "+026-11",
            "26-11",
            "",
        ] {
            check(wrong, Err(NotAMonth));
        }
    }

    #[test]
    fn dates_read_as_people_write_them() {
        let check = |text: &str, expected| assert_eq!(text.parse::<ServiceDay>(), expected);
        check("1970-01-01", Ok(ServiceDay(0)));
        check("2026-11-21", Ok(ServiceDay(20_778)));
        check("2024-02-29", Ok(ServiceDay(19_782)));
        for wrong in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-01",
            "2026-01-01-",
            "+026-01-01",
            "",
        ] {
            check(wrong, Err(NotADay));
        }
        assert_eq!(ServiceDay(20_778).to_string(), "2026-11-21");
        assert_eq!(
            UnixSeconds(1_767_225_660).to_string(),
            "2026-01-01T00:01:00Z"
        );
        assert_eq!(UnixSeconds(-1).to_string(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn months_are_ordered_numbers() {
        let december = Month {
            year: 2025,
            month: 12,
        };
        assert_eq!(
            Month::from_number(december.number() + 1),
            Month {
                year: 2026,
                month: 1
            }
        );
    }
}
