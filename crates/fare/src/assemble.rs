//! Taps become journeys.

use alloc::vec::Vec;

use ridecode_words::UnixSeconds;

use crate::journey::Journey;
use crate::tap::Tap;
use crate::tariff::TariffBook;

/// Puts one rider's taps together, in time order of the first tap of each journey. `as_of` is up
/// to when a missing exit has been waited for.
pub fn assemble(_taps: &[Tap], _book: &TariffBook, _as_of: UnixSeconds) -> Vec<Journey> {
    todo!()
}
