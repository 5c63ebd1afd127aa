//! A rider's month with everything needed to compute it again.

use axum::Json;
use axum::extract::State;
use ridecode_fare::Period;
use ridecode_office::rides;
use ridecode_words::Month;

use super::App;
use super::access::SignedRider;
use super::problem::Result;
use super::wire::Named;
use crate::bill::BillView;
use crate::clock::now;

/// The signed-in rider's month: taps, fares with their reasons in three languages, and the tables
/// they were computed by (docs/bills.md). A month without rides has empty lists.
#[utoipa::path(get, path = "/v1/bills/{month}", tag = "rides",
    params(("month" = String, Path, description = "The month.", example = "2026-11")),
    responses((status = 200, body = BillView)))]
pub(super) async fn month(
    State(app): State<App>,
    rider: SignedRider,
    Named(month): Named<Month>,
) -> Result<Json<BillView>> {
    let period = Period {
        rider: rider.rider,
        month,
    };
    let as_of = now();
    let (bill, taps) = rides::month(&app.office, period, as_of).await?;
    Ok(Json(BillView::of(&bill, &taps, (&app.office.book, as_of))))
}
