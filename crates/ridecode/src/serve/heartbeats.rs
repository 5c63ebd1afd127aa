//! Signs of life of validators, and what they come to: which readers are well, and how far each
//! is uploaded. The last of each is kept in memory; after a restart each is back within a minute.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use ridecode_codec::crypto::native::Native;
use ridecode_validator::ClockTrust;
use ridecode_validator::heartbeat::{self, Heartbeat, HeartbeatFault};
use ridecode_words::{OperatorId, UnixSeconds, ValidatorId};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::StaffMember;
use super::problem::{Kind, Problem, Result};
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
    let validator = app.office.store.find_validator(id).await?;
    let validator = validator.filter(|validator| validator.active);
    let validator = validator
        .ok_or_else(|| Problem::new(Kind::UnknownValidator, "this validator is not registered"))?;
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
    app.beats.note(validator.operator, heartbeat, now());
    Ok(Json(BeatView {
        next_s: app.beats.next_s(),
    }))
}

/// A validator, by its last heartbeat.
#[derive(Serialize, ToSchema)]
pub(super) struct VitalsView {
    /// Its number, 8 hex digits.
    validator: String,
    /// When it was last heard, RFC 3339.
    heard: String,
    /// Its own time then, RFC 3339.
    time: String,
    /// How far it trusts that time: synced, drifting, free_running or distrusted.
    clock: &'static str,
    /// The last entry of its journal.
    journal_end: u64,
    /// Entries that wait to be uploaded.
    waiting: u64,
    /// Everything it did up to this time is held, RFC 3339.
    complete_to: String,
    /// The bundle in force there.
    bundle_version: u64,
    /// Bytes free on its disk, where it can tell.
    free_bytes: Option<u64>,
    /// Scans the waits below are of.
    scans: u32,
    /// From the code to the lamp: the median, in microseconds.
    shown_p50_us: u32,
    /// All but one in twenty.
    shown_p95_us: u32,
    /// All but one in a hundred.
    shown_p99_us: u32,
    /// What is wrong, in words.
    ailments: Vec<String>,
}

/// The validators heard of since the server started, of the operators the caller works for.
#[utoipa::path(get, path = "/v1/validators", tag = "validators",
    responses((status = 200, body = Vec<VitalsView>)))]
pub(super) async fn list(State(app): State<App>, staff: StaffMember) -> Json<Vec<VitalsView>> {
    let beats = app.beats.0.lock().unwrap_or_else(PoisonError::into_inner);
    let of_the_caller = |beat: &&Beat| staff.operator(&app, &beat.operator.0.to_string()).is_ok();
    Json(
        beats
            .values()
            .filter(of_the_caller)
            .map(Beat::view)
            .collect(),
    )
}

/// The last heartbeat of each validator.
#[derive(Debug, Default)]
pub(super) struct Beats(Mutex<BTreeMap<ValidatorId, Beat>>);

#[derive(Debug)]
struct Beat {
    operator: OperatorId,
    heard: UnixSeconds,
    heartbeat: Heartbeat,
}

impl Beats {
    /// Takes note of a heartbeat. One that is older than the last, sent again, changes nothing.
    fn note(&self, operator: OperatorId, heartbeat: Heartbeat, heard: UnixSeconds) {
        let mut beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = heartbeat.validator;
        let is_old = beats.get(&id).is_some_and(|beat| {
            beat.heartbeat.sealed > heartbeat.sealed && heard.since_s(beat.heard) < BELIEVED_S
        });
        if !is_old {
            let beat = Beat {
                operator,
                heard,
                heartbeat,
            };
            beats.insert(id, beat);
        }
    }

    /// When the next one is wanted: every minute, and less often the more there are.
    fn next_s(&self) -> u32 {
        let beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let validators = u32::try_from(beats.len()).unwrap_or(u32::MAX);
        (validators / BEATS_PER_S).clamp(60, 900)
    }
}

impl Beat {
    fn view(&self) -> VitalsView {
        let beat = &self.heartbeat;
        VitalsView {
            validator: beat.validator.to_string(),
            heard: self.heard.to_string(),
            time: beat.sealed.to_string(),
            clock: match beat.trust {
                ClockTrust::Synced => "synced",
                ClockTrust::Drifting { .. } => "drifting",
                ClockTrust::FreeRunning { .. } => "free_running",
                ClockTrust::Distrusted => "distrusted",
            },
            journal_end: beat.journal_end,
            waiting: beat.journal_end - beat.held_through,
            complete_to: beat.complete_to.to_string(),
            bundle_version: beat.bundle_version,
            free_bytes: beat.free_bytes,
            scans: beat.waits.scans,
            shown_p50_us: beat.waits.p50_us,
            shown_p95_us: beat.waits.p95_us,
            shown_p99_us: beat.waits.p99_us,
            ailments: beat
                .ailments
                .iter()
                .map(|it| it.as_str().to_owned())
                .collect(),
        }
    }
}

/// For so long a heartbeat outweighs one that was sealed before it, in seconds. Beyond, the
/// validator's clock has been put right since.
const BELIEVED_S: i64 = 600;

/// Heartbeats a second the office is ready for.
const BEATS_PER_S: u32 = 200;
