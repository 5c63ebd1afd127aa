//! A page for each kind of problem: what it means and what to do.

use axum::extract::State;
use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

use super::App;
use super::problem::{Kind, Problem, Result};
use super::wire::Named;

/// Every kind of problem.
#[utoipa::path(get, path = "/problems", tag = "problems",
    responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn list(State(_): State<App>) -> Html<String> {
    page(
        "Problems",
        &html! {
            table {
                tr { th { "Name" } th { "Status" } th { "Title" } }
                @for kind in Kind::ALL {
                    tr {
                        td { a href={ "/problems/" (kind.name()) } { (kind.name()) } }
                        td { (kind.status().as_u16()) }
                        td { (kind.title()) }
                    }
                }
            }
        },
    )
}

/// One kind of problem.
#[utoipa::path(get, path = "/problems/{name}", tag = "problems",
    params(("name" = String, Path, description = "The last part of a problem's `type`")),
    responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn one(Named(name): Named<String>) -> Result<Html<String>> {
    let kind = Kind::ALL.iter().find(|kind| kind.name() == name);
    let kind = kind.ok_or_else(|| {
        Problem::new(
            Kind::NoSuchPath,
            "there is no problem of that name; see /problems",
        )
    })?;
    Ok(page(
        kind.title(),
        &html! {
            p { code { (kind.name()) } " · " (kind.status().as_u16()) }
            p { (kind.meaning()) }
            h2 { "What to do" }
            p { (kind.remedy()) }
            p { a href="/problems" { "All problems" } }
        },
    ))
}

fn page(title: &str, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Ridecode" }
            }
            body { h1 { (title) } (body) }
        }
    };
    Html(page.into_string())
}
