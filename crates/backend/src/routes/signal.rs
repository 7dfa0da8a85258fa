//! `GET /signal`: the direct line's signaling socket. It takes no session token; the voice token comes in the first
//! frame, as Twilio's SDK sends it.

use crate::{error::ApiError, limited_listener::Peer, slots::network_of, state::Shared};
use axum::{
    extract::{
        ConnectInfo, State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

/// Hands the socket to the edge.
pub(crate) async fn signal(
    State(state): State<Shared>,
    ConnectInfo(client): ConnectInfo<Peer>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade?;
    let allowed = state.config.limits.unknown_phones_per_address;
    let place = state.unknown_phones.enter(network_of(client.ip()), allowed).ok_or_else(|| {
        ApiError::unavailable("too many phones from your address have shown no token yet: try again in a moment")
    })?;
    let response = state.edge.accept(upgrade, Box::new(place));
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        return Err(ApiError::unavailable("the server has no room for another phone: try again later"));
    }
    Ok(response.into_response())
}
