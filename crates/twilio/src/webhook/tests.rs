use super::*;
use crate::{
    callback::RecordingTrack,
    sid::{AccountSid, AppSid, CallSid, ConferenceSid},
    status::{CallDirection, DialCallStatus, RecordingStatus},
};
use mobilecall_domain::{CallRecord, CallReport, CallStatus, Timestamp};
use proptest::prelude::*;

const CALL: &str = "CA00000000000000000000000000000001";
const OTHER: &str = "CA00000000000000000000000000000002";
const ACCOUNT: &str = "AC00000000000000000000000000000003";

/// The call and the account, and what else is given.
fn pairs(more: &[(&str, &str)]) -> Vec<(String, String)> {
    let both = [("CallSid", CALL), ("AccountSid", ACCOUNT)];
    both.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn call() -> CallSid {
    CALL.parse().unwrap()
}

#[test]
fn a_softphones_call_says_who_calls_whom() {
    let request = VoiceRequest::read(&pairs(&[
        ("From", "client:agent_10"),
        ("To", "+966501234567"),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("ApplicationSid", "AP00000000000000000000000000000004"),
        ("Caller", "client:agent_10"),
        ("CallerName", ""),
        ("CallId", "made-up"),
        ("ApiVersion", "2010-04-01"),
    ]))
    .unwrap();
    assert_eq!((request.call, request.account), (call(), AccountSid::from_bits(3)));
    assert_eq!(request.client().unwrap().as_str(), "agent_10");
    assert_eq!(request.to.as_ref().unwrap().expose(), "+966501234567");
    assert_eq!((request.status, request.direction), (CallStatus::Ringing, Some(CallDirection::Inbound)));
    assert_eq!((request.application, request.caller_name.clone()), (Some(AppSid::from_bits(4)), None));
    assert_eq!(request.extra.get("CallId"), Some("made-up"));
    assert_eq!(request.extra.names().collect::<Vec<_>>(), ["ApiVersion", "CallId", "Caller"]);
    let printed = format!("{request:?}");
    assert!(!["agent_10", "501234567", "made-up"].iter().any(|private| printed.contains(private)), "{printed}");
}

#[test]
fn a_softphone_cannot_say_what_only_twilio_says() {
    let request = VoiceRequest::read(&pairs(&[
        ("From", "client:agent"),
        ("CallStatus", "ringing"),
        ("ParentCallSid", OTHER),
        ("CallerName", "The boss"),
        ("ForwardedFrom", "+15017122662"),
    ]))
    .unwrap();
    assert_eq!((request.parent, &request.caller_name, &request.forwarded_from), (None, &None, &None));
    assert_eq!(request.extra.names().collect::<Vec<_>>(), ["CallerName", "ForwardedFrom", "ParentCallSid"]);
    let stolen = [("From", "client:agent"), ("CallStatus", "ringing"), ("From", "client:boss")];
    assert_eq!(VoiceRequest::read(&pairs(&stolen)), Err(WebhookError::Twice("From")));
}

#[test]
fn a_call_from_outside_has_no_softphone() {
    let request = VoiceRequest::read(&pairs(&[
        ("From", "+966501234567"),
        ("To", "+15017122661"),
        ("CallStatus", "ringing"),
        ("ForwardedFrom", "+15017122662"),
        ("CallerName", "ACME"),
    ]))
    .unwrap();
    assert_eq!((request.client(), request.direction), (None, None));
    assert_eq!(request.forwarded_from.unwrap().expose(), "+15017122662");
    assert_eq!(request.caller_name.unwrap().expose(), "ACME");
}

#[test]
fn what_keeps_a_webhook_from_being_used_is_said_precisely() {
    let good = [("From", "+966501234567"), ("CallStatus", "ringing")];
    let read = |more: &[(&str, &str)]| VoiceRequest::read(&pairs(more)).unwrap_err().to_string();
    assert_eq!(read(&good[..1]), "CallStatus is missing");
    assert_eq!(read(&good[1..]), "From is missing");
    assert_eq!(read(&[good[0], ("CallStatus", "")]), "CallStatus is missing");
    assert!(
        read(&[good[0], ("CallStatus", "dancing")]).starts_with("CallStatus is wrong: 'dancing' is not a CallStatus")
    );
    assert_eq!(read(&[good[0], good[1], ("CallSid", OTHER)]), "CallSid is there twice, with different values");
    assert_eq!(
        read(&[good[0], good[1], ("ParentCallSid", "CA12")]),
        "ParentCallSid is wrong: the SID of a call has 32 characters after CA, and this has 2"
    );
    assert!(VoiceRequest::read(&pairs(&[good[0], good[1], ("CallSid", CALL)])).is_ok(), "twice the same is once");
    assert_eq!(VoiceRequest::read(&[]), Err(WebhookError::Missing("CallSid")));
}

#[test]
fn a_status_callback_is_read_whole() {
    let callback = StatusCallback::read(&pairs(&[
        ("ParentCallSid", OTHER),
        ("CallStatus", "completed"),
        ("SequenceNumber", "3"),
        ("Timestamp", "Mon, 23 Nov 2026 08:51:00 +0000"),
        ("CallDuration", "42"),
        ("Duration", "1"),
        ("From", "+15017122661"),
        ("To", "client:agent"),
        ("Direction", "outbound-dial"),
        ("SipResponseCode", "200"),
        ("RecordingSid", "RE00000000000000000000000000000005"),
        ("RecordingUrl", "https://api.twilio.com/x"),
        ("RecordingDuration", "40"),
        ("CallbackSource", "call-progress-events"),
    ]))
    .unwrap();
    assert_eq!((callback.call, callback.parent), (call(), Some(OTHER.parse().unwrap())));
    assert_eq!((callback.sequence, callback.seconds, callback.sip_code), (Some(3), Some(42), Some(200)));
    assert_eq!(callback.direction, Some(CallDirection::OutboundDial));
    assert_eq!(callback.at, Some(time("2026-11-23T08:51:00Z")));
    let recording = callback.recording.unwrap();
    assert_eq!(
        (recording.sid.unwrap().to_string().as_str(), recording.seconds),
        ("RE00000000000000000000000000000005", Some(40))
    );
    assert_eq!(callback.extra.names().collect::<Vec<_>>(), ["CallbackSource", "Duration"]);
}

#[test]
fn old_clients_report_with_three_fields() {
    let old = [("CallSid", CALL), ("CallStatus", "completed"), ("CallDuration", "42")];
    let old = old.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let callback = StatusCallback::read(&old).unwrap();
    assert_eq!((callback.account, callback.at), (None, None));
    let report =
        CallReport { status: Some(CallStatus::Completed), duration_seconds: Some(42), ..CallReport::default() };
    assert_eq!(callback.as_report(), report);
    assert_eq!(StatusCallback::read(&old[..1]), Err(WebhookError::Missing("CallStatus")));
    let late = StatusCallback::read(&pairs(&[("CallStatus", "ringing"), ("Timestamp", "now")])).unwrap_err();
    assert!(late.to_string().starts_with("Timestamp is wrong: 'now' is not a time"));
}

#[test]
fn a_new_word_of_twilios_costs_no_callback() {
    let sent = [("CallStatus", "ringing"), ("Direction", "from-the-moon"), ("SipResponseCode", "none")];
    let callback = StatusCallback::read(&pairs(&sent)).unwrap();
    assert_eq!((callback.direction, callback.sip_code), (None, None));
    assert_eq!(callback.extra.get("Direction"), Some("from-the-moon"));
    assert_eq!(callback.extra.get("SipResponseCode"), Some("none"));
}

#[test]
fn each_status_says_its_part_of_the_record() {
    let (at, before) = (time("2026-11-23T08:51:00Z"), time("2026-11-23T08:50:18Z"));
    let cases = [
        ("queued", CallStatus::Queued, None, None, None),
        ("initiated", CallStatus::Initiated, None, None, None),
        ("ringing", CallStatus::Ringing, None, None, None),
        ("in-progress", CallStatus::InProgress, Some(at), None, None),
        ("completed", CallStatus::Completed, Some(before), Some(at), Some(42)),
        ("busy", CallStatus::Busy, None, Some(at), Some(42)),
        ("no-answer", CallStatus::NoAnswer, None, Some(at), Some(42)),
        ("canceled", CallStatus::Canceled, None, Some(at), Some(42)),
        ("failed", CallStatus::Failed, None, Some(at), Some(42)),
    ];
    assert_eq!(cases.len(), CallStatus::ALL.len());
    for (word, status, answered_at, ended_at, duration_seconds) in cases {
        let sent = [("CallStatus", word), ("Timestamp", "Mon, 23 Nov 2026 08:51:00 +0000"), ("CallDuration", "42")];
        let report = StatusCallback::read(&pairs(&sent)).unwrap().as_report();
        let expected =
            CallReport { status: Some(status), answered_at, ended_at, duration_seconds, ..CallReport::default() };
        assert_eq!(report, expected, "{word}");
    }
}

#[test]
fn the_end_of_a_dialed_call_is_told_to_its_record() {
    let cases = [
        ("completed", CallStatus::Completed),
        ("answered", CallStatus::Completed),
        ("busy", CallStatus::Busy),
        ("no-answer", CallStatus::NoAnswer),
        ("failed", CallStatus::Failed),
        ("canceled", CallStatus::Canceled),
    ];
    assert_eq!(cases.len(), DialCallStatus::ALL.len());
    for (word, status) in cases {
        let action = DialAction::read(&pairs(&[
            ("DialCallStatus", word),
            ("DialCallSid", OTHER),
            ("DialCallDuration", "7"),
            ("DialBridged", "true"),
            ("RecordingUrl", "https://api.twilio.com/x"),
        ]))
        .unwrap();
        assert_eq!((action.dialed_call, action.bridged), (Some(OTHER.parse().unwrap()), Some(true)));
        assert_eq!(action.recording.as_ref().unwrap().sid, None);
        let expected = CallReport { status: Some(status), duration_seconds: Some(7), ..CallReport::default() };
        assert_eq!(action.as_report(), expected);
    }
    assert_eq!(DialAction::read(&pairs(&[])), Err(WebhookError::Missing("DialCallStatus")));
}

#[test]
fn recordings_are_of_a_call_or_a_conference() {
    let recording = [("RecordingSid", "RE00000000000000000000000000000005"), ("RecordingStatus", "completed")];
    let more = [
        ("RecordingUrl", "https://api.twilio.com/x"),
        ("RecordingDuration", "40"),
        ("RecordingChannels", "2"),
        ("RecordingStartTime", "Mon, 23 Nov 2026 08:51:00 +0000"),
        ("RecordingSource", "DialVerb"),
        ("RecordingTrack", "both"),
    ];
    let callback = RecordingCallback::read(&pairs(&[recording.as_slice(), &more].concat())).unwrap();
    assert_eq!((callback.call, callback.status), (Some(call()), RecordingStatus::Completed));
    assert_eq!((callback.seconds, callback.channels, callback.track), (Some(40), Some(2), Some(RecordingTrack::Both)));
    assert_eq!(callback.started_at, Some(time("2026-11-23T08:51:00Z")));
    let of_conference = [("ConferenceSid", "CF00000000000000000000000000000006"), ("AccountSid", ACCOUNT)];
    let sent = [recording.as_slice(), &of_conference].concat();
    let sent: Vec<_> = sent.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let callback = RecordingCallback::read(&sent).unwrap();
    assert_eq!((callback.call, callback.conference), (None, Some(ConferenceSid::from_bits(6))));
    assert_eq!(RecordingCallback::read(&pairs(&recording[1..])), Err(WebhookError::Missing("RecordingSid")));
}

#[test]
fn conferences_tell_who_comes_and_goes() {
    let callback = ConferenceCallback::read(&pairs(&[
        ("ConferenceSid", "CF00000000000000000000000000000006"),
        ("FriendlyName", "room-1"),
        ("StatusCallbackEvent", "participant-join"),
        ("SequenceNumber", "2"),
        ("Timestamp", "Mon, 23 Nov 2026 08:51:00 +0000"),
        ("ParticipantLabel", "customer"),
        ("Muted", "false"),
        ("Hold", "true"),
        ("EndConferenceOnExit", "false"),
        ("StartConferenceOnEnter", "true"),
    ]))
    .unwrap();
    assert_eq!((callback.news, callback.call), (ConferenceNews::Join, Some(call())));
    assert_eq!((callback.muted, callback.on_hold, callback.coaching), (Some(false), Some(true), None));
    assert_eq!((callback.ends_on_exit, callback.starts_on_enter), (Some(false), Some(true)));
    assert_eq!((callback.label.as_deref(), callback.name.as_deref()), (Some("customer"), Some("room-1")));
    let unknown = [("ConferenceSid", "CF00000000000000000000000000000006"), ("StatusCallbackEvent", "dance")];
    assert!(matches!(
        ConferenceCallback::read(&pairs(&unknown)),
        Err(WebhookError::Value { name: "StatusCallbackEvent", .. })
    ));
}

/// The callbacks of one answered call, with when each happened in seconds after 08:50:00 that day.
fn told(indices: &[usize]) -> CallRecord {
    let all = [("initiated", 0), ("ringing", 2), ("in-progress", 9), ("completed", 51)];
    let begun = mobilecall_domain::CallStart {
        id: mobilecall_domain::CallId::from_uuid(Default::default()),
        company_id: mobilecall_domain::CompanyId::from_uuid(Default::default()),
        line: mobilecall_domain::LineKind::Twilio,
        from_number: String::new(),
        to_number: String::new(),
        at: time("2026-11-23T08:50:00Z"),
    };
    let mut record = CallRecord::outgoing(begun);
    for index in indices {
        let (word, second) = all[*index];
        let at = format!("Mon, 23 Nov 2026 08:50:{second:02} +0000");
        let sent = [("CallStatus", word), ("Timestamp", at.as_str()), ("CallDuration", "42")];
        let sent = if word == "completed" { &sent[..] } else { &sent[..2] };
        record.apply(&StatusCallback::read(&pairs(sent)).unwrap().as_report(), time("2026-11-23T09:00:00Z"));
    }
    record
}

proptest! {
    /// However often and in which order callbacks come, the record is the same once the last one is among them.
    #[test]
    fn order_loss_and_repetition_do_not_matter(mut indices in prop::collection::vec(0usize..4, 0..8), place: usize) {
        indices.insert(place % (indices.len() + 1), 3);
        prop_assert_eq!(told(&indices), told(&[0, 1, 2, 3]));
    }

    #[test]
    fn no_form_breaks_the_readers(form in prop::collection::vec(("(CallSid|CallStatus|From|To|Timestamp|\\PC{0,5})", "\\PC{0,40}"), 0..8)) {
        prop_assert!(VoiceRequest::read(&form).is_err());
        prop_assert!(StatusCallback::read(&form).is_err());
        prop_assert!(RecordingCallback::read(&form).is_err());
    }
}
