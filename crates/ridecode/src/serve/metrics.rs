//! Counts for a monitoring system.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::Result;
use crate::clock::now;

/// What was counted since the start, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "office",
    responses((status = 200, content_type = "text/plain", body = String)))]
pub(super) async fn metrics(State(app): State<App>) -> Result<Response> {
    let state = app.office.store.office_state(now()).await?;
    let mut text = app.counters.text();
    for (name, value) in [
        ("ridecode_bills_due", state.bills_due),
        ("ridecode_charges_open", state.charges_open),
    ] {
        text.push_str(&format!("# TYPE {name} gauge\n{name} {value}\n"));
    }
    let content_type = [(CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((content_type, text).into_response())
}
