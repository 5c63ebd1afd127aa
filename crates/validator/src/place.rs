//! Where a validator stands.

use core::fmt;
use core::str::FromStr;

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

impl Passage {
    /// Every passage, in the order of the bytes they have in journals.
    pub const ALL: [Self; 3] = [Self::Single, Self::In, Self::Out];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

impl FromStr for Passage {
    type Err = UnknownPassage;

    fn from_str(word: &str) -> Result<Self, UnknownPassage> {
        Self::ALL
            .into_iter()
            .find(|passage| passage.word() == word)
            .ok_or(UnknownPassage)
    }
}

/// A word that is no passage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownPassage;

impl fmt::Display for UnknownPassage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be one of single, in, out")
    }
}

impl core::error::Error for UnknownPassage {}

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

impl Place {
    /// A place of which nothing more is known.
    pub fn new(operator: OperatorId, mode: Mode, passage: Passage) -> Self {
        Self {
            operator,
            mode,
            passage,
            line: None,
            stop: None,
            direction: None,
            vehicle: None,
            fare_minor: None,
        }
    }
}
