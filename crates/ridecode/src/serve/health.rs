//! Whether the server is up, and where a person who opens it may look.

use axum::Json;
use axum::extract::State;
use axum::response::Html;
use maud::{DOCTYPE, html};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::problem::Result;
use crate::clock::now;

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
    app.office.store.office_state(now()).await?;
    Ok(Json(HealthView {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    }))
}

/// A page that says what this is. Payment providers send riders back to it.
#[utoipa::path(get, path = "/", tag = "office",
    responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn front(State(app): State<App>) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Ridecode" }
            }
            body {
                h1 { "Ridecode 乘车码" }
                p { "This is a back office. Brands issued here:" }
                ul { @for brand in &app.office.desk.brands { li { (brand.name.as_str()) } } }
                p {
                    a href="/openapi.json" { "Interface" } " · "
                    a href="/problems" { "Problems" } " · "
                    a href="/healthz" { "Health" }
                }
            }
        }
    };
    Html(page.into_string())
}
