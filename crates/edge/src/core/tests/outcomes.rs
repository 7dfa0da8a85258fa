//! How calls that nobody talks in end: what each side hears, and what its record says.

use super::world::*;
use crate::core::*;
use crate::host::{Elsewhere, Reachability};
use mobilecall_domain::CallStatus::{self, Busy, Canceled, Failed, NoAnswer};
use mobilecall_domain::NodeId;
use mobilecall_transport::Codec;
use std::time::Duration;

fn statuses(pairs: &[(&str, CallStatus)]) -> Vec<(String, CallStatus)> {
    let mut expected: Vec<_> = pairs.iter().map(|(name, status)| ((*name).to_owned(), *status)).collect();
    expected.sort_by_key(|(name, _)| name.clone());
    expected
}

fn sorted(world: &World) -> Vec<(String, CallStatus)> {
    let mut found = world.statuses();
    found.sort_by_key(|(name, _)| name.clone());
    found
}

#[test]
fn destinations_that_cannot_ring() {
    let table = [
        ("nobody", "hangup 31404", vec![("alice", Failed)]),
        ("alice", "hangup 31486", vec![("alice", Busy)]),
        ("dave", "hangup 31480", vec![("alice", NoAnswer), ("dave", NoAnswer)]),
    ];
    for (to, heard, expected) in table {
        let mut world = World::office();
        world.dial(ALICE, to);
        assert_eq!(world.heard(ALICE), [heard], "{to}");
        assert_eq!(sorted(&world), statuses(&expected), "{to}");
        assert!(world.media.iter().all(|word| word == "close"), "{to}: {:?}", world.media);
        assert_eq!(world.presence_of("alice"), Presence::Available);
    }
}

#[test]
fn a_person_who_talks_is_busy_on_every_device() {
    let mut world = World::office();
    world.talking();
    for to in ["bob", "alice"] {
        world.invite(CAROL, to, &format!("To={to}"));
        assert_eq!(world.heard(CAROL), ["hangup 31486"]);
        assert!(world.heard(BOB_TOO).is_empty());
    }
    let missed = world.records.values().filter(|record| record.status == NoAnswer).count();
    assert_eq!(missed, 2, "both see that Carol called");
}

/// What another server says.
fn elsewhere(registered: bool, busy: bool) -> Elsewhere {
    Elsewhere { node: NodeId::from_uuid(uuid::Uuid::from_u128(2)), reachability: Reachability { registered, busy } }
}

/// What the caller hears, and how the caller's record ends, if nobody is rung.
type Refused = Option<(&'static str, CallStatus)>;

#[test]
fn what_other_servers_say_joins_what_is_known_here() {
    let (free, talks, talks_unregistered) = (elsewhere(true, false), elsewhere(true, true), elsewhere(false, true));
    let table: [(&str, &[Elsewhere], Refused); 7] = [
        // Dave has no device here.
        ("dave", &[free], Some(("hangup 31502", Failed))),
        ("dave", &[talks], Some(("hangup 31486", Busy))),
        ("dave", &[free, talks_unregistered], Some(("hangup 31486", Busy))),
        ("dave", &[elsewhere(false, false)], Some(("hangup 31480", NoAnswer))),
        ("bob", &[talks], Some(("hangup 31486", Busy))),
        ("bob", &[free], None),
        ("bob", &[], None),
    ];
    for (to, known, refused) in table {
        let mut world = World::office();
        world.elsewhere = known.to_vec();
        world.dial(ALICE, to);
        let Some((heard, status)) = refused else {
            assert_eq!(world.heard(ALICE), ["ringing sdp"], "{to} {known:?}");
            continue;
        };
        assert_eq!(world.heard(ALICE), [heard], "{to} {known:?}");
        assert_eq!(sorted(&world), statuses(&[("alice", status), (to, NoAnswer)]), "{to} {known:?}");
        assert!(world.heard(BOB).is_empty());
        assert_eq!(world.transactions, 2, "opened and ended");
    }
}

#[test]
fn who_waits_for_the_dialer_is_met_whatever_other_servers_say() {
    let mut world = World::office();
    world.dial(ALICE, "bob");
    // As of a moment ago.
    world.elsewhere = vec![elsewhere(true, true)];
    world.invite(BOB, "TJS2", "To=alice");
    assert_eq!(world.joined.len(), 1);
}

#[test]
fn declining_on_one_device_declines_for_the_person() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    world.sent.clear();
    world.reject(BOB, &bob);
    assert_eq!(world.heard(ALICE), ["hangup 31603"]);
    assert_eq!(world.heard(BOB_TOO), ["cancel DeclinedElsewhere"]);
    assert!(world.heard(BOB).is_empty());
    assert_eq!(sorted(&world), statuses(&[("alice", Busy), ("bob", Busy)]));
    world.reject(BOB_TOO, &bob);
    assert!(world.heard(BOB_TOO).is_empty());
}

#[test]
fn nobody_answers_within_thirty_seconds() {
    let mut world = World::office();
    world.ringing();
    world.sent.clear();
    world.pass(Duration::from_millis(29_999));
    assert!(world.sent.is_empty());
    world.pass(Duration::from_millis(1));
    assert_eq!(world.heard(ALICE), ["hangup 31408"]);
    assert_eq!(world.heard(BOB), ["cancel NoAnswer"]);
    assert_eq!(world.heard(BOB_TOO), ["cancel NoAnswer"]);
    assert_eq!(sorted(&world), statuses(&[("alice", NoAnswer), ("bob", NoAnswer)]));
}

#[test]
fn the_caller_gives_up_by_either_identifier_or_by_vanishing() {
    for how in ["temporary", "real", "socket"] {
        let mut world = World::office();
        let (alice, _) = world.ringing();
        world.sent.clear();
        match how {
            "temporary" => world.hang_up(ALICE, "TJS1"),
            "real" => world.hang_up(ALICE, &alice),
            _ => world.input(Input::SocketGone(ALICE)),
        }
        assert_eq!(world.heard(BOB), ["cancel CallerGaveUp"], "{how}");
        assert_eq!(world.heard(BOB_TOO), ["cancel CallerGaveUp"], "{how}");
        assert!(world.heard(ALICE).is_empty());
        assert_eq!(sorted(&world), statuses(&[("alice", Canceled), ("bob", Canceled)]), "{how}");
    }
}

#[test]
fn the_caller_gives_up_before_anybody_rings() {
    let mut world = World::office();
    (world.hold_media, world.hold_records) = (true, true);
    world.dial(ALICE, "bob");
    world.hang_up(ALICE, "TJS1");
    world.release();
    assert!(world.sent.is_empty());
    assert_eq!(sorted(&world), statuses(&[("alice", Canceled), ("bob", Canceled)]));
}

#[test]
fn a_device_that_answers_otherwise_than_offered_ends_the_call() {
    let mut world = World::office();
    world.callee_codec = Codec::Pcmu;
    let (_, bob) = world.ringing();
    world.sent.clear();
    world.accept(BOB, &bob);
    assert_eq!(world.heard(ALICE), ["hangup 31488"]);
    assert_eq!(world.heard(BOB), ["hangup 31488"]);
    assert_eq!(sorted(&world), statuses(&[("alice", Failed), ("bob", Failed)]));
}

#[test]
fn media_that_cannot_be_made_ends_the_call() {
    let table = [
        (MediaProblem::Malformed, "answer", "hangup 31400"),
        (MediaProblem::Incompatible, "answer", "hangup 31488"),
        (MediaProblem::Ours, "answer", "hangup 31500"),
        (MediaProblem::Ours, "offer", "hangup 31500"),
        (MediaProblem::Malformed, "accept", "hangup 53402"),
        (MediaProblem::Incompatible, "accept", "hangup 31488"),
    ];
    for (problem, what, heard) in table {
        let mut world = World::office();
        world.media_problem = Some((problem, what));
        world.dial(ALICE, "bob");
        if let Some(mobilecall_pstream::ServerFrame::Invite(invite)) =
            world.sent.get(&BOB).and_then(|frames| frames.first())
        {
            let sid = invite.callsid.0.clone();
            world.accept(BOB, &sid);
        }
        assert_eq!(world.heard(ALICE).last().map(String::as_str), Some(heard), "{problem:?} {what}");
        assert_eq!(sorted(&world), statuses(&[("alice", Failed), ("bob", Failed)]));
    }
}

#[test]
fn one_device_without_media_does_not_end_the_call() {
    let mut world = World::office();
    world.hold_media = true;
    world.dial(ALICE, "bob");
    world.release();
    world.sent.clear();
    let (leg, _) = world.offers[0];
    world.input(Input::Media(leg, MediaOutcome::Refused(MediaProblem::Ours)));
    assert!(world.heard(ALICE).is_empty());
}

#[test]
fn a_host_that_fails_ends_the_call() {
    let mut world = World::office();
    world.host_down = true;
    world.dial(ALICE, "bob");
    assert_eq!(world.heard(ALICE), ["hangup 31500"]);
    let mut world = World::office();
    world.records_down = true;
    world.dial(ALICE, "bob");
    assert_eq!(world.heard(ALICE), ["hangup 31500"]);
    assert!(world.heard(BOB).is_empty(), "nobody rings for a call that history would not have");
}

#[test]
fn what_takes_too_long_is_given_up() {
    let mut world = World::office();
    world.hold_media = true;
    world.dial(ALICE, "bob");
    world.pass(Duration::from_secs(10));
    assert_eq!(world.heard(ALICE), ["hangup 31500"]);
    assert_eq!(sorted(&world), statuses(&[("alice", Failed), ("bob", Failed)]));

    let mut world = World::office();
    let (_, bob) = world.ringing();
    world.sent.clear();
    world.hold_media = true;
    world.accept(BOB, &bob);
    world.pass(Duration::from_secs(10));
    assert_eq!((world.heard(ALICE), world.heard(BOB)), (vec!["hangup 31500".into()], vec!["hangup 31500".into()]));
}

#[test]
fn a_device_that_hangs_up_right_after_answering_declines() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    world.sent.clear();
    world.hold_media = true;
    world.accept(BOB, &bob);
    world.hang_up(BOB, &bob);
    assert_eq!(world.heard(ALICE), ["hangup 31603"]);
    assert_eq!(sorted(&world), statuses(&[("alice", Busy), ("bob", Busy)]));
}

#[test]
fn a_stopping_server_ends_calls_and_closes_sockets() {
    let mut world = World::office();
    world.talking();
    world.invite(CAROL, "TJS5", "To=nobody");
    world.sent.clear();
    world.input(Input::Shutdown);
    assert_eq!(world.heard(ALICE), ["hangup 31503"]);
    assert_eq!(world.heard(BOB), ["hangup 31503"]);
    assert_eq!(world.disconnected.len(), 4);
    assert!(world.records.values().all(|record| record.status.is_final() && record.ended_at.is_some()));
    world.input(Input::SocketOpened(SocketId(50)));
    assert_eq!(world.disconnected.last(), Some(&SocketId(50)), "nobody new comes in");
}
