//! Repairs, as docs/tariffs.md has them.

use ridecode_fare::{Mend, RepairedBy, Tap, TapKind};

use super::journeys::Journey;
use super::table::{Price, Rule};
use super::{Naive, Priced};

impl Journey<'_> {
    /// How it was mended.
    pub(super) fn mend(&self) -> Option<Mend> {
        self.taps.iter().find_map(|tap| match tap.kind {
            TapKind::Repair { mend, .. } => Some(mend),
            _ => None,
        })
    }
}

impl Naive {
    /// What a repaired journey costs before tiers and concession.
    pub(super) fn mended(
        &self,
        journey: &Journey<'_>,
        priced: &mut Priced<'_>,
    ) -> Result<(), &'static str> {
        let rule = priced.rule;
        let mend = journey.mend().unwrap();
        let ride = self.ride(journey, priced);
        if mend == Mend::Excused {
            return ride;
        }
        let [entry, exit] = journey.ways();
        let inside_s = exit.time.0 - entry.time.0;
        let same_stop = entry.stop.is_some() && entry.stop == exit.stop;
        let free = same_stop && rule.same_station_s > 0 && inside_s <= rule.same_station_s;
        let agreed = matches!(
            mend,
            Mend::Entry(RepairedBy::Agent) | Mend::Exit(RepairedBy::Agent)
        );
        if agreed && free {
            priced.list = 0;
            priced.is_final = true;
        } else if ride.is_err() {
            priced.list = priced.conceded(self.missing(rule, journey.named_by())?);
            priced.is_final = true;
        } else if !agreed {
            priced.list = priced.list.max(self.cheapest(rule, journey.named_by()));
        }
        Ok(())
    }

    /// The cheapest ride to anywhere from a way in, or from anywhere to a way out.
    fn cheapest(&self, rule: &Rule, tap: &Tap) -> i64 {
        let stop = tap.stop.as_ref().map(|stop| stop.as_str());
        let pair = |other| match tap.kind {
            TapKind::In => (stop.unwrap(), other),
            _ => (other, stop.unwrap()),
        };
        match &rule.price {
            Price::Flat(minor) => *minor,
            Price::Zones(stops, fares) => {
                let lowest = fares.iter().map(|fare| fare.2).min().unwrap();
                let to_all = stops.iter().filter_map(|(other, _)| {
                    let (from, to) = stop.is_some().then(|| pair(other))?;
                    rule.price.zone_fare(from, to)
                });
                to_all.min().unwrap_or(lowest)
            }
            Price::Ladder(_, _) => {
                let network = rule.network.as_ref().unwrap();
                let (Some(stop), paths) = (stop, &self.paths[network]) else {
                    return rule.price.of(0);
                };
                let others = paths.stops().filter(|other| *other != stop);
                let lengths = others.filter_map(|other| {
                    let (from, to) = pair(other);
                    paths.length_m(from, to)
                });
                let prices = lengths.map(|length_m| rule.price.of(length_m));
                prices.min().unwrap_or_else(|| rule.price.of(0))
            }
        }
    }
}
