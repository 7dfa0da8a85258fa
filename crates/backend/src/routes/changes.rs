//! `GET /api/changes`.

use crate::{
    convert,
    error::ApiError,
    extract::{Caller, Query},
    permissions,
    state::Shared,
};
use axum::extract::State;
use mobilecall_api::{
    changes::{ChangePage, ChangesQuery},
    error::ErrorBody,
};

const DEFAULT_LIMIT: u32 = 200;
const MAX_LIMIT: u32 = 500;

/// What changed in the company, whatever the area, oldest change first.
///
/// Agents get what is their own and what is everybody's, other roles everything of the company.
#[utoipa::path(
    get, path = "/api/changes", tag = "events", params(ChangesQuery),
    responses(
        (status = 200, description = "A page", body = ChangePage),
        (status = 400, description = "The query is wrong", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Another company's id", body = ErrorBody),
        (status = 422, description = "A value is out of range", body = ErrorBody),
    )
)]
pub(crate) async fn changes(
    State(state): State<Shared>,
    caller: Caller,
    Query(query): Query<ChangesQuery>,
) -> Result<axum::Json<ChangePage>, ApiError> {
    let limit = match query.limit {
        None => DEFAULT_LIMIT,
        Some(limit @ 1..=MAX_LIMIT) => limit,
        Some(_) => return Err(ApiError::unprocessable("limit is from 1 to 500")),
    };
    let scope = permissions::visible(&caller.0);
    let since = super::sequence(query.since)?.unwrap_or(0);
    let page = state.store.changes_since(scope, since, limit).await?;
    let changes = page.changes.into_iter().map(convert::change).collect();
    Ok(axum::Json(ChangePage { sequence: page.upto, changes, more: page.more }))
}
