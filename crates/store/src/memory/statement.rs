//! Clearing.

use std::collections::BTreeSet;

use ridecode_ledger::{ClearedLeg, Statement};
use ridecode_words::{OperatorId, ServiceDay};

use super::{FIRST_CHARGE, MemoryStore, Result, State};
use crate::record::{DayLegs, StatementSaved};
use crate::step;

impl MemoryStore {
    pub(crate) fn load_day(&self, operator: OperatorId, day: ServiceDay) -> Result<DayLegs> {
        let state = self.lock();
        let before = state.statements_of(operator).next_back();
        Ok(DayLegs {
            legs: state.open_legs(operator, day).into_iter().collect(),
            number_before: before.map_or(0, |statement| statement.number),
            hash_before: before.map_or([0; 32], |statement| statement.hash),
        })
    }

    pub(crate) fn close_day(&self, statement: Statement) -> Result<StatementSaved> {
        let mut state = self.lock();
        let (operator, day) = (statement.operator, statement.day);
        if let Some(held) = state.statements.get(&(operator, statement.number)) {
            return Ok(if *held == statement {
                StatementSaved::Repeated
            } else {
                StatementSaved::Moved
            });
        }
        let before = state.statements_of(operator).next_back();
        if before.map_or(0, |before| before.number) + 1 != statement.number {
            return Ok(StatementSaved::Moved);
        }
        let stated: BTreeSet<ClearedLeg> = statement.lines.iter().map(|line| line.leg).collect();
        if stated != state.open_legs(operator, day) {
            return Ok(StatementSaved::Moved);
        }
        let bookings = step::book_stated(&statement)?;
        // Nothing can refuse the statement from here on.
        state.book(bookings);
        state
            .legs
            .retain(|(of, on, _), _| *of != operator || *on > day);
        state
            .statements
            .insert((operator, statement.number), statement);
        Ok(StatementSaved::Saved)
    }

    pub(crate) fn load_statements(
        &self,
        operator: OperatorId,
        day: ServiceDay,
    ) -> Result<Vec<Statement>> {
        let state = self.lock();
        let statements = state.statements_of(operator);
        Ok(statements
            .filter(|statement| statement.day == day)
            .cloned()
            .collect())
    }
}

impl State {
    fn statements_of(&self, operator: OperatorId) -> impl DoubleEndedIterator<Item = &Statement> {
        let statements = self.statements.range((operator, 0)..=(operator, u64::MAX));
        statements.map(|(_, statement)| statement)
    }

    /// The legs up to a day that stand on no statement.
    fn open_legs(&self, operator: OperatorId, day: ServiceDay) -> BTreeSet<ClearedLeg> {
        let first = (operator, ServiceDay(i32::MIN), FIRST_CHARGE);
        let legs = self.legs.range(first..);
        legs.take_while(|((of, on, _), _)| *of == operator && *on <= day)
            .map(|(&(_, _, charge), &(issuer, amount_minor))| ClearedLeg {
                charge,
                issuer,
                amount_minor,
            })
            .collect()
    }
}
