//! One trip of one rider.

use alloc::vec::Vec;

use ridecode_words::JourneyId;

use crate::tap::Tap;

/// How a journey ended. The order follows the exception types of ride-code settlement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Ending {
    /// In and out, or a single tap.
    Complete,
    /// An entry whose exit may still come.
    Open,
    /// An entry whose exit did not come within the operator's waiting time.
    EntryOnly,
    /// An exit whose entry did not come within the operator's waiting time.
    ExitOnly,
    /// In and out at the same station within the free time.
    SameStation,
    /// In and out, but longer inside than allowed.
    Overstay,
    /// Every tap of it was taken back.
    Voided,
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
}
