//! The second look at an entry.
//!
//! What a validator admitted is read and verified again from its raw code, and its times are held
//! against the time of the entry. The bounds are the validator's own, widened by a tolerance: a
//! clock may drift, a forged signature may not.

use ridecode_codec::crypto::Crypto;
use ridecode_codec::{ReadFault, Scan, SignatureFault, Verifier, read};
use ridecode_fare::TapKind;
use ridecode_store::Validator;
use ridecode_validator::bundle::{BrandRule, CLOCK_DISTRUST_S, IssuerRules};
use ridecode_validator::journal::{Entry, Event};
use ridecode_validator::{ClockTrust, Outcome, Passage, Place};
use ridecode_words::{CredentialRef, IssuerId};
use sha2::{Digest as _, Sha256};

use crate::Office;

/// Checks signatures of raw codes again. One per thread; keeps its memory of credentials.
pub struct Auditor<C: Crypto + Clone> {
    pub(super) crypto: C,
    verifier: Verifier<C>,
    issuers: Vec<IssuerRules>,
    acceptance: Vec<BrandRule>,
}

/// What an entry means to the back office.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// Kept as evidence, moves nothing: refusals, passages, starts.
    Kept,
    /// Takes an earlier entry back.
    Voids {
        /// The entry taken back.
        accepted: u64,
    },
    /// Admitted, and the code holds.
    Admitted(Admitted),
    /// Admitted, and the code does not hold, for the reason named.
    Disagrees(&'static str),
}

/// An admitted entry whose code was verified again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Admitted {
    pub(super) credential: CredentialRef,
    pub(super) category: u8,
    pub(super) kind: TapKind,
    /// Names the code that was shown, whatever bytes it came in: see [`showing`].
    pub(super) showing: [u8; 16],
    /// What the back office would have said against it, though the rider rode and signed.
    pub(super) remark: Option<&'static str>,
}

impl<C: Crypto + Clone> Auditor<C> {
    /// An auditor with an office's keys that remembers about `credentials_max` credentials.
    pub fn new(office: &Office, crypto: C, credentials_max: usize) -> Self {
        Self {
            crypto: crypto.clone(),
            verifier: Verifier::new(crypto, office.desk.keys.clone(), credentials_max),
            issuers: office.desk.issuers.clone(),
            acceptance: office.desk.acceptance.clone(),
        }
    }

    /// What an entry of a validator means.
    pub(super) fn recheck(&mut self, entry: &Entry, sender: &Validator) -> Meaning {
        match &entry.event {
            Event::Decided { code, outcome } if *outcome == Outcome::Admit => {
                match self.check_admitted(code, entry, sender) {
                    Ok(admitted) => Meaning::Admitted(admitted),
                    Err(reason) => Meaning::Disagrees(reason),
                }
            }
            Event::Voided { accepted, .. } if *accepted < entry.sequence => Meaning::Voids {
                accepted: *accepted,
            },
            Event::Decided { .. }
            | Event::Passed { .. }
            | Event::Voided { .. }
            | Event::Started => Meaning::Kept,
        }
    }

    /// The ladder, in the order the validator has it.
    fn check_admitted(
        &mut self,
        code: &[u8],
        entry: &Entry,
        sender: &Validator,
    ) -> Result<Admitted, &'static str> {
        if entry.place.operator != sender.operator {
            return Err("place of another operator");
        }
        if sender.retired.is_some_and(|retired| entry.time > retired) {
            return Err("validator retired");
        }
        let scan = read(code).map_err(read_fault_word)?;
        let verified = self.verifier.verify(scan, entry.time);
        let scan = verified.map_err(signature_fault_word)?.into_scan();
        check_times(&scan, entry, &self.rules(scan.credential.issuer))?;
        // The code holds: from here the ride counts, whatever else is to be said about it.
        let remark = (!self.is_accepted(&scan, &entry.place)).then_some("brand not accepted");
        Ok(Admitted {
            credential: scan.credential,
            category: scan.category,
            kind: match entry.place.passage {
                Passage::Single => TapKind::Single,
                Passage::In => TapKind::In,
                Passage::Out => TapKind::Out,
            },
            showing: showing(&scan),
            remark,
        })
    }

    fn rules(&self, issuer: IssuerId) -> IssuerRules {
        let own = self.issuers.iter().find(|rules| rules.issuer == issuer);
        own.cloned()
            .unwrap_or_else(|| IssuerRules::default_for(issuer))
    }

    fn is_accepted(&self, scan: &Scan, place: &Place) -> bool {
        self.acceptance.iter().any(|rule| {
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
}

/// The first half of a SHA-256 over what the phone's signature makes of a code: credential, second
/// and counter, as a validator's memory of used codes has it. The code's own bytes would not do: an
/// ECDSA signature (r, s) has a twin (r, n − s) that also holds, so that anyone could make two
/// rides of one code.
fn showing(scan: &Scan) -> [u8; 16] {
    let CredentialRef { issuer, credential } = scan.credential;
    let counter = scan.device_items.counter;
    let hash = Sha256::new()
        .chain_update(issuer.0.to_be_bytes())
        .chain_update(credential.0)
        .chain_update(scan.generated.0.to_be_bytes())
        .chain_update([u8::from(counter.is_some())])
        .chain_update(counter.unwrap_or_default().to_be_bytes())
        .finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

fn check_times(scan: &Scan, entry: &Entry, rules: &IssuerRules) -> Result<(), &'static str> {
    let drift_s = match entry.trust {
        ClockTrust::Synced => 0,
        // What a validator would refuse to decide with is no excuse for an old code either.
        ClockTrust::Drifting { bound_s } | ClockTrust::FreeRunning { bound_s }
            if bound_s < CLOCK_DISTRUST_S =>
        {
            i64::from(bound_s)
        }
        ClockTrust::Drifting { .. } | ClockTrust::FreeRunning { .. } | ClockTrust::Distrusted => {
            return Err("clock not trusted");
        }
    };
    let tolerance_s = TOLERANCE_S.saturating_add(drift_s);
    if entry.time.plus_s(tolerance_s) < scan.not_before {
        return Err("not yet valid");
    }
    if entry.time.plus_s(-tolerance_s) > scan.expires {
        return Err("expired");
    }
    let fresh_s = scan
        .valid_for_s
        .map_or(rules.acceptance_window_s, |claimed| {
            claimed.min(rules.validity_max_s)
        });
    let age_s = entry.time.since_s(scan.generated);
    if age_s > i64::from(fresh_s).saturating_add(tolerance_s) {
        return Err("stale time");
    }
    if age_s < -i64::from(rules.future_tolerance_s).saturating_add(tolerance_s) {
        return Err("future time");
    }
    Ok(())
}

fn read_fault_word(fault: ReadFault) -> &'static str {
    match fault {
        ReadFault::Unreadable(_) => "unreadable",
        ReadFault::Unsupported(_) => "unsupported scheme",
    }
}

fn signature_fault_word(fault: SignatureFault) -> &'static str {
    match fault {
        SignatureFault::UnknownIssuer => "unknown issuer",
        SignatureFault::BadCertificate => "bad certificate",
        SignatureFault::BadIssuerSignature => "bad issuer signature",
        SignatureFault::DeviceSignatureMissing => "device signature missing",
        SignatureFault::BadDeviceSignature => "bad device signature",
    }
}

/// How far the back office's view of a code's times may differ from the validator's, in seconds.
const TOLERANCE_S: i64 = 120;
