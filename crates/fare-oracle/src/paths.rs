//! Distances between all stops by Floyd and Warshall; the legs of a path by trying every ride
//! again until nothing gets shorter.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use ridecode_fare::Interchange;

use crate::feed::City;

/// A part of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Leg {
    pub(crate) operator: u32,
    pub(crate) line: Option<String>,
    pub(crate) length_m: u32,
}

/// The distances of a network.
pub(crate) struct Paths {
    places: BTreeMap<String, usize>,
    /// By stop and stop, in meters. `None` for no way.
    lengths: Vec<Vec<Option<i64>>>,
    /// By line: its name, its operator, its hops.
    lines: Vec<(String, u32, Vec<Ride>)>,
    /// By stop: what it costs to be anywhere, once somebody asked.
    costs: Vec<OnceLock<Costs>>,
}

/// By line and stop: what it costs to be there.
type Costs = Vec<Vec<Option<Cost>>>;

/// From, to, meters.
type Ride = (usize, usize, u32);

/// Meters, then changes of line.
type Cost = (u32, u32);

impl Paths {
    /// Works out every distance of a network. Where lines are not changed for nothing, a way is
    /// the way on one line.
    pub(crate) fn new(city: &City, network: &str) -> Self {
        let mut places = BTreeMap::new();
        let mut lines = Vec::new();
        for line in city.lines.iter().filter(|line| line.network == network) {
            let mut hops = Vec::new();
            for hop in city.hops.iter().filter(|hop| hop.line == line.id) {
                let mut place = |stop: &String| {
                    let next = places.len();
                    *places.entry(stop.clone()).or_insert(next)
                };
                hops.push((place(&hop.from), place(&hop.to), hop.length_m));
            }
            lines.push((line.id.clone(), line.operator, hops));
        }
        let stops = places.len();
        let mut lengths = vec![vec![None; stops]; stops];
        let together: Vec<Vec<Ride>> = match city.interchange(network) {
            Interchange::Free => vec![lines.iter().flat_map(|line| line.2.clone()).collect()],
            Interchange::None => lines.iter().map(|line| line.2.clone()).collect(),
        };
        for hops in together {
            let by_line = floyd_warshall(stops, &hops);
            for (row, line_row) in lengths.iter_mut().zip(by_line) {
                for (length, of_line) in row.iter_mut().zip(line_row) {
                    *length = shorter(*length, of_line);
                }
            }
        }
        Self {
            places,
            lengths,
            lines,
            costs: vec![OnceLock::new(); stops],
        }
    }

    /// Whether a stop is of the network.
    pub(crate) fn calls_at(&self, stop: &str) -> bool {
        self.places.contains_key(stop)
    }

    /// Every stop.
    pub(crate) fn stops(&self) -> impl Iterator<Item = &String> {
        self.places.keys()
    }

    /// The length of the shortest way.
    pub(crate) fn length_m(&self, from: &str, to: &str) -> Option<i64> {
        self.lengths[*self.places.get(from)?][*self.places.get(to)?]
    }

    /// The legs of the shortest way with the fewest changes, if there is but one such way.
    pub(crate) fn legs(&self, from: &str, to: &str) -> Option<Vec<Leg>> {
        let (from, to) = (self.places[from], self.places[to]);
        let costs = self.costs[from].get_or_init(|| self.costs_from(from));
        let best = costs.iter().filter_map(|row| row[to]).min()?;
        let mut ends = (0..self.lines.len()).filter(|line| costs[*line][to] == Some(best));
        let (mut line, mut stop) = (ends.next()?, to);
        if ends.next().is_some() {
            return None;
        }
        let mut legs: Vec<Leg> = Vec::new();
        let mut changed = true;
        while stop != from {
            let (length_m, changes) = costs[line][stop]?;
            let mut before = Vec::new();
            for (begin, end, hop_m) in &self.lines[line].2 {
                let cost = length_m.checked_sub(*hop_m).map(|rest_m| (rest_m, changes));
                if *end == stop && cost.is_some() && costs[line][*begin] == cost {
                    before.push((line, *begin, *hop_m));
                }
            }
            for (other, row) in costs.iter().enumerate() {
                let cost = changes.checked_sub(1).map(|fewer| (length_m, fewer));
                if other != line && cost.is_some() && row[stop] == cost {
                    before.push((other, stop, 0));
                }
            }
            before.dedup();
            let [(other, begin, hop_m)] = before[..] else {
                return None;
            };
            if other == line {
                let (name, operator, _) = &self.lines[line];
                if changed {
                    legs.push(Leg {
                        operator: *operator,
                        line: Some(name.clone()),
                        length_m: 0,
                    });
                }
                legs.last_mut()?.length_m += hop_m;
            }
            changed = other != line;
            (line, stop) = (other, begin);
        }
        legs.reverse();
        Some(legs)
    }

    fn costs_from(&self, from: usize) -> Costs {
        let stops = self.places.len();
        let mut costs: Costs = vec![vec![None; stops]; self.lines.len()];
        for (row, (_, _, hops)) in costs.iter_mut().zip(&self.lines) {
            if hops.iter().any(|hop| hop.0 == from || hop.1 == from) {
                row[from] = Some((0, 0));
            }
        }
        loop {
            let mut again = false;
            for line in 0..self.lines.len() {
                for (begin, end, hop_m) in &self.lines[line].2 {
                    if let Some((length_m, changes)) = costs[line][*begin] {
                        let cost = Some((length_m + hop_m, changes));
                        if costs[line][*end].is_none() || cost < costs[line][*end] {
                            costs[line][*end] = cost;
                            again = true;
                        }
                    }
                }
                let calls: Vec<usize> = self.lines[line].2.iter().map(|hop| hop.1).collect();
                for stop in calls {
                    let others = (0..self.lines.len()).filter(|other| *other != line);
                    let best = others.filter_map(|other| costs[other][stop]).min();
                    let cost = best.map(|(length_m, changes)| (length_m, changes + 1));
                    if cost.is_some() && (costs[line][stop].is_none() || cost < costs[line][stop]) {
                        costs[line][stop] = cost;
                        again = true;
                    }
                }
            }
            if !again {
                return costs;
            }
        }
    }
}

fn floyd_warshall(stops: usize, hops: &[Ride]) -> Vec<Vec<Option<i64>>> {
    let mut lengths = vec![vec![None; stops]; stops];
    for (from, to, length_m) in hops {
        lengths[*from][*from] = Some(0);
        lengths[*to][*to] = Some(0);
        let known = lengths[*from][*to];
        lengths[*from][*to] = shorter(known, Some(i64::from(*length_m)));
    }
    for by in 0..stops {
        let onward = lengths[by].clone();
        for row in &mut lengths {
            let Some(first) = row[by] else { continue };
            for (length, onward) in row.iter_mut().zip(&onward) {
                *length = shorter(*length, onward.map(|rest| first + rest));
            }
        }
    }
    lengths
}

fn shorter(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
