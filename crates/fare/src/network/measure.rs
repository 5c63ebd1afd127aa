//! Shortest paths, put together from the states they lead through.

use alloc::vec::Vec;

use ridecode_words::StopId;

use super::reach::{NOWHERE, Reach};
use super::{Edge, LineRecord, Network, Path, PathPart, StopRecord};

/// A shortest path as far as a price needs it: no stop between its ends.
pub(crate) struct Measure<'a> {
    pub(crate) from: &'a StopRecord,
    pub(crate) to: &'a StopRecord,
    pub(crate) length_m: u32,
    pub(crate) estimated_m: u32,
    pub(crate) stretches: Vec<Stretch<'a>>,
}

/// The ride on one line within a path.
pub(crate) struct Stretch<'a> {
    pub(crate) line: &'a LineRecord,
    pub(crate) from: &'a StopRecord,
    pub(crate) to: &'a StopRecord,
    pub(crate) length_m: u32,
}

impl Network {
    /// The shortest path without the stops between. `None` if a stop is not of this network or no
    /// line leads there.
    pub(crate) fn find_measure(&self, from: &StopId, to: &StopId) -> Option<Measure<'_>> {
        let walk = self.walk(self.place(from)?, self.place(to)?)?;
        Some(self.measure_along(&walk))
    }

    /// The shortest path from a place among the stops to another.
    pub(super) fn path(&self, from: usize, to: usize) -> Option<Path> {
        self.walk(from, to).map(|walk| self.path_along(&walk))
    }

    /// The path through some states, each of which leads to the next.
    pub(super) fn path_along(&self, walk: &[usize]) -> Path {
        let measure = self.measure_along(walk);
        let mut stops: Vec<u16> = walk.iter().map(|state| self.states[*state].stop).collect();
        // Changing lines leaves one where one is; a section never does.
        stops.dedup();
        let id = |stop: &u16| self.stops[usize::from(*stop)].stop.clone();
        let part = |stretch: &Stretch<'_>| PathPart {
            line: stretch.line.line.clone(),
            operator: stretch.line.operator,
            from: stretch.from.stop.clone(),
            to: stretch.to.stop.clone(),
            length_m: stretch.length_m,
        };
        Path {
            length_m: measure.length_m,
            estimated_m: measure.estimated_m,
            stops: stops.iter().map(id).collect(),
            parts: measure.stretches.iter().map(part).collect(),
        }
    }

    fn measure_along(&self, walk: &[usize]) -> Measure<'_> {
        let stop = |state: usize| &self.stops[usize::from(self.states[state].stop)];
        let (first, last) = (walk[0], walk[walk.len() - 1]);
        let mut measure = Measure {
            from: stop(first),
            to: stop(last),
            length_m: 0,
            estimated_m: 0,
            stretches: Vec::new(),
        };
        let mut ridden = None;
        for step in walk.windows(2) {
            let edge = self.edge(step[0], step[1]);
            if edge.length_m == 0 {
                continue;
            }
            measure.length_m += edge.length_m;
            measure.estimated_m += if edge.estimated { edge.length_m } else { 0 };
            let line = self.states[step[1]].line;
            match measure.stretches.last_mut() {
                Some(stretch) if ridden == Some(line) => {
                    stretch.length_m += edge.length_m;
                    stretch.to = stop(step[1]);
                }
                Some(_) | None => measure.stretches.push(Stretch {
                    line: &self.lines[usize::from(line)],
                    from: stop(step[0]),
                    to: stop(step[1]),
                    length_m: edge.length_m,
                }),
            }
            ridden = Some(line);
        }
        measure
    }

    /// The states of the shortest path between two places among the stops; at least one.
    fn walk(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let reach = &self.reach[from];
        if reach.length_m[to] == NOWHERE {
            return None;
        }
        let mut at = usize::from(reach.arrival[to]);
        let mut walk = Vec::with_capacity(WALK);
        walk.push(at);
        // From a stop to itself one stands where one is.
        while from != to && usize::from(reach.previous[at]) != at {
            at = usize::from(reach.previous[at]);
            walk.push(at);
        }
        walk.reverse();
        Some(walk)
    }

    fn edge(&self, from: usize, to: usize) -> Edge {
        let mut edges = self.edges[from].iter();
        // The builder keeps one edge between two states, and a walk follows edges.
        *edges
            .find(|edge| usize::from(edge.to) == to)
            .expect("a walk follows edges")
    }
}

impl Reach {
    /// By stop: the state its path begins in. Each state's way back is walked once.
    pub(super) fn first_states(previous: &[u16], arrival: &[u16]) -> Vec<u16> {
        if previous.is_empty() {
            // Stops that no line calls at.
            return arrival.to_vec();
        }
        let mut first: Vec<Option<u16>> = alloc::vec![None; previous.len()];
        let mut way = Vec::new();
        arrival
            .iter()
            .map(|arrival| {
                let mut at = *arrival;
                let begins = loop {
                    let place = usize::from(at);
                    if let Some(known) = first[place] {
                        break known;
                    }
                    if previous[place] == at {
                        break at;
                    }
                    way.push(place);
                    at = previous[place];
                };
                for place in way.drain(..) {
                    first[place] = Some(begins);
                }
                begins
            })
            .collect()
    }
}

/// Few paths lead through more states.
const WALK: usize = 48;
