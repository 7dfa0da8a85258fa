//! Twilio's SDK sends no candidates, in offers as in answers: they connect as peer-reflexive ones.

use crate::peer::{Peer, talk};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use mobilecall_transport::MediaTransport;

fn without_candidates(text: &str) -> String {
    let port = text.split("m=audio ").nth(1).and_then(|it| it.split(' ').next()).expect("a port");
    let kept = text.lines().filter(|line| !line.starts_with("a=candidate") && !line.starts_with("a=end-of"));
    let text = kept.collect::<Vec<_>>().join("\r\n") + "\r\n";
    text.replace(&format!("m=audio {port} "), "m=audio 9 ").replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_without_candidates_connects() {
    let (mut a, mut b) = (Peer::loopback().await, Peer::loopback().await);
    let offer = a.transport.create_offer().await.expect("an offer");
    let offer = SdpOffer::new(without_candidates(offer.expose()));
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    finish(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_candidates_connects() {
    let (mut a, mut b) = (Peer::loopback().await, Peer::loopback().await);
    let offer = a.transport.create_offer().await.expect("an offer");
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    let answer = SdpAnswer::new(without_candidates(answer.expose()));
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    finish(&mut a, &mut b).await;
}

async fn finish(a: &mut Peer, b: &mut Peer) {
    a.negotiated().await;
    b.negotiated().await;
    a.connected().await;
    b.connected().await;
    talk(a, b).await;
}
