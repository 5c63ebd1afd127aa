//! Prices of legs become rules of a tariff: routes together whose fares are the same, stops
//! together that no fare tells apart.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_words::{Mode, Text};

use super::feed::Feed;
use super::legs::{Legs, Price, When};

/// A fare of each pair of classes of stops.
pub(super) type Fares = BTreeMap<(usize, usize), Price>;

/// Routes of one operator and mode with the same fares, for some riders at some times.
pub(super) struct Rule {
    pub(super) operator: u32,
    pub(super) mode: Mode,
    pub(super) when: When,
    pub(super) lines: Vec<String>,
    /// The stops of each class, ascending by id.
    pub(super) zones: BTreeMap<usize, BTreeSet<String>>,
    pub(super) fares: Fares,
}

/// All rules of a feed.
pub(super) struct Rules {
    /// Those for some riders or times before those for all.
    pub(super) rules: Vec<Rule>,
    /// By class of stops.
    pub(super) zone_names: Vec<String>,
    /// Groups of fares among them.
    pub(super) groups: BTreeSet<u32>,
    /// Routes no fare fits, as places in [`Feed::routes`].
    pub(super) unpriced: Vec<usize>,
}

/// Routes a rider changes between without a tap, or one route.
struct Reach {
    routes: Vec<usize>,
    stops: BTreeSet<usize>,
}

/// The fares of a feed as rules. Errors say why there are too many.
pub(super) fn rules(feed: &Feed, legs: &Legs) -> Result<Rules, String> {
    let mut making = Making {
        feed,
        legs,
        classes: Classes::new(feed, legs),
        known: BTreeMap::new(),
        looked_at: 0,
        rules: BTreeMap::new(),
        count: 0,
    };
    let mut unpriced = Vec::new();
    for reach in reaches(feed, legs) {
        if !making.add(&reach)? {
            unpriced.extend(reach.routes);
        }
    }
    let mut rules: Vec<Rule> = making.rules.into_values().collect();
    for rule in &mut rules {
        add_stations(feed, rule);
    }
    unpriced.sort_unstable();
    let fares = rules.iter().flat_map(|rule| rule.fares.values());
    let groups = fares.filter_map(|price| price.group).collect();
    Ok(Rules {
        rules,
        zone_names: making.classes.names,
        groups,
        unpriced,
    })
}

/// Rules being made.
struct Making<'a> {
    feed: &'a Feed,
    legs: &'a Legs,
    classes: Classes,
    /// Fares worked out already.
    known: BTreeMap<(Reached, When), Fares>,
    /// Pairs of classes.
    looked_at: usize,
    rules: BTreeMap<Precedence, Rule>,
    /// Fares of all of them.
    count: usize,
}

/// Rules with one key are one rule. The first that fits counts: those for one category before those
/// for all, and of each category those for one time before those for all.
type Precedence = ((bool, usize), (bool, Option<usize>), (u32, u8, Fares));

impl Making<'_> {
    /// Adds the rules of some routes; gives whether any fare fits them.
    fn add(&mut self, reach: &Reach) -> Result<bool, String> {
        let first = &self.feed.routes[reach.routes[0]];
        let calling = self.legs.calling(reach.routes[0], first);
        let zones = reach.stops.iter().map(|stop| self.classes.of[*stop]);
        let reached: Reached = (calling, zones.collect());
        let times = || (0..self.legs.times.times.len()).map(Some).chain([None]);
        let times: Vec<Option<usize>> = times().collect();
        let mut has_any = false;
        for category in 0..=self.legs.categories.len() {
            let when = |time| When { category, time };
            let mut fares = Vec::new();
            let mut is_own = false;
            for time in &times {
                let own = self.fares(&reached, when(*time))?;
                let ordinary = When {
                    category: 0,
                    time: *time,
                };
                is_own |= own != self.fares(&reached, ordinary)?;
                fares.push(own);
            }
            if category > 0 && !is_own {
                continue;
            }
            let always = fares.last().cloned().unwrap_or_default();
            for (time, fares) in times.iter().zip(fares) {
                if !fares.is_empty() && (time.is_none() || fares != always) {
                    has_any = true;
                    self.insert(reach, when(*time), fares)?;
                }
            }
        }
        Ok(has_any)
    }

    fn fares(&mut self, reached: &Reached, when: When) -> Result<Fares, String> {
        let key = (reached.clone(), when);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        self.looked_at += reached.1.len() * reached.1.len();
        if self.looked_at > PAIRS_MAX {
            return Err(too_many());
        }
        let fares = self.classes.fares(self.legs, &key);
        self.known.insert(key, fares.clone());
        Ok(fares)
    }

    fn insert(&mut self, reach: &Reach, when: When, fares: Fares) -> Result<(), String> {
        let first = &self.feed.routes[reach.routes[0]];
        let key = (
            (when.category == 0, when.category),
            (when.time.is_none(), when.time),
            (first.operator, first.mode.byte(), fares.clone()),
        );
        if !self.rules.contains_key(&key) {
            self.count += fares.len();
        }
        if self.count > FARES_MAX {
            return Err(too_many());
        }
        let rule = self.rules.entry(key).or_insert_with(|| Rule {
            operator: first.operator,
            mode: first.mode,
            when,
            lines: Vec::new(),
            zones: BTreeMap::new(),
            fares,
        });
        let lines = reach.routes.iter();
        let lines = lines.map(|route| self.feed.routes[*route].id.clone());
        rule.lines.extend(lines);
        for stop in &reach.stops {
            let zone = rule.zones.entry(self.classes.of[*stop]).or_default();
            zone.insert(self.feed.stops[*stop].id.clone());
        }
        Ok(())
    }
}

/// Inside gates a rider changes lines without a tap: routes of one operator, mode and name for
/// rules go together there. Elsewhere every route is a ride of its own.
fn reaches(feed: &Feed, legs: &Legs) -> Vec<Reach> {
    let mut reaches: BTreeMap<_, Reach> = BTreeMap::new();
    for (place, route) in feed.routes.iter().enumerate() {
        let alone = match route.mode {
            Mode::Metro | Mode::Brt => None,
            Mode::Bus | Mode::Tram | Mode::Ferry | Mode::Cableway => Some(place),
        };
        let key = (legs.calling(place, route), route.mode.byte(), alone);
        let reach = reaches.entry(key).or_insert_with(|| Reach {
            routes: Vec::new(),
            stops: BTreeSet::new(),
        });
        reach.routes.push(place);
        reach.stops.extend(&route.stops);
    }
    let mut reaches: Vec<Reach> = reaches.into_values().collect();
    reaches.sort_by_key(|reach| reach.routes[0]);
    reaches
}

/// A gate stands at a station and not at a platform: a station is in the class of its platforms
/// where all of them are in one.
fn add_stations(feed: &Feed, rule: &mut Rule) {
    let class_of: BTreeMap<&str, usize> = rule
        .zones
        .iter()
        .flat_map(|(class, stops)| stops.iter().map(|stop| (stop.as_str(), *class)))
        .collect();
    let mut stations: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    for stop in &feed.stops {
        if let Some(class) = class_of.get(stop.id.as_str())
            && feed.stations.contains(&stop.parent)
        {
            let of_all = stations.entry(&stop.parent).or_insert(Some(*class));
            *of_all = of_all.filter(|known| known == class);
        }
    }
    for (station, class) in stations {
        if let Some(class) = class {
            let zone = rule.zones.entry(class).or_default();
            zone.insert(station.to_owned());
        }
    }
}

/// Stops together that lie in the same areas.
struct Classes {
    /// By stop.
    of: Vec<usize>,
    /// By class.
    areas: Vec<Vec<u32>>,
    names: Vec<String>,
}

impl Classes {
    fn new(feed: &Feed, legs: &Legs) -> Self {
        let mut places: BTreeMap<&[u32], usize> = BTreeMap::new();
        let mut areas = Vec::new();
        let mut of = Vec::new();
        for stop in &legs.areas {
            let place = *places.entry(stop).or_insert_with(|| {
                areas.push(stop.clone());
                areas.len() - 1
            });
            of.push(place);
        }
        let mut taken = BTreeSet::new();
        let names = areas.iter().enumerate().map(|(place, areas)| {
            let name = name_of(feed, legs, (areas, &of, place));
            let is_short = (1..=Text::LENGTH_MAX).contains(&name.len());
            let others = (1..).map(|number| format!("other {number}"));
            let mut names = is_short.then_some(name).into_iter().chain(others);
            let free = names.find(|name| taken.insert(name.clone()));
            free.expect("numbers do not end")
        });
        let names = names.collect();
        Self { of, areas, names }
    }

    /// The fares between some classes.
    fn fares(&self, legs: &Legs, ((calling, zones), when): &(Reached, When)) -> Fares {
        let mut fares = Fares::new();
        for from in zones {
            for to in zones {
                let ends = [from, to].map(|class| self.areas[*class].as_slice());
                if let Some(price) = legs.find_price(*calling, ends, *when) {
                    fares.insert((*from, *to), price);
                }
            }
        }
        fares
    }
}

/// What rules call some routes, who runs them, and the classes of stops they call at.
type Reached = ((Option<u32>, u32), BTreeSet<usize>);

/// The areas of a class; where rules name none, the one zone of its stops.
fn name_of(feed: &Feed, legs: &Legs, (areas, of, place): (&[u32], &[usize], usize)) -> String {
    let names = areas.iter().map(|area| &*legs.area_names[*area as usize]);
    let names: Vec<&str> = names.collect();
    if !names.is_empty() {
        return names.join("+");
    }
    let mut stops = feed.stops.iter().zip(of).filter(|stop| *stop.1 == place);
    let zone = stops.next().map(|stop| stop.0.zone.clone());
    let zone = zone.filter(|zone| stops.all(|stop| stop.0.zone == *zone));
    zone.unwrap_or_default()
}

fn too_many() -> String {
    format!(
        "there are more than {FARES_MAX} fares between zones or areas; import parts of the feed \
         by themselves"
    )
}

/// The most pairs of classes looked at.
const PAIRS_MAX: usize = 4_000_000;
/// The most fares written: more would make a tariff longer than a tariff may be.
const FARES_MAX: usize = 200_000;
