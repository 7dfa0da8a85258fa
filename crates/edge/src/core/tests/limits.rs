use super::world::*;
use crate::core::SocketId;
use mobilecall_pstream::ClientFrame;
use mobilecall_pstream::client::Register;
use std::time::Duration;

#[test]
fn a_socket_that_sends_too_much_is_slowed_down_and_then_closed() {
    let mut world = World::office();
    let flood = |world: &mut World, count| {
        for _ in 0..count {
            world.frame(ALICE, ClientFrame::Register(Register::ON));
        }
    };
    flood(&mut world, 58);
    assert!(!world.heard(ALICE).contains(&"error 31206".to_owned()));
    flood(&mut world, 20);
    let heard = world.heard(ALICE);
    assert_eq!(heard.iter().filter(|word| *word == "error 31206").count(), 1, "a flood is not answered by one");
    world.pass(Duration::from_secs(1));
    flood(&mut world, 1);
    assert_eq!(world.heard(ALICE), ["ready"], "after a pause it goes on");
    assert!(world.disconnected.is_empty());
    flood(&mut world, 300);
    assert_eq!(world.disconnected, [ALICE]);
}

#[test]
fn a_person_has_at_most_eight_calls_at_once() {
    let mut world = World::office();
    for number in 0..8 {
        world.invite(ALICE, &format!("TJS{number}"), "To=bob");
    }
    assert_eq!(world.heard(ALICE), ["ringing sdp"; 8]);
    world.invite(ALICE, "TJS8", "To=bob");
    assert_eq!(world.heard(ALICE), ["hangup 31206"]);
}

/// One call that rings on ten devices is one call, not ten.
#[test]
fn devices_that_ring_for_one_call_are_one_call() {
    let mut world = World::office();
    for device in 10..18 {
        world.sign_in(SocketId(device), "bob");
    }
    world.dial(ALICE, "bob");
    world.sent.clear();
    world.invite(BOB, "TJS1", "To=carol");
    assert_eq!(world.heard(BOB), ["ringing sdp"]);
    for number in 2..8 {
        world.invite(BOB, &format!("TJS{number}"), "To=carol");
    }
    assert_eq!(world.heard(BOB), ["ringing sdp"; 6]);
    world.invite(BOB, "TJS8", "To=carol");
    assert_eq!(world.heard(BOB), ["hangup 31206"], "with the one that rings here they are eight");
}

#[test]
fn an_invite_that_is_repeated_is_one_call() {
    let mut world = World::office();
    world.invite(ALICE, "TJS1", "To=bob");
    world.invite(ALICE, "TJS1", "To=bob");
    assert_eq!(world.heard(ALICE), ["ringing sdp"]);
    assert_eq!(world.records.len(), 2);
}

#[test]
fn an_invite_that_says_not_whom_to_call_is_refused() {
    let mut world = World::office();
    let long = format!("To={}", "9".repeat(257));
    for (query, refusal) in [
        ("", "hangup 31101"),
        ("To=", "hangup 31404"),
        ("to=bob", "hangup 31101"),
        (&long, "hangup 31404"),
        ("To=%E2%80%8B%E2%80%AE", "hangup 31404"),
        // Control characters, which no record may hold.
        ("To=bo%00b", "hangup 31404"),
        ("To=%1B%5B2Jbob", "hangup 31404"),
        ("To=bob%0D%0A", "hangup 31404"),
    ] {
        world.invite(ALICE, "TJS1", query);
        assert_eq!(world.heard(ALICE), [refusal], "{query}");
    }
    assert!(world.records.is_empty());
}

#[test]
fn what_is_hidden_in_a_dialed_text_is_not_kept() {
    let mut world = World::office();
    world.dial(ALICE, "\u{202a}no\u{200b}body\u{202c} ");
    assert_eq!(world.heard(ALICE), ["hangup 31404"]);
    let dialed: Vec<_> = world.records.values().map(|record| record.to_number.as_str()).collect();
    assert_eq!(dialed, ["nobody"]);
}
