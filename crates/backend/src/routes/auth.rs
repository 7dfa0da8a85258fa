//! `/api/auth`: sign in, who am I, stay signed in, sign out.

use crate::{
    convert,
    error::ApiError,
    extract::{Caller, Json},
    limited_listener::Peer,
    state::Shared,
};
use axum::{
    extract::{ConnectInfo, State},
    http::StatusCode,
};
use mobilecall_api::{
    auth::{LoginRequest, LoginResponse, RefreshRequest, User},
    error::ErrorBody,
};

/// Where to sign in.
pub(crate) const LOGIN_PATH: &str = "/api/auth/login";

/// Sign in with user name and password.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "auth", security(()), request_body = LoginRequest,
    responses(
        (status = 200, description = "Signed in", body = LoginResponse),
        (status = 401, description = "User name or password wrong", body = ErrorBody),
        (status = 422, description = "A value is not acceptable", body = ErrorBody),
        (status = 429, description = "Too many tries, see Retry-After", body = ErrorBody),
    )
)]
pub(crate) async fn login(
    State(state): State<Shared>,
    ConnectInfo(client): ConnectInfo<Peer>,
    Json(request): Json<LoginRequest>,
) -> Result<axum::Json<LoginResponse>, ApiError> {
    Ok(axum::Json(state.sign_in(&request.username, request.password, client.ip()).await?))
}

/// Exchange a refresh token for a new pair of tokens.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "auth", security(()), request_body = RefreshRequest,
    responses(
        (status = 200, description = "A new pair", body = LoginResponse),
        (status = 401, description = "Not a token of this server, used before, or its session has ended", body = ErrorBody),
    )
)]
pub(crate) async fn refresh(
    State(state): State<Shared>,
    Json(request): Json<RefreshRequest>,
) -> Result<axum::Json<LoginResponse>, ApiError> {
    Ok(axum::Json(state.refresh(&request.refresh_token).await?))
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/api/auth/me", tag = "auth",
    responses(
        (status = 200, description = "The caller", body = User),
        (status = 401, description = "Not signed in", body = ErrorBody),
    )
)]
pub(crate) async fn me(Caller(principal): Caller) -> axum::Json<User> {
    axum::Json(convert::user(&principal))
}

/// End the session: its tokens, its event sockets, its voice tokens.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "auth",
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "Not signed in", body = ErrorBody),
    )
)]
pub(crate) async fn logout(State(state): State<Shared>, Caller(principal): Caller) -> Result<StatusCode, ApiError> {
    state.sign_out(&principal).await?;
    Ok(StatusCode::NO_CONTENT)
}
