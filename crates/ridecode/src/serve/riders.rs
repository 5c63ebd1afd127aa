//! Riders: a phone number, a code by SMS, a session.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, SET_COOKIE, USER_AGENT};
use axum::response::{IntoResponse as _, Response};
use ridecode_account::{Client, DeviceState, MandateState, Phone, RiderState};
use ridecode_office::credential::essential::{self, RideHome, RideHomeState};
use ridecode_office::enrol::{self, SignIn};
use ridecode_store::RiderFile;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::{COOKIE_NAME, SignedRider, device_nonce};
use super::mandates::{mandate_word, reason};
use super::once::find_key;
use super::problem::{Kind, Problem, Result};
use super::wire::{AlgorithmWord, Body, MoneyView, base64};
use crate::carrier::send_sms;
use crate::clock::now;
use crate::entropy::SystemEntropy;

/// Whose phone a code is to be sent to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeWanted {
    /// Phone number: + and 8 to 15 digits; 11 digits alone are taken as +86.
    #[schema(example = "+8613800138000")]
    phone: String,
}

/// A code was sent.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeSent {
    /// Seconds within which it may be answered.
    expires_in_s: u32,
}

/// Sends a six-digit code to a phone.
#[utoipa::path(post, path = "/v1/riders/codes", tag = "riders", request_body = CodeWanted,
    responses((status = 202, body = CodeSent)))]
pub(super) async fn send_code(
    State(app): State<App>,
    Body(body): Body<CodeWanted>,
) -> Result<(StatusCode, Json<CodeSent>)> {
    let phone = phone(&body.phone)?;
    app.pace.note(&phone, now())?;
    let code = enrol::send_code(&app.office, phone, now(), &mut SystemEntropy).await?;
    send_sms(&app.office, &app.carrier, &code)
        .await
        .map_err(|fault| Problem::new(Kind::SmsNotSent, fault.to_string()))?;
    Ok((StatusCode::ACCEPTED, Json(CodeSent { expires_in_s: 300 })))
}

/// A code that was sent, with its phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionWanted {
    /// The phone number it was sent to.
    #[schema(example = "+8613800138000")]
    phone: String,
    /// Six digits.
    #[schema(example = "314159")]
    code: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionView {
    /// The rider's number.
    rider: String,
    /// Whether the account was opened just now.
    opened: bool,
    /// The session token; send it as Authorization: Bearer, or let the cookie do it.
    token: String,
    /// Until when the session lasts, RFC 3339.
    expires: String,
    /// What a phone signs to register its key, base64 of 32 bytes.
    device_nonce: String,
}

/// Answers a code: opens the account if the number is new, and a session. With an `Idempotency-Key`
/// of 32 characters or more, random and secret, the same request within ten minutes gives the same
/// session again: a reply that was lost costs no other message.
#[utoipa::path(post, path = "/v1/riders/sessions", tag = "riders", request_body = SessionWanted,
    responses((status = 201, body = SessionView)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    Body(body): Body<SessionWanted>,
) -> Result<Response> {
    let user_agent = headers.get(USER_AGENT).and_then(|it| it.to_str().ok());
    let sign_in = SignIn {
        phone: phone(&body.phone)?,
        code: body.code,
        client: Client::of(user_agent.unwrap_or_default()),
        key: secret_key(&headers)?,
    };
    let signed = enrol::sign_in(&app.office, sign_in, now(), &mut SystemEntropy).await?;
    let max_age = signed.expires.since_s(now()).max(0);
    let cookie = app.cookie(COOKIE_NAME, &signed.token, max_age)?;
    let view = SessionView {
        rider: signed.rider.to_string(),
        opened: signed.opened,
        device_nonce: base64(&device_nonce(&signed.token)),
        token: signed.token,
        expires: signed.expires.to_string(),
    };
    let mut response = (StatusCode::CREATED, Json(view)).into_response();
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// A rider's account.
#[derive(Serialize, ToSchema)]
pub(super) struct RiderView {
    /// The rider's number.
    rider: String,
    /// `active`, `blocked` or `closed`.
    state: &'static str,
    /// What is owed and blocks the account, if it is blocked.
    block: Option<BlockView>,
    /// What the rider owes now; negative if in credit.
    balance: MoneyView,
    /// Payment mandates, oldest first.
    mandates: Vec<OwnMandate>,
    /// Phones, oldest first.
    devices: Vec<OwnDevice>,
    /// What a phone signs to register its key in this session, base64 of 32 bytes.
    device_nonce: String,
}

/// Why an account may not ride.
#[derive(Serialize, ToSchema)]
pub(super) struct BlockView {
    /// What is owed.
    amount: MoneyView,
    /// For how many rides.
    rides: u32,
    /// Since when, RFC 3339.
    since: String,
    /// The one ride home that may be taken all the same, where the issuer offers it.
    ride_home: Option<RideHomeView>,
}

/// A ride home.
#[derive(Serialize, ToSchema)]
pub(super) struct RideHomeView {
    /// `available` to be asked for with POST /v1/essential-rides, `given`, `used`, or `ran_out`
    /// where it was not taken in time.
    state: &'static str,
    /// The most it may cost.
    limit: MoneyView,
    /// Until when it may begin if it is given, or when it ran out, RFC 3339.
    until: Option<String>,
}

/// A mandate of one's own.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnMandate {
    /// Its number.
    mandate: String,
    /// `pending`, `active`, `suspended` or `ended`.
    state: &'static str,
    /// The provider's word for why it is suspended.
    reason: Option<String>,
}

/// A phone of one's own.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnDevice {
    /// Its number.
    device: String,
    /// The algorithm of its key.
    algorithm: AlgorithmWord,
    /// Whether it may still get credentials.
    active: bool,
}

/// The signed-in rider's account.
#[utoipa::path(get, path = "/v1/riders/me", tag = "riders",
    responses((status = 200, body = RiderView)))]
pub(super) async fn me(State(app): State<App>, rider: SignedRider) -> Result<Json<RiderView>> {
    let file = app.office.store.load_rider(rider.rider, now()).await?;
    let file = file.ok_or_else(Problem::internal)?;
    let currency = app.office.policy.currency;
    let balance = ridecode_ledger::Money {
        minor: file.balance_minor,
        currency,
    };
    Ok(Json(RiderView {
        rider: rider.rider.to_string(),
        state: state_word(&file.rider.state),
        block: block(&app, &file),
        balance: balance.into(),
        mandates: file.mandates.iter().map(own_mandate).collect(),
        devices: file.devices.iter().map(own_device).collect(),
        device_nonce: base64(&rider.device_nonce),
    }))
}

/// The key of a sign-in, from which its token follows: long enough not to be guessed.
fn secret_key(headers: &HeaderMap) -> Result<Option<String>> {
    let key = find_key(headers)?;
    if key.as_ref().is_some_and(|key| key.len() < KEY_LENGTH_MIN) {
        return Err(Problem::field(
            "Idempotency-Key",
            "must be 32 to 128 random characters here, for the session follows from it",
        ));
    }
    Ok(key)
}

/// 128 bits in hex.
const KEY_LENGTH_MIN: usize = 32;

/// Reads a phone number.
pub(super) fn phone(text: &str) -> Result<Phone> {
    Phone::new(text).map_err(|fault| Problem::field("phone", fault))
}

/// The word for whether an account may ride.
pub(super) fn state_word(state: &RiderState) -> &'static str {
    match state {
        RiderState::Active => "active",
        RiderState::Blocked(_) => "blocked",
        RiderState::Closed => "closed",
    }
}

/// Why an account may not ride.
pub(super) fn block(app: &App, file: &RiderFile) -> Option<BlockView> {
    match &file.rider.state {
        RiderState::Blocked(block) => Some(BlockView {
            amount: block.amount.into(),
            rides: block.rides,
            since: block.since.to_string(),
            ride_home: essential::standing(&app.office, file, now()).map(ride_home),
        }),
        RiderState::Active | RiderState::Closed => None,
    }
}

fn ride_home(ride: RideHome) -> RideHomeView {
    let (state, until) = match ride.state {
        RideHomeState::Available => ("available", None),
        RideHomeState::Given { until } => ("given", Some(until)),
        RideHomeState::Used => ("used", None),
        RideHomeState::RanOut { at } => ("ran_out", Some(at)),
    };
    RideHomeView {
        state,
        limit: ride.limit.into(),
        until: until.map(|until| until.to_string()),
    }
}

/// A mandate as its rider sees it.
pub(super) fn own_mandate(mandate: &ridecode_account::Mandate) -> OwnMandate {
    let state: &MandateState = &mandate.state;
    OwnMandate {
        mandate: mandate.id.to_string(),
        state: mandate_word(state),
        reason: reason(state),
    }
}

fn own_device(device: &ridecode_account::Device) -> OwnDevice {
    OwnDevice {
        device: device.id.to_string(),
        algorithm: device.key.algorithm.into(),
        active: device.state == DeviceState::Active,
    }
}
