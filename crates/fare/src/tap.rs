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
    /// Mends another tap of the same rider (补登). What a repair does not mend itself it has from
    /// that tap: a copy but for id, time, stop, kind and showing (none).
    Repair {
        /// The tap mended.
        tap: TapId,
        /// How.
        mend: Mend,
    },
}

/// How a tap is mended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mend {
    /// Supplies the way in that is missing before a way out: its time and stop are the repair's.
    Entry(RepairedBy),
    /// Supplies the way out that is missing after a way in: its time and stop are the repair's.
    Exit(RepairedBy),
    /// Takes the tap back: an agent found that nobody rode.
    Unridden,
    /// Staying longer than allowed costs nothing: an agent found that it was not the rider's doing.
    Excused,
}

/// Who says so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RepairedBy {
    /// The rider (用户自助补登). Never makes a ride cheaper than the cheapest one that the records
    /// allow.
    Rider,
    /// An agent of the issuer or operator (人工补登), on evidence.
    Agent,
}

impl RepairedBy {
    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rider => "rider",
            Self::Agent => "agent",
        }
    }
}

impl Mend {
    /// Every mend, by its code less one.
    pub const ALL: [Self; 6] = [
        Self::Entry(RepairedBy::Rider),
        Self::Exit(RepairedBy::Rider),
        Self::Entry(RepairedBy::Agent),
        Self::Exit(RepairedBy::Agent),
        Self::Unridden,
        Self::Excused,
    ];

    /// The number that stands for it in bytes and databases, from 1.
    pub fn code(self) -> u8 {
        match self {
            Self::Entry(RepairedBy::Rider) => 1,
            Self::Exit(RepairedBy::Rider) => 2,
            Self::Entry(RepairedBy::Agent) => 3,
            Self::Exit(RepairedBy::Agent) => 4,
            Self::Unridden => 5,
            Self::Excused => 6,
        }
    }

    /// The mend of a code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|mend| mend.code() == code)
    }

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Entry(_) => "in",
            Self::Exit(_) => "out",
            Self::Unridden => "unridden",
            Self::Excused => "excused",
        }
    }

    /// Who says so. What takes a tap back or excuses a rider is for agents alone.
    pub fn by(self) -> RepairedBy {
        match self {
            Self::Entry(by) | Self::Exit(by) => by,
            Self::Unridden | Self::Excused => RepairedBy::Agent,
        }
    }
}

/// The id of a repair of a tap: named by that tap and its number among the tap's repairs, 1 to
/// [`REPAIRS_MAX`]. A journal never grows so long that an entry could have it.
pub fn repair_id(tap: TapId, number: u8) -> TapId {
    assert!(
        (1..=REPAIRS_MAX).contains(&number) && tap.sequence < 1 << REPAIR_SHIFT,
        "an entry of a journal has repairs with numbers"
    );
    TapId {
        sequence: u64::from(number) << REPAIR_SHIFT | tap.sequence,
        ..tap
    }
}

/// How many repairs a tap can have. The id of the last one still fits 63 bits.
pub const REPAIRS_MAX: u8 = 127;

/// Sequences of journals stay below 2 to this.
const REPAIR_SHIFT: u32 = 56;

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

impl TapKind {
    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::In => "in",
            Self::Out => "out",
            Self::Void { .. } => "void",
            Self::Repair { .. } => "repair",
        }
    }
}

impl Tap {
    /// The repair of this tap that has a number: a copy of it with an id, a time, a stop and a kind
    /// of its own, and no showing.
    pub fn mended(&self, number: u8, mend: Mend, at: (UnixSeconds, Option<StopId>)) -> Self {
        let (time, stop) = at;
        Self {
            id: repair_id(self.id, number),
            time,
            stop,
            kind: TapKind::Repair { tap: self.id, mend },
            showing: None,
            ..self.clone()
        }
    }

    /// What it mends, if it is a repair.
    pub fn find_mend(&self) -> Option<Mend> {
        match self.kind {
            TapKind::Repair { mend, .. } => Some(mend),
            TapKind::Single | TapKind::In | TapKind::Out | TapKind::Void { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use ridecode_words::ValidatorId;

    use super::*;

    #[test]
    fn every_mend_has_a_code_of_its_own() {
        for (place, mend) in Mend::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(mend.code()), place + 1);
            assert_eq!(Mend::from_code(mend.code()), Some(mend));
        }
        assert_eq!(Mend::from_code(0), None);
        assert_eq!(Mend::from_code(7), None);
    }

    #[test]
    fn repairs_have_ids_of_their_own_that_ascend() {
        let tap = TapId {
            validator: ValidatorId(1),
            sequence: 17,
        };
        let [first, last] = [1, REPAIRS_MAX].map(|number| repair_id(tap, number));
        assert!(tap < first && first < last && first.validator == tap.validator);
        assert!(i64::try_from(last.sequence).is_ok());
    }
}
