//! The operators this office clears with.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::access::StaffMember;

/// An operator.
#[derive(Serialize, ToSchema)]
pub(super) struct OperatorView {
    /// Its number.
    operator: u32,
    /// Its name.
    name: String,
}

/// The operators that this person may see, by number.
#[utoipa::path(get, path = "/v1/operators", tag = "staff",
    responses((status = 200, body = [OperatorView])))]
pub(super) async fn list(State(app): State<App>, staff: StaffMember) -> Json<Vec<OperatorView>> {
    let seen = |id| staff.own_operator().is_none_or(|own| own == id);
    let operators = app.office.desk.operators.iter();
    let views = operators
        .filter(|one| seen(one.id))
        .map(|one| OperatorView {
            operator: one.id.0,
            name: one.name.to_string(),
        });
    Json(views.collect())
}
