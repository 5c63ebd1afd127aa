//! Stops, lines and distances.
//!
//! A network is built once from sections of known length; then every shortest path is known.
//! Which of two equally long paths counts never depends on the order a feed was written in:
//! fewer changes of line win, then the lower stop and line ids.

mod build;
mod measure;
mod reach;
mod ways;

use alloc::vec::Vec;

use ridecode_words::{LineId, Mode, OperatorId, StopId, Text};

use crate::names::Names;
use reach::{NOWHERE, Reach};

pub use build::{NetworkBuilder, NetworkFault, Section};
pub(crate) use measure::Measure;

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

/// Two stops that a path joins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<'a> {
    pub(crate) from: &'a StopRecord,
    pub(crate) to: &'a StopRecord,
    /// Meters of the shortest path.
    pub(crate) length_m: u32,
    /// The place of the line one boards for it among the network's lines.
    pub(crate) first_line: usize,
}

/// A network: stops joined by line sections of known length, with every shortest path.
#[derive(Clone, Debug)]
pub struct Network {
    name: Text,
    /// Ascending by id, as all of these.
    stops: Vec<StopRecord>,
    /// The heads of the stops' ids, in the same order: stops are looked for by number first.
    heads: Vec<u64>,
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
        let pair = self.pair(self.place(from)?, self.place(to)?)?;
        Some(&self.lines[pair.first_line])
    }

    /// Every pair of stops that a path joins, in the order of the stops' ids.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        let places = 0..self.stops.len();
        let pairs = places
            .clone()
            .flat_map(move |from| places.clone().map(move |to| (from, to)));
        pairs.filter_map(|(from, to)| self.pair(from, to))
    }

    fn pair(&self, from: usize, to: usize) -> Option<Pair<'_>> {
        let reach = &self.reach[from];
        let length_m = reach.length_m[to];
        (length_m != NOWHERE).then(|| Pair {
            from: &self.stops[from],
            to: &self.stops[to],
            length_m,
            first_line: usize::from(self.states[usize::from(reach.first[to])].line),
        })
    }

    /// The lengths to every stop that `from` leads to, in meters.
    pub fn lengths_from_m(&self, from: &StopId) -> impl Iterator<Item = u32> {
        let place = self.place(from).into_iter();
        let lengths = place.flat_map(|place| self.reach[place].length_m.iter().copied());
        lengths.filter(|length_m| *length_m != NOWHERE)
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

    fn place(&self, stop: &StopId) -> Option<usize> {
        let head = head(stop);
        let begin = self.heads.partition_point(|other| *other < head);
        let same = self.heads[begin..].partition_point(|other| *other == head);
        self.stops[begin..begin + same]
            .binary_search_by(|record| record.stop.cmp(stop))
            .ok()
            .map(|place| begin + place)
    }

    fn states_of(&self, place: usize) -> core::ops::Range<usize> {
        usize::from(self.first_state[place])..usize::from(self.first_state[place + 1])
    }
}

/// The first eight bytes of an id as a number: ids with smaller heads are smaller.
fn head(stop: &StopId) -> u64 {
    let mut head = [0; 8];
    for (byte, own) in head.iter_mut().zip(stop.as_str().bytes()) {
        *byte = own;
    }
    u64::from_be_bytes(head)
}

#[cfg(test)]
mod tests;
