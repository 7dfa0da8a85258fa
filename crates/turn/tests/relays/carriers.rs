//! Over UDP, TCP and TLS payloads of every length arrive as they were sent.

use crate::peer::{CARRIERS, Peer, allocate, config, next, talk, within};
use bytes::Bytes;
use mobilecall_turn::Carrier;
use mobilecall_turn::coturn::Coturn;

#[tokio::test]
async fn payloads_of_every_length_arrive_both_ways() {
    let coturn = Coturn::start(&[]);
    for carrier in CARRIERS {
        let (relay, mut packets) = allocate(config(&coturn, carrier)).await;
        assert_eq!(relay.carrier(), carrier);
        let peer = Peer::new().await;
        // The first goes as an indication; those after a channel was made, which the relay says in its log, as its data.
        for length in (1..=9).chain([160, 1_199]) {
            talk(&relay, &mut packets, &peer, &vec![0xa5; length]).await;
        }
        within("a channel", async {
            while !coturn.log().contains("CHANNEL_BIND processed, success") {
                talk(&relay, &mut packets, &peer, b"once more").await;
            }
        })
        .await;
        for length in (1..=9).chain([160, 1_199]) {
            talk(&relay, &mut packets, &peer, &vec![0x5a; length]).await;
        }
        relay.close().await;
    }
}

#[tokio::test]
async fn several_peers_are_told_apart() {
    let coturn = Coturn::start(&[]);
    let (relay, mut packets) = allocate(config(&coturn, Carrier::Tls)).await;
    let (one, other) = (Peer::new().await, Peer::new().await);
    for _ in 0..3 {
        talk(&relay, &mut packets, &one, b"one").await;
        talk(&relay, &mut packets, &other, b"other").await;
    }
}

/// What is sent at once, before the relay permits the peer, comes in order.
#[tokio::test]
async fn what_waits_for_the_permission_comes_in_order() {
    let coturn = Coturn::start(&[]);
    for carrier in CARRIERS {
        let (relay, mut packets) = allocate(config(&coturn, carrier)).await;
        let peer = Peer::new().await;
        for number in 0..10_u8 {
            relay.send(peer.address(), Bytes::copy_from_slice(&[number]));
        }
        for number in 0..10_u8 {
            assert_eq!(peer.hear(&relay).await, [number]);
        }
        // A burst comes in one piece of a stream.
        for number in 0..50_u8 {
            peer.say(&relay, &vec![number; usize::from(number)]).await;
        }
        let mut heard = Vec::new();
        while heard.len() < 50 {
            heard.push(next(&mut packets).await.payload);
        }
        heard.sort_by_key(Bytes::len);
        let expected: Vec<Bytes> = (0..50_u8).map(|number| vec![number; usize::from(number)].into()).collect();
        assert_eq!(heard, expected);
    }
}

#[tokio::test]
async fn a_name_is_resolved_and_the_certificate_is_for_it() {
    let coturn = Coturn::start(&[]);
    let mut config = config(&coturn, Carrier::Tls);
    config.host = "localhost".to_owned();
    let (relay, mut packets) = allocate(config).await;
    talk(&relay, &mut packets, &Peer::new().await, b"by name").await;
}
