//! A rider's month.

mod bytes;
mod so_far;

use alloc::vec::Vec;
use core::cmp::Ordering;

use ridecode_ledger::Money;
use ridecode_words::{
    IssuerId, JourneyId, LineId, Month, OperatorId, RiderId, ServiceDay, StopId, TapId, Text,
    UnixSeconds,
};

use self::so_far::SoFar;
use crate::assemble::assemble;
use crate::book::TariffBook;
use crate::explain::Explanation;
use crate::journey::{Ending, Journey};
use crate::price::{Priced, Unpriced, price};
use crate::tap::Tap;

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
    /// From which stop, where that is known.
    pub from: Option<StopId>,
    /// To which stop, where that is known.
    pub to: Option<StopId>,
    /// Meters of the path ridden with this operator on this line, by which fares are split; 0 where
    /// the price does not go by distance.
    pub length_m: u32,
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
    /// The name of the rule that priced it, in the table of its explanation.
    pub rule: Text,
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
    /// Closed journeys without a price, and why: an operator has to complete tariffs or feed.
    pub unpriced: Vec<(Journey, Unpriced)>,
    /// When an open journey will next close by waiting alone, if any is open.
    pub next_closing: Option<UnixSeconds>,
}

impl Bill {
    /// The bill as canonical bytes: equal bills have equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes::write(self)
    }
}

/// Makes the bill of a rider's month from any taps of that rider: taps of other riders and
/// journeys that began in other months are left out, repeats count once. The taps of
/// [`TariffBook::window`] are enough; more do not change the bill.
pub fn bill(period: Period, taps: &[Tap], book: &TariffBook, as_of: UnixSeconds) -> Bill {
    let window = TariffBook::window(period.month);
    let of_rider: Vec<Tap> = taps
        .iter()
        .filter(|tap| tap.rider == period.rider)
        .filter(|tap| (window.from..=window.until).contains(&tap.time))
        .cloned()
        .collect();
    let mut bill = Bill {
        period,
        fares: Vec::new(),
        open: Vec::new(),
        unpriced: Vec::new(),
        next_closing: None,
    };
    let mut so_far = SoFar::default();
    for journey in assemble(&of_rider, book, as_of) {
        match book.month_of(journey.named_by()).cmp(&period.month) {
            Ordering::Less => {
                so_far.ride_before(&journey, book);
                continue;
            }
            Ordering::Greater => continue,
            Ordering::Equal => {}
        }
        if journey.ending == Ending::Open {
            bill.next_closing = match (bill.next_closing, journey.closes_at) {
                (Some(earlier), Some(closes_at)) => Some(earlier.min(closes_at)),
                (earlier, closes_at) => earlier.or(closes_at),
            };
            bill.open.push(journey);
            continue;
        }
        match price(&journey, book) {
            Ok(priced) => bill.fares.push(fare(&journey, priced, &mut so_far, book)),
            Err(why) => bill.unpriced.push((journey, why)),
        }
    }
    bill
}

fn fare<'a>(
    journey: &Journey,
    mut priced: Priced<'a>,
    so_far: &mut SoFar<'a>,
    book: &TariffBook,
) -> Fare {
    let minor = so_far.reduce((journey, &mut priced), book);
    let named_by = journey.named_by();
    let tariff = priced.applied.tariff;
    let amount = tariff.money(minor);
    Fare {
        journey: journey.id,
        taps: journey.taps.iter().map(|tap| tap.id).collect(),
        issuer: named_by.issuer,
        ending: journey.ending,
        day: tariff.day_of(named_by.time),
        rule: priced.applied.rule.name.clone(),
        amount,
        shares: priced.shares(minor),
        explanation: Explanation {
            tariff: tariff.reference.clone(),
            steps: priced.steps,
            total: amount,
        },
    }
}

#[cfg(test)]
mod tests;
