//! What holds for every answer that does not say otherwise: it is not kept, and taken for nothing but what it says it is.

use axum::http::{HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

/// Answers hold numbers and tokens, which no cache between needs to know.
pub(crate) fn not_kept() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// A browser does not guess the kind of an answer.
pub(crate) fn not_sniffed() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
}
