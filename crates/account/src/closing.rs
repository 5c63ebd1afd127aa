//! Closing an account: when it may be closed, as one ladder.

use ridecode_ledger::Money;

/// How the books of an account stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// What the rider owes; negative if in credit.
    pub balance: Money,
    /// Whether a charge or a refund is under way.
    pub charge_open: bool,
    /// Whether a ride has no fare yet, or its fare is not in the books.
    pub ride_open: bool,
}

/// What stands in the way of closing an account, in order of precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClosingFault {
    /// Something is owed.
    #[error("{} minor units are owed; pay them first", .0.minor)]
    Owed(Money),
    /// Something is on its way back to the rider.
    #[error("{} minor units are in the rider's favor; wait for the refund", .0.minor.saturating_neg())]
    InCredit(Money),
    /// A charge or a refund is under way.
    #[error("a payment is under way; wait for its end")]
    ChargeOpen,
    /// A ride has no fare yet.
    #[error("a ride has no fare yet; wait for it")]
    RideOpen,
}

impl ClosingFault {
    /// The word for it in interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Owed(_) => "owed",
            Self::InCredit(_) => "in_credit",
            Self::ChargeOpen => "charge_open",
            Self::RideOpen => "ride_open",
        }
    }
}

impl Standing {
    /// Whether an account whose books stand so may be closed.
    pub fn may_close(&self) -> Result<(), ClosingFault> {
        if self.balance.minor > 0 {
            return Err(ClosingFault::Owed(self.balance));
        }
        if self.balance.minor < 0 {
            return Err(ClosingFault::InCredit(self.balance));
        }
        if self.charge_open {
            return Err(ClosingFault::ChargeOpen);
        }
        if self.ride_open {
            return Err(ClosingFault::RideOpen);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_in_the_way_is_told() {
        let check = |fen, charge_open, ride_open, expected: Option<&str>| {
            let standing = Standing {
                balance: Money::fen(fen),
                charge_open,
                ride_open,
            };
            let found = standing.may_close().err().map(ClosingFault::word);
            assert_eq!(found, expected);
        };
        check(1, true, true, Some("owed"));
        check(-1, true, true, Some("in_credit"));
        check(0, true, true, Some("charge_open"));
        check(0, false, true, Some("ride_open"));
        check(0, false, false, None);
    }
}
