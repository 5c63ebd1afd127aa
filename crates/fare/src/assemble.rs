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
//! 1. taken back by a void of the same validator within a day → no journey; later it would be a
//!    repair, which an agent makes;
//! 2. the same showing of a code as an earlier tap → no journey: the copy of a code is not a ride
//!    of this rider. Only a way out may show the code of the way in, see 5;
//! 3. single → complete;
//! 4. out, with a code of its own → the exit of the latest entry that it can be the exit of and
//!    that has none yet ([`pairing`]);
//! 5. out, with the code of an entry → the exit of that entry if it has no other;
//! 6. in and out → one journey: same station (same stop, within the free time), overstay (longer
//!    than the limit), or complete;
//! 7. in without out, or out without in → open until the waiting time is over, then entry only or
//!    exit only. A second entry does not end the waiting: the exit may still lie in a validator
//!    without network.

mod pairing;
mod standing;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ridecode_words::{JourneyId, Mode, OperatorId, RiderId, TapId, Text, UnixSeconds};

use self::pairing::{Candidate, Pairing};
use self::standing::standing;
use crate::book::{Applied, TariffBook};
use crate::journey::{Ending, Journey};
use crate::tap::{Tap, TapKind};

/// Puts riders' taps together, in time order of the first tap of each journey. `as_of` is up to
/// when a missing tap has been waited for. Of taps with one id the smallest counts.
pub fn assemble(taps: &[Tap], book: &TariffBook, as_of: UnixSeconds) -> Vec<Journey> {
    let mut groups: BTreeMap<(RiderId, Group<'_>), Vec<Candidate<'_>>> = BTreeMap::new();
    let mut journeys = Vec::with_capacity(taps.len());
    for (tap, repeats_code) in standing(taps) {
        if tap.kind == TapKind::Single {
            journeys.push(journey(tap, None, (Ending::Complete, None)));
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
        put_together(group, as_of, &mut journeys);
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
    let first = journey.first();
    (first.time, first.id, first.rider)
}

/// The journeys of one rider in one network.
fn put_together(group: &[Candidate<'_>], as_of: UnixSeconds, journeys: &mut Vec<Journey>) {
    let pairing = Pairing::of(group);
    for (at, candidate) in group.iter().enumerate() {
        let tap = candidate.tap;
        let lone = |missing| candidate.terms.waited(tap, missing, as_of);
        let (exit, ended) = match tap.kind {
            TapKind::In => match pairing.find_exit(at) {
                Some(exit) => {
                    let exit = group[exit].tap;
                    (Some(exit), (candidate.terms.ended(tap, exit), None))
                }
                None => (None, lone(Ending::EntryOnly)),
            },
            TapKind::Out if pairing.is_lone_exit(at) => (None, lone(Ending::ExitOnly)),
            // An exit stands in its entry's journey and a copied one in none; singles are
            // journeys by themselves and voids do not stand: neither is in a group.
            TapKind::Out | TapKind::Single | TapKind::Void { .. } => continue,
        };
        journeys.push(journey(tap, exit, ended));
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

#[cfg(test)]
mod tests;
