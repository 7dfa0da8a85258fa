use super::world::*;
use crate::core::*;
use crate::host::{Reachability, TokenRejected};
use mobilecall_pstream::client::Register;
use mobilecall_pstream::{ClientFrame, Malformed, ServerFrame};
use std::time::Duration;

#[test]
fn a_device_signs_in_registers_again_and_leaves() {
    let mut world = World::new();
    world.input(Input::SocketOpened(ALICE));
    world.listen(ALICE, "alice", 30);
    let connected = world.sent[&ALICE].last().cloned();
    let Some(ServerFrame::Connected(connected)) = connected else { panic!("{connected:?}") };
    assert_eq!(connected.token.identity.as_deref(), Some("alice"));
    assert_eq!(connected.token.ttl, Some(3600));
    assert_eq!(world.presence_of("alice"), Presence::Offline);

    world.sent.clear();
    for _ in 0..3 {
        world.frame(ALICE, ClientFrame::Register(Register::ON));
        assert_eq!(world.heard(ALICE), ["ready"]);
        assert_eq!(world.presence_of("alice"), Presence::Available);
        world.pass(Duration::from_secs(30));
    }
    world.frame(ALICE, ClientFrame::Register(Register::OFF));
    assert_eq!(world.heard(ALICE), ["offline"]);
    assert_eq!(world.presence_of("alice"), Presence::Offline);
    world.frame(ALICE, ClientFrame::Register(Register::ON));
    world.input(Input::SocketGone(ALICE));
    assert_eq!(world.presence_of("alice"), Presence::Offline);
}

#[test]
fn a_refused_token_closes_the_socket_with_its_code() {
    let table = [
        (TokenRejected::Malformed, "error 31204"),
        (TokenRejected::BadSignature, "error 31202"),
        (TokenRejected::Expired, "error 31205"),
        (TokenRejected::Revoked, "error 31201"),
    ];
    for (rejected, error) in table {
        let mut world = World::new();
        world.token = Some(rejected);
        world.input(Input::SocketOpened(ALICE));
        world.listen(ALICE, "alice", 0);
        assert_eq!(world.heard(ALICE), [error, "close"]);
        assert_eq!(world.disconnected, [ALICE]);
        world.frame(ALICE, ClientFrame::Register(Register::ON));
        assert!(world.heard(ALICE).is_empty(), "nothing more is heard of a socket that is being closed");
    }
}

#[test]
fn an_unreachable_host_closes_the_socket_so_that_the_client_tries_again() {
    let mut world = World::new();
    world.token = Some(TokenRejected::Unavailable);
    world.input(Input::SocketOpened(ALICE));
    world.listen(ALICE, "alice", 0);
    assert!(world.heard(ALICE).is_empty(), "`close` would keep the client away for good");
    assert_eq!(world.disconnected, [ALICE]);

    let mut world = World::office();
    world.token = Some(TokenRejected::Unavailable);
    world.listen(ALICE, "alice", 30);
    assert_eq!(world.heard(ALICE), ["error 31000"], "the token in force is still good");
    assert!(world.disconnected.is_empty());
}

#[test]
fn frames_before_the_token_are_refused_and_frames_during_its_check_wait() {
    let mut world = World::new();
    world.input(Input::SocketOpened(ALICE));
    world.frame(ALICE, ClientFrame::Register(Register::ON));
    assert_eq!(world.heard(ALICE), ["error 31204"]);

    let mut switch = Switch::new(Rules::default(), Box::new(RandomIds), at(0));
    switch.handle(Input::SocketOpened(ALICE), at(0));
    let listen = ClientFrame::parse(r#"{"type":"listen","payload":{"token":"alice"}}"#);
    let outputs = switch.handle(Input::Frame(ALICE, listen), at(0));
    let [Output::Authenticate(_, check, _)] = outputs.as_slice() else { panic!("{outputs:?}") };
    let register = Ok(ClientFrame::Register(Register::ON));
    assert!(switch.handle(Input::Frame(ALICE, register), at(0)).is_empty());
    let subscriber = subscriber("alice");
    let outputs = switch.handle(Input::Authenticated(ALICE, *check, Ok(subscriber)), at(0));
    let kinds: Vec<_> = outputs.iter().filter_map(frame_kind).collect();
    assert_eq!(kinds, ["connected", "ready"]);
}

#[test]
fn a_late_answer_about_an_old_token_is_not_taken_for_the_new_one() {
    let mut switch = Switch::new(Rules::default(), Box::new(RandomIds), at(0));
    switch.handle(Input::SocketOpened(ALICE), at(0));
    let listen = || ClientFrame::parse(r#"{"type":"listen","payload":{"token":"alice"}}"#);
    let ask = |switch: &mut Switch| match switch.handle(Input::Frame(ALICE, listen()), at(0)).as_slice() {
        [Output::Authenticate(_, check, _)] => *check,
        other => panic!("{other:?}"),
    };
    let (old, new) = (ask(&mut switch), ask(&mut switch));
    let refused = Err(TokenRejected::Expired);
    assert!(switch.handle(Input::Authenticated(ALICE, old, refused), at(0)).is_empty());
    let outputs = switch.handle(Input::Authenticated(ALICE, new, Ok(subscriber("alice"))), at(0));
    assert_eq!(outputs.iter().filter_map(frame_kind).collect::<Vec<_>>(), ["connected"]);
}

#[test]
fn a_socket_that_says_nothing_is_closed() {
    let mut world = World::new();
    world.input(Input::SocketOpened(ALICE));
    world.pass(Duration::from_secs(9));
    assert!(world.disconnected.is_empty());
    world.pass(Duration::from_secs(1));
    assert_eq!(world.disconnected, [ALICE]);
}

#[test]
fn a_fresh_token_is_confirmed_and_a_bad_one_leaves_the_old_in_force() {
    let mut world = World::office();
    world.listen(ALICE, "alice", 30);
    assert_eq!(world.heard(ALICE), ["connected"]);
    world.token = Some(TokenRejected::BadSignature);
    world.listen(ALICE, "alice", 30);
    assert_eq!(world.heard(ALICE), ["error 31202"]);
    world.token = None;
    world.dial(ALICE, "bob");
    assert_eq!(world.heard(ALICE), ["ringing sdp"]);
}

#[test]
fn another_persons_token_closes_the_socket() {
    let mut world = World::office();
    world.talking();
    world.listen(ALICE, "mallory", 30);
    assert_eq!(world.heard(ALICE), ["error 31201", "hangup 31209", "close"]);
    assert_eq!(world.heard(BOB), ["hangup"]);
    assert_eq!(world.disconnected, [ALICE]);
}

#[test]
fn an_expired_token_unregisters_but_lets_calls_go_on() {
    let mut world = World::office();
    world.talking();
    world.token = Some(EXPIRED);
    world.pass(Duration::from_secs(30));
    assert_eq!(world.heard(ALICE), ["error 31205", "offline"]);
    world.frame(ALICE, ClientFrame::Register(Register::ON));
    world.invite(ALICE, "TJS2", "To=carol");
    assert_eq!(world.heard(ALICE), ["error 31205", "hangup 31205"]);
    assert_eq!(world.presence_of("alice"), Presence::Busy, "the call is still up");

    world.token = None;
    world.listen(ALICE, "alice", 30);
    world.frame(ALICE, ClientFrame::Register(Register::ON));
    assert_eq!(world.heard(ALICE), ["connected", "ready"]);
}

#[test]
fn a_short_token_is_checked_when_it_ends() {
    let mut world = World::new();
    world.expires_in = Duration::from_secs(12);
    world.sign_in(ALICE, "alice");
    world.sent.clear();
    world.token = Some(EXPIRED);
    world.pass(Duration::from_secs(11));
    assert!(world.heard(ALICE).is_empty());
    world.pass(Duration::from_secs(1));
    assert_eq!(world.heard(ALICE), ["error 31205", "offline"]);
}

#[test]
fn a_sign_out_elsewhere_ends_the_calls_and_closes_the_socket() {
    let mut world = World::office();
    world.talking();
    world.token = Some(REVOKED);
    world.pass(Duration::from_secs(30));
    assert_eq!(world.heard(ALICE), ["error 31201", "hangup 31209", "close"]);
    assert!(world.disconnected.contains(&ALICE));
}

#[test]
fn a_host_that_is_down_for_a_recheck_is_asked_again() {
    let mut world = World::office();
    world.token = Some(TokenRejected::Unavailable);
    world.pass(Duration::from_secs(30));
    assert!(world.heard(ALICE).is_empty());
    world.token = Some(REVOKED);
    world.pass(Duration::from_secs(30));
    assert_eq!(world.heard(ALICE), ["error 31201", "close"]);
}

#[test]
fn showing_tokens_puts_off_no_check() {
    for refusal in [TokenRejected::BadSignature, TokenRejected::Unavailable, TokenRejected::Expired] {
        let mut world = World::office();
        // The check of a token that is shown is still open when the token in force is due.
        world.hold_checks = true;
        world.pass(Duration::from_secs(29));
        world.listen(ALICE, "alice", 30);
        world.pass(Duration::from_secs(1));
        world.token = Some(refusal);
        let shown =
            world.held.iter().position(|output| matches!(output, Output::Authenticate(socket, ..) if *socket == ALICE));
        let Output::Authenticate(socket, check, _) = world.held.remove(shown.unwrap()) else { panic!() };
        world.input(Input::Authenticated(socket, check, Err(refusal)));
        assert_eq!(world.heard(ALICE).len(), 1, "{refusal:?} of a successor");
        world.token = Some(REVOKED);
        world.release();
        assert_eq!(world.heard(ALICE), ["error 31201", "close"], "{refusal:?}");
    }
}

#[test]
fn every_outcome_of_a_check_is_followed_by_another_check() {
    let outcomes = [None, Some(TokenRejected::Unavailable), Some(EXPIRED), Some(TokenRejected::BadSignature)];
    for (shown, checked) in outcomes.iter().flat_map(|shown| outcomes.map(|checked| (*shown, checked))) {
        let mut world = World::office();
        world.token = shown;
        world.listen(ALICE, "alice", 30);
        world.token = checked;
        world.pass(Duration::from_secs(30));
        world.heard(ALICE);
        world.pass(Duration::from_secs(30));
        assert!(world.heard(ALICE).is_empty(), "{shown:?} {checked:?}: nothing new is said of it");
        world.token = Some(REVOKED);
        world.pass(Duration::from_secs(30));
        assert_eq!(world.heard(ALICE), ["error 31201", "close"], "{shown:?} {checked:?}");
    }
}

#[test]
fn a_check_that_is_never_answered_is_followed_by_another() {
    let mut world = World::office();
    world.hold_checks = true;
    world.pass(Duration::from_secs(30));
    world.held.clear();
    world.hold_checks = false;
    world.token = Some(REVOKED);
    world.pass(Duration::from_secs(30));
    assert_eq!(world.heard(ALICE), ["error 31201", "close"]);
}

#[test]
fn a_session_that_ends_takes_its_sockets_and_calls_with_it_at_once() {
    let mut world = World::office();
    world.talking();
    world.input(Input::SessionEnded(session("alice")));
    assert_eq!(world.heard(ALICE), ["error 31201", "hangup 31209", "close"]);
    assert_eq!(world.heard(BOB), ["hangup"]);
    assert_eq!((world.presence_of("alice"), world.disconnected.as_slice()), (Presence::Offline, [ALICE].as_slice()));
    world.invite(ALICE, "TJS2", "To=carol");
    assert!(world.sent.is_empty(), "it calls nobody any more");
}

#[test]
fn a_device_that_is_shut_out_while_it_rings_leaves_the_call_to_the_others() {
    let mut world = World::office();
    let (_, bob) = world.ringing();
    world.sent.clear();
    world.listen(BOB, "mallory", 30);
    assert_eq!(world.heard(BOB), ["error 31201", "close"]);
    assert!(world.heard(ALICE).is_empty() && world.heard(BOB_TOO).is_empty());
    world.accept(BOB_TOO, &bob);
    assert_eq!(world.heard(ALICE), ["answer token"]);
}

#[test]
fn a_token_that_is_being_checked_while_its_session_ends_is_checked_again() {
    let mut world = World::new();
    world.hold_checks = true;
    world.input(Input::SocketOpened(ALICE));
    world.listen(ALICE, "alice", 30);
    let Some(Output::Authenticate(socket, check, _)) = world.held.pop() else { panic!() };
    world.input(Input::SessionEnded(session("alice")));
    let good = world.subscriber("alice");
    world.input(Input::Authenticated(socket, check, Ok(good)));
    assert!(world.heard(ALICE).is_empty(), "what the host saw before counts no more");
    world.token = Some(REVOKED);
    world.release();
    assert_eq!(world.heard(ALICE), ["error 31201", "close"]);
}

#[test]
fn a_token_without_a_grant_cannot_use_it() {
    let mut world = World::new();
    (world.may_receive, world.may_dial) = (false, false);
    world.sign_in(ALICE, "alice");
    assert_eq!(world.heard(ALICE), ["connected", "error 31201"]);
    world.dial(ALICE, "bob");
    assert_eq!(world.heard(ALICE), ["hangup 31403"]);
    assert!(world.records.is_empty());
}

#[test]
fn the_eleventh_device_takes_the_place_of_the_oldest() {
    let mut world = World::new();
    for number in 100..110 {
        world.sign_in(SocketId(number), "bob");
    }
    world.sent.clear();
    world.sign_in(SocketId(110), "bob");
    assert_eq!(world.heard(SocketId(100)), ["offline"]);
    world.sign_in(ALICE, "alice");
    world.sent.clear();
    world.dial(ALICE, "bob");
    let rung: Vec<u64> = world.sent.keys().map(|socket| socket.0).filter(|id| *id >= 100).collect();
    assert_eq!(rung, (101..=110).collect::<Vec<_>>());
}

#[test]
fn malformed_frames_are_named_and_change_nothing() {
    let mut world = World::office();
    let (alice, bob) = world.ringing();
    world.sent.clear();
    for text in ["", "{}", r#"{"type":"candidate"}"#, r#"{"type":"answer","payload":{"callsid":"CA1"}}"#] {
        let malformed: Result<ClientFrame, Malformed> = ClientFrame::parse(text);
        world.input(Input::Frame(BOB, malformed));
        assert_eq!(world.heard(BOB), ["error 31100"], "{text}");
    }
    world.accept(BOB, &bob);
    assert_eq!(world.heard(ALICE), ["answer token"]);
    world.hang_up(ALICE, &alice);
    assert_eq!(world.heard(BOB), ["answer token", "hangup"]);
}

fn at(seconds: u64) -> Now {
    let span = Duration::from_secs(seconds);
    Now { monotonic: span, wall: mobilecall_domain::Timestamp::from_millis(0).plus(span) }
}

fn subscriber(name: &str) -> crate::host::Subscriber {
    crate::host::Subscriber {
        company: company(),
        agent: agent(name),
        session: session(name),
        expires_in: Duration::from_secs(60),
        may_receive: true,
        may_dial: true,
    }
}

fn frame_kind(output: &Output) -> Option<&'static str> {
    match output {
        Output::Send(_, frame) => Some(frame.kind()),
        _ => None,
    }
}

#[test]
fn the_host_hears_of_registrations_and_calls_apart() {
    let mut world = World::office();
    world.talking();
    let bob = |world: &World| world.reachable[&agent("bob").user];
    assert_eq!(bob(&world), Reachability { registered: true, busy: true });
    world.frame(BOB, ClientFrame::Register(Register::OFF));
    assert_eq!(bob(&world), Reachability { registered: true, busy: true }, "by another device");
    world.frame(BOB_TOO, ClientFrame::Register(Register::OFF));
    assert_eq!(bob(&world), Reachability { registered: false, busy: true });
}

#[test]
fn a_host_that_has_lost_everything_is_told_again() {
    let mut world = World::office();
    world.talking();
    world.frame(CAROL, ClientFrame::Register(Register::OFF));
    let mut known = std::mem::take(&mut world.reachable);
    world.input(Input::TellEverybody);
    assert_eq!(known.remove(&agent("carol").user), Some(Reachability::NONE));
    assert_eq!(world.reachable, known, "whoever is not there need not be told");
    assert!(world.sent.values().all(|frames| frames.len() == 1), "devices hear nothing: {:?}", world.sent);
}
