//! From an event to its transfers.

use alloc::vec::Vec;

use ridecode_words::{ChargeId, OperatorId, ProviderId, RiderId, ServiceDay};

use crate::account::Account;
use crate::money::Money;

/// What moves money. The table in docs/ledger.md has a row for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TransferKind {
    /// A fare, or the difference a new fare version makes.
    Fare,
    /// A charge was collected, at once or after a decline.
    Collected,
    /// A collected charge was given back.
    Refunded,
    /// The rider's debt was written off.
    WrittenOff,
    /// Commission kept from an operator's fares.
    Commission,
    /// An operator was paid.
    PaidOut,
    /// A provider paid us.
    ProviderSettled,
}

/// A transfer's id: what caused it and its line within that. Repeating the cause repeats the id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TransferId {
    /// The charge (journey and fare version) it belongs to.
    pub charge: ChargeId,
    /// What happened to it.
    pub kind: TransferKind,
    /// Its place among the transfers of that event, from 0.
    pub line: u16,
}

/// Money moved from one account to another. Never edited, never deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// The rider it is keyed by.
    pub rider: RiderId,
    /// The account debited.
    pub debit: Account,
    /// The account credited.
    pub credit: Account,
    /// How much; always positive.
    pub amount: Money,
    /// The service day it counts to.
    pub day: ServiceDay,
}

/// An operator's part of a fare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    /// Who is owed it.
    pub operator: OperatorId,
    /// How much; negative where a new fare version takes back.
    pub amount: Money,
}

/// Something that moves a rider's money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// A fare version: what each operator is owed more (or less) than by the version before.
    Fare {
        /// Journey and version.
        charge: ChargeId,
        /// Who rode.
        rider: RiderId,
        /// The service day of the ride.
        day: ServiceDay,
        /// The differences, one per operator.
        shares: Vec<Share>,
    },
    /// A provider collected a charge.
    Collected {
        /// The charge.
        charge: ChargeId,
        /// Who paid.
        rider: RiderId,
        /// Who collected.
        provider: ProviderId,
        /// The service day it was collected on.
        day: ServiceDay,
        /// How much; positive.
        amount: Money,
    },
    /// A provider gave a collected charge back.
    Refunded {
        /// The charge.
        charge: ChargeId,
        /// Who gets it.
        rider: RiderId,
        /// Who gives it.
        provider: ProviderId,
        /// The service day it was given back on.
        day: ServiceDay,
        /// How much; positive.
        amount: Money,
    },
    /// A debt was given up.
    WrittenOff {
        /// The charge never collected.
        charge: ChargeId,
        /// Who owed it.
        rider: RiderId,
        /// The service day it was given up on.
        day: ServiceDay,
        /// How much; positive.
        amount: Money,
    },
}

/// An event that cannot be posted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PostFault {
    /// An amount that must be positive is not.
    #[error("the amount must be positive")]
    NotPositive,
    /// An operator stands twice, or shares have different currencies.
    #[error("each operator has one share, all in one currency")]
    UnclearShares,
    /// More shares than lines.
    #[error("a fare has at most 65535 shares")]
    TooManyShares,
}

/// The transfers an event means, in a fixed order. A share of zero moves nothing.
pub fn post(_event: &Event) -> Result<Vec<Transfer>, PostFault> {
    todo!()
}
