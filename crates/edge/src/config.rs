//! Settings of an edge.

use crate::core::Rules;
use crate::driver::Heartbeat;
use mobilecall_transport::{Codec, MediaRuntime, NamedCandidates, PeerAddresses, RestartSockets, TransportConfig};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

/// Settings of an [`Edge`](crate::Edge). [`Default`] suits an edge whose clients are on this machine or reach its
/// interfaces directly.
#[derive(Clone, Debug)]
pub struct EdgeConfig {
    /// Where media sockets are bound. An unspecified address stands for every interface of its family except loopback;
    /// addresses that cannot be bound are left out as long as one can.
    pub media_bind: Vec<SocketAddr>,
    /// The one address under which clients reach the media sockets, when that is another than those bound.
    pub advertised: Option<IpAddr>,
    /// UDP ports of media; two calls at once need four. `None` leaves the choice to the system.
    pub media_ports: Option<RangeInclusive<u16>>,
    /// Where media may be sent, whatever clients say. That they are heard from there first is needed in any case.
    pub media_peers: PeerAddresses,
    /// Where the edge runs with its media sockets; by default where it is started.
    pub media: MediaRuntime,
    /// `AccountSid` of incoming calls; `AC` and 32 hexadecimal digits, made once for each server.
    pub account_sid: String,
    /// How long a call rings.
    pub ring_timeout: Duration,
    /// How long a call outlives a lost socket, if its client asks for as much.
    pub max_reconnect_timeout: Duration,
    /// How long a leg may be without media while its client is there.
    pub media_timeout: Duration,
    /// How often a voice token, and the session behind it, is checked again on an open socket.
    pub recheck_interval: Duration,
    /// How often the heartbeat is sent, and how long a client may take to read one frame.
    pub heartbeat_interval: Duration,
    /// Silence after which a socket is dead.
    pub heartbeat_timeout: Duration,
    /// Sockets at once.
    pub max_sockets: usize,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        let rules = Rules::default();
        Self {
            media_bind: vec![
                (Ipv4Addr::UNSPECIFIED, 0).into(),
                (Ipv6Addr::UNSPECIFIED, 0).into(),
                // Works without any network, and is the only way to clients that are bound to it.
                (Ipv4Addr::LOCALHOST, 0).into(),
            ],
            advertised: None,
            media_ports: None,
            media_peers: PeerAddresses::ANY,
            media: MediaRuntime::of_caller(),
            account_sid: rules.account_sid,
            ring_timeout: rules.ring_timeout,
            max_reconnect_timeout: rules.max_grace,
            media_timeout: rules.media_timeout,
            recheck_interval: rules.recheck_interval,
            heartbeat_interval: Duration::from_secs(5),
            heartbeat_timeout: mobilecall_pstream::WATCHDOG,
            max_sockets: 10_000,
        }
    }
}

impl EdgeConfig {
    /// Media on the loopback interface only, as for tests and for a server that serves this machine alone.
    pub fn loopback() -> Self {
        Self {
            media_bind: vec![(Ipv4Addr::LOCALHOST, 0).into()],
            media_peers: PeerAddresses::LOOPBACK,
            ..Self::default()
        }
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules {
            ring_timeout: self.ring_timeout,
            max_grace: self.max_reconnect_timeout,
            media_timeout: self.media_timeout,
            recheck_interval: self.recheck_interval,
            account_sid: self.account_sid.clone(),
            ..Rules::default()
        }
    }

    pub(crate) fn transport(&self) -> TransportConfig {
        TransportConfig {
            bind: self.reachable_binds(),
            ports: self.media_ports.clone(),
            advertised: self.advertised,
            codecs: vec![Codec::Opus, Codec::Pcmu],
            ice_servers: Vec::new(),
            restart: RestartSockets::Keep,
            peers: self.media_peers,
            named: NamedCandidates::Learned,
            ..TransportConfig::default()
        }
    }

    /// Clients that are told the advertised address reach no socket of the other family, nor one on loopback.
    fn reachable_binds(&self) -> Vec<SocketAddr> {
        let Some(advertised) = self.advertised else { return self.media_bind.clone() };
        let reachable = |address: &SocketAddr| {
            address.is_ipv4() == advertised.is_ipv4() && address.ip().is_loopback() == advertised.is_loopback()
        };
        let binds: Vec<_> = self.media_bind.iter().copied().filter(reachable).collect();
        if binds.is_empty() { self.media_bind.clone() } else { binds }
    }

    pub(crate) fn heartbeat(&self) -> Heartbeat {
        Heartbeat {
            interval: self.heartbeat_interval,
            dead_after: self.heartbeat_timeout,
            send_timeout: self.heartbeat_interval,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binds(advertised: Option<&str>, media_bind: &[&str]) -> Vec<String> {
        let media_bind = media_bind.iter().map(|text| text.parse().unwrap()).collect();
        let advertised = advertised.map(|text| text.parse().unwrap());
        let config = EdgeConfig { advertised, media_bind, ..EdgeConfig::default() };
        config.transport().bind.iter().map(SocketAddr::to_string).collect()
    }

    #[test]
    fn only_sockets_behind_the_advertised_address_are_opened() {
        let all = ["0.0.0.0:0", "[::]:0", "127.0.0.1:0"];
        assert_eq!(binds(None, &all), all);
        assert_eq!(binds(Some("203.0.113.7"), &all), ["0.0.0.0:0"]);
        assert_eq!(binds(Some("2001:db8::7"), &all), ["[::]:0"]);
        assert_eq!(binds(Some("127.0.0.1"), &all), ["127.0.0.1:0"]);
        assert_eq!(binds(Some("203.0.113.7"), &["127.0.0.1:0"]), ["127.0.0.1:0"], "as somebody wished");
    }
}
