//! One trip of one rider.

use alloc::vec::Vec;

use ridecode_words::{JourneyId, UnixSeconds};

use crate::tap::Tap;

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
}

impl Ending {
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
        }
    }
}

/// The taps that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Journey {
    /// Named by its first tap.
    pub id: JourneyId,
    /// The taps, in time order.
    pub taps: Vec<Tap>,
    /// How it ended.
    pub ending: Ending,
    /// Of an open journey: when it will close by waiting alone.
    pub closes_at: Option<UnixSeconds>,
}

impl Journey {
    /// Its first tap.
    pub fn first(&self) -> &Tap {
        self.taps.first().expect("a journey has a tap")
    }

    /// Its last tap.
    pub fn last(&self) -> &Tap {
        self.taps.last().expect("a journey has a tap")
    }

    /// Seconds from its first to its last tap.
    pub fn inside_s(&self) -> u32 {
        let inside_s = self.last().time.since_s(self.first().time);
        u32::try_from(inside_s).unwrap_or(u32::MAX)
    }
}
