//! Taps become journeys.
//!
//! Several people may ride on one account, each with a code of their own, so taps are counted, not
//! guessed about: every entry is somebody's, and every exit is the exit of one entry. Which one is
//! decided among the rider's taps in the same network within the waiting time, and by nothing
//! else. So journeys far apart never influence each other, and the same set of taps gives the same
//! journeys whatever the order it came in.
//!
//! The ladder, for a tap:
//!
//! 1. taken back by a void of the same validator within a day, or by an agent's repair → no
//!    journey;
//! 2. the same showing of a code as an earlier tap → no journey: the copy of a code is not a ride
//!    of this rider. Only a way out may show the code of the way in, see 5;
//! 3. single → complete;
//! 4. out, with a code of its own → the exit of the latest entry that it can be the exit of and
//!    that has none yet ([`pairing`]);
//! 5. out, with the code of an entry → the exit of that entry if it has no other;
//! 6. in and out → one journey: same station (same stop, within the free time), overstay (longer
//!    than the limit; repaired, if an agent excused it), or complete;
//! 7. in without out, or out without in, and a repair supplies it → repaired. What validators took
//!    comes first: a repair steps back when the tap it supplies arrives after all;
//! 8. in without out, or out without in → open until the waiting time is over, then entry only or
//!    exit only. A second entry does not end the waiting: the exit may still lie in a validator
//!    without network.

mod pairing;
mod standing;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ridecode_words::{JourneyId, Mode, OperatorId, RiderId, TapId, Text, UnixSeconds};

use self::pairing::{Candidate, Pairing};
use self::standing::Standing;
use crate::book::{Applied, TariffBook};
use crate::journey::{Ending, Journey};
use crate::tap::{Mend, Tap, TapKind};

/// Puts riders' taps together, in time order of the taps that name the journeys. `as_of` is up to
/// when a missing tap has been waited for. Of taps with one id the smallest counts.
pub fn assemble(taps: &[Tap], book: &TariffBook, as_of: UnixSeconds) -> Vec<Journey> {
    let mut groups: BTreeMap<(RiderId, Group<'_>), Vec<Candidate<'_>>> = BTreeMap::new();
    let mut journeys = Vec::with_capacity(taps.len());
    let standing = Standing::of(taps);
    for &(tap, repeats_code) in &standing.taps {
        if tap.kind == TapKind::Single {
            journeys.push(journey(
                tap.id,
                [Some(tap), None, None],
                (Ending::Complete, None),
            ));
            continue;
        }
        let applied = book.find_rule(tap);
        let group = book
            .find_gates(tap, applied)
            .map_or(Group::Unruled(tap.operator, tap.mode), |gates| {
                Group::Ruled(key_of(&gates))
            });
        groups
            .entry((tap.rider, group))
            .or_default()
            .push(Candidate::new(tap, applied, repeats_code));
    }
    for group in groups.values() {
        put_together((group, &standing), as_of, &mut journeys);
    }
    journeys.sort_by_key(time_order);
    journeys
}

/// Taps of one group are paired with each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group<'a> {
    /// Of one network, or of one rule without a network.
    Ruled((&'a Text, &'a Text)),
    /// Covered by no rule.
    Unruled(OperatorId, Mode),
}

fn key_of<'a>(gates: &Applied<'a>) -> (&'a Text, &'a Text) {
    match &gates.rule.network {
        Some(network) => (network, network),
        None => (&gates.tariff.reference.name, &gates.rule.name),
    }
}

fn time_order(journey: &Journey) -> (UnixSeconds, TapId, RiderId) {
    let named_by = journey.named_by();
    (named_by.time, named_by.id, named_by.rider)
}

/// The journeys of one rider in one network.
fn put_together(
    (group, standing): (&[Candidate<'_>], &Standing<'_>),
    as_of: UnixSeconds,
    journeys: &mut Vec<Journey>,
) {
    let pairing = Pairing::of(group);
    for (at, candidate) in group.iter().enumerate() {
        let tap = candidate.tap;
        let repair = standing.find_repair(tap);
        let (ways, ended) = match tap.kind {
            TapKind::In => match pairing.find_exit(at) {
                Some(exit) => recorded(candidate, group[exit].tap, repair),
                None => match candidate.terms.find_supplied(tap, repair) {
                    Some(exit) => ([Some(tap), Some(exit), None], (Ending::Repaired, None)),
                    None => candidate.terms.lone(tap, Ending::EntryOnly, as_of),
                },
            },
            TapKind::Out if pairing.is_lone_exit(at) => {
                match candidate.terms.find_supplied(tap, repair) {
                    Some(entry) => ([Some(entry), Some(tap), None], (Ending::Repaired, None)),
                    None => candidate.terms.lone(tap, Ending::ExitOnly, as_of),
                }
            }
            // An exit stands in its entry's journey and a copied one in none; singles are
            // journeys by themselves, and voids and repairs do not stand: none is in a group.
            TapKind::Out | TapKind::Single | TapKind::Void { .. } | TapKind::Repair { .. } => {
                continue;
            }
        };
        journeys.push(journey(tap.id, ways, ended));
    }
}

/// An entry and its exit as validators took them, and an agent's excuse for staying too long.
fn recorded<'a>(
    entry: &Candidate<'a>,
    exit: &'a Tap,
    repair: Option<(Mend, &'a Tap)>,
) -> (Ways<'a>, Ended) {
    let ending = entry.terms.ended(entry.tap, exit);
    match repair {
        Some((Mend::Excused, excuse)) if ending == Ending::Overstay => (
            [Some(entry.tap), Some(exit), Some(excuse)],
            (Ending::Repaired, None),
        ),
        Some(_) | None => ([Some(entry.tap), Some(exit), None], (ending, None)),
    }
}

/// Way in, way out, and what else belongs to a journey.
type Ways<'a> = [Option<&'a Tap>; 3];
/// How it ended and, while it is open, when it closes.
type Ended = (Ending, Option<UnixSeconds>);

fn journey(named_by: TapId, ways: Ways<'_>, (ending, closes_at): Ended) -> Journey {
    Journey {
        id: JourneyId(named_by),
        taps: ways.into_iter().flatten().cloned().collect(),
        ending,
        closes_at,
    }
}

#[cfg(test)]
mod tests;
