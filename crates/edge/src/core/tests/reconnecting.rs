use super::world::*;
use crate::core::*;
use mobilecall_domain::CallStatus;
use std::time::Duration;

const ALICE_AGAIN: SocketId = SocketId(21);
const LATER: Duration = Duration::from_secs(29);

#[test]
fn a_lost_socket_is_replaced_within_the_grace_period() {
    let mut world = World::office();
    let [(alice, token), (bob, _)] = world.talking();
    world.input(Input::SocketGone(ALICE));
    world.pass(LATER);
    assert!(world.heard(BOB).is_empty(), "the call goes on");
    world.input(Input::SocketOpened(ALICE_AGAIN));
    world.listen(ALICE_AGAIN, "alice", 30);
    world.reconnect(ALICE_AGAIN, &alice, &token);
    assert_eq!(world.heard(ALICE_AGAIN), ["connected", "answer token"]);
    world.pass(Duration::from_secs(60));
    world.hang_up(BOB, &bob);
    assert_eq!(world.heard(ALICE_AGAIN), ["hangup"]);
}

#[test]
fn a_client_that_does_not_come_back_ends_the_call_with_its_records() {
    let mut world = World::office();
    let [(alice, token), _] = world.talking();
    world.input(Input::SocketGone(ALICE));
    world.pass(Duration::from_secs(30));
    assert_eq!(world.heard(BOB), ["hangup"]);
    assert!(world.records.values().all(|record| record.status == CallStatus::Completed));
    world.sign_in(ALICE_AGAIN, "alice");
    world.sent.clear();
    world.reconnect(ALICE_AGAIN, &alice, &token);
    assert_eq!(world.heard(ALICE_AGAIN), ["hangup 31209"]);
}

#[test]
fn a_client_that_asked_for_no_grace_loses_its_call_with_the_socket() {
    let mut world = World::new();
    world.input(Input::SocketOpened(ALICE));
    world.listen(ALICE, "alice", 0);
    world.sign_in(BOB, "bob");
    world.talking();
    world.input(Input::SocketGone(ALICE));
    assert_eq!(world.heard(BOB), ["hangup"]);
}

#[test]
fn the_grace_period_is_what_was_asked_for_and_at_most_thirty_seconds() {
    for (asked, given) in [(5, 5), (30, 30), (600, 30)] {
        let mut world = World::office();
        world.listen(ALICE, "alice", asked);
        world.talking();
        world.input(Input::SocketGone(ALICE));
        world.pass(Duration::from_secs(given) - Duration::from_millis(1));
        assert!(world.heard(BOB).is_empty(), "{asked}");
        world.pass(Duration::from_millis(1));
        assert_eq!(world.heard(BOB), ["hangup"], "{asked}");
    }
}

#[test]
fn an_outage_of_everything_leaves_the_whole_grace_period() {
    // When media and the socket are lost, in seconds, and when the call ends.
    for (media, socket, end) in [(0, 15, 45), (5, 0, 30), (20, 15, 45)] {
        let mut world = World::office();
        world.talking();
        let (caller, _) = world.joined[0];
        let at = |second: u64| Duration::from_secs(second);
        let mut losses = [(media, Input::Media(caller, MediaOutcome::Lost)), (socket, Input::SocketGone(ALICE))];
        losses.sort_by_key(|(second, _)| *second);
        for (second, loss) in losses {
            world.pass(at(second) - world.monotonic);
            world.input(loss);
        }
        world.pass(at(end) - Duration::from_millis(1) - world.monotonic);
        assert!(world.heard(BOB).is_empty(), "media {media}, socket {socket}");
        world.pass(Duration::from_millis(1));
        assert_eq!(world.heard(BOB), ["hangup"], "media {media}, socket {socket}");
    }
}

#[test]
fn a_client_that_is_back_has_thirty_seconds_to_bring_media_back() {
    let mut world = World::office();
    let [(alice, token), _] = world.talking();
    let (caller, _) = world.joined[0];
    world.input(Input::SocketGone(ALICE));
    world.input(Input::Media(caller, MediaOutcome::Lost));
    world.pass(LATER);
    world.input(Input::SocketOpened(ALICE_AGAIN));
    world.listen(ALICE_AGAIN, "alice", 30);
    world.reconnect(ALICE_AGAIN, &alice, &token);
    world.pass(LATER);
    assert!(world.heard(BOB).is_empty());
    world.pass(Duration::from_secs(1));
    assert_eq!(world.heard(ALICE_AGAIN), ["connected", "answer token", "hangup 53405"]);
    assert_eq!(world.heard(BOB), ["hangup"]);
}

#[test]
fn a_call_that_ended_meanwhile_is_told_when_the_client_is_back() {
    let mut world = World::office();
    let [(alice, token), (bob, _)] = world.talking();
    world.input(Input::SocketGone(ALICE));
    world.hang_up(BOB, &bob);
    world.sign_in(ALICE_AGAIN, "alice");
    world.sent.clear();
    world.reconnect(ALICE_AGAIN, &alice, &token);
    assert_eq!(world.heard(ALICE_AGAIN), ["hangup"], "a normal end, not a lost call");
    world.pass(Duration::from_secs(60));
    world.reconnect(ALICE_AGAIN, &alice, &token);
    assert_eq!(world.heard(ALICE_AGAIN), ["hangup 31209"], "after a minute it is forgotten");
}

#[test]
fn a_fresh_token_on_the_same_socket_renews_the_reconnect_token() {
    let mut world = World::office();
    let [(alice, token), _] = world.talking();
    world.listen(ALICE, "alice", 30);
    world.reconnect(ALICE, &alice, &token);
    let second = last_token(&world.sent[&ALICE]);
    assert_eq!(world.heard(ALICE), ["connected", "answer token"]);
    assert_ne!(second, token);
    world.reconnect(ALICE, &alice, &token);
    let third = last_token(&world.sent[&ALICE]);
    assert_eq!(world.heard(ALICE), ["answer token"], "the last answer may have been lost");
    world.reconnect(ALICE, &alice, &third);
    assert_eq!(world.heard(ALICE), ["answer token"]);
    world.reconnect(ALICE, &alice, &token);
    assert_eq!(world.heard(ALICE), ["hangup 31209"], "only the last two are good");
}

#[test]
fn nobody_else_can_take_a_call_up() {
    let mut world = World::office();
    let [(alice, token), (bob, bobs)] = world.talking();
    let table = [(CAROL, &alice, &token), (ALICE, &alice, &bobs), (ALICE, &bob, &token), (BOB, &alice, &token)];
    for (socket, sid, token) in table {
        world.reconnect(socket, sid, token);
        assert_eq!(world.heard(socket), ["hangup 31209"]);
    }
    world.hang_up(ALICE, &alice);
    assert_eq!(world.heard(BOB), ["hangup"]);
}

#[test]
fn another_device_of_the_same_person_can_take_the_call_up() {
    let mut world = World::office();
    let [_, (bob, token)] = world.talking();
    world.reconnect(BOB_TOO, &bob, &token);
    assert_eq!(world.heard(BOB_TOO), ["answer token"]);
    world.input(Input::SocketGone(BOB));
    world.pass(Duration::from_secs(31));
    assert!(world.heard(ALICE).is_empty(), "the old socket is not the call's any more");
    world.hang_up(BOB_TOO, &bob);
    assert_eq!(world.heard(ALICE), ["hangup"]);
}

#[test]
fn a_call_that_still_rings_stays_on_its_socket() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    let token = last_token(&world.sent[&BOB]);
    world.sent.clear();
    world.reconnect(BOB_TOO, &bob, &token);
    assert_eq!(world.heard(BOB_TOO), ["hangup 31209"]);
    world.reconnect(BOB, &bob, &token);
    assert_eq!(world.heard(BOB), ["answer token"]);
}

#[test]
fn a_device_that_answers_and_loses_its_socket_still_has_the_call() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    let token = last_token(&world.sent[&BOB]);
    world.hold_media = true;
    world.accept(BOB, &bob);
    world.input(Input::SocketGone(BOB));
    world.release();
    world.sent.clear();
    world.sign_in(SocketId(22), "bob");
    world.reconnect(SocketId(22), &bob, &token);
    assert_eq!(world.heard(SocketId(22)), ["connected", "ready", "answer token"]);
}
