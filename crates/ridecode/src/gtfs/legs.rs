//! What one ride costs, whichever way a feed says it: rules that ask for a route or network, for
//! where a ride begins and for where it ends. Fares v1 and Fares v2 are both read into them.

use std::collections::{BTreeMap, BTreeSet};

use super::feed::{Feed, Route};

/// What a rule asks for: route or network, origin, destination; `None` stands for any.
pub(super) type Asked = [Option<u32>; 3];

/// Rules of one currency.
#[derive(Default)]
pub(super) struct Legs {
    pub(super) currency: Option<String>,
    /// By route, in the order of the feed: what rules call it, if they do.
    pub(super) callings: Vec<Option<u32>>,
    /// By stop, in the order of the feed: the areas it lies in that rules name, ascending.
    pub(super) areas: Vec<Vec<u32>>,
    /// By area.
    pub(super) area_names: Vec<String>,
    offers: BTreeMap<Asked, Vec<Offer>>,
    /// Whether an empty field of a rule fits only what no rule names, as it does in Fares v2
    /// without rule_priority.
    pub(super) is_exclusive: bool,
    named: [BTreeSet<u32>; 3],
}

/// A fare for a ride that fits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Offer {
    /// The highest that fits counts; of equal ones the lowest price.
    pub(super) priority: u32,
    pub(super) price: Price,
    /// Only on routes of this operator, if of one.
    pub(super) operator: Option<u32>,
}

/// What a ride costs, in minor units, and by which group of rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Price {
    pub(super) minor: i64,
    /// Of those that transfers name.
    pub(super) group: Option<u32>,
}

/// Names by number, each once.
#[derive(Default)]
pub(super) struct Names {
    pub(super) names: Vec<String>,
    places: BTreeMap<String, u32>,
}

impl Names {
    /// The number of a name, a new one if it is met for the first time.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        // Every name has a row of its own, and a feed has fewer bytes than that.
        let place = u32::try_from(self.names.len()).expect("fewer names than bytes");
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.places.get(name).copied()
    }
}

impl Legs {
    /// Takes note of what a rule asks for, whether or not its price is taken over.
    pub(super) fn name(&mut self, asked: Asked) {
        for (named, asked) in self.named.iter_mut().zip(asked) {
            named.extend(asked);
        }
    }

    pub(super) fn add(&mut self, asked: Asked, offer: Offer) {
        self.name(asked);
        self.offers.entry(asked).or_default().push(offer);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.offers.is_empty()
    }

    /// Whether a rule names an area as origin or destination.
    pub(super) fn is_named(&self, area: u32) -> bool {
        self.named[1].contains(&area) || self.named[2].contains(&area)
    }

    /// Gives every stop its areas, of which only those that rules name are kept.
    pub(super) fn place(&mut self, feed: &Feed, areas_of: impl Fn(usize) -> Vec<u32>) {
        self.areas = (0..feed.stops.len())
            .map(|stop| {
                let mut areas = areas_of(stop);
                areas.retain(|area| self.is_named(*area));
                areas.sort_unstable();
                areas.dedup();
                areas
            })
            .collect();
    }

    /// What a ride costs, on what rules call its route, between stops of these areas.
    pub(super) fn find_price(
        &self,
        (calling, operator): (Option<u32>, u32),
        [from, to]: [&[u32]; 2],
    ) -> Option<Price> {
        let mut best: Option<&Offer> = None;
        for calling in self.asked(0, calling.as_slice()) {
            for from in self.asked(1, from) {
                for to in self.asked(2, to) {
                    let offers = self.offers.get(&[calling, from, to]).into_iter().flatten();
                    for offer in offers.filter(|offer| offer.is_on(operator)) {
                        if best.is_none_or(|best| offer.precedes(best)) {
                            best = Some(offer);
                        }
                    }
                }
            }
        }
        best.map(|offer| offer.price)
    }

    /// What a field of a rule may hold to fit these values: one of them, or nothing.
    fn asked(&self, field: usize, values: &[u32]) -> Vec<Option<u32>> {
        let named = &self.named[field];
        let fits_empty = !self.is_exclusive || !values.iter().any(|value| named.contains(value));
        let values = values.iter().map(|value| Some(*value));
        values.chain(fits_empty.then_some(None)).collect()
    }

    /// What rules call a route, and who runs it.
    pub(super) fn calling(&self, place: usize, route: &Route) -> (Option<u32>, u32) {
        (self.callings[place], route.operator)
    }
}

impl Offer {
    fn is_on(&self, operator: u32) -> bool {
        self.operator.is_none_or(|of| of == operator)
    }

    fn precedes(&self, other: &Self) -> bool {
        let key = |offer: &Self| (std::cmp::Reverse(offer.priority), offer.price);
        key(self) < key(other)
    }
}
