//! `GET /api/calls/token`.

use crate::{
    error::ApiError,
    extract::{Caller, Query},
    permissions,
    state::Shared,
};
use axum::extract::State;
use mobilecall_api::{
    calls::{LineKind, TokenQuery, VoiceToken},
    error::ErrorBody,
};
use mobilecall_domain::Timestamp;
use mobilecall_store::{Company, Principal};
use mobilecall_twilio::{
    identity::Identity,
    token::{self, Grant},
};

/// Where the direct line's signaling socket is.
pub(crate) const SIGNALING_PATH: &str = "/signal";

/// A company's setting that names the signaling socket of the node that serves it, an absolute address. Whoever calls
/// each other must be at one node.
const SIGNALING_SETTING: &str = "signaling";

/// Where the company's phones connect: the node it is pinned to, or whichever served the token.
fn signaling(company: &Company) -> &str {
    company.settings.get(SIGNALING_SETTING).and_then(serde_json::Value::as_str).unwrap_or(SIGNALING_PATH)
}

/// A voice token: for the caller's own identity, or, over Twilio, for anybody's of the company if an administrator asks.
#[utoipa::path(
    get, path = "/api/calls/token", tag = "calls", params(TokenQuery),
    responses(
        (status = 200, description = "An access token of Twilio, or one in its shape for the direct line", body = VoiceToken),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Another identity", body = ErrorBody),
        (status = 422, description = "Twilio is not set up: a line for each value that is missing", body = ErrorBody),
    )
)]
pub(crate) async fn token(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Query(query): Query<TokenQuery>,
) -> Result<axum::Json<VoiceToken>, ApiError> {
    let company = principal.company.id;
    let token = match query.line {
        Some(LineKind::Direct) => direct(&state, &principal, &query)?,
        Some(LineKind::Twilio) => over_twilio(&state, &principal, &query).await?,
        Some(LineKind::Sip) => {
            return Err(ApiError::unprocessable("there are no tokens for a SIP line: ask for direct or twilio"));
        }
        None if state.available_lines(company).await?.contains(&LineKind::Twilio) => {
            over_twilio(&state, &principal, &query).await?
        }
        None => direct(&state, &principal, &query)?,
    };
    Ok(axum::Json(token))
}

fn direct(state: &Shared, principal: &Principal, query: &TokenQuery) -> Result<VoiceToken, ApiError> {
    let identity = principal.user.username.clone();
    // The token ends with its session, so nobody can have one for somebody else.
    if query.identity.as_ref().is_some_and(|asked| *asked != identity) {
        return Err(another_identity());
    }
    let life = state.config.voice_token_life;
    let now = Timestamp::now();
    let token = state.tokens.sign_voice(principal, life, now).map_err(ApiError::internal)?;
    let signaling = signaling(&principal.company).to_owned();
    let ice_servers = state.own_relays(&identity, now);
    Ok(VoiceToken { token, identity, expires_in: life.as_secs(), line: LineKind::Direct, signaling, ice_servers })
}

async fn over_twilio(state: &Shared, principal: &Principal, query: &TokenQuery) -> Result<VoiceToken, ApiError> {
    let username = whose(state, principal, query).await?;
    let account = state.twilio_account(principal.company.id).await?;
    let settings = &account.settings;
    let identity = Identity::of_name(&username).map_err(ApiError::internal)?;
    let named = identity.as_str().to_owned();
    // Its user may have signed out meanwhile, but Twilio knows nothing of sessions.
    let life = state.config.voice_token_life.min(token::DEFAULT_LIFE);
    let now = Timestamp::now();
    let signed = token::sign(&settings.for_tokens()?, Grant::full(identity), life, now);
    let ice_servers = state.relays_for_twilio(&account, &named, now).await;
    Ok(VoiceToken {
        token: signed.map_err(ApiError::internal)?,
        identity: named,
        expires_in: life.as_secs(),
        line: LineKind::Twilio,
        signaling: state.config.twilio.signaling(settings.edge.as_ref()),
        ice_servers,
    })
}

/// The user name that the token is for.
async fn whose(state: &Shared, principal: &Principal, query: &TokenQuery) -> Result<String, ApiError> {
    let own = &principal.user.username;
    let asked = match &query.identity {
        None => return Ok(own.clone()),
        Some(asked) if asked == own => return Ok(own.clone()),
        Some(asked) => asked,
    };
    if !permissions::changes_company(principal) {
        return Err(another_identity());
    }
    let user = state.store.user_by_username(asked).await?.filter(|user| user.company_id == principal.company.id);
    user.map(|user| user.username).ok_or_else(another_identity)
}

fn another_identity() -> ApiError {
    ApiError::forbidden("this is another identity: leave identity out, or send your own user name")
}
