//! Connecting, staying registered, tokens.

use super::Bench;
use crate::{config::TokenError, signaling::Loss};
use mobilecall_line::LineCommand;
use std::time::Duration;

const NOTHING: [&str; 0] = [];
/// The network changed.
const RECONNECT: LineCommand = LineCommand::Reconnect { slept: Duration::ZERO };

#[test]
fn registering_goes_step_by_step() {
    let mut bench = Bench::new(&["wss://a/signal"]);
    assert_eq!(bench.signaling.deadline(), None);
    bench.command(LineCommand::Register);
    assert_eq!(bench.did(), ["Registering { attempt: 0 }", "fetch token"]);
    bench.token();
    assert_eq!(bench.did(), ["connect wss://a/signal"]);
    bench.opened();
    assert_eq!(bench.did(), ["> listen jwt1 30"], "nothing else before `connected`");
    bench.receive(r#"{"type":"connected","payload":{"token":{"identity":"agent","ttl":3600}}}"#);
    assert_eq!(bench.did(), ["> register true"]);
    bench.receive(r#"{"type":"ready"}"#);
    assert_eq!(bench.did(), ["Registered"]);
    bench.command(LineCommand::Register);
    assert_eq!(bench.did(), NOTHING, "once is enough");
}

#[test]
fn a_registration_is_kept_alive() {
    let mut bench = Bench::registered();
    for _ in 0..3 {
        bench.run(10.0);
        bench.receive("\n");
        assert_eq!(bench.did()[0], "> heartbeat");
        bench.run(10.0);
        bench.receive("\n");
        bench.run(10.0);
        bench.receive(r#"{"type":"ready"}"#);
        assert_eq!(bench.did(), ["> heartbeat", "> register true"]);
    }
}

#[test]
fn silence_of_fifteen_seconds_is_a_loss() {
    let mut bench = Bench::registered();
    bench.run(14.9);
    assert_eq!(bench.did(), NOTHING);
    bench.receive("\n");
    bench.run(14.9);
    assert_eq!(bench.did(), ["> heartbeat"]);
    bench.run(0.1);
    assert_eq!(bench.did(), ["close", "Registering { attempt: 0 }"]);
    assert_eq!(bench.tick(), 0.1);
    assert_eq!(bench.did(), ["connect wss://a/signal"], "the token is still good");
}

#[test]
fn delays_double_until_the_line_is_registered_again() {
    let mut bench = Bench::registered();
    bench.broken();
    assert_eq!(bench.did(), ["Registering { attempt: 0 }"]);
    let mut delays = Vec::new();
    for attempt in 1..=10 {
        delays.push(bench.tick());
        assert_eq!(bench.did(), ["connect wss://a/signal"]);
        bench.signaling.lost(Loss::Unreachable("test".into()), bench.now);
        assert_eq!(bench.did(), [format!("Registering {{ attempt: {attempt} }}")]);
    }
    assert_eq!(delays, [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 2.0, 2.0], "the network may be back any moment");
    bench.reconnects();
    bench.receive(r#"{"type":"ready"}"#);
    assert_eq!(bench.did().last().unwrap(), "Registered");
    bench.broken();
    assert_eq!(bench.did(), ["Registering { attempt: 0 }"]);
    assert_eq!(bench.tick(), 0.1);
}

#[test]
fn a_network_that_stays_away_is_asked_less_and_less() {
    let mut bench = Bench::registered();
    bench.broken();
    let mut last = 0.0;
    while bench.elapsed() < 600.0 {
        let before = bench.elapsed();
        last = bench.tick();
        assert!(last <= if before < 120.0 { 2.0 } else { 20.0 }, "{last} s at {before}");
        bench.signaling.lost(Loss::Unreachable("test".into()), bench.now);
    }
    assert_eq!(last, 20.0);
    // So is a server that is there and has its reasons.
    let mut bench = Bench::registered();
    bench.broken();
    let mut delays = Vec::new();
    for _ in 0..7 {
        delays.push(bench.tick());
        bench.signaling.lost(Loss::Refused { status: 503, retry_after: None }, bench.now);
    }
    assert_eq!(delays, [0.1, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]);
}

#[test]
fn several_servers_are_tried_as_quickly_after_a_loss() {
    let mut bench = Bench::new(&["wss://a/", "wss://b/"]).registers();
    bench.broken();
    assert_eq!(bench.tick(), 0.1);
    bench.did();
    bench.signaling.lost(Loss::Unreachable("test".into()), bench.now);
    assert_eq!(bench.tick(), 0.2);
    assert_eq!(bench.did().last().unwrap(), "connect wss://b/", "the next edge");
}

#[test]
fn an_attempt_has_five_seconds_and_then_the_next_url_is_tried() {
    let mut bench = Bench::new(&["wss://a/", "wss://b/"]);
    bench.command(LineCommand::Register);
    bench.token();
    bench.did();
    assert_eq!(bench.tick(), 5.0);
    assert_eq!(bench.did(), ["close", "Registering { attempt: 1 }"]);
    assert_eq!(bench.tick(), 1.0, "with several URLs the load is spread");
    assert_eq!(bench.did(), ["connect wss://b/"]);
    // Never opened: the next one at once.
    bench.signaling.lost(Loss::Unreachable("test".into()), bench.now);
    bench.tick();
    assert_eq!(bench.did().last().unwrap(), "connect wss://a/");
    // Opened and broken once: the same again; the second failure moves on.
    bench.opened();
    bench.broken();
    bench.tick();
    assert_eq!(bench.did().last().unwrap(), "connect wss://a/");
    bench.signaling.lost(Loss::Unreachable("test".into()), bench.now);
    bench.tick();
    assert_eq!(bench.did().last().unwrap(), "connect wss://b/");
}

#[test]
fn a_command_to_reconnect_skips_the_delay() {
    let mut bench = Bench::registered();
    bench.broken();
    for _ in 0..8 {
        bench.tick();
        bench.broken();
    }
    bench.did();
    bench.command(RECONNECT);
    assert_eq!(bench.did(), ["connect wss://a/signal"]);
    bench.broken();
    assert_eq!(bench.tick(), 0.1, "and starts over");
}

#[test]
fn a_command_to_reconnect_asks_a_connected_server_for_a_sign_of_life() {
    let mut bench = Bench::registered();
    bench.command(RECONNECT);
    assert_eq!(bench.did(), ["> register true"]);
    bench.receive(r#"{"type":"ready"}"#);
    bench.run(10.0);
    assert_eq!(bench.did(), NOTHING);
    bench.command(RECONNECT);
    bench.run(2.0);
    assert_eq!(bench.did(), ["> register true", "close", "Registering { attempt: 0 }"]);
}

#[test]
fn leaving_waits_for_the_server_but_not_long() {
    let mut bench = Bench::registered();
    bench.command(LineCommand::Unregister);
    assert_eq!(bench.did(), ["> register false"]);
    bench.receive(r#"{"type":"offline"}"#);
    assert_eq!(bench.did(), ["Unregistered", "close"]);
    assert_eq!(bench.signaling.deadline(), None);

    let mut bench = Bench::registered();
    bench.command(LineCommand::Unregister);
    assert_eq!(bench.tick(), 3.0);
    assert_eq!(bench.did(), ["> register false", "Unregistered", "close"]);

    let mut bench = Bench::registered();
    bench.command(LineCommand::Unregister);
    bench.command(LineCommand::Register);
    assert_eq!(bench.did()[..2], ["> register false", "> register true"]);

    let mut bench = Bench::new(&["wss://a/signal"]);
    bench.command(LineCommand::Register);
    bench.command(LineCommand::Unregister);
    assert_eq!(bench.did(), ["Registering { attempt: 0 }", "fetch token", "Unregistered"]);
    bench.token();
    assert_eq!(bench.did(), NOTHING);
}

#[test]
fn a_registration_that_the_server_takes_back_is_asked_for_again() {
    let mut bench = Bench::registered();
    bench.receive(r#"{"type":"offline"}"#);
    assert_eq!(bench.did(), ["Registering { attempt: 0 }"]);
    for seconds in [10.0, 10.0, 9.9] {
        bench.run(seconds);
        bench.receive("\n");
        assert_eq!(bench.did(), ["> heartbeat"], "two devices must not fight for it");
    }
    bench.run(0.1);
    assert_eq!(bench.did(), ["> register true"]);
    bench.receive(r#"{"type":"ready"}"#);
    assert_eq!(bench.did(), ["Registered"]);
}

#[test]
fn a_registration_that_ended_with_its_token_comes_back_with_the_next() {
    let mut bench = Bench::registered();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31205}}}"#);
    bench.receive(r#"{"type":"offline"}"#);
    assert_eq!(bench.did(), ["fetch token", "Registering { attempt: 0 }"]);
    // However long the token takes, the old one is not used for anything.
    for _ in 0..5 {
        bench.run(10.0);
        bench.receive("\n");
        bench.receive(r#"{"type":"error","payload":{"error":{"code":31205}}}"#);
        assert_eq!(bench.did(), ["> heartbeat"]);
    }
    bench.token();
    bench.receive(r#"{"type":"connected"}"#);
    bench.receive(r#"{"type":"ready"}"#);
    assert_eq!(bench.did(), ["> listen jwt2 30", "> register true", "Registered"]);
}

#[test]
fn a_token_that_may_not_register_is_a_failure_and_not_a_loop() {
    let mut bench = Bench::new(&["wss://a/signal"]);
    bench.command(LineCommand::Register);
    bench.token();
    bench.opened();
    bench.receive(r#"{"type":"connected"}"#);
    bench.did();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31201}}}"#);
    assert_eq!(bench.did(), ["fetch token"]);
    bench.token();
    bench.receive(r#"{"type":"connected"}"#);
    assert_eq!(bench.did(), ["> listen jwt2 30", "> register true"]);
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31201}}}"#);
    assert_eq!(bench.did(), ["trouble 31201", "close", "Failed(CredentialsRefused)"]);
}

#[test]
fn a_machine_that_slept_shows_no_token_that_ended_meanwhile() {
    let slept = |minutes: u64| LineCommand::Reconnect { slept: Duration::from_secs(minutes * 60) };
    // Not long enough for anything.
    let mut bench = Bench::registered();
    bench.command(slept(40));
    assert_eq!(bench.did(), ["> register true"]);
    // Past four fifths of its life: a fresh one is asked for at once.
    let mut bench = Bench::registered();
    bench.command(slept(50));
    bench.tick();
    assert_eq!(bench.did(), ["> register true", "fetch token"]);
    // In a call the old one does, as long as it is good.
    let mut bench = Bench::in_call();
    bench.command(slept(50));
    bench.receive("\n");
    bench.run(10.0);
    assert!(!bench.did().contains(&"fetch token".to_owned()));
    // Past its end, whether the connection still stands or not.
    let mut bench = Bench::registered();
    bench.command(slept(600));
    assert_eq!(bench.did(), ["fetch token", "> register true"]);
    bench.broken();
    bench.token();
    bench.reconnects();
    assert!(bench.did().contains(&"> listen jwt2 30".to_owned()));
    let mut bench = Bench::registered();
    bench.broken();
    bench.did();
    bench.command(slept(600));
    assert_eq!(bench.did(), ["fetch token"], "nothing is shown before there is a good one");
    bench.token();
    assert_eq!(bench.did(), ["connect wss://a/signal"]);
}

#[test]
fn a_token_is_replaced_at_four_fifths_of_its_life() {
    let mut bench = Bench::registered();
    while bench.elapsed() < 2880.0 {
        bench.run(10.0);
        bench.receive("\n");
        let is_time = bench.elapsed() >= 2880.0;
        assert_eq!(bench.did().contains(&"fetch token".to_owned()), is_time, "at {}", bench.elapsed());
    }
    bench.token();
    assert_eq!(bench.did(), ["> listen jwt2 30"]);
    bench.receive(r#"{"type":"connected","payload":{"token":{"identity":"agent","ttl":3600}}}"#);
    assert_eq!(bench.did(), NOTHING, "no new registration is needed");
    bench.broken();
    bench.reconnects();
    assert!(bench.did().contains(&"> listen jwt2 30".to_owned()));
}

#[test]
fn a_call_puts_the_new_token_off_until_it_is_over_or_the_end_is_near() {
    let mut bench = Bench::in_call();
    let fetched = |bench: &mut Bench| bench.did().contains(&"fetch token".to_owned());
    while bench.elapsed() < 3000.0 {
        bench.run(10.0);
        bench.receive("\n");
    }
    assert!(!fetched(&mut bench));
    bench.receive(r#"{"type":"hangup","payload":{"callsid":"CA1"}}"#);
    bench.tick();
    assert!(fetched(&mut bench));

    let mut bench = Bench::in_call();
    while bench.elapsed() < 3589.0 {
        bench.run(10.0);
        bench.receive("\n");
    }
    assert!(fetched(&mut bench));
    // The new token asks for the call on the same connection, and nothing was lost.
    bench.token();
    bench.receive(r#"{"type":"connected","payload":{"token":{"ttl":3600}}}"#);
    assert_eq!(bench.did(), ["> listen jwt2 30", "> reconnect CA1 tok1 offer"]);
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","reconnect":"tok2"}}"#);
    assert_eq!(bench.did(), NOTHING);
    bench.run(14.0);
    bench.receive("\n");
    bench.run(14.0);
    bench.receive("\n");
    bench.run(14.0);
    assert!(!bench.did().iter().any(|word| word.starts_with("ended")), "a server that does not reply keeps the call");
}

#[test]
fn tokens_of_no_life_are_not_replaced_in_a_tight_loop() {
    for mut bench in [Bench::registered(), Bench::in_call()] {
        bench.receive(r#"{"type":"connected","payload":{"token":{"ttl":0}}}"#);
        bench.did();
        bench.run(0.9);
        assert_eq!(bench.did(), NOTHING);
        bench.run(0.2);
        assert_eq!(bench.did(), ["fetch token"]);
    }
}

#[test]
fn an_expired_token_is_replaced_on_a_new_connection() {
    for code in [31205, 20104] {
        let mut bench = Bench::registered();
        bench.receive(&format!(r#"{{"type":"error","payload":{{"error":{{"code":{code}}}}}}}"#));
        assert_eq!(bench.did(), ["fetch token"]);
        bench.receive(r#"{"type":"close"}"#);
        assert_eq!(bench.did(), ["close", "Registering { attempt: 0 }"]);
        assert_eq!(bench.tick(), 0.1);
        bench.token();
        bench.opened();
        assert_eq!(bench.did(), ["connect wss://a/signal", "> listen jwt2 30"]);
    }
}

#[test]
fn an_expired_token_is_replaced_on_a_connection_that_stays() {
    let mut bench = Bench::registered();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31205}}}"#);
    bench.token();
    bench.receive(r#"{"type":"connected"}"#);
    assert_eq!(bench.did(), ["fetch token", "> listen jwt2 30", "> register true"]);
}

#[test]
fn a_fresh_token_that_is_expired_is_a_failure() {
    let mut bench = Bench::new(&["wss://a/signal"]);
    bench.command(LineCommand::Register);
    bench.token();
    bench.opened();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31205}}}"#);
    bench.token();
    bench.did();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31205}}}"#);
    assert_eq!(bench.did(), ["trouble 31205", "close", "Failed(CredentialsExpired)"]);
    assert_eq!(bench.signaling.deadline(), None);
}

#[test]
fn refused_credentials_are_a_failure_until_somebody_asks_again() {
    for code in [31201, 31202, 31204, 20101, 20151] {
        let mut bench = Bench::new(&["wss://a/signal"]);
        bench.command(LineCommand::Register);
        bench.token();
        bench.opened();
        bench.did();
        bench.receive(&format!(r#"{{"type":"error","payload":{{"error":{{"code":{code},"message":"no"}}}}}}"#));
        let trouble = format!("trouble {code}");
        assert_eq!(bench.did(), [trouble.as_str(), "close", "Failed(CredentialsRefused)"]);
        assert_eq!(bench.signaling.deadline(), None);
        bench.command(LineCommand::Register);
        assert_eq!(bench.did(), ["Registering { attempt: 0 }", "fetch token"]);
    }
}

#[test]
fn a_token_that_was_good_before_gets_one_fresh_chance() {
    let mut bench = Bench::registered();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31201}}}"#);
    bench.receive(r#"{"type":"close"}"#);
    assert_eq!(bench.did(), ["fetch token", "close", "Registering { attempt: 0 }"]);
    let error = TokenError { retryable: false, reason: "the session has ended".into() };
    bench.tick();
    bench.signaling.token(Err(error), bench.now);
    assert_eq!(bench.did(), ["Failed(CredentialsRefused)"]);
}

#[test]
fn a_token_source_that_fails_for_now_is_asked_again() {
    let mut bench = Bench::new(&["wss://a/signal"]);
    bench.command(LineCommand::Register);
    bench.did();
    for attempt in 1..4 {
        bench.signaling.token(Err(TokenError { retryable: true, reason: "offline".into() }), bench.now);
        assert_eq!(bench.did(), [format!("Registering {{ attempt: {attempt} }}")]);
        bench.tick();
        assert_eq!(bench.did(), ["fetch token"]);
    }
    // A refresh that fails does not touch the registration.
    let mut bench = Bench::registered();
    while bench.elapsed() < 2880.0 {
        bench.run(10.0);
        bench.receive("\n");
    }
    bench.did();
    bench.signaling.token(Err(TokenError { retryable: true, reason: "offline".into() }), bench.now);
    bench.run(5.0);
    assert_eq!(bench.did(), ["fetch token"]);
}

#[test]
fn a_server_may_ask_to_be_left_alone_for_a_while() {
    let mut bench = Bench::registered();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31206,"retryAfter":20}}}"#);
    assert_eq!(bench.did(), ["trouble 31206"]);
    bench.broken();
    assert_eq!(bench.tick(), 20.0);
    // No more than a minute, and only once.
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31206,"retryAfter":9000}}}"#);
    bench.broken();
    assert_eq!(bench.tick(), 60.0);
    bench.broken();
    assert!(bench.tick() < 1.0);
    let refused = Loss::Refused { status: 503, retry_after: Some(Duration::from_secs(7)) };
    bench.signaling.lost(refused, bench.now);
    assert_eq!(bench.tick(), 7.0);
}

#[test]
fn a_server_that_closes_without_a_reason_is_left_alone_for_a_while() {
    let mut bench = Bench::registered();
    bench.receive(r#"{"type":"close"}"#);
    assert_eq!(bench.did(), ["close", "Registering { attempt: 0 }"]);
    assert_eq!(bench.tick(), 5.0);
}

#[test]
fn a_server_that_is_none_is_a_failure() {
    for status in [400, 401, 403, 404, 426] {
        let mut bench = Bench::new(&["wss://a/signal"]);
        bench.command(LineCommand::Register);
        bench.token();
        bench.did();
        bench.signaling.lost(Loss::Refused { status, retry_after: None }, bench.now);
        assert_eq!(bench.did(), ["Failed(Protocol)"], "{status}");
    }
    for status in [408, 429, 500, 502, 503] {
        let mut bench = Bench::new(&["wss://a/signal"]);
        bench.command(LineCommand::Register);
        bench.token();
        bench.did();
        bench.signaling.lost(Loss::Refused { status, retry_after: None }, bench.now);
        assert_eq!(bench.did(), ["Registering { attempt: 1 }"], "{status}");
    }
    let mut bench = Bench::new(&["ws://example.com/signal"]);
    bench.command(LineCommand::Register);
    assert_eq!(bench.did(), ["Registering { attempt: 0 }", "Failed(Protocol)"]);
}

#[test]
fn malformed_and_unknown_frames_change_nothing() {
    let mut bench = Bench::in_call();
    for text in [
        "",
        "{",
        "[]",
        r#"{"type":"presence"}"#,
        r#"{"type":"answer","payload":{}}"#,
        r#"{"type":"hangup","payload":{"callsid":"CA9"}}"#,
        r#"{"type":"hangup","payload":{"callsid":7}}"#,
        r#"{"type":"cancel","payload":{"callsid":"CA9"}}"#,
        r#"{"type":"ringing","payload":{"callsid":"CA9"}}"#,
        r#"{"type":"answer","payload":{"callsid":"CA9","sdp":"x"}}"#,
        r#"{"type":"error","payload":{"error":{"code":31201},"callsid":"CA1"}}"#,
        r#"{"type":"ack","payload":{"acktype":"message","callsid":"CA1","voiceeventsid":"KX1"}}"#,
    ] {
        bench.receive(text);
        assert_eq!(bench.did(), NOTHING, "{text}");
    }
}

#[test]
fn the_end_of_the_handle_says_goodbye() {
    let mut bench = Bench::in_call();
    bench.signaling.shutdown();
    assert_eq!(bench.did(), ["> hangup CA1", "ended local-hangup -", "> register false", "close", "Unregistered"]);
    assert_eq!(bench.signaling.deadline(), None);
}
