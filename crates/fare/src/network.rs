//! Stops, lines and distances.

use alloc::vec::Vec;

use ridecode_words::{LineId, OperatorId, StopId, Text};

/// A stop of a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StopRecord {
    /// Its GTFS `stop_id`.
    pub stop: StopId,
    /// Its name as riders know it.
    pub name: Text,
}

/// The shortest path between two stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// Its length in metres.
    pub length_m: u32,
    /// The stops on it, both ends included.
    pub stops: Vec<StopId>,
    /// The parts of it: line, operator and metres, in order.
    pub parts: Vec<(LineId, OperatorId, u32)>,
}

/// A closed network: stops joined by line sections of known length.
#[derive(Clone, Debug)]
pub struct Network {}

/// Collects a network's stops and sections.
#[derive(Clone, Debug, Default)]
pub struct NetworkBuilder {}

/// A network that does not hold together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NetworkFault {
    /// Two stops with one id.
    #[error("the stop {0} stands twice")]
    RepeatedStop(StopId),
    /// A section to a stop that is not there.
    #[error("the line {line} calls at {stop}, which is no stop of the network")]
    UnknownStop {
        /// The line.
        line: LineId,
        /// The stop.
        stop: StopId,
    },
    /// A section without length.
    #[error("the line {line} has no distance after {stop}")]
    NoDistance {
        /// The line.
        line: LineId,
        /// The stop.
        stop: StopId,
    },
}
