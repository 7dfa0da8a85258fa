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
