//! `GET /api/calls/token`.

use crate::{
    error::ApiError,
    extract::{Caller, Query},
    state::Shared,
};
use axum::extract::State;
use mobilecall_api::{
    calls::{LineKind, TokenQuery, VoiceToken},
    error::ErrorBody,
};
use mobilecall_domain::Timestamp;

/// Where the direct line's signaling socket is.
pub(crate) const SIGNALING_PATH: &str = "/signal";

/// A voice token for the caller's own identity.
#[utoipa::path(
    get, path = "/api/calls/token", tag = "calls", params(TokenQuery),
    responses(
        (status = 200, description = "A Twilio-shaped access token", body = VoiceToken),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Another identity", body = ErrorBody),
    )
)]
pub(crate) async fn token(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Query(query): Query<TokenQuery>,
) -> Result<axum::Json<VoiceToken>, ApiError> {
    let identity = principal.user.username.clone();
    if query.identity.is_some_and(|asked| asked != identity) {
        return Err(ApiError::forbidden("this is another identity: leave identity out, or send your own user name"));
    }
    let life = state.config.voice_token_life;
    let token = state.tokens.sign_voice(&principal, life, Timestamp::now()).map_err(ApiError::internal)?;
    Ok(axum::Json(VoiceToken {
        token,
        identity,
        expires_in: life.as_secs(),
        line: LineKind::Direct,
        signaling: SIGNALING_PATH.to_owned(),
    }))
}
