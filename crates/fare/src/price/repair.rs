//! Prices of journeys that were mended.
//!
//! What an agent agreed to is priced as if validators had taken it. What a rider says is believed
//! as long as it makes nothing cheaper than the cheapest ride that the tap on record allows.

use super::{Priced, Unpriced, find_names};
use crate::book::TariffBook;
use crate::explain::Step;
use crate::journey::Journey;
use crate::tap::{Mend, RepairedBy};
use crate::tariff::Price;

impl Priced<'_> {
    /// The ride as mended. Where what was supplied leads nowhere, the tap is missing still.
    pub(super) fn repaired(
        &mut self,
        journey: &Journey,
        book: &TariffBook,
    ) -> Result<(), Unpriced> {
        let mend = journey.find_mend();
        match mend.expect("a repaired journey holds its repair") {
            Mend::Excused => {
                self.ride(journey)?;
                self.tiers();
                self.concede(journey.named_by());
                self.excused(journey);
            }
            Mend::Entry(by) => self.supplied((journey, true), by, book)?,
            Mend::Exit(by) => self.supplied((journey, false), by, book)?,
            Mend::Unridden => unreachable!("what nobody rode is no journey"),
        }
        Ok(())
    }

    fn excused(&mut self, journey: &Journey) {
        if let Some(overstay) = self.applied.rule.overstay {
            self.steps.push(Step::Excused {
                inside_s: journey.inside_s(),
                limit_s: overstay.limit_s,
            });
        }
    }

    fn supplied(
        &mut self,
        (journey, entry_supplied): (&Journey, bool),
        by: RepairedBy,
        book: &TariffBook,
    ) -> Result<(), Unpriced> {
        let supplied = if entry_supplied {
            journey.first()
        } else {
            journey.last()
        };
        self.steps.push(Step::Supplied {
            stop: find_names(supplied, book),
            entry_supplied,
            agreed: by == RepairedBy::Agent,
        });
        if by == RepairedBy::Agent && self.is_free(journey) {
            self.same_station(journey, book);
        } else if self.ride(journey).is_err() {
            self.missing_tap((journey.named_by(), entry_supplied), book)?;
            self.concede(journey.named_by());
        } else {
            if by == RepairedBy::Rider {
                self.at_least(journey, entry_supplied);
            }
            self.tiers();
            self.concede(journey.named_by());
        }
        Ok(())
    }

    /// In and out at one stop within the free time.
    fn is_free(&self, journey: &Journey) -> bool {
        let (first, last) = (journey.first(), journey.last());
        let free_s = self.applied.rule.same_station_s;
        free_s > 0
            && first.stop.is_some()
            && first.stop == last.stop
            && journey.inside_s() <= free_s
    }

    /// Raises the price to the cheapest ride to or from the stop on record.
    fn at_least(&mut self, journey: &Journey, entry_supplied: bool) {
        let stop = journey.named_by().stop.as_ref();
        let cheapest = match &self.applied.rule.price {
            Price::Flat(minor) => *minor,
            Price::Ladder(ladder) => {
                let network = self.applied.network;
                let nearest_m = network.zip(stop).and_then(|(network, stop)| {
                    if entry_supplied {
                        network.lengths_to_m(stop).filter(is_a_way).min()
                    } else {
                        network.lengths_from_m(stop).filter(is_a_way).min()
                    }
                });
                ladder.price(nearest_m.unwrap_or_default()).1
            }
            Price::Zones(zones) => {
                let cheapest = stop.and_then(|stop| {
                    if entry_supplied {
                        zones.find_cheapest_to(stop)
                    } else {
                        zones.find_cheapest_from(stop)
                    }
                });
                cheapest.unwrap_or_else(|| zones.lowest())
            }
        };
        if cheapest > self.list {
            self.list = cheapest;
            self.steps.push(Step::AtLeast {
                price: self.money(cheapest),
            });
        }
    }
}

/// Whether a length leads to another stop.
fn is_a_way(length_m: &u32) -> bool {
    *length_m > 0
}
