//! Lost connections, new tokens and new paths in the middle of a call.

use super::{Cloud, INCOMING, OUTBOUND, OWN, SARA, dial, ring};
use crate::browser::Page;
use crate::headless::VOICE_HZ;
use serde_json::json;

/// Breaks the connection; the SDK takes the call up again.
async fn cut(cloud: &Cloud, phone: &Page) {
    cloud.stand_in.cut_connections();
    assert_eq!(phone.wait("reconnecting").await["code"], 53001);
    assert_eq!(phone.error("device").await, 31005, "the SDK's word for a socket that broke");
    phone.wait("reconnected").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_survives_lost_connections_a_new_token_and_a_new_path() {
    let cloud = Cloud::open().await;
    cloud.answers(OUTBOUND, json!([dial(SARA, json!({}))])).await;
    let alice = cloud.phone("alice").await;
    alice.dial(SARA).await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    cut(&cloud, &alice).await;
    cut(&cloud, &alice).await;
    cloud.hears_browser(SARA).await;
    let token = cloud.token("alice");
    alice.call("updateToken", json!([token])).await;
    // Cut before the answer to this, the call would be lost.
    cloud.hears_browser(SARA).await;
    cut(&cloud, &alice).await;
    alice.hears_tone(VOICE_HZ).await;
    alice.run("restartIce").await;
    alice.hears_tone(VOICE_HZ).await;
    cloud.hears_browser(SARA).await;
    alice.run("hangUp").await;
    alice.wait("disconnect").await;
    let heard = cloud.heard(SARA, "trouble").await;
    assert!(heard.pauses().is_empty(), "beeps at {:?} of {}", heard.beeps(), heard.length());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_called_takes_the_call_up_again_too() {
    let cloud = Cloud::open().await;
    cloud.answers(INCOMING, json!([ring(&["alice"], json!({ "answerOnBridge": true }))])).await;
    let alice = cloud.phone("alice").await;
    cloud.stand_in.call_in(SARA, OWN).await;
    alice.wait("incoming").await;
    alice.run("accept").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    cut(&cloud, &alice).await;
    alice.hears_tone(VOICE_HZ).await;
    cloud.hears_browser(SARA).await;
    cloud.stand_in.hang_up(SARA).await;
    alice.wait("disconnect").await;
}
