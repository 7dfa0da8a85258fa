//! The description of the API, made from the handlers, with what surrounds all of them.

use crate::router;
use std::sync::LazyLock;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder, path::Operation};

/// How any request may be refused.
const ANY: [(&str, &str); 4] = [
    ("400", "Malformed, or it names no host, two, or one in a form that is none"),
    ("421", "The Host header names another server"),
    ("500", "The server made a mistake"),
    ("503", "Too much to do, or the database is not available: try again"),
];

/// How one that carries a body may be refused besides.
const WITH_BODY: [(&str, &str); 4] = [
    ("408", "The body did not arrive in time: send it again"),
    ("413", "The body is too large"),
    ("415", "The body is not application/json, or it is compressed"),
    ("422", "A value is not acceptable"),
];

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut document = router::documented().into_openapi();
    tell_refusals(&mut document);
    let mut json = document.to_pretty_json().expect("the document is made of texts and lists");
    json.push('\n');
    json
});

/// The OpenAPI document of this version as pretty JSON with a final newline; `openapi.json` is its committed copy.
pub fn openapi_json() -> &'static str {
    &DOCUMENT
}

/// Adds what a handler cannot say of itself, unless it does.
fn tell_refusals(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            add(operation, &ANY);
            if operation.request_body.is_some() {
                add(operation, &WITH_BODY);
            }
        }
    }
}

fn add(operation: &mut Operation, refusals: &[(&str, &str)]) {
    for (status, description) in refusals {
        operation.responses.responses.entry((*status).to_owned()).or_insert_with(|| refusal(description));
    }
}

fn refusal(description: &str) -> RefOr<Response> {
    let body = Content::new(Some(Ref::from_schema_name("ErrorBody")));
    ResponseBuilder::new().description(description).content("application/json", body).build().into()
}
