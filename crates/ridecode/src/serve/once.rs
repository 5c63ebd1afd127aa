//! Idempotency keys: the same key with the same request gets the same reply.
//!
//! The reply to a write is kept under the caller's key. Problems change nothing and are not kept:
//! the same request may be sent again under the same key. Writes that are idempotent by their own
//! ids take no key, and replies that hold a secret are never kept. Where a reply may never have been
//! kept, because the request took too long or its program died, the ids of what it makes follow from
//! the key ([`KeyedChance`]): the repeat meets what is there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ridecode_office::Entropy;
use ridecode_store::{ReplyRecord, StoreFault};
use sha2::{Digest as _, Sha256};

use super::App;
use super::access::Caller;
use super::problem::{Kind, Problem, Result};
use super::route::Repeat;
use crate::entropy::SystemEntropy;

/// Keys whose first request is being answered.
#[derive(Clone, Debug, Default)]
pub(super) struct InFlight(Arc<Mutex<BTreeSet<String>>>);

/// Answers a request that carries a key from what is kept, or keeps its reply.
pub(super) async fn gate(State(app): State<App>, request: Request, next: Next) -> Result<Response> {
    let repeat = request.extensions().get::<Repeat>().copied();
    let key = match repeat {
        Some(Repeat::ByKey) => find_key(request.headers())?,
        Some(Repeat::Read | Repeat::ByItself | Repeat::Never | Repeat::ByOwnKey) | None => None,
    };
    let (Some(key), Some(caller)) = (key, request.extensions().get::<Caller>()) else {
        return Ok(next.run(request).await);
    };
    let key = format!("{}/{key}", caller.scope());
    let _entered = app.once.enter(&key)?;
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, app.body_max)
        .await
        .map_err(|_| Problem::new(Kind::TooLarge, "the body is longer than this path takes"))?;
    let digest: [u8; 32] = Sha256::new()
        .chain_update(parts.method.as_str())
        .chain_update([0])
        .chain_update(parts.uri.to_string())
        .chain_update([0])
        .chain_update(&body)
        .finalize()
        .into();
    if let Some(kept) = app.office.store.find_reply(key.clone()).await? {
        return replay(kept, digest);
    }
    let chance = Sha256::new_with_prefix(&key).chain_update([0]);
    let chance = chance.chain_update(digest).finalize();
    parts.extensions.insert(KeyedChance(Some(chance.into())));
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if !response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX)
        .await
        .map_err(|_| Problem::internal())?;
    let record = ReplyRecord {
        key,
        request_digest: digest,
        status,
        body: body.to_vec(),
    };
    match app.office.store.keep_reply(record).await {
        Ok(kept) => replay(kept, digest),
        Err(StoreFault::Conflict { .. }) => Err(reused()),
        Err(fault) => Err(fault.into()),
    }
}

/// Chance for the ids of what a request makes: of its caller, key and content where it has a key, so
/// that a repeat draws the same, and the system's otherwise. Whoever knows the key can compute it: no
/// secret may be made of it.
#[derive(Clone, Debug)]
pub(super) struct KeyedChance(Option<[u8; 32]>);

impl Entropy for KeyedChance {
    fn fill(&mut self, bytes: &mut [u8]) {
        let Some(state) = &mut self.0 else {
            return SystemEntropy.fill(bytes);
        };
        for chunk in bytes.chunks_mut(32) {
            *state = Sha256::digest(*state).into();
            chunk.copy_from_slice(&state[..chunk.len()]);
        }
    }
}

impl FromRequestParts<App> for KeyedChance {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let own = parts.extensions.get::<Self>().cloned();
        Ok(own.unwrap_or(Self(None)))
    }
}

impl InFlight {
    fn enter(&self, key: &str) -> Result<Entered> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !keys.insert(key.to_owned()) {
            return Err(Problem::new(
                Kind::KeyInUse,
                "the first request with this key is being answered; repeat it in a moment",
            )
            .at("Idempotency-Key"));
        }
        Ok(Entered {
            keys: self.clone(),
            key: key.to_owned(),
        })
    }
}

/// A key in flight; leaving takes it out.
struct Entered {
    keys: InFlight,
    key: String,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut keys = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.remove(&self.key);
    }
}

/// The key of a request, if it has one.
pub(super) fn find_key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    key.to_str()
        .ok()
        .filter(|key| (1..=128).contains(&key.len()))
        .map(|key| Some(key.to_owned()))
        .ok_or_else(|| Problem::field("Idempotency-Key", "must be 1 to 128 printable characters"))
}

fn replay(kept: ReplyRecord, digest: [u8; 32]) -> Result<Response> {
    if kept.request_digest != digest {
        return Err(reused());
    }
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let mut response = (status, kept.body).into_response();
    if status == StatusCode::NO_CONTENT {
        response.headers_mut().remove(header::CONTENT_TYPE);
    } else {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    Ok(response)
}

fn reused() -> Problem {
    Problem::new(
        Kind::KeyReused,
        "this key was used for another request; make a new key for a new request",
    )
    .at("Idempotency-Key")
}
