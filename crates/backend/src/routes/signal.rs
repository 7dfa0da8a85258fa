//! `GET /signal`: the direct line's signaling socket. It takes no session token; the voice token comes in the first
//! frame, as Twilio's SDK sends it.

use crate::{error::ApiError, state::Shared};
use axum::{
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

/// Hands the socket to the edge.
pub(crate) async fn signal(
    State(state): State<Shared>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|rejection| ApiError::bad_request(rejection.body_text()))?;
    let response = state.edge.accept(upgrade);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        return Err(ApiError::unavailable("the server has no room for another phone: try again later"));
    }
    Ok(response.into_response())
}
