use crate::peer::{Peer, TIME_LIMIT, connected_pair, exchange, talk};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use mobilecall_transport::{
    Codec, MediaTransport, RtpPacket, TransportConfig, TransportError, TransportEvent, WebRtcTransport,
};
use std::net::UdpSocket;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn closing_ends_both_streams_and_lets_the_port_go() {
    let (mut a, _b) = connected_pair().await;
    let offer = a.transport.create_offer().await.expect("an offer");
    let port = offer.expose().split("m=audio ").nth(1).and_then(|it| it.split(' ').next()).expect("a port");
    a.transport.close().await;
    assert_eq!(a.streams.events.recv().await, Some(TransportEvent::Closed));
    assert_eq!(a.streams.events.recv().await, None);
    assert_eq!(a.streams.packets.recv().await, None);
    a.transport.close().await;
    assert!(matches!(a.transport.create_offer().await, Err(TransportError::Closed)));
    UdpSocket::bind(format!("127.0.0.1:{port}")).expect("the port is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_closes() {
    let (a, _b) = connected_pair().await;
    let mut streams = a.streams;
    drop(a.transport);
    let last = tokio::time::timeout(TIME_LIMIT, streams.events.recv()).await.expect("an event in time");
    assert_eq!(last, Some(TransportEvent::Closed));
    assert_eq!(streams.packets.recv().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_does_not_wait_for_an_exchange_in_progress() {
    // A server that never answers keeps the offer waiting for its candidate.
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let mut config = TransportConfig::loopback();
    let url = format!("stun:{}", silent.local_addr().expect("an address"));
    config.ice_servers =
        vec![mobilecall_transport::IceServer { urls: vec![url], username: String::new(), credential: String::new() }];
    config.gathering = Duration::from_secs(3600);
    let peer = Peer::new(config).await;
    let mut heard = [0; 32];
    let transport = std::sync::Arc::new(peer.transport);
    let offering = tokio::spawn({
        let transport = std::sync::Arc::clone(&transport);
        async move { transport.create_offer().await.map(|_| ()) }
    });
    tokio::task::spawn_blocking(move || silent.recv_from(&mut heard)).await.expect("a thread").expect("a question");
    tokio::time::timeout(TIME_LIMIT, transport.close()).await.expect("closed in time");
    assert!(matches!(offering.await.expect("no panic"), Err(TransportError::Closed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_before_the_session_is_up() {
    let (mut a, mut b) = (Peer::loopback().await, Peer::loopback().await);
    assert!(!a.send(111, "too early").await);
    let offer = a.transport.create_offer().await.expect("an offer");
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    b.negotiated().await;
    assert!(!b.say("still too early").await);
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    a.negotiated().await;
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_agreed_payload_types_are_sent_and_digits_share_the_stream() {
    let (mut a, mut b) = connected_pair().await;
    assert!(a.say("audio").await);
    assert!(a.send(110, "digit").await);
    let (audio, digit) = (b.packet().await.packet, b.packet().await.packet);
    assert_eq!((audio.payload_type, digit.payload_type), (111, 110));
    assert_eq!(audio.ssrc, digit.ssrc);
    assert_eq!(digit.sequence, audio.sequence.wrapping_add(1));
    let stray = RtpPacket { payload_type: 0, ..audio };
    assert!(matches!(a.transport.send_rtp(stray).await, Err(TransportError::PayloadType(0))));
}

#[tokio::test(flavor = "multi_thread")]
async fn sequence_numbers_wrap() {
    let (mut a, mut b) = connected_pair().await;
    for _ in 0..20 {
        assert!(a.say("x").await);
        b.hear("x").await;
    }
}

/// The edge passes packets on as they come, so they may be out of order, even around the wrap.
#[tokio::test(flavor = "multi_thread")]
async fn packets_may_be_sent_in_disorder() {
    let (a, mut b) = connected_pair().await;
    for sequence in [65_500_u16, 65_530, 65_531, 2, 65_535, 0, 1, 65_534, 40, 3] {
        let payload = bytes::Bytes::from(sequence.to_string());
        let packet = RtpPacket { payload_type: 111, marker: false, sequence, timestamp: 0, ssrc: 0, payload };
        assert!(a.transport.send_rtp(packet).await.expect("an open session"));
        let received = b.packet().await.packet;
        assert_eq!((received.sequence, received.payload), (sequence, sequence.to_string().into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_codec_is_the_answerers_choice() {
    let pcmu_first = TransportConfig { codecs: vec![Codec::Pcmu, Codec::Opus], ..TransportConfig::loopback() };
    let (mut a, mut b) = (Peer::loopback().await, Peer::new(pcmu_first).await);
    exchange(&mut a, &mut b).await;
    a.connected().await;
    b.connected().await;
    let agreed = a.agreed.expect("an agreement");
    assert_eq!((agreed.codec, agreed.payload_type, agreed.telephone_event), (Codec::Pcmu, 0, Some(126)));
    assert_eq!(a.agreed, b.agreed);
    talk(&mut a, &mut b).await;
    // A further offer, from either side, keeps it.
    exchange(&mut a, &mut b).await;
    exchange(&mut b, &mut a).await;
    assert_eq!(b.agreed, Some(agreed));
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_that_shares_nothing_is_told_apart_from_one_that_cannot_be_read() {
    let only = |codec| TransportConfig { codecs: vec![codec], ..TransportConfig::loopback() };
    let (a, b) = (Peer::new(only(Codec::Pcmu)).await, Peer::new(only(Codec::Opus)).await);
    let offer = a.transport.create_offer().await.expect("an offer");
    assert!(matches!(b.transport.create_answer(&offer).await, Err(TransportError::Incompatible(_))));
    let plain = SdpOffer::new(offer.expose().replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"));
    assert!(matches!(b.transport.create_answer(&plain).await, Err(TransportError::Incompatible(_))));
    let torn = SdpOffer::new(offer.expose().replace("a=ice-pwd", "a=x"));
    assert!(matches!(b.transport.create_answer(&torn).await, Err(TransportError::RemoteDescription(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptions_that_cannot_be_used_leave_the_session_usable() {
    let (mut a, mut b) = (Peer::loopback().await, Peer::loopback().await);
    let nonsense = "nonsense";
    assert!(matches!(
        a.transport.create_answer(&SdpOffer::new(nonsense)).await,
        Err(TransportError::RemoteDescription(_))
    ));
    assert!(a.transport.accept_answer(&SdpAnswer::new(nonsense)).await.is_err(), "there was no offer");
    let offer = a.transport.create_offer().await.expect("an offer");
    assert!(a.transport.accept_answer(&SdpAnswer::new(nonsense)).await.is_err());
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    b.negotiated().await;
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    a.negotiated().await;
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ports_come_from_the_range_and_the_advertised_address_is_told() {
    let config = TransportConfig {
        ports: Some(31_000..=31_999),
        advertised: Some("203.0.113.9".parse().expect("an address")),
        ..TransportConfig::loopback()
    };
    let (mut server, mut client) = (Peer::new(config).await, Peer::loopback().await);
    let offer = server.transport.create_offer().await.expect("an offer");
    let text = offer.expose();
    assert!(text.contains("c=IN IP4 203.0.113.9\r\n") && !text.contains("127.0.0.1 4"), "{text}");
    let port: u16 = text
        .split("m=audio ")
        .nth(1)
        .and_then(|it| it.split(' ').next())
        .and_then(|it| it.parse().ok())
        .expect("a port");
    assert!((31_000..=31_999).contains(&port), "{port}");
    // Its candidate cannot be reached from here; the client's can, and the server's checks make a pair of it.
    let answer = client.transport.create_answer(&offer).await.expect("an answer");
    server.transport.accept_answer(&answer).await.expect("a usable answer");
    client.negotiated().await;
    server.negotiated().await;
    client.connected().await;
    server.connected().await;
    talk(&mut server, &mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_free_port_says_so() {
    let taken = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = taken.local_addr().expect("an address");
    let config = TransportConfig { bind: vec![address], ..TransportConfig::loopback() };
    let error = WebRtcTransport::new(config).await.err().expect("the port is taken");
    assert!(matches!(error, TransportError::Socket(_)), "{error}");
}
