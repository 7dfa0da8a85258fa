//! Web pages of configured origins, and no others, may read answers.

use crate::config::BackendConfig;
use axum::http::{HeaderName, HeaderValue, Method, header};
use mobilecall_api::{IDEMPOTENCY_HEADER, SEQUENCE_HEADER};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Browsers ask again after this.
const PREFLIGHT_LIFE: Duration = Duration::from_secs(600);

/// The layer. Origins that are no header values cannot be sent by any browser and are left out.
pub(crate) fn layer(config: &BackendConfig) -> CorsLayer {
    let origins = config.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let exposed = [
        header::LINK,
        header::RETRY_AFTER,
        HeaderName::from_static(SEQUENCE_HEADER),
        HeaderName::from_static(super::observe::REQUEST_ID),
    ];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static(IDEMPOTENCY_HEADER)])
        .expose_headers(exposed)
        .max_age(PREFLIGHT_LIFE)
}
