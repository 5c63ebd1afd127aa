//! Journeys by the eight points of docs/tariffs.md, looking at every tap again and again.

use ridecode_fare::{Mend, RepairedBy, Tap, TapKind};

use super::{Naive, Rule};

/// Taps that belong together.
pub(crate) struct Journey<'a> {
    pub(crate) taps: Vec<&'a Tap>,
    pub(crate) ending: &'static str,
    pub(crate) closes_at: Option<i64>,
    /// Which of the taps names it: the first is 0.
    pub(crate) named: usize,
}

impl<'a> Journey<'a> {
    /// The tap whose day, rule and rider count.
    pub(crate) fn named_by(&self) -> &'a Tap {
        self.taps[self.named]
    }

    /// The way in and the way out; of a single tap that tap twice. An excuse comes third.
    pub(crate) fn ways(&self) -> [&'a Tap; 2] {
        [self.taps[0], self.taps[self.taps.len().min(2) - 1]]
    }
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
                named: 0,
            });
            continue;
        }
        let key = match naive.gates(tap) {
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
        pair(&group, (naive, taps), as_of, &mut journeys);
    }
    journeys.sort_by_key(|journey| order(journey.named_by()));
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
        let unridden = matches!(repair_of(&once, tap), Some((Mend::Unridden, _)));
        let is_tap = matches!(tap.kind, TapKind::Single | TapKind::In | TapKind::Out);
        if taken_back || unridden || !is_tap {
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

/// The repair that stands for a tap: the agents' last word, or else the rider's first.
fn repair_of<'a>(taps: &[&'a Tap], tap: &Tap) -> Option<(Mend, &'a Tap)> {
    let mut agent: Option<(Mend, &Tap)> = None;
    let mut rider: Option<(Mend, &Tap)> = None;
    for repair in taps {
        let TapKind::Repair { tap: mended, mend } = repair.kind else {
            continue;
        };
        let is_near = (repair.time.0 - tap.time.0).abs() <= 86_400;
        if mended != tap.id || repair.rider != tap.rider || !is_near {
            continue;
        }
        let said = matches!(
            mend,
            Mend::Entry(RepairedBy::Rider) | Mend::Exit(RepairedBy::Rider)
        );
        if said && rider.is_none_or(|(_, first)| repair.id < first.id) {
            rider = Some((mend, repair));
        }
        if !said && agent.is_none_or(|(_, last)| repair.id > last.id) {
            agent = Some((mend, repair));
        }
    }
    agent.or(rider)
}

/// Points 4 to 8. A tap comes with whether it is a way out with the code of an entry.
fn pair<'a>(
    taps: &[(&'a Tap, bool)],
    (naive, all): (&Naive, &'a [Tap]),
    as_of: i64,
    journeys: &mut Vec<Journey<'a>>,
) {
    let exits = exits(taps, naive);
    // The smallest of each id, as ever.
    let once: Vec<&Tap> = all
        .iter()
        .filter(|tap| all.iter().all(|other| other.id != tap.id || other >= *tap))
        .collect();
    for (place, (tap, copy)) in taps.iter().enumerate() {
        let rule = naive.rule(tap);
        let exit = exits.iter().find(|(entry, _)| *entry == place);
        let is_exit = exits.iter().any(|(_, exit)| *exit == place);
        if tap.kind == TapKind::Out && (*copy || is_exit) {
            continue;
        }
        let waited = |missing| match tap.time.0 + wait_s(rule) {
            closes_at if as_of < closes_at => ("Open", Some(closes_at)),
            _ => (missing, None),
        };
        let repair = repair_of(&once, tap);
        let near = |seconds: i64| (0..=wait_s(rule)).contains(&seconds);
        let mut named = 0;
        let (together, (ending, closes_at)) = match (tap.kind, exit, repair) {
            (_, Some((_, exit)), _) => {
                let exit = taps[*exit].0;
                match (ended(rule, tap, exit), repair) {
                    ("Overstay", Some((Mend::Excused, excuse))) => {
                        (vec![*tap, exit, excuse], ("Repaired", None))
                    }
                    (ending, _) => (vec![*tap, exit], (ending, None)),
                }
            }
            (TapKind::In, None, Some((Mend::Exit(_), exit))) if near(exit.time.0 - tap.time.0) => {
                (vec![*tap, exit], ("Repaired", None))
            }
            (TapKind::Out, None, Some((Mend::Entry(_), entry)))
                if near(tap.time.0 - entry.time.0) =>
            {
                named = 1;
                (vec![entry, *tap], ("Repaired", None))
            }
            (TapKind::In, None, _) => (vec![*tap], waited("EntryOnly")),
            _ => (vec![*tap], waited("ExitOnly")),
        };
        journeys.push(Journey {
            taps: together,
            ending,
            closes_at,
            named,
        });
    }
}

/// Points 4 and 5: entries with their exits, by their places.
fn exits(taps: &[(&Tap, bool)], naive: &Naive) -> Vec<(usize, usize)> {
    let mut exits: Vec<(usize, usize)> = Vec::new();
    for (place, (exit, copy)) in taps.iter().enumerate() {
        if exit.kind != TapKind::Out || *copy {
            continue;
        }
        let free: Vec<usize> = (0..place)
            .filter(|entry| taps[*entry].0.kind == TapKind::In)
            .filter(|entry| !exits.iter().any(|(taken, _)| taken == entry))
            .collect();
        let latest = |wanted: bool| {
            free.iter().rev().copied().find(|entry| {
                let has_copy = find_copy(taps, *entry, naive).is_some();
                let is_passed = has_copy || is_passed(&taps[*entry..place], naive);
                has_copy == wanted && can_exit(naive, [taps[*entry].0, exit], is_passed)
            })
        };
        if let Some(entry) = latest(false).or_else(|| latest(true)) {
            exits.push((entry, place));
        }
    }
    for entry in 0..taps.len() {
        if !exits.iter().any(|(taken, _)| *taken == entry)
            && let Some(copy) = find_copy(taps, entry, naive)
        {
            exits.push((entry, copy));
        }
    }
    exits
}

/// Where the way out is that shows an entry's code.
fn find_copy(taps: &[(&Tap, bool)], entry: usize, naive: &Naive) -> Option<usize> {
    let shown = taps[entry].0;
    let copy = taps.iter().position(|(tap, copy)| {
        *copy && shown.kind == TapKind::In && tap.showing == shown.showing
    })?;
    can_exit(naive, [shown, taps[copy].0], false).then_some(copy)
}

/// Whether someone who did not come along went in after the first of these taps.
fn is_passed(taps: &[(&Tap, bool)], naive: &Naive) -> bool {
    let entry = taps[0].0;
    let later = taps[1..].iter().map(|(tap, _)| *tap);
    later
        .filter(|tap| tap.kind == TapKind::In)
        .any(|tap| !(is_free(naive.rule(entry), entry, tap) && is_one_vehicle(entry, tap)))
}

fn can_exit(naive: &Naive, [entry, exit]: [&Tap; 2], is_passed: bool) -> bool {
    let rule = naive.rule(entry);
    let inside_s = exit.time.0 - entry.time.0;
    let limit_s = rule.and_then(|rule| rule.overstay_s).unwrap_or(4 * 3_600);
    inside_s <= wait_s(rule) && (!is_passed || inside_s <= limit_s) && is_one_vehicle(entry, exit)
}

fn is_one_vehicle(one: &Tap, other: &Tap) -> bool {
    if !["bus", "tram"].contains(&one.mode.word()) {
        return true;
    }
    let known = |tap: &Tap| {
        [
            tap.vehicle.as_ref().map(|vehicle| vehicle.to_string()),
            tap.line.as_ref().map(|line| line.to_string()),
            tap.direction.map(|direction| direction.to_string()),
        ]
    };
    let pairs = known(one).into_iter().zip(known(other));
    pairs
        .filter(|(one, other)| one.is_some() && other.is_some())
        .all(|(one, other)| one == other)
}

fn wait_s(rule: Option<&Rule>) -> i64 {
    rule.map_or(86_400, |rule| rule.wait_s)
}

fn is_free(rule: Option<&Rule>, first: &Tap, last: &Tap) -> bool {
    let free_s = rule.map_or(0, |rule| rule.same_station_s);
    free_s > 0
        && first.stop.is_some()
        && first.stop == last.stop
        && last.time.0 - first.time.0 <= free_s
}

/// Point 6.
fn ended(rule: Option<&Rule>, entry: &Tap, exit: &Tap) -> &'static str {
    let limit_s = rule.and_then(|rule| rule.overstay_s);
    if is_free(rule, entry, exit) {
        "SameStation"
    } else if limit_s.is_some_and(|limit_s| exit.time.0 - entry.time.0 > limit_s) {
        "Overstay"
    } else {
        "Complete"
    }
}
