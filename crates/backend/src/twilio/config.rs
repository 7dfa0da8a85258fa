//! What the server's administrator sets of Twilio.

use super::key_file::SecretKeyStore;
use mobilecall_twilio::settings::{Edge, TwilioSettings};
use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
    time::Duration,
};

/// What is set of Twilio for the whole server. All of it may be missing: then everything else works.
#[derive(Clone, Debug, Default)]
pub struct TwilioConfig {
    /// The account of every company without one of its own.
    pub settings: TwilioSettings,
    /// Name of the company that calls to the number of this account are for. Not needed where there is only one.
    pub company: Option<String>,
    /// Where the REST API is, if not with Twilio: a stand-in.
    pub api_url: Option<ServiceUrl>,
    /// Where softphones signal, if not with Twilio: a stand-in.
    pub signaling_url: Option<ServiceUrl>,
    /// Take the address under which Twilio called from `X-Forwarded-Proto`, `X-Forwarded-Host` and `Host` where no public
    /// base URL is set. Only behind a proxy that sets them, whatever a stranger sent.
    pub trust_forwarded: bool,
    /// What companies' secrets are sealed with. Without, companies cannot have accounts of their own.
    pub secret_keys: Option<SecretKeyStore>,
    /// How often Twilio's own lists of calls and recordings are gone through for what callbacks did not bring; never by default,
    /// and every [`Self::LOOK_EVERY`] in a server.
    pub look_every: Option<Duration>,
}

impl TwilioConfig {
    /// Two requests for each account that often are next to nothing, and a call whose end was not told is open no longer.
    pub const LOOK_EVERY: Duration = Duration::from_secs(5 * 60);

    /// The signaling socket that softphones open.
    pub(crate) fn signaling(&self, edge: Option<&Edge>) -> String {
        let own = self.signaling_url.as_ref().map(|url| url.as_str().to_owned());
        own.unwrap_or_else(|| format!("wss://voice-js.{}.twilio.com/signal", edge.map_or(NEAREST, Edge::as_str)))
    }
}

/// The edge that the network chooses.
const NEAREST: &str = "roaming";

/// An `https` or `wss` URL; `http` and `ws` on loopback only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceUrl(String);

/// The text is no address of a service that secrets may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be an https:// or wss:// address; http:// and ws:// only on this machine, as http://127.0.0.1:4010")]
pub struct ServiceUrlError;

impl ServiceUrl {
    /// The URL without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.0.split_once("://").is_some_and(|(_, rest)| is_loopback(authority(rest)))
    }
}

impl FromStr for ServiceUrl {
    type Err = ServiceUrlError;
    fn from_str(text: &str) -> Result<Self, ServiceUrlError> {
        let text = text.trim().trim_end_matches('/');
        let (scheme, rest) = text.split_once("://").ok_or(ServiceUrlError)?;
        let authority = authority(rest);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
        let fits = !authority.is_empty()
            && authority.chars().all(is_plain)
            && rest[authority.len()..].chars().all(is_path)
            && match scheme {
                "https" | "wss" => true,
                "http" | "ws" => is_loopback(authority),
                _ => false,
            };
        if fits { Ok(Self(text.to_owned())) } else { Err(ServiceUrlError) }
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn authority(rest: &str) -> &str {
    rest.split('/').next().unwrap_or_default()
}

fn is_loopback(authority: &str) -> bool {
    if let Some(rest) = authority.strip_prefix('[') {
        let address = rest.split(']').next().unwrap_or_default();
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    let host = authority.split(':').next().unwrap_or_default();
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_stay_on_the_machine() {
        for (text, loopback) in [
            ("https://api.twilio.com", false),
            ("wss://voice-js.roaming.twilio.com/signal", false),
            ("http://127.0.0.1:4010/", true),
            ("ws://localhost:4010/signal", true),
            ("http://[::1]:4010", true),
        ] {
            let url: ServiceUrl = text.parse().unwrap_or_else(|_| panic!("{text} is one"));
            assert_eq!((url.as_str(), url.is_loopback()), (text.trim_end_matches('/'), loopback));
        }
        for text in [
            "",
            "api.twilio.com",
            "http://api.twilio.com",
            "ws://10.0.0.1/signal",
            "http://localhost.evil.example",
            "http://127.0.0.1@evil.example",
            "https://user:pass@api.twilio.com",
            "https://",
            "https://api.twilio.com?x=1",
            "ftp://127.0.0.1",
        ] {
            assert_eq!(text.parse::<ServiceUrl>(), Err(ServiceUrlError), "{text}");
        }
    }
}
