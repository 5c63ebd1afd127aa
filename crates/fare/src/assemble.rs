//! Taps become journeys.
//!
//! Each decision looks at a tap and its neighbors among the rider's taps in the same network, in
//! time order: nothing else. So journeys far apart never influence each other, and the same set
//! of taps gives the same journeys whatever the order it came in.
//!
//! The ladder, from a tap that is not yet part of a journey:
//!
//! 1. taken back by a void of the same validator within a day → no journey; later it would be a
//!    repair, which an agent makes;
//! 2. the same showing of a code as an earlier tap → no journey: the copy of a code is not a ride
//!    of this rider. Only a way out may show the code of the way in, and then counts if an entry
//!    stands right before it and no exit with a code of its own follows within the waiting time;
//! 3. single → complete;
//! 4. in, and the next tap is an out within the waiting time → one journey: same station (same
//!    stop, within the free time), overstay (longer than the limit), or complete;
//! 5. in, and the next tap is another in at the same stop within the free time → same station:
//!    the gate was tapped twice;
//! 6. in, otherwise → open until the waiting time is over, then entry only. A second entry does
//!    not end the waiting: the exit may still lie in a validator without network;
//! 7. out, and the tap before is an out at the same stop within the free time → same station;
//! 8. out, otherwise → open until the waiting time is over, then exit only.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ridecode_words::{JourneyId, Mode, OperatorId, RiderId, TapId, Text, UnixSeconds};

use crate::book::{Applied, JOURNEY_S_MAX, TariffBook};
use crate::journey::{Ending, Journey};
use crate::tap::{Tap, TapKind};

/// Puts riders' taps together, in time order of the first tap of each journey. `as_of` is up to
/// when a missing tap has been waited for. Of taps with one id the smallest counts.
pub fn assemble(taps: &[Tap], book: &TariffBook, as_of: UnixSeconds) -> Vec<Journey> {
    let standing = standing(taps);
    let mut groups: BTreeMap<(RiderId, Pairing<'_>), Vec<Candidate<'_>>> = BTreeMap::new();
    let mut journeys = Vec::with_capacity(taps.len());
    for (tap, repeats_code) in standing {
        if tap.kind == TapKind::Single {
            journeys.push(journey(tap, None, (Ending::Complete, None)));
            continue;
        }
        let applied = book.find_rule(tap);
        let pairing = applied
            .as_ref()
            .map_or(Pairing::Unruled(tap.operator, tap.mode), |applied| {
                Pairing::Ruled(key_of(applied))
            });
        groups
            .entry((tap.rider, pairing))
            .or_default()
            .push(Candidate {
                tap,
                applied,
                repeats_code,
            });
    }
    for group in groups.values() {
        pair(&without_copies(group), as_of, &mut journeys);
    }
    journeys.sort_by_key(time_order);
    journeys
}

/// Taps with one key are paired with each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pairing<'a> {
    /// Of one network, or of one rule without a network.
    Ruled((&'a Text, &'a Text)),
    /// Covered by no rule.
    Unruled(OperatorId, Mode),
}

fn key_of<'a>(applied: &Applied<'a>) -> (&'a Text, &'a Text) {
    match &applied.rule.network {
        Some(network) => (network, network),
        None => (&applied.tariff.reference.name, &applied.rule.name),
    }
}

#[derive(Clone, Copy)]
struct Candidate<'a> {
    tap: &'a Tap,
    applied: Option<Applied<'a>>,
    /// A way out with the code of an earlier way in.
    repeats_code: bool,
}

fn time_order(journey: &Journey) -> (UnixSeconds, TapId, RiderId) {
    let first = journey.first();
    (first.time, first.id, first.rider)
}

/// The taps that may count: each id once, no voids, nothing taken back, each showing of a code once,
/// or once in and then once out, which is told with the tap; in time order.
fn standing(taps: &[Tap]) -> Vec<(&Tap, bool)> {
    let mut standing: Vec<&Tap> = taps.iter().collect();
    standing.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| a.cmp(b)));
    standing.dedup_by(|later, first| later.id == first.id);
    let mut voids: Vec<(TapId, UnixSeconds)> = standing
        .iter()
        .filter_map(|tap| match tap.kind {
            TapKind::Void { tap: taken } => {
                (taken.validator == tap.id.validator).then_some((taken, tap.time))
            }
            TapKind::Single | TapKind::In | TapKind::Out => None,
        })
        .collect();
    voids.sort_unstable();
    standing.retain(|tap| {
        let from = voids.partition_point(|void| void.0 < tap.id);
        let mut of_this = voids[from..].iter().take_while(|void| void.0 == tap.id);
        match tap.kind {
            TapKind::Void { .. } => false,
            TapKind::Single | TapKind::In | TapKind::Out => {
                !of_this.any(|void| void.1.since_s(tap.time).abs() <= JOURNEY_S_MAX)
            }
        }
    });
    standing.sort_by_key(|tap| (tap.time, tap.id));
    let mut shown: BTreeMap<(RiderId, [u8; 16]), TapKind> = BTreeMap::new();
    let once = |tap| {
        let repeats_code = is_way_out_of_shown(tap, &mut shown)?;
        Some((tap, repeats_code))
    };
    standing.into_iter().filter_map(once).collect()
}

/// Whether a tap shows a code anew (`false`), or on the way out once more (`true`). `None` for any
/// other showing of a code already shown.
fn is_way_out_of_shown(
    tap: &Tap,
    shown: &mut BTreeMap<(RiderId, [u8; 16]), TapKind>,
) -> Option<bool> {
    let Some(showing) = tap.showing else {
        return Some(false);
    };
    match (shown.insert((tap.rider, showing), tap.kind), tap.kind) {
        (None, _) => Some(false),
        (Some(TapKind::In), TapKind::Out) => Some(true),
        (Some(before), _) => {
            shown.insert((tap.rider, showing), before);
            None
        }
    }
}

/// Leaves out every way out that shows the code of a way in and is not the exit of the entry right
/// before it. Validators see each other's codes only through a thief of codes, so that an exit
/// with a code of its own is believed first.
fn without_copies<'a>(group: &[Candidate<'a>]) -> Vec<Candidate<'a>> {
    let counts = |(at, candidate): (usize, &Candidate<'a>)| {
        let entry = at.checked_sub(1).and_then(|before| group.get(before));
        let is_exit = !candidate.repeats_code
            || entry.is_some_and(|entry| {
                let own = group.get(at + 1).filter(|next| !next.repeats_code);
                entry.tap.kind == TapKind::In
                    && !own.is_some_and(|own| Terms::of(entry).is_exit_of(entry.tap, own.tap))
            });
        is_exit.then_some(*candidate)
    };
    group.iter().enumerate().filter_map(counts).collect()
}

/// The ladder over the taps of one rider in one network.
fn pair(group: &[Candidate<'_>], as_of: UnixSeconds, journeys: &mut Vec<Journey>) {
    let mut at = 0;
    while let Some(candidate) = group.get(at) {
        let next = group.get(at + 1);
        let before = at.checked_sub(1).and_then(|before| group.get(before));
        at += 1;
        let terms = Terms::of(candidate);
        let lone = |missing| terms.waited(candidate.tap, missing, as_of);
        let (exit, ended) = match candidate.tap.kind {
            TapKind::In => match next {
                Some(exit) if terms.is_exit_of(candidate.tap, exit.tap) => {
                    at += 1;
                    (Some(exit.tap), (terms.ended(candidate.tap, exit.tap), None))
                }
                Some(again) if terms.is_repeat(candidate.tap, again.tap) => {
                    (None, (Ending::SameStation, None))
                }
                Some(_) | None => (None, lone(Ending::EntryOnly)),
            },
            TapKind::Out => match before {
                Some(first) if terms.is_repeat(first.tap, candidate.tap) => {
                    (None, (Ending::SameStation, None))
                }
                Some(_) | None => (None, lone(Ending::ExitOnly)),
            },
            // Singles are journeys by themselves and voids do not stand: neither is in a group.
            TapKind::Single | TapKind::Void { .. } => continue,
        };
        journeys.push(journey(candidate.tap, exit, ended));
    }
}

fn journey(first: &Tap, exit: Option<&Tap>, ended: (Ending, Option<UnixSeconds>)) -> Journey {
    Journey {
        id: JourneyId(first.id),
        taps: core::iter::once(first).chain(exit).cloned().collect(),
        ending: ended.0,
        closes_at: ended.1,
    }
}

/// What the rule of a tap says about time, in seconds.
#[derive(Clone, Copy)]
struct Terms {
    wait_s: i64,
    same_station_s: i64,
    limit_s: Option<i64>,
}

impl Terms {
    fn of(candidate: &Candidate<'_>) -> Self {
        candidate.applied.map_or(
            Self {
                wait_s: JOURNEY_S_MAX,
                same_station_s: 0,
                limit_s: None,
            },
            |applied| Self {
                wait_s: i64::from(applied.rule.missing_tap_wait_s),
                same_station_s: i64::from(applied.rule.same_station_s),
                limit_s: applied
                    .rule
                    .overstay
                    .map(|overstay| i64::from(overstay.limit_s)),
            },
        )
    }

    fn is_exit_of(self, entry: &Tap, exit: &Tap) -> bool {
        exit.kind == TapKind::Out && exit.time.since_s(entry.time) <= self.wait_s
    }

    /// Both in or both out, at one stop, within the free time.
    fn is_repeat(self, first: &Tap, again: &Tap) -> bool {
        first.kind == again.kind && self.is_free(first, again)
    }

    fn is_free(self, first: &Tap, last: &Tap) -> bool {
        first.stop.is_some()
            && first.stop == last.stop
            && self.same_station_s > 0
            && last.time.since_s(first.time) <= self.same_station_s
    }

    fn ended(self, entry: &Tap, exit: &Tap) -> Ending {
        let inside_s = exit.time.since_s(entry.time);
        if self.is_free(entry, exit) {
            Ending::SameStation
        } else if self.limit_s.is_some_and(|limit_s| inside_s > limit_s) {
            Ending::Overstay
        } else {
            Ending::Complete
        }
    }

    /// Open until the waiting time is over.
    fn waited(
        self,
        tap: &Tap,
        missing: Ending,
        as_of: UnixSeconds,
    ) -> (Ending, Option<UnixSeconds>) {
        let closes_at = tap.time.plus_s(self.wait_s);
        if as_of < closes_at {
            (Ending::Open, Some(closes_at))
        } else {
            (missing, None)
        }
    }
}

#[cfg(test)]
mod tests;
