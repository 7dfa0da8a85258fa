//! The description of the API, made from the handlers.

use crate::{extract::Caller, router};
use axum::{http::header, response::IntoResponse};
use mobilecall_api::error::ErrorBody;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What the handlers cannot say.
#[derive(OpenApi)]
#[openapi(
    info(title = "Mobile Call", description = "Backend of Mobile Call. Every request but sign-in, refresh and health \
        needs `Authorization: Bearer …`; every refused one answers with ErrorBody."),
    modifiers(&Bearer),
    security(("bearer" = [])),
    tags(
        (name = "auth", description = "Sign-in"),
        (name = "calls", description = "Call records, reports, counts, voice tokens"),
        (name = "team", description = "Colleagues"),
        (name = "events", description = "Live events"),
        (name = "health", description = "The server itself"),
    )
)]
pub(crate) struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let document = router::documented().into_openapi();
    let mut json = document.to_pretty_json().expect("the document is made of texts and lists");
    json.push('\n');
    json
});

/// The OpenAPI document of this version as pretty JSON with a final newline; `openapi.json` is its committed copy.
pub fn openapi_json() -> &'static str {
    &DOCUMENT
}

/// This document.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "health",
    responses(
        (status = 200, description = "OpenAPI 3.1", content_type = "application/json"),
        (status = 401, description = "Not signed in", body = ErrorBody),
    )
)]
pub(crate) async fn serve(_caller: Caller) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json())
}
