//! Stops, lines and distances.
//!
//! A network is built once from sections of known length; then every shortest path is known.
//! Which of two equally long paths counts never depends on the order a feed was written in:
//! fewer changes of line win, then the lower stop and line ids.

mod build;
mod reach;
mod ways;

use alloc::vec::Vec;

use ridecode_words::{LineId, Mode, OperatorId, StopId, Text};

use crate::names::Names;
use reach::{NOWHERE, Reach};

pub use build::{NetworkBuilder, NetworkFault, Section};

/// A stop of a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StopRecord {
    /// Its GTFS `stop_id`.
    pub stop: StopId,
    /// Its names as riders know them.
    pub names: Names,
}

/// A line of a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineRecord {
    /// Its GTFS `route_id`.
    pub line: LineId,
    /// Who runs it.
    pub operator: OperatorId,
    /// Bus, metro and so on.
    pub mode: Mode,
    /// Its names as riders know them.
    pub names: Names,
}

/// Whether a rider changes lines without leaving the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interchange {
    /// Inside the gates: metro, BRT.
    Free,
    /// Every line is a ride of its own: bus.
    None,
}

/// The ride on one line within a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathPart {
    /// The line.
    pub line: LineId,
    /// Who runs it.
    pub operator: OperatorId,
    /// Where the rider boards.
    pub from: StopId,
    /// Where the rider alights.
    pub to: StopId,
    /// Meters ridden on it.
    pub length_m: u32,
}

/// The shortest path between two stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// Its length in meters.
    pub length_m: u32,
    /// How many of those meters are estimated, for want of a published distance.
    pub estimated_m: u32,
    /// The stops on it, both ends included.
    pub stops: Vec<StopId>,
    /// The parts of it, in order. Empty from a stop to itself.
    pub parts: Vec<PathPart>,
}

/// A network: stops joined by line sections of known length, with every shortest path.
#[derive(Clone, Debug)]
pub struct Network {
    name: Text,
    /// Ascending by id, as all of these.
    stops: Vec<StopRecord>,
    lines: Vec<LineRecord>,
    /// Stop and line, by place in `stops` and `lines`: where a rider can be.
    states: Vec<State>,
    /// Where each stop's states begin in `states`, and the end.
    first_state: Vec<u16>,
    /// By state: where it leads.
    edges: Vec<Vec<Edge>>,
    /// By origin stop.
    reach: Vec<Reach>,
}

/// Standing at a stop, on a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct State {
    stop: u16,
    line: u16,
}

/// A section ridden (`length_m` > 0) or a change of line (`length_m` = 0).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Edge {
    to: u16,
    length_m: u32,
    estimated: bool,
}

impl Network {
    /// Its name: the GTFS `network_id`.
    pub fn name(&self) -> &Text {
        &self.name
    }

    /// Its stops, ascending by id.
    pub fn stops(&self) -> &[StopRecord] {
        &self.stops
    }

    /// Its lines, ascending by id.
    pub fn lines(&self) -> &[LineRecord] {
        &self.lines
    }

    /// The stop of an id.
    pub fn find_stop(&self, stop: &StopId) -> Option<&StopRecord> {
        self.place(stop).map(|place| &self.stops[place])
    }

    /// The line of an id.
    pub fn find_line(&self, line: &LineId) -> Option<&LineRecord> {
        let place = self.lines.binary_search_by(|record| record.line.cmp(line));
        place.ok().map(|place| &self.lines[place])
    }

    /// The length of the shortest path in meters, without the path. `None` if a stop is not of
    /// this network or no line leads there.
    pub fn find_length_m(&self, from: &StopId, to: &StopId) -> Option<u32> {
        let length_m = self.reach[self.place(from)?].length_m[self.place(to)?];
        (length_m != NOWHERE).then_some(length_m)
    }

    /// The line a rider boards for the shortest path; from a stop to itself the first that calls
    /// there. `None` where there is no path.
    pub fn find_first_line(&self, from: &StopId, to: &StopId) -> Option<&LineRecord> {
        let (from, to) = (self.place(from)?, self.place(to)?);
        let reach = &self.reach[from];
        if reach.length_m[to] == NOWHERE {
            return None;
        }
        let mut at = usize::from(reach.arrival[to]);
        while usize::from(reach.previous[at]) != at {
            at = usize::from(reach.previous[at]);
        }
        Some(&self.lines[usize::from(self.states[at].line)])
    }

    /// The lengths from every stop that leads to `to`, in meters.
    pub fn lengths_to_m(&self, to: &StopId) -> impl Iterator<Item = u32> {
        let place = self.place(to);
        self.reach
            .iter()
            .filter_map(move |reach| place.map(|place| reach.length_m[place]))
            .filter(|length_m| *length_m != NOWHERE)
    }

    /// The shortest path. `None` if a stop is not of this network or no line leads there.
    pub fn find_path(&self, from: &StopId, to: &StopId) -> Option<Path> {
        self.path(self.place(from)?, self.place(to)?)
    }

    fn path(&self, from: usize, to: usize) -> Option<Path> {
        let reach = &self.reach[from];
        if reach.length_m[to] == NOWHERE {
            return None;
        }
        let path = if from == to {
            self.path_along(&[usize::from(reach.arrival[to])])
        } else {
            self.path_along(&self.walk(reach, to))
        };
        assert_eq!(
            path.length_m, reach.length_m[to],
            "a path is as long as its parts"
        );
        Some(path)
    }

    /// The path through some states, each of which leads to the next.
    fn path_along(&self, walk: &[usize]) -> Path {
        let mut path = Path {
            length_m: 0,
            estimated_m: 0,
            stops: Vec::new(),
            parts: Vec::new(),
        };
        let origin = walk.first().map(|state| self.states[*state].stop);
        let origin = origin.map(|stop| self.stops[usize::from(stop)].stop.clone());
        path.stops.extend(origin);
        for step in walk.windows(2) {
            let edge = self.edge(step[0], step[1]);
            if edge.length_m > 0 {
                self.ride(&mut path, step[0], edge);
            }
        }
        path
    }

    /// The states from the origin of `reach` to a stop.
    fn walk(&self, reach: &Reach, to: usize) -> Vec<usize> {
        let mut walk = Vec::new();
        let mut at = usize::from(reach.arrival[to]);
        walk.push(at);
        while usize::from(reach.previous[at]) != at {
            at = usize::from(reach.previous[at]);
            walk.push(at);
        }
        walk.reverse();
        walk
    }

    fn edge(&self, from: usize, to: usize) -> Edge {
        let edges = self.edges[from].iter();
        // The builder keeps one edge between two states, and a walk follows edges.
        *edges
            .clone()
            .find(|edge| usize::from(edge.to) == to)
            .expect("a walk follows edges")
    }

    /// Adds a section to a path: to its last part if the line goes on, else as a new part.
    fn ride(&self, path: &mut Path, from: usize, edge: Edge) {
        let to = self.states[usize::from(edge.to)];
        let line = &self.lines[usize::from(to.line)];
        let stop = &self.stops[usize::from(to.stop)].stop;
        path.length_m += edge.length_m;
        if edge.estimated {
            path.estimated_m += edge.length_m;
        }
        path.stops.push(stop.clone());
        match path.parts.last_mut() {
            Some(part) if part.line == line.line => {
                part.length_m += edge.length_m;
                part.to = stop.clone();
            }
            _ => path.parts.push(PathPart {
                line: line.line.clone(),
                operator: line.operator,
                from: self.stops[usize::from(self.states[from].stop)].stop.clone(),
                to: stop.clone(),
                length_m: edge.length_m,
            }),
        }
    }

    fn place(&self, stop: &StopId) -> Option<usize> {
        self.stops
            .binary_search_by(|record| record.stop.cmp(stop))
            .ok()
    }

    fn states_of(&self, place: usize) -> core::ops::Range<usize> {
        usize::from(self.first_state[place])..usize::from(self.first_state[place + 1])
    }
}

#[cfg(test)]
mod tests;
