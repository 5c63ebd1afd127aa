//! The bytes of a bundle, form 2. Form 1, which knew neither liability nor programmes nor fares, is
//! still read.

use alloc::vec::Vec;

use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_words::{BrandId, CredentialId, CredentialRef, IssuerId, LineId, Mode, OperatorId};

use super::{
    BrandRule, Bundle, DENIED_MAX, DenyEntry, FlatFare, IssuerRules, Lines, Phase, ProgrammeRule,
};
use crate::deny::{DenyList, Packing};
use crate::outcome::DenyReason;
use crate::wire::{Reader, Writer};

/// What is read before the signature is checked.
pub(super) struct Head {
    pub(super) operator: OperatorId,
    pub(super) version: u64,
    pub(super) form: Form,
}

/// How a bundle or a delta is laid out: what its first bytes say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Form {
    /// Without what issuers answer for, programmes and fares.
    First,
    /// With them. What is written is always this.
    Second,
}

/// Writes a bundle. Operator and version stand in front, where [`read_head`] finds them.
pub(super) fn write(bundle: &Bundle) -> Vec<u8> {
    let mut out = Writer::default();
    out.bytes(MAGIC);
    out.u32(bundle.operator.0);
    out.u64(bundle.version);
    write_terms(&mut out, bundle);
    write_length(&mut out, bundle.denied.len());
    for entry in bundle.denied.iter() {
        write_entry(&mut out, &entry);
    }
    out.into_bytes()
}

/// Everything in a bundle but who it is for and the deny list.
pub(super) fn write_terms(out: &mut Writer, bundle: &Bundle) {
    out.time(bundle.made);
    out.u32(bundle.silent_s);
    out.u32(bundle.replay_memory_s);
    out.u32(bundle.clock_distrust_s);
    write_keys(out, &bundle.keys);
    out.count(bundle.issuers.len());
    for rules in &bundle.issuers {
        out.u32(rules.issuer.0);
        out.u32(rules.acceptance_window_s);
        out.u32(rules.validity_max_s);
        out.u32(rules.future_tolerance_s);
        out.u32(rules.fare_ceiling_minor);
        out.u32(rules.list_age_max_s);
        out.optional_u32(rules.liability_max_minor);
    }
    out.count(bundle.brands.len());
    for rule in &bundle.brands {
        write_brand(out, rule);
    }
    out.count(bundle.programmes.len());
    for rule in &bundle.programmes {
        write_on(out, &rule.on);
        out.byte(rule.phase.byte());
    }
    out.count(bundle.flat_fares.len());
    for fare in &bundle.flat_fares {
        write_on(out, &fare.on);
        out.u32(fare.fare_minor);
    }
}

/// Reads them, for a bundle whose deny list comes from elsewhere.
pub(super) fn read_terms(input: &mut Reader<'_>, head: Head) -> Option<Bundle> {
    let form = head.form;
    Some(Bundle {
        version: head.version,
        operator: head.operator,
        made: input.time()?,
        silent_s: input.u32()?,
        replay_memory_s: input.u32()?,
        clock_distrust_s: input.u32()?,
        keys: read_keys(input)?,
        issuers: read_list(input, ISSUER_LENGTH_MIN, |input| read_issuer(input, form))?,
        brands: read_list(input, BRAND_LENGTH_MIN, |input| read_brand(input, form))?,
        programmes: if_second(form, input, |input| {
            read_list(input, ON_LENGTH_MIN + 1, read_programme)
        })?,
        flat_fares: if_second(form, input, |input| {
            read_list(input, ON_LENGTH_MIN + 4, read_flat_fare)
        })?,
        denied: DenyList::default(),
    })
}

/// Reads what a bundle says of itself.
pub(super) fn read_head(input: &mut Reader<'_>) -> Option<Head> {
    let form = read_form(input, [MAGIC_FIRST, MAGIC])?;
    Some(Head {
        operator: OperatorId(input.u32()?),
        version: input.u64()?,
        form,
    })
}

/// The form that the first bytes say; those of both forms have one length.
pub(super) fn read_form(input: &mut Reader<'_>, [first, second]: [&[u8]; 2]) -> Option<Form> {
    match input.take(second.len())? {
        found if found == second => Some(Form::Second),
        found if found == first => Some(Form::First),
        _ => None,
    }
}

/// Reads what only the second form has; the first says nothing of it.
fn if_second<T: Default>(
    form: Form,
    input: &mut Reader<'_>,
    read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
) -> Option<T> {
    match form {
        Form::First => Some(T::default()),
        Form::Second => read(input),
    }
}

/// Reads the rest; `None` for anything [`write`] does not write.
pub(super) fn read_content(input: &mut Reader<'_>, head: Head) -> Option<Bundle> {
    let mut bundle = read_terms(input, head)?;
    bundle.denied = read_denied(input)?;
    input.end()?;
    Some(bundle)
}

fn write_keys(out: &mut Writer, keys: &KeyList) {
    out.count(keys.issuer_keys.len());
    for key in &keys.issuer_keys {
        out.u32(key.issuer.0);
        out.u32(key.key_id);
        out.byte(match key.profile {
            CompactProfile::Es256 => 1,
            CompactProfile::EdDsaEs256 => 2,
            CompactProfile::Sm2 => 3,
        });
        write_key(out, &key.key);
        out.time(key.expires);
    }
    out.count(keys.root_keys.len());
    for key in &keys.root_keys {
        out.byte(key.index);
        write_key(out, &key.key);
        out.time(key.expires);
    }
    out.count(keys.mot_issuers.len());
    for issuer in &keys.mot_issuers {
        out.u32(issuer.issuer.0);
        out.u32(issuer.certificate_issuer.0);
        out.byte(match issuer.id_profile {
            IdProfile::Default => 0,
            IdProfile::ShanghaiLocal => 1,
        });
    }
}

fn read_keys(input: &mut Reader<'_>) -> Option<KeyList> {
    Some(KeyList {
        issuer_keys: read_list(input, ISSUER_KEY_LENGTH, |input| {
            Some(IssuerKey {
                issuer: IssuerId(input.u32()?),
                key_id: input.u32()?,
                profile: match input.byte()? {
                    1 => CompactProfile::Es256,
                    2 => CompactProfile::EdDsaEs256,
                    3 => CompactProfile::Sm2,
                    _ => return None,
                },
                key: read_key(input)?,
                expires: input.time()?,
            })
        })?,
        root_keys: read_list(input, ROOT_KEY_LENGTH, |input| {
            Some(RootKey {
                index: input.byte()?,
                key: read_key(input)?,
                expires: input.time()?,
            })
        })?,
        mot_issuers: read_list(input, MOT_ISSUER_LENGTH, |input| {
            Some(MotIssuer {
                issuer: IssuerId(input.u32()?),
                certificate_issuer: IssuerId(input.u32()?),
                id_profile: match input.byte()? {
                    0 => IdProfile::Default,
                    1 => IdProfile::ShanghaiLocal,
                    _ => return None,
                },
            })
        })?,
    })
}

fn write_key(out: &mut Writer, key: &PublicKey) {
    out.byte(match key.algorithm {
        Algorithm::Es256 => 0,
        Algorithm::EdDsa => 1,
        Algorithm::Sm2 => 2,
    });
    out.bytes(&key.bytes);
}

fn read_key(input: &mut Reader<'_>) -> Option<PublicKey> {
    Some(PublicKey {
        algorithm: match input.byte()? {
            0 => Algorithm::Es256,
            1 => Algorithm::EdDsa,
            2 => Algorithm::Sm2,
            _ => return None,
        },
        bytes: input.array()?,
    })
}

fn read_issuer(input: &mut Reader<'_>, form: Form) -> Option<IssuerRules> {
    Some(IssuerRules {
        issuer: IssuerId(input.u32()?),
        acceptance_window_s: input.u32()?,
        validity_max_s: input.u32()?,
        future_tolerance_s: input.u32()?,
        fare_ceiling_minor: input.u32()?,
        list_age_max_s: input.u32()?,
        liability_max_minor: if_second(form, input, |input| input.optional_u32())?,
    })
}

fn write_brand(out: &mut Writer, rule: &BrandRule) {
    out.u32(rule.brand.0);
    out.u32(rule.issuer.0);
    out.optional_u32(rule.product);
    out.u32(rule.operator.0);
    out.count(rule.modes.len());
    for mode in &rule.modes {
        out.byte(mode.byte());
    }
    write_lines(out, &rule.lines);
    out.optional_u32(rule.fare_ceiling_minor);
}

fn read_brand(input: &mut Reader<'_>, form: Form) -> Option<BrandRule> {
    Some(BrandRule {
        brand: BrandId(input.u32()?),
        issuer: IssuerId(input.u32()?),
        product: input.optional_u32()?,
        operator: OperatorId(input.u32()?),
        modes: read_list(input, 1, |input| Mode::from_byte(input.byte()?))?,
        lines: read_lines(input)?,
        fare_ceiling_minor: if_second(form, input, |input| input.optional_u32())?,
    })
}

fn write_lines(out: &mut Writer, lines: &[LineId]) {
    out.count(lines.len());
    for line in lines {
        out.optional_text(Some(&line.0));
    }
}

fn read_lines(input: &mut Reader<'_>) -> Option<Vec<LineId>> {
    read_list(input, 1, |input| input.optional_text()?.map(LineId))
}

fn write_on(out: &mut Writer, on: &Lines) {
    out.byte(on.mode.byte());
    write_lines(out, &on.lines);
}

fn read_on(input: &mut Reader<'_>) -> Option<Lines> {
    Some(Lines {
        mode: Mode::from_byte(input.byte()?)?,
        lines: read_lines(input)?,
    })
}

fn read_programme(input: &mut Reader<'_>) -> Option<ProgrammeRule> {
    Some(ProgrammeRule {
        on: read_on(input)?,
        phase: Phase::from_byte(input.byte()?)?,
    })
}

fn read_flat_fare(input: &mut Reader<'_>) -> Option<FlatFare> {
    Some(FlatFare {
        on: read_on(input)?,
        fare_minor: input.u32()?,
    })
}

fn read_denied(input: &mut Reader<'_>) -> Option<DenyList> {
    let count = usize::try_from(input.u32()?).ok()?;
    if count > DENIED_MAX || !input.holds(count, DENY_LENGTH) {
        return None;
    }
    let mut packing = Packing::with_capacity(count);
    for _ in 0..count {
        packing.push(read_entry(input)?)?;
    }
    Some(packing.list())
}

/// How many items of a long list follow.
pub(super) fn write_length(out: &mut Writer, length: usize) {
    out.u32(u32::try_from(length).expect("the deny list is bounded"));
}

pub(super) fn write_credential(out: &mut Writer, credential: &CredentialRef) {
    out.u32(credential.issuer.0);
    out.bytes(&credential.credential.0);
}

pub(super) fn read_credential(input: &mut Reader<'_>) -> Option<CredentialRef> {
    Some(CredentialRef {
        issuer: IssuerId(input.u32()?),
        credential: CredentialId(input.array()?),
    })
}

pub(super) fn write_entry(out: &mut Writer, entry: &DenyEntry) {
    write_credential(out, &entry.credential);
    out.byte(entry.reason.byte());
}

pub(super) fn read_entry(input: &mut Reader<'_>) -> Option<DenyEntry> {
    Some(DenyEntry {
        credential: read_credential(input)?,
        reason: DenyReason::from_byte(input.byte()?)?,
    })
}

fn read_list<T>(
    input: &mut Reader<'_>,
    item_length_min: usize,
    item: impl Fn(&mut Reader<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = usize::from(input.u16()?);
    input.list(count, item_length_min, item)
}

/// The first bytes, which no other signed bytes of Ridecode have: a signature made for a bundle
/// can stand for nothing else.
const MAGIC: &[u8] = b"ridecode bundle 2\n";
const MAGIC_FIRST: &[u8] = b"ridecode bundle 1\n";

const ISSUER_KEY_LENGTH: usize = 4 + 4 + 1 + KEY_LENGTH + 8;
const ROOT_KEY_LENGTH: usize = 1 + KEY_LENGTH + 8;
const MOT_ISSUER_LENGTH: usize = 4 + 4 + 1;
const KEY_LENGTH: usize = 1 + 33;
const ISSUER_LENGTH_MIN: usize = 6 * 4;
const BRAND_LENGTH_MIN: usize = 4 + 4 + 1 + 4 + 2 + 2;
const ON_LENGTH_MIN: usize = 1 + 2;
pub(super) const DENY_LENGTH: usize = CREDENTIAL_LENGTH + 1;
pub(super) const CREDENTIAL_LENGTH: usize = 4 + 10;
