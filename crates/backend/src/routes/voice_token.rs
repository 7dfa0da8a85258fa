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
use mobilecall_store::Company;

/// Where the direct line's signaling socket is.
pub(crate) const SIGNALING_PATH: &str = "/signal";

/// A company's setting that names the signaling socket of the node that serves it, an absolute address. Whoever calls
/// each other must be at one node.
const SIGNALING_SETTING: &str = "signaling";

/// Where the company's phones connect: the node it is pinned to, or whichever served the token.
fn signaling(company: &Company) -> &str {
    company.settings.get(SIGNALING_SETTING).and_then(serde_json::Value::as_str).unwrap_or(SIGNALING_PATH)
}

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
        signaling: signaling(&principal.company).to_owned(),
    }))
}
