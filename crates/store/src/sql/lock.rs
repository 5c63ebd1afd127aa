//! What verbs hold against each other where several write at once.
//!
//! A verb that decides on what it reads first takes hold of it, so that the decision is still right
//! when it is written. Locks are taken in the order they stand in here, all at the beginning, so
//! that no two verbs wait for each other; what a unique key guards needs none. SQLite has one
//! writer, and holds nothing.

use ridecode_fare::Period;
use ridecode_words::{
    AdjustmentId, JourneyId, OperatorId, ProviderId, RiderId, ServiceDay, ValidatorId,
};

#[cfg(feature = "postgres")]
use super::Value;
#[cfg(feature = "postgres")]
use super::column::id;
use super::{Connection, Result, bill};

/// What a verb holds until it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lock {
    /// The ledger day that is open, against being cut: by whoever takes down a transfer or a
    /// booking. Many may hold it at once.
    LedgerDay,
    /// The days of the ledger, against all that write into them. So no transfer of a day that was
    /// cut comes after the cut.
    LedgerCut,
    /// Payouts, and which statements stand in them.
    Payouts,
    /// What a person may give alone.
    Person(String),
    /// A provider's bill.
    ProviderBill(ProviderId, ServiceDay),
    /// An adjustment and its lines.
    Adjustment(AdjustmentId),
    /// An operator's open legs, against being stated: by whoever adds to them. Many may hold it at
    /// once.
    OpenLegs(OperatorId),
    /// An operator's open legs and statements, against all others.
    Statements(OperatorId),
    /// The code sent to a phone number.
    Challenge(String),
    /// A validator and its journal.
    Validator(ValidatorId),
    /// A rider's account and money.
    Rider(RiderId),
    /// A month that waits to be priced: nothing becomes due in it meanwhile.
    DueMonth(RiderId, i32),
}

impl Lock {
    /// The lock of a month that is priced.
    pub(super) fn of_month(period: Period) -> Self {
        Self::DueMonth(period.rider, period.month.number())
    }

    /// The statement that takes the lock, for engines that need one.
    #[cfg(feature = "postgres")]
    pub(crate) fn sql(&self) -> &'static str {
        match self {
            Self::LedgerDay | Self::OpenLegs(_) => "SELECT pg_advisory_xact_lock_shared(?1)",
            Self::LedgerCut | Self::Payouts | Self::Statements(_) => {
                "SELECT pg_advisory_xact_lock(?1)"
            }
            Self::Person(_) | Self::Challenge(_) => {
                "SELECT pg_advisory_xact_lock(hashtextextended(?1, ?2))"
            }
            Self::ProviderBill(..) => {
                "SELECT 1 FROM provider_bills WHERE provider = ?1 AND day = ?2 FOR UPDATE"
            }
            Self::Adjustment(_) => "SELECT 1 FROM adjustments WHERE adjustment = ?1 FOR UPDATE",
            Self::Validator(_) => "SELECT 1 FROM validators WHERE validator = ?1 FOR UPDATE",
            Self::Rider(_) => "SELECT 1 FROM balances WHERE rider = ?1 FOR UPDATE",
            Self::DueMonth(..) => {
                "SELECT 1 FROM due_months WHERE rider = ?1 AND month = ?2 FOR UPDATE"
            }
        }
    }

    /// The parameters of that statement. Locks without a row are numbers: a kind in the upper half,
    /// and whose it is in the lower one.
    #[cfg(feature = "postgres")]
    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        let numbered = |kind: i64, of: u32| vec![Value::Integer((kind << 32) | i64::from(of))];
        match self {
            Self::LedgerDay | Self::LedgerCut => numbered(1, 0),
            Self::Payouts => numbered(2, 0),
            Self::OpenLegs(operator) | Self::Statements(operator) => numbered(3, operator.0),
            Self::Person(name) => vec![Value::Text(name), Value::Integer(4)],
            Self::Challenge(phone) => vec![Value::Text(phone), Value::Integer(5)],
            Self::ProviderBill(provider, day) => vec![
                Value::Integer(provider.0.into()),
                Value::Integer(day.0.into()),
            ],
            Self::Adjustment(adjustment) => vec![Value::Integer(id(adjustment.0))],
            Self::Validator(validator) => vec![Value::Integer(validator.0.into())],
            Self::Rider(rider) => vec![Value::Integer(id(rider.0))],
            Self::DueMonth(rider, month) => {
                vec![Value::Integer(id(rider.0)), Value::Integer((*month).into())]
            }
        }
    }
}

/// Takes hold of the rider a journey is of, with other locks. None is taken where there is no such
/// journey: then there is nothing to decide on.
pub(super) fn hold_with(db: &Connection<'_>, journey: JourneyId, others: &[Lock]) -> Result<()> {
    let Some((rider, _)) = bill::tap_of(db, journey)? else {
        return Ok(());
    };
    let mut locks = others.to_vec();
    locks.push(Lock::Rider(rider));
    db.hold(locks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_are_taken_from_the_ledger_down_to_the_month() {
        let ordered = [
            Lock::LedgerDay,
            Lock::Adjustment(AdjustmentId(1)),
            Lock::OpenLegs(OperatorId(9)),
            Lock::Validator(ValidatorId(2)),
            Lock::Rider(RiderId(1)),
            Lock::Rider(RiderId(2)),
            Lock::DueMonth(RiderId(1), 5),
        ];
        assert!(ordered.is_sorted());
    }
}
