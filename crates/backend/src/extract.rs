//! Extractors whose refusals are ours.

use crate::{error::ApiError, refusal, state::Shared};
use axum::{
    body::{Body, to_bytes},
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{JsonRejection, PathRejection, QueryRejection},
        ws::rejection::WebSocketUpgradeRejection,
    },
    http::{StatusCode, header, request::Parts},
};
use mobilecall_api::error::ErrorCode;
use mobilecall_domain::CompanyId;
use mobilecall_store::Principal;
use serde::{Deserialize, de::IgnoredAny};

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    axum::Json<T>: FromRequest<S, Rejection = JsonRejection>,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        // How much may come is settled before, for every request.
        let bytes = to_bytes(body, usize::MAX).await.map_err(|error| ApiError::broken_body(&error))?;
        let request = Request::from_parts(parts, Body::from(bytes.clone()));
        match axum::Json::from_request(request, state).await {
            Err(rejection @ JsonRejection::MissingJsonContentType(_)) => Err(rejection.into()),
            // The library looks no further into what it passes over.
            _ if std::str::from_utf8(&bytes).is_err() => Err(ApiError::bad_request(refusal::NO_TEXT)),
            // The library takes a list for an object whose fields it holds in their order; the API knows no such form.
            _ if is_list(&bytes) && is_json(&bytes) => Err(ApiError::unprocessable(refusal::NO_OBJECT)),
            Ok(axum::Json(value)) => Ok(Self(value)),
            // A number that is too large, or half a letter, counts as a mistake of the JSON itself.
            Err(JsonRejection::JsonSyntaxError(error)) if is_json(&bytes) => {
                Err(ApiError::unprocessable(refusal::of_data(&error.body_text())))
            }
            Err(rejection) => Err(rejection.into()),
        }
    }
}

fn is_list(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"[")
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// The query of the URL.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub(crate) struct Query<T>(pub(crate) T);

/// Parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub(crate) struct Path<T>(pub(crate) T);

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let (status, text) = (rejection.status(), rejection.body_text());
        match status {
            StatusCode::UNPROCESSABLE_ENTITY => Self::unprocessable(refusal::of_data(&text)),
            StatusCode::PAYLOAD_TOO_LARGE => Self::large_body(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(status, ErrorCode::BadRequest, "send the body as application/json")
            }
            _ => Self::new(status, ErrorCode::BadRequest, refusal::of_syntax(&text)),
        }
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(refusal::of_query(&rejection.body_text()))
    }
}

impl From<PathRejection> for ApiError {
    fn from(_rejection: PathRejection) -> Self {
        Self::bad_request("the id in the path is not one: GET /api/openapi.json says what it can be")
    }
}

impl From<WebSocketUpgradeRejection> for ApiError {
    fn from(rejection: WebSocketUpgradeRejection) -> Self {
        Self::bad_request(refusal::of_upgrade(&rejection))
    }
}

/// Whoever sends the request, by a bearer token whose session is alive. A `company_id` in the query is the session's own.
pub(crate) struct Caller(pub(crate) Principal);

/// Old pages send their company with every request; it may only repeat the session's own.
#[derive(Deserialize)]
struct SentCompany {
    company_id: Option<CompanyId>,
}

/// Refuses another company's id.
pub(crate) fn check_company(principal: &Principal, sent: Option<CompanyId>) -> Result<(), ApiError> {
    match sent {
        Some(company) if company != principal.company.id => {
            Err(ApiError::forbidden("this is another company's id: leave company_id out, or send your own"))
        }
        Some(_) | None => Ok(()),
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, ApiError> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(bearer).ok_or_else(ApiError::unauthenticated)?;
        let principal = state.authenticate(token).await?;
        let Query(SentCompany { company_id }) = Query::from_request_parts(parts, state).await?;
        check_company(&principal, company_id)?;
        tracing::Span::current().record("user.id", tracing::field::display(principal.user.id));
        Ok(Self(principal))
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
