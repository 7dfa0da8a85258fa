//! Calls through the loss of a connection.

use super::Bench;
use crate::signaling::Loss;
use mobilecall_line::LineCommand;
use std::time::Duration;

const NOTHING: [&str; 0] = [];
const INVITE: &str = r#"{"type":"invite","payload":{"callsid":"CA5","sdp":"theirs","reconnect":"tok5",
    "parameters":{"From":"client:sara"}}}"#;

#[test]
fn a_live_call_is_taken_up_before_the_registration() {
    let mut bench = Bench::in_call();
    bench.broken();
    assert_eq!(bench.did(), ["signaling lost", "Registering { attempt: 0 }"]);
    bench.reconnects();
    assert_eq!(
        bench.did(),
        ["connect wss://a/signal", "> listen jwt1 30", "> reconnect CA1 tok1 offer", "> register true"]
    );
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","reconnect":"tok2"}}"#);
    bench.receive(r#"{"type":"ready"}"#);
    assert_eq!(bench.did(), ["signaling restored", "Registered"]);
    // The next time with the new token.
    bench.broken();
    bench.reconnects();
    assert!(bench.did().contains(&"> reconnect CA1 tok2 offer".to_owned()));
}

#[test]
fn attempts_during_a_call_come_quickly() {
    let mut bench = Bench::in_call();
    bench.broken();
    let mut delays = Vec::new();
    for _ in 0..6 {
        delays.push(bench.tick());
        bench.broken();
    }
    assert_eq!(delays, [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]);
}

#[test]
fn a_call_that_cannot_be_taken_up_is_over_after_thirty_seconds() {
    let mut bench = Bench::in_call();
    bench.broken();
    let mut ended_at = None;
    while ended_at.is_none() {
        bench.tick();
        if bench.did().contains(&"ended signaling-lost 53001".to_owned()) {
            ended_at = Some(bench.elapsed());
        } else if bench.elapsed() < 29.9 {
            bench.broken();
        }
    }
    assert_eq!(ended_at, Some(30.0));
}

#[test]
fn a_server_that_does_not_answer_the_question_loses_the_call() {
    let mut bench = Bench::in_call();
    bench.broken();
    bench.reconnects();
    bench.did();
    for _ in 0..3 {
        bench.run(9.9);
        bench.receive("\n");
    }
    bench.run(1.0);
    let did = bench.did();
    assert!(
        did.contains(&"> hangup CA1".to_owned()) && did.contains(&"ended signaling-lost 53001".to_owned()),
        "{did:?}"
    );
}

#[test]
fn a_refused_reconnect_loses_the_call() {
    let mut bench = Bench::in_call();
    bench.broken();
    bench.reconnects();
    bench.did();
    bench.receive(r#"{"type":"hangup","payload":{"callsid":"CA1","error":{"code":31209}}}"#);
    assert_eq!(bench.did(), ["ended signaling-lost 31209"]);
}

#[test]
fn the_time_counts_from_the_first_loss() {
    let mut bench = Bench::in_call();
    bench.broken();
    bench.run(0.1);
    bench.opened();
    bench.receive(r#"{"type":"connected"}"#);
    bench.run(14.0);
    bench.broken();
    let did = bench.did();
    assert_eq!(did.iter().filter(|word| *word == "signaling lost").count(), 1, "{did:?}");
    bench.run(15.9);
    assert!(bench.did().contains(&"ended signaling-lost 53001".to_owned()));
}

#[test]
fn what_was_not_agreed_ends_with_the_connection() {
    let mut bench = Bench::registered();
    bench.invite();
    bench.receive(r#"{"type":"ringing","payload":{"callsid":"CA1"}}"#);
    bench.receive(INVITE);
    bench.did();
    bench.broken();
    assert_eq!(bench.did(), ["ended signaling-lost 53001", "ended signaling-lost 53001", "Registering { attempt: 0 }"]);
}

#[test]
fn an_answered_call_without_a_token_ends_with_the_connection() {
    let mut bench = Bench::registered();
    bench.invite();
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"theirs"}}"#);
    bench.did();
    bench.broken();
    assert_eq!(bench.did()[0], "ended signaling-lost 53001");
}

#[test]
fn an_accepted_call_is_recovered_with_the_token_of_its_invite() {
    let mut bench = Bench::registered();
    bench.receive(INVITE);
    bench.did();
    bench.accept();
    bench.did();
    bench.broken();
    bench.reconnects();
    assert!(bench.did().contains(&"> reconnect CA5 tok5 answer".to_owned()));
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA5","reconnect":"tok6"}}"#);
    assert_eq!(bench.did(), ["answered CA5 -", "signaling restored"]);
}

#[test]
fn a_renegotiation_waits_for_the_call_to_be_taken_up() {
    let mut bench = Bench::in_call();
    bench.reoffer("restart 1");
    bench.did();
    bench.broken();
    bench.reoffer("restart 2");
    bench.reconnects();
    assert!(bench.did().contains(&"> reconnect CA1 tok1 restart 2".to_owned()));
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","reconnect":"tok2"}}"#);
    assert_eq!(bench.did(), ["signaling restored", "> reinvite CA1 restart 2"]);
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"theirs 2"}}"#);
    assert_eq!(bench.did(), ["renegotiated theirs 2"]);
}

#[test]
fn a_call_that_ended_meanwhile_is_told_first() {
    let mut bench = Bench::in_call();
    bench.broken();
    bench.did();
    bench.hang_up();
    assert_eq!(bench.did(), ["ended local-hangup -"]);
    bench.reconnects();
    assert_eq!(bench.did(), ["connect wss://a/signal", "> listen jwt1 30", "> hangup CA1", "> register true"]);
    // After the time that the server waits, nobody needs to be told.
    let mut bench = Bench::in_call();
    bench.command(LineCommand::Unregister);
    bench.broken();
    bench.hang_up();
    bench.did();
    bench.run(4.0);
    bench.broken();
    bench.run(40.0);
    assert_eq!(bench.signaling.deadline(), None);
}

#[test]
fn an_invite_waits_for_the_connection_but_not_for_ever() {
    let mut bench = Bench::registered();
    bench.broken();
    bench.invite();
    bench.did();
    bench.reconnects();
    let did = bench.did();
    assert_eq!(did[2], "> register true");
    assert!(did[3].starts_with("> invite TJS offer To="), "{did:?}");

    let mut bench = Bench::registered();
    bench.broken();
    bench.invite();
    bench.did();
    bench.hang_up();
    assert_eq!(bench.did(), ["ended local-cancel -"]);
    bench.reconnects();
    assert_eq!(bench.did().last().unwrap(), "> register true", "nothing was sent, so nothing is taken back");

    let mut bench = Bench::new(&["wss://a/signal"]);
    bench.invite();
    bench.run(30.0);
    assert!(bench.did().contains(&"ended signaling-lost 53001".to_owned()));
    assert_eq!(bench.signaling.deadline(), None);
}

#[test]
fn refused_credentials_end_what_waits_for_them() {
    let mut bench = Bench::in_call();
    bench.broken();
    bench.tick();
    bench.opened();
    bench.did();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31202}}}"#);
    bench.token();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31202}}}"#);
    let did = bench.did();
    assert_eq!(did[did.len() - 3..], ["close", "ended signaling-lost 53001", "Failed(CredentialsRefused)"]);
    bench.invite();
    assert_eq!(bench.did(), ["ended not-allowed 31201"]);
}

#[test]
fn a_call_stays_with_the_server_that_holds_it() {
    let mut bench = Bench::new(&["wss://voice-js.roaming.twilio.com/signal"]);
    bench.command(LineCommand::Register);
    bench.token();
    bench.opened();
    bench.receive(r#"{"type":"connected","payload":{"edge":"ashburn"}}"#);
    bench.invite();
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"theirs","reconnect":"tok1"}}"#);
    bench.did();
    bench.broken();
    bench.tick();
    assert!(bench.did().contains(&"connect wss://voice-js.ashburn.twilio.com/signal".to_owned()));
    bench.opened();
    bench.receive(r#"{"type":"connected","payload":{"edge":"ashburn"}}"#);
    bench.receive(r#"{"type":"hangup","payload":{"callsid":"CA1"}}"#);
    bench.did();
    bench.broken();
    bench.tick();
    assert!(bench.did().contains(&"connect wss://voice-js.roaming.twilio.com/signal".to_owned()));
    assert_eq!(bench.did(), NOTHING);
}

#[test]
fn a_network_that_was_gone_for_half_a_minute_is_met_soon_after_its_return() {
    // While an attempt lasts it knocks every second, so only the pauses between attempts count.
    for (bench, most) in [(Bench::in_call as fn() -> Bench, 1.0), (Bench::registered, 2.0)] {
        for hangs in [true, false] {
            let mut bench = bench();
            let start = bench.elapsed();
            bench.broken();
            while bench.elapsed() < start + 29.0 {
                let waited = bench.tick();
                assert!(waited <= most, "{waited} s without an attempt");
                assert_eq!(bench.did().last().unwrap(), "connect wss://a/signal");
                if hangs {
                    assert!(bench.tick() <= 5.0);
                } else {
                    bench.signaling.lost(Loss::Unreachable("no network".into()), bench.now);
                }
            }
        }
    }
}

#[test]
fn a_connection_that_died_with_the_network_is_replaced_after_two_seconds() {
    let mut bench = Bench::in_call();
    bench.command(LineCommand::Reconnect { slept: Duration::ZERO });
    assert_eq!(bench.did(), ["> register true"]);
    let before = bench.elapsed();
    bench.tick();
    assert_eq!(bench.did(), ["close", "signaling lost", "Registering { attempt: 0 }"]);
    bench.reconnects();
    assert!(bench.elapsed() - before <= 2.2, "{} s", bench.elapsed() - before);
    assert!(bench.did().contains(&"> reconnect CA1 tok1 offer".to_owned()));
    // The first word of a new connection may be lost in the same way.
    let mut bench = Bench::registered();
    bench.broken();
    bench.tick();
    bench.opened();
    bench.did();
    bench.command(LineCommand::Reconnect { slept: Duration::ZERO });
    assert_eq!(bench.tick(), 2.0);
    assert_eq!(bench.did(), ["close", "Registering { attempt: 1 }"]);
}
