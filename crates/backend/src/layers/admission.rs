//! A bounded number of requests at once, each for a bounded time.

use crate::{error::ApiError, occasional::Occasional, routes::auth::LOGIN_PATH, state::Shared};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::{
    sync::SemaphorePermit,
    time::{self, Instant},
};

/// Lets the request arrive, wait for its turn and work, all together no longer than the limit. Its turn begins when it
/// has arrived, so that senders who take their time take nobody else's.
pub(crate) async fn admit(State(state): State<Shared>, request: Request, next: Next) -> Response {
    static REFUSED: Occasional = Occasional::new();
    let limits = state.config.limits;
    let deadline = Instant::now() + limits.request_timeout;
    let request = match time::timeout_at(deadline, arrived(request, limits.body_bytes)).await {
        Ok(Ok(request)) => request,
        Ok(Err(refused)) => return refused.into_response(),
        Err(_elapsed) => {
            if let Some(others) = REFUSED.due() {
                tracing::warn!(others, "a request did not arrive in time");
            }
            return ApiError::slow_body().into_response();
        }
    };
    let signs_in = request.uri().path() == LOGIN_PATH;
    let work = async {
        match turn(&state, signs_in).await {
            Ok(_turn) => next.run(request).await,
            Err(refused) => refused.into_response(),
        }
    };
    match time::timeout_at(deadline, work).await {
        Ok(response) => response,
        Err(_elapsed) => {
            if let Some(others) = REFUSED.due() {
                tracing::warn!(others, limit_ms = limits.request_timeout.as_millis(), "a request took too long");
            }
            ApiError::unavailable("the server is too busy: try again in a moment").into_response()
        }
    }
}

/// Signing in takes the processor for long, so it has turns of its own, and is refused at once when many wait: others are
/// served meanwhile.
async fn turn(state: &Shared, signs_in: bool) -> Result<SemaphorePermit<'_>, ApiError> {
    if signs_in {
        return state
            .sign_ins
            .try_acquire()
            .map_err(|_full| ApiError::unavailable("too many people are signing in just now: try again in a moment"));
    }
    state.requests.acquire().await.map_err(ApiError::internal)
}

async fn arrived(request: Request, limit: usize) -> Result<Request, ApiError> {
    if is_encoded(request.headers()) {
        return Err(ApiError::encoded_body());
    }
    // One that says that it is too large need not be sent.
    let said = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(|length: u64| length > limit as u64) {
        return Err(ApiError::large_body());
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, limit).await.map_err(|error| ApiError::broken_body(&error))?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Whether the body is anything but the bytes that are meant. That it comes in chunks is undone before it is here.
fn is_encoded(headers: &HeaderMap) -> bool {
    [(header::CONTENT_ENCODING, "identity"), (header::TRANSFER_ENCODING, "chunked")].into_iter().any(|(name, plain)| {
        let is_plain = |coding: &str| coding.is_empty() || coding.eq_ignore_ascii_case(plain);
        let mut values = headers.get_all(name).iter();
        !values.all(|value| value.to_str().is_ok_and(|codings| codings.split(',').map(str::trim).all(is_plain)))
    })
}
