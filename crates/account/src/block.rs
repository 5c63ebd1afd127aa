//! Blocks for debt, and the policy behind them.

use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::UnixSeconds;

/// Why a rider may not ride: named wherever it appears.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// What is owed.
    pub amount: Money,
    /// For how many rides.
    pub rides: u32,
    /// Since when.
    pub since: UnixSeconds,
}

/// How much credit an issuer gives and how it asks again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreditPolicy {
    /// Unpaid rides at which a rider is blocked. Default 1.
    pub unpaid_rides_max: u32,
    /// Seconds after each decline until the next attempt; the last one repeats.
    /// Default 1 h, 6 h, 24 h, 72 h, then daily.
    pub retry_after_s: Vec<u32>,
    /// Seconds after the first decline at which attempts end. Default 14 days.
    pub retry_until_s: u32,
}

impl Default for CreditPolicy {
    fn default() -> Self {
        todo!()
    }
}

impl CreditPolicy {
    /// When to try again after decline number `declines` (from 1) at `now`; `None` once
    /// attempts end.
    pub fn next_attempt(
        &self,
        _declines: u32,
        _first_decline: UnixSeconds,
        _now: UnixSeconds,
    ) -> Option<UnixSeconds> {
        todo!()
    }

    /// The block that so many unpaid rides mean, if any.
    pub fn block(&self, _owed: Money, _unpaid_rides: u32, _now: UnixSeconds) -> Option<Block> {
        todo!()
    }
}
