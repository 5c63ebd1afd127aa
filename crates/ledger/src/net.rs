//! From many statements to few payments: who pays whom.
//!
//! Statements become obligations (an issuer owes an operator what its lines come to less
//! commission), obligations become each party's position, positions become payments. All three
//! are given, so that every payment can be recomputed by hand. Currencies never meet, and per
//! currency the positions sum to zero. What a company owes itself is listed and pays nothing.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use ridecode_words::{IssuerId, OperatorId};

use crate::clear::Statement;
use crate::money::{Currency, Money};

/// Who pays or is paid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Party {
    /// An operator; also an issuer that is the same company as an operator.
    Operator(OperatorId),
    /// An issuer that is no operator.
    Issuer(IssuerId),
}

/// What one party owes another by all statements together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Obligation {
    /// Who owes.
    pub debtor: Party,
    /// Who is owed; the debtor itself where issuer and operator are one company.
    pub creditor: Party,
    /// How much; positive.
    pub amount: Money,
    /// The statements it comes from, operator and number, ascending.
    pub statements: Vec<(OperatorId, u64)>,
}

/// Where a party stands in one currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Who.
    pub party: Party,
    /// What others and itself owe it; not negative.
    pub owed: Money,
    /// What it owes others and itself; not negative.
    pub owes: Money,
    /// Owed less owes: what it receives, or pays if negative.
    pub net: Money,
}

/// A payment that settles positions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Payment {
    /// Who pays.
    pub from: Party,
    /// Who is paid.
    pub to: Party,
    /// How much; positive.
    pub amount: Money,
}

/// Payments and the way to them, each list by currency and then by party.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Netting {
    /// What the statements say.
    pub obligations: Vec<Obligation>,
    /// What that means for each party.
    pub positions: Vec<Position>,
    /// What settles it: per currency fewer payments than parties.
    pub payments: Vec<Payment>,
}

/// Statements that cannot be netted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NetFault {
    /// The same statement twice.
    #[error("statement {1} of operator {0} stands twice; give each statement once")]
    Repeated(OperatorId, u64),
    /// An issuer is said to be two operators.
    #[error("issuer {0} is said to be two operators; name one")]
    TwoOperators(IssuerId),
    /// A sum does not fit.
    #[error("the sums are too large")]
    TooLarge,
}

/// Nets statements. `same` names issuers that are the same company as an operator. The order of
/// `statements` and `same` does not matter.
pub fn net(statements: &[Statement], same: &[(IssuerId, OperatorId)]) -> Result<Netting, NetFault> {
    let mut companies = BTreeMap::new();
    for (issuer, operator) in same {
        if companies
            .insert(*issuer, *operator)
            .is_some_and(|held| held != *operator)
        {
            return Err(NetFault::TwoOperators(*issuer));
        }
    }
    let obligations = obligations(statements, &companies)?;
    let positions = positions(&obligations)?;
    let payments = payments(&positions);
    Ok(Netting {
        obligations,
        positions,
        payments,
    })
}

fn obligations(
    statements: &[Statement],
    companies: &BTreeMap<IssuerId, OperatorId>,
) -> Result<Vec<Obligation>, NetFault> {
    let mut seen = BTreeSet::new();
    let mut sums: BTreeMap<(Currency, Party, Party), (i128, BTreeSet<_>)> = BTreeMap::new();
    for statement in statements {
        let name = (statement.operator, statement.number);
        if !seen.insert(name) {
            return Err(NetFault::Repeated(name.0, name.1));
        }
        let creditor = Party::Operator(statement.operator);
        for line in &statement.lines {
            let issuer = line.leg.issuer;
            let debtor = companies
                .get(&issuer)
                .map_or(Party::Issuer(issuer), |operator| Party::Operator(*operator));
            let key = (statement.fares.currency, debtor, creditor);
            let (sum, from) = sums.entry(key).or_default();
            // Two 64-bit numbers a line: more lines than fit into memory are needed to overflow.
            *sum += i128::from(line.leg.amount_minor) - i128::from(line.commission_minor);
            from.insert(name);
        }
    }
    sums.into_iter()
        .filter(|(_, (sum, _))| *sum != 0)
        .map(|((currency, issuer, operator), (sum, from))| {
            // Corrections that outweigh the fares are owed the other way round.
            let (debtor, creditor) = if sum > 0 {
                (issuer, operator)
            } else {
                (operator, issuer)
            };
            let minor = i64::try_from(sum.unsigned_abs()).map_err(|_| NetFault::TooLarge)?;
            Ok(Obligation {
                debtor,
                creditor,
                amount: Money::new(minor, currency),
                statements: from.into_iter().collect(),
            })
        })
        .collect()
}

fn positions(obligations: &[Obligation]) -> Result<Vec<Position>, NetFault> {
    let mut sides: BTreeMap<(Currency, Party), (i128, i128)> = BTreeMap::new();
    for one in obligations {
        let (currency, minor) = (one.amount.currency, i128::from(one.amount.minor));
        sides.entry((currency, one.creditor)).or_default().0 += minor;
        sides.entry((currency, one.debtor)).or_default().1 += minor;
    }
    let total: i128 = sides.values().map(|(owed, owes)| owed - owes).sum();
    assert_eq!(total, 0, "what one party owes, another is owed");
    sides
        .into_iter()
        .map(|((currency, party), (owed, owes))| {
            let money = |minor: i128| {
                let minor = i64::try_from(minor).map_err(|_| NetFault::TooLarge)?;
                Ok(Money::new(minor, currency))
            };
            Ok(Position {
                party,
                owed: money(owed)?,
                owes: money(owes)?,
                net: money(owed - owes)?,
            })
        })
        .collect()
}

/// Debtors pay creditors, both in order of party, each payment as large as both sides allow: it
/// settles one side for good, so there are fewer payments than parties.
fn payments(positions: &[Position]) -> Vec<Payment> {
    let mut payments = Vec::new();
    for same in positions.chunk_by(|one, next| one.net.currency == next.net.currency) {
        let mut debtors = same.iter().filter(|one| one.net.minor < 0);
        let mut creditors = same.iter().filter(|one| one.net.minor > 0);
        let mut debtor = debtors
            .next()
            .map(|one| (one.party, one.net.minor.unsigned_abs()));
        let mut creditor = creditors
            .next()
            .map(|one| (one.party, one.net.minor.unsigned_abs()));
        while let (Some((from, owes)), Some((to, owed))) = (debtor, creditor) {
            let part = owes.min(owed);
            let currency = same[0].net.currency;
            let minor = i64::try_from(part).unwrap_or(i64::MAX);
            let amount = Money::new(minor, currency);
            payments.push(Payment { from, to, amount });
            let next = |one: &Position| (one.party, one.net.minor.unsigned_abs());
            debtor = match owes - part {
                0 => debtors.next().map(next),
                left => Some((from, left)),
            };
            creditor = match owed - part {
                0 => creditors.next().map(next),
                left => Some((to, left)),
            };
        }
        assert!(
            debtor.is_none() && creditor.is_none(),
            "positions of a currency sum to zero"
        );
    }
    payments
}

#[cfg(test)]
mod tests;
