//! `GET /api/openapi.json`, and what the other handlers cannot say of themselves.

use crate::{extract::Caller, state::Shared};
use axum::{extract::State, http::header, response::IntoResponse};
use mobilecall_api::error::ErrorBody;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(title = "Mobile Call", description = "Backend of Mobile Call. Every request but sign-in, refresh, health \
        and what Twilio signs needs `Authorization: Bearer …`; every refused one answers with ErrorBody."),
    modifiers(&Bearer),
    security(("bearer" = [])),
    tags(
        (name = "auth", description = "Sign-in"),
        (name = "calls", description = "Call records, reports, counts, voice tokens"),
        (name = "team", description = "Colleagues"),
        (name = "company", description = "The company and what its administrators decide"),
        (name = "twilio", description = "What Twilio asks and tells"),
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

/// This document.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "health",
    responses(
        (status = 200, description = "OpenAPI 3.1", content_type = "application/json"),
        (status = 401, description = "Not signed in", body = ErrorBody),
    )
)]
pub(crate) async fn description(State(state): State<Shared>, _caller: Caller) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], (state.description)())
}
