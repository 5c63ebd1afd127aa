//! Whether the server is up.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::problem::Result;

/// The server's health.
#[derive(Serialize, ToSchema)]
pub(super) struct HealthView {
    /// `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

/// Whether the server is up and its database answers.
#[utoipa::path(get, path = "/healthz", tag = "office",
    responses((status = 200, body = HealthView)))]
pub(super) async fn health(State(app): State<App>) -> Result<Json<HealthView>> {
    app.office.store.deny_version().await?;
    Ok(Json(HealthView {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    }))
}
