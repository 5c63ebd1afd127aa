//! Payouts: from statements to the bank. For accountants of the whole office.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use ridecode_office::payout;
use ridecode_store::{BankPaid, Payout, PayoutStep, PlannedPayment, Signature};
use ridecode_words::ServiceDay;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::StaffMember;
use super::problem::{Kind, Problem, Result};
use super::wire::{Body, MoneyView, Named, Parameters, parse};
use crate::clock::now;
use crate::payout::account::party_words;
use crate::payout::pain001::{self, Message, end_to_end_id};
use crate::work::service_day;

/// A payout.
#[derive(Serialize, ToSchema)]
pub(super) struct PayoutView {
    /// From 1, without a gap.
    number: u64,
    /// The day it was planned on.
    day: String,
    /// `planned`, `approved`, `exported`, `paid` or `withdrawn`.
    state: &'static str,
    /// Who planned it.
    planned_by: String,
    /// Who approved it.
    approved_by: Option<String>,
    /// Who withdrew it.
    withdrawn_by: Option<String>,
    /// How often it was written for the bank.
    exports: u32,
    /// The statements it settles.
    statements: Vec<StatementName>,
    /// The payments, by line.
    payments: Vec<PaymentView>,
}

/// A statement's name.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementName {
    /// Whose.
    operator: u32,
    /// Its number.
    number: u64,
}

/// A payment.
#[derive(Serialize, ToSchema)]
pub(super) struct PaymentView {
    /// Its line, from 0.
    line: usize,
    /// Who pays, such as `issuer 00002001`.
    from: String,
    /// Who is paid, such as `operator 1`.
    to: String,
    /// How much.
    amount: MoneyView,
    /// Its id at both banks.
    end_to_end_id: String,
    /// The day the bank paid.
    paid_on: Option<String>,
    /// The bank's reference.
    reference: Option<String>,
}

/// What planning gave.
#[derive(Serialize, ToSchema)]
pub(super) struct PlannedView {
    /// The new payout; nothing if there was nothing to settle.
    payout: Option<PayoutView>,
}

/// Where to go on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// The number to list after; 0 to begin.
    #[param(value_type = u64, example = 0)]
    after: String,
}

/// When the bank is to pay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportBody {
    /// The day.
    #[schema(example = "2026-11-23")]
    execute_on: String,
}

/// What the bank said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaidBody {
    /// The payment's line.
    line: u16,
    /// The day the bank paid.
    #[schema(example = "2026-11-23")]
    day: String,
    /// Its reference, 1 to 140 characters.
    reference: String,
}

/// Nets every statement that stands in no payout into payments.
#[utoipa::path(post, path = "/v1/payouts", tag = "staff",
    responses((status = 200, body = PlannedView)))]
pub(super) async fn plan(State(app): State<App>, staff: StaffMember) -> Result<Json<PlannedView>> {
    staff.of_the_issuer()?;
    let today = service_day(now(), &app.zone);
    let planned = payout::plan(&app.office, &staff.name, today).await?;
    Ok(Json(PlannedView {
        payout: planned.as_ref().map(view),
    }))
}

/// Payouts after a number, at most 100.
#[utoipa::path(get, path = "/v1/payouts", tag = "staff", params(After),
    responses((status = 200, body = [PayoutView])))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
    Parameters(query): Parameters<After>,
) -> Result<Json<Vec<PayoutView>>> {
    staff.of_the_issuer()?;
    let after = parse("after", &query.after)?;
    let payouts = app.office.store.load_payouts(after, PAGE_PAYOUTS).await?;
    Ok(Json(payouts.iter().map(view).collect()))
}

/// Approves a payout that another person planned.
#[utoipa::path(post, path = "/v1/payouts/{payout}/approval", tag = "staff",
    params(("payout" = u64, Path, description = "The payout's number")),
    responses((status = 200, body = PayoutView)))]
pub(super) async fn approve(
    State(app): State<App>,
    staff: StaffMember,
    Named(number): Named<u64>,
) -> Result<Json<PayoutView>> {
    let step = PayoutStep::Approve(signature(&staff)?);
    Ok(Json(view(&payout::step(&app.office, number, step).await?)))
}

/// Withdraws a payout that was not written for the bank. Its statements are free again.
#[utoipa::path(post, path = "/v1/payouts/{payout}/withdrawal", tag = "staff",
    params(("payout" = u64, Path, description = "The payout's number")),
    responses((status = 200, body = PayoutView)))]
pub(super) async fn withdraw(
    State(app): State<App>,
    staff: StaffMember,
    Named(number): Named<u64>,
) -> Result<Json<PayoutView>> {
    let step = PayoutStep::Withdraw(signature(&staff)?);
    Ok(Json(view(&payout::step(&app.office, number, step).await?)))
}

/// Writes an approved payout for the bank, as ISO 20022 pain.001.001.09. Payments that were made
/// are left out.
#[utoipa::path(post, path = "/v1/payouts/{payout}/file", tag = "staff",
    params(("payout" = u64, Path, description = "The payout's number")),
    request_body = ExportBody,
    responses((status = 200, content_type = "application/xml", body = String)))]
pub(super) async fn export(
    State(app): State<App>,
    staff: StaffMember,
    Named(number): Named<u64>,
    Body(body): Body<ExportBody>,
) -> Result<impl IntoResponse> {
    staff.of_the_issuer()?;
    let execute_on: ServiceDay = parse("execute_on", &body.execute_on)?;
    let found = payout::find(&app.office, number).await?;
    let lacking = |fault: anyhow::Error| Problem::new(Kind::PayoutState, fault.to_string());
    pain001::check_accounts(&found, &app.payout_accounts).map_err(lacking)?;
    let exported = payout::step(&app.office, number, PayoutStep::Export).await?;
    let message = Message {
        payout: &exported,
        accounts: &app.payout_accounts,
        created: now(),
        execute_on,
    };
    let text = pain001::write(&message).map_err(lacking)?;
    Ok(([(CONTENT_TYPE, "application/xml; charset=utf-8")], text))
}

/// Takes down that the bank made a payment, and books it.
#[utoipa::path(post, path = "/v1/payouts/{payout}/payments", tag = "staff",
    params(("payout" = u64, Path, description = "The payout's number")),
    request_body = PaidBody,
    responses((status = 200, body = PayoutView)))]
pub(super) async fn pay(
    State(app): State<App>,
    staff: StaffMember,
    Named(number): Named<u64>,
    Body(body): Body<PaidBody>,
) -> Result<Json<PayoutView>> {
    staff.of_the_issuer()?;
    let paid = BankPaid {
        day: parse("day", &body.day)?,
        reference: body.reference,
    };
    let line = body.line;
    let step = PayoutStep::Pay { line, paid };
    Ok(Json(view(&payout::step(&app.office, number, step).await?)))
}

fn signature(staff: &StaffMember) -> Result<Signature> {
    staff.of_the_issuer()?;
    Ok(Signature {
        by: staff.name.clone(),
        at: now(),
    })
}

fn view(payout: &Payout) -> PayoutView {
    let by = |signature: &Option<Signature>| signature.as_ref().map(|one| one.by.clone());
    let statements = payout
        .statements
        .iter()
        .map(|(operator, number)| StatementName {
            operator: operator.0,
            number: *number,
        });
    let payments = payout.payments.iter().enumerate();
    PayoutView {
        number: payout.number,
        day: payout.day.to_string(),
        state: payout.state().word(),
        planned_by: payout.planned_by.clone(),
        approved_by: by(&payout.approved),
        withdrawn_by: by(&payout.withdrawn),
        exports: payout.exports,
        statements: statements.collect(),
        payments: payments
            .map(|(line, one)| payment_view(payout.number, line, one))
            .collect(),
    }
}

fn payment_view(payout: u64, line: usize, one: &PlannedPayment) -> PaymentView {
    PaymentView {
        line,
        from: party_words(one.payment.from),
        to: party_words(one.payment.to),
        amount: one.payment.amount.into(),
        end_to_end_id: end_to_end_id(payout, line),
        paid_on: one.paid.as_ref().map(|paid| paid.day.to_string()),
        reference: one.paid.as_ref().map(|paid| paid.reference.clone()),
    }
}

/// Payouts on a page.
const PAGE_PAYOUTS: usize = 100;
