//! Closing a service day: stage 9.
//!
//! Everything an operator is owed that stands on no statement yet goes onto the next one, together
//! with what the statement rests on: which entries of which journals are here and which are known
//! to be missing. Legs that come later stand on a later statement.

use ridecode_ledger::{ClearFault, Clearing, Coverage, Statement, clear};
use ridecode_store::{DayLegs, HeldEntries, StatementSaved, StoreFault};
use ridecode_words::{OperatorId, ServiceDay};

use crate::Office;

/// Why a day was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseFault {
    /// The legs do not clear.
    #[error(transparent)]
    Clear(#[from] ClearFault),
    /// New legs came in faster than they could be cleared.
    #[error("legs for operator {0} kept coming in; close the day again")]
    Busy(OperatorId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Closes a day for an operator. A day without anything new gives `None`: no empty statement
/// follows a statement.
pub async fn day(
    office: &Office,
    operator: OperatorId,
    day: ServiceDay,
) -> Result<Option<Statement>, CloseFault> {
    for _ in 0..ATTEMPTS_MAX {
        // Coverage is read first: it may leave out an entry whose leg is on the statement, and
        // never claims an entry whose leg is not.
        let coverage = coverage(office.store.load_held(operator).await?);
        let legs = office.store.load_day(operator, day).await?;
        if legs.legs.is_empty() {
            return Ok(None);
        }
        let statement = plan(office, (operator, day), &legs, &coverage)?;
        match office.store.close_day(statement.clone()).await? {
            StatementSaved::Saved | StatementSaved::Repeated => return Ok(Some(statement)),
            StatementSaved::Moved => {}
        }
    }
    Err(CloseFault::Busy(operator))
}

fn plan(
    office: &Office,
    (operator, day): (OperatorId, ServiceDay),
    legs: &DayLegs,
    coverage: &[Coverage],
) -> Result<Statement, ClearFault> {
    clear(&Clearing {
        operator,
        day,
        number_before: legs.number_before,
        hash_before: legs.hash_before,
        currency: office.policy.currency,
        commission: office.policy.commission.on(day),
        legs: &legs.legs,
        coverage,
    })
}

fn coverage(held: Vec<HeldEntries>) -> Vec<Coverage> {
    let cover = |held: HeldEntries| Coverage {
        validator: held.validator,
        missing: gaps(&held),
        held: held.held,
    };
    held.into_iter().map(cover).collect()
}

/// The ranges of a journal that are known to exist and are not held: between the ranges held, and
/// from the last of them to the journal's end.
pub(crate) fn gaps(held: &HeldEntries) -> Vec<(u64, u64)> {
    let mut gaps = Vec::new();
    let mut next = 1;
    for &(first, last) in &held.held {
        if first > next {
            gaps.push((next, first - 1));
        }
        next = last.saturating_add(1);
    }
    if held.journal_end >= next {
        gaps.push((next, held.journal_end));
    }
    gaps
}

/// How often a day is cleared anew because legs came in meanwhile.
const ATTEMPTS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use ridecode_words::{UnixSeconds, ValidatorId};

    use super::*;

    #[test]
    fn gaps_are_what_is_known_to_exist_and_not_here() {
        let check = |held: &[(u64, u64)], journal_end, expected: &[(u64, u64)]| {
            let held = HeldEntries {
                validator: ValidatorId(1),
                held: held.to_vec(),
                journal_end,
                sealed: UnixSeconds(0),
            };
            assert_eq!(gaps(&held), expected);
        };
        check(&[], 0, &[]);
        check(&[], 3, &[(1, 3)]);
        check(&[(1, 3)], 3, &[]);
        check(&[(3, 4), (7, 7)], 9, &[(1, 2), (5, 6), (8, 9)]);
        check(&[(1, 5)], 2, &[]);
    }
}
