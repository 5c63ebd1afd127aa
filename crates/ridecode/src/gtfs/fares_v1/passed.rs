//! Which zones a ride passes, for fares that ask (`contains_id`).

use std::collections::{BTreeMap, BTreeSet};

use super::super::archive::Files;
use super::super::feed::Feed;
use super::super::legs::{Passed, Sets};
use super::super::report::Report;
use super::super::sheet::rows;

/// The zones of rides between two zones, by route: one set for each way its trips go. Stops without
/// a zone that rules name are of the zone [`Passed::OTHER`].
pub(super) fn read(files: &Files, feed: &Feed, zone_of: impl Fn(usize) -> Option<u32>) -> Passed {
    let routes = feed.routes.iter().map(|route| route.id.as_bytes());
    let routes: BTreeMap<&[u8], u32> = routes.zip(0..).collect();
    let stops = feed.stops.iter().map(|stop| stop.id.as_bytes());
    let stops: BTreeMap<&[u8], usize> = stops.zip(0..).collect();
    // What is wrong with these files was told when they were first read.
    let mut told = Report::default();
    let mut trips: BTreeMap<Vec<u8>, Trip> = BTreeMap::new();
    let columns = ["trip_id", "route_id"];
    rows(files, ("trips.txt", 2, columns), &mut told, |row, _| {
        if let Some(route) = routes.get(row.bytes(1)) {
            trips.insert(row.bytes(0).to_vec(), (*route, Vec::new()));
        }
    });
    let columns = ["trip_id", "stop_id", "stop_sequence"];
    rows(
        files,
        ("stop_times.txt", 3, columns),
        &mut told,
        |row, _| {
            let sequence = row.text(2).parse::<u64>().ok();
            let stop = stops.get(row.bytes(1));
            if let (Some((_, calls)), Some(sequence), Some(stop)) =
                (trips.get_mut(row.bytes(0)), sequence, stop)
            {
                calls.push((sequence, zone_of(*stop).unwrap_or(Passed::OTHER)));
            }
        },
    );
    let mut ways: BTreeSet<(u32, Vec<u32>)> = BTreeSet::new();
    for (route, mut calls) in trips.into_values() {
        calls.sort_by_key(|call| call.0);
        let mut zones: Vec<u32> = calls.into_iter().map(|call| call.1).collect();
        zones.truncate(CALLS_MAX);
        // Calls in one zone tell no more than two of them.
        let mut way: Vec<u32> = Vec::new();
        for zone in zones {
            let is_third = way.ends_with(&[zone, zone]);
            way.extend((!is_third).then_some(zone));
        }
        ways.insert((route, way));
    }
    let mut passed = Passed::default();
    for (route, way) in ways {
        for (place, from) in way.iter().enumerate() {
            let mut zones = BTreeSet::from([*from]);
            for to in &way[place + 1..] {
                zones.insert(*to);
                let sets: &mut Sets = passed.sets.entry((route, *from, *to)).or_default();
                sets.insert(zones.clone());
            }
        }
    }
    passed
}

/// The route of a trip, and the number and zone of each call.
type Trip = (u32, Vec<(u64, u32)>);

/// No trip calls more often: a longer one is of a damaged feed, and its end is left out.
const CALLS_MAX: usize = 1_000;
