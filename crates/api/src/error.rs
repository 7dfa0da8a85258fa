//! The error body of every refused request.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Body of every answer with a status of 400 or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[error("{message}")]
pub struct ErrorBody {
    /// Stable code; programs decide by it.
    pub code: ErrorCode,
    /// English sentence that says what to do; safe to show.
    pub message: String,
    /// What the provider of calls said, if it was the provider who refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderRefusal>,
}

/// Why the provider of calls refused, so that a window can say it in its language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderRefusal {
    /// The provider's number, as in `https://www.twilio.com/docs/api/errors/21211`.
    pub code: u32,
    /// What mends it, in a word such as `check-number` or `allow-country`; absent for codes that are not known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// Every way a request can be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400, 405 or 415: the request itself is wrong.
    BadRequest,
    /// 401: no token, or one that is not ours, expired or revoked.
    Unauthenticated,
    /// 401: user name or password wrong.
    WrongCredentials,
    /// 403: signed in, but not allowed.
    Forbidden,
    /// 404: no such thing in this company.
    NotFound,
    /// 409: in conflict with what is stored.
    Conflict,
    /// 413: body too large.
    TooLarge,
    /// 421: the Host header names another server.
    MisdirectedRequest,
    /// 422: understood, but a value is not acceptable.
    Unprocessable,
    /// 429: too many tries; see `Retry-After`.
    TooManyRequests,
    /// 500: our fault; the log has the cause under the request id.
    Internal,
    /// 503 or 408: overloaded, shutting down or too slow; try again.
    Unavailable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_providers_is_told_with_its_number() {
        let json = r#"{"code":"unprocessable","message":"no","provider":{"code":21215,"remedy":"allow-country"}}"#;
        let body: ErrorBody = serde_json::from_str(json).expect("a body");
        assert_eq!(body.provider.as_ref().map(|provider| provider.code), Some(21_215));
        assert_eq!(serde_json::to_string(&body).expect("JSON"), json);
        let own = r#"{"code":"not_found","message":"no"}"#;
        let body: ErrorBody = serde_json::from_str(own).expect("a body");
        assert_eq!(serde_json::to_string(&body).expect("JSON"), own);
    }
}
