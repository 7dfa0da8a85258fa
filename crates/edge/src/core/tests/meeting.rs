//! Two people who dial each other.

use super::world::*;
use crate::core::*;
use mobilecall_domain::{CallId, CallStatus, Direction};
use mobilecall_pstream::ServerFrame;
use mobilecall_transport::Codec;
use std::time::Duration;

/// The id of the record in the last answer to a device.
fn told_record(world: &World, socket: SocketId) -> Option<CallId> {
    let frames = world.sent[&socket].iter().rev();
    frames
        .filter_map(|frame| if let ServerFrame::Answer(answer) = frame { Some(answer.record) } else { None })
        .next()?
}

/// Both hear the answer, and there is one record each.
fn assert_one_call(world: &mut World, dialer: SocketId) {
    let record = told_record(world, dialer).expect("the second caller is told the record");
    assert_eq!(told_record(world, ALICE), None, "the first caller's record is as it was");
    assert_eq!(world.joined.len(), 1);
    assert_eq!((world.presence_of("alice"), world.presence_of("bob")), (Presence::Busy, Presence::Busy));
    let both = || [("alice".to_owned(), CallStatus::InProgress), ("bob".to_owned(), CallStatus::InProgress)];
    assert_eq!(world.statuses(), both());
    let bobs = &world.records[&record];
    assert_eq!((bobs.direction, bobs.agent_id), (Direction::Incoming, Some(agent("bob").user)));
    for leg in <[LegKey; 2]>::from(world.joined[0]) {
        world.input(Input::Media(leg, MediaOutcome::Connected));
    }
    world.pass(Duration::from_secs(60));
    assert_eq!(world.statuses(), both(), "nothing of the second call comes to an end of its own");
    world.sent.clear();
    world.hang_up(dialer, "TJS2");
    assert_eq!(world.heard(ALICE), ["hangup"]);
    assert_eq!(world.statuses(), ["alice", "bob"].map(|name| (name.to_owned(), CallStatus::Completed)));
    assert_eq!((world.presence_of("alice"), world.presence_of("bob")), (Presence::Available, Presence::Available));
}

#[test]
fn dialing_somebody_who_rings_here_takes_their_call() {
    let mut world = World::office();
    world.dial(ALICE, "bob");
    assert_eq!((world.heard(ALICE), world.heard(BOB)), (vec!["ringing sdp".to_owned()], vec!["invite".to_owned()]));
    world.invite(BOB, "TJS2", "To=alice");
    let words = |world: &World, socket| world.sent.get(&socket).cloned().unwrap_or_default();
    assert_eq!(words(&world, BOB_TOO).len(), 2, "invite and cancel");
    assert_one_call_words(&mut world);
}

fn assert_one_call_words(world: &mut World) {
    let heard: Vec<_> = [ALICE, BOB, BOB_TOO]
        .map(|socket| world.sent[&socket].iter().map(|frame| frame.kind().to_owned()).collect::<Vec<_>>())
        .into();
    assert_eq!(heard[0], ["answer"]);
    assert_eq!(heard[1], ["cancel", "answer"]);
    assert_eq!(heard[2].last().map(String::as_str), Some("cancel"));
    assert_one_call(world, BOB);
}

#[test]
fn two_who_dial_before_anything_rings_meet_as_soon_as_the_first_is_prepared() {
    for hold in ["media", "records"] {
        let mut world = World::office();
        (world.hold_media, world.hold_records) = (hold == "media", hold == "records");
        world.dial(ALICE, "bob");
        world.invite(BOB, "TJS2", "To=alice");
        assert!(world.sent.is_empty(), "{hold}");
        world.release();
        assert_eq!(world.heard(BOB_TOO), [""; 0], "no device rings: {hold}");
        assert_one_call(&mut world, BOB);
    }
}

#[test]
fn who_met_a_call_has_its_codec() {
    let mut world = World::office();
    world.caller_codec = Codec::Pcmu;
    world.dial(ALICE, "bob");
    world.caller_codec = Codec::Opus;
    world.invite(BOB, "TJS2", "To=alice");
    assert_eq!(world.joined.len(), 1);
}

#[test]
fn one_who_gives_up_in_between_ends_the_call_for_both() {
    for (socket, sid, status) in [(ALICE, "TJS1", CallStatus::Canceled), (BOB, "TJS2", CallStatus::Busy)] {
        let mut world = World::office();
        world.hold_media = true;
        world.dial(ALICE, "bob");
        world.invite(BOB, "TJS2", "To=alice");
        world.hang_up(socket, sid);
        let other = if socket == ALICE { BOB } else { ALICE };
        assert_eq!(world.heard(other).len(), 1, "the other is told");
        assert!(world.heard(socket).is_empty());
        assert!(world.statuses().iter().all(|(_, known)| *known == status), "{:?}", world.statuses());
        world.release();
        assert!(world.joined.is_empty());
    }
}

#[test]
fn a_second_device_that_dials_back_is_a_call_of_its_own() {
    let mut world = World::office();
    world.dial(ALICE, "bob");
    world.invite(BOB, "TJS2", "To=alice");
    world.sent.clear();
    world.invite(BOB_TOO, "TJS3", "To=alice");
    assert_eq!(world.heard(BOB_TOO), ["hangup 31486"], "alice talks with bob");
    assert_eq!(world.joined.len(), 1);
}

#[test]
fn others_who_dial_do_not_meet() {
    let mut world = World::office();
    world.dial(ALICE, "bob");
    world.invite(CAROL, "TJS2", "To=alice");
    world.invite(BOB, "TJS3", "To=carol");
    assert_eq!(world.heard(ALICE), ["ringing sdp", "invite"]);
    assert!(world.joined.is_empty());
}
