//! What a category of riders, or a time of day, costs less.

use alloc::vec::Vec;

use ridecode_words::Text;

use super::{Audience, rounded};
use crate::names::Names;

/// A price of its own for some riders or some times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Concession {
    /// Its name within the tariff, and as riders know it.
    pub(crate) names: Names,
    /// Whom and when it is for.
    pub(crate) audience: Audience,
    /// Rules it is for; any rule of the tariff if empty.
    pub(crate) rules: Vec<Text>,
    /// What is paid.
    pub(crate) pays: Pays,
    /// Whether what is paid counts for the accumulation, and is discounted by it, where the rule's
    /// fares are.
    pub(crate) accumulates: bool,
}

/// What is paid with a concession.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pays {
    /// So many percent of the price, rounded to a multiple of so many minor units, halves up.
    Percent {
        /// 0 to 100; 0 is free.
        percent: u8,
        /// The multiple.
        round_to: i64,
    },
    /// So many minor units, but never more than the price.
    Minor(i64),
}

impl Concession {
    /// Its names: within the tariff, and as riders know it.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// What is paid.
    pub fn pays(&self) -> Pays {
        self.pays
    }

    /// Whether it is for a rule of the tariff.
    pub(crate) fn is_for(&self, rule: &Text) -> bool {
        self.rules.is_empty() || self.rules.contains(rule)
    }
}

impl Pays {
    /// What is paid of a price, exactly, in thousandths of a minor unit.
    pub(crate) fn exact_milli(self, list: i64) -> i64 {
        match self {
            Self::Percent { percent, .. } => list * i64::from(percent) * 10,
            Self::Minor(minor) => minor.min(list) * 1_000,
        }
    }

    /// To a multiple of so many minor units.
    pub(crate) fn round_to(self) -> i64 {
        match self {
            Self::Percent { round_to, .. } => round_to,
            Self::Minor(_) => 1,
        }
    }

    /// What is paid of a price in minor units. Rounding to a coarse unit never makes it dearer.
    pub fn paid(self, list: i64) -> i64 {
        rounded(self.exact_milli(list), self.round_to()).min(list)
    }
}
