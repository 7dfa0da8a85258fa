//! Calls of a softphone, out and in, with their sound.

use crate::softphone::{Softphone, dial};
use crate::{OWN, SARA, share_of, start, tone};
use mobilecall_domain::EndReason;
use mobilecall_twilio_stand_in::{CallbackFault, CallbackRule, Faults, Phone, Then, WebhookKind};
use std::time::Duration;

const OUTBOUND: &str = "/api/calls/twiml/outbound";
const INCOMING: &str = "/api/calls/webhook/incoming";
const STATUS: &str = "/api/calls/webhook/status";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_to_a_telephone_has_sound_both_ways_and_is_told_step_by_step() {
    let (stand_in, application) = start().await;
    application.answers(OUTBOUND, &dial(SARA, ""));
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let (leg, mut sound) = alice.call(SARA).await;
    let asked = application.next(OUTBOUND).await;
    assert_eq!((asked.get("From"), asked.get("To")), ("client:alice", SARA));
    assert_eq!((asked.get("Direction"), asked.get("CallStatus")), ("inbound", "ringing"));
    assert_eq!(asked.get("CallId").len(), 36, "the softphone's own id of the call comes along");
    let sara_hears = async || share_of(stand_in.heard(SARA).await.0.samples(), 1_000.0) > 0.8;
    sound.talk(&tone(1_000.0), 440.0, sara_hears).await;
    alice.hang_up(leg);
    for (index, status) in ["initiated", "ringing", "in-progress", "completed"].into_iter().enumerate() {
        let told = application.next("/leg").await;
        assert_eq!((told.get("CallStatus"), told.get("SequenceNumber")), (status, index.to_string().as_str()));
        assert_eq!(told.get("ParentCallSid"), asked.get("CallSid"));
    }
    let told = application.next(STATUS).await;
    assert_eq!((told.get("CallSid"), told.get("CallStatus")), (asked.get("CallSid"), "completed"));
    assert_eq!(stand_in.alerts().await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_from_a_telephone_rings_everybody_and_is_taken_by_one() {
    let (stand_in, application) = start().await;
    application.answers(INCOMING, "<Dial answerOnBridge=\"true\"><Client>alice</Client><Client>bob</Client></Dial>");
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let mut bob = Softphone::registered(&stand_in, "bob").await;
    stand_in.call_in(SARA, OWN).await;
    let missed = bob.rings().await;
    let (leg, mut sound, from) = alice.take().await;
    assert_eq!(from, SARA);
    assert_eq!(bob.is_over(missed).await.0, EndReason::RemoteCancel);
    let sara_hears = async || share_of(stand_in.heard(SARA).await.0.samples(), 1_000.0) > 0.8;
    sound.talk(&tone(1_000.0), 440.0, sara_hears).await;
    stand_in.hang_up(SARA).await;
    assert_eq!(alice.is_over(leg).await, (EndReason::RemoteHangup, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_becomes_of_a_call_reaches_the_softphone() {
    let (stand_in, application) = start().await;
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    for (then, reason, code) in
        [(Then::IsBusy, EndReason::Busy, 31486), (Then::DoesNotExist, EndReason::UnknownDestination, 31404)]
    {
        application.answers(OUTBOUND, &dial(SARA, "").replace(" action=\"/done\"", ""));
        stand_in.set_phone(SARA, Phone { then, ..Phone::default() }).await;
        assert_eq!(alice.is_refused(SARA).await, (reason, Some(code)));
    }
    application.answers(OUTBOUND, "<Dance/>");
    assert_eq!(alice.is_refused(SARA).await, (EndReason::NotAllowed, Some(31002)));
    assert_eq!(stand_in.alerts().await[0].code, 12_200);
    stand_in.refuse_next_call(31_001).await;
    assert_eq!(alice.is_refused(SARA).await, (EndReason::UnknownDestination, Some(31001)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_outlives_its_connection() {
    let (stand_in, application) = start().await;
    application.answers("/done", "");
    application.answers(OUTBOUND, &dial(SARA, ""));
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let (leg, mut sound) = alice.call(SARA).await;
    stand_in.cut_connections();
    alice.recovers(leg).await;
    let sara_hears = async || share_of(stand_in.heard(SARA).await.0.samples(), 1_000.0) > 0.8;
    sound.talk(&tone(1_000.0), 440.0, sara_hears).await;
    stand_in.hang_up(SARA).await;
    assert_eq!(alice.is_over(leg).await, (EndReason::RemoteHangup, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callbacks_are_turned_round_repeated_and_dropped_at_will() {
    let (stand_in, application) = start().await;
    application.answers(OUTBOUND, &dial(SARA, ""));
    let rule = |status: &str, fault| CallbackRule {
        kind: Some(WebhookKind::Status),
        status: Some(status.to_owned()),
        fault,
        times: None,
    };
    let faults = Faults::default()
        .callback(rule("initiated", CallbackFault::Dropped))
        .callback(rule("ringing", CallbackFault::AfterNext))
        .callback(rule("in-progress", CallbackFault::Repeated(1)));
    stand_in.set_faults(faults);
    stand_in.set_phone(SARA, Phone { hangs_up_after: Some(Duration::from_millis(100)), ..Phone::default() }).await;
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let (leg, _sound) = alice.call(SARA).await;
    alice.is_over(leg).await;
    for status in ["in-progress", "in-progress", "ringing", "completed"] {
        assert_eq!(application.next("/leg").await.get("CallStatus"), status);
    }
}
