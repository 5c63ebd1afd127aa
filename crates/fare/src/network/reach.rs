//! Every shortest path from one stop.

use alloc::collections::BinaryHeap;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::Network;

/// No path leads there.
pub(super) const NOWHERE: u32 = u32::MAX;

/// What can be reached from a stop.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// By stop: meters, or [`NOWHERE`].
    pub(super) length_m: Vec<u32>,
    /// By stop: the state the shortest path ends in.
    pub(super) arrival: Vec<u16>,
    /// By stop: the state the shortest path begins in.
    pub(super) first: Vec<u16>,
    /// By state: the state before it; itself where the path begins.
    pub(super) previous: Vec<u16>,
}

/// Meters first, then changes of line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    length_m: u32,
    changes: u16,
}

impl Cost {
    const NOWHERE: Self = Self {
        length_m: NOWHERE,
        changes: u16::MAX,
    };
}

impl Network {
    /// Dijkstra from every state of a stop. Costs only grow along an edge, so that the smallest
    /// predecessor among equally cheap ones is well defined whatever the order of visits.
    pub(super) fn reach_from(&self, origin: usize) -> Reach {
        let mut costs = vec![Cost::NOWHERE; self.states.len()];
        let mut previous = vec![0_u16; self.states.len()];
        let mut queue = BinaryHeap::new();
        for state in self.states_of(origin) {
            costs[state] = Cost {
                length_m: 0,
                changes: 0,
            };
            previous[state] = narrow(state);
            queue.push(Reverse((costs[state], narrow(state))));
        }
        while let Some(Reverse((cost, at))) = queue.pop() {
            if cost > costs[usize::from(at)] {
                continue;
            }
            for edge in &self.edges[usize::from(at)] {
                let to = usize::from(edge.to);
                let longer = Cost {
                    length_m: cost.length_m.saturating_add(edge.length_m),
                    changes: cost.changes.saturating_add(u16::from(edge.length_m == 0)),
                };
                if longer < costs[to] {
                    costs[to] = longer;
                    previous[to] = at;
                    queue.push(Reverse((longer, edge.to)));
                } else if longer == costs[to] && usize::from(previous[to]) != to {
                    previous[to] = previous[to].min(at);
                }
            }
        }
        self.arrivals(&costs, previous)
    }

    fn arrivals(&self, costs: &[Cost], previous: Vec<u16>) -> Reach {
        let mut length_m = vec![NOWHERE; self.stops.len()];
        let mut arrival = vec![0_u16; self.stops.len()];
        for stop in 0..self.stops.len() {
            if let Some(state) = self.states_of(stop).min_by_key(|state| costs[*state]) {
                length_m[stop] = costs[state].length_m;
                arrival[stop] = narrow(state);
            }
        }
        Reach {
            length_m,
            first: Reach::first_states(&previous, &arrival),
            arrival,
            previous,
        }
    }
}

/// A place in `states`; the builder keeps these below 65536.
fn narrow(place: usize) -> u16 {
    u16::try_from(place).expect("the builder limits the states")
}
