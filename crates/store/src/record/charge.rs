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
    /// The words for every state, by [`ChargeState::place`].
    pub const WORDS: [&'static str; 8] = [
        "planned",
        "submitted",
        "accepted",
        "collected",
        "declined",
        "unknown",
        "superseded",
        "collected_other_amount",
    ];

    /// Its place among [`ChargeState::WORDS`].
    pub fn place(&self) -> usize {
        match self {
            Self::Planned => 0,
            Self::Submitted => 1,
            Self::Accepted => 2,
            Self::Collected { .. } => 3,
            Self::Declined { .. } => 4,
            Self::Unknown => 5,
            Self::Superseded => 6,
            Self::CollectedOther { .. } => 7,
        }
    }

    /// The word for it in files and interfaces.
    pub fn word(&self) -> &'static str {
        Self::WORDS[self.place()]
    }

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

    /// Whether it may be at the provider, which has not said yet what became of it.
    pub fn is_on_its_way(&self) -> bool {
        match self {
            Self::Submitted | Self::Accepted | Self::Unknown => true,
            Self::Planned
            | Self::Collected { .. }
            | Self::Declined { .. }
            | Self::Superseded
            | Self::CollectedOther { .. } => false,
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

/// Where charges stand, without what goes with it, in the order of [`ChargeState`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChargeStanding {
    /// [`ChargeState::Planned`].
    Planned,
    /// [`ChargeState::Submitted`].
    Submitted,
    /// [`ChargeState::Accepted`].
    Accepted,
    /// [`ChargeState::Collected`].
    Collected,
    /// [`ChargeState::Declined`].
    Declined,
    /// [`ChargeState::Unknown`].
    Unknown,
    /// [`ChargeState::Superseded`].
    Superseded,
    /// [`ChargeState::CollectedOther`].
    CollectedOther,
}

impl ChargeStanding {
    /// Every one, in order.
    pub const ALL: [Self; 8] = [
        Self::Planned,
        Self::Submitted,
        Self::Accepted,
        Self::Collected,
        Self::Declined,
        Self::Unknown,
        Self::Superseded,
        Self::CollectedOther,
    ];
}

impl From<&ChargeState> for ChargeStanding {
    fn from(state: &ChargeState) -> Self {
        match state {
            ChargeState::Planned => Self::Planned,
            ChargeState::Submitted => Self::Submitted,
            ChargeState::Accepted => Self::Accepted,
            ChargeState::Collected { .. } => Self::Collected,
            ChargeState::Declined { .. } => Self::Declined,
            ChargeState::Unknown => Self::Unknown,
            ChargeState::Superseded => Self::Superseded,
            ChargeState::CollectedOther { .. } => Self::CollectedOther,
        }
    }
}

/// How many charges, and what they ask for in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChargeSum {
    /// How many.
    pub count: u64,
    /// What they ask for.
    pub minor: i64,
}

/// What all charges come to, in minor units.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ChargeSums {
    /// In the order of [`ChargeStanding::ALL`].
    pub standings: [ChargeSum; 8],
    /// What operators were advanced and riders still owe: declined once, open, not written off.
    pub advanced_minor: i64,
    /// What came in for charges that were declined before.
    pub recovered_minor: i64,
    /// What stands written off.
    pub written_off_minor: i64,
}

/// Charges that are alike in what [`ChargeSums`] tells apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ChargeGroup {
    pub(crate) standing: ChargeStanding,
    pub(crate) was_declined: bool,
    pub(crate) was_written_off: bool,
    pub(crate) sum: ChargeSum,
    /// What came in for them, if anything did.
    pub(crate) paid_minor: i64,
}

impl ChargeSums {
    /// Adds charges that are alike.
    pub(crate) fn add(&mut self, group: &ChargeGroup) {
        for (standing, sum) in ChargeStanding::ALL.into_iter().zip(&mut self.standings) {
            if standing == group.standing {
                sum.count += group.sum.count;
                sum.minor += group.sum.minor;
            }
        }
        match group.standing {
            ChargeStanding::Collected | ChargeStanding::CollectedOther => {
                self.recovered_minor += i64::from(group.was_declined) * group.paid_minor;
            }
            ChargeStanding::Superseded => {}
            ChargeStanding::Planned
            | ChargeStanding::Submitted
            | ChargeStanding::Accepted
            | ChargeStanding::Declined
            | ChargeStanding::Unknown => {
                let written_off = group.was_written_off;
                self.written_off_minor += i64::from(written_off) * group.sum.minor;
                let advanced = group.was_declined && !written_off;
                self.advanced_minor += i64::from(advanced) * group.sum.minor;
            }
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
    /// Whether the rider asked to pay it, or signed a mandate to pay it with, while an earlier try
    /// was at the provider. If that try ends as declined, it is due again at once.
    pub wished: bool,
}

impl Charge {
    /// A charge of so much for so many rides that was not sent yet, due at once.
    pub fn planned(
        id: ChargeId,
        rider: RiderId,
        (amount, rides): (Money, u32),
        at: UnixSeconds,
    ) -> Self {
        Self {
            id,
            rider,
            amount,
            rides,
            state: ChargeState::Planned,
            attempts: 0,
            declines: 0,
            first_decline: None,
            next_attempt: Some(at),
            planned: at,
            written_off: None,
            wished: false,
        }
    }

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

    /// Whether it was refused.
    pub fn is_decline(&self) -> bool {
        match self {
            Self::Declined { .. } => true,
            Self::Accepted
            | Self::Collected { .. }
            | Self::CollectedOther { .. }
            | Self::Unknown => false,
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
