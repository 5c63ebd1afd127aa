//! What the fare engine reads.

use ridecode_words::{
    IssuerId, LineId, Mode, OperatorId, RiderId, StopId, TapId, UnixSeconds, VehicleId,
};

/// What a tap means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TapKind {
    /// The whole ride: flat bus.
    Single,
    /// The way in.
    In,
    /// The way out.
    Out,
    /// Takes back another tap of the same validator: nobody passed, or the driver undid it.
    Void {
        /// The tap taken back.
        tap: TapId,
    },
}

impl TapKind {
    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::In => "in",
            Self::Out => "out",
            Self::Void { .. } => "void",
        }
    }
}

/// One admitted tap (刷码记录). Equal ids mean equal taps: the same journal entry delivered twice.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Tap {
    /// When, by the validator's clock.
    pub time: UnixSeconds,
    /// Validator and sequence.
    pub id: TapId,
    /// Whose.
    pub rider: RiderId,
    /// Who issued the code.
    pub issuer: IssuerId,
    /// What it means.
    pub kind: TapKind,
    /// Who runs the validator.
    pub operator: OperatorId,
    /// Bus, metro and so on.
    pub mode: Mode,
    /// GTFS `route_id`, where known.
    pub line: Option<LineId>,
    /// GTFS `stop_id`, where known.
    pub stop: Option<StopId>,
    /// GTFS `direction_id`, where known.
    pub direction: Option<u8>,
    /// The vehicle, where there is one.
    pub vehicle: Option<VehicleId>,
    /// The issuer's rider category code; 0 is an ordinary rider.
    pub category: u8,
    /// Names the code that was shown by what the phone signed, never by its alterable bytes; `None`
    /// where none was (a void). Validators without a network cannot know of each other, so a
    /// copied code may be admitted twice while it is fresh: of taps with one showing only the first
    /// (by time, then id) is a ride of this rider, or a way in and its way out.
    pub showing: Option<[u8; 16]>,
}
