//! Riders who were waited for when the power went (docs/decisions/0012).
//!
//! The journal is read from its beginning, as it is at every start. An accept behind which neither
//! a passage nor a void stands was still waited for: its rider was seen by nobody. Accepts of a
//! time in which the gate had no sensor stand without a passage too and are none of these. They
//! are told by entries that come later than anybody is waited for, in a journal that has shown no
//! sensor at work since the start before.

use ridecode_validator::Doorway;
use ridecode_validator::journal::{Entry, Event, VoidReason};

/// Accepts of a journal whose riders were not seen.
pub(super) struct Unfinished {
    doorway: Option<Doorway>,
    /// A sensor was at work since the last start.
    has_sensor: bool,
}

impl Unfinished {
    /// For a gate whose riders have so many milliseconds to pass; `None` without a sensor.
    pub(super) fn new(passage_ms: Option<u64>) -> Self {
        Self {
            doorway: passage_ms.map(Doorway::new),
            has_sensor: false,
        }
    }

    /// Takes the next entry of the journal.
    pub(super) fn note(&mut self, entry: &Entry) {
        let Some(doorway) = &mut self.doorway else {
            return;
        };
        match &entry.event {
            Event::Decided { .. } => {
                let now_ms = u64::try_from(entry.time.0).unwrap_or(0) * 1_000;
                while !self.has_sensor && doorway.find_overdue(now_ms).is_some() {}
                if entry.admits() {
                    doorway.accept(entry.sequence, now_ms);
                }
            }
            Event::Passed { accepted } => {
                self.has_sensor = true;
                doorway.take_back(*accepted);
            }
            Event::Voided { accepted, reason } => {
                self.has_sensor |= *reason == VoidReason::NobodyPassed;
                doorway.take_back(*accepted);
            }
            Event::Started => self.has_sensor = false,
        }
    }

    /// The accepts, oldest first.
    pub(super) fn into_accepts(self) -> Vec<u64> {
        let mut doorway = self.doorway;
        let next = || doorway.as_mut()?.find_overdue(u64::MAX);
        std::iter::from_fn(next).collect()
    }
}

#[cfg(test)]
mod tests {
    use ridecode_validator::Outcome;
    use ridecode_words::UnixSeconds;

    use super::*;
    use crate::testing::entry;

    /// Events with their seconds; the first is entry 1.
    fn check(events: &[(i64, Event)], expected: &[u64]) {
        let mut unfinished = Unfinished::new(Some(5_000));
        for (sequence, (time, event)) in (1..).zip(events) {
            unfinished.note(&Entry {
                sequence,
                time: UnixSeconds(*time),
                event: event.clone(),
                ..entry()
            });
        }
        assert_eq!(unfinished.into_accepts(), expected, "{events:?}");
    }

    fn decided(outcome: Outcome) -> Event {
        let code = Vec::new();
        Event::Decided { code, outcome }
    }

    fn accept() -> Event {
        decided(Outcome::Admit)
    }

    fn passed(accepted: u64) -> Event {
        Event::Passed { accepted }
    }

    fn voided(accepted: u64, reason: VoidReason) -> Event {
        Event::Voided { accepted, reason }
    }

    #[test]
    fn whoever_was_waited_for_at_the_end_was_not_seen() {
        check(&[], &[]);
        check(&[(0, accept())], &[1]);
        check(&[(0, accept()), (3, accept()), (4, passed(1))], &[2]);
        let taken_back = voided(1, VoidReason::RiderLeft);
        check(&[(0, accept()), (3, taken_back)], &[]);
        let refused = decided(Outcome::UnknownIssuer);
        check(&[(0, refused.clone()), (1, accept()), (2, refused)], &[2]);
    }

    #[test]
    fn a_start_in_between_ends_no_waiting() {
        check(&[(0, accept()), (1, Event::Started)], &[1]);
    }

    #[test]
    fn accepts_of_a_time_without_sensor_stand() {
        check(&[(0, accept()), (60, accept()), (120, accept())], &[3]);
        let later = [(0, accept()), (60, Event::Started), (70, accept())];
        check(&later, &[3]);
    }

    #[test]
    fn where_a_sensor_is_at_work_a_clock_that_jumps_ends_no_waiting() {
        let jumped = |seen: Event| [(0, accept()), (1, seen), (9, accept()), (86_400, accept())];
        check(&jumped(passed(1)), &[3, 4]);
        check(&jumped(voided(1, VoidReason::NobodyPassed)), &[3, 4]);
    }
}
