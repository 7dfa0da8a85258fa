//! `GET /api/events`.

use crate::{
    error::ApiError,
    event_socket::EventSocket,
    extract::{Caller, Query},
    state::Shared,
};
use axum::{
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
};
use mobilecall_api::{
    error::ErrorBody,
    events::{Event, EventsQuery},
};
use std::sync::Arc;

/// Readers say nothing but pongs.
const MAX_FRAME_BYTES: usize = 4096;

/// Buffers of a socket; by default each would have 128 KiB.
const BUFFER_BYTES: usize = 4096;

/// Live events as a WebSocket of JSON text frames.
///
/// With `since` the changes after it are sent first. Agents get the changes of their own calls, other roles those of
/// the company; everybody gets people, presence and changes of the company itself. The socket is closed with 4401 when
/// the session ends and with 1001 when the server stops.
#[utoipa::path(
    get, path = "/api/events", tag = "events", params(EventsQuery),
    responses(
        (status = 101, description = "Frames of this shape follow", body = Event),
        (status = 400, description = "Not a WebSocket", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Another company's id", body = ErrorBody),
        (status = 422, description = "A value is out of range", body = ErrorBody),
        (status = 503, description = "No room for another socket", body = ErrorBody),
    )
)]
pub(crate) async fn events(
    State(state): State<Shared>,
    caller: Caller,
    Query(query): Query<EventsQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade?;
    let since = super::sequence(query.since)?;
    let room = state.event_sockets.enter(&caller.0)?;
    let (listener, ended) = (state.hub.listen(caller.0.company.id), state.hub.listen_for_ended_sessions());
    // Once more, now that nothing can be missed: the session may have ended between the first check and the listening.
    let principal = state.store.principal(caller.0.company.id, caller.0.session_id).await;
    let principal = principal?.ok_or_else(ApiError::unauthenticated)?;
    let talk = move |socket| {
        let tasks = state.tasks.clone();
        let socket = EventSocket::new(socket, Arc::clone(&state), principal, listener, ended);
        tasks.track_future(async move {
            let _room = room;
            socket.run(since).await;
        })
    };
    let upgrade = upgrade.read_buffer_size(BUFFER_BYTES).write_buffer_size(BUFFER_BYTES);
    Ok(upgrade.max_message_size(MAX_FRAME_BYTES).max_frame_size(MAX_FRAME_BYTES).on_upgrade(talk))
}
