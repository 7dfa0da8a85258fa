//! `GET /api/health`.

use crate::{error::ApiError, state::Shared};
use axum::extract::State;
use mobilecall_api::{error::ErrorBody, health::Health};

/// What this server can do.
const CAPABILITIES: [&str; 2] = ["direct", "events"];

/// Whether the server and its database work.
#[utoipa::path(
    get, path = "/api/health", tag = "health", security(()),
    responses(
        (status = 200, description = "They do", body = Health),
        (status = 503, description = "The database does not answer or takes no writes, or the server is stopping",
            body = ErrorBody),
    )
)]
pub(crate) async fn health(State(state): State<Shared>) -> Result<axum::Json<Health>, ApiError> {
    if state.closing.is_cancelled() {
        return Err(ApiError::unavailable("the server is stopping: try again in a moment"));
    }
    state.database_check.run().await?;
    Ok(axum::Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
    }))
}
