//! STUN servers: what they tell is in the description, and one that is silent costs only the configured wait.

use crate::peer::{Peer, exchange, talk};
use mobilecall_transport::{IceServer, MediaTransport, Paths, TransportConfig, TransportError, WebRtcTransport};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

/// What the server below says every client looks like from outside.
const SEEN: ([u8; 4], u16) = ([198, 51, 100, 7], 4_321);

/// Answers binding requests (RFC 8489 §14.2) until the test ends.
async fn stun_server() -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let address = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut request = [0; 1500];
        while let Ok((length, client)) = socket.recv_from(&mut request).await {
            assert!(length >= 20 && request[..2] == [0, 1], "a binding request");
            let cookie = [0x21, 0x12, 0xa4, 0x42];
            let mut reply = vec![0x01, 0x01, 0, 12];
            reply.extend_from_slice(&request[4..20]);
            reply.extend_from_slice(&[0x00, 0x20, 0, 8, 0, 1]);
            reply.extend(SEEN.1.to_be_bytes().iter().zip(cookie).map(|(byte, mask)| byte ^ mask));
            reply.extend(SEEN.0.iter().zip(cookie).map(|(byte, mask)| byte ^ mask));
            socket.send_to(&reply, client).await.expect("a sent reply");
        }
    });
    address
}

fn with_server(url: String) -> TransportConfig {
    let server = IceServer { urls: vec![url], username: String::new(), credential: String::new() };
    TransportConfig { ice_servers: vec![server], ..TransportConfig::loopback() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_seen_from_outside_is_offered_and_becomes_the_default() {
    let server = stun_server().await;
    let mut a = Peer::new(with_server(format!("stun:{server}?transport=udp"))).await;
    let offer = a.transport.create_offer().await.expect("an offer");
    let text = offer.expose();
    assert!(text.contains("c=IN IP4 198.51.100.7\r\n") && text.contains("m=audio 4321 "), "{text}");
    assert!(text.contains(" typ srflx raddr 127.0.0.1 rport "), "{text}");
    let mut b = Peer::loopback().await;
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    a.negotiated().await;
    b.negotiated().await;
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;
    // Further descriptions still have it, without asking again.
    let again = a.transport.create_offer().await.expect("an offer");
    assert!(again.expose().contains("m=audio 4321 "), "{}", again.expose());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_costs_no_more_than_the_configured_wait() {
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let mut config = with_server(format!("stun:{}", silent.local_addr().expect("an address")));
    config.gathering = Duration::from_secs(3600);
    let patient = Peer::new(config.clone()).await;
    config.gathering = Duration::from_millis(50);
    let (mut a, mut b) = (Peer::new(config).await, Peer::loopback().await);
    let begin = Instant::now();
    tokio::select! {
        offer = patient.transport.create_offer() => panic!("it waits for the silent server: {offer:?}"),
        () = exchange(&mut a, &mut b) => {}
    }
    assert!(begin.elapsed() >= Duration::from_millis(50));
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;
    exchange(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_used_is_named() {
    for url in ["http://stun.example.com", "turn:turn.example.com"] {
        let error = WebRtcTransport::new(with_server(url.to_owned())).await.err().expect("no such server");
        assert!(matches!(&error, TransportError::IceServer { url: named, .. } if named == url), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_only_relays_tells_no_other_address() {
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let mut config = with_server(format!("turn:{}?transport=udp", silent.local_addr().expect("an address")));
    config.ice_servers[0].username = "user".to_owned();
    config.ice_servers[0].credential = "password".to_owned();
    config.paths = Paths::Relayed;
    config.gathering = Duration::from_millis(50);
    let offer = Peer::new(config).await.transport.create_offer().await.expect("an offer");
    let text = offer.expose();
    assert!(text.contains("c=IN IP4 0.0.0.0\r\n") && !text.contains("a=candidate"), "{text}");

    let config = TransportConfig { paths: Paths::Relayed, ..TransportConfig::loopback() };
    let error = WebRtcTransport::new(config).await.err().expect("no relay to take");
    assert!(matches!(error, TransportError::NoRelay), "{error}");
}
