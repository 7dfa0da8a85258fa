//! Recordings: what is in them, and what Twilio's library reads and changes of them.

use super::{Cloud, OUTBOUND, SARA, dial};
use crate::browser::Page;
use crate::headless::VOICE_HZ;
use crate::recording::Recording;
use crate::support::artifacts;
use mobilecall_testkit::plain_client;
use serde_json::{Value, json};
use std::fs;

/// Alice talks with Sara, and this is what she was asked about.
async fn talk(cloud: &Cloud, alice: &Page, options: Value) -> Value {
    cloud.answers(OUTBOUND, json!([dial(SARA, options)])).await;
    alice.dial(SARA).await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    cloud.asked(OUTBOUND).await["CallSid"].take()
}

/// The media at an address, or a part of it.
async fn fetch(cloud: &Cloud, url: &str, range: Option<&str>) -> (u16, Vec<u8>) {
    let account = cloud.account();
    let mut request = plain_client().get(url).basic_auth(account.sid, Some(account.auth_token.expose()));
    if let Some(range) = range {
        request = request.header("Range", range);
    }
    let response = request.send().await.expect("the stand-in answers");
    (response.status().as_u16(), response.bytes().await.expect("a body").to_vec())
}

/// Both channels of a recording, which is kept for people.
fn channels(file: &[u8], name: &str) -> [Recording; 2] {
    let path = artifacts(&format!("twilio-sdk-stand-in-{name}")).join("recording.wav");
    fs::write(&path, file).expect("the recording can be kept");
    Recording::read_channels(&path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_has_each_side_on_a_channel_and_is_found_fetched_and_deleted() {
    let cloud = Cloud::open().await;
    let alice = cloud.phone("alice").await;
    let options = json!({
        "record": "record-from-answer-dual", "recordingStatusCallback": "/tape",
        "recordingStatusCallbackEvent": "in-progress completed absent",
    });
    let call = talk(&cloud, &alice, options).await;
    cloud.hears_browser(SARA).await;
    alice.run("hangUp").await;
    alice.wait("disconnect").await;
    assert_eq!(cloud.asked("/tape").await["RecordingStatus"], "in-progress");
    let tape = cloud.asked("/tape").await;
    assert_eq!((&tape["RecordingStatus"], &tape["RecordingChannels"]), (&json!("completed"), &json!("2")));

    let listed = cloud.reads(json!(["recordings", ["list", { "callSid": call }]])).await;
    let sid = &tape["RecordingSid"];
    assert_eq!((&listed[0]["sid"], listed.as_array().map(Vec::len)), (sid, Some(1)));
    assert_eq!(cloud.reads(json!([["calls", call], "recordings", ["list"]])).await[0]["sid"], *sid);
    let recording = cloud.reads(json!([["recordings", sid], ["fetch"]])).await;
    assert_eq!((&recording["status"], &recording["source"]), (&json!("completed"), &json!("DialVerb")));
    assert_eq!((&recording["channels"], &recording["duration"]), (&json!(2), &tape["RecordingDuration"]));

    let url = recording["mediaUrl"].as_str().expect("an address");
    let (status, file) = fetch(&cloud, &format!("{url}.wav"), None).await;
    assert_eq!(status, 200);
    assert_eq!(fetch(&cloud, url, Some("bytes=100-199")).await, (206, file[100..200].to_vec()), "players seek");
    let [caller, called] = channels(&file, "recording");
    assert!(caller.beeps().len() >= 3 && caller.pauses().is_empty(), "Alice: {:?}", caller.beeps());
    assert!(caller.seconds_of(VOICE_HZ) < 0.2, "Sara is not on Alice's channel");
    let spoken = called.seconds_of(VOICE_HZ);
    assert!((spoken - called.length() / 2.0).abs() < 1.0, "Sara: {spoken} of {}", called.length());
    let told: f64 = tape["RecordingDuration"].as_str().and_then(|seconds| seconds.parse().ok()).expect("seconds");
    assert!((told - called.length()).abs() <= 1.0, "{told} and {}", called.length());

    assert_eq!(cloud.reads(json!([["recordings", sid], ["remove"]])).await, true);
    assert_eq!(cloud.refuses(json!([["recordings", sid], ["fetch"]])).await["code"], 20_404);
    assert_eq!(fetch(&cloud, url, None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_starts_pauses_and_stops_a_recording() {
    let cloud = Cloud::open().await;
    let alice = cloud.phone("alice").await;
    let call = talk(&cloud, &alice, json!({})).await;
    let wanted = json!({ "recordingChannels": "dual", "recordingStatusCallback": cloud.at("/tape") });
    let begun = cloud.reads(json!([["calls", call], "recordings", ["create", wanted]])).await;
    assert_eq!((&begun["status"], &begun["source"]), (&json!("in-progress"), &json!("StartCallRecordingAPI")));
    cloud.hears_browser(SARA).await;
    let change = |to: Value| json!([["calls", call], ["recordings", "Twilio.CURRENT"], ["update", to]]);
    assert_eq!(cloud.reads(change(json!({ "status": "paused", "pauseBehavior": "skip" }))).await["status"], "paused");
    cloud.hears_browser(SARA).await;
    assert_eq!(cloud.refuses(change(json!({ "status": "paused" }))).await["status"], 400);
    assert_eq!(cloud.reads(change(json!({ "status": "in-progress" }))).await["status"], "in-progress");
    cloud.hears_browser(SARA).await;
    cloud.reads(change(json!({ "status": "stopped" }))).await;
    let tape = cloud.asked("/tape").await;
    assert_eq!(tape["RecordingSid"], begun["sid"]);
    alice.run("hangUp").await;
    alice.wait("disconnect").await;
    let heard = cloud.heard(SARA, "paused").await;
    let (_, file) = fetch(&cloud, tape["RecordingUrl"].as_str().expect("an address"), None).await;
    let [caller, _] = channels(&file, "paused-recording");
    assert!(caller.length() < heard.length() - 1.0, "{} of {}: a pause is left out", caller.length(), heard.length());
    assert!(caller.beeps().len() >= 5, "beeps at {:?}", caller.beeps());
}
