//! The trail of what staff did: who, what, about whom, why, when.

use axum::Json;
use axum::extract::State;
use ridecode_store::{TrailLine, TrailQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::StaffMember;
use super::problem::Result;
use super::rides::limit;
use super::wire::{Parameters, parse};

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Lines {
    /// Only what is about this rider, 16 hex digits.
    rider: Option<String>,
    /// Only lines before this number: the `next` of the page before.
    #[param(value_type = Option<u64>)]
    before: Option<String>,
    /// How many, 1 to 100; 50 unless told.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// Some lines of the trail, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct TrailView {
    /// The lines.
    lines: Vec<DeedView>,
    /// The `before` of the next page, if there is one.
    next: Option<u64>,
}

/// Something a person of staff did.
#[derive(Serialize, ToSchema)]
struct DeedView {
    /// Its number, from 1, without holes.
    number: u64,
    /// When, RFC 3339.
    at: String,
    /// Who: the name in the settings.
    author: String,
    /// `looked_up`, `blocked_phone`, `mended_tap`, `gave_code`, `moved_validator` or
    /// `retired_validator`.
    kind: &'static str,
    /// Whose account it is about; none of a look-up that found nobody.
    rider: Option<String>,
    /// The phone it is about.
    device: Option<String>,
    /// The tap it is about.
    tap: Option<String>,
    /// The validator it is about.
    validator: Option<String>,
    /// Why, in the author's words.
    reason: String,
}

/// What staff did, newest first. Staff of one operator sees what is about its validators.
#[utoipa::path(get, path = "/v1/trail", tag = "staff", params(Lines),
    responses((status = 200, body = TrailView)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
    Parameters(asked): Parameters<Lines>,
) -> Result<Json<TrailView>> {
    let limit = limit(asked.limit.as_deref())?;
    let rider = asked.rider.as_deref();
    let before = asked.before.as_deref();
    let query = TrailQuery {
        rider: rider.map(|text| parse("rider", text)).transpose()?,
        operator: staff.own_operator(),
        before: before.map(|text| parse("before", text)).transpose()?,
    };
    let mut lines = app.office.store.load_trail(query, limit + 1).await?;
    let is_last = lines.len() <= limit;
    lines.truncate(limit);
    Ok(Json(TrailView {
        next: lines.last().map(|line| line.number).filter(|_| !is_last),
        lines: lines.into_iter().map(view).collect(),
    }))
}

fn view(line: TrailLine) -> DeedView {
    let deed = line.deed;
    DeedView {
        number: line.number,
        at: deed.at.to_string(),
        author: deed.author,
        kind: deed.kind.word(),
        rider: deed.rider.map(|rider| rider.to_string()),
        device: deed.device.map(|device| device.to_string()),
        tap: deed.tap.map(|tap| tap.to_string()),
        validator: deed.validator.map(|validator| validator.to_string()),
        reason: deed.reason,
    }
}
