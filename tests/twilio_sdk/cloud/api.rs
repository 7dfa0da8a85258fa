//! Twilio's library makes and directs calls through the stand-in's API.

use super::{Cloud, OWN, SARA, dial};
use crate::headless::VOICE_HZ;
use mobilecall_testkit::eventually;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_library_calls_a_softphone_and_directs_the_call_to_its_end() {
    let cloud = Cloud::open().await;
    let say = json!(["say", { "language": "ar-AE", "voice": "Polly.Hala-Neural" }, "جاري توصيلك بالعميل"]);
    cloud.answers("/hello", json!([say, dial(SARA, json!({}))])).await;
    let alice = cloud.phone("alice").await;
    let wanted = json!({
        "to": "client:alice", "from": OWN, "url": cloud.at("/hello"), "statusCallback": cloud.at("/own"),
        "statusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    });
    let created = cloud.reads(json!(["calls", ["create", wanted]])).await;
    assert_eq!((&created["status"], &created["direction"]), (&json!("queued"), &json!("outbound-api")));
    let sid = &created["sid"];
    let incoming = alice.wait("incoming").await;
    assert_eq!((&incoming["parameters"]["From"], &incoming["parameters"]["CallSid"]), (&json!(OWN), sid));
    alice.run("accept").await;
    let asked = cloud.asked("/hello").await;
    assert_eq!((&asked["CallSid"], &asked["CallStatus"]), (sid, &json!("in-progress")));
    alice.talks().await;
    alice.hears_tone(VOICE_HZ).await;
    cloud.hears_browser(SARA).await;

    let call = cloud.reads(json!([["calls", sid], ["fetch"]])).await;
    assert_eq!(
        (&call["status"], &call["to"], &call["endTime"]),
        (&json!("in-progress"), &json!("client:alice"), &json!(null))
    );
    let filter = json!({ "status": "in-progress", "to": "client:alice", "startTimeAfter": created["dateCreated"] });
    assert_eq!(sids(&cloud.reads(json!(["calls", ["list", filter]])).await), [sid]);
    let children = cloud.reads(json!(["calls", ["list", { "parentCallSid": sid }]])).await;
    assert_eq!((&children[0]["to"], &children[0]["direction"]), (&json!(SARA), &json!("outbound-dial")));

    let twiml = "<Response><Say loop=\"0\">Please hold the line.</Say></Response>";
    cloud.reads(json!([["calls", sid], ["update", { "twiml": twiml }]])).await;
    ended(&cloud, &children[0]["sid"]).await;
    alice.run("hears").await;
    let ended_call = cloud.reads(json!([["calls", sid], ["update", { "status": "completed" }]])).await;
    assert_eq!(ended_call["status"], "completed");
    alice.wait("disconnect").await;
    let seconds: u32 = ended_call["duration"].as_str().and_then(|seconds| seconds.parse().ok()).expect("whole seconds");
    assert!(seconds > 0 && !ended_call["endTime"].is_null(), "{ended_call}");
    for status in ["initiated", "ringing", "in-progress", "completed"] {
        assert_eq!(cloud.asked("/own").await["CallStatus"], status);
    }
    assert!(cloud.alerts().await.is_empty(), "the stand-in reads what Twilio's library writes");

    assert_eq!(cloud.reads(json!([["calls", sid], ["remove"]])).await, true);
    assert_eq!(cloud.refuses(json!([["calls", sid], ["fetch"]])).await["code"], 20_404);
}

/// Waits for the end of a call.
async fn ended(cloud: &Cloud, sid: &Value) {
    eventually("the end of a call", async || {
        let call = cloud.reads(json!([["calls", sid], ["fetch"]])).await;
        (call["status"] == "completed").then_some(())
    })
    .await;
}

fn sids(list: &Value) -> Vec<&Value> {
    list.as_array().expect("a list").iter().map(|it| &it["sid"]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_follows_lists_from_page_to_page() {
    let cloud = Cloud::open().await;
    cloud.answers("/hello", json!([["pause", { "length": 60 }]])).await;
    let create = json!(["calls", ["create", { "to": SARA, "from": OWN, "url": cloud.at("/hello") }]]);
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(cloud.reads(create.clone()).await["sid"].take());
    }
    made.reverse();
    let listed = cloud.reads(json!(["calls", ["list", { "pageSize": 2 }]])).await;
    assert_eq!(sids(&listed), made.iter().collect::<Vec<_>>(), "all pages, the newest first");
    let listed = cloud.reads(json!(["calls", ["list", { "limit": 3, "pageSize": 2 }]])).await;
    assert_eq!(sids(&listed), made[..3].iter().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_reads_and_changes_what_is_set_up() {
    let cloud = Cloud::open().await;
    let account = cloud.account();
    let sid = json!(account.sid);
    let shown = cloud.reads(json!(["api", "v2010", ["accounts", sid], ["fetch"]])).await;
    assert_eq!((&shown["sid"], &shown["status"]), (&sid, &json!("active")));
    assert_eq!(cloud.reads(json!(["balance", ["fetch"]])).await["currency"], "USD");
    let numbers = cloud.reads(json!(["incomingPhoneNumbers", ["list", { "phoneNumber": OWN }]])).await;
    assert_eq!(numbers[0]["voiceUrl"], cloud.at(super::INCOMING));
    let change = json!({ "voiceUrl": cloud.at("/elsewhere"), "voiceMethod": "GET" });
    let number = cloud.reads(json!([["incomingPhoneNumbers", numbers[0]["sid"]], ["update", change]])).await;
    assert_eq!((&number["voiceUrl"], &number["voiceMethod"]), (&json!(cloud.at("/elsewhere")), &json!("GET")));
    let app = json!(account.applications[0].sid);
    let app = cloud.reads(json!([["applications", app], ["fetch"]])).await;
    assert_eq!(app["voiceUrl"], cloud.at(super::OUTBOUND));
    cloud.stand_in.verify_number(SARA).await;
    let verified = cloud.reads(json!(["outgoingCallerIds", ["list", { "phoneNumber": SARA }]])).await;
    assert_eq!(verified[0]["phoneNumber"], SARA);
    let relays = cloud.reads(json!(["tokens", ["create", { "ttl": 60 }]])).await;
    assert_eq!((&relays["ttl"], relays["iceServers"].as_array().map(Vec::len)), (&json!("60"), Some(1)));
    let country = cloud.reads(json!(["voice", "v1", "dialingPermissions", ["countries", "SA"], ["fetch"]])).await;
    assert_eq!(country["lowRiskNumbersEnabled"], true);

    // Asked by GET now, with everything in the query; the signature is of that address.
    cloud.answers("/elsewhere", json!([["reject"]])).await;
    cloud.stand_in.call_in(SARA, OWN).await;
    assert_eq!(cloud.asked("/elsewhere").await, json!({}));
}
