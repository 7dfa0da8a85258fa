//! Conferences that Twilio's library looks into and directs.

use super::{Cloud, OUTBOUND, OWN, SARA};
use crate::headless::VOICE_HZ;
use mobilecall_testkit::eventually;
use serde_json::{Value, json};

/// Comes into the conference under a label.
async fn enter(cloud: &Cloud, label: &str) -> crate::browser::Page {
    let options = json!({
        "participantLabel": label, "statusCallback": "/room", "statusCallbackEvent": "start end join leave mute hold",
        "record": "record-from-start", "recordingStatusCallback": "/tape",
    });
    cloud.answers(OUTBOUND, json!([["dial", {}, [["conference", options, "room"]]]])).await;
    let phone = cloud.phone(label).await;
    phone.dial("room").await;
    phone.wait("accept").await;
    cloud.asked(OUTBOUND).await;
    phone
}

/// What the application is told of the conference next.
async fn told(cloud: &Cloud) -> (String, Value) {
    let mut told = cloud.asked("/room").await;
    (told["StatusCallbackEvent"].as_str().expect("an event").to_owned(), told["ParticipantLabel"].take())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_holds_mutes_adds_and_removes_participants() {
    let cloud = Cloud::open().await;
    let alice = enter(&cloud, "alice").await;
    alice.run("hears").await;
    let bob = enter(&cloud, "bob").await;
    assert_eq!(told(&cloud).await, ("participant-join".to_owned(), json!("alice")));
    // What concerns different calls keeps no order.
    let mut begun = [told(&cloud).await.0, told(&cloud).await.0];
    begun.sort();
    assert_eq!(begun, ["conference-start", "participant-join"]);
    alice.run("hears").await;
    bob.run("hears").await;
    let found =
        cloud.reads(json!(["conferences", ["list", { "friendlyName": "room", "status": "in-progress" }]])).await;
    let room = &found[0]["sid"];
    let at = |who: &str, step: Value| json!([["conferences", room], ["participants", who], step]);
    let everybody = cloud.reads(json!([["conferences", room], "participants", ["list"]])).await;
    let labels: Vec<&Value> = everybody.as_array().expect("a list").iter().map(|it| &it["label"]).collect();
    assert_eq!(labels, ["alice", "bob"]);

    let held = cloud.reads(at("alice", json!(["update", { "hold": true }]))).await;
    assert_eq!((&held["hold"], &held["muted"], &held["status"]), (&json!(true), &json!(false), &json!("connected")));
    bob.call("hearsNothing", json!([2_500])).await;
    alice.run("hears").await;
    cloud.reads(at("alice", json!(["update", { "hold": false }]))).await;
    bob.run("hears").await;
    cloud.reads(at("bob", json!(["update", { "muted": true }]))).await;
    alice.call("hearsNothing", json!([2_500])).await;
    for expected in ["participant-hold", "participant-unhold", "participant-mute"] {
        assert_eq!(told(&cloud).await.0, expected);
    }

    let added = json!({ "from": OWN, "to": SARA, "label": "sara", "endConferenceOnExit": false });
    let sara = cloud.reads(json!([["conferences", room], "participants", ["create", added]])).await;
    assert_eq!((&sara["label"], &sara["conferenceSid"]), (&json!("sara"), room));
    alice.hears_tone(VOICE_HZ).await;
    bob.hears_tone(VOICE_HZ).await;
    cloud.hears_browser(SARA).await;
    assert_eq!(cloud.reads(at("sara", json!(["fetch"]))).await["callSid"], sara["callSid"]);
    assert_eq!(cloud.reads(at("sara", json!(["remove"]))).await, true);
    assert_eq!(cloud.refuses(at("sara", json!(["fetch"]))).await["code"], 20_404);

    let ended = cloud.reads(json!([["conferences", room], ["update", { "status": "completed" }]])).await;
    assert_eq!(ended["status"], "completed");
    alice.wait("disconnect").await;
    bob.wait("disconnect").await;
    let mut last = String::new();
    while last != "conference-end" {
        last = told(&cloud).await.0;
    }
    assert_eq!(cloud.asked("/tape").await["RecordingStatus"], "completed");
    let recordings = eventually("the recording", async || {
        let recordings = cloud.reads(json!([["conferences", room], "recordings", ["list"]])).await;
        (recordings[0]["status"] == "completed").then_some(recordings)
    })
    .await;
    assert_eq!((&recordings[0]["source"], &recordings[0]["conferenceSid"]), (&json!("Conference"), room));
    assert!(cloud.alerts().await.is_empty(), "the stand-in reads what Twilio's library writes");
}
