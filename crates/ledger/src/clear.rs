//! From a day's legs to what each operator is owed.

use alloc::vec::Vec;

use ridecode_words::{ChargeId, IssuerId, OperatorId, ServiceDay, ValidatorId};

use crate::money::{Currency, Money};

/// What an issuer keeps of an operator's fares, in basis points (hundredths of a percent),
/// rounded half to even on each line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Commission {
    /// 0 to 10 000.
    pub basis_points: u16,
}

/// An operator's part of one fare version, ready to be cleared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ClearedLeg {
    /// Journey and fare version.
    pub charge: ChargeId,
    /// Who issued the code.
    pub issuer: IssuerId,
    /// What the version adds to what the operator is owed, in minor units; may be negative.
    pub amount_minor: i64,
}

/// Which entries of a validator a statement rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coverage {
    /// The validator.
    pub validator: ValidatorId,
    /// Ranges held, first and last inclusive, ascending.
    pub held: Vec<(u64, u64)>,
    /// Ranges known to exist and not yet held, ascending.
    pub missing: Vec<(u64, u64)>,
}

/// What [`clear`] works on.
#[derive(Clone, Debug)]
pub struct Clearing<'a> {
    /// Whose statement.
    pub operator: OperatorId,
    /// The service day closed.
    pub day: ServiceDay,
    /// The number of the operator's last statement, 0 for none.
    pub number_before: u64,
    /// The hash of that statement, zeros for none.
    pub hash_before: [u8; 32],
    /// The currency.
    pub currency: Currency,
    /// What the issuer keeps.
    pub commission: Commission,
    /// Every leg not on an earlier statement, in any order. Legs of earlier days are late rides
    /// and corrections.
    pub legs: &'a [ClearedLeg],
    /// What the statement rests on.
    pub coverage: &'a [Coverage],
}

/// One line of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StatementLine {
    /// The leg.
    pub leg: ClearedLeg,
    /// What is kept of it, in minor units; has the sign of the leg.
    pub commission_minor: i64,
}

/// What an operator is owed for a day. Gapless numbers; corrections are lines of their own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// One more than the statement before.
    pub number: u64,
    /// Whose.
    pub operator: OperatorId,
    /// The service day.
    pub day: ServiceDay,
    /// The lines, by charge.
    pub lines: Vec<StatementLine>,
    /// Sum of the legs.
    pub fares: Money,
    /// Sum of the commissions.
    pub commission: Money,
    /// Fares less commission.
    pub payable: Money,
    /// What it rests on.
    pub coverage: Vec<Coverage>,
    /// SHA-256 over the previous statement's hash and this statement's canonical bytes.
    pub hash: [u8; 32],
}

/// Legs that cannot be cleared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClearFault {
    /// The same leg twice.
    #[error("the fare {0} stands twice")]
    Repeated(ChargeId),
    /// A sum does not fit.
    #[error("the sums are too large")]
    TooLarge,
    /// A commission above 100 %.
    #[error("a commission has 0 to 10000 basis points")]
    Commission,
}

/// Makes an operator's statement. The order of `legs` and `coverage` does not matter.
pub fn clear(_clearing: &Clearing<'_>) -> Result<Statement, ClearFault> {
    todo!()
}
