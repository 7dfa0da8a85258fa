//! Which server to connect to.

use std::net::IpAddr;
use url::{Host, Url};

/// The configured URLs, which one is next, and the one that holds the live calls.
#[derive(Clone, Debug)]
pub(crate) struct Urls {
    all: Vec<Url>,
    next: usize,
    /// The last one that was tried in place of the first.
    other: usize,
    preferred: Option<Url>,
}

impl Urls {
    /// Keeps the URLs that may be used.
    pub(crate) fn new(urls: &[Url]) -> Self {
        let (all, refused): (Vec<_>, Vec<_>) = urls.iter().cloned().partition(is_safe);
        for url in refused {
            tracing::error!(%url, "signaling URL refused: use wss, or ws on this machine");
        }
        Self { all, next: 0, other: 0, preferred: None }
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
    /// Takes another one the next time: in turns the first and each of the others, because the first is the best, and where
    /// the network is gone it will be there again with the others.
    pub(crate) fn advance(&mut self) {
        let others = self.all.len().saturating_sub(1);
        if self.next == 0 && others > 0 {
            self.other = 1 + self.other % others;
            self.next = self.other;
        } else {
            self.next = 0;
        }
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

/// Twilio's public edges, from the most used on; `roaming` is the one that Twilio's name server takes for the nearest.
const EDGES: [&str; 8] = ["ashburn", "dublin", "frankfurt", "singapore", "tokyo", "sydney", "umatilla", "sao-paulo"];
const ROAMING: &str = "roaming";

/// Where a line may sign in, given where its server says: on Twilio's `roaming` edge at any public one of Twilio's, to be
/// chosen by [`nearest_first`](crate::nearest_first); at a named edge there, and if that fails wherever Twilio thinks
/// best; elsewhere only there. An edge of a private interconnect stays the only one.
pub fn candidates(url: &Url) -> Vec<Url> {
    let edge = url.host_str().and_then(|host| host.strip_prefix("voice-js.")?.strip_suffix(".twilio.com"));
    let Some(edge) = edge else { return vec![url.clone()] };
    let others = match edge {
        ROAMING => EDGES.as_slice(),
        _ if edge.ends_with("-ix") => &[],
        _ => &[ROAMING],
    };
    std::iter::once(url.clone()).chain(others.iter().filter_map(|edge| at_edge(url, edge))).collect()
}

/// Whether Twilio's name server chooses the edge.
pub(crate) fn is_roaming(url: &Url) -> bool {
    url.host_str() == Some("voice-js.roaming.twilio.com")
}

/// Encrypted, or to this machine.
fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "wss" => url.has_host(),
        "ws" => is_loopback(url),
        _ => false,
    }
}

/// Whether all of them are on this machine.
pub(crate) fn are_loopback(urls: &[Url]) -> bool {
    !urls.is_empty() && urls.iter().all(is_loopback)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The same at another edge of Twilio; `None` if the URL is none of Twilio's, or the name cannot be that of an edge.
pub fn at_edge(url: &Url, edge: &str) -> Option<Url> {
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
    fn the_servers_word_says_which_edges_there_are() {
        let hosts = |url: &str| {
            let all = candidates(&url.parse().unwrap());
            all.iter().map(|url| url.host_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(hosts("wss://calls.example.com/signal"), "calls.example.com");
        assert_eq!(hosts("ws://127.0.0.1:4010/signal"), "127.0.0.1");
        assert_eq!(hosts("wss://voice-js.example.com/signal"), "voice-js.example.com");
        let roaming = hosts("wss://voice-js.roaming.twilio.com/signal");
        assert!(roaming.starts_with("voice-js.roaming.twilio.com voice-js.ashburn.twilio.com "), "{roaming}");
        assert_eq!(roaming.split(' ').count(), 9);
        assert_eq!(
            hosts("wss://voice-js.dublin.twilio.com/signal"),
            "voice-js.dublin.twilio.com voice-js.roaming.twilio.com"
        );
        assert_eq!(hosts("wss://voice-js.london-ix.twilio.com/signal"), "voice-js.london-ix.twilio.com");
        assert!(candidates(&"wss://voice-js.roaming.twilio.com/signal".parse().unwrap()).iter().all(is_safe));
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
    fn the_best_is_tried_in_turns_with_each_of_the_others() {
        let mut many = urls(&["wss://a/", "wss://b/", "wss://c/"]);
        let mut tried = Vec::new();
        for _ in 0..7 {
            tried.push(current(&many).to_owned());
            many.advance();
        }
        assert_eq!(tried, ["wss://a/", "wss://b/", "wss://a/", "wss://c/", "wss://a/", "wss://b/", "wss://a/"]);
        let mut one = urls(&["wss://a/"]);
        one.advance();
        assert_eq!(current(&one), "wss://a/");
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
