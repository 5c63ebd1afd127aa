//! Ten thousand validators in one thread, with the pauses they really make.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::*;
use crate::client::{Problem, Trouble};
use crate::device::Pace;

/// What a server that does so many requests a second goes through.
struct Storm {
    per_s: u64,
    devices: u32,
    requests: u32,
    most_in_work: u32,
    done: u32,
    last_done_ms: u64,
    most_in_a_second: u32,
}

impl Storm {
    /// All devices come at once and each needs one request done.
    fn run(devices: u32, per_s: u64) -> Self {
        let mut storm = Self {
            per_s,
            devices,
            requests: 0,
            most_in_work: 0,
            done: 0,
            last_done_ms: 0,
            most_in_a_second: 0,
        };
        storm.go();
        storm
    }

    fn go(&mut self) {
        let mut chance = fastrand::Rng::with_seed(20_261_121);
        let mut way = *Herd::new(IN_WORK_MAX).lock();
        let pace = Pace::default();
        let mut coming: BinaryHeap<Reverse<(u64, u32, u32)>> = (0..self.devices)
            .map(|device| Reverse((0, device, 0)))
            .collect();
        let mut in_work: VecDeque<u64> = VecDeque::new();
        let (mut free_at_us, mut second, mut in_second) = (0, 0, 0);
        while self.done < self.devices {
            let next_coming = coming.peek().map(|Reverse((at_ms, ..))| *at_ms);
            let next_done = in_work.front().copied();
            if next_done.is_some_and(|done| next_coming.is_none_or(|coming| done <= coming)) {
                let now_ms = in_work.pop_front().unwrap();
                way.leave(now_ms);
                self.done += 1;
                self.last_done_ms = now_ms;
                continue;
            }
            let Some(Reverse((now_ms, device, failures))) = coming.pop() else {
                unreachable!("somebody comes or is worked on");
            };
            self.requests += 1;
            if now_ms / 1_000 != second {
                (second, in_second) = (now_ms / 1_000, 0);
            }
            in_second += 1;
            // The first second is the storm itself.
            if second > 0 {
                self.most_in_a_second = self.most_in_a_second.max(in_second);
            }
            match way.enter(now_ms) {
                Ok(()) => {
                    free_at_us = (now_ms * 1_000).max(free_at_us) + 1_000_000 / self.per_s;
                    in_work.push_back(free_at_us.div_ceil(1_000));
                    self.most_in_work = self.most_in_work.max(way.in_work);
                }
                Err(wait) => {
                    let busy = Trouble::Busy {
                        problem: Problem::default(),
                        retry_after: Some(Duration::from_secs(
                            u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap(),
                        )),
                    };
                    let pause = pace.pause_after(failures, Some(&busy), chance.u64(..));
                    let again_ms = now_ms + u64::try_from(pause.as_millis()).unwrap();
                    coming.push(Reverse((again_ms, device, failures + 1)));
                }
            }
        }
    }
}

#[test]
fn ten_thousand_validators_back_at_once_are_spread_over_time() {
    for per_s in [200, 1_000, 5_000] {
        let storm = Storm::run(10_000, per_s);
        let least_ms = 10_000 * 1_000 / per_s;
        println!(
            "{per_s} a second: done after {} ms of at least {least_ms}, {} requests, {} in the \
             worst second",
            storm.last_done_ms, storm.requests, storm.most_in_a_second
        );
        assert_eq!(storm.done, 10_000);
        assert!(storm.most_in_work <= IN_WORK_MAX);
        let requests_each = f64::from(storm.requests) / 10_000.0;
        assert!(requests_each < 6.0, "{requests_each} requests each");
        assert!(
            storm.last_done_ms < 4 * least_ms + 240_000,
            "{}",
            storm.last_done_ms
        );
    }
}

#[test]
fn few_are_never_told_to_wait() {
    let herd = Herd::new(2);
    let first = herd.enter().unwrap();
    let second = herd.enter().unwrap();
    assert!(herd.enter().is_err());
    drop(first);
    let third = herd.enter().unwrap();
    drop((second, third));
}

#[test]
fn the_times_to_come_back_are_apart_and_bounded() {
    let mut way = *Herd::new(0).lock();
    let waits: Vec<u64> = (0..100)
        .map(|_| u64::try_from(way.enter(1_000).unwrap_err().as_millis()).unwrap())
        .collect();
    assert_eq!(waits[0], 520);
    assert!(waits.windows(2).all(|pair| pair[1] == pair[0] + 20));
    for _ in 0..100_000 {
        assert!(way.enter(1_000).unwrap_err() <= Duration::from_millis(WAIT_MAX_MS));
    }
}
