//! Payment mandates: the rider signs at the provider.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ridecode_account::{Mandate, MandateState};
use ridecode_ledger::Money;
use ridecode_office::mandate::{self, MandateAsked, MandateStepFault};
use ridecode_words::{MandateId, RiderId};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::{SignedRider, StaffMember};
use super::problem::{Kind, Problem, Result};
use super::wire::{MoneyView, Named};
use crate::clock::now;
use crate::entropy::SystemEntropy;

/// A mandate.
#[derive(Serialize, ToSchema)]
pub(super) struct MandateView {
    /// Its number.
    mandate: String,
    /// `pending`, `active`, `suspended` or `ended`.
    state: &'static str,
    /// The provider's word for why it is suspended.
    reason: Option<String>,
    /// The most that is taken for one ride without asking.
    ride_limit: MoneyView,
    /// The most that is taken in a day.
    day_limit: MoneyView,
}

/// A rider's mandates, oldest first.
#[derive(Serialize, ToSchema)]
pub(super) struct MandatesView {
    /// The mandates.
    mandates: Vec<MandateView>,
}

/// A mandate waiting to be signed.
#[derive(Serialize, ToSchema)]
pub(super) struct MandateToSignView {
    /// Its number.
    mandate: String,
    /// The provider's page where the rider signs.
    sign_url: String,
}

/// Asks the payment provider for a page where the rider signs.
#[utoipa::path(post, path = "/v1/mandates", tag = "mandates",
    responses((status = 201, body = MandateToSignView)))]
pub(super) async fn ask(
    State(app): State<App>,
    rider: SignedRider,
) -> Result<(StatusCode, Json<MandateToSignView>)> {
    let asked = MandateAsked {
        rider: rider.rider,
        return_url: format!("{}/", app.public_url),
        callback_url: format!(
            "{}/v1/callbacks/{}",
            app.public_url,
            app.office.desk.provider.1.kind().word()
        ),
    };
    let edge = (&app.carrier, &mut SystemEntropy);
    let to_sign = mandate::ask(&app.office, asked, now(), edge).await?;
    let view = MandateToSignView {
        mandate: to_sign.mandate.id.to_string(),
        sign_url: to_sign.sign_url,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Shows a mandate; the provider is asked while it waits to be signed or is held there.
#[utoipa::path(get, path = "/v1/mandates/{mandate}", tag = "mandates",
    params(("mandate" = String, Path, description = "16 hex digits")),
    responses((status = 200, body = MandateView)))]
pub(super) async fn show(
    State(app): State<App>,
    rider: SignedRider,
    Named(id): Named<MandateId>,
) -> Result<Json<MandateView>> {
    let held = own(&app, &rider, id).await?;
    if matches!(held.state, MandateState::Active | MandateState::Ended) {
        return Ok(Json(view(&app, &held)));
    }
    let edge = (&app.carrier, &mut SystemEntropy);
    match mandate::query(&app.office, id, now(), edge).await {
        Ok(mandate) => Ok(Json(view(&app, &mandate))),
        // What is known is shown; the provider will be asked again.
        Err(MandateStepFault::ProviderSilent) => Ok(Json(view(&app, &held))),
        Err(fault) => Err(fault.into()),
    }
}

/// Ends a mandate, at the provider and here. A repeat changes nothing.
#[utoipa::path(delete, path = "/v1/mandates/{mandate}", tag = "mandates",
    params(("mandate" = String, Path, description = "16 hex digits")),
    responses((status = 200, body = MandateView)))]
pub(super) async fn end(
    State(app): State<App>,
    rider: SignedRider,
    Named(id): Named<MandateId>,
) -> Result<Json<MandateView>> {
    own(&app, &rider, id).await?;
    let edge = (&app.carrier, &mut SystemEntropy);
    let ended = mandate::end(&app.office, id, now(), edge).await?;
    Ok(Json(view(&app, &ended)))
}

/// A rider's mandates, for who helps the rider. Nothing is asked of the provider.
#[utoipa::path(get, path = "/v1/riders/{rider}/mandates", tag = "agents",
    params(("rider" = String, Path, description = "16 hex digits")),
    responses((status = 200, body = MandatesView)))]
pub(super) async fn of_rider(
    State(app): State<App>,
    staff: StaffMember,
    Named(rider): Named<RiderId>,
) -> Result<Json<MandatesView>> {
    staff.of_the_issuer()?;
    let file = app.office.store.load_rider(rider, now()).await?;
    let mandates = file.map(|file| file.mandates).unwrap_or_default();
    Ok(Json(MandatesView {
        mandates: mandates.iter().map(|mandate| view(&app, mandate)).collect(),
    }))
}

async fn own(app: &App, rider: &SignedRider, id: MandateId) -> Result<Mandate> {
    let held = app.office.store.find_mandate(id).await?;
    held.filter(|mandate| mandate.rider == rider.rider)
        .ok_or_else(|| Problem::new(Kind::UnknownMandate, "there is no such mandate"))
}

/// The word for a mandate's state.
pub(super) fn mandate_word(state: &MandateState) -> &'static str {
    match state {
        MandateState::Pending => "pending",
        MandateState::Active => "active",
        MandateState::Suspended { .. } => "suspended",
        MandateState::Ended => "ended",
    }
}

/// The provider's word for why a mandate is suspended.
pub(super) fn reason(state: &MandateState) -> Option<String> {
    match state {
        MandateState::Suspended { reason } => Some(reason.clone()),
        MandateState::Pending | MandateState::Active | MandateState::Ended => None,
    }
}

fn view(app: &App, mandate: &Mandate) -> MandateView {
    let policy = &app.office.policy;
    let money = |minor: u32| Money::new(i64::from(minor), policy.currency).into();
    MandateView {
        mandate: mandate.id.to_string(),
        state: mandate_word(&mandate.state),
        reason: reason(&mandate.state),
        ride_limit: money(policy.limits.ride_minor),
        day_limit: money(policy.limits.day_minor),
    }
}
