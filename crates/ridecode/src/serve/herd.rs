//! Ten thousand validators that come back at once, after a power cut or a cable, one after the
//! other.
//!
//! As long as few of their requests are being worked on, each is taken. Beyond that each is given a
//! time to come back: the times are as far apart as requests were done lately, so that the next
//! ones find the way free. Nothing is kept of who was told what.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::problem::{Kind, Problem, Result};

/// The way of validators' requests.
#[derive(Debug)]
pub(super) struct Herd {
    way: Mutex<Way>,
}

/// How full the way is. Times are in milliseconds of a clock that only counts up.
#[derive(Clone, Copy, Debug)]
struct Way {
    in_work: u32,
    in_work_max: u32,
    /// The second being counted, and what was done in it and in the one before.
    second: u64,
    done: u32,
    done_before: u32,
    /// The next time to give away.
    booked_ms: u64,
}

/// A request being worked on. Dropped when it is done.
#[derive(Debug)]
pub(super) struct InWork<'a> {
    herd: &'a Herd,
    now_ms: fn() -> u64,
}

impl Herd {
    /// A way for so many requests at a time.
    pub(super) fn new(in_work_max: u32) -> Self {
        Self {
            way: Mutex::new(Way {
                in_work: 0,
                in_work_max,
                second: 0,
                done: 0,
                done_before: 0,
                booked_ms: 0,
            }),
        }
    }

    /// Takes a request, or says when to come back.
    pub(super) fn enter(&self) -> Result<InWork<'_>> {
        match self.lock().enter(now_ms()) {
            Ok(()) => Ok(InWork { herd: self, now_ms }),
            Err(wait) => {
                let wait_s = wait.as_millis().div_ceil(1_000).max(1);
                let wait_s = u64::try_from(wait_s).unwrap_or(u64::MAX);
                let what = format!("many validators are back at once; come back in {wait_s} s");
                Err(Problem::new(Kind::Busy, what).with("retry_after_s", wait_s))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InWork<'_> {
    fn drop(&mut self) {
        self.herd.lock().leave((self.now_ms)());
    }
}

impl Way {
    fn enter(&mut self, now_ms: u64) -> std::result::Result<(), Duration> {
        self.turn_to(now_ms);
        if self.in_work < self.in_work_max {
            self.in_work += 1;
            return Ok(());
        }
        let per_s = self.done.max(self.done_before).max(PER_S_MIN);
        let first = now_ms + WAIT_MIN_MS;
        self.booked_ms = self.booked_ms.max(first) + u64::from(1_000 / per_s).max(1);
        let wait_ms = self.booked_ms - now_ms;
        if wait_ms > WAIT_MAX_MS {
            // Nobody waits longer; the times are given away once more from the front.
            self.booked_ms = first;
        }
        Err(Duration::from_millis(wait_ms.min(WAIT_MAX_MS)))
    }

    fn leave(&mut self, now_ms: u64) {
        self.turn_to(now_ms);
        self.in_work = self.in_work.saturating_sub(1);
        self.done += 1;
    }

    fn turn_to(&mut self, now_ms: u64) {
        let second = now_ms / 1_000;
        if second != self.second {
            self.done_before = if second == self.second + 1 {
                self.done
            } else {
                0
            };
            self.done = 0;
            self.second = second;
        }
    }
}

fn now_ms() -> u64 {
    u64::try_from(crate::clock::since_boot().as_millis()).unwrap_or(u64::MAX)
}

/// Requests of validators worked on at a time.
pub(super) const IN_WORK_MAX: u32 = 256;

/// What a server does in a second at least.
const PER_S_MIN: u32 = 50;

const WAIT_MIN_MS: u64 = 500;
const WAIT_MAX_MS: u64 = 600_000;

#[cfg(test)]
mod tests;
