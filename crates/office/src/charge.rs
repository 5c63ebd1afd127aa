//! Charging: stage 7. An attempt is stored before its request leaves; an unknown outcome is asked
//! about, never sent again under a new number.

use ridecode_pay::Outcome;
use ridecode_store::StoreFault;
use ridecode_words::{ChargeId, UnixSeconds};

use crate::Office;
use crate::edge::{Carrier, Entropy};

/// What a round of charging did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Charged {
    /// Charges something was done about.
    pub tried: usize,
    /// Collected in this round.
    pub collected: usize,
    /// Declined in this round.
    pub declined: usize,
    /// Accepted and not known yet, or unknown.
    pub waiting: usize,
}

/// Does what is due about up to `limit` charges: sends, asks, tries again.
pub async fn run(
    _office: &Office,
    _now: UnixSeconds,
    _limit: usize,
    _edge: (&impl Carrier, &mut impl Entropy),
) -> Result<Charged, StoreFault> {
    todo!()
}

/// Takes down what a verified callback says of an order.
pub async fn told(
    _office: &Office,
    _charge: ChargeId,
    _outcome: Outcome,
    _now: UnixSeconds,
) -> Result<(), StoreFault> {
    todo!()
}
