//! A trip as the ride it would be.

use alloc::vec;
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{
    IssuerId, JourneyId, LineId, Mode, OperatorId, RiderId, StopId, TapId, UnixSeconds, ValidatorId,
};

use super::{AfterRide, Ground, Quote, Trip, Way, spelling};
use crate::book::TariffBook;
use crate::explain::Explanation;
use crate::journey::{Ending, Journey};
use crate::network::{LineRecord, Network, Path, StopRecord};
use crate::price::{Priced, price};
use crate::tap::{Tap, TapKind};
use crate::tariff::{Rule, Tariff, rounded};

/// A trip at its moment.
pub(super) struct Asked<'a> {
    book: &'a TariffBook,
    trip: &'a Trip<'a>,
    time: UnixSeconds,
}

/// On which line one taps in, as far as it decides the price.
struct Boarding<'a> {
    operator: OperatorId,
    mode: Mode,
    line: Option<&'a LineId>,
}

impl<'a> Asked<'a> {
    /// Times are those of the zone of a tariff of the trip's city.
    pub(super) fn new(book: &'a TariffBook, trip: &'a Trip<'a>, tariff: &Tariff) -> Self {
        Self {
            book,
            trip,
            time: tariff.time_at(trip.day, trip.second),
        }
    }

    /// The trip on one ground, if that joins its stops for a price.
    pub(super) fn quote(&self, ground: &Ground<'_>) -> Option<Quote> {
        for from in spelling::find(&ground.stops, self.trip.from) {
            for to in spelling::find(&ground.stops, self.trip.to) {
                let ends = [from, to];
                let quote = match (ground.network, ground.zones) {
                    (Some(network), _) => self.by_network(network, ends),
                    (None, Some(rule)) => self.by_zones(rule, ends),
                    (None, None) => None,
                };
                if quote.is_some() {
                    return quote;
                }
            }
        }
        None
    }

    fn by_network(&self, network: &Network, ends: [&StopRecord; 2]) -> Option<Quote> {
        let [from, to] = ends.map(|record| &record.stop);
        let mut ways = network.find_ways(from, to).into_iter();
        let shortest = ways.next()?;
        let first = network.find_first_line(from, to)?;
        let priced = self.price(&Boarding::of(first), ends)?;
        let others = ways.filter_map(|path| {
            let line = network.find_line(&path.parts.first()?.line)?;
            Some(way(Some(path), &self.price(&Boarding::of(line), ends)?))
        });
        let others = others.collect();
        Some(self.told((ends, Some(shortest)), priced, others))
    }

    fn by_zones(&self, rule: &Rule, ends: [&StopRecord; 2]) -> Option<Quote> {
        let boarding = Boarding {
            operator: *rule.operators.first()?,
            mode: *rule.modes.first()?,
            line: rule.lines.first(),
        };
        let priced = self.price(&boarding, ends)?;
        Some(self.told((ends, None), priced, Vec::new()))
    }

    fn told(
        &self,
        ([from, to], path): ([&StopRecord; 2], Option<Path>),
        priced: Priced<'_>,
        others: Vec<Way>,
    ) -> Quote {
        let way = way(path, &priced);
        Quote {
            from: from.clone(),
            to: to.clone(),
            after: after(&priced),
            explanation: Explanation {
                tariff: priced.applied.tariff.reference.clone(),
                steps: priced.steps,
                total: way.fare,
            },
            way,
            others,
        }
    }

    /// What the ride costs, if any rule prices it.
    fn price(&self, boarding: &Boarding<'_>, [from, to]: [&StopRecord; 2]) -> Option<Priced<'a>> {
        let tap = |sequence, kind, stop: &StopId| Tap {
            time: self.time,
            id: TapId {
                validator: ValidatorId(0),
                sequence,
            },
            rider: RiderId(0),
            issuer: IssuerId(0),
            kind,
            operator: boarding.operator,
            mode: boarding.mode,
            line: boarding.line.cloned(),
            stop: Some(stop.clone()),
            direction: None,
            vehicle: None,
            category: self.trip.category,
            showing: None,
        };
        let journey = Journey {
            id: JourneyId(TapId {
                validator: ValidatorId(0),
                sequence: 1,
            }),
            taps: vec![
                tap(1, TapKind::In, &from.stop),
                tap(2, TapKind::Out, &to.stop),
            ],
            ending: Ending::Complete,
            closes_at: None,
        };
        price(&journey, self.book).ok()
    }
}

impl<'a> Boarding<'a> {
    fn of(line: &'a LineRecord) -> Self {
        Self {
            operator: line.operator,
            mode: line.mode,
            line: Some(&line.line),
        }
    }
}

fn way(path: Option<Path>, priced: &Priced<'_>) -> Way {
    Way {
        path,
        rule: priced.applied.rule.name.clone(),
        fare: priced.applied.tariff.money(priced.list),
    }
}

/// What each transfer discount of the tariff leaves of a price.
fn after(priced: &Priced<'_>) -> Vec<AfterRide> {
    let (tariff, rule) = (priced.applied.tariff, priced.applied.rule);
    let for_it = tariff.transfers.iter().filter(|transfer| {
        let modes = || rule.modes.iter();
        modes().any(|mode| transfer.to.contains(mode)) && transfer.is_for([&rule.name, &rule.name])
    });
    for_it
        .map(|transfer| {
            let rest = rounded(transfer.off.rest_milli(priced.list), 1);
            let money = |minor| -> Money { tariff.money(minor) };
            AfterRide {
                modes: transfer.from.clone(),
                within_s: transfer.within_s,
                measured_from: transfer.measured_from,
                off: money(priced.list - rest),
                fare: money(rest),
            }
        })
        .filter(|after| after.off.minor > 0)
        .collect()
}
