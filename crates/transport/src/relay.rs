//! Relays (TURN): how a session gets an address at one, over UDP, TCP or TLS.
//!
//! The stack has a TURN client, for UDP alone, of which nothing tells why it gets no address, and which goes deaf in a
//! long call: a nonce that ran out when it renews a channel makes it forget the channel, and with that drop what comes on
//! it. Its ICE agent takes addresses at relays from nobody else, though. So it is given one relay to ask, under a name that
//! does not exist, and that relay is here ([`counter`]): whatever the stack sends there is answered within the process
//! ([`socket`]), and what the answers promise is kept by a client of our own, `mobilecall-turn` ([`session`]).
//!
//! Of all relays that are configured one is used, which [`race`] finds. Tried and worse: a socket of ours as one more host
//! candidate, since the agent would take the way through the relay for as good as the direct one.

mod counter;
mod race;
mod session;
pub(crate) mod socket;

use crate::{IceServer, PeerAddresses, TransportConfig, TransportError};
use mobilecall_turn::{Carrier, RelayConfig, RelayError};
use rtc::ice::url::{ProtoType, SchemeType, Url};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use webrtc::peer_connection::RTCIceServer;

/// The name of our own relay as the stack knows it. Nobody can have it (RFC 6761 §6.4).
const NAME: &str = "relay.invalid";
const PORT: u16 = 3478;
/// Addresses that are no host's and that nothing is sent to: the dummy address of RFC 7600 and one of RFC 6666.
const ADDRESSES: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(192, 0, 0, 8)), IpAddr::V6(Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 1))];

/// How it stands with the relays of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayStanding {
    /// None is configured.
    NotConfigured,
    /// They were asked, and none has answered yet.
    Asked,
    /// There is an address at one.
    Ready,
    /// None can be reached, or it was lost.
    Unreachable,
    /// One refuses, without saying that it is for the password: it may have no room.
    Refused,
    /// The certificate of one is not trusted.
    Untrusted,
    /// One refuses the user name or password.
    WrongCredentials,
}

/// The relays of a session.
#[derive(Debug)]
pub(crate) struct Relays {
    /// The best first.
    servers: Vec<RelayConfig>,
    peers: PeerAddresses,
    /// One socket of the session has the address; several would be the same.
    claimed: AtomicBool,
    standing: Mutex<RelayStanding>,
}

/// The servers that the stack asks itself, and relays.
pub(crate) fn split(config: &TransportConfig) -> Result<(Vec<RTCIceServer>, Relays), TransportError> {
    let (mut asked_by_stack, mut servers) = (Vec::new(), Vec::new());
    for server in &config.ice_servers {
        for url in &server.urls {
            let refuse = |reason: String| TransportError::IceServer { url: url.clone(), reason };
            let entry = entry(server, url);
            for parsed in entry.urls().map_err(|error| refuse(error.to_string()))? {
                match carrier(&parsed) {
                    Server::Stun => asked_by_stack.push(entry.clone()),
                    Server::Relay(Carrier::Tls) if config.relay_trust.is_none() => {
                        return Err(refuse("it is not said whom to trust".to_owned()));
                    }
                    Server::Relay(carrier) => servers.push(relay(parsed, carrier, config)),
                    Server::Unknown => tracing::debug!("an ICE server of an unknown kind is left out"),
                }
            }
        }
    }
    servers.sort_by_key(|server| server.carrier);
    if !servers.is_empty() {
        let urls = vec![format!("turn:{NAME}:{PORT}?transport=udp")];
        // Not looked at by our own relay, but the stack wants some.
        asked_by_stack.push(RTCIceServer { urls, username: NAME.to_owned(), credential: NAME.to_owned() });
    }
    let standing = if servers.is_empty() { RelayStanding::NotConfigured } else { RelayStanding::Asked };
    let relays =
        Relays { servers, peers: config.peers, claimed: AtomicBool::new(false), standing: Mutex::new(standing) };
    Ok((asked_by_stack, relays))
}

enum Server {
    Stun,
    Relay(Carrier),
    Unknown,
}

fn carrier(url: &Url) -> Server {
    match (url.scheme, url.proto) {
        (SchemeType::Stun | SchemeType::Stuns, _) => Server::Stun,
        (SchemeType::Turn, ProtoType::Udp) => Server::Relay(Carrier::Udp),
        (SchemeType::Turn, ProtoType::Tcp) => Server::Relay(Carrier::Tcp),
        (SchemeType::Turns, ProtoType::Tcp) => Server::Relay(Carrier::Tls),
        // DTLS, and what a later version of the stack may know.
        _ => Server::Unknown,
    }
}

fn entry(server: &IceServer, url: &str) -> RTCIceServer {
    RTCIceServer {
        urls: vec![without_query_of_stun(url).to_owned()],
        username: server.username.clone(),
        credential: server.credential.clone(),
    }
}

/// Providers list `stun:…?transport=udp`, which RFC 7064 does not know and the stack refuses.
fn without_query_of_stun(url: &str) -> &str {
    if url.starts_with("stun:") { url.split('?').next().unwrap_or(url) } else { url }
}

fn relay(url: Url, carrier: Carrier, config: &TransportConfig) -> RelayConfig {
    RelayConfig {
        host: url.host,
        port: url.port,
        carrier,
        username: url.username,
        password: url.password,
        tls: config.relay_trust.clone(),
        ..RelayConfig::default()
    }
}

impl Relays {
    pub(crate) fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }

    pub(crate) fn standing(&self) -> RelayStanding {
        *self.standing.lock().expect("nothing panics while it holds the lock")
    }

    /// The addresses of our own relay, if its is the name that the stack asks for.
    pub(crate) fn resolve(&self, host: &str) -> Option<Vec<SocketAddr>> {
        let is_ours = !self.is_empty() && host.strip_suffix(&format!(":{PORT}")) == Some(NAME);
        is_ours.then(|| ADDRESSES.iter().map(|address| SocketAddr::new(*address, PORT)).collect())
    }

    /// The right to ask for an address, until the claim is dropped.
    fn claim(self: &Arc<Self>) -> Option<Claim> {
        let claimed = self.claimed.swap(true, Ordering::AcqRel);
        (!claimed).then(|| Claim(Arc::clone(self)))
    }

    fn set(&self, standing: RelayStanding) {
        *self.standing.lock().expect("nothing panics while it holds the lock") = standing;
    }

    /// A relay is of no use. What tells most of all that went wrong stays.
    fn failed(&self, server: &RelayConfig, error: &RelayError) {
        let carrier = server.carrier;
        tracing::warn!(%carrier, host = %server.host, error = %chain(error), "a relay cannot be used");
        let mut standing = self.standing.lock().expect("nothing panics while it holds the lock");
        let found = standing_after(error);
        if weight(found) > weight(*standing) {
            *standing = found;
        }
    }
}

struct Claim(Arc<Relays>);

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.claimed.store(false, Ordering::Release);
    }
}

fn standing_after(error: &RelayError) -> RelayStanding {
    match error {
        RelayError::Credentials => RelayStanding::WrongCredentials,
        RelayError::Tls(_) | RelayError::TlsConfig(_) => RelayStanding::Untrusted,
        RelayError::Refused { .. } => RelayStanding::Refused,
        RelayError::Unresolved(_) | RelayError::Unreachable(_) | RelayError::Silent { .. } | RelayError::NoRelay(_) => {
            RelayStanding::Unreachable
        }
    }
}

/// How much each tells of what must be changed.
fn weight(standing: RelayStanding) -> u8 {
    match standing {
        RelayStanding::NotConfigured | RelayStanding::Asked | RelayStanding::Ready => 0,
        RelayStanding::Unreachable => 1,
        RelayStanding::Refused => 2,
        RelayStanding::Untrusted => 3,
        RelayStanding::WrongCredentials => 4,
    }
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
