//! The reference model: what phones signed and validators accepted, told by nobody but them.
//!
//! It reads the validators' own disks at the moment an entry is written and knows from the phones
//! whose code it was; nothing it holds has passed an upload, a credential list or a store. From
//! that it says what each rider owes and each operator is owed.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_account::Credential;
use ridecode_fare::{Fare, Mend, Period, Tap, TapKind, TariffBook, bill};
use ridecode_validator::bundle::Bundle;
use ridecode_validator::journal::{Entry, Event};
use ridecode_validator::{Outcome, Passage};
use ridecode_words::{
    AdjustmentId, CredentialRef, JourneyId, Month, OperatorId, RiderId, StopId, TapId, UnixSeconds,
    ValidatorId,
};

use crate::world::phone::Signed;

/// What is true.
#[derive(Default)]
pub(crate) struct Model {
    /// Every tap of every rider, voids and repairs included.
    taps: BTreeMap<RiderId, BTreeMap<TapId, Tap>>,
    /// Whose each accepted entry is.
    owners: BTreeMap<TapId, RiderId>,
    /// Codes signed lately, by their bytes.
    signed: BTreeMap<Vec<u8>, Signed>,
    /// What became of whom gates let in: the entry that says so, once there is one.
    at_gates: BTreeMap<TapId, Option<u64>>,
    /// Adjustments that nobody but who asked for them approved.
    pub(crate) never_given: BTreeSet<AdjustmentId>,
    /// Credentials of phones that were reported lost or left behind, since when.
    revoked: BTreeMap<CredentialRef, UnixSeconds>,
}

/// What a journey must cost, and who must be owed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Owed {
    pub(crate) amount_minor: i64,
    /// Ascending by operator, each once.
    pub(crate) shares: BTreeMap<OperatorId, i64>,
}

impl Model {
    /// A phone signed a code.
    pub(crate) fn signed(&mut self, bytes: &[u8], signed: Signed) {
        self.signed.insert(bytes.to_vec(), signed);
    }

    /// Forgets codes too old to be shown again.
    pub(crate) fn forget_codes(&mut self, before: UnixSeconds) {
        self.signed.retain(|_, signed| signed.at >= before);
    }

    /// A phone is no longer its rider's.
    pub(crate) fn revoked(&mut self, credentials: &[Credential], since: UnixSeconds) {
        for credential in credentials {
            self.revoked.entry(credential.id).or_insert(since);
        }
    }

    /// Whether a validator with a bundle may admit a code by its own clock.
    pub(crate) fn check_admitted(
        &self,
        code: &[u8],
        at: UnixSeconds,
        bundle: &Bundle,
    ) -> Result<(), String> {
        let signed = self.signed.get(code);
        let signed = signed.ok_or("a code that nobody signed is admitted")?;
        let age_s = at.since_s(signed.at);
        if !(-FUTURE_S..=FRESH_S).contains(&age_s) {
            return Err(format!("a code is admitted at the age of {age_s} s"));
        }
        let mut denied = bundle.denied.iter();
        if denied.any(|entry| entry.credential == signed.credential) {
            return Err("a code on the validator's own list is admitted".to_owned());
        }
        match self.revoked.get(&signed.credential) {
            Some(since) if *since <= bundle.made => Err(format!(
                "a phone given up at {} is admitted with the bundle of {}",
                since.0, bundle.made.0
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// A validator wrote an entry. Gives a fault if it admitted what nobody signed.
    pub(crate) fn written(&mut self, validator: ValidatorId, entry: &Entry) -> Result<(), String> {
        let id = TapId {
            validator,
            sequence: entry.sequence,
        };
        self.note_gate(id, entry)?;
        match &entry.event {
            Event::Decided {
                code,
                outcome: Outcome::Admit,
            } => {
                let signed = self.signed.get(code).copied();
                let signed = signed.ok_or_else(|| format!("entry {id} admits an unsigned code"))?;
                self.owners.insert(id, signed.rider);
                let taps = self.taps.entry(signed.rider).or_default();
                taps.insert(id, tap(id, entry, signed));
            }
            Event::Voided { accepted, .. } => {
                let accepted = TapId {
                    sequence: *accepted,
                    ..id
                };
                self.void(accepted, id, entry.time);
            }
            Event::Decided { .. } | Event::Passed { .. } | Event::Started => {}
        }
        Ok(())
    }

    /// Whom a gate let in passes, or is taken back: either, and once.
    fn note_gate(&mut self, id: TapId, entry: &Entry) -> Result<(), String> {
        let has_sensor = entry.place.passage != Passage::Single;
        if has_sensor && entry.admits() {
            self.at_gates.insert(id, None);
        }
        if let Event::Passed { accepted } | Event::Voided { accepted, .. } = entry.event {
            let accepted = TapId {
                sequence: accepted,
                ..id
            };
            let held = self.at_gates.get_mut(&accepted);
            let ended = held.and_then(|ended| ended.replace(id.sequence));
            if let Some(before) = ended {
                return Err(format!(
                    "entry {id} ends accept {accepted}, and {before} did"
                ));
            }
        }
        Ok(())
    }

    /// A rider whom a gate let in and neither saw pass nor took back, if there is one.
    pub(crate) fn find_in_doorway(&self) -> Option<TapId> {
        let waiting = |(id, ended): (&TapId, &Option<u64>)| ended.is_none().then_some(*id);
        self.at_gates.iter().find_map(waiting)
    }

    /// Another validator has taken one's place: what that one did not write, nobody will.
    pub(crate) fn replaced(&mut self, validator: ValidatorId) {
        self.at_gates.retain(|id, _| id.validator != validator);
    }

    fn void(&mut self, accepted: TapId, id: TapId, time: UnixSeconds) {
        let Some(rider) = self.owners.get(&accepted) else {
            return;
        };
        let taps = self.taps.entry(*rider).or_default();
        let Some(tap) = taps.get(&accepted) else {
            return;
        };
        let void = Tap {
            id,
            time,
            kind: TapKind::Void { tap: accepted },
            showing: None,
            ..tap.clone()
        };
        taps.insert(id, void);
    }

    /// A disk lost what it said it had: the entries behind `last` are no more.
    pub(crate) fn lost(&mut self, validator: ValidatorId, last: u64) {
        self.at_gates
            .retain(|id, _| id.validator != validator || id.sequence <= last);
        let of_this = |(id, _): &(&TapId, &mut Option<u64>)| id.validator == validator;
        for (_, ended) in self.at_gates.iter_mut().filter(of_this) {
            *ended = ended.filter(|ended| *ended <= last);
        }
        for taps in self.taps.values_mut() {
            taps.retain(|id, _| id.validator != validator || id.sequence <= last);
        }
    }

    /// A tap was mended.
    pub(crate) fn mended(
        &mut self,
        tap: TapId,
        (number, mend): (u8, Mend),
        at: (UnixSeconds, Option<StopId>),
    ) {
        let Some(rider) = self.owners.get(&tap) else {
            return;
        };
        let taps = self.taps.entry(*rider).or_default();
        if let Some(repair) = taps.get(&tap).map(|tap| tap.mended(number, mend, at)) {
            taps.insert(repair.id, repair);
        }
    }

    /// What each journey must cost as of a time.
    pub(crate) fn owed(&self, book: &TariffBook, as_of: UnixSeconds) -> BTreeMap<JourneyId, Owed> {
        let fares = self.fares(book, as_of, |tap| tap.showing);
        fares
            .iter()
            .map(|fare| (fare.journey, owed(fare)))
            .collect()
    }

    /// What everyone who was let through would pay, copied codes and all, in minor units.
    pub(crate) fn ridden_minor(&self, book: &TariffBook, as_of: UnixSeconds) -> i64 {
        let fares = self.fares(book, as_of, |_| None);
        fares.iter().map(|fare| fare.amount.minor).sum()
    }

    fn fares(
        &self,
        book: &TariffBook,
        as_of: UnixSeconds,
        showing: impl Fn(&Tap) -> Option<[u8; 16]>,
    ) -> Vec<Fare> {
        let mut fares = Vec::new();
        for (period, mut taps) in self.months(book) {
            for tap in &mut taps {
                tap.showing = showing(tap);
            }
            fares.extend(bill(period, &taps, book, as_of).fares);
        }
        fares
    }

    /// Every month that somebody rode in, each with all taps of its rider.
    pub(crate) fn months(&self, book: &TariffBook) -> Vec<(Period, Vec<Tap>)> {
        let mut all = Vec::new();
        for (&rider, taps) in &self.taps {
            let taps: Vec<Tap> = taps.values().cloned().collect();
            let mut months: Vec<Month> = taps.iter().map(|tap| book.month_of(tap)).collect();
            months.sort_unstable();
            months.dedup();
            let months = months.into_iter();
            all.extend(months.map(|month| (Period { rider, month }, taps.clone())));
        }
        all
    }
}

fn owed(fare: &Fare) -> Owed {
    let mut shares = BTreeMap::new();
    for share in &fare.shares {
        *shares.entry(share.operator).or_default() += share.amount.minor;
    }
    Owed {
        amount_minor: fare.amount.minor,
        shares,
    }
}

fn tap(id: TapId, entry: &Entry, signed: Signed) -> Tap {
    let place = &entry.place;
    Tap {
        time: entry.time,
        id,
        rider: signed.rider,
        issuer: signed.issuer,
        kind: match place.passage {
            Passage::Single => TapKind::Single,
            Passage::In => TapKind::In,
            Passage::Out => TapKind::Out,
        },
        operator: place.operator,
        mode: place.mode,
        line: place.line.clone(),
        stop: place.stop.clone(),
        direction: place.direction,
        vehicle: place.vehicle.clone(),
        category: 0,
        showing: Some(showing(signed)),
    }
}

/// Names what was signed: a credential and a second, in 16 bytes.
fn showing(signed: Signed) -> [u8; 16] {
    let mut name = [0; 16];
    name[..10].copy_from_slice(&signed.credential.credential.0);
    let seconds = signed.at.0.to_be_bytes();
    name[10..].copy_from_slice(&seconds[2..]);
    name
}

/// How old a code may be, in seconds, in either scheme.
const FRESH_S: i64 = 60;

/// How far ahead of a validator's clock a phone's may be, in seconds.
const FUTURE_S: i64 = 20;
