//! Upload: sealed segments of validators' journals.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use ridecode_office::upload;
use ridecode_words::ValidatorId;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::problem::{Kind, Problem, Result};
use super::wire::{Named, Octets, media_type};
use crate::clock::now;

/// What the database holds now.
#[derive(Serialize, ToSchema)]
pub(super) struct ReceiptView {
    /// Through this sequence, from 1 on and without a hole, the database holds the journal.
    held_through: u64,
    /// How many of the entries were new.
    new: u32,
    /// How many were held already.
    repeated: u32,
}

/// Takes in a sealed segment. Repeats are counted and change nothing.
#[utoipa::path(post, path = "/v1/validators/{validator}/segments", tag = "validators",
    params(("validator" = String, Path, description = "8 hex digits")),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses((status = 200, body = ReceiptView)))]
pub(super) async fn accept(
    State(app): State<App>,
    Named(id): Named<ValidatorId>,
    headers: HeaderMap,
    Octets(sealed): Octets,
) -> Result<Json<ReceiptView>> {
    if media_type(&headers).is_some_and(|sent| sent != "application/octet-stream") {
        return Err(Problem::new(
            Kind::UnsupportedMediaType,
            "a segment is sent with Content-Type: application/octet-stream",
        ));
    }
    let _in_work = app.herd.enter()?;
    let sender = upload::find_sender(&app.office, &sealed).await?;
    if sender.id != id {
        return Err(Problem::new(
            Kind::SegmentOfAnother,
            format!("the segment is of validator {}, not of {id}", sender.id),
        ));
    }
    let examined = app.auditors.examine(sealed, sender).await?;
    let receipt = upload::save(&app.office, examined, now()).await?;
    let (new, repeated) = (u64::from(receipt.new), u64::from(receipt.repeated));
    app.counters.entries_new.fetch_add(new, Ordering::Relaxed);
    app.counters
        .entries_repeated
        .fetch_add(repeated, Ordering::Relaxed);
    if new > 0 {
        app.doorbell.ring();
    }
    Ok(Json(ReceiptView {
        held_through: receipt.held_through,
        new: receipt.new,
        repeated: receipt.repeated,
    }))
}
