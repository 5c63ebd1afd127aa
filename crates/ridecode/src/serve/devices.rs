//! Riders' phones: registering a key, with proof that the phone holds it, and revoking it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ridecode_account::RevokeReason;
use ridecode_codec::crypto::native::Native;
use ridecode_codec::crypto::{Crypto as _, PublicKey, Signature, Sm2Id};
use ridecode_office::credential::{self, NewDevice};
use ridecode_words::DeviceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::SignedRider;
use super::problem::{Kind, Problem, Result};
use super::wire::{AlgorithmWord, Body, Named, public_key, signature};
use crate::clock::now;

/// A phone's key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceWanted {
    /// The algorithm: `es256` for compact brands, `sm2` for mot brands.
    algorithm: AlgorithmWord,
    /// The point, compressed (33 bytes) or uncompressed (65 bytes), in base64.
    public_key: String,
    /// The key's signature (64 bytes, base64) over `ridecode device`, the rider's number as 8
    /// bytes, most significant first, and the 32 bytes of `device_nonce`.
    proof: String,
}

/// A registered phone.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceView {
    /// Its number.
    device: String,
}

/// Registers a phone's key. Registering the same key again gives the same phone.
#[utoipa::path(post, path = "/v1/devices", tag = "devices", request_body = DeviceWanted,
    responses((status = 201, body = DeviceView)))]
pub(super) async fn register(
    State(app): State<App>,
    rider: SignedRider,
    Body(body): Body<DeviceWanted>,
) -> Result<(StatusCode, Json<DeviceView>)> {
    let key = public_key(body.algorithm, &body.public_key)?;
    check_proof(&key, &rider, &signature("proof", &body.proof)?)?;
    let new = NewDevice {
        rider: rider.rider,
        key,
    };
    let device = credential::register_device(&app.office, new, now(), &Native).await?;
    let view = DeviceView {
        device: device.id.to_string(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Why a phone is revoked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revocation {
    /// The reason.
    reason: ReasonWord,
}

/// Why a phone is revoked.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReasonWord {
    /// It was lost or stolen.
    Lost,
    /// The account moves to another phone.
    Replaced,
}

/// Revokes a phone and denies its credentials at every validator with the next bundle.
#[utoipa::path(delete, path = "/v1/devices/{device}", tag = "devices", request_body = Revocation,
    params(("device" = String, Path, description = "16 hex digits")),
    responses((status = 204)))]
pub(super) async fn revoke(
    State(app): State<App>,
    rider: SignedRider,
    Named(device): Named<DeviceId>,
    Body(body): Body<Revocation>,
) -> Result<StatusCode> {
    let reason = match body.reason {
        ReasonWord::Lost => RevokeReason::Lost,
        ReasonWord::Replaced => RevokeReason::Replaced,
    };
    credential::revoke(&app.office, (rider.rider, device), reason, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn check_proof(key: &PublicKey, rider: &SignedRider, proof: &Signature) -> Result<()> {
    let parsed = Native.parse_key(key).ok_or_else(|| {
        Problem::new(Kind::WrongKey, "public_key: is no point of its curve").at("public_key")
    })?;
    let mut message = PROOF_WORDS.to_vec();
    message.extend_from_slice(&rider.rider.0.to_be_bytes());
    message.extend_from_slice(&rider.device_nonce);
    if Native.verify(&parsed, Sm2Id::DEFAULT, &message, proof) {
        return Ok(());
    }
    Err(Problem::new(
        Kind::WrongProof,
        "proof: is not the key's signature over `ridecode device`, the rider's number and the \
         nonce of this session",
    )
    .at("proof"))
}

const PROOF_WORDS: &[u8] = b"ridecode device";
