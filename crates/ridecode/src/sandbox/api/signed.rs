//! A request that a merchant has signed.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::Reply;
use crate::sandbox::desk::Desk;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::seal::{Claim, NONCE};

/// A request whose signature was checked.
pub(super) struct Signed {
    /// Who signed it.
    pub(super) merchant: String,
    /// What the reply is bound to.
    pub(super) nonce: String,
    body: Bytes,
}

impl Signed {
    /// The body as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body).map_err(|_| Refusal::Malformed)
    }
}

impl FromRequest<Arc<Desk>> for Signed {
    type Rejection = Reply;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Reply> {
        let (parts, body) = request.into_parts();
        let nonce = parts
            .headers
            .get(NONCE)
            .and_then(|nonce| nonce.to_str().ok())
            .unwrap_or_default();
        let refuse = |refusal| Reply::json::<()>(desk, nonce, Err(refusal));
        let body = to_bytes(body, BODY_LENGTH_MAX)
            .await
            .map_err(|_| refuse(Refusal::TooLong))?;
        let claim = Claim {
            method: parts.method.as_str(),
            target: parts
                .uri
                .path_and_query()
                .map_or("/", |target| target.as_str()),
            headers: &parts.headers,
            body: &body,
        };
        let (merchant, nonce) = desk.admit(&claim).map_err(refuse)?;
        Ok(Self {
            merchant,
            nonce,
            body,
        })
    }
}

const BODY_LENGTH_MAX: usize = 64 * 1024;
