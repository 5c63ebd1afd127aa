//! Closing one's own account.

use axum::extract::State;
use axum::http::StatusCode;
use ridecode_office::closing::close_account;

use super::App;
use super::access::SignedRider;
use super::problem::Result;
use crate::clock::now;
use crate::entropy::SystemEntropy;

/// Closes the account, once nothing is owed either way: codes, phones, sessions and the agreement
/// with the provider end at once. Rides, fares and payments are kept. A repeat changes nothing.
#[utoipa::path(delete, path = "/v1/riders/me", tag = "riders", responses((status = 204)))]
pub(super) async fn close(State(app): State<App>, rider: SignedRider) -> Result<StatusCode> {
    let edge = (&app.carrier, &mut SystemEntropy);
    close_account(&app.office, rider.rider, now(), edge).await?;
    Ok(StatusCode::NO_CONTENT)
}
