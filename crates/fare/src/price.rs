//! Journeys become list prices: what an ordinary rider pays before any discount of the month.

mod repair;

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{LineId, OperatorId, StopId};

use crate::bill::LegShare;
use crate::book::{Applied, TariffBook};
use crate::explain::{Step, unpriced_text};
use crate::journey::{Ending, Journey};
use crate::names::{Language, Names};
use crate::network::{Measure, Network};
use crate::tap::{Mend, Tap, TapKind};
use crate::tariff::{
    Audience, Concession, Ladder, MissingTapCharge, Overstay, OverstayCharge, Pays, Price, Zones,
};

/// Why a closed journey has no price yet. It is priced as soon as tariffs or feed say more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, thiserror::Error)]
pub enum Unpriced {
    /// No rule in force covers operator, mode, line and stop.
    #[error("no rule in force covers this operator, mode, line and stop; add one to a tariff")]
    NoRule,
    /// A price by distance needs the stops of both taps.
    #[error("the price goes by distance, but a tap does not say its stop; configure the validator")]
    NoStop,
    /// A price by distance needs a way in and a way out.
    #[error("the price goes by distance, but there is a single tap; configure the validator")]
    SingleByDistance,
    /// No line leads from the way in to the way out.
    #[error("no line leads from the way in to the way out; correct the feed")]
    NoPath,
}

impl Unpriced {
    /// The word for it in exported bills.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoRule => "no_rule",
            Self::NoStop => "no_stop",
            Self::SingleByDistance => "single_by_distance",
            Self::NoPath => "no_path",
        }
    }

    /// What a rider is told meanwhile.
    pub fn text(self, language: Language) -> String {
        unpriced_text(self, language)
    }
}

/// A price and its reasons.
pub(crate) struct Priced<'a> {
    pub(crate) applied: Applied<'a>,
    /// What it costs this rider at this time, if not what the rule says.
    pub(crate) concession: Option<&'a Concession>,
    /// In minor units.
    pub(crate) list: i64,
    pub(crate) steps: Vec<Step>,
    /// Whom it is split among, by meters.
    pub(crate) legs: Vec<Leg>,
}

/// A part of a journey.
pub(crate) struct Leg {
    pub(crate) operator: OperatorId,
    pub(crate) line: Option<LineId>,
    pub(crate) from: Option<StopId>,
    pub(crate) to: Option<StopId>,
    pub(crate) length_m: u32,
}

impl Leg {
    /// The whole of a journey, with the operator and line of its first tap.
    fn whole(journey: &Journey) -> Self {
        let (first, last) = (journey.first(), journey.last());
        let way_in = (first.kind != TapKind::Out).then_some(first);
        let is_supplied = matches!(last.find_mend(), Some(Mend::Exit(_)));
        let way_out = (is_supplied || last.kind == TapKind::Out).then_some(last);
        Self {
            operator: first.operator,
            line: first.line.clone(),
            from: way_in.and_then(|tap| tap.stop.clone()),
            to: way_out.and_then(|tap| tap.stop.clone()),
            length_m: 0,
        }
    }
}

/// Prices a closed journey by the rule of the tap that names it.
pub(crate) fn price<'a>(journey: &Journey, book: &'a TariffBook) -> Result<Priced<'a>, Unpriced> {
    let named_by = journey.named_by();
    let applied = book.find_rule(named_by).ok_or(Unpriced::NoRule)?;
    let mut priced = Priced {
        applied,
        concession: applied.find_concession(named_by),
        list: 0,
        steps: Vec::new(),
        legs: vec![Leg::whole(journey)],
    };
    priced.say_window(&applied.rule.audience, named_by);
    match journey.ending {
        Ending::Complete => {
            priced.ride(journey)?;
            priced.tiers();
            priced.concede(named_by);
        }
        Ending::Overstay => {
            priced.ride(journey)?;
            priced.tiers();
            priced.concede(named_by);
            priced.overstay(journey)?;
        }
        Ending::SameStation => priced.same_station(journey, book),
        Ending::EntryOnly => {
            priced.missing_tap((named_by, false), book)?;
            priced.concede(named_by);
        }
        Ending::ExitOnly => {
            priced.missing_tap((named_by, true), book)?;
            priced.concede(named_by);
        }
        Ending::Repaired => priced.repaired(journey, book)?,
        Ending::Open | Ending::Voided => unreachable!("only closed journeys are priced"),
    }
    assert!(priced.list >= 0, "no ride earns money");
    Ok(priced)
}

impl<'a> Priced<'a> {
    fn money(&self, minor: i64) -> Money {
        self.applied.tariff.money(minor)
    }

    fn ride(&mut self, journey: &Journey) -> Result<(), Unpriced> {
        match &self.applied.rule.price {
            Price::Flat(minor) => {
                self.list = *minor;
                self.steps.push(Step::Flat {
                    price: self.money(*minor),
                });
            }
            Price::Ladder(ladder) => {
                if journey.first().kind == TapKind::Single {
                    return Err(Unpriced::SingleByDistance);
                }
                let (network, ends) = self.ends(journey)?;
                let measure = network
                    .find_measure(ends[0], ends[1])
                    .ok_or(Unpriced::NoPath)?;
                self.by_distance(ladder, &measure);
            }
            Price::Zones(zones) => self.by_zones(zones, journey)?,
        }
        Ok(())
    }

    /// Pays of each part of the price what its tier says.
    pub(crate) fn tiers(&mut self) {
        let Some(tiers) = &self.applied.rule.tiers else {
            return;
        };
        let (exact_milli, parts) = tiers.parts(self.list);
        let paid = tiers.paid(self.list);
        self.list = paid;
        let price = self.money(paid);
        self.steps.push(Step::Tiers { parts, price });
        if exact_milli != paid * 1_000 {
            self.steps.push(Step::Rounding {
                exact_milli,
                to: self.money(tiers.round_to()),
                rounded: price,
            });
        }
    }

    /// Whether what is paid counts for the accumulation, and is discounted by it.
    pub(crate) fn accumulates(&self) -> bool {
        self.applied.rule.accumulates
            && self
                .concession
                .is_none_or(|concession| concession.accumulates)
    }

    /// Says in which window a ride began that is priced by what holds at certain times.
    fn say_window(&mut self, audience: &Audience, first: &Tap) {
        if audience.windows.is_empty() {
            return;
        }
        let tariff = self.applied.tariff;
        let moment = tariff.moment_of(first.time);
        let window = audience.find_window(moment, &tariff.calendar);
        self.steps.extend(window.map(|window| Step::Window {
            name: window.names.clone(),
            begun_s: moment.second,
        }));
    }

    /// Pays what this rider pays at this time.
    fn concede(&mut self, first: &Tap) {
        let Some(concession) = self.concession else {
            return;
        };
        self.say_window(&concession.audience, first);
        let exact_milli = concession.pays.exact_milli(self.list);
        self.list = concession.pays.paid(self.list);
        let price = self.money(self.list);
        self.steps.push(Step::Concession {
            name: concession.names.clone(),
            percent: match concession.pays {
                Pays::Percent { percent, .. } => Some(percent),
                Pays::Minor(_) => None,
            },
            price,
        });
        if exact_milli != price.minor * 1_000 {
            self.steps.push(Step::Rounding {
                exact_milli,
                to: self.money(concession.pays.round_to()),
                rounded: price,
            });
        }
    }

    fn by_zones(&mut self, zones: &Zones, journey: &Journey) -> Result<(), Unpriced> {
        if journey.first().kind == TapKind::Single {
            let minor = zones.find_only_price().ok_or(Unpriced::SingleByDistance)?;
            self.list = minor;
            self.steps.push(Step::Flat {
                price: self.money(minor),
            });
            return Ok(());
        }
        let [from, to] = [journey.first(), journey.last()].map(|tap| tap.stop.as_ref());
        let (Some(from), Some(to)) = (from, to) else {
            return Err(Unpriced::NoStop);
        };
        let fare = zones.find_fare(from, to).ok_or(Unpriced::NoPath)?;
        self.list = fare.minor;
        self.steps.push(Step::Zones {
            from: fare.from.clone(),
            to: fare.to.clone(),
            price: self.money(fare.minor),
        });
        Ok(())
    }

    /// The network and the stops of the way in and the way out.
    fn ends<'t>(&self, journey: &'t Journey) -> Result<(&'a Network, [&'t StopId; 2]), Unpriced> {
        let stop = |tap: &'t Tap| tap.stop.as_ref().ok_or(Unpriced::NoStop);
        let network = self.applied.network.ok_or(Unpriced::NoPath)?;
        Ok((network, [stop(journey.first())?, stop(journey.last())?]))
    }

    fn by_distance(&mut self, ladder: &Ladder, measure: &Measure<'_>) {
        let lines = measure.stretches.iter();
        self.steps.push(Step::Distance {
            from: measure.from.names.clone(),
            to: measure.to.names.clone(),
            lines: lines.map(|stretch| stretch.line.names.clone()).collect(),
            length_m: measure.length_m,
            estimated_m: measure.estimated_m,
        });
        let (up_to_m, price) = ladder.price(measure.length_m);
        self.list = price;
        self.steps.push(Step::Ladder {
            up_to_m,
            price: self.money(price),
        });
        self.split_along(measure);
    }

    /// Splits the price among the parts of a path. A path of no length stays with the operator
    /// of the first tap.
    fn split_along(&mut self, measure: &Measure<'_>) {
        if measure.stretches.is_empty() {
            return;
        }
        let legs = measure.stretches.iter().map(|stretch| Leg {
            operator: stretch.line.operator,
            line: Some(stretch.line.line.clone()),
            from: Some(stretch.from.stop.clone()),
            to: Some(stretch.to.stop.clone()),
            length_m: stretch.length_m,
        });
        self.legs = legs.collect();
    }

    fn overstay(&mut self, journey: &Journey) -> Result<(), Unpriced> {
        let rule = self.applied.rule;
        let Some(Overstay {
            limit_s,
            charge,
            on_top,
        }) = rule.overstay
        else {
            return Ok(());
        };
        let charged = match charge {
            OverstayCharge::Minor(minor) => minor,
            OverstayCharge::DearestToExit => self.dearest(journey.last())?,
        };
        self.list = if on_top { self.list + charged } else { charged };
        self.steps.push(Step::Overstay {
            inside_s: journey.inside_s(),
            limit_s,
            price: self.money(charged),
            on_top,
        });
        Ok(())
    }

    fn same_station(&mut self, journey: &Journey, book: &TariffBook) {
        let Some(stop) = find_names(journey.first(), book) else {
            return;
        };
        self.steps.push(Step::FreeSameStation {
            stop,
            inside_s: journey.inside_s(),
            free_s: self.applied.rule.same_station_s,
        });
    }

    /// The dearest fare to the stop of a way out, or from that of a way in, in minor units.
    fn dearest(&self, tap: &Tap) -> Result<i64, Unpriced> {
        let is_exit = tap.kind == TapKind::Out;
        let stop = || tap.stop.as_ref().ok_or(Unpriced::NoStop);
        match &self.applied.rule.price {
            Price::Flat(minor) => Ok(*minor),
            Price::Ladder(ladder) => {
                let network = self.applied.network.ok_or(Unpriced::NoPath)?;
                let longest_m = if is_exit {
                    network.lengths_to_m(stop()?).max()
                } else {
                    network.lengths_from_m(stop()?).max()
                };
                Ok(ladder.price(longest_m.unwrap_or_default()).1)
            }
            Price::Zones(zones) => {
                let dearest = if is_exit {
                    zones.find_dearest_to(stop()?)
                } else {
                    zones.find_dearest_from(stop()?)
                };
                dearest.ok_or(Unpriced::NoPath)
            }
        }
    }

    /// What the tap on record costs without the other.
    fn missing_tap(
        &mut self,
        (recorded, entry_missing): (&Tap, bool),
        book: &TariffBook,
    ) -> Result<(), Unpriced> {
        let rule = self.applied.rule;
        self.list = match rule.missing_tap {
            MissingTapCharge::Minor(minor) => minor,
            MissingTapCharge::Dearest => rule.tiered(self.dearest(recorded)?),
        };
        self.steps.push(Step::MissingTap {
            stop: find_names(recorded, book),
            entry_missing,
            waited_s: rule.missing_tap_wait_s,
            price: self.money(self.list),
        });
        Ok(())
    }

    /// The shares of what is paid, by meters: rounded down, then the largest remainders get one
    /// minor unit more, earlier legs first. They sum to `paid`.
    pub(crate) fn shares(&self, paid: i64) -> Vec<LegShare> {
        let total_m: i128 = self.legs.iter().map(|leg| i128::from(leg.length_m)).sum();
        let exact = |leg: &Leg| i128::from(paid) * i128::from(leg.length_m);
        let whole = |leg: &Leg| exact(leg).checked_div(total_m).unwrap_or_default();
        let mut amounts: Vec<i128> = self.legs.iter().map(whole).collect();
        let mut order: Vec<usize> = (0..self.legs.len()).collect();
        let remainder = |leg: &Leg| exact(leg).checked_rem(total_m).unwrap_or_default();
        order.sort_by_key(|place| core::cmp::Reverse(remainder(&self.legs[*place])));
        let mut rest = i128::from(paid) - amounts.iter().sum::<i128>();
        // Legs without any length: all of it stays with the first.
        if total_m == 0 {
            amounts[0] += rest;
            rest = 0;
        }
        let rest = usize::try_from(rest).expect("remainders are less than the legs");
        for place in order.into_iter().take(rest) {
            amounts[place] += 1;
        }
        let amounts = amounts
            .into_iter()
            .map(|amount| i64::try_from(amount).expect("a share is not above the fare"));
        let shares: Vec<LegShare> = core::iter::zip(&self.legs, amounts)
            .map(|(leg, minor)| LegShare {
                operator: leg.operator,
                line: leg.line.clone(),
                from: leg.from.clone(),
                to: leg.to.clone(),
                length_m: leg.length_m,
                amount: self.money(minor),
            })
            .collect();
        let sum: i64 = shares.iter().map(|share| share.amount.minor).sum();
        assert_eq!(sum, paid, "shares sum to the fare");
        shares
    }
}

fn find_names(tap: &Tap, book: &TariffBook) -> Option<Names> {
    tap.stop.as_ref().map(|stop| book.names_of(stop))
}

#[cfg(test)]
mod tests;
