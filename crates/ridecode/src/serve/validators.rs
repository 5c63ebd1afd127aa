//! Validators: registering with a one-time code, and the bundle they work from.
//!
//! A validator's number derives from its one-time code, so that a code registers one key and no
//! other. Codes come from the settings, or from staff: those carry their operator, their last day
//! and a tag only this office can make, and nothing of them is stored.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use ridecode_codec::crypto::Crypto as _;
use ridecode_codec::crypto::native::Native;
use ridecode_office::Entropy as _;
use ridecode_office::bundle::{self as office_bundle, History, Listed};
use ridecode_store::{Deed, DeedKind, StoreFault, Validator};
use ridecode_validator::DenyChange;
use ridecode_words::{OperatorId, UnixSeconds, ValidatorId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::StaffMember;
use super::problem::{Kind, Problem, Result};
use super::wire::{AlgorithmWord, Body, Named, Parameters, parse, public_key, show_key};
use crate::clock::now;
use crate::desk::Admission;
use crate::entropy::SystemEntropy;

/// For whom a one-time code is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneTimeCodeWanted {
    /// The operator's number.
    operator: u32,
}

/// A one-time code.
#[derive(Serialize, ToSchema)]
pub(super) struct OneTimeCode {
    /// The code; whoever has it can register one validator.
    one_time_code: String,
    /// The number the validator will have, 8 hex digits.
    validator: String,
    /// Until when it can be used, RFC 3339.
    expires: String,
}

/// Makes a one-time code for a validator.
#[utoipa::path(post, path = "/v1/validators/codes", tag = "validators",
    request_body = OneTimeCodeWanted, responses((status = 201, body = OneTimeCode)))]
pub(super) async fn make_code(
    State(app): State<App>,
    staff: StaffMember,
    Body(body): Body<OneTimeCodeWanted>,
) -> Result<(StatusCode, Json<OneTimeCode>)> {
    let operator = staff.operator(&app, &body.operator.to_string())?;
    let expires = now().plus_s(CODE_LIFE_S);
    let code = app
        .admission
        .make(operator, expires, SystemEntropy.number());
    let deed = Deed {
        operator: Some(operator),
        validator: Some(validator_of(&code)),
        ..staff.deed(DeedKind::GaveCode, String::new())
    };
    app.office.store.note_deed(deed).await?;
    let view = OneTimeCode {
        validator: validator_of(&code).to_string(),
        one_time_code: code,
        expires: expires.to_string(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// A validator that introduces itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Introduction {
    /// The one-time code.
    one_time_code: String,
    /// The algorithm of its key.
    #[serde(default = "ed25519")]
    #[schema(default = "eddsa")]
    algorithm: AlgorithmWord,
    /// Its key, base64.
    public_key: String,
}

/// A registered validator.
#[derive(Serialize, ToSchema)]
pub(super) struct ValidatorView {
    /// Its number, 8 hex digits.
    validator: String,
    /// Its operator's number.
    operator: u32,
    /// The key bundles are signed with.
    office_key: KeyView,
}

/// A public key.
#[derive(Serialize, ToSchema)]
pub(super) struct KeyView {
    /// Its algorithm.
    algorithm: AlgorithmWord,
    /// The key, base64.
    public_key: String,
}

/// Registers a validator. A repeat with the same key gives the same reply.
#[utoipa::path(post, path = "/v1/validators", tag = "validators", request_body = Introduction,
    responses((status = 201, body = ValidatorView)))]
pub(super) async fn register(
    State(app): State<App>,
    Body(body): Body<Introduction>,
) -> Result<(StatusCode, Json<ValidatorView>)> {
    let key = public_key(body.algorithm, &body.public_key)?;
    Native.parse_key(&key).ok_or_else(|| {
        Problem::new(Kind::WrongKey, "public_key: is no point of its curve").at("public_key")
    })?;
    let operator = admit(&app, &body.one_time_code, now())?;
    let id = validator_of(&body.one_time_code);
    let validator = Validator {
        id,
        operator,
        key,
        registered: now(),
        retired: None,
    };
    app.office
        .store
        .register_validator(validator)
        .await
        .map_err(used)?;
    let office_key = app.office.desk.bundle_signer.public_key();
    let view = ValidatorView {
        validator: id.to_string(),
        operator: operator.0,
        office_key: KeyView {
            algorithm: office_key.algorithm.into(),
            public_key: show_key(&office_key),
        },
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// A validator that is registered and has not retired.
pub(super) async fn at_work(app: &App, id: ValidatorId) -> Result<Validator> {
    let validator = app.office.store.find_validator(id).await?;
    let validator = validator
        .ok_or_else(|| Problem::new(Kind::UnknownValidator, "this validator is not registered"))?;
    match validator.retired {
        None => Ok(validator),
        Some(retired) => Err(Problem::new(
            Kind::ValidatorRetired,
            format!("this validator retired at {retired}; only what it did before is taken"),
        )),
    }
}

/// Which bundle a validator has.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Have {
    /// The version in force there; 0 for none.
    #[serde(default = "none")]
    #[param(value_type = u64, required = false)]
    have: String,
    /// Whether what leads from there to the newest is taken as well.
    #[serde(default = "no")]
    #[param(value_type = bool, required = false)]
    delta: String,
}

/// The newest bundle for a validator, sealed, or the delta to it; 204 if it has that one already.
#[utoipa::path(get, path = "/v1/validators/{validator}/bundle", tag = "validators",
    params(("validator" = String, Path, description = "8 hex digits"), Have),
    responses(
        (status = 200, content_type = "application/octet-stream", body = [u8]),
        (status = 204)))]
pub(super) async fn bundle(
    State(app): State<App>,
    Named(id): Named<ValidatorId>,
    Parameters(query): Parameters<Have>,
) -> Result<Response> {
    let have: u64 = parse("have", &query.have)?;
    let validator = at_work(&app, id).await?;
    let version = office_bundle::version(&app.office, now()).await?;
    if have >= version {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let _in_work = app.herd.enter()?;
    let wanted = Wanted {
        operator: validator.operator,
        version,
        from: parse::<bool>("delta", &query.delta)?.then_some(have),
    };
    let octets = app.bundles.find_or_make(&app, wanted).await?;
    let content_type = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((content_type, octets).into_response())
}

/// Which sealed bytes a validator is to have.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    operator: OperatorId,
    version: u64,
    /// The version it has, if a delta will do.
    from: Option<u64>,
}

/// What was sealed for the newest version, so that a thousand validators cost one signature.
#[derive(Debug, Default)]
pub(super) struct Bundles(Mutex<Sealed>);

#[derive(Debug, Default)]
struct Sealed {
    history: History,
    version: u64,
    listed: Option<Arc<Listed>>,
    /// By operator, and the version a delta is from; `None` for whole bundles.
    octets: BTreeMap<(OperatorId, Option<u64>), Bytes>,
}

impl Bundles {
    async fn find_or_make(&self, app: &App, wanted: Wanted) -> Result<Bytes> {
        let key = (wanted.operator, wanted.from);
        let listed = {
            let kept = self.lock();
            let is_newest = kept.version == wanted.version;
            if let Some(octets) = kept.octets.get(&key).filter(|_| is_newest) {
                return Ok(octets.clone());
            }
            kept.listed.clone().filter(|_| is_newest)
        };
        let listed = match listed {
            Some(listed) => listed,
            None => Arc::new(office_bundle::load(&app.office, now()).await?),
        };
        let change = self.note(&listed, wanted.from);
        let operator = wanted.operator;
        let sealed = match &change {
            Some((from, change)) => {
                office_bundle::seal_change(&app.office, operator, &listed, (*from, change))
            }
            None => office_bundle::seal_whole(&app.office, operator, &listed),
        };
        let octets = Bytes::from(sealed?);
        let mut kept = self.lock();
        if kept.version == listed.version && kept.octets.len() < SEALED_MAX {
            kept.octets.insert(key, octets.clone());
        }
        Ok(octets)
    }

    /// Takes note of a list, and finds what changed since the version a validator has.
    fn note(&self, listed: &Arc<Listed>, from: Option<u64>) -> Option<(u64, DenyChange)> {
        let mut kept = self.lock();
        if listed.version > kept.version {
            kept.history.note(listed);
            kept.version = listed.version;
            kept.listed = Some(Arc::clone(listed));
            kept.octets.clear();
        }
        let change = kept.history.find_change(from?, listed.version)?;
        Some((from?, change))
    }

    fn lock(&self) -> MutexGuard<'_, Sealed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission {
    /// A one-time code: operator, last second and a random number, with a tag over them. All
    /// parts have a fixed length, so that a plain hash behind the secret is a sound tag.
    fn make(&self, operator: OperatorId, expires: UnixSeconds, random: u64) -> String {
        let mut bytes = operator.0.to_be_bytes().to_vec();
        bytes.extend_from_slice(&expires.0.to_be_bytes());
        bytes.extend_from_slice(&random.to_be_bytes());
        let tag = self.tag(&bytes);
        bytes.extend_from_slice(&tag);
        hex::encode(bytes)
    }

    /// The operator of a code this office made, unless it is too old.
    fn find_operator(&self, code: &str, now: UnixSeconds) -> Option<OperatorId> {
        let mut bytes = [0; CODE_LENGTH];
        hex::decode_to_slice(code, &mut bytes).ok()?;
        let (content, tag) = bytes.split_at(CODE_LENGTH - TAG_LENGTH);
        // Hashes of both sides are compared, so that timing tells nothing about the tag.
        if Sha256::digest(self.tag(content)) != Sha256::digest(tag) {
            return None;
        }
        let (operator, rest) = content.split_first_chunk::<4>()?;
        let (expires, _) = rest.split_first_chunk::<8>()?;
        (now.0 <= i64::from_be_bytes(*expires)).then(|| OperatorId(u32::from_be_bytes(*operator)))
    }

    fn tag(&self, content: &[u8]) -> [u8; TAG_LENGTH] {
        let hash = Sha256::new()
            .chain_update(self.0)
            .chain_update(content)
            .finalize();
        let mut tag = [0; TAG_LENGTH];
        tag.copy_from_slice(&hash[..TAG_LENGTH]);
        tag
    }
}

/// The operator a code admits to: from the settings, or made by staff.
fn admit(app: &App, code: &str, now: UnixSeconds) -> Result<OperatorId> {
    let digest = Sha256::digest(code.as_bytes());
    let set = app
        .validator_codes
        .iter()
        .find(|known| Sha256::digest(known.code.reveal().as_bytes()) == digest)
        .map(|known| known.operator);
    let operator = set.or_else(|| app.admission.find_operator(code, now));
    operator
        .filter(|operator| app.office.desk.find_operator(*operator).is_some())
        .ok_or_else(|| {
            Problem::new(
                Kind::WrongOneTimeCode,
                "one_time_code: is not one of ours or too old; ask the operator's staff for a new \
                 one",
            )
            .at("one_time_code")
        })
}

fn validator_of(code: &str) -> ValidatorId {
    let hash = Sha256::new()
        .chain_update(b"ridecode validator")
        .chain_update(code.as_bytes())
        .finalize();
    ValidatorId(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
}

fn used(fault: StoreFault) -> Problem {
    match fault {
        StoreFault::Conflict { .. } => Problem::new(
            Kind::OneTimeCodeUsed,
            "one_time_code: was used to register another key; ask for a new one",
        )
        .at("one_time_code"),
        StoreFault::Missing { .. } | StoreFault::Engine(_) | StoreFault::Corrupt(_) => fault.into(),
    }
}

fn ed25519() -> AlgorithmWord {
    AlgorithmWord::Eddsa
}

fn no() -> String {
    "false".to_owned()
}

fn none() -> String {
    "0".to_owned()
}

/// Sealed bundles and deltas kept of one version.
const SEALED_MAX: usize = 256;
const CODE_LIFE_S: i64 = 7 * 86_400;
const CODE_LENGTH: usize = 4 + 8 + 8 + TAG_LENGTH;
const TAG_LENGTH: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_800_000_000);

    fn check(code: &str, now: UnixSeconds, expected: Option<u32>) {
        let found = Admission([7; 32]).find_operator(code, now);
        assert_eq!(found, expected.map(OperatorId), "{code}");
    }

    #[test]
    fn a_code_admits_until_its_last_second_and_no_altered_one_does() {
        let code = Admission([7; 32]).make(OperatorId(2), NOW, 42);
        check(&code, NOW, Some(2));
        check(&code, NOW.plus_s(1), None);
        check(&code[1..], NOW, None);
        check("", NOW, None);
        check("gate-7f3a91c2", NOW, None);
        let of_another_office = Admission([8; 32]).make(OperatorId(2), NOW, 42);
        check(&of_another_office, NOW, None);
        for place in 0..code.len() {
            let digit = if &code[place..=place] == "0" {
                "1"
            } else {
                "0"
            };
            let altered = format!("{}{digit}{}", &code[..place], &code[place + 1..]);
            check(&altered, NOW, None);
        }
    }

    #[test]
    fn a_code_is_one_validator() {
        let validator = validator_of("gate-7f3a91c2");
        assert_eq!(validator, validator_of("gate-7f3a91c2"));
        assert_ne!(validator, validator_of("gate-7f3a91c3"));
    }
}
