//! Blocks for debt, and the policy behind them.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use ridecode_ledger::{Currency, Money};
use ridecode_words::{JourneyId, UnixSeconds};

/// Why a rider may not ride: named wherever it appears.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// What is owed.
    pub amount: Money,
    /// For how many rides.
    pub rides: u32,
    /// Since when.
    pub since: UnixSeconds,
}

/// A charge that was declined and is not paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unpaid {
    /// The ride; one of them if it charges several.
    pub journey: JourneyId,
    /// For how many rides, at least 1.
    pub rides: u32,
    /// How much; positive.
    pub amount: Money,
    /// When it was first declined.
    pub since: UnixSeconds,
}

/// What was declined and is not paid, in all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Debt {
    /// How much.
    pub amount: Money,
    /// For how many rides.
    pub rides: u32,
    /// Since when; `None` if nothing was declined.
    pub since: Option<UnixSeconds>,
}

impl Debt {
    /// The debt that charges come to. What the rider has in credit for other rides does not make it
    /// smaller: that is on its way back, and pays for nothing.
    pub fn of(unpaid: impl IntoIterator<Item = Unpaid>, currency: Currency) -> Self {
        let mut rides: BTreeMap<JourneyId, u32> = BTreeMap::new();
        let mut declined: i64 = 0;
        let mut since: Option<UnixSeconds> = None;
        for one in unpaid {
            // Charges of the same rides name the same journey.
            let of_charges = rides.entry(one.journey).or_default();
            *of_charges = one.rides.max(*of_charges);
            declined = declined.saturating_add(one.amount.minor);
            since = Some(since.map_or(one.since, |since| since.min(one.since)));
        }
        Self {
            amount: Money::new(declined, currency),
            rides: rides.values().copied().fold(0, u32::saturating_add),
            since,
        }
    }
}

impl Block {
    /// The block once the debt is what it is now; `None` if it is gone. A block stays until no
    /// declined ride is left, whatever the limit that set it.
    pub fn after(self, debt: &Debt) -> Option<Self> {
        (debt.rides > 0).then_some(Self {
            amount: debt.amount,
            rides: debt.rides,
            since: self.since,
        })
    }
}

/// The one ride home that a rider may take while blocked for debt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EssentialRide {
    /// The most it may cost, in minor units; at least 1.
    pub limit_minor: u32,
    /// Seconds from when it was asked for within which it begins; at least 60.
    pub valid_for_s: u32,
}

/// How much credit an issuer gives and how it asks again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreditPolicy {
    /// Unpaid rides at which a rider is blocked. Default 1.
    pub unpaid_rides_max: u32,
    /// Seconds after each decline until the next attempt; the last one repeats.
    /// Default 1 h, 6 h, 24 h, 72 h, then daily.
    pub retry_after_s: Vec<u32>,
    /// Seconds after the first decline at which attempts end. Default 14 days.
    pub retry_until_s: u32,
    /// Seconds after the first decline at which a debt whose attempts ended is written off.
    /// Default 180 days.
    pub write_off_after_s: u32,
    /// Declines after which the rider is reminded, again and again. Default 3; 0 for never.
    pub remind_every: u32,
    /// The ride home of blocked riders, once for each block. Default none.
    pub essential_ride: Option<EssentialRide>,
}

impl Default for CreditPolicy {
    fn default() -> Self {
        Self {
            unpaid_rides_max: 1,
            retry_after_s: vec![HOUR_S, 6 * HOUR_S, 24 * HOUR_S, 72 * HOUR_S, 24 * HOUR_S],
            retry_until_s: 14 * 24 * HOUR_S,
            write_off_after_s: 180 * 24 * HOUR_S,
            remind_every: 3,
            essential_ride: None,
        }
    }
}

impl CreditPolicy {
    /// When to try again after decline number `declines` (from 1) at `now`; `None` once
    /// attempts end.
    pub fn next_attempt(
        &self,
        declines: u32,
        first_decline: UnixSeconds,
        now: UnixSeconds,
    ) -> Option<UnixSeconds> {
        let last = self.retry_after_s.len().checked_sub(1)?;
        let place = usize::try_from(declines.saturating_sub(1)).unwrap_or(last);
        let after_s = self.retry_after_s[place.min(last)];
        let next = now.plus_s(i64::from(after_s));
        let end = first_decline.plus_s(i64::from(self.retry_until_s));
        (next <= end).then_some(next)
    }

    /// The block that so many unpaid rides mean, if any. Nobody is blocked who owes nothing.
    pub fn block(&self, owed: Money, unpaid_rides: u32, now: UnixSeconds) -> Option<Block> {
        if !owed.is_positive() || unpaid_rides == 0 || unpaid_rides < self.unpaid_rides_max {
            return None;
        }
        Some(Block {
            amount: owed,
            rides: unpaid_rides,
            since: now,
        })
    }
}

const HOUR_S: u32 = 3_600;

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: UnixSeconds = UnixSeconds(1_000_000);

    /// Declines at every attempt, each heard `late_s` after it was due: hours from the first
    /// decline to each attempt.
    fn attempts(policy: &CreditPolicy, late_s: i64) -> Vec<i64> {
        let mut hours = Vec::new();
        let mut now = FIRST;
        let mut declines = 1;
        while let Some(next) = policy.next_attempt(declines, FIRST, now) {
            assert!(next > now, "an attempt lies ahead");
            hours.push(next.since_s(FIRST) / 3_600);
            now = next.plus_s(late_s);
            declines += 1;
        }
        hours
    }

    #[test]
    fn attempts_follow_the_schedule_and_end() {
        let check = |policy: CreditPolicy, late_s, expected: &[i64]| {
            assert_eq!(attempts(&policy, late_s), expected);
        };
        let daily = [1, 7, 31, 103, 127, 151, 175, 199, 223, 247, 271, 295, 319];
        check(CreditPolicy::default(), 0, &daily);
        check(
            CreditPolicy::default(),
            12 * 3_600,
            &[1, 19, 55, 139, 175, 211, 247, 283, 319],
        );
        let never = CreditPolicy {
            retry_after_s: Vec::new(),
            ..CreditPolicy::default()
        };
        check(never, 0, &[]);
        let short = CreditPolicy {
            retry_after_s: vec![3_600],
            retry_until_s: 7_200,
            ..CreditPolicy::default()
        };
        check(short, 0, &[1, 2]);
    }

    #[test]
    fn a_decline_that_was_not_counted_is_the_first() {
        let policy = CreditPolicy::default();
        let next = policy.next_attempt(0, FIRST, FIRST);
        assert_eq!(next, Some(FIRST.plus_s(3_600)));
    }

    #[test]
    fn a_debt_counts_rides_once() {
        let ride = |sequence, fen, after_s| Unpaid {
            rides: 1,
            journey: JourneyId(ridecode_words::TapId {
                validator: ridecode_words::ValidatorId(1),
                sequence,
            }),
            amount: Money::fen(fen),
            since: FIRST.plus_s(after_s),
        };
        let check = |unpaid: &[Unpaid], (amount, rides, left): (i64, u32, bool)| {
            let debt = Debt::of(unpaid.iter().copied(), Currency::CNY);
            assert_eq!((debt.amount, debt.rides), (Money::fen(amount), rides));
            let held = Block {
                amount: Money::fen(9_999),
                rides: 9,
                since: FIRST,
            };
            let after = held.after(&debt);
            assert_eq!(after.is_some(), left);
            assert!(after.is_none_or(|block| (block.since, block.rides) == (FIRST, rides)));
        };
        check(&[], (0, 0, false));
        check(&[ride(1, 200, 5)], (200, 1, true));
        check(&[ride(1, 200, 5), ride(1, 50, 0)], (250, 1, true));
        check(&[ride(1, 200, 5), ride(2, 300, 1)], (500, 2, true));
        let both = [ride(1, 200, 5), ride(2, 300, 1)];
        let since = Debt::of(both, Currency::CNY).since;
        assert_eq!(since, Some(FIRST.plus_s(1)));
    }

    #[test]
    fn the_limit_of_unpaid_rides_blocks() {
        let check = |unpaid_rides_max, owed, rides, expected: bool| {
            let policy = CreditPolicy {
                unpaid_rides_max,
                ..CreditPolicy::default()
            };
            let block = policy.block(Money::fen(owed), rides, FIRST);
            let wanted = Block {
                amount: Money::fen(owed),
                rides,
                since: FIRST,
            };
            assert_eq!(block, expected.then_some(wanted));
        };
        check(1, 200, 1, true);
        check(1, 0, 1, false);
        check(1, -200, 1, false);
        check(1, 200, 0, false);
        check(5, 200, 4, false);
        check(5, 200, 5, true);
        check(0, 200, 1, true);
        check(0, 200, 0, false);
    }
}
