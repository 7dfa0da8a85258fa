//! A session with its streams, and ways to wait for what they bring.

use bytes::Bytes;
use mobilecall_transport::{
    MediaTransport, NegotiatedAudio, ReceivedPacket, RtpPacket, TransportConfig, TransportEvent, TransportStreams,
    WebRtcTransport,
};
use std::time::Duration;

/// Everything here takes milliseconds; this only ends a test that hangs.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(10);

pub(crate) struct Peer {
    pub(crate) transport: WebRtcTransport,
    pub(crate) streams: TransportStreams,
    pub(crate) agreed: Option<NegotiatedAudio>,
    sequence: u16,
    timestamp: u32,
}

impl Peer {
    pub(crate) async fn new(config: TransportConfig) -> Self {
        let (transport, streams) = WebRtcTransport::new(config).await.expect("sockets on loopback");
        Self { transport, streams, agreed: None, sequence: 65_530, timestamp: 0 }
    }

    pub(crate) async fn loopback() -> Self {
        Self::new(TransportConfig::loopback()).await
    }

    /// The next event.
    pub(crate) async fn event(&mut self) -> TransportEvent {
        let event = tokio::time::timeout(TIME_LIMIT, self.streams.events.recv()).await.expect("an event in time");
        let event = event.expect("the session is alive");
        if let TransportEvent::Negotiated(agreed) = &event {
            self.agreed = Some(*agreed);
        }
        event
    }

    pub(crate) async fn negotiated(&mut self) -> NegotiatedAudio {
        match self.event().await {
            TransportEvent::Negotiated(agreed) => agreed,
            other => panic!("expected an agreement, got {other:?}"),
        }
    }

    pub(crate) async fn connected(&mut self) {
        assert_eq!(self.event().await, TransportEvent::Connected);
    }

    /// Sends one packet of audio that says `text`.
    pub(crate) async fn say(&mut self, text: &'static str) -> bool {
        let payload_type = self.agreed.expect("an agreement").payload_type;
        self.send(payload_type, text).await
    }

    pub(crate) async fn send(&mut self, payload_type: u8, text: &'static str) -> bool {
        let packet = RtpPacket {
            payload_type,
            marker: false,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: 0,
            payload: Bytes::from_static(text.as_bytes()),
        };
        let sent = self.transport.send_rtp(packet).await.expect("an open session");
        if sent {
            self.sequence = self.sequence.wrapping_add(1);
            self.timestamp = self.timestamp.wrapping_add(960);
        }
        sent
    }

    pub(crate) async fn packet(&mut self) -> ReceivedPacket {
        let packet = tokio::time::timeout(TIME_LIMIT, self.streams.packets.recv()).await.expect("a packet in time");
        packet.expect("the session is alive")
    }

    pub(crate) async fn hear(&mut self, text: &str) {
        let received = self.packet().await;
        assert_eq!(received.packet.payload, text.as_bytes());
    }
}

/// Offer and answer, `offerer` first.
pub(crate) async fn exchange(offerer: &mut Peer, answerer: &mut Peer) {
    let offer = offerer.transport.create_offer().await.expect("an offer");
    let answer = answerer.transport.create_answer(&offer).await.expect("an answer");
    offerer.transport.accept_answer(&answer).await.expect("a usable answer");
    offerer.negotiated().await;
    answerer.negotiated().await;
}

/// Two connected sessions.
pub(crate) async fn connected_pair() -> (Peer, Peer) {
    let (mut a, mut b) = (Peer::new(TransportConfig::loopback()).await, Peer::new(TransportConfig::loopback()).await);
    exchange(&mut a, &mut b).await;
    a.connected().await;
    b.connected().await;
    (a, b)
}

/// Both say something and hear each other.
pub(crate) async fn talk(a: &mut Peer, b: &mut Peer) {
    assert!(a.say("from a").await);
    b.hear("from a").await;
    assert!(b.say("from b").await);
    a.hear("from b").await;
}
