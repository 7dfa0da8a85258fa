//! Web pages beside the API: what is served, with which headers, and what cannot be reached.

use crate::office::{Office, refusal, refused};
use mobilecall_backend::WebPages;
use reqwest::{Method, Response, StatusCode, header};
use std::{
    borrow::Cow,
    io::{Read as _, Write as _},
    net::TcpStream,
};

const PAGE: &[u8] = b"<!doctype html><title>start</title>";
const SCRIPT: &[u8] = b"export {};";

async fn office_with_pages() -> Office {
    Office::with(|config| {
        config.pages = WebPages::new([
            ("index.html", Cow::Borrowed(PAGE)),
            ("admin.html", Cow::Borrowed(PAGE)),
            ("assets/start-1a2b.js", Cow::Borrowed(SCRIPT)),
            ("assets/inter-3c4d.woff2", Cow::Borrowed(b"font".as_slice())),
        ]);
    })
    .await
}

async fn ask(office: &Office, method: Method, path: &str) -> Response {
    let url = format!("{}{path}", office.server.base_url());
    office.server.client().request(method, url).send().await.unwrap()
}

#[tokio::test]
async fn a_page_comes_with_a_strict_policy_and_is_not_kept() {
    let office = office_with_pages().await;
    for path in ["/", "/admin", "/?from=mail"] {
        let response = ask(&office, Method::GET, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let headers = response.headers().clone();
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert!(!headers.contains_key(header::ETAG), "what is not kept is never asked for by its tag");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(response.bytes().await.unwrap(), PAGE);
    }
}

#[tokio::test]
async fn parts_of_a_page_are_kept_for_good() {
    let office = office_with_pages().await;
    for (path, kind) in
        [("/assets/start-1a2b.js", "text/javascript; charset=utf-8"), ("/assets/inter-3c4d.woff2", "font/woff2")]
    {
        let response = ask(&office, Method::GET, path).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], kind);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let tag = response.headers()[header::ETAG].clone();
        let again = office.server.client().get(format!("{}{path}", office.server.base_url()));
        let again = again.header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], tag);
        assert!(again.bytes().await.unwrap().is_empty());
    }
    let head = ask(&office, Method::HEAD, "/assets/start-1a2b.js").await;
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(head.headers()[header::CONTENT_LENGTH], SCRIPT.len().to_string());
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn whatever_is_no_page_is_refused_as_before() {
    let office = office_with_pages().await;
    for path in ["/api/nowhere", "/api", "/nowhere", "/index.html", "/assets", "/assets/", "/assets/start-1a2b.js/"] {
        assert_eq!(refusal(ask(&office, Method::GET, path).await).await, refused(404, "not_found"), "{path}");
    }
    assert_eq!(refusal(ask(&office, Method::POST, "/").await).await, refused(404, "not_found"));
    let api = ask(&office, Method::GET, "/api/health").await;
    assert_eq!(api.status(), StatusCode::OK);
    assert!(!api.headers().contains_key(header::CONTENT_SECURITY_POLICY));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_path_leads_out_of_the_pages() {
    let office = office_with_pages().await;
    // Written by hand, because clients resolve such paths before they send them.
    for path in [
        "/../Cargo.toml",
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "//etc/passwd",
        "/assets/start-1a2b.js%00.html",
        "/assets/./start-1a2b.js",
    ] {
        let mut stream = TcpStream::connect(office.server.address()).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
}
