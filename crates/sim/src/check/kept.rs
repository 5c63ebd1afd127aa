//! Kept: what was a fact last night is one tonight. A charge that was paid stays paid, a journey
//! that was billed stays on the books, a statement keeps its number and every line of it.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_ledger::Statement;
use ridecode_words::{ChargeId, JourneyId, OperatorId};

use super::Sight;

/// The facts of a night.
#[derive(Default)]
pub(crate) struct Facts {
    paid: BTreeSet<ChargeId>,
    billed: BTreeSet<JourneyId>,
    statements: BTreeMap<(OperatorId, u64), Statement>,
}

impl Facts {
    /// The facts that are to be seen.
    pub(crate) fn of(sight: &Sight<'_>) -> Self {
        let charges = sight.page.charges.iter();
        let paid = charges.filter(|charge| charge.state.is_paid());
        let statements = sight.page.statements.iter().cloned();
        Self {
            paid: paid.map(|charge| charge.id).collect(),
            billed: sight.page.fares.iter().map(|fare| fare.journey).collect(),
            statements: statements
                .map(|statement| ((statement.operator, statement.number), statement))
                .collect(),
        }
    }

    fn find_forgotten(&self, later: &Self) -> Option<String> {
        if let Some(charge) = self.paid.difference(&later.paid).next() {
            return Some(format!("charge {charge} was paid and is not"));
        }
        if let Some(journey) = self.billed.difference(&later.billed).next() {
            return Some(format!("journey {journey} was billed and is gone"));
        }
        let changed = |(key, held): &(&(OperatorId, u64), &Statement)| {
            later.statements.get(key) != Some(held)
        };
        let changed = self.statements.iter().find(changed);
        changed.map(|((operator, number), _)| {
            format!("statement {number} of operator {operator} was changed")
        })
    }
}

/// Nothing that was a fact the night before is none tonight.
pub(super) fn check(sight: &Sight<'_>) -> Result<(), String> {
    let forgotten = sight.world.facts.find_forgotten(&Facts::of(sight));
    forgotten.map_or(Ok(()), Err)
}
