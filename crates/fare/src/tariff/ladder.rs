//! Distance ladders.

use alloc::vec::Vec;

/// Prices by distance: steps with arbitrary breakpoints, then equal steps for as long as the way
/// goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ladder {
    /// Up to so many meters, so many minor units; both rising.
    pub(super) steps: Vec<(u32, i64)>,
    /// Every so many meters more cost so many minor units more. Without it the last price holds
    /// for any longer distance.
    pub(super) beyond: Option<(u32, i64)>,
}

impl Ladder {
    /// The price of a distance in minor units, and up to how many meters it holds (`None`:
    /// forever).
    pub fn price(&self, length_m: u32) -> (Option<u32>, i64) {
        if let Some((up_to_m, price)) = self.steps.iter().find(|step| length_m <= step.0) {
            return (Some(*up_to_m), *price);
        }
        // The reader refuses a ladder without steps.
        let (last_m, last_price) = *self.steps.last().expect("a ladder has a step");
        let Some((every_m, adds)) = self.beyond else {
            return (None, last_price);
        };
        let times = (length_m - last_m).div_ceil(every_m);
        let up_to_m = times
            .checked_mul(every_m)
            .and_then(|more| last_m.checked_add(more));
        // 2^32 steps of at most AMOUNT_MAX stay below 2^63.
        (up_to_m, last_price + i64::from(times) * adds)
    }

    /// Up to so many meters, so many minor units; both rising.
    pub fn steps(&self) -> &[(u32, i64)] {
        &self.steps
    }

    /// The lowest price on it.
    pub fn lowest(&self) -> i64 {
        self.price(0).1
    }
}
