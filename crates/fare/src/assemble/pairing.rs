//! Which exit belongs to which entry (docs/decisions/0006).
//!
//! Of people who went in together nobody can tell who comes out first, and need not: they went in
//! at one stop, so whichever entry an exit is given, the fares are the same. Of rides after each
//! other the latest entry is the one that is being ridden. Both come to one rule: an exit belongs
//! to the latest entry without one. An entry's exit then depends on nothing before the entry.

use alloc::vec;
use alloc::vec::Vec;

use ridecode_words::{Mode, UnixSeconds};

use crate::book::{Applied, JOURNEY_S_MAX};
use crate::journey::Ending;
use crate::tap::{Mend, Tap, TapKind};

/// A tap that is to be paired.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) tap: &'a Tap,
    pub(super) terms: Terms,
    /// A way out with the code of an earlier way in.
    repeats_code: bool,
}

impl<'a> Candidate<'a> {
    pub(super) fn new(tap: &'a Tap, applied: Option<Applied<'a>>, repeats_code: bool) -> Self {
        Self {
            tap,
            terms: Terms::of(applied),
            repeats_code,
        }
    }
}

/// The exits of a group's entries.
pub(super) struct Pairing {
    /// By place in the group: where the exit of an entry is.
    exits: Vec<Option<usize>>,
    /// By place: an exit with a code of its own that no entry has.
    lone_exits: Vec<bool>,
}

/// An entry without exit.
struct Waiting {
    at: usize,
    /// Whether the rider went in again since, apart from who went in together.
    is_passed: bool,
}

impl Pairing {
    /// Pairs the taps of one rider in one network, which are in time order.
    pub(super) fn of(group: &[Candidate<'_>]) -> Self {
        let copies = copies(group);
        let mut pairing = Self {
            exits: vec![None; group.len()],
            lone_exits: vec![false; group.len()],
        };
        let mut waiting: Vec<Waiting> = Vec::new();
        for (at, candidate) in group.iter().enumerate() {
            let now = candidate.tap.time;
            waiting.retain(|entry| now.since_s(group[entry.at].tap.time) <= JOURNEY_S_MAX);
            match candidate.tap.kind {
                TapKind::In => {
                    for entry in &mut waiting {
                        entry.is_passed |= !group[entry.at].is_together(candidate);
                    }
                    waiting.push(Waiting {
                        at,
                        is_passed: false,
                    });
                }
                TapKind::Out if !candidate.repeats_code => {
                    // An entry whose own code went out stands back, and is waited for no longer
                    // than one that was passed: the exit may well be another's.
                    let find = |is_copied: bool| {
                        waiting.iter().rposition(|entry| {
                            let is_passed = entry.is_passed || is_copied;
                            copies[entry.at].is_some() == is_copied
                                && group[entry.at].can_exit(candidate, is_passed)
                        })
                    };
                    match find(false).or_else(|| find(true)) {
                        Some(place) => {
                            let entry = waiting.remove(place);
                            pairing.exits[entry.at] = Some(at);
                        }
                        None => pairing.lone_exits[at] = true,
                    }
                }
                TapKind::Out | TapKind::Single | TapKind::Void { .. } | TapKind::Repair { .. } => {}
            }
        }
        for (exit, copy) in pairing.exits.iter_mut().zip(copies) {
            *exit = exit.or(copy);
        }
        pairing
    }

    /// Where the exit of an entry is.
    pub(super) fn find_exit(&self, entry: usize) -> Option<usize> {
        self.exits[entry]
    }

    /// Whether an exit is the exit of no entry, and was not made with an entry's code.
    pub(super) fn is_lone_exit(&self, exit: usize) -> bool {
        self.lone_exits[exit]
    }
}

/// By place: where the way out is that shows the code of an entry.
fn copies(group: &[Candidate<'_>]) -> Vec<Option<usize>> {
    let mut copies = vec![None; group.len()];
    for (at, copy) in group.iter().enumerate() {
        if copy.repeats_code {
            let entry = group[..at].iter().rposition(|entry| {
                entry.tap.kind == TapKind::In && entry.tap.showing == copy.tap.showing
            });
            if let Some(entry) = entry
                && group[entry].can_exit(copy, false)
            {
                copies[entry] = Some(at);
            }
        }
    }
    copies
}

impl Candidate<'_> {
    /// Whether an entry can have a later tap as its exit.
    fn can_exit(&self, exit: &Self, is_passed: bool) -> bool {
        let longest_s = if is_passed {
            self.terms.wait_s.min(self.terms.passed_s())
        } else {
            self.terms.wait_s
        };
        exit.tap.time.since_s(self.tap.time) <= longest_s && is_one_vehicle(self.tap, exit.tap)
    }

    /// Whether a later entry is that of a companion, as far as anyone can tell.
    fn is_together(&self, later: &Self) -> bool {
        self.terms.is_free(self.tap, later.tap) && is_one_vehicle(self.tap, later.tap)
    }
}

/// Whether two taps can be of one ride by the vehicle they were made in. Readers on board know
/// vehicle, line and direction; stations are walked through from any line to any other.
fn is_one_vehicle(one: &Tap, other: &Tap) -> bool {
    fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
        one.is_none() || other.is_none() || one == other
    }
    match one.mode {
        Mode::Bus | Mode::Tram => {
            agree(one.vehicle.as_ref(), other.vehicle.as_ref())
                && agree(one.line.as_ref(), other.line.as_ref())
                && agree(one.direction.as_ref(), other.direction.as_ref())
        }
        Mode::Metro | Mode::Brt | Mode::Ferry | Mode::Cableway => true,
    }
}

/// What the rule of a tap says about time, in seconds.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    wait_s: i64,
    same_station_s: i64,
    limit_s: Option<i64>,
}

impl Terms {
    fn of(applied: Option<Applied<'_>>) -> Self {
        applied.map_or(
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

    /// How long a ride may be that others were begun during.
    fn passed_s(self) -> i64 {
        self.limit_s.unwrap_or(PASSED_S)
    }

    fn is_free(self, first: &Tap, last: &Tap) -> bool {
        first.stop.is_some()
            && first.stop == last.stop
            && self.same_station_s > 0
            && last.time.since_s(first.time) <= self.same_station_s
    }

    /// How a ride from an entry to an exit ended.
    pub(super) fn ended(self, entry: &Tap, exit: &Tap) -> Ending {
        let inside_s = exit.time.since_s(entry.time);
        if self.is_free(entry, exit) {
            Ending::SameStation
        } else if self.limit_s.is_some_and(|limit_s| inside_s > limit_s) {
            Ending::Overstay
        } else {
            Ending::Complete
        }
    }

    /// The tap that a repair supplies for one that has no counterpart: of the other direction, in
    /// the right order, and no further away than a counterpart is waited for.
    pub(super) fn find_supplied<'a>(
        self,
        tap: &Tap,
        repair: Option<(Mend, &'a Tap)>,
    ) -> Option<&'a Tap> {
        let (mend, supplied) = repair?;
        let inside_s = match (tap.kind, mend) {
            (TapKind::In, Mend::Exit(_)) => supplied.time.since_s(tap.time),
            (TapKind::Out, Mend::Entry(_)) => tap.time.since_s(supplied.time),
            (
                TapKind::In
                | TapKind::Out
                | TapKind::Single
                | TapKind::Void { .. }
                | TapKind::Repair { .. },
                Mend::Entry(_) | Mend::Exit(_) | Mend::Unridden | Mend::Excused,
            ) => return None,
        };
        (0..=self.wait_s).contains(&inside_s).then_some(supplied)
    }

    /// A tap without counterpart: open until the waiting time is over.
    pub(super) fn lone(
        self,
        tap: &Tap,
        missing: Ending,
        as_of: UnixSeconds,
    ) -> ([Option<&Tap>; 3], (Ending, Option<UnixSeconds>)) {
        let closes_at = tap.time.plus_s(self.wait_s);
        let ended = if as_of < closes_at {
            (Ending::Open, Some(closes_at))
        } else {
            (missing, None)
        };
        ([Some(tap), None, None], ended)
    }
}

/// The longest ride that others were begun during, in seconds, where the rule sets no limit.
const PASSED_S: i64 = 4 * 3_600;
