//! What came before a ride, as far as its price rests on it: earlier rides, and what was paid.
//!
//! Rides of the month before are seen too, if they began within a day of the ride that is priced:
//! more no window is sure to hold. What they got, gave or continued themselves is not looked at,
//! for that may rest on rides before the window.

mod leg;
mod room;

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use ridecode_words::{IssuerId, LineId, Mode, StopId, Text, UnixSeconds};

use self::leg::Row;
use self::room::{Capped, Room};
use crate::book::{Applied, JOURNEY_S_MAX, TariffBook};
use crate::explain::Step;
use crate::journey::{Ending, Journey};
use crate::price::{Priced, price};
use crate::tap::{Tap, TapKind};
use crate::tariff::{
    Accumulation, AccumulationKey, MeasuredFrom, Price, Transfer, TransferOff, rounded,
};

/// Earlier rides and payments, in time order.
#[derive(Default)]
pub(super) struct SoFar<'a> {
    /// What was paid in the period, in minor units: by tariff, and by issuer where the tariff
    /// counts each issuer for itself.
    paid: BTreeMap<(&'a Text, Option<IssuerId>), i64>,
    capped: Capped<'a>,
    /// Rides that later ones may rest on, in order of their first taps.
    rides: Vec<Ride<'a>>,
}

/// A priced ride.
struct Ride<'a> {
    applied: Applied<'a>,
    mode: Mode,
    line: Option<LineId>,
    start: UnixSeconds,
    end: UnixSeconds,
    ending: Ending,
    /// Whether its ways in and out are certain: only then are there discounts for it.
    is_certain: bool,
    /// Where it went in and out; `None` of a single tap or where a tap does not say.
    gates: Option<[StopId; 2]>,
    /// Meters and list price, with those of the rides it continues.
    length_m: u32,
    list: i64,
    /// The group of its fare.
    group: Option<&'a Text>,
    row: Option<Row<'a>>,
    is_discounted: bool,
    has_given: bool,
    is_continued: bool,
}

impl<'a> SoFar<'a> {
    /// Takes note of a ride of the month before.
    pub(super) fn ride_before(&mut self, journey: &Journey, book: &'a TariffBook) {
        let applied = book.find_rule(journey.named_by());
        if applied.is_some_and(|applied| bears(&applied))
            && journey.ending != Ending::Open
            && let Ok(priced) = price(journey, book)
        {
            self.rides.push(Ride::of(journey, &priced));
        }
    }

    /// Takes off what earlier rides and payments take off, and says so. Gives what is paid, in
    /// minor units.
    pub(super) fn reduce(
        &mut self,
        (journey, priced): (&Journey, &mut Priced<'a>),
        book: &TariffBook,
    ) -> i64 {
        if bears(&priced.applied) {
            let mut ride = Ride::of(journey, priced);
            if !self.continue_fare(&mut ride, priced, book) && !self.follow(&mut ride, priced) {
                self.transfer(&mut ride, priced);
            }
            self.rides.push(ride);
        }
        let first = journey.named_by();
        let room = self.capped.find_least_room(first, &priced.applied);
        let at_most = room.as_ref().map_or(i64::MAX, Room::left);
        let tariff = priced.applied.tariff;
        let minor = match &tariff.accumulation {
            Some(accumulation) if priced.accumulates() => {
                let issuer = issuer_of(accumulation.per(), first);
                let key = (&tariff.reference.name, issuer);
                let before = self.paid.entry(key).or_default();
                let minor = accumulate(accumulation, (*before, at_most), priced);
                *before += minor.min(at_most);
                minor
            }
            Some(_) | None => priced.list,
        };
        let paid = minor.min(at_most);
        if let Some(room) = room.filter(|_| paid < minor) {
            priced.steps.push(room.step(paid));
        }
        self.capped.count(paid, first, &priced.applied);
        paid
    }

    /// The fare of a ride that goes on from an earlier one is what both cost as one ride, less
    /// what the earlier one costs by itself. Gives whether it does.
    fn continue_fare(
        &mut self,
        ride: &mut Ride<'a>,
        priced: &mut Priced<'a>,
        book: &TariffBook,
    ) -> bool {
        let Price::Ladder(ladder) = &priced.applied.rule.price else {
            return false;
        };
        let Some(before) = find_last(&mut self.rides, ride, Ride::continues) else {
            return false;
        };
        before.is_continued = true;
        let length_m = before.length_m.saturating_add(ride.length_m);
        let pays = priced.concession.map(|concession| concession.pays);
        let through = ladder.price(length_m).1;
        let through = pays.map_or(through, |pays| pays.paid(through));
        let list = (through - before.list).max(0);
        let money = |minor| priced.applied.tariff.money(minor);
        let step = Step::Continued {
            stop: book.names_of(&before.gates.as_ref().expect("a ride that continues")[1]),
            outside_s: seconds(before.end, ride.start),
            length_m,
            through: money(through),
            before: money(before.list),
            price: money(list),
        };
        priced.steps.push(step);
        priced.list = list;
        ride.length_m = length_m;
        ride.list = before.list + list;
        true
    }

    /// Takes off the first transfer discount that the latest earlier ride gives.
    fn transfer(&mut self, ride: &mut Ride<'a>, priced: &mut Priced<'a>) {
        if priced.list == 0 || !ride.has_ridden() {
            return;
        }
        let gives = |before: &Ride<'a>, ride: &Ride<'a>| before.find_transfer(ride).is_some();
        let Some(before) = find_last(&mut self.rides, ride, gives) else {
            return;
        };
        let Some(transfer) = before.find_transfer(ride) else {
            return;
        };
        before.has_given = true;
        ride.is_discounted = true;
        let exact_milli = transfer.off.rest_milli(priced.list);
        let rest = rounded(exact_milli, 1);
        let money = |minor| priced.applied.tariff.money(minor);
        let mut steps = vec![Step::Transfer {
            from: before.mode,
            passed_s: seconds(before.measured(transfer), ride.start),
            measured_from: transfer.measured_from,
            within_s: transfer.within_s,
            off: money(priced.list - rest),
            price: money(rest),
        }];
        if let TransferOff::Percent(_) = transfer.off
            && exact_milli != rest * 1_000
        {
            steps.push(Step::Rounding {
                exact_milli,
                to: money(1),
                rounded: money(rest),
            });
        }
        priced.steps.append(&mut steps);
        priced.list = rest;
    }
}

fn issuer_of(per: AccumulationKey, first: &Tap) -> Option<IssuerId> {
    match per {
        AccumulationKey::Rider => None,
        AccumulationKey::Issuer => Some(first.issuer),
    }
}

/// Whether rides under a rule may rest on one another.
fn bears(applied: &Applied<'_>) -> bool {
    let tariff = applied.tariff;
    let has_transfers = !tariff.transfers.is_empty() || !tariff.leg_transfers.is_empty();
    has_transfers || applied.rule.continues.is_some()
}

/// The latest of the earlier rides that does something for a ride. Only rides that began within a
/// day before it count, so that a month's window always holds them.
fn find_last<'r, 'a>(
    rides: &'r mut [Ride<'a>],
    ride: &Ride<'a>,
    does: impl Fn(&Ride<'a>, &Ride<'a>) -> bool,
) -> Option<&'r mut Ride<'a>> {
    rides
        .iter_mut()
        .rev()
        // Rides come in the order of the taps that name them; a way in that was supplied may be a
        // day before that.
        .take_while(|before| ride.start.since_s(before.start) <= 2 * JOURNEY_S_MAX)
        .filter(|before| ride.start.since_s(before.start) <= JOURNEY_S_MAX)
        .find(|before| does(before, ride))
}

impl<'a> Ride<'a> {
    fn of(journey: &Journey, priced: &Priced<'a>) -> Self {
        let (first, last) = (journey.first(), journey.last());
        let gates = match (first.kind, &first.stop, &last.stop) {
            (TapKind::In, Some(entry), Some(exit)) => Some([entry.clone(), exit.clone()]),
            (
                TapKind::In
                | TapKind::Single
                | TapKind::Out
                | TapKind::Void { .. }
                | TapKind::Repair { .. },
                _,
                _,
            ) => None,
        };
        Self {
            applied: priced.applied,
            mode: first.mode,
            line: first.line.clone(),
            start: first.time,
            end: last.time,
            ending: journey.ending,
            is_certain: journey.is_certain(),
            gates,
            length_m: priced.legs.iter().map(|leg| leg.length_m).sum(),
            list: priced.list,
            group: find_group(&priced.applied, journey),
            row: None,
            is_discounted: false,
            has_given: false,
            is_continued: false,
        }
    }

    fn has_ridden(&self) -> bool {
        self.is_certain
    }

    fn is_of_tariff_of(&self, later: &Self) -> bool {
        self.applied.tariff.reference.name == later.applied.tariff.reference.name
    }

    /// Whether a later ride continues this one.
    fn continues(&self, later: &Self) -> bool {
        let (Some(gates), Some(later_gates)) = (&self.gates, &later.gates) else {
            return false;
        };
        let outside_s = later.start.since_s(self.end);
        self.is_of_tariff_of(later)
            && self.applied.rule.name == later.applied.rule.name
            && self.ending == Ending::Complete
            && later.ending == Ending::Complete
            && !self.is_continued
            && later.applied.rule.continues.as_ref().is_some_and(|rule| {
                (0..=i64::from(rule.within_s)).contains(&outside_s)
                    && rule.joins(&gates[1], &later_gates[0])
            })
    }

    /// The discount this ride gives to a later one, by the tariff of the later.
    fn find_transfer<'t>(&self, later: &Ride<'t>) -> Option<&'t Transfer> {
        if !self.has_ridden() || self.has_given || !self.is_of_tariff_of(later) {
            return None;
        }
        let mut transfers = later.applied.tariff.transfers.iter();
        transfers.find(|transfer| {
            let passed_s = later.start.since_s(self.measured(transfer));
            (0..=i64::from(transfer.within_s)).contains(&passed_s)
                && later.start >= self.end
                && (transfer.chained || !self.is_discounted)
                && transfer.is_for([&self.applied.rule.name, &later.applied.rule.name])
                && transfer.joins(
                    [self.mode, later.mode],
                    [self.line.as_ref(), later.line.as_ref()],
                )
        })
    }

    fn measured(&self, transfer: &Transfer) -> UnixSeconds {
        match transfer.measured_from {
            MeasuredFrom::Start => self.start,
            MeasuredFrom::End => self.end,
        }
    }
}

/// The group of a ride's fare, if zones price it.
fn find_group<'a>(applied: &Applied<'a>, journey: &Journey) -> Option<&'a Text> {
    let zones = match &applied.rule.price {
        Price::Zones(zones) => zones,
        Price::Flat(_) | Price::Ladder(_) => return None,
    };
    if journey.first().kind == TapKind::Single {
        return zones.find_only_group();
    }
    let [from, to] = [journey.first(), journey.last()].map(|tap| tap.stop.as_ref());
    zones.find_fare(from?, to?)?.group
}

fn seconds(from: UnixSeconds, until: UnixSeconds) -> u32 {
    u32::try_from(until.since_s(from)).unwrap_or_default()
}

/// Applies the discount of the month and says so. Gives what would be paid without a cap, in minor
/// units; no more than `at_most` is.
fn accumulate(
    accumulation: &Accumulation,
    (before, at_most): (i64, i64),
    priced: &mut Priced<'_>,
) -> i64 {
    let discounted = accumulation.discount(before, priced.list);
    let money = |minor| priced.applied.tariff.money(minor);
    let exact_milli: i64 = discounted.parts.iter().map(|part| part.paid_milli).sum();
    let mut steps = vec![Step::Accumulation {
        before: money(before),
        after: money(before + discounted.paid.min(at_most)),
        discount: money(priced.list - discounted.paid),
        parts: discounted.parts,
    }];
    if exact_milli != discounted.paid * 1_000 {
        steps.push(Step::Rounding {
            exact_milli,
            to: money(accumulation.round_to()),
            rounded: money(discounted.paid),
        });
    }
    priced.steps.append(&mut steps);
    discounted.paid
}

#[cfg(test)]
mod tests;
