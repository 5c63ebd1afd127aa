//! The rider's app, served from inside the program.
//!
//! `make web` builds it and the build script embeds it. Its files are told apart from the interface
//! by their paths alone; they hold nothing personal and no page may load anything from elsewhere.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method};
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, html};

use super::App;
use super::problem::{Kind, Problem};

/// The rider's app. Payment providers send riders back to it. Where it was not built in, a page
/// that says what this is.
#[utoipa::path(get, path = "/", tag = "office",
    responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn front(State(app): State<App>) -> Response {
    match find("/index.html") {
        Some(bytes) => answer("/index.html", bytes),
        None => Html(plain_front(&app)).into_response(),
    }
}

/// A file of the app by its path, or the problem that there is none.
pub(super) async fn file(request: Request) -> Response {
    let path = request.uri().path();
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    match find(path).filter(|_| read) {
        Some(bytes) => answer(path, bytes),
        None => Problem::new(
            Kind::NoSuchPath,
            "there is nothing at this path; compare it with /openapi.json",
        )
        .into_response(),
    }
}

fn find(path: &str) -> Option<&'static [u8]> {
    let found = FILES.iter().find(|(name, _)| *name == path);
    found.map(|(_, bytes)| *bytes)
}

fn answer(path: &str, bytes: &'static [u8]) -> Response {
    // Names under /assets/ hold a hash of their content.
    let keep = if path.starts_with("/assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let fields = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type(path))),
        (CACHE_CONTROL, HeaderValue::from_static(keep)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (fields, bytes).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        Some(_) | None => "application/octet-stream",
    }
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

/// Path and bytes of every file; empty where `make web` was not run before the build.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/pages.in"));

/// Scripts, styles, pictures and requests only from here; no inline script; no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_of_the_app_is_not_found() {
        for path in [
            "",
            "/",
            "/../Cargo.toml",
            "/assets/",
            "/v1/rides",
            "//index.html",
        ] {
            assert!(find(path).is_none(), "{path}");
        }
    }

    #[test]
    fn files_have_their_media_types() {
        let check = |path, expected| assert_eq!(media_type(path), expected, "{path}");
        check("/index.html", "text/html; charset=utf-8");
        check("/sw.js", "text/javascript; charset=utf-8");
        check("/assets/index-x.css", "text/css; charset=utf-8");
        check("/icon.svg", "image/svg+xml");
        check("/manifest.webmanifest", "application/manifest+json");
        check("/strange", "application/octet-stream");
    }

    #[test]
    fn the_app_may_not_run_inline_scripts_or_reach_elsewhere() {
        assert!(!POLICY.contains("unsafe") && !POLICY.contains("http") && !POLICY.contains('*'));
        let response = answer("/assets/index-x.js", b"");
        let policy = response.headers().get(CONTENT_SECURITY_POLICY);
        assert_eq!(policy.and_then(|policy| policy.to_str().ok()), Some(POLICY));
    }

    #[test]
    fn an_app_that_is_built_in_is_whole() {
        if find("/index.html").is_none() {
            assert!(FILES.is_empty(), "files without a front page");
            return;
        }
        let worker = String::from_utf8_lossy(find("/sw.js").expect("the worker")).into_owned();
        for (path, _) in FILES {
            let kept = worker.contains(&format!("\"{path}\""));
            assert!(kept || ["/index.html", "/sw.js"].contains(path), "{path}");
        }
    }
}
