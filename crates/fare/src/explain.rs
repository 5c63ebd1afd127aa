//! Why a fare is what it is, in a form every reader can recompute.

mod field;
mod text;

use alloc::string::String;
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{Mode, Text};

use crate::names::{Language, Names};
use crate::price::Unpriced;
use crate::quote::AfterRide;
use crate::tariff::{BandPart, CapPeriod, MeasuredFrom, TariffRef};

pub use field::{Field, Value};

/// One rule with its input and effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// The length of the shortest path between two stops.
    Distance {
        /// From, as riders know it.
        from: Names,
        /// To, as riders know it.
        to: Names,
        /// The lines of the path, in order.
        lines: Vec<Names>,
        /// Meters.
        length_m: u32,
        /// How many of those meters are estimated.
        estimated_m: u32,
    },
    /// The distance ladder's step for that length.
    Ladder {
        /// Up to this many meters this price holds; for any distance if `None`.
        up_to_m: Option<u32>,
        /// The price.
        price: Money,
    },
    /// A flat fare.
    Flat {
        /// The price.
        price: Money,
    },
    /// The fare between two zones.
    Zones {
        /// The zone of the way in.
        from: Text,
        /// The zone of the way out.
        to: Text,
        /// The price.
        price: Money,
    },
    /// In and out at the same stop within the free time.
    FreeSameStation {
        /// Where.
        stop: Names,
        /// Seconds inside.
        inside_s: u32,
        /// Seconds that are free.
        free_s: u32,
    },
    /// A missing tap, priced by the operator's rule.
    MissingTap {
        /// Where the other tap was, if that is known.
        stop: Option<Names>,
        /// Whether the way in is missing, or the way out.
        entry_missing: bool,
        /// Seconds it was waited for.
        waited_s: u32,
        /// The price.
        price: Money,
    },
    /// Longer inside than allowed.
    Overstay {
        /// Seconds inside.
        inside_s: u32,
        /// Seconds allowed.
        limit_s: u32,
        /// What it costs.
        price: Money,
        /// Whether that comes on top of the fare or in its place.
        on_top: bool,
    },
    /// The ride began in a window of time that has prices of its own.
    Window {
        /// The window.
        name: Names,
        /// When it began, in seconds since midnight in the tariff's zone.
        begun_s: u32,
    },
    /// What a category of riders, or a time of day, costs less.
    Concession {
        /// The concession.
        name: Names,
        /// Percent that is paid; `None` of a price of its own.
        percent: Option<u8>,
        /// What is paid, before any later step.
        price: Money,
    },
    /// A repair supplied the missing tap.
    Supplied {
        /// Where, if that is said.
        stop: Option<Names>,
        /// Whether it is the way in, or the way out.
        entry_supplied: bool,
        /// Whether an agent agreed, or the rider said so.
        agreed: bool,
    },
    /// What a repair by the rider comes to, if the ride it tells of would cost less: the cheapest
    /// ride that the record allows.
    AtLeast {
        /// The price.
        price: Money,
    },
    /// Longer inside than allowed, and an agent excused it.
    Excused {
        /// Seconds inside.
        inside_s: u32,
        /// Seconds allowed.
        limit_s: u32,
    },
    /// Of each part of the price another percentage is paid.
    Tiers {
        /// The parts, the first from zero.
        parts: Vec<BandPart>,
        /// What is paid.
        price: Money,
    },
    /// The ride continues an earlier one: out at one stop, in again at another.
    Continued {
        /// Where the earlier ride ended.
        stop: Names,
        /// Seconds outside.
        outside_s: u32,
        /// Meters of all rides so joined.
        length_m: u32,
        /// What they cost as one ride.
        through: Money,
        /// What the earlier ones cost.
        before: Money,
        /// What remains for this one.
        price: Money,
    },
    /// A discount for the ride before.
    Transfer {
        /// The mode of that ride.
        from: Mode,
        /// Seconds from it to this one.
        passed_s: u32,
        /// From which end of it they are counted.
        measured_from: MeasuredFrom,
        /// Seconds allowed.
        within_s: u32,
        /// What is taken off.
        off: Money,
        /// What remains.
        price: Money,
    },
    /// A price of its own for following another ride, by the groups of their fares.
    LegTransfer {
        /// The group of that ride's fare.
        from: Text,
        /// The group of this one's.
        to: Text,
        /// Seconds since the first ride of the row, as the tariff counts them.
        passed_s: u32,
        /// Seconds allowed, if there is a limit.
        within_s: Option<u32>,
        /// What this ride costs alone.
        own: Money,
        /// What it costs.
        price: Money,
    },
    /// Accumulation of the month.
    Accumulation {
        /// Paid this month before this fare.
        before: Money,
        /// Paid this month after it.
        after: Money,
        /// What it takes off.
        discount: Money,
        /// The parts of the fare and how much of each is paid.
        parts: Vec<BandPart>,
    },
    /// No more than a cap is paid in a day, a week or a month.
    Cap {
        /// The cap.
        name: Names,
        /// How long it is.
        period: CapPeriod,
        /// What was paid in that period before.
        before: Money,
        /// The most that is paid in it.
        at_most: Money,
        /// What remains to pay.
        price: Money,
    },
    /// The exact amount was rounded, halves up.
    Rounding {
        /// The exact amount in thousandths of a minor unit.
        exact_milli: i64,
        /// To a multiple of this.
        to: Money,
        /// What came out.
        rounded: Money,
    },
}

/// A fare's whole reasoning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The table used.
    pub tariff: TariffRef,
    /// The rules, in the order they applied.
    pub steps: Vec<Step>,
    /// What the rider pays.
    pub total: Money,
}

/// An amount as riders read it, such as `5.20 yuan` or `5.20 元`.
pub fn amount_text(amount: Money, language: Language) -> String {
    text::amount(amount, language)
}

/// Why a journey has no price yet, for its rider.
pub(crate) fn unpriced_text(why: Unpriced, language: Language) -> String {
    text::unpriced(why, language)
}

/// What a ride costs after another, for its rider.
pub(crate) fn after_ride_text(after: &AfterRide, language: Language) -> String {
    text::after_ride(after, language)
}

impl Explanation {
    /// The explanation as lines of text, each a sentence.
    pub fn text(&self, language: Language) -> String {
        text::write(self, language)
    }
}
