//! Where a validator stands.

use ridecode_words::{LineId, Mode, OperatorId, StopId, VehicleId};

/// What a tap at this place means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Passage {
    /// One tap is the whole ride: flat bus.
    Single,
    /// The way in: entry gate, front door of a distance bus.
    In,
    /// The way out.
    Out,
}

/// A validator's place, written into every entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Who runs it.
    pub operator: OperatorId,
    /// Bus, metro and so on.
    pub mode: Mode,
    /// What a tap here means.
    pub passage: Passage,
    /// GTFS `route_id`, where a validator serves one line.
    pub line: Option<LineId>,
    /// GTFS `stop_id`, where it is known.
    pub stop: Option<StopId>,
    /// GTFS `direction_id`, 0 or 1, where it is known.
    pub direction: Option<u8>,
    /// The vehicle or gate array.
    pub vehicle: Option<VehicleId>,
    /// What a ride from here costs, in minor units, where that is known before it begins: a flat
    /// fare. A code that does not cover it is refused.
    pub fare_minor: Option<u32>,
}
