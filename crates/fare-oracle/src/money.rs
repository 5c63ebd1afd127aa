//! Discounts of the month, in fractions.

use toml::Table as Toml;

use super::table::{list, number, pair, refuse_others, word};

/// What is taken off for what was paid this month.
pub(crate) struct Accumulation {
    pub(crate) per_issuer: bool,
    split: bool,
    /// From so much paid, so many percent.
    bands: Vec<(i64, i64)>,
    round_to: i64,
}

impl Accumulation {
    /// Reads the table.
    pub(crate) fn read(mut table: Toml) -> Self {
        let mut take = |key: &str| table.remove(key).expect(key);
        let read = Self {
            per_issuer: word(take("per")) == "issuer",
            split: word(take("straddle")) == "split",
            bands: list(take("bands")).into_iter().map(pair).collect(),
            round_to: number(&take("round_to")),
        };
        refuse_others(&table);
        read
    }

    /// What is paid of a fare after so much was paid.
    pub(crate) fn pay(&self, before: i64, list: i64) -> i64 {
        let mut reached = Fraction::whole(before);
        let mut rest = Fraction::whole(list);
        let mut paid = Fraction::whole(0);
        loop {
            let band = self
                .bands
                .iter()
                .rposition(|band| !reached.is_below(band.0));
            let band = band.expect("the first band begins at 0");
            let percent = self.bands[band].1;
            let all = rest.times(percent, 100);
            let next = self.bands.get(band + 1).filter(|_| self.split);
            // Paying all of the rest stays within the band, or there is no other.
            let Some(next) = next.filter(|next| !reached.plus(all).is_at_most(next.0)) else {
                paid = paid.plus(all);
                break;
            };
            let room = Fraction::whole(next.0).plus(reached.times(-1, 1));
            paid = paid.plus(room);
            rest = rest.plus(room.times(-100, percent));
            reached = Fraction::whole(next.0);
        }
        paid.rounded(self.round_to).min(list)
    }
}

/// Percentages of the parts of one fare.
pub(crate) struct Tiers {
    bands: Vec<(i64, i64)>,
    round_to: i64,
}

impl Tiers {
    /// Reads the table.
    pub(crate) fn read(mut table: Toml) -> Self {
        let mut take = |key: &str| table.remove(key).expect(key);
        let read = Self {
            bands: list(take("bands")).into_iter().map(pair).collect(),
            round_to: number(&take("round_to")),
        };
        refuse_others(&table);
        read
    }

    /// What is paid of a fare: of each minor unit the percentage of the tier it lies in.
    pub(crate) fn pay(&self, list: i64) -> i64 {
        let mut paid = Fraction::whole(0);
        for (place, (from, percent)) in self.bands.iter().enumerate() {
            let until = self.bands.get(place + 1).map_or(i64::MAX, |next| next.0);
            let part = (list.min(until) - from).max(0);
            paid = paid.plus(Fraction::whole(part).times(*percent, 100));
        }
        paid.rounded(self.round_to).min(list)
    }
}

/// So many percent, to the nearest multiple.
pub(crate) fn percent_of(list: i64, percent: i64, round_to: i64) -> i64 {
    Fraction::whole(list).times(percent, 100).rounded(round_to)
}

/// A numerator and a positive denominator.
#[derive(Clone, Copy)]
struct Fraction(i128, i128);

impl Fraction {
    fn whole(number: i64) -> Self {
        Self(i128::from(number), 1)
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0 * other.1 + other.0 * self.1, self.1 * other.1).reduced()
    }

    fn times(self, by: i64, over: i64) -> Self {
        Self(self.0 * i128::from(by), self.1 * i128::from(over)).reduced()
    }

    /// To the nearest multiple, halves up.
    fn rounded(self, to: i64) -> i64 {
        let halves = self.times(2, to).plus(Self::whole(1));
        i64::try_from(halves.0.div_euclid(halves.1 * 2)).unwrap() * to
    }

    fn is_below(self, number: i64) -> bool {
        self.0 < i128::from(number) * self.1
    }

    fn is_at_most(self, number: i64) -> bool {
        self.0 <= i128::from(number) * self.1
    }

    fn reduced(self) -> Self {
        let (mut a, mut b) = (self.0.abs(), self.1);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Self(self.0 / a, self.1 / a)
    }
}
