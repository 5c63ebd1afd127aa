//! From a day's legs to what each operator is owed.
//!
//! [`clear`] puts legs into the order of their charges, keeps the commission of each line, sums,
//! and chains the result to the operator's statement before by a hash over its canonical bytes
//! (docs/ledger.md). It never drops a leg, never nets two legs into one line and never asks which
//! legs are due: that is the caller's list.

use alloc::vec::Vec;

use ridecode_words::{ChargeId, IssuerId, OperatorId, ServiceDay, ValidatorId};
use sha2::{Digest as _, Sha256};

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
    /// A validator stands twice, or its ranges are not ascending and apart.
    #[error("the coverage of validator {0} must be one list of ascending, separate ranges")]
    Coverage(ValidatorId),
}

impl Commission {
    /// What is kept of a leg, in minor units, rounded half to even; has the sign of the leg.
    /// `None` above 100 %.
    pub fn of_minor(self, amount_minor: i64) -> Option<i64> {
        if self.basis_points > BASIS_POINTS_MAX {
            return None;
        }
        let product = i128::from(amount_minor).unsigned_abs() * u128::from(self.basis_points);
        let scale = u128::from(BASIS_POINTS_MAX);
        let (whole, rest) = (product / scale, product % scale);
        let up = rest * 2 > scale || (rest * 2 == scale && whole % 2 == 1);
        let magnitude = i128::try_from(whole + u128::from(up)).ok()?;
        i64::try_from(if amount_minor < 0 {
            -magnitude
        } else {
            magnitude
        })
        .ok()
    }
}

impl Statement {
    /// The bytes the hash is taken over (docs/ledger.md, "Canonical bytes").
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128 + self.lines.len() * 40);
        bytes.extend_from_slice(CANONICAL_HEADER);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.operator.0.to_be_bytes());
        bytes.extend_from_slice(&self.day.0.to_be_bytes());
        bytes.extend_from_slice(&self.fares.currency.0);
        for total in [self.fares, self.commission, self.payable] {
            bytes.extend_from_slice(&total.minor.to_be_bytes());
        }
        push_count(&mut bytes, self.lines.len());
        for line in &self.lines {
            let tap = line.leg.charge.journey.0;
            bytes.extend_from_slice(&tap.validator.0.to_be_bytes());
            bytes.extend_from_slice(&tap.sequence.to_be_bytes());
            bytes.extend_from_slice(&line.leg.charge.version.to_be_bytes());
            bytes.extend_from_slice(&line.leg.issuer.0.to_be_bytes());
            bytes.extend_from_slice(&line.leg.amount_minor.to_be_bytes());
            bytes.extend_from_slice(&line.commission_minor.to_be_bytes());
        }
        push_count(&mut bytes, self.coverage.len());
        for coverage in &self.coverage {
            bytes.extend_from_slice(&coverage.validator.0.to_be_bytes());
            for ranges in [&coverage.held, &coverage.missing] {
                push_count(&mut bytes, ranges.len());
                for (first, last) in ranges {
                    bytes.extend_from_slice(&first.to_be_bytes());
                    bytes.extend_from_slice(&last.to_be_bytes());
                }
            }
        }
        bytes
    }

    /// The hash this statement must have after a statement with `hash_before`; zeros for none.
    pub fn hash_after(&self, hash_before: &[u8; 32]) -> [u8; 32] {
        Sha256::new()
            .chain_update(hash_before)
            .chain_update(self.canonical_bytes())
            .finalize()
            .into()
    }
}

/// Makes an operator's statement. The order of `legs` and `coverage` does not matter.
pub fn clear(clearing: &Clearing<'_>) -> Result<Statement, ClearFault> {
    let lines = order_lines(clearing)?;
    let coverage = order_coverage(clearing.coverage)?;
    let sum = |part: fn(&StatementLine) -> i64| {
        let amounts = lines
            .iter()
            .map(|line| Money::new(part(line), clearing.currency));
        Money::sum(clearing.currency, amounts).map_err(|_| ClearFault::TooLarge)
    };
    let fares = sum(|line| line.leg.amount_minor)?;
    let commission = sum(|line| line.commission_minor)?;
    let payable = fares
        .checked_sub(commission)
        .map_err(|_| ClearFault::TooLarge)?;
    let number = clearing
        .number_before
        .checked_add(1)
        .ok_or(ClearFault::TooLarge)?;

    let mut statement = Statement {
        number,
        operator: clearing.operator,
        day: clearing.day,
        lines,
        fares,
        commission,
        payable,
        coverage,
        hash: [0; 32],
    };
    statement.hash = statement.hash_after(&clearing.hash_before);
    assert_eq!(
        statement.lines.len(),
        clearing.legs.len(),
        "every leg has its line"
    );
    Ok(statement)
}

fn order_lines(clearing: &Clearing<'_>) -> Result<Vec<StatementLine>, ClearFault> {
    let mut legs = clearing.legs.to_vec();
    legs.sort_unstable();
    if let Some(pair) = legs
        .windows(2)
        .find(|pair| pair[0].charge == pair[1].charge)
    {
        return Err(ClearFault::Repeated(pair[0].charge));
    }
    legs.into_iter()
        .map(|leg| {
            let commission_minor = clearing
                .commission
                .of_minor(leg.amount_minor)
                .ok_or(ClearFault::Commission)?;
            Ok(StatementLine {
                leg,
                commission_minor,
            })
        })
        .collect()
}

fn order_coverage(coverage: &[Coverage]) -> Result<Vec<Coverage>, ClearFault> {
    let mut ordered = coverage.to_vec();
    ordered.sort_by_key(|one| one.validator);
    if let Some(pair) = ordered
        .windows(2)
        .find(|pair| pair[0].validator == pair[1].validator)
    {
        return Err(ClearFault::Coverage(pair[0].validator));
    }
    let apart = |ranges: &[(u64, u64)]| {
        ranges.iter().all(|(first, last)| first <= last)
            && ranges.windows(2).all(|pair| pair[0].1 < pair[1].0)
    };
    if let Some(wrong) = ordered
        .iter()
        .find(|one| !apart(&one.held) || !apart(&one.missing))
    {
        return Err(ClearFault::Coverage(wrong.validator));
    }
    Ok(ordered)
}

fn push_count(bytes: &mut Vec<u8>, count: usize) {
    // A list in memory is always shorter than 2^64 items.
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    bytes.extend_from_slice(&count.to_be_bytes());
}

const BASIS_POINTS_MAX: u16 = 10_000;

const CANONICAL_HEADER: &[u8] = b"ridecode statement 1\n";

#[cfg(test)]
mod tests;
