//! Nonces run out in the middle of a call; nobody hears it.

use crate::peer::{CARRIERS, Peer, allocate, config, talk, within};
use mobilecall_turn::coturn::Coturn;
use std::net::Ipv4Addr;
use std::time::Duration;

/// A permission is a request, so each new peer shows whether requests still pass.
#[tokio::test]
async fn a_nonce_that_ran_out_is_replaced() {
    for carrier in CARRIERS {
        let coturn = Coturn::start(&["--stale-nonce=1"]);
        let (relay, mut packets) = allocate(config(&coturn, carrier)).await;
        let mut pause = tokio::time::interval(Duration::from_millis(100));
        within("a nonce that ran out", async {
            let mut last = 1;
            while !coturn.log().contains("error 438") {
                last += 1;
                let peer = Peer::at(Ipv4Addr::new(127, 0, 0, last)).await;
                talk(&relay, &mut packets, &peer, b"through").await;
                pause.tick().await;
            }
        })
        .await;
        talk(&relay, &mut packets, &Peer::at(Ipv4Addr::new(127, 0, 1, 1)).await, b"and on").await;
    }
}
