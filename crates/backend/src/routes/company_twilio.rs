//! `/api/company/twilio`: a company's own account at Twilio. Only for administrators; secrets are never told.

use crate::{
    error::ApiError,
    extract::{Caller, Json},
    permissions,
    state::Shared,
    twilio::accounts::no_account,
};
use axum::{extract::State, http::StatusCode};
use mobilecall_api::{
    error::ErrorBody,
    twilio::{TwilioAccount, TwilioSettings},
    twilio_check::TwilioCheck,
};
use mobilecall_store::Principal;

/// What the company's calls over Twilio are made with.
#[utoipa::path(
    get, path = "/api/company/twilio", operation_id = "company_twilio", tag = "company",
    responses(
        (status = 200, description = "The company's account, else the server's", body = TwilioAccount),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an administrator", body = ErrorBody),
    )
)]
pub(crate) async fn get(
    State(state): State<Shared>,
    Caller(principal): Caller,
) -> Result<axum::Json<TwilioAccount>, ApiError> {
    check(&principal)?;
    Ok(axum::Json(state.show_twilio(principal.company.id).await?))
}

/// Set an account of the company's own. All of it is checked before any of it is kept.
#[utoipa::path(
    put, path = "/api/company/twilio", operation_id = "set_company_twilio", tag = "company",
    request_body = TwilioSettings,
    responses(
        (status = 200, description = "As it stands", body = TwilioAccount),
        (status = 400, description = "Malformed", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an administrator", body = ErrorBody),
        (status = 422, description = "Something is missing or has the wrong shape: a line for each", body = ErrorBody),
    )
)]
pub(crate) async fn set(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Json(wanted): Json<TwilioSettings>,
) -> Result<axum::Json<TwilioAccount>, ApiError> {
    check(&principal)?;
    Ok(axum::Json(state.set_twilio(principal.company.id, wanted).await?))
}

/// Forget the company's own account; its calls go over the server's again, if it has one.
#[utoipa::path(
    delete, path = "/api/company/twilio", operation_id = "remove_company_twilio", tag = "company",
    responses(
        (status = 204, description = "Forgotten"),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an administrator", body = ErrorBody),
        (status = 404, description = "The company has none of its own", body = ErrorBody),
    )
)]
pub(crate) async fn remove(State(state): State<Shared>, Caller(principal): Caller) -> Result<StatusCode, ApiError> {
    check(&principal)?;
    if !state.store.remove_twilio_account(principal.company.id).await? {
        return Err(no_account().into());
    }
    tracing::info!(company.id = %principal.company.id, "a company's own account at Twilio was removed");
    Ok(StatusCode::NO_CONTENT)
}

/// Ask Twilio whether the account that the company's calls are made with is set up as it must be.
///
/// Answers with what is right and what to change where; that something is to be changed is no refusal.
#[utoipa::path(
    post, path = "/api/company/twilio/check", operation_id = "check_company_twilio", tag = "company",
    responses(
        (status = 200, description = "What was found", body = TwilioCheck),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an administrator", body = ErrorBody),
    )
)]
pub(crate) async fn ask(
    State(state): State<Shared>,
    Caller(principal): Caller,
) -> Result<axum::Json<TwilioCheck>, ApiError> {
    check(&principal)?;
    Ok(axum::Json(state.check_twilio(&principal.company).await?))
}

fn check(principal: &Principal) -> Result<(), ApiError> {
    if permissions::changes_company(principal) {
        return Ok(());
    }
    Err(ApiError::forbidden("only an administrator of your company sees and sets its account at Twilio: ask one"))
}
