//! Statements by operator and day at a glance. For whoever reads the books.

use axum::Json;
use axum::extract::State;
use ridecode_ledger::{Money, Statement};
use ridecode_words::{OperatorId, ServiceDay};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::StaffMember;
use super::problem::{Problem, Result};
use super::wire::{MoneyView, Parameters, parse};
use crate::clock::now;
use crate::work::service_day;

/// Which operators and days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// The operator's number; all that this person may see unless told.
    #[param(value_type = Option<u32>, example = 1)]
    operator: Option<String>,
    /// The last service day; today unless told.
    #[param(example = "2026-11-21")]
    until: Option<String>,
    /// How many days, 1 to 62; 14 unless told.
    #[param(value_type = Option<u32>, example = 14)]
    days: Option<String>,
}

/// The statements of some days.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementDaysView {
    /// The first day looked at.
    from: String,
    /// The last day looked at.
    until: String,
    /// Today, where the riders ride.
    today: String,
    /// Operators' days that have a statement, newest day first, by operator.
    days: Vec<StatementDayView>,
    /// What all of them come to.
    payable: MoneyView,
}

/// An operator's statements of a day.
#[derive(Serialize, ToSchema)]
pub(super) struct StatementDayView {
    /// Whose.
    operator: u32,
    /// The service day.
    day: String,
    /// Their numbers; late rides have one of their own.
    numbers: Vec<u64>,
    /// Lines on all of them.
    lines: usize,
    /// Sum of the fares.
    fares: MoneyView,
    /// What the issuer keeps.
    commission: MoneyView,
    /// Fares less commission.
    payable: MoneyView,
    /// Validators with entries that are known to exist and were not there at the last closing.
    validators_missing: usize,
}

/// What stands on statements, by operator and day.
#[utoipa::path(get, path = "/v1/statements/days", tag = "staff", params(Days),
    responses((status = 200, body = StatementDaysView)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
    Parameters(query): Parameters<Days>,
) -> Result<Json<StatementDaysView>> {
    let today = service_day(now(), &app.zone);
    let until = query.until.as_deref();
    let until = until.map_or(Ok(today), |text| parse("until", text))?;
    let count = query.days.as_deref();
    let count: i32 = count.map_or(Ok(14), |text| parse("days", text))?;
    if !(1..=DAYS_MAX).contains(&count) {
        return Err(Problem::field("days", format!("must be 1 to {DAYS_MAX}")));
    }
    let operators = operators(&app, &staff, query.operator.as_deref())?;
    let from = ServiceDay(until.0.saturating_sub(count - 1));
    let mut days = Vec::new();
    for day in (from.0..=until.0).rev().map(ServiceDay) {
        for operator in &operators {
            let statements = app.office.store.load_statements(*operator, day).await?;
            days.extend(day_view(&app, &statements));
        }
    }
    let payable = days.iter().map(|day| day.payable.minor()).sum();
    Ok(Json(StatementDaysView {
        from: from.to_string(),
        until: until.to_string(),
        today: today.to_string(),
        payable: Money::new(payable, app.office.policy.currency).into(),
        days,
    }))
}

fn operators(app: &App, staff: &StaffMember, asked: Option<&str>) -> Result<Vec<OperatorId>> {
    if let Some(asked) = asked {
        return Ok(vec![staff.operator(app, asked)?]);
    }
    let all = app.office.desk.operators.iter().map(|one| one.id);
    Ok(match staff.own_operator() {
        Some(own) => vec![own],
        None => all.collect(),
    })
}

/// What the statements of one operator's day come to; `None` where there are none.
fn day_view(app: &App, statements: &[Statement]) -> Option<StatementDayView> {
    let last = statements.last()?;
    let money = |minor| MoneyView::from(Money::new(minor, app.office.policy.currency));
    let sum =
        |part: fn(&Statement) -> Money| money(statements.iter().map(|one| part(one).minor).sum());
    let missing = last.coverage.iter().filter(|one| !one.missing.is_empty());
    Some(StatementDayView {
        operator: last.operator.0,
        day: last.day.to_string(),
        numbers: statements.iter().map(|one| one.number).collect(),
        lines: statements.iter().map(|one| one.lines.len()).sum(),
        fares: sum(|one| one.fares),
        commission: sum(|one| one.commission),
        payable: sum(|one| one.payable),
        validators_missing: missing.count(),
    })
}

const DAYS_MAX: i32 = 62;
