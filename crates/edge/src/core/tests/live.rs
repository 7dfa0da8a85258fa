use super::world::*;
use crate::core::*;
use mobilecall_domain::{CallStatus, Private, SdpOffer};
use mobilecall_pstream::ClientFrame;
use mobilecall_pstream::client::{Dtmf, Message, Reinvite};
use std::time::Duration;

#[test]
fn either_side_hangs_up() {
    for (by, other) in [(ALICE, BOB), (BOB, ALICE)] {
        let mut world = World::office();
        let [(alice, _), (bob, _)] = world.talking();
        let sid = if by == ALICE { alice } else { bob };
        world.hang_up(by, &sid);
        assert_eq!(world.heard(other), ["hangup"]);
        assert!(world.heard(by).is_empty());
        world.hang_up(by, &sid);
        assert!(world.sent.is_empty(), "a second hang-up says nothing");
        assert!(world.records.values().all(|record| record.status == CallStatus::Completed));
    }
}

#[test]
fn a_reinvite_is_answered_and_a_bad_one_leaves_media_as_it_is() {
    let mut world = World::office();
    let [(alice, _), (bob, _)] = world.talking();
    let reinvite = |sid: &str| ClientFrame::Reinvite(Reinvite { callsid: sid.to_owned(), sdp: SdpOffer::new("hold") });
    world.frame(ALICE, reinvite(&alice));
    assert_eq!(world.heard(ALICE), ["answer sdp"]);
    assert!(world.heard(BOB).is_empty());
    for (problem, heard) in [
        (MediaProblem::Malformed, "error 31400"),
        (MediaProblem::Incompatible, "error 31488"),
        (MediaProblem::Ours, "error 31500"),
    ] {
        world.media_problem = Some((problem, "reanswer"));
        world.frame(BOB, reinvite(&bob));
        assert_eq!(world.heard(BOB), [heard]);
    }
    world.frame(CAROL, reinvite(&alice));
    assert_eq!(world.heard(CAROL), ["hangup 31209"], "a call of somebody else");
    world.hang_up(ALICE, &alice);
    assert_eq!(world.heard(BOB), ["hangup"]);
}

#[test]
fn messages_are_acknowledged_or_refused() {
    let mut world = World::office();
    let [(alice, _), _] = world.talking();
    let message = |callsid: &str, kind: &str, content: String| {
        ClientFrame::Message(Message {
            callsid: callsid.to_owned(),
            content: serde_json::Value::String(content),
            contenttype: "application/json".to_owned(),
            messagetype: kind.to_owned(),
            voiceeventsid: "KX1".to_owned(),
        })
    };
    let table = [
        (message(&alice, "user-defined-message", "x".into()), "ack"),
        (message("CA0", "user-defined-message", "x".into()), "error 31100"),
        (message(&alice, "rocket", "x".into()), "error 31210"),
        (message(&alice, "user-defined-message", "x".repeat(10_001)), "error 31212"),
    ];
    for (frame, heard) in table {
        world.frame(ALICE, frame);
        assert_eq!(world.heard(ALICE), [heard]);
    }
}

#[test]
fn digits_beside_the_audio_are_refused_with_the_remedy() {
    let mut world = World::office();
    let [(alice, _), _] = world.talking();
    world.frame(ALICE, ClientFrame::Dtmf(Dtmf { callsid: alice, dtmf: Private::new("12#".into()) }));
    assert_eq!(world.heard(ALICE), ["error 31400"]);
}

#[test]
fn media_that_never_comes_ends_the_call() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    world.accept(BOB, &bob);
    world.sent.clear();
    let (caller, _) = world.joined[0];
    world.input(Input::Media(caller, MediaOutcome::Connected));
    world.pass(Duration::from_secs(30));
    assert_eq!(world.heard(BOB), ["hangup 53405"]);
    assert_eq!(world.heard(ALICE), ["hangup"]);
}

#[test]
fn lost_media_may_come_back_within_thirty_seconds() {
    let mut world = World::office();
    world.talking();
    let (caller, _) = world.joined[0];
    world.input(Input::Media(caller, MediaOutcome::Lost));
    world.pass(Duration::from_secs(29));
    world.input(Input::Media(caller, MediaOutcome::Connected));
    world.pass(Duration::from_secs(60));
    assert!(world.sent.is_empty());
    world.input(Input::Media(caller, MediaOutcome::Lost));
    world.pass(Duration::from_secs(30));
    assert_eq!(world.heard(ALICE), ["hangup 53405"]);
    assert_eq!(world.heard(BOB), ["hangup"]);
}

#[test]
fn outcomes_of_a_call_that_is_over_are_ignored() {
    let mut world = World::office();
    let [(alice, _), _] = world.talking();
    let (caller, callee) = world.joined[0];
    world.hang_up(ALICE, &alice);
    world.sent.clear();
    for leg in [caller, callee, LegKey(999)] {
        world.input(Input::Media(leg, MediaOutcome::Lost));
        world.input(Input::Media(leg, MediaOutcome::Offered(SdpOffer::new("late"))));
    }
    world.input(Input::Resolved(CallKey(999), Ok(crate::host::Destination::Unknown)));
    assert!(world.sent.is_empty());
}
