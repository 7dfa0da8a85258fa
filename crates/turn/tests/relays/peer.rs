//! Who talks with us through the relay, and ways to wait.

use bytes::Bytes;
use mobilecall_turn::coturn::{Coturn, PASSWORD, USERNAME};
use mobilecall_turn::{Carrier, Packets, Relay, RelayConfig, RelayedPacket};
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;

/// Everything here takes milliseconds; this only ends a test that hangs.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(20);

pub(crate) async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIME_LIMIT, work).await.unwrap_or_else(|_| panic!("waited {TIME_LIMIT:?} for {what}"))
}

pub(crate) const CARRIERS: [Carrier; 3] = [Carrier::Udp, Carrier::Tcp, Carrier::Tls];

/// What coturn lets in.
pub(crate) fn config(coturn: &Coturn, carrier: Carrier) -> RelayConfig {
    let address = match carrier {
        Carrier::Udp | Carrier::Tcp => coturn.address(),
        Carrier::Tls => coturn.tls_address(),
    };
    RelayConfig {
        host: address.ip().to_string(),
        port: address.port(),
        carrier,
        username: USERNAME.to_owned(),
        password: PASSWORD.to_owned(),
        tls: Some(coturn.trust()),
        ..RelayConfig::default()
    }
}

pub(crate) async fn allocate(config: RelayConfig) -> (Relay, Packets) {
    let carrier = config.carrier;
    match within("an address", mobilecall_turn::allocate(config)).await {
        Ok(allocated) => allocated,
        Err(error) => panic!("no address over {carrier}: {error:?}"),
    }
}

/// A plain socket.
pub(crate) struct Peer(pub(crate) UdpSocket);

impl Peer {
    pub(crate) async fn new() -> Self {
        Self::at(Ipv4Addr::LOCALHOST).await
    }

    pub(crate) async fn at(address: Ipv4Addr) -> Self {
        Self(UdpSocket::bind((address, 0)).await.expect("a socket"))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("an address")
    }

    /// The next that comes, which must be from the relay.
    pub(crate) async fn hear(&self, relay: &Relay) -> Vec<u8> {
        let mut buffer = [0; 2048];
        let (length, from) = within("a packet", self.0.recv_from(&mut buffer)).await.expect("a packet");
        assert_eq!(from, relay.address());
        buffer[..length].to_vec()
    }

    pub(crate) async fn say(&self, relay: &Relay, payload: &[u8]) {
        self.0.send_to(payload, relay.address()).await.expect("loopback takes everything");
    }
}

/// The next that came through the relay.
pub(crate) async fn next(packets: &mut Packets) -> RelayedPacket {
    within("a packet", packets.recv()).await.expect("the address is there")
}

/// Both ways.
pub(crate) async fn talk(relay: &Relay, packets: &mut Packets, peer: &Peer, payload: &[u8]) {
    relay.send(peer.address(), Bytes::copy_from_slice(payload));
    assert_eq!(peer.hear(relay).await, payload);
    peer.say(relay, payload).await;
    assert_eq!(next(packets).await, RelayedPacket { peer: peer.address(), payload: Bytes::copy_from_slice(payload) });
}
