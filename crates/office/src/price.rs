//! Pricing: stages 5, 6 and 8. Taps become journeys, fares, transfers and charges.

use ridecode_store::StoreFault;
use ridecode_words::UnixSeconds;

use crate::Office;

/// What a round of pricing did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Priced {
    /// Months priced.
    pub bills: usize,
    /// Fare versions posted.
    pub fares: usize,
    /// Months whose taps moved meanwhile; they are still due.
    pub moved: usize,
}

/// Prices up to `limit` months that are due.
pub async fn run(_office: &Office, _now: UnixSeconds, _limit: usize) -> Result<Priced, StoreFault> {
    todo!()
}
