//! The forms of one URL that Twilio may have signed, by the rules of its own library (`webhooks.js` of `twilio` 6.2.0).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::iter;
use url::Url;

/// What Node's `querystring` leaves unescaped.
const LEGACY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// As it was called, without and with a port.
pub(super) fn as_received(url: &str) -> impl Iterator<Item = String> {
    [without_port(url), with_port(url)].into_iter()
}

/// As a URL parser writes it, for senders that escaped it so before they signed; first as it is, then with its query as
/// Node's `querystring` writes it. Nothing for what no parser takes.
pub(super) fn normalized(url: &str) -> impl Iterator<Item = String> {
    let url = Url::parse(url).ok().map(String::from);
    url.into_iter().flat_map(|url| {
        let ports = [without_port(&url), with_port(&url)];
        let legacy = ports.clone().map(|url| legacy_query(&url));
        iter::chain(ports, legacy)
    })
}

/// A URL cut where its port stands, so that nothing else of it changes.
struct Parts<'a> {
    /// With `://`.
    scheme: &'a str,
    /// User, `@` and host.
    host: &'a str,
    /// With `:`; empty if there is none.
    port: &'a str,
    rest: &'a str,
}

fn split(url: &str) -> Option<Parts<'_>> {
    let start = url.find("://")? + 3;
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |length| start + length);
    let authority = &url[start..end];
    // Neither the colon in a user's password nor those of an IPv6 address begin the port.
    let host_start = authority.rfind('@').map_or(0, |at| at + 1);
    let host_start = authority[host_start..].rfind(']').map_or(host_start, |at| host_start + at);
    let port_start = authority[host_start..].find(':').map_or(authority.len(), |at| host_start + at);
    let (host, port) = authority.split_at(port_start);
    Some(Parts { scheme: &url[..start], host, port, rest: &url[end..] })
}

fn without_port(url: &str) -> String {
    match split(url) {
        Some(Parts { scheme, host, rest, .. }) => format!("{scheme}{host}{rest}"),
        None => url.to_owned(),
    }
}

fn with_port(url: &str) -> String {
    match split(url) {
        Some(Parts { scheme, host, port: "", rest }) => {
            let port = if scheme.eq_ignore_ascii_case("https://") { ":443" } else { ":80" };
            format!("{scheme}{host}{port}{rest}")
        }
        Some(_) | None => url.to_owned(),
    }
}

/// The query read and written again, with the values of one name together.
fn legacy_query(url: &str) -> String {
    let Some((before, query)) = url.split_once('?').filter(|(_, query)| !query.is_empty()) else {
        return url.to_owned();
    };
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in &pairs {
        if !names.contains(&name.as_ref()) {
            names.push(name);
        }
    }
    let written: Vec<String> = names
        .into_iter()
        .flat_map(|name| pairs.iter().filter(move |(other, _)| other == name))
        .map(|(name, value)| format!("{}={}", utf8_percent_encode(name, LEGACY), utf8_percent_encode(value, LEGACY)))
        .collect();
    format!("{before}?{}", written.join("&"))
}

#[cfg(test)]
mod tests {
    use super::{legacy_query, with_port, without_port};

    #[test]
    fn only_the_port_changes() {
        let cases = [
            ("https://example.test/a?b='c'", "https://example.test/a?b='c'", "https://example.test:443/a?b='c'"),
            ("http://example.test", "http://example.test", "http://example.test:80"),
            ("https://example.test:8443/a", "https://example.test/a", "https://example.test:8443/a"),
            ("https://u:p@example.test/a:1", "https://u:p@example.test/a:1", "https://u:p@example.test:443/a:1"),
            ("https://u:p@example.test:1?a", "https://u:p@example.test?a", "https://u:p@example.test:1?a"),
            ("https://[::1]/a", "https://[::1]/a", "https://[::1]:443/a"),
            ("https://[::1]:4000/a", "https://[::1]/a", "https://[::1]:4000/a"),
            ("HTTPS://Example.test/a", "HTTPS://Example.test/a", "HTTPS://Example.test:443/a"),
            ("/a:1", "/a:1", "/a:1"),
        ];
        for (url, without, with) in cases {
            assert_eq!((without_port(url).as_str(), with_port(url).as_str()), (without, with), "{url}");
        }
    }

    #[test]
    fn queries_are_written_as_node_writes_them() {
        let cases = [
            ("https://e.test/a", "https://e.test/a"),
            ("https://e.test/a?", "https://e.test/a?"),
            ("https://e.test/a?x=%27y%27&z=(1)*", "https://e.test/a?x='y'&z=(1)*"),
            ("https://e.test/a?x=1&y&x=2+3", "https://e.test/a?x=1&x=2%203&y="),
            ("https://e.test/a?%D8%B9=%D9%84", "https://e.test/a?%D8%B9=%D9%84"),
        ];
        for (url, expected) in cases {
            assert_eq!(legacy_query(url), expected);
        }
    }
}
