//! A span and an id for every request. Neither query nor headers nor bodies are logged: they hold numbers and tokens.

use axum::{
    extract::{MatchedPath, Request},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use std::time::Instant;
use tracing::{Instrument as _, field};

/// Response header by which a user's report finds the log line.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Makes the span, runs the request in it, says how it went.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let id = uuid::Uuid::now_v7().to_string();
    // The route's template, since the path itself may name calls or whatever a stranger typed.
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
    let span =
        tracing::info_span!("request", request.id = id, method = %request.method(), route, user.id = field::Empty);
    async move {
        let begun = Instant::now();
        let mut response = next.run(request).await;
        let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), elapsed_ms, "answered");
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }
    .instrument(span)
    .await
}
