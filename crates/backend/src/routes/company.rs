//! `/api/company`: what everybody of a company may know of it, and which lines its calls prefer.

use crate::{
    convert,
    error::ApiError,
    extract::{Caller, Json},
    permissions,
    state::Shared,
};
use axum::extract::State;
use mobilecall_api::{
    company::{Company, CompanyLines},
    error::ErrorBody,
};
use mobilecall_domain::LineOrder;

/// The caller's company.
#[utoipa::path(
    get, path = "/api/company", operation_id = "company", tag = "company",
    responses(
        (status = 200, description = "The company", body = Company),
        (status = 401, description = "Not signed in", body = ErrorBody),
    )
)]
pub(crate) async fn get(
    State(state): State<Shared>,
    Caller(principal): Caller,
) -> Result<axum::Json<Company>, ApiError> {
    let available = Some(state.available_lines(principal.company.id).await?);
    Ok(axum::Json(Company { available, ..convert::company(&principal.company) }))
}

/// Set which kinds of line the company's calls to numbers prefer. Only for administrators.
///
/// Softphones of the company follow at once, as far as their agents have no order of their own.
#[utoipa::path(
    put, path = "/api/company/lines", tag = "company", request_body = CompanyLines,
    responses(
        (status = 200, description = "The company as it stands", body = Company),
        (status = 400, description = "Malformed", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an administrator", body = ErrorBody),
        (status = 422, description = "Not an order of kinds of line", body = ErrorBody),
    )
)]
pub(crate) async fn set_lines(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Json(wanted): Json<CompanyLines>,
) -> Result<axum::Json<Company>, ApiError> {
    if !permissions::changes_company(&principal) {
        return Err(ApiError::forbidden("only an administrator of your company changes its lines: ask one"));
    }
    let lines = LineOrder::new(wanted.lines.into_iter().map(Into::into).collect())
        .map_err(|error| ApiError::unprocessable(error.to_string()))?;
    let company = state.store.set_company_lines(principal.company.id, &lines).await?;
    Ok(axum::Json(convert::company(&company)))
}
