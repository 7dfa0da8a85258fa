//! A panic ends one request, not the server.

use crate::error::ApiError;
use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use std::any::Any;
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

/// Answers 500 and logs the panic's message.
#[derive(Clone)]
pub(crate) struct AnswerPanic;

impl ResponseForPanic for AnswerPanic {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, panic: Box<dyn Any + Send + 'static>) -> Response {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        ApiError::internal(format!("a handler panicked: {message}")).into_response()
    }
}

pub(crate) fn layer() -> CatchPanicLayer<AnswerPanic> {
    CatchPanicLayer::custom(AnswerPanic)
}
