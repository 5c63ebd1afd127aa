//! One trip of one rider.

use alloc::vec::Vec;

use ridecode_words::{JourneyId, UnixSeconds};

use crate::tap::{Mend, RepairedBy, Tap};

/// How a journey ended. The order follows the exception types of ride-code settlement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Ending {
    /// In and out, or a single tap.
    Complete,
    /// A way in or a way out whose counterpart may still come.
    Open,
    /// A way in whose way out did not come within the operator's waiting time.
    EntryOnly,
    /// A way out whose way in did not come within the operator's waiting time.
    ExitOnly,
    /// In and out at the same stop within the free time.
    SameStation,
    /// In and out, but longer inside than allowed.
    Overstay,
    /// Every tap of it was taken back. Never the ending of an assembled journey: one that is no
    /// more is left out, and this says so of its last fare version.
    Voided,
    /// A repair supplied the missing tap, or excused an overstay.
    Repaired,
}

impl Ending {
    /// Every ending.
    pub const ALL: [Self; 8] = [
        Self::Complete,
        Self::Open,
        Self::EntryOnly,
        Self::ExitOnly,
        Self::SameStation,
        Self::Overstay,
        Self::Voided,
        Self::Repaired,
    ];

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Open => "open",
            Self::EntryOnly => "entry_only",
            Self::ExitOnly => "exit_only",
            Self::SameStation => "same_station",
            Self::Overstay => "overstay",
            Self::Voided => "voided",
            Self::Repaired => "repaired",
        }
    }
}

/// The taps that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Journey {
    /// Named by its first tap that a validator took. A repair never names a journey, so that a
    /// journey keeps its name when it is repaired.
    pub id: JourneyId,
    /// The way in and the way out as far as they are there, whoever says so. A repair that
    /// supplies none of them comes after them.
    pub taps: Vec<Tap>,
    /// How it ended.
    pub ending: Ending,
    /// Of an open journey: when it will close by waiting alone.
    pub closes_at: Option<UnixSeconds>,
}

impl Journey {
    /// The tap that names it: its month, its day, its rule and its place in the month are those
    /// of this tap.
    pub fn named_by(&self) -> &Tap {
        let named = self.taps.iter().find(|tap| tap.id == self.id.0);
        named.expect("a journey holds the tap that names it")
    }

    /// Its way in, or what there is first.
    pub fn first(&self) -> &Tap {
        self.taps.first().expect("a journey has a tap")
    }

    /// Its way out, or what there is last.
    pub fn last(&self) -> &Tap {
        let ways = self.taps.iter().rev();
        let mut ways = ways.filter(|tap| !matches!(tap.find_mend(), Some(Mend::Excused)));
        ways.next().expect("a journey has a tap")
    }

    /// How it was mended, if it was.
    pub fn find_mend(&self) -> Option<Mend> {
        self.taps.iter().find_map(Tap::find_mend)
    }

    /// Whether it was ridden from its first tap to its last for certain: validators took both, or
    /// an agent supplied the way out. A way in that was supplied may lie before anything a month's
    /// window holds, so that no earlier ride may count for it.
    pub fn is_certain(&self) -> bool {
        match self.ending {
            Ending::Complete | Ending::Overstay => true,
            Ending::Repaired => matches!(
                self.find_mend(),
                Some(Mend::Exit(RepairedBy::Agent) | Mend::Excused)
            ),
            Ending::Open
            | Ending::EntryOnly
            | Ending::ExitOnly
            | Ending::SameStation
            | Ending::Voided => false,
        }
    }

    /// Seconds from its first to its last tap.
    pub fn inside_s(&self) -> u32 {
        let inside_s = self.last().time.since_s(self.first().time);
        u32::try_from(inside_s).unwrap_or(u32::MAX)
    }
}
