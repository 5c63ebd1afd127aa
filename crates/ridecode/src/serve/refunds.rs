//! Money on its way back to riders.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ridecode_office::refund;
use ridecode_store::{Refund, RefundState};
use ridecode_words::RefundId;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::{SignedRider, StaffMember};
use super::problem::{Kind, Problem, Result};
use super::wire::{MoneyView, Named};
use crate::clock::now;

/// The signed-in rider's refunds, by ride.
#[derive(Serialize, ToSchema)]
pub(super) struct RefundsView {
    /// The refunds.
    refunds: Vec<RefundView>,
}

/// A refund.
#[derive(Serialize, ToSchema)]
pub(super) struct RefundView {
    /// Its number, the same at the payment provider.
    refund: String,
    /// The journey's id.
    journey: String,
    /// How much is given back.
    amount: MoneyView,
    /// `planned`, `submitted`, `accepted`, `done`, `refused`, `unknown`, or `superseded`: refused,
    /// and another gives back what was left in credit.
    state: &'static str,
    /// The provider's word for why it is refused.
    reason: Option<String>,
    /// When it was planned, RFC 3339.
    planned: String,
}

/// The signed-in rider's refunds: what was taken too much, on its way back or there.
#[utoipa::path(get, path = "/v1/refunds", tag = "rides",
    responses((status = 200, body = RefundsView)))]
pub(super) async fn list(State(app): State<App>, rider: SignedRider) -> Result<Json<RefundsView>> {
    let page = app.office.store.load_rides(rider.rider).await?;
    Ok(Json(RefundsView {
        refunds: page.refunds.iter().map(view).collect(),
    }))
}

/// Has a refused refund tried again, under its number; where its ride is no longer so much in credit,
/// another refund gives back what is left. Replies with the one that is due.
#[utoipa::path(post, path = "/v1/refunds/{refund}/attempts", tag = "agents",
    params(("refund" = String, Path, description = "The refund's number")),
    responses((status = 202, body = RefundView)))]
pub(super) async fn again(
    State(app): State<App>,
    staff: StaffMember,
    Named(id): Named<RefundId>,
) -> Result<(StatusCode, Json<RefundView>)> {
    staff.of_the_issuer()?;
    let held = app.office.store.find_refund(id).await?;
    let Some(held) = held else {
        return Err(Problem::new(
            Kind::UnknownRefund,
            format!("there is no refund {id}"),
        ));
    };
    let Some(due) = refund::again(&app.office, id, now()).await? else {
        let (state, _) = words(&held.state);
        let detail = format!(
            "refund {id} is {state}; only a refused one whose ride is still in credit is tried again"
        );
        return Err(Problem::new(Kind::RefundState, detail));
    };
    app.doorbell.ring();
    let held = app.office.store.find_refund(due).await?.unwrap_or(held);
    Ok((StatusCode::ACCEPTED, Json(view(&held))))
}

/// A refund as callers see it.
pub(super) fn view(refund: &Refund) -> RefundView {
    let (state, reason) = words(&refund.state);
    RefundView {
        refund: refund.id.to_string(),
        journey: refund.id.charge.journey.to_string(),
        amount: refund.amount.into(),
        state,
        reason,
        planned: refund.planned.to_string(),
    }
}

fn words(state: &RefundState) -> (&'static str, Option<String>) {
    match state {
        RefundState::Planned => ("planned", None),
        RefundState::Submitted => ("submitted", None),
        RefundState::Accepted => ("accepted", None),
        RefundState::Done => ("done", None),
        RefundState::Refused { reason } => ("refused", Some(reason.clone())),
        RefundState::Unknown => ("unknown", None),
        RefundState::Superseded => ("superseded", None),
    }
}
