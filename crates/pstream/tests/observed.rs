//! The frames that Twilio's SDK 2.18.5 was seen to send and take, letter for letter but for what the notes cut: read
//! and written again, they are the same JSON.

use mobilecall_pstream::{ClientFrame, MAX_FRAME_BYTES, Malformed, ServerFrame};
use proptest::prelude::*;
use serde_json::Value;

const CLIENT: &[&str] = &[
    r#"{"payload":{"browserinfo":{"browser":{"platform":"Linux x86_64","userAgent":"..."},"p":"browser","plugin":"rtc","v":"2.18.5"},"reconnectTimeout":30,"token":"eyJ..."},"type":"listen","version":"1.6"}"#,
    r#"{"payload":{"media":{"audio":true}},"type":"register","version":"1.6"}"#,
    r#"{"payload":{"callsid":"TJSb64165e8-c84d-41d4-b51e-778ed6671e32","sdp":"...","twilio":{"params":"To=%2B966500000000&Note=a%20b%26c%3Dd%2Be&Ar=%D9%85%D8%B1%D8%AD%D8%A8%D8%A7"}},"type":"invite","version":"1.6"}"#,
    r#"{"payload":{"callsid":"CA1111","content":{"hello":"x"},"contenttype":"application/json","messagetype":"user-defined-message","voiceeventsid":"KXe4340a5f"},"type":"message","version":"1.6"}"#,
    r#"{"payload":{"callsid":"CA1111","reconnect":"tok1","sdp":"...","twilio":{}},"type":"invite","version":"1.6"}"#,
    r#"{"payload":{"sdp":"...","callsid":"CA1111"},"type":"reinvite","version":"1.6"}"#,
    r#"{"payload":{"callsid":"CA1111"},"type":"hangup","version":"1.6"}"#,
    r#"{"payload":{"media":{"audio":false}},"type":"register","version":"1.6"}"#,
    r#"{"payload":{"sdp":"...","callsid":"CA1111"},"type":"answer","version":"1.6"}"#,
    r#"{"payload":{"callsid":"CA2222"},"type":"reject","version":"1.6"}"#,
];

const SERVER: &[&str] = &[
    r#"{"type":"connected","version":"1.6","payload":{"region":"US_EAST_VIRGINIA","edge":"ashburn","home":"us1","gateway":"gw-test","token":{"identity":"alice","ttl":3600}}}"#,
    r#"{"type":"ready","version":"1.6","payload":{}}"#,
    r#"{"type":"ringing","version":"1.6","payload":{"callsid":"CA1111","sdp":"..."}}"#,
    r#"{"type":"answer","version":"1.6","payload":{"callsid":"CA1111","sdp":"...","reconnect":"tok1"}}"#,
    r#"{"type":"ack","version":"1.6","payload":{"acktype":"message","callsid":"CA1111","voiceeventsid":"KXe4340a5f"}}"#,
    r#"{"type":"answer","version":"1.6","payload":{"callsid":"CA1111","reconnect":"tok2"}}"#,
    r#"{"type":"answer","version":"1.6","payload":{"callsid":"CA1111","sdp":"..."}}"#,
    r#"{"type":"offline","version":"1.6","payload":{}}"#,
    r#"{"type":"invite","version":"1.6","payload":{"callsid":"CA1111","sdp":"...","reconnect":"tokInv1","parameters":{"From":"+966511111111","To":"client:alice","CallSid":"CA1111","AccountSid":"AC00","Params":"name=%D8%B9%D9%84%D9%8A&note=a+b%26c","StirStatus":"TN-Validation-Passed-A"}}}"#,
    r#"{"type":"hangup","version":"1.6","payload":{"callsid":"CA1111"}}"#,
    r#"{"type":"cancel","version":"1.6","payload":{"callsid":"CA3333"}}"#,
    r#"{"type":"close","version":"1.6","payload":{}}"#,
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the table holds JSON")
}

#[test]
fn frames_of_the_sdk_survive_reading_and_writing() {
    for text in CLIENT {
        assert_eq!(json(&ClientFrame::parse(text).unwrap().to_text()), json(text));
    }
    for text in SERVER {
        assert_eq!(json(&ServerFrame::parse(text).unwrap().to_text()), json(text));
    }
}

#[test]
fn custom_parameters_of_an_incoming_call_are_read() {
    let invite = SERVER.iter().find(|text| text.contains("\"invite\"")).unwrap();
    let ServerFrame::Invite(invite) = ServerFrame::parse(invite).unwrap() else { panic!("an invite") };
    assert_eq!(invite.parameters.get("From"), Some("+966511111111"));
    assert_eq!(invite.parameters.custom("name").as_deref(), Some("علي"));
    assert_eq!(invite.parameters.custom("note").as_deref(), Some("a b&c"));
    let odd = r#"{"type":"invite","payload":{"callsid":"CA1","sdp":"","parameters":{"From":"x","Verified":true}}}"#;
    let ServerFrame::Invite(invite) = ServerFrame::parse(odd).unwrap() else { panic!("an invite") };
    assert_eq!(invite.parameters.get("From"), Some("x"));
    assert_eq!(invite.parameters.get("Verified"), None);
}

#[test]
fn a_frame_has_a_largest_size() {
    let largest = format!("{{\"type\":\"ready\",\"x\":\"{}\"}}", "a".repeat(MAX_FRAME_BYTES - 23));
    assert_eq!(largest.len(), MAX_FRAME_BYTES);
    assert_eq!(ServerFrame::parse(&largest), Ok(ServerFrame::Ready));
    assert_eq!(ServerFrame::parse(&format!(" {largest}")), Err(Malformed::NotAFrame));
}

/// Any JSON under the frame types that exist.
fn any_frame() -> impl Strategy<Value = String> {
    let kinds = "listen register invite answer reinvite hangup reject dtmf message connected ready offline ringing \
                 cancel ack error close other";
    let names = "callsid sdp token media audio reconnect twilio params error code retryAfter voiceeventsid messagetype \
                 content parameters From Params dtmf reason browserinfo";
    let words = |text: &'static str| prop::sample::select(text.split_whitespace().collect::<Vec<_>>());
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        "[A-Za-z0-9]{0,40}".prop_map(|value| format!("\"{value}\"")),
    ];
    let value = leaf.prop_recursive(3, 16, 6, move |inner| {
        prop::collection::hash_map(words(names), inner, 0..6).prop_map(|fields| {
            let fields: Vec<_> = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", fields.join(","))
        })
    });
    (words(kinds), value).prop_map(|(kind, value)| format!("{{\"type\":\"{kind}\",\"payload\":{value}}}"))
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_and_read_again(text in any_frame()) {
        if let Ok(frame) = ServerFrame::parse(&text) {
            prop_assert_eq!(ServerFrame::parse(&frame.to_text()), Ok(frame));
        }
        if let Ok(frame) = ClientFrame::parse(&text) {
            prop_assert_eq!(ClientFrame::parse(&frame.to_text()), Ok(frame));
        }
    }
}
