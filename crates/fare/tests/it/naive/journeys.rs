//! Journeys by the eight points of docs/tariffs.md, looking at every tap again and again.

use ridecode_fare::{Tap, TapKind};

use super::{Naive, Rule};

/// Taps that belong together.
pub(crate) struct Journey<'a> {
    pub(crate) taps: Vec<&'a Tap>,
    pub(crate) ending: &'static str,
    pub(crate) closes_at: Option<i64>,
}

/// All journeys, in time order of their first taps.
pub(crate) fn journeys<'a>(taps: &'a [Tap], naive: &Naive, as_of: i64) -> Vec<Journey<'a>> {
    let standing = standing(taps);
    let mut journeys = Vec::new();
    let mut groups: Vec<(String, Vec<(&Tap, bool)>)> = Vec::new();
    for (tap, copy) in standing {
        if tap.kind == TapKind::Single {
            journeys.push(Journey {
                taps: vec![tap],
                ending: "Complete",
                closes_at: None,
            });
            continue;
        }
        let key = match naive.rule(tap) {
            None => format!("operator {} {}", tap.operator, tap.mode.word()),
            Some(rule) => match &rule.network {
                Some(network) => format!("network {network}"),
                None => format!(
                    "rule {} of {}",
                    rule.name,
                    rule.tariff.split('@').next().unwrap()
                ),
            },
        };
        match groups.iter_mut().find(|group| group.0 == key) {
            Some(group) => group.1.push((tap, copy)),
            None => groups.push((key, vec![(tap, copy)])),
        }
    }
    for (_, group) in groups {
        pair(&without_copies(&group, naive), naive, as_of, &mut journeys);
    }
    journeys.sort_by_key(|journey| order(journey.taps[0]));
    journeys
}

fn order(tap: &Tap) -> (i64, u32, u64) {
    (tap.time.0, tap.id.validator.0, tap.id.sequence)
}

/// Points 1 and 2: taken back, copied. Tells of each way out whether it shows the code of a way
/// in.
fn standing(taps: &[Tap]) -> Vec<(&Tap, bool)> {
    let mut once: Vec<&Tap> = Vec::new();
    for tap in taps {
        let smallest = taps.iter().filter(|other| other.id == tap.id).min();
        let smallest = smallest.unwrap();
        if !once.iter().any(|known| known.id == tap.id) {
            once.push(smallest);
        }
    }
    once.sort_by_key(|tap| order(tap));
    let mut standing: Vec<(&Tap, bool)> = Vec::new();
    for tap in &once {
        let taken_back = once.iter().any(|void| {
            void.kind == TapKind::Void { tap: tap.id }
                && void.id.validator == tap.id.validator
                && (void.time.0 - tap.time.0).abs() <= 86_400
        });
        if taken_back || matches!(tap.kind, TapKind::Void { .. }) {
            continue;
        }
        let shown: Vec<&Tap> = standing
            .iter()
            .map(|(earlier, _)| *earlier)
            .filter(|earlier| tap.showing.is_some() && earlier.showing == tap.showing)
            .collect();
        match shown[..] {
            [] => standing.push((tap, false)),
            [entry] if entry.kind == TapKind::In && tap.kind == TapKind::Out => {
                standing.push((tap, true));
            }
            _ => {}
        }
    }
    standing
}

/// The end of point 2: a copied way out counts if an entry stands right before it, and no exit
/// with a code of its own right after it in time.
fn without_copies<'a>(group: &[(&'a Tap, bool)], naive: &Naive) -> Vec<&'a Tap> {
    let mut kept = Vec::new();
    for (place, (tap, copy)) in group.iter().enumerate() {
        if *copy {
            if place == 0 || group[place - 1].0.kind != TapKind::In {
                continue;
            }
            let entry = group[place - 1].0;
            if let Some((own, false)) = group.get(place + 1)
                && own.kind == TapKind::Out
                && own.time.0 - entry.time.0 <= wait_s(naive.rule(entry))
            {
                continue;
            }
        }
        kept.push(*tap);
    }
    kept
}

fn wait_s(rule: Option<&Rule>) -> i64 {
    rule.map_or(86_400, |rule| rule.wait_s)
}

/// Points 4 to 8.
fn pair<'a>(taps: &[&'a Tap], naive: &Naive, as_of: i64, journeys: &mut Vec<Journey<'a>>) {
    let mut used = vec![false; taps.len()];
    for place in 0..taps.len() {
        if used[place] {
            continue;
        }
        let tap = taps[place];
        let rule = naive.rule(tap);
        let wait_s = wait_s(rule);
        let is_free = |rule: Option<&Rule>, first: &Tap, last: &Tap| {
            let free_s = rule.map_or(0, |rule| rule.same_station_s);
            free_s > 0
                && first.stop.is_some()
                && first.stop == last.stop
                && last.time.0 - first.time.0 <= free_s
        };
        let waited = |missing| match tap.time.0 + wait_s {
            closes_at if as_of < closes_at => ("Open", Some(closes_at)),
            _ => (missing, None),
        };
        let mut together = vec![tap];
        let (ending, closes_at) = if tap.kind == TapKind::In {
            match taps.get(place + 1) {
                Some(exit) if exit.kind == TapKind::Out && exit.time.0 - tap.time.0 <= wait_s => {
                    used[place + 1] = true;
                    together.push(exit);
                    let limit_s = rule.and_then(|rule| rule.overstay_s);
                    if is_free(rule, tap, exit) {
                        ("SameStation", None)
                    } else if limit_s.is_some_and(|limit_s| exit.time.0 - tap.time.0 > limit_s) {
                        ("Overstay", None)
                    } else {
                        ("Complete", None)
                    }
                }
                Some(again) if again.kind == TapKind::In && is_free(rule, tap, again) => {
                    ("SameStation", None)
                }
                _ => waited("EntryOnly"),
            }
        } else {
            match place.checked_sub(1).map(|before| taps[before]) {
                Some(first) if first.kind == TapKind::Out && is_free(rule, first, tap) => {
                    ("SameStation", None)
                }
                _ => waited("ExitOnly"),
            }
        };
        journeys.push(Journey {
            taps: together,
            ending,
            closes_at,
        });
    }
}
