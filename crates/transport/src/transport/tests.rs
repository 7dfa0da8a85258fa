//! Whole sessions of the real stack in time that passes only while everybody waits for it.

use super::*;
use crate::guard::GuardedRuntime;
use crate::virtual_network::VirtualNetwork;
use crate::{MediaTransport as _, NamedCandidates, PeerAddresses, RelayStanding};
use std::net::SocketAddr;
use tokio::time::Instant as Virtual;

struct Peer {
    transport: WebRtcTransport,
    streams: TransportStreams,
}

impl Peer {
    async fn on(network: &VirtualNetwork) -> Self {
        Self::with(network, TransportConfig::loopback()).await
    }

    async fn with(network: &VirtualNetwork, config: TransportConfig) -> Self {
        let runtime: Arc<dyn Runtime> = Arc::new(network.clone());
        let (transport, streams) = WebRtcTransport::build(Some(runtime), config).await.expect("sockets");
        Self { transport, streams }
    }

    async fn connected(&mut self) {
        while self.streams.events.recv().await.expect("the session is alive") != TransportEvent::Connected {}
    }
}

/// Two sessions, and how long they took to connect.
async fn connect(network: &VirtualNetwork) -> (Peer, Peer, Duration) {
    let (a, b) = (Peer::on(network).await, Peer::on(network).await);
    exchange(a, b).await
}

async fn exchange(mut a: Peer, mut b: Peer) -> (Peer, Peer, Duration) {
    let begin = Virtual::now();
    let offer = a.transport.create_offer().await.expect("an offer");
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    a.connected().await;
    b.connected().await;
    (a, b, begin.elapsed())
}

/// With nothing in between a call must not wait: some rounds of checks, and no retransmission of a handshake, which
/// would take a second. Computing costs no virtual time, so this holds however busy the machine is.
#[tokio::test(start_paused = true)]
async fn two_sessions_with_nothing_in_between_connect_within_a_few_checks() {
    let (_a, _b, took) = connect(&VirtualNetwork::default()).await;
    assert!(took <= Duration::from_millis(200), "{took:?} of waiting");
}

/// In time for who waits, and long before it is given up.
#[tokio::test(start_paused = true)]
async fn a_session_that_finds_no_way_says_so_within_five_seconds() {
    // Packets of one network are nothing to another.
    let (mut here, there) = (Peer::on(&VirtualNetwork::default()).await, Peer::on(&VirtualNetwork::default()).await);
    let offer = here.transport.create_offer().await.expect("an offer");
    let answer = there.transport.create_answer(&offer).await.expect("an answer");
    here.transport.accept_answer(&answer).await.expect("a usable answer");
    let begin = Virtual::now();
    let mut told = Vec::new();
    while told.last() != Some(&TransportEvent::Failed) {
        told.push(here.streams.events.recv().await.expect("the session is alive"));
        let after = begin.elapsed();
        match told.last() {
            Some(TransportEvent::NoPath(relays)) => {
                assert_eq!(*relays, RelayStanding::NotConfigured);
                assert!(after < Duration::from_secs(5), "{after:?}");
            }
            Some(TransportEvent::Failed) => assert!(after > Duration::from_secs(15), "{after:?}"),
            _ => {}
        }
    }
    assert_eq!(told.iter().filter(|event| matches!(event, TransportEvent::NoPath(_))).count(), 1, "{told:?}");
}

/// What a server does, which is reached by its clients and told by them where they are.
fn server() -> TransportConfig {
    TransportConfig { named: NamedCandidates::Learned, ..TransportConfig::loopback() }
}

#[tokio::test(start_paused = true)]
async fn a_server_learns_where_its_client_is_from_what_comes() {
    let network = VirtualNetwork::default();
    let (client, other) = (Peer::on(&network).await, Peer::with(&network, server()).await);
    let (_, _, took) = exchange(client, other).await;
    assert!(took <= Duration::from_millis(200), "{took:?} of waiting");
    // Also where the server offers.
    let (other, client) = (Peer::with(&network, server()).await, Peer::on(&network).await);
    let (_, _, took) = exchange(other, client).await;
    assert!(took <= Duration::from_millis(200), "{took:?} of waiting");
}

/// A real offer with a hundred candidates in the place of its own.
async fn greedy_offer(network: &VirtualNetwork) -> SdpOffer {
    let client = Peer::on(network).await;
    let text = client.transport.create_offer().await.expect("an offer").expose().to_owned();
    let own = |line: &&str| !line.starts_with("a=candidate:");
    let candidate = |number: usize| {
        let address = ["127.0.0.1", "10.0.0.9", "198.51.100.7", "224.0.0.251", "255.255.255.255"][number % 5];
        format!("a=candidate:1 1 udp {} {address} {} typ host", 1_000 + number, 20_000 + number)
    };
    let named: Vec<String> = (0..100).map(candidate).collect();
    let lines: Vec<&str> = text.lines().filter(own).chain(named.iter().map(String::as_str)).collect();
    SdpOffer::new(lines.join("\r\n") + "\r\n")
}

/// Addresses that packets went to within the time in which a session gives up, and how many.
async fn probed(config: TransportConfig) -> (Vec<SocketAddr>, u64) {
    let network = VirtualNetwork::default();
    let offer = greedy_offer(&network).await;
    let victim = Peer::with(&network, config).await;
    victim.transport.create_answer(&offer).await.expect("an answer");
    tokio::time::sleep(Duration::from_secs(30)).await;
    let sent = network.sent();
    (sent.keys().copied().collect(), sent.values().sum())
}

#[tokio::test(start_paused = true)]
async fn a_server_sends_nothing_to_the_addresses_that_an_offer_names() {
    assert_eq!(probed(server()).await, (Vec::new(), 0));
}

#[tokio::test(start_paused = true)]
async fn a_device_checks_few_addresses_and_only_those_that_are_allowed() {
    let any = TransportConfig { peers: PeerAddresses::ANY, ..TransportConfig::loopback() };
    let (addresses, _) = probed(any.clone()).await;
    assert!(addresses.len() <= 16, "{addresses:?}");
    assert!(addresses.iter().all(|it| PeerAddresses::ANY.allow(it.ip())), "{addresses:?}");
    let private = TransportConfig { peers: PeerAddresses { private: true, ..PeerAddresses::LOOPBACK }, ..any };
    let (addresses, _) = probed(private).await;
    let expected = |it: &SocketAddr| ["127.0.0.1", "10.0.0.9"].contains(&it.ip().to_string().as_str());
    assert!(!addresses.is_empty() && addresses.iter().all(expected), "{addresses:?}");
}

/// Whatever the stack believes: a socket does not send where the session has nothing to do.
#[tokio::test(start_paused = true)]
async fn a_socket_sends_to_no_address_that_is_not_allowed() {
    let network = VirtualNetwork::default();
    let peers = PeerAddresses { loopback: false, private: true, public: true };
    let (_, relays) = crate::relay::split(&TransportConfig::loopback()).expect("no relays");
    let runtime = GuardedRuntime { inner: Arc::new(network.clone()), peers, relays: Arc::new(relays) };
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let socket = runtime.wrap_udp_socket(socket).expect("a guarded one");
    for target in ["127.0.0.1:9", "224.0.0.1:9", "198.51.100.7:9", "0.0.0.0:9"] {
        assert_eq!(socket.send_to(b"four", target.parse().expect("an address")).await.ok(), Some(4), "{target}");
    }
    assert_eq!(network.sent().into_keys().map(|it| it.to_string()).collect::<Vec<_>>(), ["198.51.100.7:9"]);
}
