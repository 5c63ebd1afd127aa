//! What the bills of all providers have in common: a text of limited size whose lines are read
//! all or not at all, and a closing line that must say their count and sum.

use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{ServiceDay, UnixSeconds};

use crate::connector::{BillFault, BillLine};

/// A bill while its lines are read.
#[derive(Default)]
pub(crate) struct Reading {
    lines: Vec<BillLine>,
    sum: i64,
}

impl Reading {
    /// Takes the line that stands at `number`, counted from 1, once its provider read it.
    pub(crate) fn take(
        &mut self,
        number: usize,
        line: Result<BillLine, &'static str>,
    ) -> Result<(), BillFault> {
        let line = line.map_err(|what| fault(number, what))?;
        let sum = self.sum.checked_add(line.amount.minor);
        self.sum = sum.ok_or(fault(number, "the sum is too large"))?;
        self.lines.push(line);
        Ok(())
    }

    /// How many lines were read, and their sum in minor units.
    pub(crate) fn so_far(&self) -> (usize, i64) {
        (self.lines.len(), self.sum)
    }

    /// The lines, once the closing line at `number` proved to be about them and nothing follows.
    pub(crate) fn close<'a>(
        self,
        mut rest: impl Iterator<Item = (usize, &'a str)>,
    ) -> Result<Vec<BillLine>, BillFault> {
        match rest.find(|(_, line)| !line.trim().is_empty()) {
            None => Ok(self.lines),
            Some((number, _)) => Err(fault(number, "nothing follows the sum")),
        }
    }
}

/// Where the columns of a bill stand that are needed: providers add some over time.
pub(crate) struct Columns<const COUNT: usize> {
    all: usize,
    at: [usize; COUNT],
}

impl<const COUNT: usize> Columns<COUNT> {
    /// Finds columns by their names in the line that names them.
    pub(crate) fn find(header: &str, names: &[&str; COUNT]) -> Result<Self, &'static str> {
        let found: Vec<_> = header.trim_end().split(',').map(str::trim).collect();
        let mut at = [0; COUNT];
        for (place, column) in at.iter_mut().zip(names) {
            let found = found.iter().position(|name| name == column);
            *place = found.ok_or("the first line must name the columns")?;
        }
        Ok(Self {
            all: found.len(),
            at,
        })
    }

    /// The fields of a line that stand in those columns.
    pub(crate) fn pick<'a>(&self, fields: &[&'a str]) -> Result<[&'a str; COUNT], &'static str> {
        if fields.len() != self.all {
            return Err("a line has as many fields as the first line");
        }
        Ok(self.at.map(|place| fields[place].trim()))
    }
}

/// A fault at a line, counted from 1.
pub(crate) fn fault(line: usize, what: &'static str) -> BillFault {
    BillFault::Malformed { line, what }
}

/// The text of a bill of at most [`LENGTH_MAX`] bytes, without a byte order mark.
pub(crate) fn text(body: &[u8]) -> Result<&str, BillFault> {
    if body.len() > LENGTH_MAX {
        return Err(fault(1, "the bill has more than 64 MiB"));
    }
    let text = core::str::from_utf8(body).map_err(|_| fault(1, "the bill is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// An amount of a payment, which takes money.
pub(crate) fn positive(amount: Money) -> Result<Money, &'static str> {
    if amount.is_positive() {
        Ok(amount)
    } else {
        Err("the amount must be positive")
    }
}

/// Yuan with two decimals, in fen: digits, one point, two digits.
pub(crate) fn read_yuan(text: &str) -> Option<i64> {
    let (yuan, fen) = text.split_once('.')?;
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if fen.len() != 2 || !plain(fen) || !plain(yuan) {
        return None;
    }
    let yuan: i64 = yuan.parse().ok()?;
    yuan.checked_mul(100)?.checked_add(fen.parse().ok()?)
}

/// `yyyy-MM-dd HH:mm:ss` in China's time.
pub(crate) fn read_china_time(text: &str) -> Option<UnixSeconds> {
    let (day, time) = text.split_once(' ')?;
    let day: ServiceDay = day.parse().ok()?;
    let mut parts = time.split(':').map(|part| {
        let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| plain)
    });
    let mut next = |limit| parts.next().flatten().filter(|part| *part < limit);
    let (hour, minute, second) = (next(24)?, next(60)?, next(60)?);
    if parts.next().is_some() {
        return None;
    }
    let second = i64::from(day.0) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(UnixSeconds(second - CHINA_OFFSET_S))
}

/// China has one time zone without summer time: 8 hours ahead of UTC, in seconds.
pub(crate) const CHINA_OFFSET_S: i64 = 8 * 3_600;

/// The longest bill that is read, in bytes: 64 MiB, about 200,000 rides.
pub const LENGTH_MAX: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_have_two_decimals() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(read_yuan(text), expected);
        check("4.00", Some(400));
        check("0.01", Some(1));
        check("92233720368547758.07", Some(i64::MAX));
        for wrong in [
            "",
            "4",
            "4.0",
            "4.000",
            ".",
            "-4.00",
            "+4.00",
            "4,00",
            "４.00",
            "4.0a",
            " 4.00",
            "1e2.00",
            "92233720368547758.08",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn times_are_chinas() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(read_china_time(text), expected.map(UnixSeconds), "{text}");
        };
        check("2026-01-01 08:01:00", Some(1_767_225_660));
        for wrong in [
            "2026-01-01",
            "2026-01-01 24:00:00",
            "2026-01-01 08:60:00",
            "2026-01-01 8:01:00",
            "2026-01-01 08:01:00:00",
            "2026-13-01 08:01:00",
        ] {
            check(wrong, None);
        }
    }
}
