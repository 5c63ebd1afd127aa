//! Repairs, with the evidence they rest on.

use ridecode_fare::Mend;
use ridecode_words::{RiderId, StopId, TapId, UnixSeconds};

/// What a repair rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Evidence {
    /// The rider's word alone.
    Word,
    /// What the gate noted: voids, refusals, counts of its passage sensor.
    Gate,
    /// The timetable: a disruption, a train that turned back.
    Timetable,
    /// The rider's other taps.
    OtherTaps,
}

impl Evidence {
    /// Every kind of evidence.
    pub const ALL: [Self; 4] = [Self::Word, Self::Gate, Self::Timetable, Self::OtherTaps];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Gate => "gate",
            Self::Timetable => "timetable",
            Self::OtherTaps => "other_taps",
        }
    }
}

/// A repair of a tap. Never edited: another follows, with the next number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repair {
    /// Whose tap.
    pub rider: RiderId,
    /// The tap mended.
    pub tap: TapId,
    /// Its number among the repairs of that tap, from 1.
    pub number: u8,
    /// How it is mended, and whether the rider or an agent says so.
    pub mend: Mend,
    /// When the tap supplied was; the time of the tap mended, where none is supplied.
    pub time: UnixSeconds,
    /// Where the tap supplied was; the stop of the tap mended, where none is supplied.
    pub stop: Option<StopId>,
    /// When the repair was made.
    pub made: UnixSeconds,
    /// The member of staff who made it; empty for the rider.
    pub author: String,
    /// What it rests on.
    pub evidence: Evidence,
    /// What the author had to say.
    pub note: String,
}

/// What became of a repair.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RepairSaved {
    /// It is one of the rider's taps from now on.
    Saved,
    /// It was held already, and nothing changed.
    Repeated,
    /// Its number is not the next one: another repair took it. Nothing changed.
    Moved,
}
