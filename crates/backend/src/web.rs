//! The web pages that a program brings along and the backend serves beside its API. Pages are looked up by their whole
//! path, so that there is no path by which anything else could be reached.

use crate::{error::ApiError, router, state::Shared};
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::{borrow::Cow, collections::HashMap, fmt, sync::Arc};

/// Nothing but what came with the page, no script or style within it, and no frame around it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// The build gives every file in this folder a name that changes with its content.
const HASHED: &str = "/assets/";

/// Content types by the ending of the name; a file of another kind is sent as bytes of no known type.
const CONTENT_TYPES: [(&str, &str); 7] = [
    (".html", "text/html; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".css", "text/css; charset=utf-8"),
    (".svg", "image/svg+xml"),
    (".png", "image/png"),
    (".ico", "image/x-icon"),
    (".woff2", "font/woff2"),
];

/// Web pages and their parts.
#[derive(Clone, Default)]
pub struct WebPages {
    files: Arc<HashMap<String, File>>,
}

struct File {
    content: Bytes,
    content_type: HeaderValue,
    /// None for a page itself, which no browser keeps.
    entity_tag: Option<HeaderValue>,
}

impl WebPages {
    /// Takes files by their path below the site, such as `index.html` and `assets/start-1a2b.js`. `name.html` is served
    /// at `/name`, and `index.html` at `/`.
    pub fn new(files: impl IntoIterator<Item = (impl AsRef<str>, Cow<'static, [u8]>)>) -> Self {
        let files = files.into_iter().map(|(name, content)| {
            let path = format!("/{}", name.as_ref());
            let file = File::new(&path, content);
            (path_of_page(&path).to_owned(), file)
        });
        Self { files: Arc::new(files.collect()) }
    }
}

impl fmt::Debug for WebPages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WebPages({} files)", self.files.len())
    }
}

fn path_of_page(path: &str) -> &str {
    match path.strip_suffix(".html") {
        Some("/index") => "/",
        Some(page) => page,
        None => path,
    }
}

impl File {
    fn new(path: &str, content: Cow<'static, [u8]>) -> Self {
        let content_type = CONTENT_TYPES.iter().find(|(ending, _)| path.ends_with(ending));
        let entity_tag = path.starts_with(HASHED).then(|| {
            let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&content)));
            HeaderValue::try_from(tag).expect("base64 in quotes is a header value")
        });
        Self {
            content_type: HeaderValue::from_static(content_type.map_or("application/octet-stream", |(_, kind)| kind)),
            entity_tag,
            content: match content {
                Cow::Borrowed(content) => Bytes::from_static(content),
                Cow::Owned(content) => content.into(),
            },
        }
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let mut headers = HeaderMap::from_iter([
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        ]);
        // Pages themselves are asked for anew, since they name the parts of the running version.
        let caching = if self.entity_tag.is_some() { "public, max-age=31536000, immutable" } else { "no-store" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        if let Some(tag) = &self.entity_tag {
            headers.insert(header::ETAG, tag.clone());
            if is_known(tag, request) {
                return (StatusCode::NOT_MODIFIED, headers).into_response();
            }
        }
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        (headers, Body::from(self.content.clone())).into_response()
    }
}

/// Whether the browser has the content of this tag (RFC 9110 §13.1.2).
fn is_known(entity_tag: &HeaderValue, request: &HeaderMap) -> bool {
    let Some(Ok(known)) = request.get(header::IF_NONE_MATCH).map(HeaderValue::to_str) else { return false };
    known.split(',').any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == entity_tag.as_bytes()
    })
}

/// Answers what no route does: with a page, if there is one at the path.
pub(crate) async fn page(State(state): State<Shared>, request: Request) -> Result<Response, ApiError> {
    let page = match *request.method() {
        Method::GET | Method::HEAD => state.config.pages.files.get(request.uri().path()),
        _ => None,
    };
    page.map(|page| page.answer(request.headers())).ok_or_else(router::no_such_route)
}

#[cfg(test)]
mod tests {
    use super::path_of_page;

    #[test]
    fn pages_are_at_their_names() {
        let cases = [
            ("/index.html", "/"),
            ("/admin.html", "/admin"),
            ("/admin/index.html", "/admin/index"),
            ("/assets/a.js", "/assets/a.js"),
        ];
        for (file, path) in cases {
            assert_eq!(path_of_page(file), path, "{file}");
        }
    }
}
