//! What goes with calls: parameters, messages, digits.

use super::Bench;
use mobilecall_domain::{Address, CallId, DtmfDigit, LegId, LineKind, Private, SdpOffer};
use mobilecall_line::{CallMessage, CallParameters, LineCommand, LineError, LineEvent, MessageId};

const NOTHING: [&str; 0] = [];

/// A message as the SDK sends it.
pub(super) fn note() -> CallMessage {
    CallMessage {
        content: Private::new(r#"{"hello":"x"}"#.to_owned()),
        content_type: "application/json".into(),
        kind: "user-defined-message".into(),
    }
}

fn twilio() -> Bench {
    Bench::of_kind(LineKind::Twilio, &["wss://a/signal"]).registers()
}

fn send(bench: &Bench, message: CallMessage) -> LineCommand {
    LineCommand::SendMessage { leg: bench.leg, id: MessageId::generate(), message }
}

/// The name on the wire of the message that was sent last.
fn sent(bench: &mut Bench) -> String {
    let leg = bench.signaling.legs.iter().next().expect("a leg");
    leg.messages.last().expect("a message on its way").event.clone()
}

#[test]
fn a_call_carries_what_the_application_shall_know() {
    let mut bench = twilio();
    let given = [("Ticket", "a b&c"), ("To", "+15550100"), ("اسم", "علي"), ("CallId", "7")];
    bench.command(LineCommand::Invite {
        leg: LegId::generate(),
        call: CallId::from_uuid(uuid::Uuid::nil()),
        destination: Address::Service("*43".into()),
        offer: SdpOffer::new("offer"),
        parameters: CallParameters(given.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
    });
    let id = "00000000-0000-0000-0000-000000000000";
    let query = format!("To=*43&CallId={id}&Ticket=a%20b%26c&%D8%A7%D8%B3%D9%85=%D8%B9%D9%84%D9%8A");
    assert_eq!(bench.did(), [format!("> invite TJS offer {query}")], "nothing stands in for whom is called");
}

#[test]
fn what_an_incoming_call_brings_is_decoded() {
    for (status, verified) in [
        (r#","StirStatus":"TN-Validation-Passed-A""#, Some(true)),
        (r#","StirStatus":"TN-Validation-Passed-C""#, Some(false)),
        ("", None),
    ] {
        let mut bench = twilio();
        bench.receive(&format!(
            r#"{{"type":"invite","payload":{{"callsid":"CA5","sdp":"x","parameters":{{"From":"+966511111111",
            "Params":"name=%D8%B9%D9%84%D9%8A&note=a+b%26c&CallId=7&%D9%85=1"{status}}}}}}}"#
        ));
        let incoming = std::iter::from_fn(|| bench.signaling.poll_output()).find_map(|output| match output {
            super::Output::Event(LineEvent::Incoming(incoming)) => Some(incoming),
            _ => None,
        });
        let incoming = incoming.expect("a call");
        let expected = [("name", "علي"), ("note", "a b&c"), ("م", "1")];
        assert_eq!(incoming.parameters.0, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(incoming.verified, verified);
    }
}

#[test]
fn a_message_is_taken_or_refused() {
    let mut bench = twilio().calls();
    bench.command(send(&bench, note()));
    assert_eq!(
        bench.did(),
        [r#"> message CA1 KX"#.to_owned() + &sent(&mut bench)[2..4] + r#" user-defined-message {"hello":"x"}"#]
    );
    let event = sent(&mut bench);
    assert_eq!((event.len(), event.starts_with("KX")), (34, true));
    let ack =
        format!(r#"{{"type":"ack","payload":{{"acktype":"message","callsid":"CA1","voiceeventsid":"{event}"}}}}"#);
    bench.receive(&ack);
    assert_eq!(bench.did(), ["message taken"]);
    bench.receive(&ack);
    assert_eq!(bench.did(), NOTHING, "once");

    bench.command(send(&bench, note()));
    let event = sent(&mut bench);
    bench.did();
    bench.receive(&format!(
        r#"{{"type":"error","payload":{{"error":{{"code":31212}},"callsid":"CA1","voiceeventsid":"{event}"}}}}"#
    ));
    assert_eq!(bench.did(), ["message refused 31212"], "and the call goes on");
    // What is no JSON never leaves.
    bench.command(send(&bench, CallMessage { content: Private::new("{".to_owned()), ..note() }));
    assert_eq!(bench.did(), ["message refused 31100"]);
    // Nobody waits for ever.
    bench.command(send(&bench, note()));
    bench.did();
    bench.run(10.0);
    assert_eq!(bench.did(), ["message refused 31003"]);
}

#[test]
fn a_message_without_a_connection_is_refused_at_once() {
    let mut bench = twilio().calls();
    bench.command(send(&bench, note()));
    bench.did();
    bench.broken();
    assert_eq!(bench.did(), ["message refused 31009", "signaling lost", "Registering { attempt: 0 }"]);
    bench.command(send(&bench, note()));
    assert_eq!(bench.did(), ["message refused 31009"]);
    let mut bench = twilio();
    bench.invite();
    let what = "sending a message in a call that the server has not named yet";
    assert_eq!(bench.try_command(send(&bench, note())), Err(LineError::NotNow { what }));
}

#[test]
fn a_message_finds_its_call_by_its_name_alone() {
    let mut bench = twilio().calls();
    let message = |callsid: &str| {
        format!(
            r#"{{"type":"message","payload":{{"callsid":"{callsid}","content":{{"n":1}},"contenttype":"application/json",
            "messagetype":"user-defined-message","voiceeventsid":"KX1"}}}}"#
        )
    };
    bench.receive(&message("CA1"));
    assert_eq!(bench.did(), [r#"message user-defined-message {"n":1}"#]);
    bench.receive(&message("CA2"));
    bench.receive(&message(&bench.temporary.clone()));
    assert_eq!(bench.did(), NOTHING);
}

#[test]
fn digits_go_beside_the_sound_where_the_line_can() {
    let digits = |leg| LineCommand::Digits { leg, digits: "12#".chars().filter_map(DtmfDigit::from_char).collect() };
    let mut bench = twilio().calls();
    bench.command(digits(bench.leg));
    assert_eq!(bench.did(), ["> dtmf CA1 12#"]);
    bench.broken();
    let what = "sending digits in a call that is not connected";
    assert_eq!(bench.try_command(digits(bench.leg)), Err(LineError::NotNow { what }));
    let mut direct = Bench::in_call();
    let refused = [direct.try_command(digits(direct.leg)), direct.try_command(send(&direct, note()))];
    assert!(refused.iter().all(|refused| matches!(refused, Err(LineError::Unsupported { .. }))), "{refused:?}");
}
