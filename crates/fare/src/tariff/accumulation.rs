//! Discounts for what was paid this month.

use alloc::vec::Vec;

/// By whom payments are added up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AccumulationKey {
    /// All of a rider's codes together.
    Rider,
    /// Each issuer's codes for themselves.
    Issuer,
}

/// What happens to the fare that crosses a threshold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Straddle {
    /// The part above the threshold is discounted.
    Split,
    /// The discount begins with the next ride.
    NextRide,
}

/// Percentages that hold from so much paid in a month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accumulation {
    /// By whom.
    pub(super) per: AccumulationKey,
    /// At a threshold.
    pub(super) straddle: Straddle,
    /// From so many minor units paid, so many percent of the fare; the first from 0, rising.
    pub(super) bands: Vec<(i64, u8)>,
    /// Fares are rounded to a multiple of so many minor units, halves up.
    pub(super) round_to: i64,
    /// A minor unit is so many units of the exact arithmetic: see [`Accumulation::new`].
    unit: i128,
}

/// A part of a fare in one band.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BandPart {
    /// Percent that is paid of it.
    pub percent: u8,
    /// The part of the fare, in thousandths of a minor unit, halves up.
    pub of_milli: i64,
    /// What is paid of it, in thousandths of a minor unit, halves up.
    pub paid_milli: i64,
}

/// A fare after the discount.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discounted {
    /// What is paid, in minor units.
    pub paid: i64,
    /// How it came about, in order of the bands.
    pub parts: Vec<BandPart>,
}

impl Accumulation {
    /// From so many minor units paid, so many percent of the fare; the first from 0, rising.
    pub fn bands(&self) -> &[(i64, u8)] {
        &self.bands
    }

    /// The most bands.
    pub const BANDS_MAX: usize = 6;

    /// An accumulation of 1 to [`Self::BANDS_MAX`] rising bands, the first from 0, percentages 0
    /// to 100, rounding to 1 or more minor units: the reader checks all this.
    pub(super) fn new(
        per: AccumulationKey,
        straddle: Straddle,
        bands: Vec<(i64, u8)>,
        round_to: i64,
    ) -> Self {
        assert!((1..=Self::BANDS_MAX).contains(&bands.len()) && round_to > 0);
        // Filling a band divides by its percentage; a unit that all of them divide, and 100 and
        // 1000 besides, loses nothing. At most 100^6 × 10^5, so that times an amount of 64 bits
        // and a percentage it fits in 128 bits.
        let unit = bands
            .iter()
            .map(|band| i128::from(band.1.max(1)))
            .fold(1, |lcm, percent| lcm / gcd(lcm, percent) * percent);
        Self {
            per,
            straddle,
            bands,
            round_to,
            unit: unit * 100_000,
        }
    }

    /// By whom payments are added up.
    pub fn per(&self) -> AccumulationKey {
        self.per
    }

    /// Fares are rounded to a multiple of so many minor units, halves up.
    pub fn round_to(&self) -> i64 {
        self.round_to
    }

    /// What is paid of a fare of `list` minor units after `before` were paid in the period.
    /// Exact until the one rounding at the end.
    pub fn discount(&self, before: i64, list: i64) -> Discounted {
        assert!(
            before >= 0 && list >= 0,
            "fares and payments are not negative"
        );
        let band = self.bands.iter().rposition(|band| band.0 <= before);
        let bands = &self.bands[band.expect("the first band starts at 0")..];
        let parts = match self.straddle {
            Straddle::NextRide => alloc::vec![exact(self.scaled(list), bands[0].1)],
            Straddle::Split => self.split(bands, before, list),
        };
        let paid: i128 = parts.iter().map(|part| part.paid).sum();
        let paid = round(paid, i128::from(self.round_to) * self.unit) * self.round_to;
        let milli = |exact| round(exact, self.unit / 1_000);
        let shown = parts.iter().map(|part| BandPart {
            percent: part.percent,
            of_milli: milli(part.of),
            paid_milli: milli(part.paid),
        });
        // Rounding to a coarse unit may never make a ride dearer than its list price.
        Discounted {
            paid: paid.min(list),
            parts: shown.collect(),
        }
    }

    /// Fills the bands one after the other. Thresholds are of what is *paid*, so that a band
    /// takes in what its room costs at its percentage.
    fn split(&self, bands: &[(i64, u8)], before: i64, list: i64) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = self.scaled(list);
        let mut paid_up_to = before;
        for (place, (_, percent)) in bands.iter().enumerate() {
            let part = match bands.get(place + 1) {
                // A band of 0 percent is never left: nothing more is paid.
                Some((next, _)) if *percent > 0 => {
                    let room = self.scaled(next - paid_up_to);
                    let of = room * 100 / i128::from(*percent);
                    paid_up_to = *next;
                    if of < rest {
                        Part {
                            percent: *percent,
                            of,
                            paid: room,
                        }
                    } else {
                        exact(rest, *percent)
                    }
                }
                _ => exact(rest, *percent),
            };
            rest -= part.of;
            parts.push(part);
            if rest == 0 {
                break;
            }
        }
        parts
    }

    fn scaled(&self, minor: i64) -> i128 {
        i128::from(minor) * self.unit
    }
}

/// A part of a fare in one band, in units of the exact arithmetic.
struct Part {
    percent: u8,
    of: i128,
    paid: i128,
}

fn exact(of: i128, percent: u8) -> Part {
    Part {
        percent,
        of,
        paid: of * i128::from(percent) / 100,
    }
}

/// To the nearest multiple, halves up, counted in multiples. Not for negative numbers.
fn round(number: i128, of: i128) -> i64 {
    i64::try_from((number + of / 2) / of).expect("amounts are limited to 64 bits")
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}
