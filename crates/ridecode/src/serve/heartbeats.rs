//! Signs of life of validators. The last of each is kept in the store as it was sealed, so that
//! every process knows it and a restart forgets nothing.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use ridecode_codec::crypto::native::Native;
use ridecode_validator::heartbeat::{self, HeartbeatFault};
use ridecode_words::ValidatorId;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::problem::{Kind, Problem, Result};
use super::validators;
use super::wire::{Named, Octets};
use crate::clock::now;

/// The answer to a heartbeat.
#[derive(Serialize, ToSchema)]
pub(super) struct BeatView {
    /// When the next one is wanted, in seconds.
    next_s: u32,
}

/// Takes in a sealed heartbeat.
#[utoipa::path(post, path = "/v1/validators/{validator}/heartbeats", tag = "validators",
    params(("validator" = String, Path, description = "8 hex digits")),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = BeatView)))]
pub(super) async fn accept(
    State(app): State<App>,
    Named(id): Named<ValidatorId>,
    Octets(sealed): Octets,
) -> Result<Json<BeatView>> {
    let _in_work = app.herd.enter()?;
    let validator = validators::at_work(&app, id).await?;
    let heartbeat = heartbeat::check(&sealed, &validator.key, &Native).map_err(|fault| {
        let kind = match fault {
            HeartbeatFault::Malformed => Kind::SegmentMalformed,
            HeartbeatFault::BadSignature => Kind::SegmentSignature,
        };
        Problem::new(kind, fault.to_string())
    })?;
    if heartbeat.validator != id {
        let of = heartbeat.validator;
        let what = format!("the heartbeat is of validator {of}, not of {id}");
        return Err(Problem::new(Kind::SegmentOfAnother, what));
    }
    let beat = ridecode_store::Beat {
        validator: id,
        heard: now(),
        sealed: heartbeat.sealed,
        bytes: sealed.to_vec(),
    };
    app.office.store.note_beat(beat).await?;
    Ok(Json(BeatView {
        next_s: app.beats.next_s(id),
    }))
}

/// The validators heard by this process, for pacing them.
#[derive(Debug, Default)]
pub(super) struct Beats(Mutex<BTreeSet<ValidatorId>>);

impl Beats {
    /// When the next one is wanted of one more: every minute, and less often the more there are.
    fn next_s(&self, id: ValidatorId) -> u32 {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.insert(id);
        let validators = u32::try_from(heard.len()).unwrap_or(u32::MAX);
        (validators / BEATS_PER_S).clamp(60, 900)
    }
}

/// Heartbeats a second the office is ready for.
const BEATS_PER_S: u32 = 200;
