//! Ranges of a journal that are held without a hole.

use ridecode_validator::journal::Hash;
use ridecode_words::ValidatorId;

use super::super::column::{execute, load};
use super::super::{Connection, Result, params};

/// Entries held without a hole between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Range {
    pub(super) first: u64,
    pub(super) last: u64,
    /// The hash the first entry follows from.
    pub(super) previous: Hash,
    /// The hash of the last entry.
    pub(super) hash: Hash,
}

impl Range {
    pub(super) fn contains(&self, sequence: u64) -> bool {
        (self.first..=self.last).contains(&sequence)
    }
}

/// Every range of a journal, ascending, as first and last.
pub(super) fn ranges(db: &Connection<'_>, validator: ValidatorId) -> Result<Vec<(u64, u64)>> {
    let sql = "SELECT first, last FROM held WHERE validator = ?1 ORDER BY first";
    load(db, sql, [validator.0], |row| {
        Ok((row.count()?, row.count()?))
    })
}

/// The ranges that share entries with `first` to `last` or touch them, ascending.
pub(super) fn near(
    db: &Connection<'_>,
    validator: ValidatorId,
    (first, last): (u64, u64),
) -> Result<Vec<Range>> {
    load(
        db,
        "SELECT first, last, previous, hash FROM held
         WHERE validator = ?1 AND first <= ?3 AND last >= ?2 ORDER BY first",
        params![
            validator.0,
            first.saturating_sub(1).cast_signed(),
            last.saturating_add(1).cast_signed(),
        ],
        |row| {
            Ok(Range {
                first: row.count()?,
                last: row.count()?,
                previous: row.take()?,
                hash: row.take()?,
            })
        },
    )
}

/// Puts one range in the place of those it joins, and gives it.
pub(super) fn join(
    db: &Connection<'_>,
    validator: ValidatorId,
    near: &[Range],
    new: Range,
) -> Result<Range> {
    let joined = near.iter().fold(new, |joined, range| {
        let (lower, upper) = (
            if range.first < joined.first {
                *range
            } else {
                joined
            },
            if range.last > joined.last {
                *range
            } else {
                joined
            },
        );
        Range {
            first: lower.first,
            previous: lower.previous,
            last: upper.last,
            hash: upper.hash,
        }
    });
    if near == [joined] {
        return Ok(joined);
    }
    for range in near.iter().filter(|range| range.first != joined.first) {
        let sql = "DELETE FROM held WHERE validator = ?1 AND first = ?2";
        execute(db, sql, (validator.0, range.first.cast_signed()))?;
    }
    execute(
        db,
        "INSERT INTO held (validator, first, last, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (validator, first) DO UPDATE SET last = excluded.last,
             previous = excluded.previous, hash = excluded.hash",
        params![
            validator.0,
            joined.first.cast_signed(),
            joined.last.cast_signed(),
            joined.previous,
            joined.hash,
        ],
    )?;
    Ok(joined)
}
