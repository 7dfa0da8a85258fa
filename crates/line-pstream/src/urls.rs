//! Which server to connect to.

use std::net::IpAddr;
use url::{Host, Url};

/// The configured URLs, which one is next, and the one that holds the live calls.
#[derive(Clone, Debug)]
pub(crate) struct Urls {
    all: Vec<Url>,
    next: usize,
    preferred: Option<Url>,
}

impl Urls {
    /// Keeps the URLs that may be used.
    pub(crate) fn new(urls: &[Url]) -> Self {
        let (all, refused): (Vec<_>, Vec<_>) = urls.iter().cloned().partition(is_safe);
        for url in refused {
            tracing::error!(%url, "signaling URL refused: use wss, or ws on this machine");
        }
        Self { all, next: 0, preferred: None }
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
    /// Whether there is only one place to go.
    pub(crate) fn is_single(&self) -> bool {
        self.all.len() == 1
    }
    /// Where to connect now.
    pub(crate) fn current(&self) -> Option<&Url> {
        self.preferred.as_ref().or_else(|| self.all.get(self.next))
    }
    /// Takes the next of the list the next time.
    pub(crate) fn advance(&mut self) {
        self.next = (self.next + 1) % self.all.len().max(1);
    }
    /// Stays with the server that holds a call, because only that one can recover it: on Twilio the named edge,
    /// elsewhere the URL in use.
    pub(crate) fn prefer(&mut self, edge: Option<&str>) {
        let Some(current) = self.current() else { return };
        self.preferred = Some(edge.and_then(|edge| at_edge(current, edge)).unwrap_or_else(|| current.clone()));
    }
    /// No call is left.
    pub(crate) fn forget_preferred(&mut self) {
        self.preferred = None;
    }
    pub(crate) fn has_preferred(&self) -> bool {
        self.preferred.is_some()
    }
}

/// Encrypted, or to this machine.
fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "wss" => url.has_host(),
        "ws" => match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        },
        _ => false,
    }
}

/// The URL of a named Twilio edge, if this is one of Twilio's.
fn at_edge(url: &Url, edge: &str) -> Option<Url> {
    let host = url.host_str()?;
    let is_name = !edge.is_empty() && edge.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_name || !host.starts_with("voice-js.") || !host.ends_with(".twilio.com") {
        return None;
    }
    let mut moved = url.clone();
    moved.set_host(Some(&format!("voice-js.{edge}.twilio.com"))).ok()?;
    Some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(texts: &[&str]) -> Urls {
        Urls::new(&texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>())
    }

    fn current(urls: &Urls) -> &str {
        urls.current().map_or("", Url::as_str)
    }

    #[test]
    fn only_encrypted_or_local_urls_are_used() {
        for safe in ["wss://example.com/signal", "ws://127.0.0.1:4000/signal", "ws://[::1]:1/", "ws://localhost/"] {
            assert!(is_safe(&safe.parse().unwrap()), "{safe}");
        }
        for unsafe_url in ["ws://example.com/", "http://localhost/", "ws://192.168.1.1/", "ws://localhost.example.com/"]
        {
            assert!(!is_safe(&unsafe_url.parse().unwrap()), "{unsafe_url}");
        }
        assert!(urls(&["ws://example.com/"]).is_empty());
    }

    #[test]
    fn the_list_is_walked_round() {
        let mut urls = urls(&["wss://a/", "wss://b/"]);
        assert!(!urls.is_single());
        assert_eq!(current(&urls), "wss://a/");
        urls.advance();
        assert_eq!(current(&urls), "wss://b/");
        urls.advance();
        assert_eq!(current(&urls), "wss://a/");
    }

    #[test]
    fn calls_keep_their_server() {
        let mut twilio = urls(&["wss://voice-js.roaming.twilio.com/signal", "wss://b/"]);
        twilio.prefer(Some("ashburn"));
        assert_eq!(current(&twilio), "wss://voice-js.ashburn.twilio.com/signal");
        twilio.advance();
        assert_eq!(current(&twilio), "wss://voice-js.ashburn.twilio.com/signal");
        twilio.forget_preferred();
        assert_eq!(current(&twilio), "wss://b/");

        let mut direct = urls(&["wss://calls.example.com/signal"]);
        for edge in [None, Some("ashburn"), Some("evil.example/")] {
            direct.prefer(edge);
            assert_eq!(current(&direct), "wss://calls.example.com/signal");
        }
        twilio.forget_preferred();
        twilio.advance();
        twilio.prefer(Some("x.evil.example#"));
        assert_eq!(current(&twilio), "wss://voice-js.roaming.twilio.com/signal");
    }
}
