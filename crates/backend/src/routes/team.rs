//! `GET /api/team`.

use crate::{convert, error::ApiError, extract::Caller, state::Shared};
use axum::extract::State;
use mobilecall_api::{error::ErrorBody, events::Presence};
use mobilecall_domain::PresenceState;

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
    let present = state.directory.present(principal.company.id).await?;
    let presence = |user: mobilecall_store::User| {
        let state = present.get(&user.id).copied().unwrap_or(PresenceState::Offline);
        convert::presence(user, state)
    };
    Ok(axum::Json(users.into_iter().map(presence).collect()))
}
