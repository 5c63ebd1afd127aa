//! Other ways from a stop to a stop: longer, with fewer changes of line.
//!
//! A rider stands at a state after so many changes: a place. From place to place the shortest way
//! is found as in `reach`; where a further change still makes the way to the last stop shorter, it
//! is a way worth telling.

use alloc::collections::BinaryHeap;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use ridecode_words::StopId;

use super::reach::NOWHERE;
use super::{Network, Path};

/// The shortest way to each place: changes × states + state.
struct Places {
    length_m: Vec<u32>,
    /// The place before; itself where the way begins.
    previous: Vec<usize>,
}

impl Network {
    /// The most ways told between two stops.
    pub const WAYS_MAX: usize = 4;

    /// The shortest path first, then ways that need fewer changes, each longer than the one before
    /// it and none more than twice as long as the shortest. Empty where there is no path.
    pub fn find_ways(&self, from: &StopId, to: &StopId) -> Vec<Path> {
        let (Some(from), Some(to)) = (self.place(from), self.place(to)) else {
            return Vec::new();
        };
        let Some(shortest) = self.path(from, to) else {
            return Vec::new();
        };
        let longest_m = shortest.length_m.saturating_mul(DETOUR_MAX);
        let mut ways = vec![shortest];
        for way in self.ways_by_changes(from, to).into_iter().rev() {
            let is_simpler = ways
                .last()
                .is_some_and(|last| way.parts.len() < last.parts.len());
            if is_simpler && way.length_m <= longest_m && ways.len() < Self::WAYS_MAX {
                ways.push(way);
            }
        }
        ways
    }

    /// Ways by ascending changes and descending length, the last as short as any.
    fn ways_by_changes(&self, from: usize, to: usize) -> Vec<Path> {
        let places = self.places_from(from);
        let states = self.states.len();
        let mut ways: Vec<Path> = Vec::new();
        for changes in 0..=CHANGES_MAX {
            let arrivals = self.states_of(to).map(|state| changes * states + state);
            let Some(arrival) = arrivals.min_by_key(|place| places.length_m[*place]) else {
                break;
            };
            let shortest_m = ways.last().map_or(NOWHERE, |way| way.length_m);
            if places.length_m[arrival] < shortest_m {
                let walk = places.walk(arrival);
                let walk: Vec<usize> = walk.iter().map(|place| place % states).collect();
                ways.push(self.path_along(&walk));
            }
        }
        ways
    }

    /// Dijkstra from every line that calls at a stop.
    fn places_from(&self, origin: usize) -> Places {
        let states = self.states.len();
        let count = states * (CHANGES_MAX + 1);
        let mut places = Places {
            length_m: vec![NOWHERE; count],
            previous: (0..count).collect(),
        };
        let mut queue = BinaryHeap::new();
        for state in self.states_of(origin) {
            places.length_m[state] = 0;
            queue.push(Reverse((0, state)));
        }
        while let Some(Reverse((length_m, at))) = queue.pop() {
            if length_m > places.length_m[at] {
                continue;
            }
            for edge in &self.edges[at % states] {
                let changes = at / states + usize::from(edge.length_m == 0);
                let to = changes * states + usize::from(edge.to);
                let longer_m = length_m.saturating_add(edge.length_m);
                if changes <= CHANGES_MAX && longer_m < places.length_m[to] {
                    places.length_m[to] = longer_m;
                    places.previous[to] = at;
                    queue.push(Reverse((longer_m, to)));
                }
            }
        }
        places
    }
}

impl Places {
    /// The places of the way to one of them, from the first.
    fn walk(&self, arrival: usize) -> Vec<usize> {
        let mut walk = vec![arrival];
        let mut at = arrival;
        while self.previous[at] != at {
            at = self.previous[at];
            walk.push(at);
        }
        walk.reverse();
        walk
    }
}

/// With more changes than this nobody rides.
const CHANGES_MAX: usize = 8;

/// No way is told that is longer than so many times the shortest.
const DETOUR_MAX: u32 = 2;
