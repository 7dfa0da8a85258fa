//! Calls that nobody talks in, or that end as they should not.

use super::{Cloud, INCOMING, OUTBOUND, OWN, SARA, SLOW, dial, ring};
use crate::browser::Page;
use crate::headless::VOICE_HZ;
use mobilecall_twilio_stand_in::{Phone, Then};
use serde_json::{Value, json};

/// The code with which a call of the page is refused.
async fn refused(phone: &Page, to: &str) -> u64 {
    phone.dial(to).await;
    let code = phone.error("call").await;
    phone.wait("disconnect").await;
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_a_call_is_told_by_its_code() {
    let cloud = Cloud::open().await;
    let alice = cloud.phone("alice").await;
    for (then, code) in [(Then::IsBusy, 31486), (Then::DoesNotExist, 31404), (Then::RingsOn, 31480)] {
        cloud.stand_in.set_phone(SARA, Phone { then, ..Phone::default() }).await;
        cloud.answers(OUTBOUND, json!([dial(SARA, json!({ "timeout": 1 }))])).await;
        assert_eq!(refused(&alice, SARA).await, code, "{then:?}");
    }
    for (verb, code) in [(json!(["reject"]), 31603), (json!(["reject", { "reason": "busy" }]), 31486)] {
        cloud.answers(OUTBOUND, json!([verb])).await;
        assert_eq!(refused(&alice, SARA).await, code, "{verb}");
    }
    for (status, body, alert) in [(200, "<Response><Dance/></Response>", 12_200), (500, "", 11_200)] {
        cloud.answers_plainly(OUTBOUND, status, body).await;
        assert_eq!(refused(&alice, SARA).await, 31002, "{body}");
        assert_eq!(cloud.alerts().await.last(), Some(&alert));
    }
    for code in [31000, 31001, 31002, 31003, 31005, 31206] {
        cloud.stand_in.refuse_next_call(code).await;
        assert_eq!(refused(&alice, SARA).await, u64::from(code));
    }
    alice.call("dial", json!([{ "To": SARA, "Note": "x".repeat(900) }])).await;
    assert_eq!(alice.error("call").await, 31103, "too many parameters");
}

/// Codes that came late to the SDK are 31005 unless it is asked to be precise, and so are those that it does not know.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_the_sdk_keeps_to_itself_is_31005() {
    let cloud = Cloud::open().await;
    cloud.answers(OUTBOUND, json!([["reject", { "reason": "busy" }]])).await;
    let options = json!({ "enableImprovedSignalingErrorPrecision": false });
    let alice = cloud.phone_with(&cloud.token("alice"), options).await;
    alice.run("register").await;
    assert_eq!(refused(&alice, SARA).await, 31005);
    cloud.stand_in.refuse_next_call(31_408).await;
    assert_eq!(refused(&alice, SARA).await, 31005);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_without_an_address_cannot_be_called() {
    let cloud = Cloud::open_with(|account| account.applications[0].voice.url = None).await;
    let alice = cloud.phone("alice").await;
    assert_eq!(refused(&alice, SARA).await, 31404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_gives_up_is_heard_no_more() {
    let cloud = Cloud::open().await;
    cloud.answers(INCOMING, json!([ring(&["alice"], json!({ "answerOnBridge": true }))])).await;
    let alice = cloud.phone("alice").await;
    cloud.stand_in.call_in(SARA, OWN).await;
    alice.wait("incoming").await;
    cloud.stand_in.hang_up(SARA).await;
    alice.wait("cancel").await;

    cloud.answers(OUTBOUND, json!([dial(SLOW, json!({ "action": "/done" }))])).await;
    alice.dial(SLOW).await;
    alice.wait("ringing").await;
    alice.run("hangUp").await;
    alice.wait("disconnect").await;
    assert_eq!(cloud.asked("/done").await["DialCallStatus"], "canceled");
    let statuses = legs(&cloud, 3).await;
    assert_eq!(statuses, ["initiated", "ringing", "canceled"]);
}

/// The statuses of the next callbacks about a leg.
async fn legs(cloud: &Cloud, count: usize) -> Vec<Value> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(cloud.asked("/leg").await["CallStatus"].take());
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_called_rejects_and_the_application_goes_on() {
    let cloud = Cloud::open().await;
    let (alice, bob) = (cloud.phone("alice").await, cloud.phone("bob").await);
    cloud.answers(INCOMING, json!([ring(&["alice"], json!({ "answerOnBridge": true, "action": "/next" }))])).await;
    cloud.answers("/next", json!([["dial", { "answerOnBridge": true }, [["client", {}, "bob"]]]])).await;
    cloud.stand_in.call_in(SARA, OWN).await;
    alice.wait("incoming").await;
    alice.run("reject").await;
    assert_eq!(cloud.asked("/next").await["DialCallStatus"], "busy");
    bob.wait("incoming").await;
    bob.run("accept").await;
    bob.wait("accept").await;
    bob.hears_tone(VOICE_HZ).await;
    bob.run("hangUp").await;

    cloud.answers(OUTBOUND, json!([ring(&["alice"], json!({ "answerOnBridge": true }))])).await;
    bob.wait("disconnect").await;
    bob.dial("client:alice").await;
    alice.wait("incoming").await;
    alice.run("reject").await;
    assert_eq!(bob.error("call").await, 31603);
    bob.wait("disconnect").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_end_with_a_code_at_will_and_without_one_when_the_application_fails() {
    let cloud = Cloud::open().await;
    cloud.answers(OUTBOUND, json!([dial(SARA, json!({ "action": "/broken" }))])).await;
    cloud.answers_plainly("/broken", 200, "<Response><Dance/></Response>").await;
    let alice = cloud.phone("alice").await;
    alice.dial(SARA).await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    cloud.stand_in.hang_up(SARA).await;
    alice.wait("disconnect").await;
    assert_eq!(alice.run("rest").await, json!(["registered", "ringing"]), "an answered call is not refused");
    assert_eq!(cloud.alerts().await, [12_200]);
    alice.dial(SARA).await;
    alice.wait("accept").await;
    cloud.stand_in.fail_calls(53_405).await;
    assert_eq!(alice.error("call").await, 53405);
    alice.wait("disconnect").await;
}
