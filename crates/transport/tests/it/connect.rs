use crate::peer::{Peer, connected_pair, exchange, talk};
use mobilecall_transport::{Codec, MediaDirection, MediaTransport, NegotiatedAudio, TransportConfig};
use std::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_connect_and_talk() {
    // Shown for those who look; `BENCHMARKS.md` has what a set-up may take.
    let begin = Instant::now();
    let (mut a, mut b) = (Peer::new(TransportConfig::loopback()).await, Peer::new(TransportConfig::loopback()).await);
    let built = begin.elapsed();
    exchange(&mut a, &mut b).await;
    let agreed = NegotiatedAudio {
        codec: Codec::Opus,
        payload_type: 111,
        telephone_event: Some(110),
        direction: MediaDirection::SendRecv,
    };
    assert_eq!((a.agreed, b.agreed), (Some(agreed), Some(agreed)));
    let exchanged = begin.elapsed();
    a.connected().await;
    b.connected().await;
    let connected = begin.elapsed();
    talk(&mut a, &mut b).await;
    println!("built {built:?}, exchanged {exchanged:?}, connected {connected:?}, talked {:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_packets_are_not_lost() {
    let (mut a, mut b) = connected_pair().await;
    for text in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"] {
        assert!(a.say(text).await);
        b.hear(text).await;
    }
}

/// Whatever interfaces there are: sockets open and an offer comes, with no candidate on loopback.
#[tokio::test(flavor = "multi_thread")]
async fn the_default_settings_work_on_any_machine() {
    let peer = Peer::new(TransportConfig::default()).await;
    let offer = peer.transport.create_offer().await.expect("an offer");
    assert!(!offer.expose().contains(" 127.0.0.1 "), "{}", offer.expose());
}
