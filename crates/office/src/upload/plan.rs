//! From an examined segment to what the store takes down.

use ridecode_fare::{Tap, TapKind};
use ridecode_store::{
    Acceptance, CredentialOwner, Disagreement, EntryVoid, Sighting, StoreFault, StoredEntry,
};
use ridecode_validator::Outcome;
use ridecode_validator::journal::{Entry, Event};
use ridecode_words::{CredentialRef, TapId, UnixSeconds, ValidatorId};

use super::Examined;
use super::recheck::{Admitted, Meaning};

impl Examined {
    /// The credentials whose owners [`plan`] needs, in the order it needs them.
    pub(super) fn credentials(&self) -> Vec<CredentialRef> {
        let admitted = self.meanings.iter().filter_map(|meaning| match meaning {
            Meaning::Admitted(admitted) => Some(admitted.credential),
            Meaning::Kept | Meaning::Voids { .. } | Meaning::Disagrees(_) => None,
        });
        admitted.collect()
    }
}

/// What the store takes down. Every entry is kept; only verified codes of known riders are taps.
pub(super) fn plan(
    examined: Examined,
    owners: Vec<Option<CredentialOwner>>,
    now: UnixSeconds,
) -> Result<Acceptance, StoreFault> {
    let Examined { segment, meanings } = examined;
    let mut acceptance = Acceptance {
        validator: segment.validator,
        entries: Vec::with_capacity(segment.entries.len()),
        taps: Vec::with_capacity(owners.len()),
        voids: Vec::new(),
        disagreements: Vec::new(),
        seen: Vec::new(),
        rides_home: Vec::new(),
        sealed: segment.sealed,
        journal_end: segment.journal_end,
        received: now,
    };
    let mut owners = owners.into_iter();
    let mut previous = segment.previous;
    for (chained, meaning) in segment.entries.into_iter().zip(meanings) {
        let entry = chained.entry;
        acceptance.seen.extend(sighting(&entry));
        acceptance.entries.push(StoredEntry {
            sequence: entry.sequence,
            previous,
            hash: chained.hash,
            bytes: chained.bytes,
        });
        previous = chained.hash;
        match meaning {
            Meaning::Kept => {}
            Meaning::Voids { accepted } => acceptance.voids.push(EntryVoid {
                sequence: entry.sequence,
                accepted,
                time: entry.time,
            }),
            Meaning::Disagrees(reason) => disagree(&mut acceptance, entry.sequence, reason),
            Meaning::Admitted(admitted) => {
                let owner = owners.next().ok_or_else(|| {
                    StoreFault::Corrupt("fewer owners came back than were asked for".into())
                })?;
                take_admitted(&mut acceptance, entry, (admitted, owner));
            }
        }
    }
    Ok(acceptance)
}

/// The decision an entry is, for counting.
fn sighting(entry: &Entry) -> Option<Sighting> {
    match &entry.event {
        Event::Decided { outcome, .. } => Some(Sighting {
            sequence: entry.sequence,
            time: entry.time,
            line: entry.place.line.clone(),
            outcome: *outcome,
        }),
        Event::Passed { .. } | Event::Voided { .. } | Event::Started => None,
    }
}

fn take_admitted(
    acceptance: &mut Acceptance,
    entry: Entry,
    (admitted, owner): (Admitted, Option<CredentialOwner>),
) {
    match owner {
        Some(owner) => {
            if let Some(remark) = admitted.remark {
                disagree(acceptance, entry.sequence, remark);
            }
            let (sequence, credential) = (entry.sequence, admitted.credential);
            let tap = tap(acceptance.validator, entry, (admitted, owner));
            if owner.essential && ends_a_ride(tap.kind) {
                acceptance.rides_home.push((sequence, credential));
            }
            acceptance.taps.push(tap);
        }
        None => disagree(acceptance, entry.sequence, "unknown credential"),
    }
}

/// Whether nothing of the ride comes after this tap. Nobody is locked in a station: a way in leaves
/// the credential good for the way out.
fn ends_a_ride(kind: TapKind) -> bool {
    match kind {
        TapKind::Single | TapKind::Out => true,
        TapKind::In | TapKind::Void { .. } | TapKind::Repair { .. } => false,
    }
}

fn disagree(acceptance: &mut Acceptance, sequence: u64, reason: &str) {
    acceptance.disagreements.push(Disagreement {
        sequence,
        validator: Outcome::Admit,
        office: reason.into(),
    });
}

fn tap(
    validator: ValidatorId,
    entry: Entry,
    (admitted, owner): (Admitted, CredentialOwner),
) -> Tap {
    Tap {
        time: entry.time,
        id: TapId {
            validator,
            sequence: entry.sequence,
        },
        rider: owner.rider,
        issuer: admitted.credential.issuer,
        kind: admitted.kind,
        operator: entry.place.operator,
        mode: entry.place.mode,
        line: entry.place.line,
        stop: entry.place.stop,
        direction: entry.place.direction,
        vehicle: entry.place.vehicle,
        category: admitted.category,
        showing: Some(admitted.showing),
    }
}
