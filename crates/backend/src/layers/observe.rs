//! A span and an id for every request. Neither query nor headers nor bodies are logged: they hold numbers and tokens.

use axum::{
    extract::{MatchedPath, Request},
    http::{self, HeaderName, HeaderValue},
};
use std::time::Duration;
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::{MakeSpan, OnResponse, TraceLayer},
};
use tracing::{Span, field};

/// Response header by which a user's report finds the log line.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Makes the span, runs the request in it, says how it went.
pub(crate) fn trace() -> TraceLayer<SharedClassifier<ServerErrorsAsFailures>, RequestSpan, (), Answered, (), (), ()> {
    TraceLayer::new_for_http()
        .make_span_with(RequestSpan)
        .on_request(())
        .on_response(Answered)
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

/// Gives the request its id.
pub(crate) fn set_id() -> SetRequestIdLayer<TimeOrdered> {
    SetRequestIdLayer::new(HeaderName::from_static(REQUEST_ID), TimeOrdered)
}

/// Tells the id with the answer.
pub(crate) fn tell_id() -> PropagateRequestIdLayer {
    PropagateRequestIdLayer::new(HeaderName::from_static(REQUEST_ID))
}

/// Takes away an id that the client sent: ids are ours, so that no stranger writes into the log.
pub(crate) async fn drop_foreign_id(mut request: Request) -> Request {
    request.headers_mut().remove(REQUEST_ID);
    request
}

/// UUIDv7.
#[derive(Clone, Copy)]
pub(crate) struct TimeOrdered;

impl MakeRequestId for TimeOrdered {
    fn make_request_id<B>(&mut self, _request: &http::Request<B>) -> Option<RequestId> {
        let id = HeaderValue::try_from(uuid::Uuid::now_v7().to_string());
        Some(RequestId::new(id.expect("a UUID is a header value")))
    }
}

/// The span of a request.
#[derive(Clone, Copy)]
pub(crate) struct RequestSpan;

impl<B> MakeSpan<B> for RequestSpan {
    fn make_span(&mut self, request: &http::Request<B>) -> Span {
        let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
        // The route's template, since the path itself may name calls or whatever a stranger typed.
        let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
        tracing::info_span!("request", request.id = id, method = %request.method(), route, user.id = field::Empty)
    }
}

/// Says how a request went.
#[derive(Clone, Copy)]
pub(crate) struct Answered;

impl<B> OnResponse<B> for Answered {
    fn on_response(self, response: &http::Response<B>, latency: Duration, _span: &Span) {
        let elapsed_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), elapsed_ms, "answered");
    }
}
