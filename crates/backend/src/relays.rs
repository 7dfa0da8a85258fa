//! Relays (TURN) for softphones that no other way reaches: the server's own, and for calls over Twilio else Twilio's.

use crate::{error, state::State, twilio::accounts::Account};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use mobilecall_api::calls::IceServer;
use mobilecall_domain::{CompanyId, Private, Timestamp};
use mobilecall_twilio::{
    rest::{RelayToken, create_relay_token},
    settings::RestSettings,
    sid::AccountSid,
};
use ring::hmac;
use std::{
    collections::HashMap,
    net::Ipv6Addr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Credentials hold for longer than any call; a relay may look at them again in the middle of one.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// Twilio is asked again after this, so that what a softphone gets holds for the rest of [`LIFE`].
const KEPT: Duration = Duration::from_secs(12 * 60 * 60);
/// After Twilio gave none it is left alone for this long.
const PAUSE: Duration = Duration::from_secs(60);
/// A voice token does not wait longer for Twilio's relays: most softphones need none.
const ASK_LIMIT: Duration = Duration::from_secs(3);

/// The server's own relays, which check credentials by a secret that they share with it: coturn's `use-auth-secret` with
/// `static-auth-secret` (the "TURN REST API", draft-uberti-behave-turn-rest). So no password is stored, and each is good
/// for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayServers {
    urls: Vec<String>,
    secret: Private<String>,
}

/// The text is no address of a relay, or the secret is missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelayServersError {
    /// Not the address of a relay.
    #[error("'{0}' is no relay: write it as turn:HOST:PORT?transport=udp, or tcp, or as turns:HOST:PORT")]
    Url(String),
    /// No secret.
    #[error("relays need the secret that they share with this server")]
    Secret,
}

impl RelayServers {
    /// Checks the addresses.
    ///
    /// # Errors
    /// The first that is none, or an empty secret.
    pub fn new(urls: Vec<String>, secret: Private<String>) -> Result<Self, RelayServersError> {
        if let Some(wrong) = urls.iter().find(|url| !is_relay(url)) {
            return Err(RelayServersError::Url(wrong.clone()));
        }
        if secret.expose().is_empty() {
            return Err(RelayServersError::Secret);
        }
        Ok(Self { urls, secret })
    }

    /// What one person reaches them with. The name tells until when, and the relay's log for whom.
    fn of(&self, username: &str, now: Timestamp) -> IceServer {
        let end = now.as_millis() / 1000 + LIFE.as_secs().cast_signed();
        let username = format!("{end}:{username}");
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.secret.expose().as_bytes());
        let credential = STANDARD.encode(hmac::sign(&key, username.as_bytes()));
        IceServer { urls: self.urls.clone(), username: Some(username), credential: Some(credential) }
    }
}

/// As in RFC 7065 §3.1, without DTLS, which softphones do not speak.
fn is_relay(url: &str) -> bool {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let (host, queries) = match address.split_once(':') {
        Some(("turn", host)) => (host, &["transport=udp", "transport=tcp"][..]),
        Some(("turns", host)) => (host, &["transport=tcp"][..]),
        _ => return false,
    };
    is_host(host) && query.is_none_or(|query| queries.contains(&query))
}

/// A name or address, an IPv6 address in brackets, and a port if need be.
fn is_host(text: &str) -> bool {
    let (is_named, rest) = match text.strip_prefix('[') {
        Some(text) => {
            let (address, rest) = text.split_once(']').unwrap_or((text, ""));
            (text.contains(']') && address.parse::<Ipv6Addr>().is_ok(), rest)
        }
        None => {
            let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')), rest)
        }
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    is_named && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

/// Whose account, and which. Anybody can enter another's SID, and what Twilio gave to the one is not the other's.
type Asker = (Option<CompanyId>, AccountSid);

/// What Twilio said of its relays, to whom.
#[derive(Default)]
pub(crate) struct TwilioRelays(Mutex<HashMap<Asker, Said>>);

struct Said {
    at: Timestamp,
    /// `None` if it gave none.
    servers: Option<Vec<IceServer>>,
}

impl TwilioRelays {
    fn said(&self, asker: Asker, now: Timestamp) -> Option<Vec<IceServer>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let said = known.get(&asker).filter(|said| said.holds(now))?;
        Some(said.servers.clone().unwrap_or_default())
    }

    /// Accounts that are used no more are not kept for ever.
    fn keep(&self, asker: Asker, at: Timestamp, servers: Option<Vec<IceServer>>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, said| said.holds(at));
        known.insert(asker, Said { at, servers });
    }
}

impl Said {
    fn holds(&self, now: Timestamp) -> bool {
        now.since(self.at) < if self.servers.is_some() { KEPT } else { PAUSE }
    }
}

impl State {
    /// For calls that the server's own edge carries.
    pub(crate) fn own_relays(&self, username: &str, now: Timestamp) -> Vec<IceServer> {
        self.config.relays.iter().map(|relays| relays.of(username, now)).collect()
    }

    /// For calls over Twilio: the server's own relays, which cost nothing more, or Twilio's, which are paid by volume.
    pub(crate) async fn relays_for_twilio(&self, account: &Account, username: &str, now: Timestamp) -> Vec<IceServer> {
        let own = self.own_relays(username, now);
        if !own.is_empty() {
            return own;
        }
        // A token can be signed without what the REST API needs.
        let Ok(settings) = account.settings.for_rest() else { return Vec::new() };
        let asker = (account.owner, settings.account);
        if let Some(said) = self.twilio_relays.said(asker, now) {
            return said;
        }
        let servers = self.ask_twilio(&settings).await;
        self.twilio_relays.keep(asker, now, servers.clone());
        servers.unwrap_or_default()
    }

    async fn ask_twilio(&self, settings: &RestSettings) -> Option<Vec<IceServer>> {
        let request = create_relay_token(settings.account, LIFE);
        match tokio::time::timeout(ASK_LIMIT, self.rest.send::<RelayToken>(settings, &request)).await {
            Ok(Ok(token)) => Some(token.ice_servers.into_iter().filter_map(from_twilio).collect()),
            Ok(Err(error)) => {
                tracing::warn!(cause = error::chain(&error), "Twilio gives no relays; calls go on without");
                None
            }
            Err(_) => {
                tracing::warn!("Twilio did not answer when it was asked for relays; calls go on without");
                None
            }
        }
    }
}

/// What softphones can use: one that they cannot read would cost them the call.
fn from_twilio(server: mobilecall_twilio::rest::IceServer) -> Option<IceServer> {
    let mobilecall_twilio::rest::IceServer { urls: url, username, credential } = server;
    let is_usable = match url.strip_prefix("stun:") {
        Some(address) => is_host(address.split('?').next().unwrap_or_default()),
        None => is_relay(&url) && username.is_some() && credential.is_some(),
    };
    if !is_usable {
        tracing::warn!(url, "Twilio names a relay that cannot be used");
        return None;
    }
    Some(IceServer { urls: vec![url], username, credential })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_relays() {
        for url in [
            "turn:relay.example.com",
            "turn:relay.example.com:3478",
            "turn:relay.example.com:3478?transport=udp",
            "turn:192.0.2.7:443?transport=tcp",
            "turn:[2001:db8::7]:3478",
            "turn:[2001:db8::7]",
            "turns:relay.example.com",
            "turns:relay.example.com:443?transport=tcp",
        ] {
            assert!(is_relay(url), "{url}");
        }
        for url in [
            "",
            "relay.example.com",
            "stun:relay.example.com",
            "turn:",
            "turn::3478",
            "turn:2001:db8::7",
            "turn:[2001:db8::7",
            "turn:[2001:db8::7]x",
            "turn:[relay]:3478",
            "turn:a[b]:3478",
            "turn:relay.example.com:0",
            "turn:relay.example.com:70000",
            "turn:relay.example.com:port",
            "turn:relay.example.com?transport=sctp",
            "turn:relay.example.com?port=1",
            "turn:relay.example.com?transport=",
            "turn:relay.example.com?",
            "turns:relay.example.com?transport=udp",
            "turn:user@relay.example.com",
            "turn://relay.example.com",
        ] {
            assert!(!is_relay(url), "{url}");
            let secret = Private::new("secret".to_owned());
            assert_eq!(RelayServers::new(vec![url.to_owned()], secret), Err(RelayServersError::Url(url.to_owned())));
        }
        assert_eq!(RelayServers::new(Vec::new(), Private::default()), Err(RelayServersError::Secret));
    }

    /// Computed with `openssl dgst -sha1 -hmac`.
    #[test]
    fn a_credential_is_the_hash_of_the_name_that_tells_its_end() {
        let urls = vec!["turn:relay.example.com".to_owned()];
        let relays = RelayServers::new(urls.clone(), Private::new("north".to_owned())).unwrap();
        let server = relays.of("alice", Timestamp::from_millis(1_700_000_000_999));
        assert_eq!(server.urls, urls);
        assert_eq!(server.username.as_deref(), Some("1700086400:alice"));
        assert_eq!(server.credential.as_deref(), Some("SXua5ne/+mDhiHTp0pQJzRO4ESg="));
        assert!(!format!("{relays:?} {server:?}").contains("north"));
    }
}
