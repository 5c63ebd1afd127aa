//! Why a fare is what it is, in a form every reader can recompute.

use alloc::string::String;
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::Text;

use crate::tariff::TariffRef;

/// A language explanations are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// English.
    English,
    /// 简体中文.
    SimplifiedChinese,
    /// 繁體中文.
    TraditionalChinese,
}

/// One rule with its input and effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// The length of the shortest path between two stops.
    Distance {
        /// From, as riders know it.
        from: Text,
        /// To, as riders know it.
        to: Text,
        /// Metres.
        length_m: u32,
    },
    /// The distance ladder's step for that length.
    Ladder {
        /// Up to this many metres this price holds.
        up_to_m: Option<u32>,
        /// The price.
        price: Money,
    },
    /// A flat fare.
    Flat {
        /// The price.
        price: Money,
    },
    /// In and out at the same station within the free time.
    FreeSameStation {
        /// Seconds inside.
        inside_s: u32,
    },
    /// A missing tap, priced by the operator's rule.
    MissingTap {
        /// The price.
        price: Money,
    },
    /// Longer inside than allowed.
    Overstay {
        /// Seconds inside.
        inside_s: u32,
        /// What it adds.
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

impl Explanation {
    /// The explanation as lines of text.
    pub fn text(&self, _language: Language) -> String {
        todo!()
    }
}
