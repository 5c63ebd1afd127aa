//! The second phase of a gate: whoever was accepted passes, or the accept is taken back.
//!
//! An accepted rider is waited for at the passage sensor. The sensor sees riders in the order they
//! were accepted. Nobody seen within the passage time means a void, and the rider may try again.
//! Times here are milliseconds of a clock that only counts up, whatever the time of day does.

use alloc::collections::VecDeque;

/// Who was let in and has not passed yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doorway {
    passage_ms: u64,
    waiting: VecDeque<Waiting>,
}

/// An accepted entry whose rider has not passed yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Waiting {
    accepted: u64,
    until_ms: u64,
}

/// What the barrier does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Barrier {
    /// Nobody is expected.
    Closed,
    /// Somebody is.
    Open,
}

impl Doorway {
    /// A doorway whose riders have so many milliseconds to pass.
    pub fn new(passage_ms: u64) -> Self {
        Self {
            passage_ms,
            waiting: VecDeque::new(),
        }
    }

    /// An entry was accepted: its rider is expected. Each rider accepted behind others has the
    /// whole time from the last accept on, since they may have to wait for those in front.
    pub fn accept(&mut self, accepted: u64, now_ms: u64) {
        let until_ms = now_ms.saturating_add(self.passage_ms);
        for waiting in &mut self.waiting {
            waiting.until_ms = until_ms;
        }
        self.waiting.push_back(Waiting { accepted, until_ms });
    }

    /// The sensor saw somebody pass. Gives the accepted entry that was; `None` if nobody was
    /// expected, or not any more.
    pub fn pass(&mut self, now_ms: u64) -> Option<u64> {
        let in_time = |waiting: &Waiting| now_ms <= waiting.until_ms;
        self.waiting.front().filter(|first| in_time(first))?;
        self.waiting.pop_front().map(|first| first.accepted)
    }

    /// An accepted entry whose rider did not pass in time, oldest first: to be voided now.
    pub fn find_overdue(&mut self, now_ms: u64) -> Option<u64> {
        let overdue = |waiting: &Waiting| now_ms > waiting.until_ms;
        self.waiting.front().filter(|first| overdue(first))?;
        self.waiting.pop_front().map(|first| first.accepted)
    }

    /// An accepted entry was voided for another reason: its rider is not expected any more.
    pub fn take_back(&mut self, accepted: u64) {
        self.waiting.retain(|waiting| waiting.accepted != accepted);
    }

    /// Whether the sensor was to see that entry's rider, and has not yet.
    pub fn is_waiting_for(&self, accepted: u64) -> bool {
        self.waiting
            .iter()
            .any(|waiting| waiting.accepted == accepted)
    }

    /// When the next accept is overdue unless somebody passes, in milliseconds.
    pub fn next_due_ms(&self) -> Option<u64> {
        let first = self.waiting.front()?;
        Some(first.until_ms.saturating_add(1))
    }

    /// What the barrier is to do.
    pub fn barrier(&self) -> Barrier {
        if self.waiting.is_empty() {
            Barrier::Closed
        } else {
            Barrier::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_accepted_passes_in_order() {
        let mut doorway = Doorway::new(5_000);
        assert_eq!(doorway.barrier(), Barrier::Closed);
        doorway.accept(7, 0);
        doorway.accept(9, 4_000);
        assert_eq!(doorway.barrier(), Barrier::Open);
        assert_eq!(doorway.next_due_ms(), Some(9_001));
        assert_eq!(doorway.pass(6_000), Some(7));
        assert!(doorway.is_waiting_for(9) && !doorway.is_waiting_for(7));
        assert_eq!(doorway.pass(6_001), Some(9));
        assert_eq!(doorway.pass(6_002), None, "one more than was accepted");
        assert_eq!(doorway.barrier(), Barrier::Closed);
    }

    #[test]
    fn whoever_does_not_pass_in_time_is_voided_once() {
        let check = |now_ms, overdue| {
            let mut doorway = Doorway::new(5_000);
            doorway.accept(7, 1_000);
            assert_eq!(doorway.find_overdue(now_ms), overdue, "at {now_ms}");
            assert_eq!(doorway.find_overdue(now_ms), None);
            let left = overdue.is_none().then_some(7);
            assert_eq!(doorway.pass(now_ms), left);
        };
        check(1_000, None);
        check(6_000, None);
        check(6_001, Some(7));
        check(u64::MAX, Some(7));
    }

    #[test]
    fn nobody_is_both_overdue_and_seen() {
        let mut doorway = Doorway::new(5_000);
        doorway.accept(7, 0);
        assert_eq!(doorway.pass(5_001), None);
        assert_eq!(doorway.find_overdue(5_001), Some(7));
    }

    #[test]
    fn an_accept_taken_back_is_not_waited_for() {
        let mut doorway = Doorway::new(5_000);
        doorway.accept(7, 0);
        doorway.accept(9, 0);
        doorway.take_back(7);
        assert_eq!(doorway.pass(1), Some(9));
        assert_eq!(doorway.next_due_ms(), None);
    }
}
