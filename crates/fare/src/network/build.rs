//! From a feed's sections to a network that holds together.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use ridecode_words::{LineId, StopId, Text};

use super::{Edge, Interchange, LineRecord, Network, State, StopRecord, head};

/// One ride of a line from a stop to the next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// The line.
    pub line: LineId,
    /// From.
    pub from: StopId,
    /// To the next stop.
    pub to: StopId,
    /// Meters, at least 1.
    pub length_m: u32,
    /// Whether the length is estimated, for want of a published one.
    pub estimated: bool,
}

/// Collects a network's stops, lines and sections.
#[derive(Clone, Debug)]
pub struct NetworkBuilder {
    name: Text,
    interchange: Interchange,
    stops: Vec<StopRecord>,
    lines: Vec<LineRecord>,
    sections: Vec<Section>,
}

/// A network that does not hold together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NetworkFault {
    /// Two stops with one id.
    #[error("the stop {0} stands twice; give each its own stop_id")]
    RepeatedStop(StopId),
    /// Two lines with one id.
    #[error("the line {0} stands twice; give each its own route_id")]
    RepeatedLine(LineId),
    /// A section of a line that is not there.
    #[error("there are sections of the line {0}, which is no line of the network")]
    UnknownLine(LineId),
    /// A section to a stop that is not there.
    #[error("the line {line} calls at {stop}, which is no stop of the network")]
    UnknownStop {
        /// The line.
        line: LineId,
        /// The stop.
        stop: StopId,
    },
    /// A section without length, longer than [`NetworkBuilder::SECTION_M_MAX`], or from a stop
    /// to itself.
    #[error("the line {line} needs a distance of 1 to 1000000 m after {stop}")]
    NoDistance {
        /// The line.
        line: LineId,
        /// The stop.
        stop: StopId,
    },
    /// More stops or more calls than all-pairs paths are kept for.
    #[error("a network has at most 2048 stops and 8192 calls of lines at stops; split it")]
    TooLarge,
}

impl NetworkBuilder {
    /// The most stops of a network.
    pub const STOPS_MAX: usize = 2_048;
    /// The most pairs of a stop and a line calling there.
    pub const CALLS_MAX: usize = 8_192;
    /// The longest section in meters. A path of all stops still fits in 32 bits.
    pub const SECTION_M_MAX: u32 = 1_000_000;

    /// A network without stops.
    pub fn new(name: Text, interchange: Interchange) -> Self {
        Self {
            name,
            interchange,
            stops: Vec::new(),
            lines: Vec::new(),
            sections: Vec::new(),
        }
    }

    /// Adds a stop.
    pub fn stop(&mut self, stop: StopRecord) -> &mut Self {
        self.stops.push(stop);
        self
    }

    /// Adds a line.
    pub fn line(&mut self, line: LineRecord) -> &mut Self {
        self.lines.push(line);
        self
    }

    /// Adds a section, in the direction it is ridden. Of a section told twice the shorter length
    /// counts.
    pub fn section(&mut self, section: Section) -> &mut Self {
        self.sections.push(section);
        self
    }

    /// Checks everything and finds every shortest path.
    pub fn build(self) -> Result<Network, NetworkFault> {
        let (stops, lines) = self.records()?;
        let mut sections = BTreeMap::new();
        for section in &self.sections {
            let (from, to) = find_ends(section, &stops, &lines)?;
            let length = (section.length_m, section.estimated);
            let shortest = sections.entry((from, to)).or_insert(length);
            *shortest = length.min(*shortest);
        }
        let states: BTreeSet<State> = sections
            .keys()
            .flat_map(|(from, to)| [*from, *to])
            .collect();
        if stops.len() > Self::STOPS_MAX || states.len() > Self::CALLS_MAX {
            return Err(NetworkFault::TooLarge);
        }
        let mut network = Network {
            name: self.name,
            first_state: first_states(stops.len(), &states),
            heads: stops.iter().map(|record| head(&record.stop)).collect(),
            stops,
            lines,
            edges: alloc::vec![Vec::new(); states.len()],
            states: states.into_iter().collect(),
            reach: Vec::new(),
        };
        network.add_edges(&sections, self.interchange);
        network.reach = (0..network.stops.len())
            .map(|stop| network.reach_from(stop))
            .collect();
        Ok(network)
    }

    /// Stops and lines in the order of their ids.
    fn records(&self) -> Result<(Vec<StopRecord>, Vec<LineRecord>), NetworkFault> {
        let mut stops = self.stops.clone();
        stops.sort_by(|a, b| a.stop.cmp(&b.stop));
        if let Some(pair) = stops.windows(2).find(|pair| pair[0].stop == pair[1].stop) {
            return Err(NetworkFault::RepeatedStop(pair[0].stop.clone()));
        }
        let mut lines = self.lines.clone();
        lines.sort_by(|a, b| a.line.cmp(&b.line));
        if let Some(pair) = lines.windows(2).find(|pair| pair[0].line == pair[1].line) {
            return Err(NetworkFault::RepeatedLine(pair[0].line.clone()));
        }
        if stops.len() > Self::STOPS_MAX || lines.len() > Self::CALLS_MAX {
            return Err(NetworkFault::TooLarge);
        }
        Ok((stops, lines))
    }
}

impl Network {
    fn add_edges(&mut self, sections: &BTreeMap<(State, State), (u32, bool)>, change: Interchange) {
        let place = |states: &[State], state: &State| {
            let place = states
                .binary_search(state)
                .expect("sections made the states");
            u16::try_from(place).expect("the number of states is limited")
        };
        for ((from, to), (length_m, estimated)) in sections {
            let (from, to) = (place(&self.states, from), place(&self.states, to));
            self.edges[usize::from(from)].push(Edge {
                to,
                length_m: *length_m,
                estimated: *estimated,
            });
        }
        match change {
            Interchange::Free => {}
            Interchange::None => return,
        }
        for stop in 0..self.stops.len() {
            for from in self.states_of(stop) {
                for to in self.states_of(stop).filter(|to| *to != from) {
                    self.edges[from].push(Edge {
                        to: u16::try_from(to).expect("the number of states is limited"),
                        length_m: 0,
                        estimated: false,
                    });
                }
            }
        }
    }
}

fn find_ends(
    section: &Section,
    stops: &[StopRecord],
    lines: &[LineRecord],
) -> Result<(State, State), NetworkFault> {
    let line = lines
        .binary_search_by(|record| record.line.cmp(&section.line))
        .map_err(|_| NetworkFault::UnknownLine(section.line.clone()))?;
    let state = |stop: &StopId| {
        let place = stops.binary_search_by(|record| record.stop.cmp(stop));
        let place = place.map_err(|_| NetworkFault::UnknownStop {
            line: section.line.clone(),
            stop: stop.clone(),
        })?;
        Ok(State {
            stop: u16::try_from(place).map_err(|_| NetworkFault::TooLarge)?,
            line: u16::try_from(line).map_err(|_| NetworkFault::TooLarge)?,
        })
    };
    let (from, to) = (state(&section.from)?, state(&section.to)?);
    if from == to || !(1..=NetworkBuilder::SECTION_M_MAX).contains(&section.length_m) {
        return Err(NetworkFault::NoDistance {
            line: section.line.clone(),
            stop: section.from.clone(),
        });
    }
    Ok((from, to))
}

fn first_states(stops: usize, states: &BTreeSet<State>) -> Vec<u16> {
    let mut first = alloc::vec![0_u16; stops + 1];
    for state in states {
        first[usize::from(state.stop) + 1] += 1;
    }
    for stop in 0..stops {
        first[stop + 1] += first[stop];
    }
    first
}
