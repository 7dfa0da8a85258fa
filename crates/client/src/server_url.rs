//! Where a server is.

use std::fmt;
use url::{Host, Url};

/// The base address of a server: `http` or `https`, a host, perhaps a port and a path before `/api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl(Url);

/// The text is not the address of a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a server address: write it as https://call.example.com")]
pub struct BadServerUrl(pub String);

impl ServerUrl {
    /// Reads an address as people write it: where it begins with no scheme, it is one of `https`, or of `http` if the
    /// host is this machine or one of the own network, where there are no certificates. A query, a fragment or a
    /// password in it is refused.
    pub fn parse(text: &str) -> Result<Self, BadServerUrl> {
        let bad = || BadServerUrl(text.to_owned());
        let mut url = read(text.trim()).ok_or_else(bad)?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || url.password().is_some() || !plain {
            return Err(bad());
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address of `path`, which begins with a slash and may carry a query.
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        url.set_path(&format!("{}{}", self.0.path().trim_end_matches('/'), path));
        url.set_query(query);
        url
    }

    /// As [`Self::at`] with `ws` for `http` and `wss` for `https`.
    pub fn socket_at(&self, path: &str) -> Url {
        let mut url = self.at(path);
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme).expect("http and ws are both special schemes, so one can replace the other");
        url
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

/// A scheme that is there is kept, whatever it is.
fn read(text: &str) -> Option<Url> {
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if text.contains("://") || begins("http:") || begins("https:") {
        return Url::parse(text).ok();
    }
    // Something before the host would be taken for a name to sign in with.
    if text.starts_with('/') || text.contains('@') {
        return None;
    }
    let url = Url::parse(&format!("https://{text}")).ok()?;
    if !is_nearby(&url.host()?) {
        return Some(url);
    }
    // Read anew, because each scheme has a port that need not be written.
    Url::parse(&format!("http://{text}")).ok()
}

/// Whether no certificate can be had for a host: this machine, an address of a private network, a name without a domain.
fn is_nearby(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            !name.contains('.')
                || [".localhost", ".local", ".lan", ".internal", ".home.arpa"].iter().any(|end| name.ends_with(end))
        }
        Host::Ipv4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_brought_into_one_form() {
        for (text, shown, socket) in [
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000", "ws://127.0.0.1:4000/signal"),
            (" https://Call.Example/ ", "https://call.example", "wss://call.example/signal"),
            ("https://h.example/phone//", "https://h.example/phone", "wss://h.example/phone/signal"),
        ] {
            let url = ServerUrl::parse(text).unwrap();
            assert_eq!((url.to_string().as_str(), url.socket_at("/signal").as_str()), (shown, socket));
        }
        let url = ServerUrl::parse("http://h/p").unwrap();
        assert_eq!(url.at("/api/calls?since=3").as_str(), "http://h/p/api/calls?since=3");
    }

    #[test]
    fn an_address_needs_no_scheme() {
        for (text, expected) in [
            ("call.example", "https://call.example"),
            (" Call.Example/ ", "https://call.example"),
            ("call.example:8443/phone", "https://call.example:8443/phone"),
            ("call.example:443", "https://call.example"),
            ("203.0.113.7", "https://203.0.113.7"),
            ("[2001:db8::1]:4000", "https://[2001:db8::1]:4000"),
            ("localhost", "http://localhost"),
            ("localhost:4000", "http://localhost:4000"),
            ("127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("[::1]:4000", "http://[::1]:4000"),
            ("10.0.0.5", "http://10.0.0.5"),
            ("192.168.1.20:443", "http://192.168.1.20:443"),
            ("[fd00::5]", "http://[fd00::5]"),
            ("reception", "http://reception"),
            ("reception.local:4000", "http://reception.local:4000"),
            ("HTTPS://localhost:4000", "https://localhost:4000"),
            ("http://call.example", "http://call.example"),
        ] {
            assert_eq!(ServerUrl::parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_server_address_is_refused() {
        for text in [
            "",
            "ftp://h",
            "http://",
            "http:",
            "https://u:p@h",
            "https://u@h",
            "u@h.example",
            "u:p@h.example",
            "http://h?x=1",
            "http://h#x",
            "h.example?x=1",
            "two words",
            "ftp:h",
            "/h",
            "//h",
            ":4000",
            "call.example:port",
        ] {
            assert!(ServerUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn this_machine_is_recognized() {
        for (text, expected) in [
            ("http://localhost:1", true),
            ("http://[::1]:1", true),
            ("http://127.9.9.9", true),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(ServerUrl::parse(text).unwrap().is_loopback(), expected, "{text}");
        }
    }
}
