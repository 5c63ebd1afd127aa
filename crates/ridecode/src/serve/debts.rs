//! What a rider owes, and paying it at once.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ridecode_ledger::Money;
use ridecode_office::debt::{self, UnpaidRide};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::SignedRider;
use super::problem::{Problem, Result};
use super::rides::charge_words;
use super::wire::MoneyView;
use crate::clock::now;

/// The signed-in rider's unpaid rides, oldest debt first.
#[derive(Serialize, ToSchema)]
pub(super) struct DebtsView {
    /// The sum of the debts.
    amount: MoneyView,
    /// The unpaid charges.
    rides: Vec<DebtView>,
}

/// An unpaid charge: of one ride, or of the rides of a day.
#[derive(Serialize, ToSchema)]
pub(super) struct DebtView {
    /// The charge's id, which is the provider's order number.
    charge: String,
    /// The journey's id; of several rides, the one the charge is named by.
    journey: String,
    /// The ids of all journeys it is for.
    rides: Vec<String>,
    /// When the first of them began, RFC 3339.
    began: Option<String>,
    /// What is asked for.
    amount: MoneyView,
    /// When it was first declined, RFC 3339.
    since: String,
    /// `declined`, or `submitted`, `accepted`, `unknown` while it is on its way again.
    state: &'static str,
    /// The provider's word for why it was declined.
    reason: Option<String>,
    /// When it is tried again by itself, RFC 3339; none once attempts ended.
    next_attempt: Option<String>,
    /// When we stopped hoping for it, RFC 3339; it can be paid all the same, and still blocks.
    written_off: Option<String>,
}

/// What the signed-in rider owes for rides that could not be charged.
#[utoipa::path(get, path = "/v1/debts", tag = "rides",
    responses((status = 200, body = DebtsView)))]
pub(super) async fn list(State(app): State<App>, rider: SignedRider) -> Result<Json<DebtsView>> {
    Ok(Json(view(
        &app,
        &debt::of(&app.office, rider.rider).await?,
    )?))
}

/// Tries to collect what the signed-in rider owes at once. Watch /v1/debts for what became of it.
#[utoipa::path(post, path = "/v1/repayments", tag = "rides",
    responses((status = 202, body = DebtsView)))]
pub(super) async fn repay(
    State(app): State<App>,
    rider: SignedRider,
) -> Result<(StatusCode, Json<DebtsView>)> {
    debt::repay(&app.office, rider.rider, now()).await?;
    app.doorbell.ring();
    let debts = debt::of(&app.office, rider.rider).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&app, &debts)?)))
}

/// Unpaid rides with their sum.
pub(super) fn view(app: &App, debts: &[UnpaidRide]) -> Result<DebtsView> {
    let currency = app.office.policy.currency;
    let amounts = debts.iter().map(|debt| debt.amount);
    let amount = Money::sum(currency, amounts).map_err(|_| Problem::internal())?;
    Ok(DebtsView {
        amount: amount.into(),
        rides: debts.iter().map(debt_view).collect(),
    })
}

fn debt_view(debt: &UnpaidRide) -> DebtView {
    let (state, reason) = charge_words(&debt.state);
    DebtView {
        charge: debt.charge.to_string(),
        journey: debt.charge.journey.to_string(),
        rides: debt.rides.iter().map(ToString::to_string).collect(),
        began: debt.began.map(|began| began.to_string()),
        amount: debt.amount.into(),
        since: debt.since.to_string(),
        state,
        reason,
        next_attempt: debt.next_attempt.map(|next| next.to_string()),
        written_off: debt.written_off.map(|at| at.to_string()),
    }
}
