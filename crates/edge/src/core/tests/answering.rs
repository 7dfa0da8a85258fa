use super::world::*;
use crate::core::*;
use mobilecall_domain::{CallStatus, Direction, LineKind};
use mobilecall_pstream::ServerFrame;
use mobilecall_transport::Codec;
use std::time::Duration;

#[test]
fn every_registered_device_rings_and_the_caller_hears_it_once() {
    let mut world = World::office();
    world.dial(ALICE, "bob");
    assert_eq!(world.heard(ALICE), ["ringing sdp"]);
    let ServerFrame::Invite(invite) = &world.sent[&BOB][0] else { panic!() };
    assert_eq!(invite.parameters.get("From"), Some("client:alice"));
    assert_eq!(invite.parameters.get("To"), Some("client:bob"));
    assert_eq!(invite.parameters.get("CallSid"), Some(invite.callsid.as_str()));
    assert_eq!(invite.parameters.custom("FromName").as_deref(), Some("alice علي"));
    assert_eq!(invite.parameters.custom("FromExtension").as_deref(), Some("101"));
    let record = invite.parameters.custom("CallId").unwrap().parse().unwrap();
    assert_eq!(world.records[&record].direction, Direction::Incoming);
    let ServerFrame::Invite(other) = &world.sent[&BOB_TOO][0] else { panic!() };
    assert_eq!((&other.callsid, &other.parameters), (&invite.callsid, &invite.parameters), "one call on both devices");
    assert_ne!(other.reconnect, invite.reconnect);
    assert!(world.heard(CAROL).is_empty());
}

#[test]
fn both_records_tell_the_whole_story() {
    let mut world = World::office();
    let id = mobilecall_domain::CallId::generate();
    world.invite(ALICE, "TJS1", &format!("To=bob&CallId={id}"));
    let bob = match &world.sent[&BOB][0] {
        ServerFrame::Invite(invite) => invite.callsid.0.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(world.statuses().iter().map(|(_, status)| *status).collect::<Vec<_>>(), [CallStatus::Ringing; 2]);
    world.pass(Duration::from_secs(4));
    world.accept(BOB, &bob);
    assert_eq!(world.statuses().iter().map(|(_, status)| *status).collect::<Vec<_>>(), [CallStatus::InProgress; 2]);
    let (caller, callee) = world.joined[0];
    world.input(Input::Media(caller, MediaOutcome::Connected));
    world.input(Input::Media(callee, MediaOutcome::Connected));
    world.pass(Duration::from_secs(60));
    world.hang_up(BOB, &bob);
    for record in world.records.values() {
        assert_eq!(record.status, CallStatus::Completed);
        assert_eq!(record.duration_seconds, Some(60));
        assert_eq!(record.answered_at.unwrap().since(record.created_at), Duration::from_secs(4));
        assert_eq!((record.line, record.from_number.as_str()), (LineKind::Direct, "client:alice"));
    }
    let alices = &world.records[&id];
    assert_eq!((alices.to_number.as_str(), alices.customer_name.as_deref()), ("bob", Some("bob علي")));
    assert_eq!((alices.direction, alices.agent_id), (Direction::Outgoing, Some(agent("alice").user)));
    let bobs = world.records.values().find(|record| record.id != id).unwrap();
    assert_eq!((bobs.to_number.as_str(), bobs.customer_name.as_deref()), ("client:bob", Some("alice علي")));
    assert_eq!((bobs.direction, bobs.agent_id), (Direction::Incoming, Some(agent("bob").user)));
    assert_eq!(bobs.twilio_call_sid, Some(bob));
    assert_eq!(world.transactions, 4, "opened, ringing, answered and ended, each for both records at once");
}

#[test]
fn an_id_that_is_no_uuid_of_version_7_is_not_taken() {
    for bad in ["1", "00000000-0000-4000-8000-000000000000"] {
        let mut world = World::office();
        world.invite(ALICE, "TJS1", &format!("To=bob&CallId={bad}"));
        assert_eq!(world.heard(ALICE), ["ringing sdp"]);
        assert!(world.records.keys().all(|id| id.to_string() != bad));
    }
}

#[test]
fn the_first_device_to_answer_has_the_call() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    world.sent.clear();
    world.accept(BOB_TOO, &bob);
    assert_eq!(world.heard(BOB_TOO), ["answer token"]);
    assert_eq!(world.heard(BOB), ["cancel AnsweredElsewhere"]);
    assert_eq!(world.heard(ALICE), ["answer token"], "its media came with ringing");
    assert_eq!(world.joined.len(), 1);
    assert_eq!((world.presence_of("alice"), world.presence_of("bob")), (Presence::Busy, Presence::Busy));

    world.accept(BOB, &bob);
    assert_eq!(world.heard(BOB), ["hangup 31008"], "too late");
    world.accept(BOB_TOO, &bob);
    assert!(world.heard(BOB_TOO).is_empty(), "the same answer again says nothing new");
    world.hang_up(BOB_TOO, &bob);
    assert_eq!(world.heard(ALICE), ["hangup"]);
    assert!(world.heard(BOB_TOO).is_empty());
    assert_eq!((world.presence_of("alice"), world.presence_of("bob")), (Presence::Available, Presence::Available));
    assert_eq!(world.media.iter().filter(|word| *word == "close").count(), 3);
}

#[test]
fn a_device_is_offered_the_codec_that_the_caller_has() {
    for codec in [Codec::Opus, Codec::Pcmu] {
        let mut world = World::office();
        (world.caller_codec, world.callee_codec) = (codec, codec);
        world.talking();
        assert!(world.offers.iter().all(|(_, offered)| *offered == codec));
        assert_eq!(world.joined.len(), 1);
    }
}

#[test]
fn the_echo_answers_at_once() {
    let mut world = World::office();
    world.dial(ALICE, "*43");
    assert_eq!(world.heard(ALICE), ["answer sdp token"]);
    assert_eq!(world.media, ["answer", "echo"]);
    assert_eq!(world.presence_of("alice"), Presence::Busy);
    assert_eq!(world.statuses(), [("alice".to_owned(), CallStatus::InProgress)]);
    world.hang_up(ALICE, "TJS1");
    assert!(world.heard(ALICE).is_empty());
    assert_eq!(world.statuses(), [("alice".to_owned(), CallStatus::Completed)]);
}

#[test]
fn nobody_rings_before_the_records_are_written() {
    let mut world = World::office();
    world.hold_records = true;
    world.dial(ALICE, "bob");
    assert_eq!(world.media, ["answer"]);
    assert!(world.sent.is_empty());
    world.release();
    assert_eq!(world.heard(ALICE), ["ringing sdp"]);
    assert_eq!(world.heard(BOB), ["invite"]);
}

#[test]
fn a_device_that_registers_while_its_person_is_called_rings_too() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    world.sent.clear();
    world.input(Input::SocketGone(BOB));
    world.input(Input::SocketGone(BOB_TOO));
    assert!(world.heard(ALICE).is_empty(), "the person may come back");
    world.sign_in(SocketId(7), "bob");
    assert_eq!(world.heard(SocketId(7)), ["connected", "ready", "invite"]);
    world.accept(SocketId(7), &bob);
    assert_eq!(world.heard(ALICE), ["answer token"]);
}

#[test]
fn two_calls_ring_at_once_and_the_second_caller_is_not_cut_off() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    world.invite(CAROL, "TJS9", "To=bob");
    world.sent.clear();
    world.accept(BOB, &bob);
    assert_eq!(world.heard(ALICE), ["answer token"]);
    assert!(world.heard(CAROL).is_empty(), "the other device still rings");
    assert_eq!(world.heard(BOB_TOO), ["cancel AnsweredElsewhere"]);
}
