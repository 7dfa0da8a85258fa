//! How a session is set up.

use crate::{Codec, NamedCandidates, PeerAddresses};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

/// Settings of one session.
#[derive(Clone, Debug)]
pub struct TransportConfig {
    /// Where to bind UDP sockets. An unspecified address stands for every interface of its family that is up, except
    /// loopback. Addresses that cannot be bound are left out as long as one can.
    pub bind: Vec<SocketAddr>,
    /// Ports to choose from where `bind` says port 0, for servers behind a firewall. `None` leaves it to the system.
    pub ports: Option<RangeInclusive<u16>>,
    /// The address under which peers reach us behind one-to-one NAT; host candidates of its family carry it.
    pub advertised: Option<IpAddr>,
    /// Codecs in order of preference; an offer has them all, an answer the first that the offer has too.
    pub codecs: Vec<Codec>,
    /// STUN and TURN servers. Of the latter one is used: the first that answers, preferably over UDP, else TCP, else TLS.
    pub ice_servers: Vec<IceServer>,
    /// Whom to trust as a TURN server over TLS; needed if there is one.
    pub relay_trust: Option<RelayTrust>,
    /// Which of our addresses the peer learns.
    pub paths: Paths,
    /// Where packets may go. STUN and TURN servers are not bound by it.
    pub peers: PeerAddresses,
    /// What is done with the addresses that the peer names.
    pub named: NamedCandidates,
    /// What an ICE restart does with our sockets.
    pub restart: RestartSockets,
    /// Nothing was heard from the peer for this long: [`crate::TransportEvent::Disconnected`]. RFC 7675 would wait 30 s;
    /// a caller who hears nothing does not.
    pub disconnected_after: Duration,
    /// So much longer: [`crate::TransportEvent::Failed`]. A first connection that does not come up fails after the sum.
    pub failed_after: Duration,
    /// Without a connection so long after both descriptions: [`crate::TransportEvent::NoPath`]. Who is called must hear
    /// within five seconds that the network lets nothing through.
    pub path_within: Duration,
    /// How long a description waits for candidates of `ice_servers`; it goes without those that come later.
    pub gathering: Duration,
}

/// Whom to trust as a TURN server over TLS.
pub type RelayTrust = Arc<rustls::ClientConfig>;

/// Which of our addresses the peer learns, and with that, which way packets can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paths {
    /// All of them.
    Any,
    /// Only those at TURN servers.
    Relayed,
}

/// What an ICE restart does with our sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartSockets {
    /// Bind again, to the interfaces that there are now: for a device that changes networks.
    Rebind,
    /// Keep them: for a server, whose addresses stay. Audio goes on during the restart.
    Keep,
}

/// A STUN or TURN server (RFC 7064, RFC 7065).
#[derive(Clone, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:host:port`, `turn:host:port?transport=udp` or `tcp`, `turns:host:port`. TURN over DTLS is left out.
    pub urls: Vec<String>,
    /// User name for TURN.
    pub username: String,
    /// Password for TURN.
    pub credential: String,
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}

impl Default for TransportConfig {
    /// A device in any network.
    fn default() -> Self {
        Self {
            bind: vec![(Ipv4Addr::UNSPECIFIED, 0).into(), (Ipv6Addr::UNSPECIFIED, 0).into()],
            ports: None,
            advertised: None,
            codecs: vec![Codec::Opus, Codec::Pcmu],
            ice_servers: Vec::new(),
            relay_trust: None,
            paths: Paths::Any,
            peers: PeerAddresses::ANY,
            named: NamedCandidates::Checked,
            restart: RestartSockets::Rebind,
            disconnected_after: Duration::from_secs(5),
            failed_after: Duration::from_secs(15),
            path_within: Duration::from_secs(4),
            gathering: Duration::from_secs(2),
        }
    }
}

impl TransportConfig {
    /// Only this machine, as in tests.
    pub fn loopback() -> Self {
        Self {
            bind: vec![(Ipv4Addr::LOCALHOST, 0).into()],
            restart: RestartSockets::Keep,
            peers: PeerAddresses::LOOPBACK,
            ..Self::default()
        }
    }
}
