//! Payouts.

use std::collections::BTreeSet;

use ridecode_words::OperatorId;

use super::{MemoryStore, Result, State};
use crate::payout::{Stepped, step};
use crate::record::{Payout, PayoutRefused, PayoutSaved, PayoutStep, UnpaidStatements};

impl MemoryStore {
    pub(crate) fn load_unpaid(&self) -> Result<UnpaidStatements> {
        let state = self.lock();
        let settled = state.settled();
        let statements = state.statements.iter();
        Ok(UnpaidStatements {
            statements: statements
                .filter(|(name, _)| !settled.contains(name))
                .map(|(_, statement)| statement.clone())
                .collect(),
            number_before: state.last_payout(),
        })
    }

    pub(crate) fn save_payout(&self, payout: Payout) -> Result<PayoutSaved> {
        let mut state = self.lock();
        if let Some(held) = state.payouts.get(&payout.number) {
            return Ok(if *held == payout {
                PayoutSaved::Repeated
            } else {
                PayoutSaved::Moved
            });
        }
        let settled = state.settled();
        let free = |name| state.statements.contains_key(name) && !settled.contains(name);
        if payout.number != state.last_payout() + 1 || !payout.statements.iter().all(free) {
            return Ok(PayoutSaved::Moved);
        }
        state.payouts.insert(payout.number, payout);
        Ok(PayoutSaved::Saved)
    }

    pub(crate) fn step_payout(
        &self,
        number: u64,
        taken: PayoutStep,
    ) -> Result<std::result::Result<Payout, PayoutRefused>> {
        let mut state = self.lock();
        let Some(held) = state.payouts.get(&number) else {
            return Ok(Err(PayoutRefused::Unknown(number)));
        };
        Ok(match step(held.clone(), &taken)? {
            Err(refused) => Err(refused),
            Ok(Stepped::Repeated(payout)) => Ok(payout),
            Ok(Stepped::Moved(payout, bookings)) => {
                state.book(bookings);
                state.payouts.insert(number, payout.clone());
                Ok(payout)
            }
        })
    }

    pub(crate) fn load_payouts(&self, after: u64, limit: usize) -> Result<Vec<Payout>> {
        let state = self.lock();
        let payouts = state.payouts.range(after.saturating_add(1)..);
        Ok(payouts.take(limit).map(|(_, one)| one.clone()).collect())
    }
}

impl State {
    /// The statements that stand in a payout.
    fn settled(&self) -> BTreeSet<(OperatorId, u64)> {
        let payouts = self.payouts.values();
        let live = payouts.filter(|payout| payout.withdrawn.is_none());
        live.flat_map(|payout| payout.statements.iter().copied())
            .collect()
    }

    fn last_payout(&self) -> u64 {
        self.payouts.keys().next_back().copied().unwrap_or(0)
    }
}
