//! Whole sessions of the real stack in time that passes only while everybody waits for it.

use super::*;
use crate::MediaTransport as _;
use crate::virtual_network::VirtualNetwork;
use tokio::time::Instant as Virtual;

struct Peer {
    transport: WebRtcTransport,
    streams: TransportStreams,
}

impl Peer {
    async fn on(network: &VirtualNetwork) -> Self {
        let runtime = Arc::new(network.clone());
        let (transport, streams) = WebRtcTransport::on(runtime, TransportConfig::loopback()).await.expect("sockets");
        Self { transport, streams }
    }

    async fn connected(&mut self) {
        while self.streams.events.recv().await.expect("the session is alive") != TransportEvent::Connected {}
    }
}

/// Two sessions, and how long they took to connect.
async fn connect(network: &VirtualNetwork) -> (Peer, Peer, Duration) {
    let begin = Virtual::now();
    let (mut a, mut b) = (Peer::on(network).await, Peer::on(network).await);
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
