//! The rider's app and the console, served from inside the program.
//!
//! `make web` builds them and the build script embeds them. Their files are told apart from the
//! interface by their paths alone; they hold nothing personal and no page may load anything from
//! elsewhere.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, html};

use super::App;
use super::problem::{Kind, Problem};
use crate::pages::{APP, CONSOLE};

/// The rider's app. Payment providers send riders back to it. Where it was not built in, a page
/// that says what this is.
#[utoipa::path(get, path = "/", tag = "office",
    responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn front(State(app): State<App>) -> Response {
    let built = APP.find_answer("/index.html", POLICY);
    built.unwrap_or_else(|| Html(plain_front(&app)).into_response())
}

/// A file of the app or the console by its path, or the problem that there is none.
pub(super) async fn file(request: Request) -> Response {
    let path = request.uri().path();
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    let found = match path.strip_prefix("/console") {
        _ if !read => None,
        Some("" | "/") => CONSOLE.find_answer("/index.html", POLICY),
        Some(rest) if rest.starts_with('/') => CONSOLE.find_answer(rest, POLICY),
        Some(_) | None => APP.find_answer(path, POLICY),
    };
    found.unwrap_or_else(|| {
        Problem::new(
            Kind::NoSuchPath,
            "there is nothing at this path; compare it with /openapi.json",
        )
        .into_response()
    })
}

fn plain_front(app: &App) -> String {
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
                p { "This is a back office. The rider's app is not in this build: "
                    code { "make web" } " builds it, then build the program again." }
                p { "Brands issued here:" }
                ul { @for brand in &app.office.desk.brands { li { (brand.name.as_str()) } } }
                p {
                    a href="/openapi.json" { "Interface" } " · "
                    a href="/problems" { "Problems" } " · "
                    a href="/healthz" { "Health" }
                }
            }
        }
    };
    page.into_string()
}

/// Scripts, styles, pictures and requests only from here; no inline script; no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_may_not_run_inline_scripts_or_reach_elsewhere() {
        assert!(!POLICY.contains("unsafe") && !POLICY.contains("http") && !POLICY.contains('*'));
    }

    #[test]
    fn an_app_that_is_built_in_is_whole() {
        if APP.find("/index.html").is_none() {
            assert!(APP.0.is_empty(), "files without a front page");
            return;
        }
        let worker = String::from_utf8_lossy(APP.find("/sw.js").expect("the worker")).into_owned();
        for (path, _) in APP.0 {
            let kept = worker.contains(&format!("\"{path}\""));
            assert!(kept || ["/index.html", "/sw.js"].contains(path), "{path}");
        }
        for path in ["/index.html", "/assets/"] {
            let found = CONSOLE.0.iter().any(|(name, _)| name.starts_with(path));
            assert!(found, "{path} of the console");
        }
    }
}
