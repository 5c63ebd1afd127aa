//! What operators are owed: closing days, statements, and the office's counters. For staff.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use clap::ValueEnum as _;
use ridecode_ledger::{Coverage, Statement, StatementLine};
use ridecode_office::close;
use ridecode_words::ServiceDay;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::StaffMember;
use super::problem::{Kind, Problem, Result};
use super::wire::{MoneyView, Named, Parameters, parse};
use crate::clock::now;
use crate::statement::format::{Format, Sheet, render};
use crate::work::service_day;

/// Which operator.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfOperator {
    /// The operator's number.
    #[param(value_type = u32, example = 1)]
    operator: String,
}

/// Which operator's day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfOperatorDay {
    /// The operator's number.
    #[param(value_type = u32, example = 1)]
    operator: String,
    /// The service day.
    #[param(example = "2026-11-21")]
    day: String,
}

/// A statement.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementView {
    /// One more than the statement before.
    number: u64,
    /// Whose.
    operator: u32,
    /// The service day.
    day: String,
    /// The lines, by charge.
    lines: Vec<LineView>,
    /// Sum of the fares.
    fares: MoneyView,
    /// What the issuer keeps.
    commission: MoneyView,
    /// Fares less commission.
    payable: MoneyView,
    /// The journals it rests on.
    coverage: Vec<CoverageView>,
    /// SHA-256 over the previous statement's hash and this statement, hex.
    hash: String,
}

/// A line of a statement.
#[derive(Serialize, ToSchema)]
pub(super) struct LineView {
    /// Journey and fare version.
    charge: String,
    /// The issuer of the code, 8 hex digits.
    issuer: String,
    /// What the operator is owed for it, in minor units; negative in a correction.
    amount_minor: i64,
    /// What is kept of it, in minor units.
    commission_minor: i64,
}

/// What is held of a validator's journal.
#[derive(Serialize, ToSchema)]
pub(super) struct CoverageView {
    /// The validator, 8 hex digits.
    validator: String,
    /// Ranges held, first and last inclusive.
    held: Vec<(u64, u64)>,
    /// Ranges known to exist and not yet held.
    missing: Vec<(u64, u64)>,
}

/// An operator's statements for a day, by number.
#[utoipa::path(get, path = "/v1/statements", tag = "staff", params(OfOperatorDay),
    responses((status = 200, body = [StatementView])))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
    Parameters(query): Parameters<OfOperatorDay>,
) -> Result<Json<Vec<StatementView>>> {
    let operator = staff.operator(&app, &query.operator)?;
    let day: ServiceDay = parse("day", &query.day)?;
    let statements = app.office.store.load_statements(operator, day).await?;
    Ok(Json(statements.iter().map(statement_view).collect()))
}

/// Which operator's day, in which form.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfOperatorDayAs {
    /// The operator's number.
    #[param(value_type = u32, example = 1)]
    operator: String,
    /// The service day.
    #[param(example = "2026-11-21")]
    day: String,
    /// `csv`, `tides` (its table fare_transactions) or `coverage` (what the statements rest on).
    #[param(example = "tides")]
    format: String,
}

/// An operator's statements for a day as a file; a header alone if there are none.
#[utoipa::path(get, path = "/v1/statements/file", tag = "staff", params(OfOperatorDayAs),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn file(
    State(app): State<App>,
    staff: StaffMember,
    Parameters(query): Parameters<OfOperatorDayAs>,
) -> Result<impl IntoResponse> {
    let operator = staff.operator(&app, &query.operator)?;
    let day: ServiceDay = parse("day", &query.day)?;
    let format = Format::from_str(&query.format, false)
        .map_err(|_| Problem::field("format", "must be csv, tides or coverage"))?;
    let statements = app.office.store.load_statements(operator, day).await?;
    let found = app.office.desk.find_operator(operator);
    let sheet = Sheet {
        operator: found.ok_or_else(Problem::internal)?,
        statements: &statements,
        format,
        byte_order_mark: false,
    };
    let bytes = render(&app.office, &sheet).await.map_err(|fault| {
        tracing::error!(error = format!("{fault:#}"), "statements cannot be written");
        Problem::internal()
    })?;
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], bytes))
}

/// What closing a day gave.
#[derive(Serialize, ToSchema)]
pub(super) struct ClosedView {
    /// The new statement; nothing if there was nothing new.
    statement: Option<StatementView>,
}

/// Closes a service day for an operator. Closing it again puts late rides on another statement.
#[utoipa::path(post, path = "/v1/days/{day}/close", tag = "staff",
    params(("day" = String, Path, description = "The service day, such as 2026-11-21"), OfOperator),
    responses((status = 200, body = ClosedView)))]
pub(super) async fn close(
    State(app): State<App>,
    staff: StaffMember,
    Named(day): Named<ServiceDay>,
    Parameters(query): Parameters<OfOperator>,
) -> Result<Json<ClosedView>> {
    let operator = staff.operator(&app, &query.operator)?;
    let today = service_day(now(), &app.zone);
    if day > today {
        return Err(Problem::new(
            Kind::DayNotOver,
            format!("day: {day} is still to come; today is {today}"),
        )
        .at("day"));
    }
    let statement = close::day(&app.office, operator, day).await?;
    Ok(Json(ClosedView {
        statement: statement.as_ref().map(statement_view),
    }))
}

/// Counters of the office.
#[derive(Serialize, ToSchema)]
pub(super) struct OfficeView {
    /// Counts changes of the deny list.
    deny_version: u64,
    /// Months waiting to be priced.
    bills_due: u64,
    /// Charges not collected.
    charges_open: u64,
}

/// Counters that tell whether something is to be done.
#[utoipa::path(get, path = "/v1/office", tag = "staff",
    responses((status = 200, body = OfficeView)))]
pub(super) async fn office(State(app): State<App>, _: StaffMember) -> Result<Json<OfficeView>> {
    let state = app.office.store.office_state(now()).await?;
    Ok(Json(OfficeView {
        deny_version: state.deny_version,
        bills_due: state.bills_due,
        charges_open: state.charges_open,
    }))
}

fn statement_view(statement: &Statement) -> StatementView {
    StatementView {
        number: statement.number,
        operator: statement.operator.0,
        day: statement.day.to_string(),
        lines: statement.lines.iter().map(line_view).collect(),
        fares: statement.fares.into(),
        commission: statement.commission.into(),
        payable: statement.payable.into(),
        coverage: statement.coverage.iter().map(coverage_view).collect(),
        hash: hex::encode(statement.hash),
    }
}

fn line_view(line: &StatementLine) -> LineView {
    LineView {
        charge: line.leg.charge.to_string(),
        issuer: line.leg.issuer.to_string(),
        amount_minor: line.leg.amount_minor,
        commission_minor: line.commission_minor,
    }
}

fn coverage_view(coverage: &Coverage) -> CoverageView {
    CoverageView {
        validator: coverage.validator.to_string(),
        held: coverage.held.clone(),
        missing: coverage.missing.clone(),
    }
}
