//! The pages: what riders see, the camera that reads their codes, and what a driver touches. Each
//! is whole in itself: nothing comes from elsewhere.

use axum::extract::Request;
use axum::http::header::HeaderName;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};

use crate::pages::VALIDATOR;

/// The screen, for a kiosk browser: the sign, then green or red, what happened and what to do.
pub(super) async fn screen() -> Response {
    page("/screen.html", POLICY, NO_CAMERA)
}

/// The camera page: the only one that may use the camera and run WebAssembly.
pub(super) async fn camera() -> Response {
    page("/camera.html", CAMERA_POLICY, OWN_CAMERA)
}

/// The driver's desk: signing on to a line, taking the last accept back.
pub(super) async fn driver() -> Response {
    page("/driver.html", POLICY, NO_CAMERA)
}

/// What the pages load.
pub(super) async fn file(request: Request) -> Response {
    let path = request.uri().path();
    let asset = path.starts_with("/assets/");
    let found = asset.then(|| VALIDATOR.find_answer(path, POLICY)).flatten();
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

fn page(path: &str, policy: &'static str, permissions: &'static str) -> Response {
    let Some(mut response) = VALIDATOR.find_answer(path, policy) else {
        return Html(NOT_BUILT).into_response();
    };
    let permissions = HeaderValue::from_static(permissions);
    response
        .headers_mut()
        .insert(PERMISSIONS_POLICY, permissions);
    response
}

/// Scripts, styles and requests only from here; no inline script; no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The same, and WebAssembly.
const CAMERA_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const NO_CAMERA: &str = "camera=(), microphone=(), geolocation=()";
const OWN_CAMERA: &str = "camera=(self), microphone=(), geolocation=()";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><title>Ridecode</title>\
    <p>The validator works; its pages are not in this build: <code>make web</code> builds them, \
    then build the program again.</html>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_camera_page_runs_webassembly_and_nothing_comes_from_elsewhere() {
        for policy in [POLICY, CAMERA_POLICY] {
            let elsewhere = policy.contains("http") || policy.contains('*');
            assert!(!elsewhere && !policy.contains("'unsafe"), "{policy}");
        }
        let only_wasm = CAMERA_POLICY.replace(" 'wasm-unsafe-eval'", "");
        assert_eq!(only_wasm, POLICY);
    }

    #[test]
    fn pages_that_are_built_in_are_whole() {
        let built = VALIDATOR.find("/screen.html").is_some();
        assert_eq!(built, !VALIDATOR.0.is_empty());
        for path in ["/camera.html", "/driver.html"] {
            assert_eq!(VALIDATOR.find(path).is_some(), built, "{path}");
        }
        let has_reader = VALIDATOR.0.iter().any(|(path, _)| path.ends_with(".wasm"));
        assert_eq!(has_reader, built, "the camera's reader comes from here");
    }
}
