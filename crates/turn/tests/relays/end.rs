//! How an address is given back, and how one that is lost is noticed.

use crate::peer::{CARRIERS, Peer, allocate, config, talk, within};
use mobilecall_turn::coturn::Coturn;
use mobilecall_turn::{Carrier, Lost};

#[tokio::test]
async fn closing_gives_the_address_back() {
    for carrier in CARRIERS {
        let coturn = Coturn::start(&[]);
        for _ in 0..3 {
            let (relay, mut packets) = allocate(config(&coturn, carrier)).await;
            talk(&relay, &mut packets, &Peer::new().await, b"briefly").await;
            relay.close().await;
            assert_eq!(packets.recv().await, None);
            assert_eq!(packets.reason(), Lost::Closed);
        }
        let given_back = "refreshed, realm=<relay.test>, username=<agent>, lifetime=0";
        within("the relay's word", async {
            while coturn.log().matches(given_back).count() < 3 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn dropping_gives_it_back_too() {
    let coturn = Coturn::start(&[]);
    let (relay, mut packets) = allocate(config(&coturn, Carrier::Tcp)).await;
    drop(relay);
    assert_eq!(within("the end", packets.recv()).await, None);
    assert_eq!(packets.reason(), Lost::Closed);
}

#[tokio::test]
async fn a_relay_that_dies_is_noticed() {
    for carrier in CARRIERS {
        let mut coturn = Coturn::start(&[]);
        let (relay, mut packets) = allocate(config(&coturn, carrier)).await;
        let peer = Peer::new().await;
        talk(&relay, &mut packets, &peer, b"before").await;
        coturn.kill();
        // A stream breaks by itself, a datagram has to come back as refused first.
        relay.send(peer.address(), b"anybody?".as_slice().into());
        assert_eq!(within("the loss", packets.recv()).await, None, "{carrier}");
        assert!(matches!(packets.reason(), Lost::Connection(_)), "{carrier}: {:?}", packets.reason());
        relay.close().await;
    }
}
