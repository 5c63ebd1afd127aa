//! Replies: signed, or broken in the ways that providers' replies break.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::sandbox::desk::Desk;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::seal::{SIGNATURE, TIMESTAMP};
use crate::sandbox::wire::RefusalBody;

/// A reply to a merchant.
pub(in crate::sandbox) struct Reply(Response);

impl Reply {
    /// A signed reply in JSON.
    pub(super) fn json<T: Serialize>(
        desk: &Desk,
        nonce: &str,
        answer: Result<(u16, T), Refusal>,
    ) -> Self {
        let (status, body) = match answer {
            Ok((status, body)) => (status, serde_json::to_vec(&body)),
            Err(refusal) => (
                refusal.status(),
                serde_json::to_vec(&RefusalBody::from(refusal)),
            ),
        };
        let body = body.expect("a plain struct has a JSON form");
        Self::signed(desk, nonce, (status, "application/json", body))
    }

    /// A signed reply in CSV.
    pub(super) fn csv(desk: &Desk, nonce: &str, answer: Result<String, Refusal>) -> Self {
        match answer {
            Ok(text) => Self::signed(
                desk,
                nonce,
                (200, "text/csv; charset=utf-8", text.into_bytes()),
            ),
            Err(refusal) => Self::json::<()>(desk, nonce, Err(refusal)),
        }
    }

    /// A page for people where a program expects JSON.
    pub(super) fn garbled(status: u16) -> Self {
        let page = format!("<!doctype html><title>{status}</title><h1>{status}</h1>");
        let fields = [(CONTENT_TYPE, "text/html; charset=utf-8")];
        Self((to_status(status), fields, page).into_response())
    }

    fn signed(desk: &Desk, nonce: &str, (status, kind, body): (u16, &str, Vec<u8>)) -> Self {
        let now = desk.now().0;
        let signature = desk.seal.reply(status, nonce, (now, &body));
        let fields = [
            (CONTENT_TYPE.as_str(), kind.to_owned()),
            (TIMESTAMP, now.to_string()),
            (SIGNATURE, signature),
        ];
        Self((to_status(status), fields, body).into_response())
    }
}

/// A refusal where nobody has to be believed: pages and control.
pub(in crate::sandbox) fn plain_refusal(refusal: Refusal) -> Response {
    let body = axum::Json(RefusalBody::from(refusal));
    (to_status(refusal.status()), body).into_response()
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        self.0
    }
}

fn to_status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
