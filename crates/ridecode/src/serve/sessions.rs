//! A rider's sessions: which there are, and ending them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ridecode_office::enrol::{self, Ending};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::SignedRider;
use super::problem::{Kind, Problem, Result};
use crate::clock::now;

/// A session.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnSessionView {
    /// Its number, 16 hex digits.
    session: String,
    /// Since when, RFC 3339.
    opened: String,
    /// Until when it lasts, RFC 3339.
    expires: String,
    /// The kind of machine: `android`, `iphone`, `ipad`, `windows`, `mac`, `linux` or `other`.
    client: &'static str,
    /// Whether it is the one that asks.
    own: bool,
}

/// Where the rider is signed in, the newest first.
#[utoipa::path(get, path = "/v1/riders/sessions", tag = "riders",
    responses((status = 200, body = [OwnSessionView])))]
pub(super) async fn list(
    State(app): State<App>,
    rider: SignedRider,
) -> Result<Json<Vec<OwnSessionView>>> {
    let sessions = enrol::sessions(&app.office, rider.rider, now()).await?;
    let views = sessions.into_iter().map(|session| OwnSessionView {
        own: session.number == rider.session,
        session: session.number,
        opened: session.opened.to_string(),
        expires: session.expires.to_string(),
        client: session.client.word(),
    });
    Ok(Json(views.collect()))
}

/// Ends one session, this one or another. It is signed out at once.
#[utoipa::path(delete, path = "/v1/riders/sessions/{session}", tag = "riders",
    params(("session" = String, Path, description = "16 hex digits")),
    responses((status = 204)))]
pub(super) async fn end(
    State(app): State<App>,
    rider: SignedRider,
    Path(session): Path<String>,
) -> Result<StatusCode> {
    let ending = Ending::Number(&session);
    match enrol::end_sessions(&app.office, rider.rider, ending, now()).await? {
        0 => Err(Problem::new(
            Kind::UnknownSession,
            "there is no such session; GET /v1/riders/sessions lists them",
        )),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Ends every session but the one that asks.
#[utoipa::path(delete, path = "/v1/riders/sessions", tag = "riders",
    responses((status = 204)))]
pub(super) async fn end_others(State(app): State<App>, rider: SignedRider) -> Result<StatusCode> {
    let ending = Ending::AllBut(&rider.session);
    enrol::end_sessions(&app.office, rider.rider, ending, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
