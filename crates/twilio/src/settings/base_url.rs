//! The address under which Twilio reaches the server.

use std::{fmt, str::FromStr};
use url::{Host, Url};

/// An `https` URL of a host and perhaps a folder, such as `https://calls.example.com/phone`; plain `http` for loopback only.
///
/// Webhook signatures are over the URL that Twilio called, so behind a proxy they are checked with this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicBaseUrl(Url);

/// Why Twilio could not call such an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicBaseUrlError {
    /// Not a URL with a host.
    #[error("it is not an address such as https://calls.example.com")]
    NoUrl,
    /// Neither `https` nor, on loopback, `http`.
    #[error("it must begin with https://, since what Twilio sends is private")]
    Scheme,
    /// A user or password, a query or a fragment.
    #[error("it must end after the host or the folder, without user name, '?' and '#'")]
    Surplus,
}

impl PublicBaseUrl {
    /// The whole URL of a path that begins with `/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.as_str())
    }
    /// The URL without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
    /// Whether it is of this machine only: a stand-in reaches it, Twilio does not.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

impl FromStr for PublicBaseUrl {
    type Err = PublicBaseUrlError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| PublicBaseUrlError::NoUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            _ if url.has_host() => return Err(PublicBaseUrlError::Scheme),
            _ => return Err(PublicBaseUrlError::NoUrl),
        }
        let user = !url.username().is_empty() || url.password().is_some();
        if user || url.query().is_some() || url.fragment().is_some() {
            return Err(PublicBaseUrlError::Surplus);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for PublicBaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{PublicBaseUrl, PublicBaseUrlError as Error};

    #[test]
    fn twilio_must_be_able_to_call_it() {
        let cases = [
            ("https://calls.example.com", Ok("https://calls.example.com")),
            ("https://Calls.Example.com/", Ok("https://calls.example.com")),
            ("https://calls.example.com:443", Ok("https://calls.example.com")),
            ("https://calls.example.com:8443/phone/", Ok("https://calls.example.com:8443/phone")),
            ("http://localhost:4000", Ok("http://localhost:4000")),
            ("http://127.0.0.1:4000", Ok("http://127.0.0.1:4000")),
            ("http://[::1]:4000", Ok("http://[::1]:4000")),
            ("http://calls.example.com", Err(Error::Scheme)),
            ("http://localhost.example.com", Err(Error::Scheme)),
            ("wss://calls.example.com", Err(Error::Scheme)),
            ("calls.example.com", Err(Error::NoUrl)),
            ("localhost:4000", Err(Error::NoUrl)),
            ("https://", Err(Error::NoUrl)),
            ("mailto:a@example.com", Err(Error::NoUrl)),
            ("https://a:b@calls.example.com", Err(Error::Surplus)),
            ("https://calls.example.com?x=1", Err(Error::Surplus)),
            ("https://calls.example.com/#x", Err(Error::Surplus)),
        ];
        for (text, expected) in cases {
            let read = text.parse::<PublicBaseUrl>();
            assert_eq!(read.as_ref().map(PublicBaseUrl::as_str).map_err(|error| *error), expected, "{text}");
        }
    }

    #[test]
    fn paths_are_put_behind_it() {
        let url: PublicBaseUrl = "https://calls.example.com/phone/".parse().unwrap();
        assert_eq!(url.at("/api/calls/webhook/status"), "https://calls.example.com/phone/api/calls/webhook/status");
        assert!(!url.is_loopback());
        assert!("http://localhost:4000".parse::<PublicBaseUrl>().unwrap().is_loopback());
    }
}
