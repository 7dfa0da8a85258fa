//! Calls that are answered.

use super::{Cloud, INCOMING, OUTBOUND, OWN, SARA, STATUS, dial, ring};
use crate::headless::VOICE_HZ;
use mobilecall_testkit::eventually;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_calls_a_telephone_and_both_are_heard() {
    let cloud = Cloud::open().await;
    cloud.answers(OUTBOUND, json!([dial(SARA, json!({}))])).await;
    let alice = cloud.phone("alice").await;
    alice.call("dial", json!([{ "To": SARA, "Note": "a b&c=d+e", "Name": "علي" }])).await;
    let asked = cloud.asked(OUTBOUND).await;
    assert_eq!((&asked["From"], &asked["To"]), (&json!("client:alice"), &json!(SARA)));
    assert_eq!((&asked["Note"], &asked["Name"]), (&json!("a b&c=d+e"), &json!("علي")));
    assert_eq!(asked["ApplicationSid"], json!(cloud.account().applications[0].sid));
    assert_eq!(alice.wait("ringing").await, true, "the ring comes as sound");
    alice.wait("accept").await;
    assert_eq!(alice.run("sid").await, asked["CallSid"]);
    alice.hears_tone(VOICE_HZ).await;
    cloud.hears_browser(SARA).await;
    assert_eq!(alice.run("statistics").await["codecName"], "opus");
    alice.call("message", json!([{ "note": "مرحبا" }])).await;
    alice.wait("message sent").await;
    alice.run("hangUp").await;
    alice.wait("disconnect").await;
    for (number, status) in ["initiated", "ringing", "in-progress", "completed"].into_iter().enumerate() {
        let told = cloud.asked("/leg").await;
        assert_eq!((&told["CallStatus"], &told["SequenceNumber"]), (&json!(status), &json!(number.to_string())));
        assert_eq!((&told["ParentCallSid"], &told["To"]), (&asked["CallSid"], &json!(SARA)));
    }
    let told = cloud.asked(STATUS).await;
    assert_eq!((&told["CallSid"], &told["CallStatus"]), (&asked["CallSid"], &json!("completed")));
    assert_eq!(alice.run("rest").await, json!(["registered"]), "a normal end is no error");
    let heard = cloud.heard(SARA, "out").await;
    assert!(heard.pauses().is_empty(), "beeps at {:?} of {}", heard.beeps(), heard.length());
    assert!(cloud.alerts().await.is_empty(), "the stand-in reads what Twilio's library writes");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_without_opus_speaks_pcmu_with_a_telephone() {
    let cloud = Cloud::open().await;
    cloud.answers(OUTBOUND, json!([dial(SARA, json!({}))])).await;
    let alice = cloud.phone("alice").await;
    alice.run("forgetOpus").await;
    alice.dial(SARA).await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    cloud.hears_browser(SARA).await;
    assert_eq!(alice.run("statistics").await["codecName"], "PCMU");
    alice.run("hangUp").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_calls_the_sdk_which_is_told_who_it_is() {
    let cloud = Cloud::open().await;
    let inside = json!([["identity", {}, "alice"], ["parameter", { "name": "name", "value": "علي & co" }]]);
    cloud.answers(INCOMING, json!([["dial", { "answerOnBridge": true }, [["client", {}, inside]]]])).await;
    let alice = cloud.phone("alice").await;
    cloud.stand_in.call_in(SARA, OWN).await;
    let asked = cloud.asked(INCOMING).await;
    assert_eq!((&asked["From"], &asked["To"]), (&json!(SARA), &json!(OWN)));
    assert_eq!((&asked["Direction"], &asked["CallStatus"]), (&json!("inbound"), &json!("ringing")));
    let incoming = alice.wait("incoming").await;
    assert_eq!(
        (&incoming["parameters"]["From"], &incoming["parameters"]["To"]),
        (&json!(SARA), &json!("client:alice"))
    );
    assert_eq!(incoming["parameters"]["AccountSid"], json!(cloud.account().sid));
    assert_eq!(incoming["custom"]["name"], "علي & co");
    alice.run("accept").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    cloud.hears_browser(SARA).await;
    cloud.stand_in.hang_up(SARA).await;
    alice.wait("disconnect").await;
    assert_eq!(alice.run("rest").await, json!(["registered"]), "a normal end is no error");
    assert_eq!(cloud.asked(STATUS).await["CallStatus"], "completed");
    let heard = cloud.heard(SARA, "in").await;
    assert!(heard.pauses().is_empty(), "beeps at {:?} of {}", heard.beeps(), heard.length());
    assert!(cloud.alerts().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_softphone_that_answers_has_the_call_and_the_others_stop_ringing() {
    let cloud = Cloud::open().await;
    cloud.answers(INCOMING, json!([ring(&["alice", "bob"], json!({}))])).await;
    let (desk, laptop, bob) = (cloud.phone("alice").await, cloud.phone("alice").await, cloud.phone("bob").await);
    cloud.stand_in.call_in(SARA, OWN).await;
    for phone in [&desk, &laptop, &bob] {
        phone.wait("incoming").await;
    }
    laptop.run("accept").await;
    desk.wait("cancel").await;
    bob.wait("cancel").await;
    laptop.wait("accept").await;
    laptop.hears_tone(VOICE_HZ).await;
    laptop.run("hangUp").await;
    laptop.wait("disconnect").await;
    assert_eq!(cloud.asked(STATUS).await["CallStatus"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sdks_talk_through_the_stand_in() {
    let cloud = Cloud::open().await;
    cloud.answers(OUTBOUND, json!([ring(&["bob"], json!({ "answerOnBridge": true }))])).await;
    let (alice, bob) = (cloud.phone("alice").await, cloud.phone("bob").await);
    alice.dial("client:bob").await;
    assert_eq!(bob.wait("incoming").await["parameters"]["From"], "client:alice");
    alice.wait("ringing").await;
    bob.run("accept").await;
    alice.talks().await;
    bob.talks().await;
    bob.run("hangUp").await;
    alice.wait("disconnect").await;
    assert_eq!(alice.run("rest").await, json!(["registered"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_go_both_ways() {
    let cloud = Cloud::open().await;
    cloud.answers(OUTBOUND, json!([dial(SARA, json!({}))])).await;
    let alice = cloud.phone("alice").await;
    alice.dial(SARA).await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    alice.call("digits", json!(["0123456789*#"])).await;
    eventually("the keys at the telephone", async || {
        (cloud.stand_in.heard(SARA).await.1 == "0123456789*#").then_some(())
    })
    .await;
    cloud.stand_in.press(SARA, "5555").await;
    alice.hears_key("5").await;
    alice.hears_tone(VOICE_HZ).await;
    alice.run("hangUp").await;
    alice.wait("disconnect").await;
    assert_eq!(alice.run("rest").await, json!(["registered", "ringing"]), "no frame was refused");
}
