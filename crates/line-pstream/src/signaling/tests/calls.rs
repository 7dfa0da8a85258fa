//! Calls on a connection that works.

use super::Bench;
use mobilecall_domain::{EndReason, LegId, SdpAnswer};
use mobilecall_line::{LineCommand, LineError};

const NOTHING: [&str; 0] = [];
const CALL: &str = "To=*43&CallId=00000000-0000-0000-0000-000000000000";

const INVITE: &str = r#"{"type":"invite","payload":{"callsid":"CA5","sdp":"theirs","reconnect":"tok5",
    "parameters":{"From":"client:sara","To":"client:agent","CallSid":"CA5",
    "Params":"CallId=0198c3a5-7b1c-7000-8000-000000000001&FromName=%D8%B3%D8%A7%D8%B1%D8%A9&FromExtension=102"}}}"#;

#[test]
fn an_outgoing_call_rings_and_is_answered() {
    let mut bench = Bench::registered();
    bench.invite();
    assert_eq!(bench.did(), [format!("> invite TJS offer {CALL}")]);
    bench.receive(r#"{"type":"ringing","payload":{"callsid":"CA1"}}"#);
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"theirs","reconnect":"tok1"}}"#);
    assert_eq!(bench.did(), ["ringing CA1 -", "answered CA1 theirs"]);
    bench.hang_up();
    assert_eq!(bench.did(), ["> hangup CA1", "ended local-hangup -"]);
}

#[test]
fn a_call_that_met_that_of_the_far_end_says_whose_record_holds() {
    let mut bench = Bench::registered();
    bench.invite();
    bench.did();
    let record = "0198c3a5-7b1c-7000-8000-000000000001";
    let answer = format!(r#"{{"type":"answer","payload":{{"callsid":"CA1","sdp":"theirs","record":"{record}"}}}}"#);
    bench.receive(&answer);
    assert_eq!(bench.did(), [format!("merged into {record}"), "answered CA1 theirs".to_owned()]);
    bench.receive(&answer);
    assert_eq!(bench.did(), NOTHING, "it is said once");
}

#[test]
fn the_first_description_is_the_answer() {
    let mut bench = Bench::registered();
    bench.invite();
    bench.did();
    bench.receive(r#"{"type":"ringing","payload":{"callsid":"CA1","sdp":"early"}}"#);
    bench.receive(r#"{"type":"ringing","payload":{"callsid":"CA1","sdp":"again"}}"#);
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"late"}}"#);
    assert_eq!(bench.did(), ["ringing CA1 early", "ringing CA1 -", "answered CA1 -"]);
}

#[test]
fn a_call_can_be_given_up_before_and_after_the_server_names_it() {
    let mut bench = Bench::registered();
    bench.invite();
    bench.did();
    bench.hang_up();
    assert_eq!(bench.did(), ["> hangup TJS", "ended local-cancel -"]);
    bench.invite();
    bench.receive(r#"{"type":"ringing","payload":{"callsid":"CA1"}}"#);
    bench.did();
    bench.hang_up();
    assert_eq!(bench.did(), ["> hangup CA1", "ended local-cancel -"]);
    // What comes late finds nothing.
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"theirs"}}"#);
    bench.receive(r#"{"type":"hangup","payload":{"callsid":"CA1"}}"#);
    assert_eq!(bench.did(), NOTHING);
}

#[test]
fn a_refusal_names_its_reason() {
    let table = [
        ("31404", EndReason::UnknownDestination),
        ("31480", EndReason::Offline),
        ("31486", EndReason::Busy),
        ("31603", EndReason::Declined),
        ("31408", EndReason::NoAnswer),
        ("31488", EndReason::Incompatible),
        ("31403", EndReason::NotAllowed),
        ("31500", EndReason::Failed),
    ];
    for (code, reason) in table {
        for callsid in ["CA1", "TEMPORARY"] {
            let mut bench = Bench::registered();
            bench.invite();
            bench.did();
            bench.receive(r#"{"type":"ringing","payload":{"callsid":"CA1"}}"#);
            bench.did();
            let error = format!(r#"{{"code":{code},"message":"words"}}"#);
            bench.receive(&format!(r#"{{"type":"hangup","payload":{{"callsid":"{callsid}","error":{error}}}}}"#));
            assert_eq!(bench.did(), [format!("ended {reason} {code}")]);
        }
    }
    let mut bench = Bench::in_call();
    bench.receive(r#"{"type":"hangup","payload":{"callsid":"CA1"}}"#);
    assert_eq!(bench.did(), ["ended remote-hangup -"]);
    let mut bench = Bench::in_call();
    bench.receive(r#"{"type":"hangup"}"#);
    assert_eq!(bench.did(), ["ended remote-hangup -"], "without a name it means the only call there is");
    let mut bench = Bench::in_call();
    bench.invite();
    bench.did();
    bench.receive(r#"{"type":"hangup"}"#);
    assert_eq!(bench.did(), NOTHING, "and of two it means neither");
}

#[test]
fn two_calls_are_not_mixed_up() {
    let mut bench = Bench::in_call();
    let first = bench.leg;
    bench.invite();
    bench.did();
    bench.receive(r#"{"type":"ringing","payload":{"callsid":"CA2"}}"#);
    bench.receive(r#"{"type":"hangup","payload":{"callsid":"CA1"}}"#);
    assert_eq!(bench.did(), ["ringing CA2 -", "ended remote-hangup -"]);
    assert_eq!(bench.try_command(LineCommand::HangUp { leg: first }), Err(LineError::UnknownLeg(first)));
    bench.hang_up();
    assert_eq!(bench.did(), ["> hangup CA2", "ended local-cancel -"]);
}

#[test]
fn an_incoming_call_is_told_with_all_it_brings() {
    let mut bench = Bench::registered();
    bench.receive(INVITE);
    assert_eq!(bench.did(), ["incoming client:sara سارة CA5 call theirs"]);
    bench.receive(INVITE);
    assert_eq!(bench.did(), NOTHING, "the same call again is no second call");
    bench.accept();
    assert_eq!(bench.did(), ["> answer CA5 answer"]);
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA5","reconnect":"tok6"}}"#);
    assert_eq!(bench.did(), ["answered CA5 -"]);
    bench.hang_up();
    assert_eq!(bench.did(), ["> hangup CA5", "ended local-hangup -"]);
}

#[test]
fn a_call_id_that_is_none_is_left_out() {
    for params in ["", "CallId=7", "CallId=00000000-0000-4000-8000-000000000000", "FromName="] {
        let mut bench = Bench::registered();
        bench.receive(&format!(
            r#"{{"type":"invite","payload":{{"callsid":"CA5","sdp":"x","parameters":{{"From":"+1","Params":"{params}"}}}}}}"#
        ));
        assert_eq!(bench.did(), ["incoming +1  CA5 no call x"], "{params}");
    }
}

#[test]
fn an_incoming_call_is_refused_or_cancelled() {
    let mut bench = Bench::registered();
    bench.receive(INVITE);
    bench.did();
    bench.command(LineCommand::Reject { leg: bench.leg });
    assert_eq!(bench.did(), ["> reject CA5", "ended local-decline -"]);
    bench.receive(INVITE);
    bench.did();
    bench.hang_up();
    assert_eq!(bench.did(), ["> reject CA5", "ended local-decline -"]);
    let table = [
        ("answered-elsewhere", EndReason::AnsweredElsewhere),
        ("declined-elsewhere", EndReason::LocalDecline),
        ("caller-gave-up", EndReason::RemoteCancel),
        ("no-answer", EndReason::NoAnswer),
        ("of another version", EndReason::RemoteCancel),
    ];
    for (word, reason) in table {
        bench.receive(INVITE);
        bench.did();
        bench.receive(&format!(r#"{{"type":"cancel","payload":{{"callsid":"CA5","reason":"{word}"}}}}"#));
        assert_eq!(bench.did(), [format!("ended {reason} -")]);
    }
    // As the answer goes out, another device was faster.
    bench.receive(INVITE);
    bench.did();
    bench.accept();
    bench.did();
    bench.receive(r#"{"type":"cancel","payload":{"callsid":"CA5","reason":"answered-elsewhere"}}"#);
    assert_eq!(bench.did(), ["ended answered-elsewhere -"]);
    // Once confirmed, only a hang-up ends it.
    bench.receive(INVITE);
    bench.did();
    bench.accept();
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA5"}}"#);
    bench.did();
    bench.receive(r#"{"type":"cancel","payload":{"callsid":"CA5"}}"#);
    assert_eq!(bench.did(), NOTHING);
}

#[test]
fn an_ignored_call_rings_on_elsewhere() {
    let mut bench = Bench::registered();
    bench.receive(INVITE);
    bench.receive(&INVITE.replace("CA5", "CA6"));
    bench.did();
    let second = bench.leg;
    bench.command(LineCommand::Ignore { leg: second });
    assert_eq!(bench.did(), ["ended local-decline -"], "the server hears nothing");
    bench.receive(r#"{"type":"cancel","payload":{"callsid":"CA6"}}"#);
    assert_eq!(bench.did(), NOTHING);
    assert_eq!(bench.try_command(LineCommand::Ignore { leg: second }), Err(LineError::UnknownLeg(second)));
    bench.receive(r#"{"type":"cancel","payload":{"callsid":"CA5"}}"#);
    assert_eq!(bench.did(), ["ended remote-cancel -"], "the other one is another call");
    let mut bench = Bench::in_call();
    let not_now = Err(LineError::NotNow { what: "ignoring a call that does not ring" });
    assert_eq!(bench.try_command(LineCommand::Ignore { leg: bench.leg }), not_now);
}

#[test]
fn commands_that_do_not_fit_are_refused() {
    let mut bench = Bench::in_call();
    let not_now = |what| Err(LineError::NotNow { what });
    let leg = bench.leg;
    let accept = LineCommand::Accept { leg, answer: SdpAnswer::new("x") };
    assert_eq!(bench.try_command(accept), not_now("accepting a call that does not ring"));
    assert_eq!(bench.try_command(LineCommand::Reject { leg }), not_now("rejecting a call that does not ring"));
    bench.invite();
    let offer = mobilecall_domain::SdpOffer::new("x");
    assert_eq!(
        bench.try_command(LineCommand::Reoffer { leg: bench.leg, offer }),
        not_now("renegotiating a call that is not answered")
    );
    let unknown = LegId::generate();
    assert_eq!(bench.try_command(LineCommand::HangUp { leg: unknown }), Err(LineError::UnknownLeg(unknown)));
}

#[test]
fn renegotiations_go_one_after_the_other() {
    let mut bench = Bench::in_call();
    bench.reoffer("hold");
    bench.reoffer("resume");
    bench.reoffer("hold again");
    assert_eq!(bench.did(), ["> reinvite CA1 hold"]);
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"held"}}"#);
    assert_eq!(bench.did(), ["> reinvite CA1 hold again"], "the latest wish counts, and nobody waits for the others");
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"held again"}}"#);
    assert_eq!(bench.did(), ["renegotiated held again"]);
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"unasked"}}"#);
    assert_eq!(bench.did(), NOTHING);
}

#[test]
fn a_renegotiation_that_fails_does_not_block_the_next() {
    let mut bench = Bench::in_call();
    bench.reoffer("hold");
    bench.reoffer("resume");
    bench.did();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31400},"callsid":"CA1"}}"#);
    assert_eq!(bench.did(), ["> reinvite CA1 resume"]);
    // Nor does one that is never answered.
    bench.reoffer("hold again");
    bench.run(9.9);
    bench.receive("\n");
    assert_eq!(bench.did(), ["> heartbeat"]);
    bench.run(0.1);
    assert_eq!(bench.did(), ["> reinvite CA1 hold again"]);
    bench.receive(r#"{"type":"answer","payload":{"callsid":"CA1","sdp":"held"}}"#);
    assert_eq!(bench.did(), ["renegotiated held"]);
    // Whoever waits for the answer to the last one hears that there is none.
    bench.reoffer("resume again");
    bench.did();
    bench.receive(r#"{"type":"error","payload":{"error":{"code":31400},"callsid":"CA1"}}"#);
    assert_eq!(bench.did(), ["not renegotiated"]);
    bench.reoffer("resume again");
    bench.did();
    bench.run(10.0);
    assert_eq!(bench.did(), ["not renegotiated"]);
}

#[test]
fn a_call_without_a_registration_connects_and_leaves_again() {
    let mut bench = Bench::new(&["wss://a/signal"]);
    bench.invite();
    assert_eq!(bench.did(), ["fetch token"]);
    bench.token();
    bench.opened();
    bench.receive(r#"{"type":"connected"}"#);
    assert_eq!(
        bench.did(),
        ["connect wss://a/signal".to_owned(), "> listen jwt1 30".into(), format!("> invite TJS offer {CALL}")]
    );
    bench.receive(r#"{"type":"hangup","payload":{"callsid":"TEMPORARY","error":{"code":31486}}}"#);
    assert_eq!(bench.did(), ["ended busy 31486", "close"]);
    assert_eq!(bench.signaling.deadline(), None);
}

#[test]
fn leaving_does_not_end_a_call() {
    let mut bench = Bench::in_call();
    bench.command(LineCommand::Unregister);
    bench.receive(r#"{"type":"offline"}"#);
    assert_eq!(bench.did(), ["> register false", "Unregistered"]);
    bench.receive(r#"{"type":"hangup","payload":{"callsid":"CA1"}}"#);
    assert_eq!(bench.did(), ["ended remote-hangup -", "close"]);
}
