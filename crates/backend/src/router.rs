//! The routes and what surrounds them.

use crate::{
    error::ApiError,
    layers::{self, host::HostRule},
    routes::{
        auth, calls, changes, company, company_calling, company_twilio, description, events, health, lists, make_call,
        recordings, signal, stats, team,
        twilio::{told, voice},
        voice_token,
    },
    state::Shared,
    web,
};
use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, routing::get};
use mobilecall_api::error::ErrorCode;
use std::net::IpAddr;
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Every documented route.
pub(crate) fn documented() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(description::Description::openapi())
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::me))
        .routes(routes!(auth::logout))
        .routes(routes!(lists::list, calls::report))
        .routes(routes!(calls::get, calls::amend))
        .routes(routes!(recordings::list))
        .routes(routes!(recordings::of_call))
        .routes(routes!(recordings::media))
        .routes(routes!(make_call::make_call))
        .routes(routes!(stats::stats))
        .routes(routes!(voice_token::token))
        .routes(routes!(team::team))
        .routes(routes!(company::get))
        .routes(routes!(company::set_lines))
        .routes(routes!(company_calling::get, company_calling::set))
        .routes(routes!(company_twilio::get, company_twilio::set, company_twilio::remove))
        .routes(routes!(company_twilio::ask))
        .routes(routes!(voice::outbound))
        .routes(routes!(voice::outbound_of_old_apps))
        .routes(routes!(voice::incoming))
        .routes(routes!(voice::dial))
        .routes(routes!(told::status))
        .routes(routes!(told::recording))
        .routes(routes!(events::events))
        .routes(routes!(changes::changes))
        .routes(routes!(health::health))
        .routes(routes!(description::description))
}

/// The whole service for a listener at `address`.
pub(crate) fn service(state: Shared, address: IpAddr) -> Router {
    let (router, _document) = documented().split_for_parts();
    let host_rule = HostRule::new(address, &state.config.allowed_hosts);
    let body_limit = DefaultBodyLimit::max(state.config.limits.body_bytes);
    let cors = layers::cors::layer(&state.config);
    // The last layer is the outermost.
    router
        .route(voice_token::SIGNALING_PATH, get(signal::signal))
        .fallback(web::page)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn_with_state(state.clone(), layers::admission::admit))
        .layer(body_limit)
        .layer(cors)
        .layer(middleware::from_fn_with_state(host_rule, layers::host::check))
        .layer(layers::panics::layer())
        .layer(layers::answers::not_sniffed())
        .layer(layers::answers::not_kept())
        .layer(layers::observe::trace())
        .layer(layers::observe::tell_id())
        .layer(layers::observe::set_id())
        .layer(middleware::map_request(layers::observe::drop_foreign_id))
        .layer(middleware::map_request(layers::asked::note))
        .with_state(state)
}

pub(crate) fn no_such_route() -> ApiError {
    let message = "there is nothing at this path: GET /api/openapi.json lists what there is";
    ApiError::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
}

async fn no_such_method() -> ApiError {
    let message = "this path does not take that method: GET /api/openapi.json lists what it takes";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::BadRequest, message)
}
