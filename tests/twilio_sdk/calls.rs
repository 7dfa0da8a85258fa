//! Calls that are answered.

use crate::office::Office;
use mobilecall_testkit::TestUser;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_is_heard_and_muting_silences_it() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    alice.dial("*43").await;
    alice.talks().await;
    let statistics = alice.run("statistics").await;
    println!("{statistics}");
    assert_eq!(statistics["codecName"], "opus");
    assert!(statistics["packetsLostFraction"].as_f64().unwrap() < 2.0);
    office.seen(&office.alice, "busy").await;

    alice.call("mute", json!([true])).await;
    alice.call("hearsNothing", json!([2500])).await;
    alice.call("mute", json!([false])).await;
    alice.run("hears").await;
    alice.run("hangUp").await;
    alice.wait("disconnect").await;
    office.seen(&office.alice, "available").await;
    let calls = office.history(&office.alice).await;
    assert_eq!(calls.len(), 1);
    assert_eq!((&calls[0]["toNumber"], &calls[0]["status"]), (&json!("*43"), &json!("completed")));
    assert_eq!((&calls[0]["direction"], &calls[0]["line"]), (&json!("outbound"), &json!("direct")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_works_with_pcmu_too() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    alice.run("forgetOpus").await;
    alice.dial("*43").await;
    alice.talks().await;
    assert_eq!(alice.run("statistics").await["codecName"], "PCMU");
    alice.run("hangUp").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_phones_talk_and_both_histories_tell_it() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = office.phone(&office.bob).await;
    alice.dial("102").await;
    let incoming = bob.wait("incoming").await;
    assert_eq!(incoming["parameters"]["From"], "client:alice");
    assert_eq!(incoming["parameters"]["To"], "client:bob");
    assert_eq!(incoming["custom"]["FromName"], office.alice.user.name.as_str());
    assert_eq!(incoming["custom"]["FromExtension"], "101");
    alice.wait("ringing").await;
    bob.run("accept").await;
    alice.talks().await;
    bob.talks().await;
    for phone in [&alice, &bob] {
        assert_eq!(phone.run("statistics").await["codecName"], "opus");
    }
    office.seen(&office.bob, "busy").await;
    alice.call("message", json!([{"note": "مرحبا"}])).await;
    alice.wait("message sent").await;

    alice.run("hangUp").await;
    bob.wait("disconnect").await;
    assert_eq!(bob.run("rest").await, json!(["registered"]), "a normal end is no error");
    let calls = office.history(&office.bob).await;
    assert_eq!(calls[0]["id"], incoming["custom"]["CallId"]);
    assert_eq!(calls[0]["twilioCallSid"], incoming["parameters"]["CallSid"]);
    for (user, direction) in [(&office.alice, "outbound"), (&office.bob, "inbound")] {
        let calls = office.history(user).await;
        assert_eq!(calls.len(), 1);
        assert_eq!((&calls[0]["direction"], &calls[0]["status"]), (&json!(direction), &json!("completed")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_called_phone_may_hang_up_too() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = office.phone(&office.bob).await;
    alice.dial("client:bob").await;
    bob.wait("incoming").await;
    bob.run("accept").await;
    alice.talks().await;
    bob.run("hangUp").await;
    alice.wait("disconnect").await;
    assert_eq!(alice.run("rest").await, json!(["registered", "ringing"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_phones_with_different_favorite_codecs_agree() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = with_favorite(&office, &office.bob, "pcmu").await;
    alice.dial("bob").await;
    bob.wait("incoming").await;
    bob.run("accept").await;
    alice.talks().await;
    bob.talks().await;
    let (from, to) = (alice.run("statistics").await, bob.run("statistics").await);
    assert_eq!(from["codecName"], to["codecName"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_that_answers_has_the_call_and_the_others_stop_ringing() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let desk = office.phone(&office.bob).await;
    let laptop = office.phone(&office.bob).await;
    alice.dial("bob").await;
    desk.wait("incoming").await;
    laptop.wait("incoming").await;
    laptop.run("accept").await;
    desk.wait("cancel").await;
    alice.talks().await;
    laptop.talks().await;
    alice.run("hangUp").await;
    laptop.wait("disconnect").await;
}

async fn with_favorite(office: &Office, user: &TestUser, codec: &str) -> crate::browser::Page {
    let page = crate::browser::Browser::shared().page().await;
    let address = format!("localhost:{}", office.server.address().port());
    let order = if codec == "pcmu" { ["pcmu", "opus"] } else { ["opus", "pcmu"] };
    let token = office.token(user).await;
    page.call("start", json!([token, {"chunderw": address, "codecPreferences": order}])).await;
    page.run("register").await;
    page
}
