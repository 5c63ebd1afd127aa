//! Clearing: stage 9.

use ridecode_ledger::ClearedLeg;

/// What an operator's next statement is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DayLegs {
    /// Legs up to and including the day that stand on no statement yet.
    pub legs: Vec<ClearedLeg>,
    /// The number of the last statement, 0 for none.
    pub number_before: u64,
    /// Its hash, zeros for none.
    pub hash_before: [u8; 32],
}

/// What became of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatementSaved {
    /// Saved.
    Saved,
    /// This very statement is held already.
    Repeated,
    /// Another statement took the number, or legs came in meanwhile: load and clear again.
    Moved,
}
