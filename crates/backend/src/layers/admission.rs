//! A bounded number of requests at once, each for a bounded time.

use crate::{error::ApiError, state::Shared};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::time;

/// Lets the request arrive, wait for its turn and work, all together no longer than the limit. Its turn begins when it
/// has arrived, so that senders who take their time take nobody else's.
pub(crate) async fn admit(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let limit = state.config.limits.request_timeout;
    let work = async {
        let request = match arrived(request, state.config.limits.body_bytes).await {
            Ok(request) => request,
            Err(refused) => return refused.into_response(),
        };
        let _turn = state.requests.acquire().await;
        next.run(request).await
    };
    match time::timeout(limit, work).await {
        Ok(response) => response,
        Err(_elapsed) => {
            tracing::warn!(limit_ms = limit.as_millis(), "a request took too long");
            ApiError::unavailable("the server is too busy: try again in a moment").into_response()
        }
    }
}

async fn arrived(request: Request, limit: usize) -> Result<Request, ApiError> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, limit).await.map_err(|error| ApiError::broken_body(&error))?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}
