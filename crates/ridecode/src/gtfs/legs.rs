//! What one ride costs, whichever way a feed says it: rules that ask for a route or network, for
//! where a ride begins and for where it ends. Fares v1 and Fares v2 are both read into them.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_words::ServiceDay;

use super::feed::{Feed, Route};
use super::transfers::Transfer;

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
    /// Riders with prices of their own, beside ordinary ones.
    pub(super) categories: Vec<String>,
    pub(super) times: Times,
    /// Groups of rules that transfers name.
    pub(super) groups: Vec<String>,
    /// In order of precedence.
    pub(super) transfers: Vec<Transfer>,
    /// What rides pass, if an offer asks.
    pub(super) passed: Passed,
    offers: BTreeMap<Asked, Vec<Offer>>,
    /// Whether an empty field of a rule fits only what no rule names, as it does in Fares v2
    /// without rule_priority.
    pub(super) is_exclusive: bool,
    named: [BTreeSet<u32>; 3],
}

/// A fare for a ride that fits.
#[derive(Clone)]
pub(super) struct Offer {
    /// The highest that fits counts; of equal ones the lowest price.
    pub(super) priority: u32,
    /// In minor units: what ordinary riders pay, then each category.
    pub(super) prices: Vec<i64>,
    /// By which group of rules.
    pub(super) group: Option<u32>,
    /// Only while this group of timeframes holds, if so.
    pub(super) frame: Option<u32>,
    /// Only on routes of this operator, if of one.
    pub(super) operator: Option<u32>,
    /// Only for rides that pass just these areas, if so.
    pub(super) contains: Option<BTreeSet<u32>>,
}

/// Which areas rides pass.
#[derive(Default)]
pub(super) struct Passed {
    /// By route, area of origin and of destination.
    pub(super) sets: BTreeMap<(u32, u32, u32), Sets>,
}

/// The areas of each way there is.
pub(super) type Sets = BTreeSet<BTreeSet<u32>>;

impl Passed {
    /// The area of stops that lie in none that rules name.
    pub(super) const OTHER: u32 = u32::MAX;

    /// Whether every ride passes just these areas.
    fn are(&self, ride: Option<(u32, u32, u32)>, areas: &BTreeSet<u32>) -> bool {
        let sets = ride.and_then(|ride| self.sets.get(&ride));
        sets.is_some_and(|sets| sets.iter().all(|set| set == areas))
    }
}

/// What a ride costs, in minor units, and by which group of rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Price {
    pub(super) minor: i64,
    /// Of those that transfers name.
    pub(super) group: Option<u32>,
}

/// When prices differ.
#[derive(Default)]
pub(super) struct Times {
    /// Dates that are of no weekday's kind, by the name of their kind.
    pub(super) day_kinds: Vec<(String, Vec<ServiceDay>)>,
    pub(super) windows: Vec<Window>,
    /// No two hold at once. At any other time none of the groups of timeframes holds.
    pub(super) times: Vec<Time>,
}

/// All stretches of time in which the same groups of timeframes hold.
pub(super) struct Time {
    /// Those groups.
    pub(super) frames: BTreeSet<u32>,
    /// Places in [`Times::windows`].
    pub(super) windows: Vec<usize>,
}

/// A window of a tariff.
pub(super) struct Window {
    pub(super) name: String,
    /// Kinds of day.
    pub(super) days: Vec<String>,
    /// From a second of the day until another, the latter not included.
    pub(super) times: Vec<[u32; 2]>,
}

/// Who rides, and when.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct When {
    /// 0 is an ordinary rider, else a place in [`Legs::categories`] plus one.
    pub(super) category: usize,
    /// A place in [`Times::times`], if in one of them.
    pub(super) time: Option<usize>,
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

    /// Forgets groups no transfer names: they tell no fares apart.
    pub(super) fn keep_groups(&mut self) {
        let transfers = self.transfers.iter();
        let named: BTreeSet<u32> = transfers
            .flat_map(|t| t.groups.iter().flatten().copied())
            .collect();
        for offer in self.offers.values_mut().flatten() {
            offer.group = offer.group.filter(|group| named.contains(group));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.offers.is_empty()
    }

    /// Gives every stop its areas, of which only those that rules name are kept.
    pub(super) fn place(&mut self, feed: &Feed, areas_of: impl Fn(usize) -> Vec<u32>) {
        let contained = self.offers.values().flatten();
        let contained = contained.flat_map(|offer| offer.contains.iter().flatten());
        let mut named: BTreeSet<u32> = contained.copied().collect();
        named.extend(self.named[1].iter().chain(&self.named[2]));
        self.areas = (0..feed.stops.len())
            .map(|stop| {
                let mut areas = areas_of(stop);
                areas.retain(|area| named.contains(area));
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
        when: When,
    ) -> Option<Price> {
        let time = when.time.map(|place| &self.times.times[place]);
        let is_now = |offer: &Offer| {
            let in_time = |frame| time.is_some_and(|time| time.frames.contains(&frame));
            offer.frame.is_none_or(in_time)
        };
        let area = |areas: &[u32]| areas.first().copied().unwrap_or(Passed::OTHER);
        let ride = calling.map(|route| (route, area(from), area(to)));
        let goes = |offer: &Offer| {
            let contains = offer.contains.as_ref();
            contains.is_none_or(|areas| self.passed.are(ride, areas))
        };
        let mut best: Option<(std::cmp::Reverse<u32>, Price)> = None;
        for calling in self.asked(0, calling.as_slice()) {
            for from in self.asked(1, from) {
                for to in self.asked(2, to) {
                    let offers = self.offers.get(&[calling, from, to]).into_iter().flatten();
                    let fits =
                        |offer: &&Offer| offer.is_on(operator) && is_now(offer) && goes(offer);
                    for offer in offers.filter(fits) {
                        let price = Price {
                            minor: offer.prices[when.category],
                            group: offer.group,
                        };
                        let rank = (std::cmp::Reverse(offer.priority), price);
                        best = Some(best.map_or(rank, |best| best.min(rank)));
                    }
                }
            }
        }
        best.map(|(_, price)| price)
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
}
