//! A refused request: what the client is told, and apart from it what the log is told.

use crate::directory::DirectoryError;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use mobilecall_api::error::{ErrorBody, ErrorCode, ProviderRefusal};
use mobilecall_store::StoreError;
use std::{borrow::Cow, fmt::Write as _, path::Path, sync::Arc, time::Duration};

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Asked of a client when the server cannot say better.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A refused request.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    /// Safe to show.
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
    /// Whose refusal it is, if not ours.
    provider: Option<ProviderRefusal>,
    /// For the log only.
    cause: Option<Cause>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), retry_after: None, provider: None, cause: None }
    }
    /// What the client is told.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
    pub(crate) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, message)
    }
    pub(crate) fn unprocessable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::Unprocessable, message)
    }
    pub(crate) fn unauthenticated() -> Self {
        let message = "you are not signed in, or the session has ended: sign in again";
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, message)
    }
    pub(crate) fn wrong_credentials() -> Self {
        let message = "the user name or the password is wrong: check both and try again";
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::WrongCredentials, message)
    }
    pub(crate) fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, message)
    }
    /// A body that is larger than the limit, or did not come whole.
    pub(crate) fn broken_body(error: &axum::Error) -> Self {
        let mut causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
        if causes.any(|cause| cause.is::<http_body_util::LengthLimitError>()) {
            return Self::large_body();
        }
        Self::bad_request("the body did not come whole: send it again")
    }
    /// A body that was compressed, or encoded in another way: none is undone here, so that few bytes never become many.
    pub(crate) fn encoded_body() -> Self {
        let message =
            "the body is encoded: send it as it is, without Content-Encoding and with no Transfer-Encoding but chunked";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::BadRequest, message)
    }
    /// A body that is larger than the limit.
    pub(crate) fn large_body() -> Self {
        let message = "the body is too large: send less at once";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge, message)
    }
    /// A body that did not come in time. Whoever sends it again may have a better network.
    pub(crate) fn slow_body() -> Self {
        let message = "the request did not arrive in time: send it again";
        Self::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::Unavailable, message)
    }
    pub(crate) fn too_many_requests(retry_after: Duration) -> Self {
        let message = "too many tries to sign in: wait a moment and try again";
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests, message);
        Self { retry_after: Some(retry_after), ..error }
    }
    pub(crate) fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message);
        Self { retry_after: Some(TRY_AGAIN_AFTER), ..error }
    }
    /// The provider of calls refused, or could not.
    pub(crate) fn of_provider(self, provider: Option<ProviderRefusal>) -> Self {
        Self { provider, ..self }
    }
    pub(crate) fn internal(cause: impl Into<Cause>) -> Self {
        let message = "the server made a mistake: try again, and tell the administrator the request id if it stays";
        let error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, message);
        Self { cause: Some(cause.into()), ..error }
    }
}

impl From<DirectoryError> for ApiError {
    fn from(error: DirectoryError) -> Self {
        let refused = Self::unavailable("the servers cannot reach each other: try again in a moment");
        Self { cause: Some(error.into()), ..refused }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Arc::new(error).into()
    }
}

/// Of a failure that several requests share.
impl From<Arc<StoreError>> for ApiError {
    fn from(error: Arc<StoreError>) -> Self {
        match error.as_ref() {
            StoreError::NotFound(what) => {
                let message = format!("there is no such {what} in your company");
                Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
            }
            StoreError::Conflict(what) => {
                let message = format!("this {what} is taken: use another one");
                Self::new(StatusCode::CONFLICT, ErrorCode::Conflict, message)
            }
            StoreError::InvalidCursor => {
                Self::bad_request("the cursor is not one of this server: start from the first page")
            }
            StoreError::Busy(_) | StoreError::Unavailable(_) => {
                let refused = Self::unavailable("the database is busy or not available: try again in a moment");
                Self { cause: Some(error.into()), ..refused }
            }
            StoreError::Unreadable { database, .. } => {
                let file =
                    Path::new(database).file_name().map_or_else(|| database.into(), |name| name.to_string_lossy());
                let refused = Self::unavailable(format!(
                    "the database {file} is damaged: the administrator has to restore a backup, or to move it away"
                ));
                Self { cause: Some(error.into()), ..refused }
            }
            StoreError::TooNew { .. } | StoreError::Outdated { .. } | StoreError::Internal(_) => Self::internal(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(cause = chain(cause.as_ref()), status = self.status.as_u16(), "a request failed");
        }
        let body = ErrorBody { code: self.code, message: self.message.into_owned(), provider: self.provider };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(retry_after) = self.retry_after {
            let seconds = retry_after.as_millis().div_ceil(1000).max(1);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}
