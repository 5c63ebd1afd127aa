//! From an event to its transfers.
//!
//! [`post`] is the first half of the table of docs/ledger.md in code: what has a rider in it. It decides which accounts move and by
//! how much, never whether the event is true; what it gives sums to zero by construction, since
//! each transfer names both of its sides.

use alloc::vec;
use alloc::vec::Vec;

use ridecode_words::{ChargeId, OperatorId, ProviderId, RefundId, RiderId, ServiceDay};

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
    /// A provider kept something of what it collected.
    ProviderCost,
    /// A rider was given something.
    Goodwill,
    /// A debt written off stands again, since it was paid after all.
    Reinstated,
    /// A ticket was sold.
    TicketSold,
    /// A ticket was ridden.
    TicketRidden,
    /// A ticket expired unused.
    TicketExpired,
    /// What a rider was given was taken back.
    GoodwillTakenBack,
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
    /// A provider gave a collected charge back, whole or in part.
    Refunded {
        /// The charge, and which of its refunds.
        refund: RefundId,
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
    /// A debt that was given up stands again: the rider pays after all. The payment itself is a
    /// charge collected like any other.
    Reinstated {
        /// The charge that was given up.
        charge: ChargeId,
        /// Who owes it again.
        rider: RiderId,
        /// The service day it was paid on.
        day: ServiceDay,
        /// How much; positive.
        amount: Money,
    },
    /// A rider was given something out of kindness; the operator keeps its fare.
    Goodwill {
        /// The charge it is about.
        charge: ChargeId,
        /// Which of the charge's gifts, from 0.
        number: u16,
        /// Who gets it.
        rider: RiderId,
        /// The service day it was given on.
        day: ServiceDay,
        /// How much; positive.
        amount: Money,
    },
    /// What was given was a mistake, and the rider owes it again.
    GoodwillTakenBack {
        /// The charge it was about.
        charge: ChargeId,
        /// Which of the charge's gifts, from 0.
        number: u16,
        /// Who owes it.
        rider: RiderId,
        /// The service day it was taken back on.
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
    /// Amounts of one event have different currencies.
    #[error("the amounts of one event have one currency")]
    CurrenciesDiffer,
    /// The amounts together do not fit.
    #[error("the amount is too large")]
    TooLarge,
}

impl TransferKind {
    /// Every kind, in byte order.
    pub const ALL: [Self; 14] = [
        Self::Fare,
        Self::Collected,
        Self::Refunded,
        Self::WrittenOff,
        Self::Commission,
        Self::PaidOut,
        Self::ProviderSettled,
        Self::ProviderCost,
        Self::Goodwill,
        Self::Reinstated,
        Self::TicketSold,
        Self::TicketRidden,
        Self::TicketExpired,
        Self::GoodwillTakenBack,
    ];

    /// The kind's byte for storage; it never changes.
    pub fn byte(self) -> u8 {
        self as u8
    }

    /// The kind of a stored byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// The word for it in files and interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fare => "fare",
            Self::Collected => "collected",
            Self::Refunded => "refunded",
            Self::WrittenOff => "written-off",
            Self::Commission => "commission",
            Self::PaidOut => "paid-out",
            Self::ProviderSettled => "provider-settled",
            Self::ProviderCost => "provider-cost",
            Self::Goodwill => "goodwill",
            Self::Reinstated => "reinstated",
            Self::TicketSold => "ticket-sold",
            Self::TicketRidden => "ticket-ridden",
            Self::TicketExpired => "ticket-expired",
            Self::GoodwillTakenBack => "goodwill-taken-back",
        }
    }
}

impl Transfer {
    /// What the transfer adds to an account's debits less its credits, in minor units: what the
    /// rider owes more, what an operator is owed less. 0 for accounts it does not touch.
    pub fn debit_less_credit_minor(&self, account: Account) -> i64 {
        if self.debit == account {
            self.amount.minor
        } else if self.credit == account {
            // Amounts are positive, so the negation fits.
            -self.amount.minor
        } else {
            0
        }
    }
}

/// The transfers an event means, in a fixed order: shares by operator, in whatever order they
/// come. A share of zero moves nothing; a negative share moves the other way.
pub fn post(event: &Event) -> Result<Vec<Transfer>, PostFault> {
    let cause = event.cause();
    let rider = Account::Rider(cause.rider);
    let transfers = match *event {
        Event::Fare { ref shares, .. } => post_fare(&cause, shares)?,
        Event::Collected {
            provider, amount, ..
        } => {
            let sides = (Account::ProviderClearing(provider), rider);
            post_one(&cause, (TransferKind::Collected, 0), sides, amount)?
        }
        Event::Refunded {
            refund,
            provider,
            amount,
            ..
        } => {
            let sides = (rider, Account::ProviderClearing(provider));
            let line = (TransferKind::Refunded, refund.number);
            post_one(&cause, line, sides, amount)?
        }
        Event::WrittenOff { amount, .. } => {
            let sides = (Account::BadDebt, rider);
            post_one(&cause, (TransferKind::WrittenOff, 0), sides, amount)?
        }
        Event::Reinstated { amount, .. } => {
            let sides = (rider, Account::BadDebt);
            post_one(&cause, (TransferKind::Reinstated, 0), sides, amount)?
        }
        Event::Goodwill { number, amount, .. } => {
            let sides = (Account::Goodwill, rider);
            post_one(&cause, (TransferKind::Goodwill, number), sides, amount)?
        }
        Event::GoodwillTakenBack { number, amount, .. } => {
            let sides = (rider, Account::Goodwill);
            let line = (TransferKind::GoodwillTakenBack, number);
            post_one(&cause, line, sides, amount)?
        }
    };
    for transfer in &transfers {
        assert!(transfer.amount.is_positive(), "a transfer moves something");
        assert!(
            transfer.debit != transfer.credit,
            "a transfer has two sides"
        );
    }
    Ok(transfers)
}

impl Event {
    fn cause(&self) -> Cause {
        let (charge, rider, day) = match *self {
            Self::Fare {
                charge, rider, day, ..
            }
            | Self::Collected {
                charge, rider, day, ..
            }
            | Self::WrittenOff {
                charge, rider, day, ..
            }
            | Self::Reinstated {
                charge, rider, day, ..
            }
            | Self::Goodwill {
                charge, rider, day, ..
            }
            | Self::GoodwillTakenBack {
                charge, rider, day, ..
            } => (charge, rider, day),
            Self::Refunded {
                refund, rider, day, ..
            } => (refund.charge, rider, day),
        };
        Cause { charge, rider, day }
    }
}

/// What all transfers of an event share.
struct Cause {
    charge: ChargeId,
    rider: RiderId,
    day: ServiceDay,
}

fn post_fare(cause: &Cause, shares: &[Share]) -> Result<Vec<Transfer>, PostFault> {
    if shares.len() > usize::from(u16::MAX) {
        return Err(PostFault::TooManyShares);
    }
    let mut ordered = shares.to_vec();
    ordered.sort_by_key(|share| share.operator);
    let unclear = ordered.windows(2).any(|pair| {
        pair[0].operator == pair[1].operator || pair[0].amount.currency != pair[1].amount.currency
    });
    if unclear {
        return Err(PostFault::UnclearShares);
    }
    if let Some(first) = ordered.first() {
        // What the rider owes more must fit, whichever way the parts go.
        let magnitudes = ordered.iter().map(|share| share.amount.checked_abs());
        magnitudes
            .collect::<Result<Vec<_>, _>>()
            .and_then(|amounts| Money::sum(first.amount.currency, amounts))
            .map_err(|_| PostFault::TooLarge)?;
    }

    let rider = Account::Rider(cause.rider);
    let moving = ordered.iter().filter(|share| share.amount.minor != 0);
    let transfers = (0_u16..).zip(moving).map(|(line, share)| {
        let operator = Account::OperatorPayable(share.operator);
        let (debit, credit) = if share.amount.is_positive() {
            (rider, operator)
        } else {
            (operator, rider)
        };
        let amount = Money {
            minor: share.amount.minor.abs(),
            ..share.amount
        };
        cause.transfer((TransferKind::Fare, line), (debit, credit), amount)
    });
    Ok(transfers.collect())
}

fn post_one(
    cause: &Cause,
    (kind, line): (TransferKind, u16),
    sides: (Account, Account),
    amount: Money,
) -> Result<Vec<Transfer>, PostFault> {
    if !amount.is_positive() {
        return Err(PostFault::NotPositive);
    }
    Ok(vec![cause.transfer((kind, line), sides, amount)])
}

impl Cause {
    fn transfer(
        &self,
        (kind, line): (TransferKind, u16),
        (debit, credit): (Account, Account),
        amount: Money,
    ) -> Transfer {
        Transfer {
            id: TransferId {
                charge: self.charge,
                kind,
                line,
            },
            rider: self.rider,
            debit,
            credit,
            amount,
            day: self.day,
        }
    }
}

#[cfg(test)]
mod tests;
