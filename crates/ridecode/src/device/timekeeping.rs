//! What time it is, and how far that may be trusted.
//!
//! The time of day is read once and counted on from there by a clock nobody can set, so that
//! whatever is done to the time of day while the validator runs changes nothing. The back office
//! says what time it is with each reply, the vehicle's satellite receiver may say so too; both are
//! believed within limits. In between, the possible error grows. A time before something that has
//! already happened is wrong.

use std::time::Duration;

use ridecode_validator::{Clock, ClockTrust};
use ridecode_words::UnixSeconds;

/// What is known about the time. Each moment is given as the time since the machine was switched
/// on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timekeeper {
    /// What time it was at some moment.
    set_to: UnixSeconds,
    set_at: Duration,
    /// When the time was last known to be good, and by how much it may have been off.
    good_at: Duration,
    off_by_s: u32,
    /// Whether somebody trusted said so since the machine was switched on.
    confirmed: bool,
    /// Something that has happened: the last entry.
    no_earlier_than: UnixSeconds,
    /// Something that has surely happened: the making of the bundle, signed by the back office.
    surely_after: UnixSeconds,
    /// Whether the last who said what time it is was not believed.
    disputed: bool,
}

impl Timekeeper {
    /// At start the machine is believed to have set its time.
    pub fn new(time: UnixSeconds, at: Duration) -> Self {
        Self {
            set_to: time,
            set_at: at,
            good_at: at,
            off_by_s: UNCONFIRMED_S,
            confirmed: false,
            no_earlier_than: time,
            surely_after: UnixSeconds(i64::MIN),
            disputed: false,
        }
    }

    /// Something happened at that time, by this clock. The word of the back office counts for
    /// more than what was once written with a wrong clock.
    pub fn remember(&mut self, past: UnixSeconds) {
        if !self.confirmed {
            self.no_earlier_than = self.no_earlier_than.max(past);
        }
    }

    /// Something happened at that time by the back office's word.
    pub fn remember_surely(&mut self, past: UnixSeconds) {
        self.surely_after = self.surely_after.max(past);
    }

    /// Somebody trusted says that it is `there` now. Off by little, the time goes on as it is.
    /// Off by more, it is set, unless that cannot be: before something that surely happened, or
    /// far from what was counted since somebody trusted said so before. Gives whether it was
    /// believed.
    pub fn compare(&mut self, there: UnixSeconds, at: Duration) -> bool {
        let off_s = there.since_s(self.time(at)).unsigned_abs();
        let drift_s = self.drift_s(at);
        let far = self.confirmed && off_s > u64::from(drift_s) + STEP_MAX_S;
        if there.since_s(self.surely_after) < -i64::from(ALARM_S) || far {
            self.disputed = true;
            return false;
        }
        let off_by_s = u32::try_from(off_s).unwrap_or(u32::MAX);
        if off_by_s > ALARM_S {
            self.set_to = there;
            self.set_at = at;
        }
        self.good_at = at;
        // What is said has whole seconds.
        self.off_by_s = if off_by_s > ALARM_S { 1 } else { off_by_s };
        self.confirmed = true;
        self.disputed = false;
        self.no_earlier_than = there.min(self.time(at));
        true
    }

    /// Whether the last who said what time it is was not believed.
    pub fn is_disputed(&self) -> bool {
        self.disputed
    }

    /// The time at a moment, with how far to trust it.
    pub fn clock(&self, at: Duration) -> Clock {
        let now = self.time(at);
        let bound_s = self.off_by_s.saturating_add(self.drift_s(at));
        let trust = if self.no_earlier_than.since_s(now) > i64::from(ALARM_S) {
            ClockTrust::Distrusted
        } else if !self.confirmed {
            ClockTrust::FreeRunning { bound_s }
        } else if bound_s <= ALARM_S {
            ClockTrust::Synced
        } else {
            ClockTrust::Drifting { bound_s }
        };
        Clock { now, trust }
    }

    fn time(&self, at: Duration) -> UnixSeconds {
        let since = at.saturating_sub(self.set_at).as_secs();
        self.set_to.plus_s(i64::try_from(since).unwrap_or(i64::MAX))
    }

    fn drift_s(&self, at: Duration) -> u32 {
        let alone_s = at.saturating_sub(self.good_at).as_secs();
        u32::try_from(alone_s / SECONDS_PER_SECOND_OF_DRIFT).unwrap_or(u32::MAX)
    }
}

/// Off by more than this is an alarm, in seconds.
const ALARM_S: u32 = 2;

/// What an unconfirmed clock may be off by at start, in seconds.
const UNCONFIRMED_S: u32 = 2;

/// How far a confirmed time is set beyond its drift, in seconds. Whoever says more is wrong.
const STEP_MAX_S: u64 = 600;

/// A free-running clock may lose 20 s a month.
const SECONDS_PER_SECOND_OF_DRIFT: u64 = 30 * 86_400 / 20;

#[cfg(test)]
mod tests {
    use super::*;

    const START: UnixSeconds = UnixSeconds(1_000_000);
    const DAY_S: u64 = 86_400;

    fn after(seconds: u64) -> Duration {
        Duration::from_secs(1_000 + seconds)
    }

    fn keeper() -> Timekeeper {
        Timekeeper::new(START, after(0))
    }

    #[test]
    fn trust_falls_while_the_clock_runs_alone() {
        let alone = |bound_s| ClockTrust::FreeRunning { bound_s };
        let check = |seconds: u64, expected, confirmed| {
            assert_eq!(keeper().clock(after(seconds)).trust, expected);
            let mut keeper = keeper();
            assert!(keeper.compare(START, after(0)));
            assert_eq!(keeper.clock(after(seconds)).trust, confirmed);
        };
        check(0, alone(2), ClockTrust::Synced);
        check(129_600, alone(3), ClockTrust::Synced);
        let drifting = ClockTrust::Drifting { bound_s: 8 };
        check(12 * DAY_S, alone(10), drifting);
    }

    #[test]
    fn a_time_of_day_set_back_by_a_day_while_running_changes_nothing() {
        let mut keeper = keeper();
        keeper.compare(START, after(0));
        // Whatever the time of day says now is not asked.
        let clock = keeper.clock(after(60));
        assert_eq!(clock.now, START.plus_s(60));
        assert_eq!(clock.trust, ClockTrust::Synced);
    }

    #[test]
    fn a_clock_set_back_while_off_is_wrong_until_somebody_says_otherwise() {
        let mut keeper = keeper();
        let last_entry = START.plus_s(86_400);
        keeper.remember(last_entry);
        keeper.remember_surely(START.plus_s(86_000));
        assert_eq!(keeper.clock(after(5)).trust, ClockTrust::Distrusted);
        // Not by the word of somebody who is as wrong.
        assert!(!keeper.compare(START.plus_s(6), after(6)));
        assert!(keeper.is_disputed());
        assert_eq!(keeper.clock(after(6)).trust, ClockTrust::Distrusted);
        let right = last_entry.plus_s(30);
        assert!(keeper.compare(right, after(7)));
        let clock = keeper.clock(after(9));
        assert_eq!(
            (clock.now, clock.trust),
            (right.plus_s(2), ClockTrust::Synced)
        );
        assert!(!keeper.is_disputed());
    }

    #[test]
    fn who_says_the_time_is_believed_within_limits() {
        let check = |off_s: i64, believed: bool| {
            let mut keeper = keeper();
            // The first is believed whatever the machine thought.
            assert!(keeper.compare(START.plus_s(-90_000), after(0)));
            let now = START.plus_s(-90_000 + 100);
            let found = keeper.compare(now.plus_s(off_s), after(100));
            assert_eq!(found, believed, "{off_s}");
            assert_eq!(keeper.is_disputed(), !believed);
            let step = if believed && off_s.abs() > 2 {
                off_s
            } else {
                0
            };
            assert_eq!(keeper.clock(after(100)).now, now.plus_s(step));
            assert_eq!(keeper.clock(after(100)).trust, ClockTrust::Synced);
        };
        for off_s in [0, 2, -2, 3, -3, 600, -600] {
            check(off_s, true);
        }
        for off_s in [601, -601, 86_400, -86_400, i64::MAX / 4] {
            check(off_s, false);
        }
    }

    #[test]
    fn an_entry_of_a_wrong_clock_counts_less_than_the_back_office() {
        let mut keeper = keeper();
        keeper.remember(START.plus_s(1_000_000));
        assert!(keeper.compare(START.plus_s(40), after(0)));
        keeper.remember(START.plus_s(1_000_000));
        assert_eq!(keeper.clock(after(1)).trust, ClockTrust::Synced);
    }
}
