//! On a loopback listener only loopback names are served, so that a web page whose name was pointed at 127.0.0.1 (DNS
//! rebinding) cannot talk to an agent's own backend.

use crate::error::ApiError;
use axum::{
    extract::{Request, State},
    http::{StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use mobilecall_api::error::ErrorCode;
use std::{net::IpAddr, sync::Arc};

/// Which names a listener answers to.
#[derive(Clone)]
pub(crate) struct HostRule {
    on_loopback: bool,
    allowed: Arc<[String]>,
}

impl HostRule {
    pub(crate) fn new(listener: IpAddr, allowed: &[String]) -> Self {
        let allowed = allowed.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { on_loopback: listener.to_canonical().is_loopback(), allowed }
    }

    fn serves(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if self.allowed.contains(&host) {
            return true;
        }
        if !self.on_loopback {
            return self.allowed.is_empty();
        }
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }
}

/// Refuses requests for other names.
pub(crate) async fn check(State(rule): State<HostRule>, request: Request, next: Next) -> Response {
    if names_several(&request) {
        let message = "the request names its host twice: send one Host header";
        return ApiError::bad_request(message).into_response();
    }
    if named_host(&request).is_some_and(|host| rule.serves(&host)) {
        return next.run(request).await;
    }
    let message = "this server does not serve that host name: use its own address, or add the name to allowed_hosts";
    ApiError::new(StatusCode::MISDIRECTED_REQUEST, ErrorCode::MisdirectedRequest, message).into_response()
}

/// Whether something between could take the request for another host's (RFC 9112 §3.2).
fn names_several(request: &Request) -> bool {
    let mut headers = request.headers().get_all(header::HOST).iter();
    let (first, second) = (headers.next(), headers.next());
    let differs =
        |authority: &Authority| first.is_some_and(|header| header.as_bytes() != authority.as_str().as_bytes());
    second.is_some() || request.uri().authority().is_some_and(differs)
}

/// The host without port: from the `Host` header, or from the URI as in HTTP/2.
fn named_host(request: &Request) -> Option<String> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.host().to_owned());
    }
    let header = request.headers().get(header::HOST)?.to_str().ok()?;
    header.parse::<Authority>().ok().map(|authority| authority.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_listeners_serve_loopback_names() {
        let none: &[String] = &[];
        let some: &[String] = &["Phone.Example".to_owned()];
        let (loopback, open) = ("127.0.0.1", "0.0.0.0");
        let cases = [
            (loopback, none, "localhost", true),
            (loopback, none, "LOCALHOST", true),
            (loopback, none, "127.0.0.1", true),
            (loopback, none, "[::1]", true),
            (loopback, none, "evil.example", false),
            (loopback, none, "localhost.evil.example", false),
            (loopback, none, "10.0.0.1", false),
            (loopback, some, "phone.example", true),
            ("::1", none, "evil.example", false),
            (open, none, "anything.example", true),
            (open, some, "anything.example", false),
            (open, some, "phone.example", true),
        ];
        for (listener, allowed, host, served) in cases {
            let rule = HostRule::new(listener.parse().unwrap(), allowed);
            assert_eq!(rule.serves(host), served, "{host} at {listener}");
        }
    }
}
