//! On a loopback listener only loopback names are served, so that a web page whose name was pointed at 127.0.0.1 (DNS
//! rebinding) cannot talk to an agent's own backend.
//!
//! What says that Twilio signed it comes under the public name of a tunnel or a proxy, and is served under any name: nothing
//! is done with it before its signature is verified, which no web page can make.
//!
//! A request names one host in one form, as RFC 9112 §3.2 wants it; what else stands there is refused, so that nobody
//! between reads another host out of it.

use crate::error::ApiError;
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use mobilecall_api::error::ErrorCode;
use mobilecall_twilio::signature;
use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

/// Below these every request that has a signature is refused if that is wrong.
const WEBHOOKS: [&str; 2] = ["/api/calls/webhook/", "/api/calls/twiml/"];

/// Which names a listener answers to.
#[derive(Clone)]
pub(crate) struct HostRule {
    on_loopback: bool,
    allowed: Arc<[String]>,
}

impl HostRule {
    pub(crate) fn new(listener: IpAddr, allowed: &[String]) -> Self {
        let plain = |host: &String| {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            let name = |_| bare.trim_end_matches('.').to_ascii_lowercase();
            bare.parse::<Ipv6Addr>().map_or_else(name, |address| address.to_string())
        };
        let allowed = allowed.iter().map(plain).collect();
        Self { on_loopback: listener.to_canonical().is_loopback(), allowed }
    }

    fn serves(&self, host: &str) -> bool {
        if self.allowed.iter().any(|allowed| allowed == host) {
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
    match named(&request) {
        Ok(named) if rule.serves(&named.host) || is_signed_webhook(&request) => next.run(request).await,
        Ok(_) => {
            let message =
                "this server does not serve that host name: use its own address, or start it with --allowed-host NAME";
            ApiError::new(StatusCode::MISDIRECTED_REQUEST, ErrorCode::MisdirectedRequest, message).into_response()
        }
        Err(message) => ApiError::bad_request(message).into_response(),
    }
}

/// Whether a request says that it is signed, where that is verified.
fn is_signed_webhook(request: &Request) -> bool {
    let path = request.uri().path();
    let is_webhook = WEBHOOKS.iter().any(|webhooks| path.starts_with(webhooks));
    is_webhook && request.headers().contains_key(signature::HEADER)
}

/// Whom a request is for.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    /// In lower case, an IPv6 address without its brackets, a name without the dot that ends it.
    host: String,
    port: Option<u16>,
}

/// The host of a request: from the `Host` header, or from the URI as in HTTP/2. Both may be there if they say the same.
fn named(request: &Request) -> Result<Named, &'static str> {
    const MALFORMED: &str = "the host that the request names is none: send a name or an address, and a port if need be";
    let mut headers = request.headers().get_all(header::HOST).iter();
    let (first, second) = (headers.next(), headers.next());
    if second.is_some() {
        return Err("the request names its host twice: send one Host header");
    }
    let of_header = first.map(|value| value.to_str().ok().and_then(read).ok_or(MALFORMED)).transpose()?;
    let of_uri = request.uri().authority().map(|named| read(named.as_str()).ok_or(MALFORMED)).transpose()?;
    match (of_uri, of_header) {
        (Some(one), Some(other)) if one != other => Err("the request names two hosts: send the same in both places"),
        (Some(named), _) | (None, Some(named)) => Ok(named),
        (None, None) => Err("the request names no host: send a Host header"),
    }
}

/// Reads `host`, `host:port`, `address`, `[address]:port`, and nothing else: no user, no path, no space, no empty port.
fn read(text: &str) -> Option<Named> {
    let (host, behind) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, behind) = rest.split_once(']')?;
            (address.parse::<Ipv6Addr>().ok()?.to_string(), behind)
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            (name(&text[..end])?, &text[end..])
        }
    };
    let port = match behind.strip_prefix(':') {
        // A number that begins with a sign is one to Rust.
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(port.parse::<u16>().ok().filter(|port| *port > 0)?)
        }
        Some(_) => return None,
        None if behind.is_empty() => None,
        None => return None,
    };
    Some(Named { host, port })
}

/// A name of the DNS or an IPv4 address, in the one form in which it is compared.
fn name(text: &str) -> Option<String> {
    const LONGEST_NAME: usize = 253;
    const LONGEST_LABEL: usize = 63;
    let text = text.strip_suffix('.').unwrap_or(text);
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label = |label: &str| (1..=LONGEST_LABEL).contains(&label.len()) && label.bytes().all(is_sign);
    (text.len() <= LONGEST_NAME && text.split('.').all(is_label)).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_listeners_serve_loopback_names() {
        let none: &[String] = &[];
        let some: &[String] = &["Phone.Example".to_owned(), "[2001:DB8:0::1]".to_owned()];
        let (loopback, open) = ("127.0.0.1", "0.0.0.0");
        let cases = [
            (loopback, none, "localhost", true),
            (loopback, none, "LOCALHOST", true),
            (loopback, none, "localhost.", true),
            (loopback, none, "127.0.0.1", true),
            (loopback, none, "127.0.0.1.", true),
            (loopback, none, "127.8.9.10:4000", true),
            (loopback, none, "[::1]", true),
            (loopback, none, "[0:0:0:0:0:0:0:1]:4000", true),
            (loopback, none, "[::ffff:127.0.0.1]", true),
            (loopback, none, "[::ffff:10.0.0.1]", false),
            (loopback, none, "evil.example", false),
            (loopback, none, "evil.example.", false),
            (loopback, none, "localhost.evil.example", false),
            (loopback, none, "127.0.0.1.evil.example", false),
            (loopback, none, "10.0.0.1", false),
            // Forms that only some programs take for an address.
            (loopback, none, "127.1", false),
            (loopback, none, "0177.0.0.1", false),
            (loopback, none, "0x7f000001", false),
            (loopback, none, "2130706433", false),
            (loopback, some, "phone.example", true),
            (loopback, some, "PHONE.example.:443", true),
            (loopback, some, "[2001:db8:0::1]", true),
            ("::1", none, "evil.example", false),
            (open, none, "anything.example", true),
            (open, some, "anything.example", false),
            (open, some, "phone.example", true),
        ];
        for (listener, allowed, host, served) in cases {
            let rule = HostRule::new(listener.parse().unwrap(), allowed);
            let named = read(host).unwrap_or_else(|| panic!("{host} names a host"));
            assert_eq!(rule.serves(&named.host), served, "{host} at {listener}");
        }
    }

    #[test]
    fn what_is_no_host_is_not_read_as_one() {
        let long_label = "a".repeat(64);
        let long_name = ["a"; 128].join(".");
        for text in [
            "",
            ".",
            "..",
            "localhost..",
            ".localhost",
            "a..b",
            "evil@127.0.0.1",
            "evil:pass@127.0.0.1:4000",
            "@127.0.0.1",
            "127.0.0.1@evil.example",
            "127.0.0.1/",
            "127.0.0.1/path",
            "127.0.0.1?q",
            "127.0.0.1#f",
            "127.0.0.1\\evil",
            "http://127.0.0.1",
            "//127.0.0.1",
            " 127.0.0.1",
            "127.0.0.1 ",
            "127.0.0.1 evil.example",
            "127.0.0.1\tx",
            "127.0.0.1,evil.example",
            "127.0.0.1;x",
            "127.0.0.1:",
            "127.0.0.1:0",
            "127.0.0.1:65536",
            "127.0.0.1:99999999999999999999",
            "127.0.0.1:+80",
            "127.0.0.1:-80",
            "127.0.0.1: 80",
            "127.0.0.1:80 ",
            "127.0.0.1:http",
            "127.0.0.1:80:80",
            "127.0.0.1:٨٠",
            ":80",
            "::1",
            "::1:80",
            "[::1",
            "::1]",
            "[]",
            "[::1]]",
            "[[::1]]",
            "[::1]80",
            "[::1]:",
            "[::1].",
            "[::1]@evil.example",
            "[fe80::1%25lo]",
            "[fe80::1%lo]",
            "[127.0.0.1]",
            "[localhost]",
            "[v1.x]",
            "localhost%2eevil.example",
            "%6cocalhost",
            "löcalhost",
            "*",
            long_label.as_str(),
            long_name.as_str(),
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
