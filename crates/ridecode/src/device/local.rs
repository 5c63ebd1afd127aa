//! The validator's own pages, over HTTP on this machine: the screen, the camera page, the driver's
//! desk, a way in for codes, the passage sensor and the vehicle.
//!
//! They are there for this machine alone: it listens on a loopback address, and answers only
//! requests that name it by that address, or by an origin the operator wrote into the settings for
//! a proxy with TLS. So no page from elsewhere can speak through the browser on the screen.

mod pages;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use ridecode_codec::INPUT_LENGTH_MAX;
use ridecode_validator::journal::VoidReason;
use ridecode_words::UnixSeconds;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use super::input::{Input, Inputs, Scanned};
use super::settings::PlaceWords;
use crate::clock::Stopwatch;

/// What the screen shows: the last line of JSON, with a number that counts up.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Screen {
    /// Counts the changes.
    pub number: u64,
    /// A JSON object.
    pub line: String,
}

/// What the page needs.
#[derive(Clone, Debug)]
pub(super) struct Local {
    /// Where inputs go.
    pub inputs: Inputs,
    /// What is shown.
    pub screen: watch::Receiver<Screen>,
    /// How the validator is, as a line of JSON.
    pub state: watch::Receiver<String>,
    /// The address, once it listens.
    pub address: SocketAddr,
    /// Where else browsers find it: `https://` and a host.
    pub origins: Arc<[String]>,
}

/// Begins to listen.
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    ensure!(
        address.ip().is_loopback(),
        "local: listen {address}: write an address of this machine alone, such as 127.0.0.1:7700"
    );
    let listener = TcpListener::bind(address).await;
    listener.with_context(|| format!("local: listen {address} is not free here; choose another"))
}

/// Answers for as long as the process lives.
pub(super) async fn serve(listener: TcpListener, local: Local) {
    let router = Router::new()
        .route("/", get(pages::screen))
        .route("/camera", get(pages::camera))
        .route("/driver", get(pages::driver))
        .route("/v1/screen", get(screen))
        .route("/v1/state", get(state))
        .route("/v1/scan", post(scan))
        .route("/v1/passage", post(passage))
        .route("/v1/undo", post(undo))
        .route("/v1/place", put(place))
        .route("/v1/time", put(time))
        .fallback(pages::file)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(local.clone(), of_this_machine))
        .with_state(local);
    if let Err(fault) = axum::serve(listener, router).await {
        tracing::error!(%fault, "the local page is gone");
    }
}

/// Only requests that name this address, from pages of this address.
async fn of_this_machine(State(local): State<Local>, request: Request, next: Next) -> Response {
    let address = local.address;
    let names =
        |host: &str| host == address.to_string() || host == format!("localhost:{}", address.port());
    let proxied = |host: &str| {
        let mut hosts = local.origins.iter().map(|it| it.strip_prefix("https://"));
        hosts.any(|own| own == Some(host))
    };
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host_fits = text(header::HOST).is_some_and(|host| names(host) || proxied(host));
    let origin_fits = match text(header::ORIGIN) {
        None => !headers.contains_key(header::ORIGIN),
        Some(origin) => {
            origin.strip_prefix("http://").is_some_and(names)
                || local.origins.iter().any(|own| own == origin)
        }
    };
    if host_fits && origin_fits {
        return next.run(request).await;
    }
    let what = format!(
        "ask for http://{address} from this machine, or write the address browsers use into \
         [local] origins"
    );
    refuse(StatusCode::FORBIDDEN, what)
}

/// From which change on the screen is wanted.
#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

/// What is shown, as soon as it is newer than what the page has.
async fn screen(State(mut local): State<Local>, Query(query): Query<After>) -> Response {
    let newer = local.screen.wait_for(|screen| screen.number != query.after);
    let shown = match tokio::time::timeout(SCREEN_PATIENCE, newer).await {
        Ok(Ok(screen)) => screen.clone(),
        Ok(Err(_)) => return refuse(StatusCode::SERVICE_UNAVAILABLE, "switched off".to_owned()),
        Err(_) => return StatusCode::NO_CONTENT.into_response(),
    };
    let number = shown.number.to_string();
    json([("screen-number", number)], shown.line)
}

async fn state(State(local): State<Local>) -> Response {
    let line = local.state.borrow().clone();
    json([("cache-control", "no-store".to_owned())], line)
}

/// A code, as bytes. The answer is the decision.
async fn scan(State(local): State<Local>, code: Bytes) -> Response {
    let (answer, decided) = oneshot::channel();
    let scanned = Scanned {
        code: code.to_vec(),
        since: Stopwatch::start(),
        answer: Some(answer),
    };
    if !local.inputs.try_send(Input::Code(scanned)) {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, BUSY.to_owned());
    }
    match decided.await {
        Ok(line) => json([("cache-control", "no-store".to_owned())], line),
        Err(_) => refuse(StatusCode::SERVICE_UNAVAILABLE, BUSY.to_owned()),
    }
}

async fn passage(State(local): State<Local>) -> Response {
    if local.inputs.try_send(Input::Passage) {
        StatusCode::ACCEPTED.into_response()
    } else {
        refuse(StatusCode::SERVICE_UNAVAILABLE, BUSY.to_owned())
    }
}

/// Why the last accept is taken back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Undo {
    reason: String,
}

async fn undo(State(local): State<Local>, Json(body): Json<Undo>) -> Response {
    let Some(reason) = VoidReason::of_driver(&body.reason) else {
        let what = "reason: write driver, rider_left, accepted_twice or wrong_place";
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, what.to_owned());
    };
    let (answer, undone) = oneshot::channel();
    local.inputs.try_send(Input::Undo { reason, answer });
    match undone.await {
        Ok(Some(accepted)) => Json(serde_json::json!({ "voided": accepted })).into_response(),
        Ok(None) => refuse(StatusCode::CONFLICT, NOTHING_TO_UNDO.to_owned()),
        Err(_) => refuse(StatusCode::SERVICE_UNAVAILABLE, BUSY.to_owned()),
    }
}

async fn place(State(local): State<Local>, Json(change): Json<PlaceWords>) -> Response {
    let (answer, moved) = oneshot::channel();
    local.inputs.try_send(Input::Moved { change, answer });
    match moved.await {
        Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(why)) => refuse(StatusCode::UNPROCESSABLE_ENTITY, why),
        Err(_) => refuse(StatusCode::SERVICE_UNAVAILABLE, BUSY.to_owned()),
    }
}

/// What time it is, by the vehicle's satellite receiver.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    time: String,
}

async fn time(State(local): State<Local>, Json(body): Json<Time>) -> Response {
    let Ok(there) = body.time.parse::<jiff::Timestamp>() else {
        let what = "time: write RFC 3339, such as 2026-11-21T08:00:00Z";
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, what.to_owned());
    };
    let there = UnixSeconds(there.as_second());
    let (answer, believed) = oneshot::channel();
    local.inputs.try_send(Input::Time { there, answer });
    match believed.await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => {
            let what = "time: is before what has happened, or too far from what was known";
            refuse(StatusCode::CONFLICT, what.to_owned())
        }
        Err(_) => refuse(StatusCode::SERVICE_UNAVAILABLE, BUSY.to_owned()),
    }
}

fn json<const N: usize>(headers: [(&'static str, String); N], line: String) -> Response {
    let content = [(header::CONTENT_TYPE, "application/json")];
    (content, headers, line).into_response()
}

fn refuse(status: StatusCode, what: String) -> Response {
    (status, Json(serde_json::json!({ "detail": what }))).into_response()
}

const BODY_MAX: usize = 2 * INPUT_LENGTH_MAX;
const SCREEN_PATIENCE: Duration = Duration::from_secs(25);
const BUSY: &str = "the validator is busy; try again";
const NOTHING_TO_UNDO: &str = "there is no accept to take back: none in the last two minutes, or \
     its rider has passed";
