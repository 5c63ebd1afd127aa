//! Charges: stage 7.

use ridecode_account::{RiderState, Unpaid};
use ridecode_ledger::{Money, Transfer};
use ridecode_words::{ChargeId, MandateId, ProviderId, RiderId, UnixSeconds};

use super::notice::Notice;

/// Where a charge stands. Accepted is not collected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChargeState {
    /// Not sent yet.
    Planned,
    /// An attempt was stored and its request may have left.
    Submitted,
    /// The provider took the order.
    Accepted,
    /// Paid.
    Collected {
        /// The provider's number for it.
        transaction: String,
    },
    /// Refused; `next_attempt` of the charge says whether it is tried again.
    Declined {
        /// The provider's word for why.
        reason: String,
    },
    /// Nobody knows; asked about until known, never sent under a new number.
    Unknown,
    /// Never to be sent again: a later fare took back what it was for, or a charge that follows on
    /// it asks for what is left. One that was sent before is asked about once more when it would
    /// have been tried again. Only money that comes in all the same moves it.
    Superseded,
    /// Paid with another amount than was asked for. The books hold what came in; an agent should
    /// know why.
    CollectedOther {
        /// The provider's number for it.
        transaction: String,
        /// What came in, in the charge's currency; positive.
        amount: Money,
    },
}

impl ChargeState {
    /// Whether nothing is to be done about it any more.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Collected { .. } | Self::Superseded | Self::CollectedOther { .. } => true,
            Self::Planned
            | Self::Submitted
            | Self::Accepted
            | Self::Declined { .. }
            | Self::Unknown => false,
        }
    }

    /// Whether money came in for it.
    pub fn is_paid(&self) -> bool {
        match self {
            Self::Collected { .. } | Self::CollectedOther { .. } => true,
            Self::Planned
            | Self::Submitted
            | Self::Accepted
            | Self::Declined { .. }
            | Self::Unknown
            | Self::Superseded => false,
        }
    }

    /// Whether it is open and not at the provider: it may still be left out.
    pub fn is_resting(&self) -> bool {
        match self {
            Self::Planned | Self::Declined { .. } => true,
            Self::Submitted
            | Self::Accepted
            | Self::Collected { .. }
            | Self::Unknown
            | Self::Superseded
            | Self::CollectedOther { .. } => false,
        }
    }
}

/// An order to a payment provider. Its id is the order number there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charge {
    /// Journey and fare version, or a ride of the day and the charge's number.
    pub id: ChargeId,
    /// Who pays.
    pub rider: RiderId,
    /// How much; positive.
    pub amount: Money,
    /// For how many rides, at least 1.
    pub rides: u32,
    /// Where it stands.
    pub state: ChargeState,
    /// Attempts made so far.
    pub attempts: u32,
    /// Declines so far.
    pub declines: u32,
    /// When it was first declined.
    pub first_decline: Option<UnixSeconds>,
    /// When something is to be done about it; `None` when nothing is.
    pub next_attempt: Option<UnixSeconds>,
    /// When it was planned.
    pub planned: UnixSeconds,
    /// When what it asks for was written off, if it was. It may be paid all the same; then, or when
    /// a later fare takes it back, the debt is reinstated first.
    pub written_off: Option<UnixSeconds>,
}

impl Charge {
    /// What stands written off of it, in minor units: what it asks for, as long as it is open.
    pub fn written_off_minor(&self) -> i64 {
        let stands = self.written_off.is_some() && !self.state.is_closed();
        if stands { self.amount.minor } else { 0 }
    }

    /// The charge as part of the rider's debt, if it was declined and is still open.
    pub fn find_unpaid(&self) -> Option<Unpaid> {
        let since = self.first_decline.filter(|_| !self.state.is_closed())?;
        Some(Unpaid {
            journey: self.id.journey,
            rides: self.rides,
            amount: self.amount,
            since,
        })
    }

    /// The provider's number for what came in and how much it was; `None` if nothing did.
    pub fn find_payment(&self) -> Option<(&str, Money)> {
        let paid = self.find_paid()?;
        match &self.state {
            ChargeState::Collected { transaction }
            | ChargeState::CollectedOther { transaction, .. } => Some((transaction, paid)),
            ChargeState::Planned
            | ChargeState::Submitted
            | ChargeState::Accepted
            | ChargeState::Declined { .. }
            | ChargeState::Unknown
            | ChargeState::Superseded => None,
        }
    }

    /// What came in for it; `None` if nothing did.
    pub fn find_paid(&self) -> Option<Money> {
        match self.state {
            ChargeState::Collected { .. } => Some(self.amount),
            ChargeState::CollectedOther { amount, .. } => Some(amount),
            ChargeState::Planned
            | ChargeState::Submitted
            | ChargeState::Accepted
            | ChargeState::Declined { .. }
            | ChargeState::Unknown
            | ChargeState::Superseded => None,
        }
    }
}

/// A charge that wants doing, with the mandate to do it with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChargeDue {
    /// The charge.
    pub charge: Charge,
    /// The rider's newest mandate that is active; `None` if there is none.
    pub mandate: Option<(MandateId, ProviderId, String)>,
}

/// An attempt, stored before its request leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// The charge.
    pub charge: ChargeId,
    /// Its number, one more than `Charge::attempts`.
    pub number: u32,
    /// When.
    pub at: UnixSeconds,
    /// When to look again if nothing more is heard.
    pub look_again: UnixSeconds,
}

/// What an attempt, a query or a callback told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AttemptOutcome {
    /// The provider took it.
    Accepted,
    /// Paid.
    Collected {
        /// The provider's number for it.
        transaction: String,
    },
    /// Paid with another amount than was asked for.
    CollectedOther {
        /// The provider's number for it.
        transaction: String,
        /// What came in, in the charge's currency; positive.
        amount: Money,
    },
    /// Refused.
    Declined {
        /// The provider's word.
        reason: String,
    },
    /// Nobody knows.
    Unknown,
}

impl AttemptOutcome {
    /// Whether money came in.
    pub fn is_payment(&self) -> bool {
        match self {
            Self::Collected { .. } | Self::CollectedOther { .. } => true,
            Self::Accepted | Self::Declined { .. } | Self::Unknown => false,
        }
    }
}

/// News about a charge, with what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settlement {
    /// The charge.
    pub charge: ChargeId,
    /// [`RiderFile::mark`](super::RiderFile::mark) as it was when `rider_state` was decided.
    pub mark: u64,
    /// The news.
    pub outcome: AttemptOutcome,
    /// When it was heard.
    pub at: UnixSeconds,
    /// When something is to be done next.
    pub next_attempt: Option<UnixSeconds>,
    /// The transfers it means; empty unless collected. Where the charge was written off, the debt
    /// reinstated comes first.
    pub transfers: Vec<Transfer>,
    /// The rider's state after it, if it changes. Blocking denies the rider's live credentials,
    /// unblocking takes the entries for debt back; either moves the deny list's version.
    pub rider_state: Option<RiderState>,
    /// What the rider is told about it. One that is held is not told again.
    pub notice: Option<Notice>,
}

/// A debt to be written off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WriteOff {
    /// The charge.
    pub charge: ChargeId,
    /// When.
    pub at: UnixSeconds,
    /// Its transfer.
    pub transfer: Transfer,
}

/// What became of news.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settled {
    /// Taken down.
    Saved,
    /// The charge is collected already: nothing was changed, whatever the news.
    AlreadyCollected,
    /// The charge is not with the provider (planned, declined already or superseded) and the news
    /// is not that it was collected: a repeat or a straggler. Nothing was changed.
    NotWaiting,
    /// Other news about the rider's charges came in since `mark`: nothing was changed, load and
    /// decide again.
    Moved,
}
