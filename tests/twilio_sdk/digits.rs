//! Keys that are pressed in a call: as events of the audio (RFC 4733), which is how the SDK sends them.

use crate::headless::{Headless, VOICE_HZ};
use crate::office::Office;
use serde_json::json;

/// Several, so that one of them is caught whole.
const FIVES: &str = "5555";

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_presses_keys_and_mcall_learns_which() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = Headless::answering(&office, &office.bob, "sdk-digits");
    alice.dial("102").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    alice.call("digits", json!(["0123456789*#"])).await;
    bob.keys("0123456789*#");
    alice.call("digits", json!(["1w1"])).await;
    bob.keys("11");
    bob.talk(2);
    alice.hears_tone(VOICE_HZ).await;
    alice.run("hangUp").await;
    let over = bob.over();
    over.completed("remoteHangup");
    let heard = over.heard();
    let last = heard.beeps().last().copied().unwrap_or_default();
    assert!(heard.length() - last < 1.5, "the browser is heard after its keys: {:?}", heard.beeps());
    assert_eq!(alice.run("rest").await, json!(["registered", "ringing", "disconnect"]), "no frame was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn mcall_presses_keys_and_the_sdk_hears_them() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let mut bob = Headless::start(&office, &office.bob, "mcall-digits", &["call", "101"]);
    alice.wait("incoming").await;
    alice.run("accept").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    for key in ["5", "#"] {
        bob.say(&format!("digits {}", key.repeat(4)));
        alice.hears_key(key).await;
    }
    alice.hears_tone(VOICE_HZ).await;
    bob.talk(2);
    bob.say("hangup");
    bob.over().completed("localHangup");
    alice.wait("disconnect").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_gives_the_sdk_its_keys_back() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    alice.dial("*43").await;
    alice.talks().await;
    alice.call("digits", json!([FIVES])).await;
    alice.hears_key("5").await;
    alice.run("hears").await;
    alice.run("hangUp").await;
    alice.wait("disconnect").await;
    assert_eq!(alice.run("rest").await, json!(["registered"]), "no frame was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_gives_mcall_its_keys_back() {
    let office = Office::open().await;
    let options = ["call", "*43", "--send-digits", "42#", "--duration", "8s"];
    let bob = Headless::start(&office, &office.bob, "echo-digits", &options);
    bob.event("connected");
    bob.keys("42#");
    let over = bob.over();
    over.completed("localHangup");
    let heard = over.heard().seconds_of(VOICE_HZ);
    assert!(heard > 2.0, "the voice comes back after the keys: {heard} s");
}
