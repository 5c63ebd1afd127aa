//! Discounts by the amount of a single fare.

use alloc::vec::Vec;

use super::BandPart;

/// Percentages of the parts of one fare: up to a first amount one, of what is above it another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tiers {
    /// From so many minor units of the fare, so many percent are paid; the first from 0, rising.
    pub(super) bands: Vec<(i64, u8)>,
    /// What is paid is rounded to a multiple of so many minor units, halves up.
    pub(super) round_to: i64,
}

impl Tiers {
    /// What is paid of a fare of `list` minor units, exactly, in thousandths of a minor unit, and
    /// the parts it consists of.
    pub(crate) fn parts(&self, list: i64) -> (i64, Vec<BandPart>) {
        let mut parts = Vec::new();
        for (place, (from, percent)) in self.bands.iter().enumerate() {
            let next = self.bands.get(place + 1).map_or(list, |next| next.0);
            let of = list.min(next) - from;
            if of > 0 {
                parts.push(BandPart {
                    percent: *percent,
                    of_milli: of * 1_000,
                    paid_milli: of * i64::from(*percent) * 10,
                });
            }
        }
        (parts.iter().map(|part| part.paid_milli).sum(), parts)
    }

    /// What is paid of a fare of `list` minor units. Rounding to a coarse unit never makes it
    /// dearer.
    pub(crate) fn paid(&self, list: i64) -> i64 {
        rounded(self.parts(list).0, self.round_to).min(list)
    }

    /// What is paid is rounded to a multiple of so many minor units, halves up.
    pub(crate) fn round_to(&self) -> i64 {
        self.round_to
    }
}

/// Thousandths of a minor unit to the nearest multiple of `to` minor units, halves up.
pub(crate) fn rounded(exact_milli: i64, to: i64) -> i64 {
    let multiple = to * 1_000;
    (exact_milli + multiple / 2).div_euclid(multiple) * to
}
