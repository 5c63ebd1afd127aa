//! What a ride costs less because of the ride before it.

use alloc::vec::Vec;

use ridecode_words::{LineId, Mode, StopId, Text};

/// A discount for changing from one ride to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Its name within the tariff.
    pub(crate) name: Text,
    /// Modes of the earlier ride.
    pub(crate) from: Vec<Mode>,
    /// Modes of the ride that gets it.
    pub(crate) to: Vec<Mode>,
    /// Rules both rides are priced by; any rule of the tariff if empty.
    pub(crate) rules: Vec<Text>,
    /// At most so many seconds between the two, 1 to 86,400.
    pub(crate) within_s: u32,
    /// Counted from which end of the earlier ride to the first tap of the later.
    pub(crate) measured_from: MeasuredFrom,
    /// What is taken off.
    pub(crate) off: TransferOff,
    /// Whether a ride that got a discount itself gives one to the next.
    pub(crate) chained: bool,
    /// Whether two rides on one line count, too.
    pub(crate) same_line: bool,
}

/// From where the time between two rides is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MeasuredFrom {
    /// The first tap of the earlier ride.
    Start,
    /// The last tap of the earlier ride.
    End,
}

/// What a transfer takes off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferOff {
    /// Minor units, but never more than the fare.
    Minor(i64),
    /// Percent of the fare, 0 to 100; what remains is rounded to a minor unit, halves up.
    Percent(u8),
}

/// Going out at one stop and in again at another nearby without paying anew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Continuation {
    /// At most so many seconds outside, 1 to 86,400.
    pub(crate) within_s: u32,
    /// Stops to go out and in at, in either order; both may be one stop.
    pub(crate) pairs: Vec<[StopId; 2]>,
}

impl Transfer {
    /// Whether it is for rides of such modes and lines, the earlier first.
    pub(crate) fn joins(&self, modes: [Mode; 2], lines: [Option<&LineId>; 2]) -> bool {
        let one_line = lines[0].is_some() && lines[0] == lines[1];
        self.from.contains(&modes[0])
            && self.to.contains(&modes[1])
            && (self.same_line || !one_line)
    }

    /// Whether both rides are priced by its rules.
    pub(crate) fn is_for(&self, rules: [&Text; 2]) -> bool {
        self.rules.is_empty() || rules.iter().all(|rule| self.rules.contains(rule))
    }
}

impl TransferOff {
    /// What remains of a fare, in thousandths of a minor unit. Never below zero.
    pub(crate) fn rest_milli(self, list: i64) -> i64 {
        match self {
            Self::Minor(minor) => list.saturating_sub(minor).max(0) * 1_000,
            Self::Percent(percent) => list * (100 - i64::from(percent)) * 10,
        }
    }
}

impl Continuation {
    /// Whether one may go out at the first stop and in again at the second.
    pub(crate) fn joins(&self, exit: &StopId, entry: &StopId) -> bool {
        self.pairs
            .iter()
            .any(|[one, other]| (one == exit && other == entry) || (other == exit && one == entry))
    }
}
