//! Charges by where they stand, with their attempts; advances; refunds on their way. For whoever
//! reads the books.

use axum::Json;
use axum::extract::State;
use ridecode_ledger::Money;
use ridecode_store::{Charge, ChargeStanding, ChargeSums};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::StaffMember;
use super::problem::{Problem, Result};
use super::refunds::{self, RefundView};
use super::rides::charge_words;
use super::wire::{MoneyView, Parameters};

/// Where charges stand.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Standing {
    /// `planned`, `submitted`, `accepted`, `collected`, `declined`, `unknown`, `superseded` or
    /// `collected_other_amount`.
    #[param(example = "declined")]
    state: String,
}

/// What all charges come to.
#[derive(Serialize, ToSchema)]
pub(super) struct ChargeSumsView {
    /// By state, in the order a charge passes them.
    states: Vec<ChargeStateView>,
    /// What operators have and riders still owe: declined, not given up.
    advanced: MoneyView,
    /// What riders paid after a decline.
    recovered: MoneyView,
    /// What was written off and not paid since.
    written_off: MoneyView,
}

/// The charges in a state.
#[derive(Serialize, ToSchema)]
pub(super) struct ChargeStateView {
    /// The state.
    state: &'static str,
    /// How many.
    count: u64,
    /// What they ask for.
    amount: MoneyView,
}

/// A charge with its attempts.
#[derive(Serialize, ToSchema)]
pub(super) struct ChargeView {
    /// The order number at the payment provider.
    charge: String,
    /// The journey's id, or that of a ride of the day.
    journey: String,
    /// The rider's number.
    rider: String,
    /// How much it asks for.
    amount: MoneyView,
    /// For how many rides.
    rides: u32,
    /// The state.
    state: &'static str,
    /// The provider's word for why it was declined; of another amount, what came in.
    reason: Option<String>,
    /// The provider's number, where money came in.
    transaction: Option<String>,
    /// Attempts made.
    attempts: u32,
    /// Attempts declined.
    declines: u32,
    /// When it was planned, RFC 3339.
    planned: String,
    /// When it was first declined, RFC 3339.
    first_decline: Option<String>,
    /// When something is done about it, RFC 3339.
    next_attempt: Option<String>,
    /// When it was written off, RFC 3339.
    written_off: Option<String>,
}

/// Charges by state, advances outstanding and recovered. Reads every charge.
#[utoipa::path(get, path = "/v1/charges/sums", tag = "staff",
    responses((status = 200, body = ChargeSumsView)))]
pub(super) async fn sums(
    State(app): State<App>,
    staff: StaffMember,
) -> Result<Json<ChargeSumsView>> {
    staff.of_the_issuer()?;
    let sums = app.office.store.sum_charges().await?;
    Ok(Json(sums_view(&app, &sums)))
}

/// The newest hundred charges in a state, newest first.
#[utoipa::path(get, path = "/v1/charges", tag = "staff", params(Standing),
    responses((status = 200, body = [ChargeView])))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
    Parameters(query): Parameters<Standing>,
) -> Result<Json<Vec<ChargeView>>> {
    staff.of_the_issuer()?;
    let known = ChargeStanding::ALL.into_iter();
    let standing = known.clone().find(|one| word(*one) == query.state);
    let standing = standing.ok_or_else(|| {
        let words: Vec<&str> = known.map(word).collect();
        Problem::field("state", format!("must be one of {}", words.join(", ")))
    })?;
    let charges = app.office.store.load_charges(standing, LIST_MAX).await?;
    Ok(Json(charges.iter().map(view).collect()))
}

/// The newest hundred refunds that are not done, newest first.
#[utoipa::path(get, path = "/v1/refunds/open", tag = "staff",
    responses((status = 200, body = [RefundView])))]
pub(super) async fn open_refunds(
    State(app): State<App>,
    staff: StaffMember,
) -> Result<Json<Vec<RefundView>>> {
    staff.of_the_issuer()?;
    let refunds = app.office.store.unfinished_refunds(LIST_MAX).await?;
    Ok(Json(refunds.iter().map(refunds::view).collect()))
}

fn sums_view(app: &App, sums: &ChargeSums) -> ChargeSumsView {
    let money = |minor| MoneyView::from(Money::new(minor, app.office.policy.currency));
    let states = ChargeStanding::ALL.into_iter().zip(sums.standings);
    ChargeSumsView {
        states: states
            .map(|(standing, sum)| ChargeStateView {
                state: word(standing),
                count: sum.count,
                amount: money(sum.minor),
            })
            .collect(),
        advanced: money(sums.advanced_minor),
        recovered: money(sums.recovered_minor),
        written_off: money(sums.written_off_minor),
    }
}

fn view(charge: &Charge) -> ChargeView {
    let (state, reason) = charge_words(&charge.state);
    ChargeView {
        charge: charge.id.to_string(),
        journey: charge.id.journey.to_string(),
        rider: charge.rider.to_string(),
        amount: charge.amount.into(),
        rides: charge.rides,
        state,
        reason,
        transaction: charge.find_payment().map(|(number, _)| number.to_owned()),
        attempts: charge.attempts,
        declines: charge.declines,
        planned: charge.planned.to_string(),
        first_decline: charge.first_decline.map(|at| at.to_string()),
        next_attempt: charge.next_attempt.map(|at| at.to_string()),
        written_off: charge.written_off.map(|at| at.to_string()),
    }
}

fn word(standing: ChargeStanding) -> &'static str {
    match standing {
        ChargeStanding::Planned => "planned",
        ChargeStanding::Submitted => "submitted",
        ChargeStanding::Accepted => "accepted",
        ChargeStanding::Collected => "collected",
        ChargeStanding::Declined => "declined",
        ChargeStanding::Unknown => "unknown",
        ChargeStanding::Superseded => "superseded",
        ChargeStanding::CollectedOther => "collected_other_amount",
    }
}

/// The most of anything in a reply.
const LIST_MAX: usize = 100;
