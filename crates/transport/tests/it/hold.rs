//! Hold and resume from either side, with the audio checked in both directions each time: the stack beneath once went
//! silent in one of them only.

use crate::peer::{Peer, connected_pair, exchange, talk};
use mobilecall_transport::MediaDirection::{self, Inactive, RecvOnly, SendOnly, SendRecv};
use mobilecall_transport::MediaTransport;

/// After an exchange: what flows is exactly what was agreed.
async fn check(a: &mut Peer, b: &mut Peer, of_a: MediaDirection, of_b: MediaDirection) {
    assert_eq!(a.agreed.map(|it| it.direction), Some(of_a));
    assert_eq!(b.agreed.map(|it| it.direction), Some(of_b));
    assert_eq!(a.say("from a").await, of_a.sends());
    assert_eq!(b.say("from b").await, of_b.sends());
    if of_a.sends() && of_b.receives() {
        b.hear("from a").await;
    }
    if of_b.sends() && of_a.receives() {
        a.hear("from b").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_hold_is_answered_rightly_and_resumes_both_ways() {
    let (mut a, mut b) = connected_pair().await;
    talk(&mut a, &mut b).await;
    for (wish, mirrored) in [(SendOnly, RecvOnly), (Inactive, Inactive), (RecvOnly, SendOnly)] {
        a.transport.set_direction(wish);
        exchange(&mut a, &mut b).await;
        check(&mut a, &mut b, wish, mirrored).await;
        a.transport.set_direction(SendRecv);
        exchange(&mut a, &mut b).await;
        check(&mut a, &mut b, SendRecv, SendRecv).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_side_that_answered_can_hold_too() {
    let (mut a, mut b) = connected_pair().await;
    for wish in [Inactive, SendOnly] {
        b.transport.set_direction(wish);
        exchange(&mut b, &mut a).await;
        check(&mut b, &mut a, wish, wish.mirrored()).await;
        b.transport.set_direction(SendRecv);
        exchange(&mut b, &mut a).await;
        check(&mut b, &mut a, SendRecv, SendRecv).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_hold_at_the_same_time() {
    let (mut a, mut b) = connected_pair().await;
    a.transport.set_direction(SendOnly);
    exchange(&mut a, &mut b).await;
    b.transport.set_direction(SendOnly);
    exchange(&mut b, &mut a).await;
    check(&mut a, &mut b, Inactive, Inactive).await;
    a.transport.set_direction(SendRecv);
    exchange(&mut a, &mut b).await;
    check(&mut a, &mut b, RecvOnly, SendOnly).await;
    b.transport.set_direction(SendRecv);
    exchange(&mut b, &mut a).await;
    check(&mut a, &mut b, SendRecv, SendRecv).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_may_begin_on_hold() {
    let (mut a, mut b) = (Peer::loopback().await, Peer::loopback().await);
    a.transport.set_direction(Inactive);
    exchange(&mut a, &mut b).await;
    a.connected().await;
    b.connected().await;
    check(&mut a, &mut b, Inactive, Inactive).await;
    a.transport.set_direction(SendRecv);
    exchange(&mut a, &mut b).await;
    check(&mut a, &mut b, SendRecv, SendRecv).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_both_offer_at_once_one_gives_way() {
    let (mut a, mut b) = connected_pair().await;
    a.transport.set_direction(SendOnly);
    b.transport.set_direction(Inactive);
    let lost = a.transport.create_offer().await.expect("an offer");
    exchange(&mut b, &mut a).await;
    check(&mut a, &mut b, Inactive, Inactive).await;
    // The offer that gave way can no longer be answered, and the next one works.
    b.transport.set_direction(SendRecv);
    let late = Peer::loopback().await.transport.create_answer(&lost).await.expect("an answer of anyone");
    assert!(a.transport.accept_answer(&late).await.is_err());
    a.transport.set_direction(SendRecv);
    exchange(&mut a, &mut b).await;
    check(&mut a, &mut b, SendRecv, SendRecv).await;
}
