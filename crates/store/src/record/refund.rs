//! Refunds: money of a collected charge on its way back to where it came from.

use ridecode_ledger::{Money, Transfer};
use ridecode_words::{RefundId, RiderId, UnixSeconds};

/// Where a refund stands. Only what is done has moved money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RefundState {
    /// Not sent yet.
    Planned,
    /// An attempt was stored and its request may have left.
    Submitted,
    /// The provider took it.
    Accepted,
    /// Given back.
    Done,
    /// Refused. The money stays on the rider's account in credit until an agent has it tried again.
    Refused {
        /// The provider's word for why.
        reason: String,
    },
    /// Nobody knows; asked about until known, never sent under another number.
    Unknown,
    /// It was refused, and by the time it was to be tried again so much was no longer in credit:
    /// others give back what was left. Never sent again.
    Superseded,
}

impl RefundState {
    /// Whether it is on its way: planned, or with the provider and not known.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Planned | Self::Submitted | Self::Accepted | Self::Unknown => true,
            Self::Done | Self::Refused { .. } | Self::Superseded => false,
        }
    }

    /// Whether nothing more is to be done about it by anybody.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Done | Self::Superseded => true,
            Self::Planned
            | Self::Submitted
            | Self::Accepted
            | Self::Refused { .. }
            | Self::Unknown => false,
        }
    }
}

/// Money to be given back. Its id is its number at the provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refund {
    /// The charge it was collected with, and which of its refunds.
    pub id: RefundId,
    /// Who gets it.
    pub rider: RiderId,
    /// How much; positive. The refunds of a charge never come to more than was collected.
    pub amount: Money,
    /// Where it stands.
    pub state: RefundState,
    /// Attempts made so far.
    pub attempts: u32,
    /// When something is to be done about it; `None` when nothing is.
    pub next_attempt: Option<UnixSeconds>,
    /// When it was planned.
    pub planned: UnixSeconds,
}

/// A refund that wants doing, with what the provider must be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundDue {
    /// The refund.
    pub refund: Refund,
    /// The provider's number for the collected charge.
    pub transaction: String,
    /// What was collected for the charge in all.
    pub collected: Money,
}

/// An attempt at a refund, stored before its request leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RefundAttempt {
    /// The refund.
    pub refund: RefundId,
    /// Its number, one more than `Refund::attempts`.
    pub number: u32,
    /// When to look again if nothing more is heard.
    pub look_again: UnixSeconds,
}

/// What an attempt, a query or a callback told of a refund.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RefundHeard {
    /// The provider took it.
    Accepted,
    /// Given back.
    Done,
    /// Refused.
    Refused {
        /// The provider's word.
        reason: String,
    },
    /// Nobody knows.
    Unknown,
}

/// News about a refund, with what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefundNews {
    /// The refund.
    pub refund: RefundId,
    /// The news.
    pub heard: RefundHeard,
    /// When something is to be done next; unless it is done or refused.
    pub next_attempt: Option<UnixSeconds>,
    /// The transfer it means; none unless done.
    pub transfer: Option<Transfer>,
}

/// What became of news about a refund.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefundSettled {
    /// Taken down.
    Saved,
    /// It is done already: nothing was changed, whatever the news.
    AlreadyDone,
    /// It is not with the provider, and the news is not that it was given back: a repeat or a
    /// straggler. Nothing was changed.
    NotWaiting,
}
