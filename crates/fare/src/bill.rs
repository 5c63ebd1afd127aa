//! A rider's month.

use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{
    IssuerId, JourneyId, LineId, Month, OperatorId, RiderId, ServiceDay, TapId, UnixSeconds,
};

use crate::explain::Explanation;
use crate::journey::{Ending, Journey};
use crate::tap::Tap;
use crate::tariff::TariffBook;

/// The accumulation period of a bill.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Period {
    /// Whose.
    pub rider: RiderId,
    /// A calendar month in the tariff's zone.
    pub month: Month,
}

/// An operator's part of a fare.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LegShare {
    /// Who is owed it.
    pub operator: OperatorId,
    /// On which line, where that is known.
    pub line: Option<LineId>,
    /// How much.
    pub amount: Money,
}

/// What a journey costs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fare {
    /// The journey.
    pub journey: JourneyId,
    /// Its taps, in time order.
    pub taps: Vec<TapId>,
    /// Who issued the code.
    pub issuer: IssuerId,
    /// How it ended.
    pub ending: Ending,
    /// The service day of its first tap.
    pub day: ServiceDay,
    /// What the rider pays.
    pub amount: Money,
    /// Who is owed it; the shares sum to the amount.
    pub shares: Vec<LegShare>,
    /// Why.
    pub explanation: Explanation,
}

/// All fares of a rider's month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bill {
    /// Whose month.
    pub period: Period,
    /// Fares of closed journeys, in time order of their first taps.
    pub fares: Vec<Fare>,
    /// Journeys still open at `as_of`.
    pub open: Vec<Journey>,
    /// When an open journey will next close by waiting alone, if any is open.
    pub next_closing: Option<UnixSeconds>,
}

impl Bill {
    /// The bill as canonical bytes: equal bills have equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!()
    }
}

/// Makes the bill of a rider's month from any taps of that rider: taps of other riders and
/// journeys that began in other months are left out, repeats count once.
pub fn bill(_period: Period, _taps: &[Tap], _book: &TariffBook, _as_of: UnixSeconds) -> Bill {
    todo!()
}
