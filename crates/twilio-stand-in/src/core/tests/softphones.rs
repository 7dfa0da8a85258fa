//! Tokens, registrations and the calls of softphones.

use super::world::{BUSY, NOBODY, OWN, SARA, SLOW, World};
use crate::account::Country;
use crate::core::{FetchProblem, Input};
use mobilecall_domain::{Private, SdpOffer};
use mobilecall_pstream::ClientFrame;
use mobilecall_pstream::client::{Dtmf, Invite, Message, Reconnect, Register, Reinvite, TwilioParams};
use mobilecall_twilio::{AppSid, CallSid};

/// Connects a softphone's call to a number, as our own server would say it.
fn dial(number: &str) -> String {
    format!(
        "<Dial callerId=\"{OWN}\" answerOnBridge=\"true\" action=\"/done\"><Number statusCallback=\"/leg\" \
             statusCallbackEvent=\"initiated ringing answered completed\">{number}</Number></Dial>"
    )
}

#[test]
fn a_token_decides_who_comes_in() {
    let mut world = World::new();
    let good = world.token("alice");
    let socket = world.socket("alice");
    world.listens(socket, &good);
    assert_eq!(world.log(), ["alice < connected"]);
    let forged = {
        let mut other = World::new();
        other.cloud.account.key.secret = Private::new("another".to_owned());
        other.token("alice")
    };
    for (token, code) in [("", 31204), ("a.b.c", 31204), (&forged[..], 31202)] {
        let socket = world.socket("mallory");
        world.listens(socket, token);
        let expected = [format!("mallory < error {code}"), "mallory < close".into(), "mallory is let go".into()];
        assert_eq!(world.log(), expected, "{token}");
    }
    world.pass(3_600.0);
    assert_eq!(world.log(), ["alice < error 31205"], "it ends");
    let socket = world.socket("late");
    world.listens(socket, &good);
    assert_eq!(world.log()[0], "late < error 31205");
}

#[test]
fn nothing_is_done_before_the_token_was_good() {
    let mut world = World::new();
    let socket = world.socket("alice");
    world.frame(socket, ClientFrame::Register(Register::ON));
    world.dials(socket, "To=1");
    assert_eq!(world.log(), ["alice < error 31204", "alice < error 31204"]);
}

#[test]
fn the_oldest_of_eleven_registrations_is_dropped() {
    let mut world = World::new();
    for number in 0..10 {
        world.registered(&format!("alice {number}"));
    }
    let last = world.softphone("alice 10");
    world.forget();
    world.frame(last, ClientFrame::Register(Register::ON));
    assert_eq!(world.log(), ["alice 10 < ready", "alice 0 < offline"]);
    world.frame(last, ClientFrame::Register(Register::ON));
    assert_eq!(world.log(), ["alice 10 < ready"], "again each 30 s");
    world.frame(last, ClientFrame::Register(Register::OFF));
    assert_eq!(world.log(), ["alice 10 < offline"]);
}

#[test]
fn a_call_to_a_telephone_from_the_first_question_to_the_end() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=%2B966500000001&CallId=abc&CallSid=forged");
    assert_eq!(world.log(), ["asks outbound: ringing"]);
    world.says(&dial(SARA));
    let rings = [
        "tells leg: initiated SequenceNumber=0",
        "tells leg: ringing SequenceNumber=1",
        "alice < ringing with sound",
        "alice hears ringback",
    ];
    assert_eq!(world.log(), rings);
    world.pass(1.0);
    let talks = [
        "tells leg: in-progress SequenceNumber=2",
        "alice < answer",
        "alice hears +966500000001",
        "+966500000001 hears alice",
    ];
    assert_eq!(world.log(), talks);
    world.pass(2.5);
    world.hangs_up(alice);
    let ends = [
        "alice hears nobody",
        "+966500000001 hears nobody",
        "tells leg: completed CallDuration=3 SequenceNumber=3",
        "tells done: completed DialCallStatus=completed",
        "tells status: completed CallDuration=3 SequenceNumber=1",
    ];
    let mut log = world.log();
    log.sort();
    let mut expected = ends.map(str::to_owned);
    expected.sort();
    assert_eq!(log, expected);
    assert_eq!((world.live(), world.alerts()), (0, vec![]));
}

#[test]
fn the_called_end_a_call_too_and_the_application_says_what_follows() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&dial(SARA));
    world.pass(3.0);
    world.forget();
    world.acts(crate::core::PhoneAct::HangsUp(SARA.to_owned()));
    let log = world.log();
    assert_eq!(log.last().map(String::as_str), Some("asks done: in-progress DialCallStatus=completed"), "{log:?}");
    world.says("<Say>Goodbye</Say>");
    assert_eq!(world.log(), ["alice hears a voice"]);
    world.sound_ends();
    assert_eq!(world.log(), ["alice < hangup", "tells status: completed CallDuration=2 SequenceNumber=1"]);
}

#[test]
fn how_it_ends_that_nobody_answers_is_told_by_code_and_status() {
    for (number, wait, status, code) in [
        (BUSY, 1.0, "busy", "hangup 31486"),
        (SLOW, 30.0, "no-answer", "hangup 31480"),
        (NOBODY, 0.0, "failed", "hangup 31404"),
    ] {
        let mut world = World::new();
        let alice = world.registered("alice");
        world.dials(alice, "To=x");
        world.says(&dial(number).replace(" action=\"/done\"", ""));
        world.pass(wait);
        let log = world.log();
        assert!(log.iter().any(|it| it.starts_with(&format!("tells leg: {status} "))), "{number}: {log:?}");
        assert!(log.contains(&format!("alice < {code}")), "{number}: {log:?}");
        let own = format!("tells status: {status} CallDuration=0 SequenceNumber=0");
        assert_eq!(log.last(), Some(&own), "{number}");
    }
}

#[test]
fn who_gives_up_before_an_answer_cancels_the_other_leg() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&dial(SLOW));
    world.forget();
    world.hangs_up(alice);
    let expected = [
        "tells leg: canceled CallDuration=0 SequenceNumber=2",
        "tells done: canceled DialCallStatus=canceled",
        "tells status: canceled CallDuration=0 SequenceNumber=0",
    ];
    assert_eq!(world.log(), expected);
}

#[test]
fn what_a_number_may_not_be_called_with_is_an_alert() {
    let cases = [
        (dial("966500000001"), 13_223),
        (dial(SARA).replace(OWN, "+15005550006"), 13_214),
        (dial(SARA).replace(&format!("callerId=\"{OWN}\" "), ""), 13_214),
        (dial("+15005550006"), 13_227),
        (dial("+966990000000"), 13_224),
    ];
    for (document, code) in cases {
        let mut world = World::new();
        world.cloud.account.permissions.countries = vec![Country::new("SA", "+966")];
        world.cloud.account.permissions.unreachable = vec!["+96699".to_owned()];
        let alice = world.registered("alice");
        world.dials(alice, "To=x");
        world.says(&document);
        assert_eq!(world.log().last().map(String::as_str), Some("asks done: ringing DialCallStatus=failed"), "{code}");
        assert_eq!(world.alerts(), [code]);
    }
}

#[test]
fn documents_that_twilio_refuses_end_the_call() {
    let cases = [
        (200, "text/xml", "<Response><Dial>", 12_100),
        (200, "text/xml", "<Answer/>", 12_102),
        (200, "text/xml", "<Response><Dance/></Response>", 12_200),
        (200, "text/xml", "<Response><Dial/></Response>", 12_200),
        (200, "application/json", "<Response/>", 12_300),
        (500, "text/xml", "<Response/>", 11_200),
    ];
    for (status, kind, body, code) in cases {
        let mut world = World::new();
        let alice = world.registered("alice");
        world.dials(alice, "To=x");
        world.forget();
        world.answers(status, kind, body);
        let expected = ["alice < hangup 31002", "tells status: failed CallDuration=0 SequenceNumber=0"];
        assert_eq!(world.log(), expected, "{body}");
        assert_eq!(world.alerts(), [code], "{body}");
    }
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.is_silent(FetchProblem::Timeout);
    assert_eq!(world.alerts(), [11_205]);
}

#[test]
fn a_document_that_twilio_refuses_ends_an_answered_call_without_a_code() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&dial(SARA));
    world.pass(3.0);
    world.acts(crate::core::PhoneAct::HangsUp(SARA.to_owned()));
    world.forget();
    world.answers(200, "text/xml", "<Response><Dance/></Response>");
    assert_eq!(world.log(), ["alice < hangup", "tells status: completed CallDuration=2 SequenceNumber=1"]);
    assert_eq!(world.alerts(), [12_200]);
}

#[test]
fn a_call_is_refused_by_the_code_that_says_why() {
    let mut world = World::new();
    let alice = world.registered("alice");
    let invite = Invite { callsid: "TJS1".into(), sdp: SdpOffer::new("alice"), twilio: TwilioParams::default() };
    world.frame(alice, ClientFrame::Invite(invite));
    world.dials(alice, &"x".repeat(801));
    world.cloud.refuse_next(31_206);
    world.dials(alice, "To=x");
    world.cloud.account.applications[0].voice.url = None;
    world.dials(alice, "To=x");
    let stranger = world.socket("bob");
    let token = world.token_for("bob", AppSid::from_bits(99));
    world.listens(stranger, &token);
    world.dials(stranger, "To=x");
    let expected = [
        "alice < hangup 31101",
        "alice < hangup 31103",
        "alice < hangup 31206",
        "alice < hangup 31404",
        "bob < connected",
        "bob < hangup 31001",
    ];
    assert_eq!(world.log(), expected);
}

#[test]
fn a_lost_connection_is_taken_up_again_or_ends_the_call() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&dial(SARA));
    world.pass(1.0);
    let sid = world.sid_at(alice);
    let token = world.cloud.calls[&sid.parse::<CallSid>().unwrap()]
        .client()
        .unwrap()
        .device
        .as_ref()
        .unwrap()
        .reconnect
        .clone();
    world.input(Input::SocketGone(alice));
    world.pass(29.0);
    let back = world.softphone("alice again");
    world.forget();
    let reconnect = |token: &str| {
        let (callsid, reconnect) = (sid.clone(), Private::new(token.to_owned()));
        ClientFrame::Reconnect(Reconnect { callsid, reconnect, sdp: None, twilio: TwilioParams::default() })
    };
    world.frame(back, reconnect("guessed"));
    world.frame(back, reconnect(&token));
    assert_eq!(world.log(), ["alice again < hangup 31209", "alice again < answer"]);
    world.frame(back, reconnect(&token));
    assert_eq!(world.log(), ["alice again < hangup 31209"], "each token once");
    world.frame(back, ClientFrame::Reinvite(Reinvite { callsid: sid.clone(), sdp: SdpOffer::new("v=0") }));
    assert_eq!(world.log(), ["alice again < answer with sound"]);
    world.input(Input::SocketGone(back));
    world.pass(30.0);
    assert_eq!(world.live(), 0);
}

#[test]
fn keys_and_messages_go_where_they_belong() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&dial(SARA));
    world.pass(1.0);
    world.forget();
    let callsid = world.sid_at(alice);
    world.frame(alice, ClientFrame::Dtmf(Dtmf { callsid: callsid.clone(), dtmf: Private::new("12#".to_owned()) }));
    let message = Message {
        callsid,
        content: serde_json::json!({}),
        contenttype: "application/json".to_owned(),
        messagetype: "user-defined-message".to_owned(),
        voiceeventsid: "KX1".to_owned(),
    };
    world.frame(alice, ClientFrame::Message(message.clone()));
    world.frame(alice, ClientFrame::Message(Message { messagetype: "other".to_owned(), ..message.clone() }));
    let long = serde_json::json!("x".repeat(20_000));
    world.frame(alice, ClientFrame::Message(Message { content: long, ..message }));
    let expected = ["+966500000001 hears the keys 12#", "alice < ack", "alice < error 31210", "alice < error 31212"];
    assert_eq!(world.log(), expected);
}
