//! The outermost layer: every request gets an id, a time limit, a count and one line in the log.
//!
//! The log names the route, never the path: numbers of riders and orders stand in paths.

use std::any::Any;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ridecode_office::Entropy as _;
use tracing::Instrument as _;

use super::App;
use super::problem::{Kind, Problem};
use crate::clock::Stopwatch;
use crate::entropy::SystemEntropy;

/// Guards one request.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let id = request_id(&request);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        method = %request.method(),
        route
    );
    let answer = tokio::time::timeout(app.request_timeout, next.run(request));
    let mut response = match answer.instrument(span.clone()).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            Kind::TimedOut,
            "the request was not answered in time; send it again",
        )
        .into_response(),
    };
    let status = response.status().as_u16();
    let problem = response.extensions().get::<Kind>().copied();
    app.counters.answered(&route, status, problem);
    let ms = watch.elapsed().as_millis();
    let _in_span = span.entered();
    match problem {
        Some(kind) => tracing::info!(status, ms, problem = kind.name(), "answered"),
        None => tracing::debug!(status, ms, "answered"),
    }
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The answer when a handler panics.
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = said.unwrap_or("no words"), "a handler fell over");
    Problem::internal().into_response()
}

/// The caller's own id where it is short and plain, else a random one.
fn request_id(request: &Request) -> HeaderValue {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    request
        .headers()
        .get(REQUEST_ID)
        .filter(|id| (1..=64).contains(&id.len()) && id.as_bytes().iter().all(plain))
        .cloned()
        .unwrap_or_else(|| {
            let mut bytes = [0; 8];
            SystemEntropy.fill(&mut bytes);
            HeaderValue::from_str(&hex::encode(bytes))
                .unwrap_or_else(|_| HeaderValue::from_static("0"))
        })
}

const REQUEST_ID: &str = "x-request-id";
