//! `GET /api/team`.

use crate::{convert, error::ApiError, extract::Caller, state::Shared};
use axum::extract::State;
use mobilecall_api::{error::ErrorBody, events::Presence};

/// Everybody of the company, the caller included, and whether they can be reached.
#[utoipa::path(
    get, path = "/api/team", tag = "team",
    responses(
        (status = 200, description = "The team by user name", body = [Presence]),
        (status = 401, description = "Not signed in", body = ErrorBody),
    )
)]
pub(crate) async fn team(
    State(state): State<Shared>,
    Caller(principal): Caller,
) -> Result<axum::Json<Vec<Presence>>, ApiError> {
    let users = state.store.users(principal.company.id).await?;
    let present = |user: mobilecall_store::User| {
        let reachable = state.hub.presence_of(user.id);
        convert::presence(user, reachable)
    };
    Ok(axum::Json(users.into_iter().map(present).collect()))
}
