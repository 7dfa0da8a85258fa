//! ICE restarts (RFC 8445 §9) from either side.

use crate::peer::{Peer, connected_pair, exchange, talk};
use mobilecall_transport::{MediaTransport, RestartSockets, TransportConfig, TransportEvent};
use std::time::Duration;

fn attribute<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {text}"))
}

/// A restart offered by `a`; `Connected` comes again on both sides.
async fn restart(a: &mut Peer, b: &mut Peer) {
    let before = a.transport.create_offer().await.expect("an offer");
    let offer = a.transport.create_restart_offer().await.expect("an offer");
    assert_ne!(attribute(before.expose(), "a=ice-ufrag:"), attribute(offer.expose(), "a=ice-ufrag:"));
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    a.negotiated().await;
    b.negotiated().await;
    a.connected().await;
    b.connected().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn either_side_can_restart_again_and_again() {
    let (mut a, mut b) = connected_pair().await;
    for _ in 0..2 {
        restart(&mut a, &mut b).await;
        talk(&mut a, &mut b).await;
        restart(&mut b, &mut a).await;
        talk(&mut a, &mut b).await;
    }
    exchange(&mut a, &mut b).await;
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_binds_new_sockets_and_the_server_keeps_its_own() {
    let device = TransportConfig { restart: RestartSockets::Rebind, ..TransportConfig::loopback() };
    let (mut a, mut b) = (Peer::new(device).await, Peer::loopback().await);
    exchange(&mut a, &mut b).await;
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;
    let port_of = |text: &str| attribute(text, "m=audio ").split(' ').next().map(str::to_owned);
    let before = port_of(a.transport.create_offer().await.expect("an offer").expose());
    let offer = a.transport.create_restart_offer().await.expect("an offer");
    assert_ne!(port_of(offer.expose()), before);
    assert_eq!(offer.expose().matches("a=candidate:").count(), 1, "the old socket is forgotten: {}", offer.expose());
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    a.negotiated().await;
    b.negotiated().await;
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_restart_gives_way_to_theirs() {
    let (mut a, mut b) = connected_pair().await;
    a.transport.create_restart_offer().await.expect("an offer");
    let offer = b.transport.create_restart_offer().await.expect("an offer");
    let answer = a.transport.create_answer(&offer).await.expect("an answer");
    b.transport.accept_answer(&answer).await.expect("a usable answer");
    for peer in [&mut a, &mut b] {
        while peer.event().await != TransportEvent::Connected {}
    }
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_with_another_certificate_is_refused() {
    let (a, mut stranger) = (connected_pair().await.0, Peer::loopback().await);
    let offer = stranger.transport.create_offer().await.expect("an offer");
    let error = a.transport.create_answer(&offer).await.expect_err("another certificate");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(stranger.streams.events.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_falls_silent_is_noticed_and_another_restart_is_possible() {
    let impatient = TransportConfig {
        disconnected_after: Duration::from_millis(100),
        failed_after: Duration::from_millis(100),
        ..TransportConfig::loopback()
    };
    let (mut a, mut b) = (Peer::new(impatient).await, Peer::loopback().await);
    exchange(&mut a, &mut b).await;
    a.connected().await;
    b.connected().await;
    b.transport.close().await;
    assert_eq!(a.event().await, TransportEvent::Disconnected);
    assert_eq!(a.event().await, TransportEvent::Failed);
    assert!(!a.say("to nobody").await);
    let offer = a.transport.create_restart_offer().await.expect("an offer");
    assert_eq!(offer.expose().matches("a=candidate:").count(), 1, "{}", offer.expose());
}
