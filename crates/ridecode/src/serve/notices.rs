//! What the rider was told about unpaid rides.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use ridecode_fare::Language;
use ridecode_store::{Delivery, Notice, NoticeKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::SignedRider;
use super::fares::language;
use super::problem::Result;
use super::wire::MoneyView;

/// The signed-in rider's notices, oldest first.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticesView {
    /// The notices.
    notices: Vec<NoticeView>,
}

/// A notice.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticeView {
    /// `declined`, `reminder`, `last_attempt` or `settled`.
    kind: &'static str,
    /// When, RFC 3339.
    at: String,
    /// What it said, in the language of Accept-Language.
    text: String,
    /// What was owed in all, or what was paid.
    amount: MoneyView,
    /// For how many rides.
    rides: u32,
    /// `waiting`, `sent` or `failed`: what became of the message to the rider's phone.
    delivery: &'static str,
}

/// What the signed-in rider was told about unpaid rides.
#[utoipa::path(get, path = "/v1/notices", tag = "rides",
    responses((status = 200, body = NoticesView)))]
pub(super) async fn list(
    State(app): State<App>,
    rider: SignedRider,
    headers: HeaderMap,
) -> Result<Json<NoticesView>> {
    let notices = app.office.store.load_notices(rider.rider).await?;
    let language = language(&headers);
    let notices = notices.into_iter().map(|notice| view(notice, language));
    Ok(Json(NoticesView {
        notices: notices.collect(),
    }))
}

fn view(notice: Notice, language: Language) -> NoticeView {
    NoticeView {
        kind: match notice.id.kind {
            NoticeKind::Declined => "declined",
            NoticeKind::Reminder => "reminder",
            NoticeKind::LastAttempt => "last_attempt",
            NoticeKind::Settled => "settled",
        },
        at: notice.at.to_string(),
        text: match language {
            Language::English => notice.text_en,
            Language::SimplifiedChinese => notice.text_zh_hans,
            Language::TraditionalChinese => notice.text_zh_hant,
        },
        amount: notice.amount.into(),
        rides: notice.rides,
        delivery: match notice.delivery {
            Delivery::Waiting => "waiting",
            Delivery::Sent => "sent",
            Delivery::Failed { .. } => "failed",
        },
    }
}
