//! Times of day as people write them.

use std::fmt;
use std::str::FromStr;

/// Seconds since midnight, below 86,400.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimeOfDay(pub(crate) u32);

/// A text that is no time of day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotATime;

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a time of day such as 08:30")
    }
}

impl std::error::Error for NotATime {}

impl FromStr for TimeOfDay {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (hours, minutes) = text.split_once(':').ok_or(NotATime)?;
        let read = |digits: &str, end| {
            let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number: u32 = digits.parse().ok().filter(|_| plain).ok_or(NotATime)?;
            Some(number).filter(|number| *number < end).ok_or(NotATime)
        };
        Ok(Self(read(hours, 24)? * 3_600 + read(minutes, 60)? * 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let check =
            |text: &str, expected| assert_eq!(text.parse::<TimeOfDay>(), expected, "{text}");
        check("00:00", Ok(TimeOfDay(0)));
        check("08:30", Ok(TimeOfDay(30_600)));
        check("23:59", Ok(TimeOfDay(86_340)));
        for wrong in [
            "24:00", "8:30", "08:60", "08.30", "+8:30", "08:3", "", "08:30:00",
        ] {
            check(wrong, Err(NotATime));
        }
    }
}
