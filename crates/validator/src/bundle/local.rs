//! What holds on some lines and not on others: how far pass programmes are, and flat fares.

use alloc::vec::Vec;

use ridecode_words::{LineId, Mode};

use super::Bundle;
use crate::place::{Passage, Place};

/// How far a pass programme is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Not begun: nobody is refused.
    Off,
    /// Rides are recorded, and nobody is refused.
    Recorded,
    /// Riders are told elsewhere, and nobody is refused.
    Advisory,
    /// Whom the programme refuses is not let through.
    Enforced,
}

impl Phase {
    /// Every phase, in the order of the bytes they have in bundles.
    pub const ALL: [Self; 4] = [Self::Off, Self::Recorded, Self::Advisory, Self::Enforced];

    /// The phase's byte in bundles.
    pub fn byte(self) -> u8 {
        self as u8
    }

    /// The phase of such a byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Recorded => "recorded",
            Self::Advisory => "advisory",
            Self::Enforced => "enforced",
        }
    }
}

/// Some lines of a mode, or all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lines {
    /// The mode.
    pub mode: Mode,
    /// The lines; empty for all of the mode.
    pub lines: Vec<LineId>,
}

impl Lines {
    /// Whether a validator stands on one of them. Where its line is not known, only a rule for all
    /// lines of the mode holds.
    fn hold(&self, place: &Place) -> bool {
        let is_named = |line| self.lines.contains(line);
        self.mode == place.mode
            && (self.lines.is_empty() || place.line.as_ref().is_some_and(is_named))
    }
}

/// How far pass programmes are on some lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProgrammeRule {
    /// Where.
    pub on: Lines,
    /// How far.
    pub phase: Phase,
}

/// What a ride of one tap costs on some lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlatFare {
    /// Where.
    pub on: Lines,
    /// How much, in minor units.
    pub fare_minor: u32,
}

impl Bundle {
    /// How far pass programmes are at a place.
    pub fn phase(&self, place: &Place) -> Phase {
        let rule = self.programmes.iter().find(|rule| rule.on.hold(place));
        rule.map_or(Phase::Enforced, |rule| rule.phase)
    }

    /// What a ride costs that begins with a tap here, in minor units, where that is known: as the
    /// place says, else as the flat fares say of rides of one tap.
    pub fn find_fare(&self, place: &Place) -> Option<u32> {
        let of_table = || {
            let here = self.flat_fares.iter().find(|fare| fare.on.hold(place));
            here.map(|fare| fare.fare_minor)
        };
        match place.passage {
            Passage::Single => place.fare_minor.or_else(of_table),
            Passage::In | Passage::Out => place.fare_minor,
        }
    }
}
