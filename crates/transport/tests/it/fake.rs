use crate::peer::TIME_LIMIT;
use bytes::Bytes;
use mobilecall_transport::fake::{FakeNetwork, FakeTransport};
use mobilecall_transport::{
    MediaDirection, MediaTransport, RtpPacket, TransportConfig, TransportEvent, TransportStreams,
};
use std::time::Duration;

fn packet(sequence: u16) -> RtpPacket {
    RtpPacket { payload_type: 111, marker: false, sequence, timestamp: 0, ssrc: 0, payload: Bytes::from_static(b"x") }
}

async fn event(streams: &mut TransportStreams) -> TransportEvent {
    tokio::time::timeout(TIME_LIMIT, streams.events.recv()).await.expect("an event in time").expect("alive")
}

async fn exchange(a: &FakeTransport, b: &FakeTransport) {
    let offer = a.create_offer().await.expect("an offer");
    let answer = b.create_answer(&offer).await.expect("an answer");
    a.accept_answer(&answer).await.expect("a usable answer");
}

#[tokio::test]
async fn fakes_negotiate_hold_and_fail_as_real_ones_do() {
    let network = FakeNetwork::new();
    let (a, mut from_a) = network.transport(TransportConfig::loopback());
    let (b, mut from_b) = network.transport(TransportConfig::loopback());
    assert!(!a.send_rtp(packet(1)).await.expect("open"));
    exchange(&a, &b).await;
    for streams in [&mut from_a, &mut from_b] {
        assert!(matches!(event(streams).await, TransportEvent::Negotiated(_)));
        assert_eq!(event(streams).await, TransportEvent::Connected);
    }
    assert!(a.send_rtp(packet(2)).await.expect("open"));
    assert_eq!(from_b.packets.recv().await.expect("a packet").packet.sequence, 2);
    assert!(a.send_rtp(RtpPacket { payload_type: 96, ..packet(3) }).await.is_err());

    a.set_direction(MediaDirection::SendOnly);
    exchange(&a, &b).await;
    let TransportEvent::Negotiated(held) = event(&mut from_b).await else { panic!("no agreement") };
    assert_eq!(held.direction, MediaDirection::RecvOnly);
    assert!(!b.send_rtp(packet(1)).await.expect("open"));
    assert!(matches!(event(&mut from_a).await, TransportEvent::Negotiated(_)));

    a.fail();
    assert_eq!(event(&mut from_a).await, TransportEvent::Failed);
    assert!(!a.send_rtp(packet(4)).await.expect("open"));
    let restart = a.create_restart_offer().await.expect("an offer");
    a.accept_answer(&b.create_answer(&restart).await.expect("an answer")).await.expect("a usable answer");
    assert!(matches!(event(&mut from_a).await, TransportEvent::Negotiated(_)));
    assert_eq!(event(&mut from_a).await, TransportEvent::Connected);
    assert!(a.send_rtp(packet(5)).await.expect("open"));
    assert_eq!(from_b.packets.recv().await.expect("a packet").packet.sequence, 5);

    a.close().await;
    assert_eq!(event(&mut from_a).await, TransportEvent::Closed);
    assert!(a.create_offer().await.is_err());
    assert!(a.send_rtp(packet(6)).await.is_err());
    assert_eq!(from_a.events.recv().await, None);
    assert_eq!(from_a.packets.recv().await, None);
}

#[tokio::test]
async fn a_session_that_ends_by_itself_says_so() {
    let (a, mut from_a) = FakeNetwork::new().transport(TransportConfig::loopback());
    a.crash();
    assert_eq!(event(&mut from_a).await, TransportEvent::Closed);
    assert_eq!(from_a.packets.recv().await, None);
    assert!(a.send_rtp(packet(1)).await.is_err());
    assert!(a.create_offer().await.is_err());
}

#[tokio::test]
async fn an_interrupted_path_loses_packets_and_comes_back() {
    let network = FakeNetwork::new();
    let (a, mut from_a) = network.transport(TransportConfig::loopback());
    let (b, mut from_b) = network.transport(TransportConfig::loopback());
    exchange(&a, &b).await;
    a.set_round_trip(Duration::from_millis(80));
    a.interrupt();
    assert!(a.send_rtp(packet(1)).await.expect("open"), "who is only disconnected still sends");
    assert!(b.send_rtp(packet(1)).await.expect("open"));
    a.reconnect();
    assert!(a.send_rtp(packet(2)).await.expect("open"));
    assert!(b.send_rtp(packet(2)).await.expect("open"));
    assert_eq!(from_b.packets.recv().await.expect("a packet").packet.sequence, 2);
    assert_eq!(from_a.packets.recv().await.expect("a packet").packet.sequence, 2);
    for expected in [TransportEvent::Connected, TransportEvent::Disconnected, TransportEvent::Connected] {
        let mut next = event(&mut from_a).await;
        if matches!(next, TransportEvent::Negotiated(_)) {
            next = event(&mut from_a).await;
        }
        assert_eq!(next, expected);
    }
    let stats = a.stats().await;
    assert_eq!((stats.packets_sent, stats.packets_received, stats.rtt), (2, 1, Some(Duration::from_millis(80))));
}
