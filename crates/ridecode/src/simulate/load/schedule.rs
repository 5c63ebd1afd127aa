//! Who begins which ride next: the trips of the city in the order of its days, for as long as
//! anyone asks.
//!
//! A trip takes seconds here and not an hour. Who is still under way is passed over and comes next
//! once free, so that nobody stands in two places at once.

use std::collections::VecDeque;
use std::time::Duration;

use ridecode_sim::{Traffic, Trip};

/// The order of rides.
pub(super) struct Schedule<'a> {
    traffic: &'a Traffic,
    day: u32,
    /// Trips of the day that are to come.
    coming: VecDeque<Trip>,
    /// Trips that were passed over.
    waiting: VecDeque<Trip>,
    /// Until when each rider is under way.
    busy_until: Vec<Duration>,
}

impl<'a> Schedule<'a> {
    /// The order of the traffic of so many riders.
    pub(super) fn new(traffic: &'a Traffic, riders: u32) -> Self {
        Self {
            traffic,
            day: 0,
            coming: traffic.day(0).into(),
            waiting: VecDeque::new(),
            busy_until: vec![Duration::ZERO; riders as usize],
        }
    }

    /// The ride that begins then. `None` if every rider is under way.
    pub(super) fn next(&mut self, due: Duration) -> Option<Trip> {
        let free = |trip: &Trip| self.busy_until[trip.rider as usize] <= due;
        let found = match self.waiting.iter().position(free) {
            Some(place) => self.waiting.remove(place),
            None => self.next_coming(due),
        };
        if let Some(trip) = found {
            self.busy_until[trip.rider as usize] = due + Duration::from_secs(TRIP_S);
        }
        found
    }

    fn next_coming(&mut self, due: Duration) -> Option<Trip> {
        while self.waiting.len() < self.busy_until.len() {
            let Some(trip) = self.coming.pop_front() else {
                self.day += 1;
                self.coming = self.traffic.day(self.day).into();
                continue;
            };
            if self.busy_until[trip.rider as usize] <= due {
                return Some(trip);
            }
            self.waiting.push_back(trip);
        }
        None
    }
}

/// Seconds from the gate in to the gate out: longer than two validators' clocks may differ.
pub(super) const INSIDE_S: u64 = 3;

/// Seconds from the beginning of a rider's trip until the next may begin.
pub(super) const TRIP_S: u64 = 2 * INSIDE_S;

#[cfg(test)]
mod tests {
    use ridecode_sim::{City, Profile};

    use super::*;

    #[test]
    fn nobody_is_in_two_places_and_no_time_is_left_empty() {
        let riders = 60;
        let traffic = Traffic::new(&City::example(), (3, riders), Profile::Calm);
        let mut schedule = Schedule::new(&traffic, riders);
        let mut last = vec![None; riders as usize];
        let mut rides = vec![0; riders as usize];
        for number in 0..2_000 {
            // Eight a second: a rider is needed once in seven and a half seconds.
            let due = Duration::from_millis(number * 125);
            let trip = schedule.next(due).expect("somebody is free");
            let rider = trip.rider as usize;
            if let Some(last) = last[rider].replace(due) {
                assert!(due - last >= Duration::from_secs(TRIP_S), "{trip:?}");
            }
            rides[rider] += 1;
        }
        assert!(rides.iter().all(|count| *count > 10), "{rides:?}");
    }

    #[test]
    fn where_all_are_under_way_nobody_begins() {
        let traffic = Traffic::new(&City::example(), (3, 5), Profile::Calm);
        let mut schedule = Schedule::new(&traffic, 5);
        let due = Duration::ZERO;
        let began = std::iter::from_fn(|| schedule.next(due)).count();
        assert_eq!(began, 5);
        assert!(schedule.next(Duration::from_secs(TRIP_S)).is_some());
    }
}
