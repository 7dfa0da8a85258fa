//! The frames as they were seen on the wire between Twilio's SDK and an edge.

use mobilecall_domain::{CallId, Private, SdpAnswer, SdpOffer};
use mobilecall_pstream::client::{
    Answer as ClientAnswer, Dtmf, Hangup as ClientHangup, Invite, Listen, Message, Reconnect, Register, Reinvite,
    Reject, TwilioParams,
};
use mobilecall_pstream::server::{
    Ack, Answer, Cancel, CancelReason, Connected, Error, Hangup, Invite as ServerInvite, Parameters, Ringing, TokenInfo,
};
use mobilecall_pstream::{CallSid, ClientFrame, Malformed, ServerFrame, TemporarySid, WireError, code};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn sid() -> CallSid {
    CallSid("CA11111111111111111111111111111111".into())
}

fn record() -> CallId {
    "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("an id of a call")
}

#[test]
fn every_client_frame_has_its_wire_form() {
    let callsid = || sid().0;
    let message = Message {
        callsid: callsid(),
        content: json!({"hello": "x"}),
        contenttype: "application/json".into(),
        messagetype: "user-defined-message".into(),
        voiceeventsid: "KX0".into(),
    };
    let table: Vec<(ClientFrame, Value)> = vec![
        (
            ClientFrame::Listen(Listen {
                token: Private::new("eyJ".into()),
                browser_info: Default::default(),
                reconnect_timeout: 30,
            }),
            json!({"type": "listen", "version": "1.6", "payload": {"token": "eyJ", "reconnectTimeout": 30,
                "browserinfo": {"browser": {"platform": "", "userAgent": ""}, "p": "", "plugin": "", "v": ""}}}),
        ),
        (
            ClientFrame::Register(Register::ON),
            json!({"type": "register", "version": "1.6", "payload": {"media": {"audio": true}}}),
        ),
        (
            ClientFrame::Register(Register::OFF),
            json!({"type": "register", "version": "1.6", "payload": {"media": {"audio": false}}}),
        ),
        (
            ClientFrame::Invite(Invite {
                callsid: "TJSb64165e8".into(),
                sdp: SdpOffer::new("v=0"),
                twilio: TwilioParams { params: Some(Private::new("To=%2A43".into())) },
            }),
            json!({"type": "invite", "version": "1.6", "payload": {"callsid": "TJSb64165e8", "sdp": "v=0",
                "twilio": {"params": "To=%2A43"}}}),
        ),
        (
            ClientFrame::Reconnect(Reconnect {
                callsid: callsid(),
                reconnect: Private::new("tok1".into()),
                sdp: Some(Private::new("v=0".into())),
                twilio: TwilioParams::default(),
            }),
            json!({"type": "invite", "version": "1.6", "payload": {"callsid": callsid(), "reconnect": "tok1",
                "sdp": "v=0", "twilio": {}}}),
        ),
        (
            ClientFrame::Answer(ClientAnswer { callsid: callsid(), sdp: SdpAnswer::new("v=0") }),
            json!({"type": "answer", "version": "1.6", "payload": {"callsid": callsid(), "sdp": "v=0"}}),
        ),
        (
            ClientFrame::Reinvite(Reinvite { callsid: callsid(), sdp: SdpOffer::new("v=0") }),
            json!({"type": "reinvite", "version": "1.6", "payload": {"callsid": callsid(), "sdp": "v=0"}}),
        ),
        (
            ClientFrame::Hangup(ClientHangup { callsid: callsid(), message: None }),
            json!({"type": "hangup", "version": "1.6", "payload": {"callsid": callsid()}}),
        ),
        (
            ClientFrame::Reject(Reject { callsid: callsid() }),
            json!({"type": "reject", "version": "1.6", "payload": {"callsid": callsid()}}),
        ),
        (
            ClientFrame::Dtmf(Dtmf { callsid: callsid(), dtmf: Private::new("12#".into()) }),
            json!({"type": "dtmf", "version": "1.6", "payload": {"callsid": callsid(), "dtmf": "12#"}}),
        ),
        (
            ClientFrame::Message(message),
            json!({"type": "message", "version": "1.6", "payload": {"callsid": callsid(), "content": {"hello": "x"},
                "contenttype": "application/json", "messagetype": "user-defined-message", "voiceeventsid": "KX0"}}),
        ),
    ];
    for (frame, wire) in table {
        assert_eq!(serde_json::from_str::<Value>(&frame.to_text()).unwrap(), wire);
        assert_eq!(ClientFrame::parse(&wire.to_string()).unwrap(), frame);
    }
}

#[test]
fn every_server_frame_has_its_wire_form() {
    let incoming = ServerInvite {
        callsid: sid(),
        sdp: SdpOffer::new("v=0"),
        parameters: Parameters([("From".to_owned(), "client:bob".to_owned())].into()),
        reconnect: Some(Private::new("tok".into())),
    };
    let table: Vec<(ServerFrame, Value)> = vec![
        (
            ServerFrame::Connected(Connected {
                region: Some("US_EAST_VIRGINIA".into()),
                token: TokenInfo { identity: Some("alice".into()), ttl: Some(3600) },
                ..Default::default()
            }),
            json!({"type": "connected", "payload": {"region": "US_EAST_VIRGINIA",
                "token": {"identity": "alice", "ttl": 3600}}}),
        ),
        (ServerFrame::Ready, json!({"type": "ready", "payload": {}})),
        (ServerFrame::Offline, json!({"type": "offline", "payload": {}})),
        (
            ServerFrame::Invite(Box::new(incoming)),
            json!({"type": "invite", "payload": {"callsid": sid(), "sdp": "v=0", "reconnect": "tok",
                "parameters": {"From": "client:bob"}}}),
        ),
        (
            ServerFrame::Ringing(Ringing { callsid: sid(), sdp: None }),
            json!({"type": "ringing", "payload": {"callsid": sid()}}),
        ),
        (
            ServerFrame::Answer(Answer {
                callsid: sid(),
                sdp: Some(SdpAnswer::new("v=0")),
                reconnect: Some(Private::new("tok".into())),
                record: None,
            }),
            json!({"type": "answer", "payload": {"callsid": sid(), "sdp": "v=0", "reconnect": "tok"}}),
        ),
        (
            ServerFrame::Answer(Answer { record: Some(record()), ..Answer::to(sid(), None) }),
            json!({"type": "answer", "payload": {"callsid": sid(), "record": record().to_string()}}),
        ),
        (
            ServerFrame::Hangup(Hangup {
                callsid: Some(sid().0),
                error: Some(WireError::new(code::NOT_FOUND, "no such extension")),
            }),
            json!({"type": "hangup", "payload": {"callsid": sid(),
                "error": {"code": 31404, "message": "no such extension"}}}),
        ),
        (
            ServerFrame::Cancel(Cancel { callsid: sid(), reason: Some(CancelReason::AnsweredElsewhere) }),
            json!({"type": "cancel", "payload": {"callsid": sid(), "reason": "answered-elsewhere"}}),
        ),
        (
            ServerFrame::Ack(Ack { acktype: "message".into(), callsid: sid().0, voiceeventsid: "KX0".into() }),
            json!({"type": "ack", "payload": {"acktype": "message", "callsid": sid(), "voiceeventsid": "KX0"}}),
        ),
        (
            ServerFrame::Error(Error {
                error: WireError { code: 31206, message: "slow down".into(), retry_after: Some(2) },
                callsid: None,
                voiceeventsid: None,
            }),
            json!({"type": "error", "payload": {"error": {"code": 31206, "message": "slow down", "retryAfter": 2}}}),
        ),
        (ServerFrame::Close, json!({"type": "close", "payload": {}})),
    ];
    for (frame, mut wire) in table {
        wire["version"] = json!("1.6");
        assert_eq!(serde_json::from_str::<Value>(&frame.to_text()).unwrap(), wire);
        assert_eq!(ServerFrame::parse(&wire.to_string()).unwrap(), frame);
    }
}

#[test]
fn reads_what_leaves_out_everything_optional() {
    let parse = |text| ServerFrame::parse(text).unwrap();
    assert_eq!(parse(r#"{"type":"connected"}"#), ServerFrame::Connected(Connected::default()));
    assert_eq!(parse(r#"{"type":"ready","extra":1}"#), ServerFrame::Ready);
    assert_eq!(parse(r#"{"type":"hangup","payload":{}}"#), ServerFrame::Hangup(Hangup { callsid: None, error: None }));
    assert_eq!(
        parse(r#"{"type":"cancel","payload":{"callsid":"CA1","reason":"solar flare"}}"#),
        ServerFrame::Cancel(Cancel { callsid: CallSid("CA1".into()), reason: None })
    );
    assert_eq!(
        parse(r#"{"type":"answer","payload":{"callsid":"CA1","record":"no id"}}"#),
        ServerFrame::Answer(Answer::to(CallSid("CA1".into()), None))
    );
}

#[test]
fn refuses_bad_frames_without_repeating_their_values() {
    let secret = r#"{"type":"listen","payload":{"token":{"a":"secret"}}}"#;
    let table = [
        ("", Malformed::NotAFrame),
        ("[]", Malformed::NotAFrame),
        (r#"{"payload":{}}"#, Malformed::NotAFrame),
        (r#"{"type":"candidate","payload":{}}"#, Malformed::UnknownType("candidate".into())),
        (
            r#"{"type":"answer","payload":{"callsid":"CA1"}}"#,
            Malformed::Payload {
                kind: "answer".into(),
                problem: "missing field sdp".into(),
                callsid: Some("CA1".into()),
            },
        ),
        (
            secret,
            Malformed::Payload { kind: "listen".into(), problem: "a field has the wrong type".into(), callsid: None },
        ),
    ];
    for (text, expected) in table {
        assert_eq!(ClientFrame::parse(text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn debug_output_hides_tokens_descriptions_and_parameters() {
    let text = json!({"type": "invite", "payload": {"callsid": "CA1", "sdp": "ice-pwd-secret", "reconnect": "tok-secret",
        "parameters": {"From": "+966500000000-secret"}}});
    let shown = format!("{:?}", ServerFrame::parse(&text.to_string()).unwrap());
    assert!(!shown.contains("secret"), "{shown}");
    let text = json!({"type": "listen", "payload": {"token": "tok-secret"}});
    let shown = format!("{:?}", ClientFrame::parse(&text.to_string()).unwrap());
    assert!(!shown.contains("secret"), "{shown}");
    let text = json!({"type": "connected", "payload": {"token": {"identity": "name-secret", "ttl": 60}}});
    let shown = format!("{:?}", ServerFrame::parse(&text.to_string()).unwrap());
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn identifiers_have_their_wire_form() {
    let uuid = Uuid::from_u128(0x1);
    assert_eq!(CallSid::from_uuid(uuid).as_str(), "CA00000000000000000000000000000001");
    assert_eq!(TemporarySid::from_uuid(uuid).as_str(), "TJS00000000-0000-0000-0000-000000000001");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        let _: Result<ClientFrame, Malformed> = ClientFrame::parse(&text);
        let _: Result<ServerFrame, Malformed> = ServerFrame::parse(&text);
    }
}
