//! The description of the API, made from the handlers.

use crate::router;
use std::sync::LazyLock;

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
