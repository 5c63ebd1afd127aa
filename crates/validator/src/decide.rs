//! The ladder.

use ridecode_codec::crypto::Crypto;
use ridecode_codec::{ReadFault, Scan, Services, SignatureFault, Verified, Verifier};
use ridecode_words::{BrandId, UnixSeconds};

use crate::array::{Shared, What};
use crate::bundle::{BrandRule, Bundle, IssuerRules, Phase};
use crate::clock::{Clock, ClockTrust};
use crate::journal::{Entry, Event};
use crate::liability::{Liability, Ride};
use crate::outcome::{DenyReason, Outcome};
use crate::place::{Passage, Place};
use crate::replay::{CodeKey, ReplayStore, Seen, Use};

/// What a validator knows when it decides.
pub struct State<C: Crypto> {
    bundle: Bundle,
    /// The bundle's keys, with the credentials already checked.
    verifier: Verifier<C>,
    /// Codes and riders seen lately.
    replay: ReplayStore,
    /// Codes seen lately at the other gates of the array.
    elsewhere: ReplayStore,
    /// How many uses the other gates told of.
    told: u64,
    /// What issuers answer for.
    liability: Liability,
}

/// An answer, with what it rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// The code, where its signatures held.
    pub scan: Option<Verified>,
    /// The accepted brand, where one was found.
    pub brand: Option<BrandId>,
    /// The most this ride may cost, in minor units, where it is admitted.
    pub fare_ceiling_minor: Option<u32>,
    /// What this ride costs, in minor units, where it is admitted and that is known before it
    /// begins: a flat fare.
    pub fare_minor: Option<u32>,
}

impl<C: Crypto> State<C> {
    /// A state that starts with a bundle and an empty memory of `credentials_max` credentials.
    pub fn new(bundle: Bundle, crypto: C, credentials_max: usize) -> Self {
        assert_eq!(bundle.find_fault(), None, "a bundle was opened or is ours");
        let verifier = Verifier::new(crypto, bundle.keys.clone(), credentials_max);
        Self {
            bundle,
            verifier,
            replay: ReplayStore::default(),
            elsewhere: ReplayStore::default(),
            told: 0,
            liability: Liability::default(),
        }
    }

    /// Puts a newer bundle in force. Codes and riders seen lately stay remembered; checked
    /// credentials do too, unless the keys changed.
    pub fn apply(&mut self, bundle: Bundle) {
        assert_eq!(bundle.find_fault(), None, "a bundle was opened or is ours");
        if bundle.keys != self.bundle.keys {
            self.verifier.set_keys(bundle.keys.clone());
        }
        self.bundle = bundle;
    }

    /// The bundle in force.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Codes and riders seen lately.
    pub fn replay(&self) -> &ReplayStore {
        &self.replay
    }

    /// Takes note of a journal entry that is now durable. Called for each entry in order, also
    /// when a journal is read back after a power cut. Gives what the other gates of an array
    /// should know of it.
    pub fn note(&mut self, entry: &Entry) -> Option<Shared> {
        match &entry.event {
            Event::Decided {
                code,
                outcome: Outcome::Admit,
            } => {
                // An admitted code was readable; one that this codec cannot read any more could
                // not be shown to it again either.
                let scan = ridecode_codec::read(code).ok()?;
                let used = Use {
                    sequence: entry.sequence,
                    at: entry.time,
                    memory_s: self.memory_s(&scan),
                };
                self.replay.remember(code_key(&scan), used);
                self.liability.add(Ride {
                    sequence: entry.sequence,
                    issuer: scan.credential.issuer,
                    most_minor: most_minor(&scan, &entry.place, &self.bundle),
                });
                Some(shared(entry, (code_key(&scan), used), What::Used))
            }
            Event::Voided { accepted, .. } => {
                self.liability.take_back(*accepted);
                let taken = self.replay.take_back(*accepted)?;
                Some(shared(entry, taken, What::TakenBack))
            }
            Event::Decided { .. } | Event::Passed { .. } | Event::Started => None,
        }
    }

    /// The back office holds every entry through that one: what issuers answered for in them is no
    /// longer this validator's to count.
    pub fn note_held(&mut self, through: u64) {
        self.liability.note_held(through);
    }

    /// Takes note of what became of a code at another gate of the array. Its time counts no
    /// later than `now`, whatever that gate's clock says.
    pub fn learn(&mut self, shared: &Shared, now: UnixSeconds) {
        match shared.what {
            What::TakenBack => self.elsewhere.take_back_code(&shared.code),
            What::Used => {
                self.told += 1;
                let used = Use {
                    sequence: self.told,
                    at: shared.at.min(now),
                    memory_s: shared.memory_s,
                };
                self.elsewhere.remember(shared.code, used);
            }
        }
    }

    /// How long a used code is remembered: as long as it could be fresh, and at least as long as
    /// the bundle says.
    fn memory_s(&self, scan: &Scan) -> u32 {
        let rules = self.bundle.rules(scan.credential.issuer);
        freshness_s(scan, &rules)
            .saturating_add(rules.future_tolerance_s)
            .max(self.bundle.replay_memory_s)
    }
}

/// Decides about the bytes of a code. Total: every input has exactly one outcome. Changes nothing
/// but the verifier's memory of checked credentials.
pub fn decide<C: Crypto>(
    code: &[u8],
    place: &Place,
    state: &mut State<C>,
    clock: Clock,
) -> Decision {
    let scan = match ridecode_codec::read(code) {
        Ok(scan) => scan,
        Err(ReadFault::Unreadable(why)) => return unverified(Outcome::Unreadable(why)),
        Err(ReadFault::Unsupported(family)) => {
            return unverified(Outcome::UnsupportedScheme(family));
        }
    };
    let verified = match state.verifier.verify(scan, clock.now) {
        Ok(verified) => verified,
        Err(SignatureFault::UnknownIssuer) => return unverified(Outcome::UnknownIssuer),
        Err(SignatureFault::BadCertificate) => return unverified(Outcome::BadCertificate),
        Err(SignatureFault::BadIssuerSignature) => {
            return unverified(Outcome::BadIssuerSignature);
        }
        Err(SignatureFault::DeviceSignatureMissing) => {
            return unverified(Outcome::DeviceSignatureMissing);
        }
        Err(SignatureFault::BadDeviceSignature) => {
            return unverified(Outcome::BadDeviceSignature);
        }
    };

    let scan = verified.scan();
    let rules = state.bundle.rules(scan.credential.issuer);
    let brand = find_brand(scan, place, &state.bundle);
    let ceiling = ceiling_minor(scan, &rules, brand);
    let fare = state.bundle.find_fare(place);
    let refusal = find_time_refusal(scan, &rules, clock.now)
        .or_else(|| brand.is_none().then_some(Outcome::BrandNotAccepted))
        .or_else(|| find_denial(scan, place, state))
        .or_else(|| find_replay(scan, state, clock.now))
        .or_else(|| {
            let over = fare.is_some_and(|fare| fare > ceiling)
                || passes_liability(state, &rules, fare.unwrap_or(ceiling));
            over.then_some(Outcome::OverCeiling)
        })
        .or_else(|| find_distrust(clock, &state.bundle, &rules));
    let outcome = refusal.unwrap_or(Outcome::Admit);
    Decision {
        outcome,
        brand: brand.map(|rule| rule.brand),
        scan: Some(verified),
        fare_ceiling_minor: outcome.admits().then_some(ceiling),
        fare_minor: fare.filter(|_| outcome.admits()),
    }
}

fn unverified(outcome: Outcome) -> Decision {
    Decision {
        outcome,
        scan: None,
        brand: None,
        fare_ceiling_minor: None,
        fare_minor: None,
    }
}

/// Not yet valid, expired, stale, future. Both ends of both spans are always looked at. Time
/// differences saturate at the ends of the 64-bit range, far outside every 32-bit bound they are
/// compared with, so no date can wrap around into a valid one.
pub fn find_time_refusal(scan: &Scan, rules: &IssuerRules, now: UnixSeconds) -> Option<Outcome> {
    let tolerance_s = i64::from(rules.future_tolerance_s);
    let age_s = now.since_s(scan.generated);
    if scan.not_before.since_s(now) > tolerance_s || scan.generated < scan.not_before {
        Some(Outcome::NotYetValid)
    } else if now > scan.expires || scan.generated > scan.expires {
        Some(Outcome::Expired)
    } else if age_s > i64::from(freshness_s(scan, rules)) {
        Some(Outcome::StaleTime)
    } else if age_s < -tolerance_s {
        Some(Outcome::FutureTime)
    } else {
        None
    }
}

/// How long a code is fresh: as it says itself, up to the issuer's limit, or as the validator's
/// window says where the scheme leaves that open.
fn freshness_s(scan: &Scan, rules: &IssuerRules) -> u32 {
    match scan.valid_for_s {
        Some(valid_for_s) => valid_for_s.min(rules.validity_max_s),
        None => rules.acceptance_window_s,
    }
}

/// The first brand of the bundle that carries this credential and is accepted at this place.
fn find_brand<'a>(scan: &Scan, place: &Place, bundle: &'a Bundle) -> Option<&'a BrandRule> {
    let wanted = match place.passage {
        Passage::Single => Services::SINGLE,
        Passage::In | Passage::Out => Services::ENTRY_EXIT,
    };
    if !scan.services.contains(wanted) {
        return None;
    }
    bundle.brands.iter().find(|rule| {
        rule.issuer == scan.credential.issuer
            && rule.product.is_none_or(|product| product == scan.product)
            && rule.operator == place.operator
            && rule.modes.contains(&place.mode)
            && (rule.lines.is_empty()
                || place
                    .line
                    .as_ref()
                    .is_some_and(|line| rule.lines.contains(line)))
    })
}

/// The most a ride may cost: what the code, the issuer and the brand here say, whichever is least.
fn ceiling_minor(scan: &Scan, rules: &IssuerRules, brand: Option<&BrandRule>) -> u32 {
    let of_brand = brand.and_then(|rule| rule.fare_ceiling_minor);
    scan.fare_ceiling_minor
        .min(rules.fare_ceiling_minor)
        .min(of_brand.unwrap_or(u32::MAX))
}

/// What a ride admitted at a place costs its issuer at most.
fn most_minor(scan: &Scan, place: &Place, bundle: &Bundle) -> u32 {
    let rules = bundle.rules(scan.credential.issuer);
    let ceiling = ceiling_minor(scan, &rules, find_brand(scan, place, bundle));
    bundle.find_fare(place).unwrap_or(ceiling)
}

/// Whether one more ride could pass what the issuer answers for.
fn passes_liability<C: Crypto>(state: &State<C>, rules: &IssuerRules, most_minor: u32) -> bool {
    rules.liability_max_minor.is_some_and(|limit| {
        let with_it = state
            .liability
            .of(rules.issuer)
            .saturating_add(most_minor.into());
        with_it > u64::from(limit)
    })
}

/// A denial, unless a pass programme asks for it that is not enforced here.
fn find_denial<C: Crypto>(scan: &Scan, place: &Place, state: &State<C>) -> Option<Outcome> {
    let reason = state.bundle.denied.find(&scan.credential)?;
    let holds = match reason {
        DenyReason::Programme => state.bundle.phase(place) == Phase::Enforced,
        DenyReason::Overdue | DenyReason::Lost | DenyReason::Closed => true,
    };
    holds.then_some(Outcome::Denied(reason))
}

fn find_replay<C: Crypto>(scan: &Scan, state: &State<C>, now: UnixSeconds) -> Option<Outcome> {
    let silent_s = state.bundle.silent_s;
    let code = code_key(scan);
    match state.replay.find(&code, now, silent_s) {
        Seen::SameCode { ago_s } => {
            return Some(Outcome::AlreadyUsed {
                silent: ago_s.unsigned_abs() < u64::from(silent_s),
            });
        }
        Seen::SameRider => return Some(Outcome::SameRiderTooSoon),
        Seen::Never => {}
    }
    // A rider in front of another gate was not read twice: that gate says so at once.
    match state.elsewhere.find(&code, now, silent_s) {
        Seen::SameCode { .. } => Some(Outcome::AlreadyUsed { silent: false }),
        Seen::SameRider | Seen::Never => None,
    }
}

fn find_distrust(clock: Clock, bundle: &Bundle, rules: &IssuerRules) -> Option<Outcome> {
    let trusted = match clock.trust {
        ClockTrust::Synced => true,
        ClockTrust::Drifting { bound_s } | ClockTrust::FreeRunning { bound_s } => {
            bound_s < bundle.clock_distrust_s
        }
        ClockTrust::Distrusted => false,
    };
    if !trusted {
        Some(Outcome::ClockNotTrusted)
    } else if clock.now.since_s(bundle.made) > i64::from(rules.list_age_max_s) {
        Some(Outcome::ListTooOld)
    } else {
        None
    }
}

fn shared(entry: &Entry, (code, used): (CodeKey, Use), what: What) -> Shared {
    Shared {
        sequence: entry.sequence,
        at: used.at,
        memory_s: used.memory_s,
        code,
        what,
    }
}

fn code_key(scan: &Scan) -> CodeKey {
    CodeKey {
        credential: scan.credential,
        generated: scan.generated,
        counter: scan.device_items.counter,
    }
}

#[cfg(test)]
mod tests;
