//! Calls between Twilio's SDK and our own softphone, `mcall`.

use crate::headless::{Headless, VOICE_HZ};
use crate::office::Office;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_calls_mcall_and_who_mutes_is_not_heard() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let mut bob = Headless::answering(&office, &office.bob, "calls-mcall");
    alice.dial("102").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    assert_eq!(bob.event("ringing")["address"], "101");
    bob.event("connected");
    bob.talk(3);
    alice.call("mute", json!([true])).await;
    bob.talk(4);
    alice.call("mute", json!([false])).await;
    bob.talk(3);

    bob.say("mute");
    alice.call("hearsNothing", json!([2000])).await;
    bob.say("unmute");
    alice.hears_tone(VOICE_HZ).await;
    alice.run("hangUp").await;
    alice.wait("disconnect").await;

    let over = bob.over();
    over.completed("remoteHangup");
    let heard = over.heard();
    let muted = heard.pauses();
    assert_eq!(muted.len(), 1, "beeps at {:?} of {}", heard.beeps(), heard.length());
    assert!((3.0..8.0).contains(&muted[0].length()), "{muted:?}");
    assert!(heard.is_silent_in(muted[0]), "{muted:?}");
    assert_eq!(alice.run("rest").await, json!(["registered", "ringing"]), "a normal end is no error");
    for (user, direction) in [(&office.alice, "outbound"), (&office.bob, "inbound")] {
        let calls = office.history(user).await;
        assert_eq!(calls.len(), 1);
        assert_eq!((&calls[0]["direction"], &calls[0]["status"]), (&json!(direction), &json!("completed")));
    }
    assert_eq!(office.history(&office.bob).await[0]["id"], over.summary["call_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mcall_calls_the_sdk_and_hangs_up_when_its_time_is_over() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = Headless::start(&office, &office.bob, "mcall-hangs-up", &["call", "101", "--duration", "6s"]);
    let incoming = alice.wait("incoming").await;
    assert_eq!(incoming["parameters"]["From"], "client:bob");
    assert_eq!(incoming["custom"]["FromExtension"], "102");
    bob.event("ringing");
    alice.run("accept").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    bob.event("connected");
    assert_eq!(alice.run("statistics").await["codecName"], "opus");
    alice.wait("disconnect").await;
    assert_eq!(alice.run("rest").await, json!(["registered"]), "a normal end is no error");

    let over = bob.over();
    over.completed("localHangup");
    let heard = over.heard();
    assert!(heard.beeps().len() >= 4, "beeps at {:?}", heard.beeps());
    assert!((5.0..7.5).contains(&heard.length()), "{} s", heard.length());
    assert_eq!(office.history(&office.bob).await[0]["id"], over.summary["call_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mcall_calls_the_sdk_which_hangs_up() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = Headless::start(&office, &office.bob, "sdk-hangs-up", &["call", "alice"]);
    alice.wait("incoming").await;
    alice.run("accept").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    bob.talk(3);
    alice.run("hangUp").await;
    let over = bob.over();
    over.completed("remoteHangup");
    assert!(over.heard().beeps().len() >= 2);
    assert_eq!(alice.run("rest").await, json!(["registered", "disconnect"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_without_opus_and_mcall_speak_pcmu_and_press_its_keys() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    alice.run("forgetOpus").await;
    let mut bob = Headless::answering(&office, &office.bob, "pcmu");
    alice.dial("102").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    assert_eq!(alice.run("statistics").await["codecName"], "PCMU");
    bob.talk(2);
    alice.call("digits", json!(["19#"])).await;
    bob.keys("19#");
    bob.say("digits 5555");
    alice.hears_key("5").await;
    alice.hears_tone(VOICE_HZ).await;
    bob.talk(2);
    alice.run("hangUp").await;
    let over = bob.over();
    over.completed("remoteHangup");
    let heard = over.heard();
    assert!(heard.beeps().len() >= 6, "beeps at {:?} of {}", heard.beeps(), heard.length());
}

#[tokio::test(flavor = "multi_thread")]
async fn mcall_hears_that_the_sdk_declines_and_the_sdk_that_mcall_gives_up() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let declined = Headless::start(&office, &office.bob, "sdk-declines", &["call", "101"]);
    alice.wait("incoming").await;
    alice.run("reject").await;
    let over = declined.over();
    assert_eq!((over.reason.as_str(), over.status), ("declined", Some(4)));
    assert_eq!(over.summary["status"], "busy");

    let mut given_up = Headless::start(&office, &office.carol, "mcall-gives-up", &["call", "101"]);
    alice.wait("incoming").await;
    given_up.event("ringing");
    given_up.say("hangup");
    alice.wait("cancel").await;
    let over = given_up.over();
    assert_eq!((over.reason.as_str(), over.status), ("localCancel", Some(4)));
    assert_eq!(over.summary["status"], "canceled");
}

#[tokio::test(flavor = "multi_thread")]
async fn mcall_puts_the_sdk_on_hold_and_comes_back() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let mut bob = Headless::answering(&office, &office.bob, "hold");
    alice.dial("102").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    bob.talk(2);
    bob.say("hold");
    assert_eq!(bob.event("held")["held"], true);
    alice.call("hearsNothing", json!([3000])).await;
    bob.say("resume");
    assert_eq!(bob.event("held")["held"], false);
    alice.hears_tone(VOICE_HZ).await;
    bob.talk(3);
    alice.run("hangUp").await;
    let over = bob.over();
    over.completed("remoteHangup");
    let heard = over.heard();
    let held = heard.pauses();
    assert!(matches!(held[..], [pause] if heard.is_silent_in(pause)), "beeps at {:?}", heard.beeps());
    let lost = over.summary["packets_lost"].as_u64().unwrap();
    assert!(lost < 5, "what is not sent to who holds is not lost: {lost}");
}
