//! The pulse: counts that grow with what is taken in, so that nobody has to count it again.

use ridecode_validator::Outcome;
use ridecode_words::{ChargeId, LineId, OperatorId, UnixSeconds};

/// Seconds of a slot of [`Pulse`].
pub const SLOT_S: i64 = 300;

/// Seconds of an hour of [`LineHour`].
pub const HOUR_S: i64 = 3_600;

/// A decision in a segment, as it is counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sighting {
    /// The entry.
    pub sequence: u64,
    /// Its time.
    pub time: UnixSeconds,
    /// Its line, where its place names one.
    pub line: Option<LineId>,
    /// What the validator decided.
    pub outcome: Outcome,
}

/// What a fare version adds to what a line took, in the hour in which the ride began.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The fare version.
    pub charge: ChargeId,
    /// Who is owed it.
    pub operator: OperatorId,
    /// The line of the ride's first tap with this operator, where one is known.
    pub line: Option<LineId>,
    /// When the ride began.
    pub began: UnixSeconds,
    /// How much, in minor units; the difference to the version before.
    pub minor: i64,
}

/// Decisions of one outcome at an operator's validators, by the time of their entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Pulse {
    /// The operator.
    pub operator: OperatorId,
    /// The first second of the slot, a multiple of [`SLOT_S`].
    pub slot: UnixSeconds,
    /// The outcome's rung ([`Outcome::rung`]).
    pub rung: u8,
    /// How many.
    pub count: u64,
}

/// An hour of a line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LineHour {
    /// The operator.
    pub operator: OperatorId,
    /// The first second of the hour, a multiple of [`HOUR_S`].
    pub hour: UnixSeconds,
    /// The line; none for taps whose place names none.
    pub line: Option<LineId>,
    /// Admitted taps.
    pub taps: u64,
    /// What rides that began in it cost, in minor units, as far as they are priced.
    pub minor: i64,
}

/// How a charge stands to what was advanced for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// It was never declined.
    Smooth,
    /// It was declined: the operator's claim is, or was, an advance.
    Advanced,
    /// The same, and it was written off.
    WrittenOff,
}

/// How many charges stand in a state, and what they come to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ChargeTotal {
    /// The word of the state ([`super::ChargeState::word`]).
    pub state: &'static str,
    /// How they stand to advances.
    pub standing: Standing,
    /// How many.
    pub count: u64,
    /// What they come to, in minor units: what came in where that is another amount.
    pub minor: i64,
}

/// Which counts are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PulseQuery {
    /// One operator's, or everybody's.
    pub operator: Option<OperatorId>,
    /// From this second on.
    pub since: UnixSeconds,
    /// Up to this second, included.
    pub until: UnixSeconds,
}

/// The counts of a stretch of time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pulses {
    /// Decisions, by operator, slot and rung.
    pub pulses: Vec<Pulse>,
    /// Lines, by operator, hour and line.
    pub lines: Vec<LineHour>,
    /// Charges of all time, by state and standing, without those of which there are none. They are
    /// the issuer's: no operator has a part of them.
    pub charges: Vec<ChargeTotal>,
}
