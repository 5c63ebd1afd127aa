//! Adjustments: money given to riders by people, one asking and another approving.

use ridecode_ledger::Money;
use ridecode_words::{AdjustmentId, ChargeId, JourneyId, RiderId, UnixSeconds};

/// What an adjustment does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AdjustmentKind {
    /// Gives riders something for a ride.
    Goodwill,
    /// Takes back what another adjustment gave.
    TakenBack {
        /// That adjustment.
        of: AdjustmentId,
    },
}

/// Where an adjustment stands. What of it was posted, its lines say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AdjustmentState {
    /// Waits for another person.
    Waiting,
    /// May be posted.
    Approved {
        /// Who approved it: another person, or who asked where it is within that person's limit.
        by: String,
        /// When.
        at: UnixSeconds,
    },
    /// Will not be posted.
    Refused {
        /// Who refused it.
        by: String,
        /// When.
        at: UnixSeconds,
    },
}

/// What became of a line of an adjustment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineState {
    /// Not yet.
    Waiting,
    /// Its transfer stands.
    Posted,
    /// It posts nothing: it would give more than the ride cost, or take back what is not there.
    Refused,
}

/// One ride of an adjustment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AdjustmentLine {
    /// The ride.
    pub journey: JourneyId,
    /// Whose.
    pub rider: RiderId,
    /// How much; positive.
    pub amount: Money,
    /// Which of the ride's gifts it is, from 0: decided when it is posted, or that of the gift that
    /// is taken back.
    pub number: Option<u16>,
    /// What became of it.
    pub state: LineState,
}

impl AdjustmentLine {
    /// The charge its transfer stands under: that of the ride's first fare.
    pub fn charge(&self) -> ChargeId {
        ChargeId {
            journey: self.journey,
            version: 1,
        }
    }
}

/// Money for riders that one person asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Adjustment {
    /// Its number.
    pub id: AdjustmentId,
    /// What it does.
    pub kind: AdjustmentKind,
    /// Why, in the words of who asks.
    pub why: String,
    /// Who asks.
    pub asked_by: String,
    /// When.
    pub asked: UnixSeconds,
    /// Where it stands.
    pub state: AdjustmentState,
    /// The rides; each once.
    pub lines: Vec<AdjustmentLine>,
}

/// A decision about an adjustment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The adjustment.
    pub adjustment: AdjustmentId,
    /// Whether it may be posted.
    pub approve: bool,
    /// Who decides.
    pub by: String,
    /// When.
    pub at: UnixSeconds,
}

/// What became of a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decided {
    /// Taken down.
    Saved,
    /// The person who asked may not decide.
    SamePerson,
    /// It was decided before: nothing was changed.
    NotWaiting,
}

/// What a step of posting an adjustment did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Adjusted {
    /// Lines posted in this step.
    pub posted: u32,
    /// Lines refused in this step.
    pub refused: u32,
    /// Lines that wait still.
    pub left: u32,
}
