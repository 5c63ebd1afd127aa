//! How far this machine's clock may be trusted.
//!
//! Each reply of the back office says what time it is there. Between replies the clock runs alone
//! and its possible error grows. A clock that stands before something that has already happened
//! is wrong.

use ridecode_validator::{Clock, ClockTrust};
use ridecode_words::UnixSeconds;

/// What is known about the clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timekeeper {
    /// When the clock was last known to be good, by the clock itself, and by how much it was off.
    good_at: UnixSeconds,
    off_by_s: u32,
    /// Whether the back office said so.
    confirmed: bool,
    /// Something that has happened: the last entry, the making of the bundle.
    no_earlier_than: UnixSeconds,
}

impl Timekeeper {
    /// At start the machine is believed to have set its clock.
    pub fn new(now: UnixSeconds) -> Self {
        Self {
            good_at: now,
            off_by_s: UNCONFIRMED_S,
            confirmed: false,
            no_earlier_than: now,
        }
    }

    /// Something happened at that time, by this clock. The word of the back office counts for
    /// more than what was once written with a wrong clock.
    pub fn remember(&mut self, past: UnixSeconds) {
        if !self.confirmed {
            self.no_earlier_than = self.no_earlier_than.max(past);
        }
    }

    /// The back office said it is `there` when it was `here` on this machine.
    pub fn compare(&mut self, here: UnixSeconds, there: UnixSeconds) {
        let off_by_s = here.since_s(there).unsigned_abs();
        self.good_at = here;
        self.off_by_s = u32::try_from(off_by_s).unwrap_or(u32::MAX);
        self.confirmed = true;
        self.no_earlier_than = here.min(there);
    }

    /// The time `now` with how far to trust it.
    pub fn clock(&self, now: UnixSeconds) -> Clock {
        let trust = if self.no_earlier_than.since_s(now) > i64::from(ALARM_S) {
            ClockTrust::Distrusted
        } else {
            let alone_s = now.since_s(self.good_at).unsigned_abs();
            let drift_s = u32::try_from(alone_s / SECONDS_PER_SECOND_OF_DRIFT).unwrap_or(u32::MAX);
            match self.off_by_s.saturating_add(drift_s) {
                ..=ALARM_S => ClockTrust::Synced,
                bound_s => ClockTrust::Drifting { bound_s },
            }
        };
        Clock { now, trust }
    }
}

/// Off by more than this is an alarm, in seconds.
const ALARM_S: u32 = 2;

/// What an unconfirmed clock may be off by at start, in seconds.
const UNCONFIRMED_S: u32 = 2;

/// A free-running clock may lose 20 s a month.
const SECONDS_PER_SECOND_OF_DRIFT: u64 = 30 * 86_400 / 20;

#[cfg(test)]
mod tests {
    use super::*;

    const START: UnixSeconds = UnixSeconds(1_000_000);

    #[test]
    fn trust_falls_while_the_clock_runs_alone() {
        let check = |seconds, expected| {
            let keeper = Timekeeper::new(START);
            assert_eq!(keeper.clock(START.plus_s(seconds)).trust, expected);
        };
        check(0, ClockTrust::Synced);
        check(129_599, ClockTrust::Synced);
        check(129_600, ClockTrust::Drifting { bound_s: 3 });
        check(12 * 86_400, ClockTrust::Drifting { bound_s: 10 });
        check(-2, ClockTrust::Synced);
        check(-3, ClockTrust::Distrusted);
    }

    #[test]
    fn a_clock_before_the_last_entry_is_wrong_until_the_office_says_otherwise() {
        let mut keeper = Timekeeper::new(START);
        keeper.remember(START.plus_s(3));
        assert_eq!(keeper.clock(START).trust, ClockTrust::Distrusted);
        keeper.compare(START, START.plus_s(1));
        keeper.remember(START.plus_s(100));
        assert_eq!(keeper.clock(START.plus_s(5)).trust, ClockTrust::Synced);
    }

    #[test]
    fn a_difference_to_the_office_is_the_bound() {
        let check = |off, expected| {
            let mut keeper = Timekeeper::new(START);
            keeper.compare(START.plus_s(off), START);
            assert_eq!(keeper.clock(START.plus_s(off + 1)).trust, expected);
        };
        check(2, ClockTrust::Synced);
        check(-2, ClockTrust::Synced);
        check(3, ClockTrust::Drifting { bound_s: 3 });
        check(-40, ClockTrust::Drifting { bound_s: 40 });
        check(-1_000_000, ClockTrust::Drifting { bound_s: 1_000_000 });
    }
}
