//! Validators in operation: where they are wanted, how they said they are, when they retired.

use ridecode_words::{LineId, OperatorId, StopId, UnixSeconds, ValidatorId, VehicleId};

use super::segment::Validator;

/// Where an operator wants a validator. It is told nothing by this: what it says of its own place
/// is held against it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// GTFS `route_id`.
    pub line: Option<LineId>,
    /// GTFS `stop_id`.
    pub stop: Option<StopId>,
    /// The vehicle or gate array.
    pub vehicle: Option<VehicleId>,
    /// Since when.
    pub since: UnixSeconds,
}

/// A heartbeat whose signature was checked, as its validator sealed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beat {
    /// Whose.
    pub validator: ValidatorId,
    /// When it was heard.
    pub heard: UnixSeconds,
    /// The validator's own time.
    pub sealed: UnixSeconds,
    /// The sealed heartbeat.
    pub bytes: Vec<u8>,
}

/// Everything about one validator but its entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValidatorFile {
    /// The validator.
    pub validator: Validator,
    /// Where it is wanted, once somebody said so.
    pub assigned: Option<Assignment>,
    /// Through this sequence, from 1 on and without a hole, its journal is held.
    pub held_through: u64,
    /// The last sequence it is known to have written.
    pub journal_end: u64,
    /// Its time at its last segment; 0 before the first.
    pub sealed: UnixSeconds,
    /// Its last heartbeat.
    pub beat: Option<Beat>,
}

/// What staff changes about a validator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ValidatorStep {
    /// It is wanted elsewhere.
    Move(Assignment),
    /// It works no more, from the time of the deed on.
    Retire,
}

/// What became of it, in order of precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValidatorStepped {
    /// It retired before, and nothing changed.
    Retired,
    /// It was so before, and nothing changed.
    Unchanged,
    /// It is so from now on, and the deed is on the trail.
    Changed,
}

/// Whose validators are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FleetOf {
    /// Everybody's.
    All,
    /// One operator's.
    Operator(OperatorId),
    /// One alone.
    One(ValidatorId),
}
