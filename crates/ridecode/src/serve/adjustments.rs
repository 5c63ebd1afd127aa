//! Money given to riders by people: goodwill for a ride, the correction of a fault over many rides,
//! and taking such a thing back. One asks, another approves.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ridecode_ledger::Money;
use ridecode_office::adjust::{self, Asker, Preview, Selection};
use ridecode_store::{
    Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, Decided, Decision, LineState,
};
use ridecode_words::{AdjustmentId, JourneyId, OperatorId, Text, UnixSeconds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::StaffMember;
use super::once::KeyedChance;
use super::problem::{Kind, Problem, Result};
use super::wire::{Body, MoneyView, Named, is_text, parse};
use crate::clock::now;
use crate::config::Role;

/// Goodwill for one ride.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GoodwillAsked {
    /// The journey's id.
    #[schema(example = "00002001-17")]
    journey: String,
    /// How much, in minor units; at most what is left of the fare.
    amount_minor: i64,
    /// Why, 1 to 500 characters.
    why: String,
}

/// Which rides a fault touched: those with a tap that fits everything that is given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultAsked {
    /// Of this operator.
    operator: Option<u32>,
    /// At this validator, 8 hex digits.
    validator: Option<String>,
    /// On this line, GTFS `route_id`.
    line: Option<String>,
    /// From this time on, RFC 3339.
    #[schema(example = "2026-11-21T00:00:00+08:00")]
    from: String,
    /// Before this time, RFC 3339; at most 31 days after `from`.
    #[schema(example = "2026-11-22T00:00:00+08:00")]
    until: String,
    /// How much for each ride, in minor units; all that is left of the fare unless told.
    amount_minor: Option<i64>,
    /// Why, 1 to 500 characters.
    why: String,
}

/// Why something is to be taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReversalAsked {
    /// Why, 1 to 500 characters.
    why: String,
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionAsked {
    /// Whether it may be posted.
    approve: bool,
}

/// What a fault comes to.
#[derive(Serialize, ToSchema)]
pub(super) struct FaultPreviewView {
    /// Riders touched.
    riders: usize,
    /// Rides touched.
    rides: usize,
    /// The sum.
    sum: MoneyView,
    /// The first hundred rides, by rider.
    lines: Vec<AdjustedRideView>,
}

/// An adjustment with its trail.
#[derive(Serialize, ToSchema)]
pub(super) struct AdjustmentView {
    /// Its number, 16 hex digits.
    adjustment: String,
    /// `goodwill` or `taken_back`.
    kind: &'static str,
    /// The adjustment that is taken back.
    of: Option<String>,
    /// Why.
    why: String,
    /// Who asked.
    asked_by: String,
    /// When, RFC 3339.
    asked: String,
    /// `waiting`, `approved` or `refused`.
    state: &'static str,
    /// Who approved or refused it.
    decided_by: Option<String>,
    /// When, RFC 3339.
    decided: Option<String>,
    /// The sum of its rides.
    sum: MoneyView,
    /// How many rides.
    rides: usize,
    /// How many are posted.
    posted: usize,
    /// How many post nothing: more than the ride cost, or taken back already.
    refused: usize,
    /// The first hundred rides.
    lines: Vec<AdjustedRideView>,
}

/// A ride of an adjustment.
#[derive(Serialize, ToSchema)]
pub(super) struct AdjustedRideView {
    /// The journey's id.
    journey: String,
    /// The rider's number.
    rider: String,
    /// How much.
    amount: MoneyView,
    /// `waiting`, `posted` or `refused`.
    state: &'static str,
}

/// Asks for goodwill for one ride. Within what this person may give alone in a day it is approved
/// at once; otherwise another person decides.
#[utoipa::path(post, path = "/v1/adjustments", tag = "agents", request_body = GoodwillAsked,
    responses((status = 201, body = AdjustmentView)))]
pub(super) async fn ask(
    State(app): State<App>,
    staff: StaffMember,
    mut chance: KeyedChance,
    Body(body): Body<GoodwillAsked>,
) -> Result<(StatusCode, Json<AdjustmentView>)> {
    let asker = asker(&app, &staff, body.why)?;
    let journey: JourneyId = parse("journey", &body.journey)?;
    let amount = amount(body.amount_minor)?;
    let edge = (now(), &mut chance);
    let asked = adjust::ask_for_ride(&app.office, (journey, amount), asker, edge).await?;
    app.doorbell.ring();
    Ok((StatusCode::CREATED, Json(view(&app, &asked))))
}

/// Shows what correcting a fault would come to. Changes nothing.
#[utoipa::path(post, path = "/v1/adjustments/previews", tag = "agents", request_body = FaultAsked,
    responses((status = 200, body = FaultPreviewView)))]
pub(super) async fn preview(
    State(app): State<App>,
    staff: StaffMember,
    Body(body): Body<FaultAsked>,
) -> Result<Json<FaultPreviewView>> {
    staff.of_the_issuer()?;
    let preview = adjust::preview(&app.office, &selection(&body)?).await?;
    Ok(Json(preview_view(&preview)))
}

/// Asks for the correction of a fault: goodwill for every ride it touched, as one batch that another
/// person reviews.
#[utoipa::path(post, path = "/v1/adjustments/batches", tag = "agents", request_body = FaultAsked,
    responses((status = 201, body = AdjustmentView)))]
pub(super) async fn ask_for_many(
    State(app): State<App>,
    staff: StaffMember,
    mut chance: KeyedChance,
    Body(body): Body<FaultAsked>,
) -> Result<(StatusCode, Json<AdjustmentView>)> {
    let selection = selection(&body)?;
    let asker = asker(&app, &staff, body.why)?;
    let edge = (now(), &mut chance);
    let asked = adjust::ask_for_many(&app.office, &selection, asker, edge).await?;
    Ok((StatusCode::CREATED, Json(view(&app, &asked))))
}

/// Asks for taking back what an adjustment gave; another person decides.
#[utoipa::path(post, path = "/v1/adjustments/{adjustment}/reversal", tag = "agents",
    params(("adjustment" = String, Path, description = "The adjustment's number")),
    request_body = ReversalAsked, responses((status = 201, body = AdjustmentView)))]
pub(super) async fn reverse(
    State(app): State<App>,
    staff: StaffMember,
    (mut chance, Named(id)): (KeyedChance, Named<AdjustmentId>),
    Body(body): Body<ReversalAsked>,
) -> Result<(StatusCode, Json<AdjustmentView>)> {
    let asker = asker(&app, &staff, body.why)?;
    let edge = (now(), &mut chance);
    let asked = adjust::ask_to_take_back(&app.office, id, asker, edge).await?;
    Ok((StatusCode::CREATED, Json(view(&app, &asked))))
}

/// Approves or refuses an adjustment that somebody else asked for.
#[utoipa::path(post, path = "/v1/adjustments/{adjustment}/decision", tag = "staff",
    params(("adjustment" = String, Path, description = "The adjustment's number")),
    request_body = DecisionAsked, responses((status = 200, body = AdjustmentView)))]
pub(super) async fn decide(
    State(app): State<App>,
    staff: StaffMember,
    Named(id): Named<AdjustmentId>,
    Body(body): Body<DecisionAsked>,
) -> Result<Json<AdjustmentView>> {
    staff.of_the_issuer()?;
    let decision = Decision {
        adjustment: id,
        approve: body.approve,
        by: staff.name,
        at: now(),
    };
    match adjust::decide(&app.office, decision).await? {
        Decided::Saved => {}
        Decided::SamePerson => {
            let detail = "who asks for an adjustment cannot decide about it; ask somebody else";
            return Err(Problem::new(Kind::SamePerson, detail));
        }
        Decided::NotWaiting => {
            let detail = format!("adjustment {id} was decided before; GET it to see by whom");
            return Err(Problem::new(Kind::AdjustmentState, detail));
        }
    }
    app.doorbell.ring();
    show_one(&app, id).await
}

/// The newest hundred adjustments, newest first.
#[utoipa::path(get, path = "/v1/adjustments", tag = "staff",
    responses((status = 200, body = [AdjustmentView])))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
) -> Result<Json<Vec<AdjustmentView>>> {
    staff.of_the_issuer()?;
    let newest = app.office.store.load_adjustments(LIST_MAX).await?;
    Ok(Json(newest.iter().map(|one| view(&app, one)).collect()))
}

/// An adjustment with its trail and how far it is posted.
#[utoipa::path(get, path = "/v1/adjustments/{adjustment}", tag = "staff",
    params(("adjustment" = String, Path, description = "The adjustment's number")),
    responses((status = 200, body = AdjustmentView)))]
pub(super) async fn show(
    State(app): State<App>,
    staff: StaffMember,
    Named(id): Named<AdjustmentId>,
) -> Result<Json<AdjustmentView>> {
    staff.of_the_issuer()?;
    show_one(&app, id).await
}

async fn show_one(app: &App, id: AdjustmentId) -> Result<Json<AdjustmentView>> {
    let held = app.office.store.find_adjustment(id).await?;
    let held = held.ok_or(adjust::AdjustFault::Unknown(id))?;
    Ok(Json(view(app, &held)))
}

fn asker(app: &App, staff: &StaffMember, why: String) -> Result<Asker> {
    staff.of_the_issuer()?;
    if !is_text(&why, 1..=500) {
        return Err(Problem::field("why", "must have 1 to 500 characters"));
    }
    let limits = &app.office.policy.goodwill;
    Ok(Asker {
        name: staff.name.clone(),
        limit_minor: match staff.role {
            Role::Agent => limits.agent_minor,
            Role::Admin => limits.admin_minor,
            Role::Operator | Role::Accountant | Role::Auditor => 0,
        },
        why,
    })
}

fn selection(asked: &FaultAsked) -> Result<Selection> {
    let (from, until) = (time("from", &asked.from)?, time("until", &asked.until)?);
    if !(1..=SELECTION_S_MAX).contains(&until.since_s(from)) {
        return Err(Problem::field(
            "until",
            "must be after from, by at most 31 days",
        ));
    }
    let validator = asked.validator.as_deref();
    let line = asked.line.as_deref();
    let line = line.map(|line| Text::new(line).map_err(|rule| Problem::field("line", rule)));
    Ok(Selection {
        operator: asked.operator.map(OperatorId),
        validator: validator.map(|text| parse("validator", text)).transpose()?,
        line: line.transpose()?,
        from,
        until,
        amount_minor: asked.amount_minor.map(amount).transpose()?,
    })
}

fn time(name: &'static str, text: &str) -> Result<UnixSeconds> {
    let time: std::result::Result<jiff::Timestamp, _> = text.parse();
    let time = time.map_err(|_| Problem::field(name, "must be RFC 3339"))?;
    Ok(UnixSeconds(time.as_second()))
}

fn amount(minor: i64) -> Result<i64> {
    if minor < 1 {
        return Err(Problem::field("amount_minor", "must be at least 1"));
    }
    Ok(minor)
}

fn preview_view(preview: &Preview) -> FaultPreviewView {
    FaultPreviewView {
        riders: preview.riders,
        rides: preview.lines.len(),
        sum: preview.sum.into(),
        lines: preview.lines.iter().take(LIST_MAX).map(line_view).collect(),
    }
}

fn view(app: &App, held: &Adjustment) -> AdjustmentView {
    let (state, decided) = match &held.state {
        AdjustmentState::Waiting => ("waiting", None),
        AdjustmentState::Approved { by, at } => ("approved", Some((by, at))),
        AdjustmentState::Refused { by, at } => ("refused", Some((by, at))),
    };
    let (kind, of) = match held.kind {
        AdjustmentKind::Goodwill => ("goodwill", None),
        AdjustmentKind::TakenBack { of } => ("taken_back", Some(of.to_string())),
    };
    let count = |state| held.lines.iter().filter(|line| line.state == state).count();
    let minor = held.lines.iter().map(|line| line.amount.minor).sum();
    AdjustmentView {
        adjustment: held.id.to_string(),
        kind,
        of,
        why: held.why.clone(),
        asked_by: held.asked_by.clone(),
        asked: held.asked.to_string(),
        state,
        decided_by: decided.map(|(by, _)| by.clone()),
        decided: decided.map(|(_, at)| at.to_string()),
        sum: Money::new(minor, app.office.policy.currency).into(),
        rides: held.lines.len(),
        posted: count(LineState::Posted),
        refused: count(LineState::Refused),
        lines: held.lines.iter().take(LIST_MAX).map(line_view).collect(),
    }
}

fn line_view(line: &AdjustmentLine) -> AdjustedRideView {
    AdjustedRideView {
        journey: line.journey.to_string(),
        rider: line.rider.to_string(),
        amount: line.amount.into(),
        state: match line.state {
            LineState::Waiting => "waiting",
            LineState::Posted => "posted",
            LineState::Refused => "refused",
        },
    }
}

/// The most of anything in a reply.
const LIST_MAX: usize = 100;

/// The longest time of a selection, in seconds.
const SELECTION_S_MAX: i64 = 31 * 86_400;
