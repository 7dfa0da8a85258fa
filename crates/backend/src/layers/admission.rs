//! A bounded number of requests at once, each for a bounded time.

use crate::{error::ApiError, state::Shared};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::time;

/// Lets the request wait for its turn and work, both together no longer than the limit.
pub(crate) async fn admit(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let limit = state.config.limits.request_timeout;
    let work = async {
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
