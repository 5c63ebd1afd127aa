//! What a leg costs after another, by the groups of their fares, as GTFS Fares v2 writes it.

use alloc::vec::Vec;

use ridecode_words::Text;

use super::MeasuredFrom;

/// What a ride costs that follows another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LegTransfer {
    /// Its name within the tariff.
    pub(crate) name: Text,
    /// Groups of fares of the earlier ride.
    pub(crate) from: Vec<Text>,
    /// Groups of fares of the later ride, which it prices.
    pub(crate) to: Vec<Text>,
    /// At most so many of its rides in a row; any number if `None`.
    pub(crate) count: Option<u32>,
    /// How much time may pass; a day if `None`.
    pub(crate) limit: Option<TransferLimit>,
    /// What the later ride costs.
    pub(crate) pays: TransferPays,
}

/// How much time may pass between the first ride of a row and a later one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransferLimit {
    /// At most so many seconds, 1 to 86,400.
    pub(crate) within_s: u32,
    /// From which end of the first ride.
    pub(crate) from: MeasuredFrom,
    /// To which end of the later one.
    pub(crate) to: MeasuredFrom,
}

/// What a ride costs that follows another, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferPays {
    /// This, in place of its price.
    InPlace(i64),
    /// Its price and this, which may be negative; never less than nothing.
    OnTop(i64),
    /// What both rides cost together less what the earlier cost, never less than nothing. Where the
    /// earlier follows one itself: this, in place of its price.
    Together(i64),
}

impl LegTransfer {
    /// Whether it joins rides of such groups, the earlier first.
    pub(crate) fn joins(&self, groups: [&Text; 2]) -> bool {
        self.from.contains(groups[0]) && self.to.contains(groups[1])
    }

    /// Whether rides of one row may be priced by either.
    pub(crate) fn is_in_row_with(&self, other: &Self) -> bool {
        self.from == other.from && self.to == other.to
    }
}

impl TransferPays {
    /// What a ride costs, by its own price and that of the ride before; `follows` says whether that
    /// one follows one itself.
    pub(crate) fn price(self, own: i64, (before, follows): (i64, bool)) -> i64 {
        match self {
            Self::InPlace(minor) => minor,
            Self::OnTop(minor) => own.saturating_add(minor).max(0),
            Self::Together(minor) if follows => minor,
            Self::Together(minor) => minor.saturating_sub(before).max(0),
        }
    }
}
