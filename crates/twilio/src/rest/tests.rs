use super::*;
use crate::{
    callback::{LegEvent, Method},
    errors::Remedy,
    sid::{AccountSid, AppSid, CallSid, ConferenceSid, PhoneNumberSid, RecordingSid},
    status::{CallDirection, ConferenceStatus, ParticipantStatus, RecordingStatus},
    twiml,
};
use mobilecall_domain::{CallStatus, PhoneNumber, Private, Timestamp, phone::Region};
use serde_json::{Value, json};
use std::time::Duration;

const BASE: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001";
const TIME: &str = "Mon, 23 Nov 2026 08:51:00 +0000";

const ACCOUNT: AccountSid = AccountSid::from_bits(1);
const CALL: CallSid = CallSid::from_bits(2);
const RECORDING: RecordingSid = RecordingSid::from_bits(3);
const CONFERENCE: ConferenceSid = ConferenceSid::from_bits(4);
const APP: AppSid = AppSid::from_bits(5);

fn private(text: &str) -> Private<String> {
    Private::new(text.to_owned())
}

fn time() -> Timestamp {
    "2026-11-23T08:51:00Z".parse().unwrap()
}

fn number() -> PhoneNumber {
    PhoneNumber::parse("+966501234567", Region::SA).unwrap()
}

fn say() -> twiml::Response {
    twiml::Response(vec![twiml::Verb::Hangup])
}

/// What goes to Twilio: verb, path below the account, and the pairs as they are encoded.
fn sent(request: &Request) -> String {
    format!("{} {} {}", request.verb.as_str(), request.path.strip_prefix(BASE).unwrap(), request.encoded())
}

fn create_call() -> CreateCall {
    CreateCall {
        to: private("+966501234567"),
        from: private("+15017122661"),
        instructions: Instructions::Url("https://e.test/twiml?a=1&b=2".to_owned()),
        status_callback: None,
        timeout: None,
        time_limit: None,
        recording_callback: None,
    }
}

#[test]
fn a_new_call_is_asked_for_with_all_that_was_given() {
    let plain = create_call();
    assert_eq!(
        sent(&plain.request(ACCOUNT)),
        "POST /Calls.json To=%2B966501234567&From=%2B15017122661&Url=https%3A%2F%2Fe.test%2Ftwiml%3Fa%3D1%26b%3D2&Method=POST"
    );
    let all = CreateCall {
        instructions: Instructions::Twiml(InlineTwiml::new(&say()).unwrap()),
        status_callback: Some(LegCallback { url: "/s".to_owned(), events: LegEvent::ALL.to_vec() }),
        timeout: Some(30),
        time_limit: Some(3600),
        recording_callback: Some("/r".to_owned()),
        ..plain
    };
    let request = all.request(ACCOUNT);
    let pairs: Vec<_> = request.pairs.iter().skip(2).map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        pairs,
        [
            "Twiml=<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Hangup/></Response>",
            "Timeout=30",
            "TimeLimit=3600",
            "StatusCallback=/s",
            "StatusCallbackMethod=POST",
            "StatusCallbackEvent=initiated",
            "StatusCallbackEvent=ringing",
            "StatusCallbackEvent=answered",
            "StatusCallbackEvent=completed",
            "Record=true",
            "RecordingChannels=dual",
            "RecordingStatusCallback=/r",
            "RecordingStatusCallbackEvent=in-progress completed absent",
        ]
    );
    let printed = format!("{all:?} {request:?}");
    assert!(!printed.contains("501234567") && !printed.contains("Hangup"), "{printed}");
}

#[test]
fn too_long_twiml_is_not_sent() {
    let text = "ا".repeat(MAX_TWIML);
    let long =
        twiml::Response(vec![twiml::Verb::Say(twiml::Say { text: Private::new(text), ..twiml::Say::default() })]);
    let error = InlineTwiml::new(&long).unwrap_err();
    assert_eq!(error.length, long.to_xml().chars().count());
}

#[test]
fn each_request_is_spelled_as_twilio_documents_it() {
    let add = AddParticipant {
        to: private("client:agent2"),
        from: private("client:agent1"),
        label: Some("second".to_owned()),
        ends_on_exit: false,
        timeout: Some(25),
        status_callback: Some(LegCallback { url: "/s".to_owned(), events: vec![LegEvent::Answered] }),
    };
    let change = |change| change_participant(ACCOUNT, CONFERENCE, CALL, &change);
    let filter = CallFilter {
        from: Some(private("+1")),
        status: Some(CallStatus::Completed),
        started_from: Some(time()),
        page_size: Some(1000),
        ..CallFilter::default()
    };
    let recordings = RecordingFilter { call: Some(CALL), created_until: Some(time()), ..RecordingFilter::default() };
    let inline = Instructions::Url("/t".to_owned());
    let cases = [
        (get_call(ACCOUNT, CALL), "GET /Calls/CA.json "),
        (hang_up(ACCOUNT, CALL), "POST /Calls/CA.json Status=completed"),
        (cancel_call(ACCOUNT, CALL), "POST /Calls/CA.json Status=canceled"),
        (redirect_call(ACCOUNT, CALL, &inline), "POST /Calls/CA.json Url=%2Ft&Method=POST"),
        (list_calls(ACCOUNT, &CallFilter::default()), "GET /Calls.json "),
        (
            list_calls(ACCOUNT, &filter),
            "GET /Calls.json From=%2B1&Status=completed&StartTime%3E=2026-11-23T08%3A51%3A00Z&PageSize=1000",
        ),
        (
            list_recordings(ACCOUNT, &recordings),
            "GET /Recordings.json CallSid=CA&DateCreated%3C=2026-11-23T08%3A51%3A00Z",
        ),
        (list_events(ACCOUNT, CALL), "GET /Calls/CA/Events.json "),
        (get_recording(ACCOUNT, RECORDING), "GET /Recordings/RE.json "),
        (list_call_recordings(ACCOUNT, CALL), "GET /Calls/CA/Recordings.json "),
        (
            start_recording(ACCOUNT, CALL, "/r"),
            "POST /Calls/CA/Recordings.json RecordingChannels=dual&RecordingStatusCallback=%2Fr\
             &RecordingStatusCallbackEvent=in-progress+completed+absent",
        ),
        (
            set_recording(ACCOUNT, CALL, RecordingMode::PauseWithSilence),
            "POST /Calls/CA/Recordings/Twilio.CURRENT.json Status=paused&PauseBehavior=silence",
        ),
        (
            set_recording(ACCOUNT, CALL, RecordingMode::PauseWithoutTrace),
            "POST /Calls/CA/Recordings/Twilio.CURRENT.json Status=paused&PauseBehavior=skip",
        ),
        (
            set_recording(ACCOUNT, CALL, RecordingMode::Record),
            "POST /Calls/CA/Recordings/Twilio.CURRENT.json Status=in-progress",
        ),
        (
            set_recording(ACCOUNT, CALL, RecordingMode::Stop),
            "POST /Calls/CA/Recordings/Twilio.CURRENT.json Status=stopped",
        ),
        (delete_recording(ACCOUNT, RECORDING), "DELETE /Recordings/RE.json "),
        (get_conference(ACCOUNT, CONFERENCE), "GET /Conferences/CF.json "),
        (
            list_conferences(ACCOUNT, Some("room 1"), Some(ConferenceStatus::InProgress)),
            "GET /Conferences.json FriendlyName=room+1&Status=in-progress",
        ),
        (end_conference(ACCOUNT, CONFERENCE), "POST /Conferences/CF.json Status=completed"),
        (list_participants(ACCOUNT, CONFERENCE), "GET /Conferences/CF/Participants.json "),
        (
            add_participant(ACCOUNT, CONFERENCE, &add),
            "POST /Conferences/CF/Participants.json To=client%3Aagent2&From=client%3Aagent1&Beep=false&EarlyMedia=true\
             &EndConferenceOnExit=false&Label=second&Timeout=25&StatusCallback=%2Fs&StatusCallbackMethod=POST\
             &StatusCallbackEvent=answered",
        ),
        (
            change(ParticipantChange::Hold { music: Some("/m".to_owned()) }),
            "POST /Conferences/CF/Participants/CA.json Hold=true&HoldUrl=%2Fm",
        ),
        (change(ParticipantChange::Resume), "POST /Conferences/CF/Participants/CA.json Hold=false"),
        (change(ParticipantChange::Mute(true)), "POST /Conferences/CF/Participants/CA.json Muted=true"),
        (
            change(ParticipantChange::EndOnExit(false)),
            "POST /Conferences/CF/Participants/CA.json EndConferenceOnExit=false",
        ),
        (
            change(ParticipantChange::Coach(Some(CALL))),
            "POST /Conferences/CF/Participants/CA.json Coaching=true&CallSidToCoach=CA",
        ),
        (change(ParticipantChange::Coach(None)), "POST /Conferences/CF/Participants/CA.json Coaching=false"),
        (remove_participant(ACCOUNT, CONFERENCE, CALL), "DELETE /Conferences/CF/Participants/CA.json "),
        (list_incoming_numbers(ACCOUNT, Some(&number())), "GET /IncomingPhoneNumbers.json PhoneNumber=%2B966501234567"),
        (list_outgoing_caller_ids(ACCOUNT, None), "GET /OutgoingCallerIds.json "),
        (get_application(ACCOUNT, APP), "GET /Applications/AP.json "),
        (
            update_application(ACCOUNT, APP, "/v", "/s"),
            "POST /Applications/AP.json VoiceUrl=%2Fv&VoiceMethod=POST&StatusCallback=%2Fs&StatusCallbackMethod=POST",
        ),
        (
            update_incoming_number(ACCOUNT, PhoneNumberSid::from_bits(6), "/v", "/s"),
            "POST /IncomingPhoneNumbers/PN.json VoiceUrl=%2Fv&VoiceMethod=POST&StatusCallback=%2Fs&StatusCallbackMethod=POST",
        ),
        (get_account(ACCOUNT), "GET .json "),
        (get_balance(ACCOUNT), "GET /Balance.json "),
        (create_relay_token(ACCOUNT, Duration::from_secs(3600)), "POST /Tokens.json Ttl=3600"),
    ];
    for (request, expected) in cases {
        let short = (2..=6).fold(sent(&request), |text, bits| text.replace(&format!("{bits:032x}"), ""));
        assert_eq!(short, expected);
    }
    let country = get_country(Region::SA);
    assert_eq!((country.host, country.target().as_str()), (Host::Voice, "/v1/DialingPermissions/Countries/SA"));
    assert_eq!(list_calls(ACCOUNT, &filter).target().split_once('?').unwrap().0, format!("{BASE}/Calls.json"));
    assert_eq!(hang_up(ACCOUNT, CALL).target(), hang_up(ACCOUNT, CALL).path);
    assert!(recording_media_path(ACCOUNT, RECORDING).ends_with("03.mp3?RequestedChannels=2"));
}

#[test]
fn nothing_is_done_twice_that_was_wanted_once() {
    let creates = [
        create_call().request(ACCOUNT),
        redirect_call(ACCOUNT, CALL, &Instructions::Url(String::new())),
        start_recording(ACCOUNT, CALL, "/r"),
    ];
    let repeatable = [
        get_call(ACCOUNT, CALL),
        hang_up(ACCOUNT, CALL),
        delete_recording(ACCOUNT, RECORDING),
        get_country(Region::SA),
    ];
    let outcomes = [
        (Outcome::NotSent, true, true),
        (Outcome::Status(429), true, true),
        (Outcome::NoAnswer, false, true),
        (Outcome::Status(500), false, true),
        (Outcome::Status(503), false, true),
        (Outcome::Status(400), false, false),
        (Outcome::Status(401), false, false),
        (Outcome::Status(404), false, false),
    ];
    for (outcome, create, repeat) in outcomes {
        assert!(creates.iter().all(|request| request.may_repeat(outcome) == create), "{outcome:?}");
        assert!(repeatable.iter().all(|request| request.may_repeat(outcome) == repeat), "{outcome:?}");
    }
    assert_eq!(retry_after(" 3 "), Some(Duration::from_secs(3)));
    assert_eq!(retry_after("Mon, 23 Nov 2026 08:51:00 GMT"), None);
}

fn call_json() -> Value {
    json!({
        "sid": CALL, "parent_call_sid": null, "account_sid": ACCOUNT, "to": "+966501234567",
        "to_formatted": "+966501234567", "from": "client:agent", "phone_number_sid": null, "status": "completed",
        "start_time": TIME, "end_time": "Mon, 23 Nov 2026 08:51:42 +0000", "duration": "42", "price": "-0.00750",
        "price_unit": "USD", "direction": "outbound-api", "answered_by": null, "date_created": TIME,
        "date_updated": TIME, "uri": "/2010-04-01/…", "subresource_uris": {},
    })
}

#[test]
fn calls_are_read_with_times_numbers_and_prices() {
    let call: Call = Request::answer(&call_json().to_string()).unwrap();
    assert_eq!(
        (call.sid, call.status, call.direction),
        (CALL, CallStatus::Completed, Some(CallDirection::OutboundApi))
    );
    assert_eq!((call.start_time, call.duration), (Some(time()), Some(42)));
    assert_eq!((call.price, call.price_unit.as_deref()), (Some(Millionths(-7_500)), Some("USD")));
    assert!(!format!("{call:?}").contains("501234567"));

    let mut queued = call_json();
    queued["direction"] = json!("trunking-terminating");
    for field in ["start_time", "end_time", "duration", "price"] {
        queued[field] = Value::Null;
    }
    queued["status"] = json!("queued");
    let call: Call = Request::answer(&queued.to_string()).unwrap();
    assert_eq!((call.status, call.start_time, call.duration, call.price), (CallStatus::Queued, None, None, None));
    assert_eq!(call.direction, None);

    for (field, wrong) in [("sid", "CA1"), ("status", "dancing"), ("duration", "long"), ("start_time", "now")] {
        let mut broken = call_json();
        broken[field] = json!(wrong);
        assert!(Request::answer::<Call>(&broken.to_string()).is_err(), "{field}");
    }
}

#[test]
fn lists_are_read_page_by_page() {
    let next = format!("{BASE}/Calls.json?PageSize=1&Page=1&PageToken=PA{CALL}");
    let page = |next: Value| json!({"calls": [call_json()], "page": 0, "end": 0, "next_page_uri": next}).to_string();
    let first = Page::<Call>::read(&page(json!(next))).unwrap();
    assert_eq!((first.items.len(), first.next_request().unwrap().target()), (1, next));
    assert_eq!(Page::<Call>::read(&page(Value::Null)).unwrap().next_request(), None);
    let mut newer = call_json();
    newer["status"] = json!("on-the-moon");
    let mixed = json!({"calls": [newer, call_json()], "next_page_uri": null}).to_string();
    let mixed = Page::<Call>::read(&mixed).unwrap();
    assert_eq!(mixed.items.len(), 1);
    assert!(mixed.unreadable[0].starts_with("'on-the-moon' is not a CallStatus"), "{:?}", mixed.unreadable);
    let elsewhere = Page::<Call>::read(&page(json!("https://evil.test/2010-04-01/Accounts/"))).unwrap();
    assert_eq!(elsewhere.next_request(), None, "credentials go to Twilio only");
    let error = Page::<Recording>::read(&page(Value::Null)).unwrap_err();
    assert_eq!(error.to_string(), "Twilio's answer has no list of recordings");
}

/// With the fields of <https://www.twilio.com/docs/voice/api/call-event-resource>.
#[test]
fn what_was_sent_about_a_call_is_read_and_not_printed() {
    let json = json!({"next_page_uri": null, "events": [
        {"request": {"method": "POST", "url": "https://e.test/hook?call=1", "parameters":
            {"call_sid": "CA1", "from": "+966501234567", "add_ons": {"status": "successful"}}},
         "response": {"response_code": 200, "request_duration": 100, "content_type": "text/xml", "response_body": "<Response/>"}},
        {"request": {"url": "https://e.test/hook", "parameters": null}, "response": null},
        {"request": null, "response": null},
    ]});
    let page: Page<CallEvent> = Page::read(&json.to_string()).unwrap();
    let [told, bare, empty] = page.items.as_slice() else { panic!("{page:?}") };
    let request = told.request.as_ref().unwrap();
    assert_eq!(request.url.as_ref().unwrap().expose(), "https://e.test/hook?call=1");
    assert_eq!((request.parameter("call_sid"), request.parameter("add_ons")), (Some("CA1"), None));
    assert_eq!((bare.request.as_ref().unwrap().parameter("from"), &empty.request), (None, &None));
    assert!(!format!("{page:?}").contains("501234567"));
}

#[test]
fn all_other_answers_are_read() {
    fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
        Request::answer(&json.to_string()).unwrap()
    }
    let recording: Recording = read(json!({
        "sid": RECORDING, "account_sid": ACCOUNT, "call_sid": CALL, "conference_sid": null, "status": "completed",
        "channels": 2, "source": "DialVerb", "duration": "40", "start_time": TIME, "date_created": TIME,
        "error_code": null, "price": null, "media_url": "https://api.twilio.com/…",
    }));
    assert_eq!(
        (recording.status, recording.duration, recording.channels),
        (RecordingStatus::Completed, Some(40), Some(2))
    );
    let conference: Conference = read(json!({
        "sid": CONFERENCE, "account_sid": ACCOUNT, "friendly_name": "room-1", "status": "in-progress",
        "date_created": TIME, "reason_conference_ended": null, "call_sid_ending_conference": null,
    }));
    assert_eq!((conference.status, conference.date_created), (ConferenceStatus::InProgress, Some(time())));
    let participant: Participant = read(json!({
        "call_sid": CALL, "conference_sid": CONFERENCE, "label": "customer", "muted": false, "hold": true,
        "coaching": false, "call_sid_to_coach": null, "start_conference_on_enter": true,
        "end_conference_on_exit": false, "status": "connected", "queue_time": "0",
    }));
    assert_eq!((participant.status, participant.hold), (ParticipantStatus::Connected, true));
    let number: IncomingPhoneNumber = read(json!({
        "sid": PhoneNumberSid::from_bits(6), "phone_number": "+15017122661",
        "capabilities": {"voice": true, "SMS": true}, "voice_url": "", "voice_method": "POST",
        "voice_application_sid": APP, "status_callback": "https://e.test/s",
    }));
    assert!(number.capabilities.voice && number.voice_url.is_none());
    assert_eq!(number.voice_application_sid, Some(APP.to_string()));
    let caller_id: OutgoingCallerId =
        read(json!({"sid": PhoneNumberSid::from_bits(6), "phone_number": "+15017122661", "friendly_name": "me"}));
    assert_eq!(caller_id.phone_number.expose(), "+15017122661");
    let app: Application = read(json!({"sid": APP, "friendly_name": "softphones", "voice_url": "https://e.test/v",
        "voice_method": "GET", "status_callback": null}));
    assert_eq!((app.voice_method, app.status_callback), (Some(Method::Get), None));
    let account: Account = read(
        json!({"sid": ACCOUNT, "status": "suspended", "type": "Trial", "friendly_name": "ACME", "auth_token": "x"}),
    );
    assert!(account.is_trial() && account.status == AccountStatus::Suspended);
    let balance: Balance = read(json!({"account_sid": ACCOUNT, "balance": "12.5", "currency": "USD"}));
    assert_eq!(balance.balance, Some(Millionths(12_500_000)));
    let country: CountryPermissions = read(json!({"iso_code": "SA", "name": "Saudi Arabia", "continent": "ASIA",
        "low_risk_numbers_enabled": true, "high_risk_special_numbers_enabled": false,
        "high_risk_tollfraud_numbers_enabled": false}));
    assert!(country.low_risk_numbers_enabled && !country.high_risk_special_numbers_enabled);
    let token: RelayToken = read(json!({"ttl": "86400", "username": "u", "password": "p", "ice_servers": [
        {"url": "stun:global.stun.twilio.com:3478", "urls": "stun:global.stun.twilio.com:3478"},
        {"url": "turn:global.turn.twilio.com:3478?transport=udp", "urls": "turn:global.turn.twilio.com:3478?transport=udp",
         "username": "user-name", "credential": "pass-word"},
    ]}));
    assert_eq!((token.ttl, token.ice_servers.len()), (Some(86_400), 2));
    assert!(!format!("{token:?}").contains("pass-word"));
}

#[test]
fn refusals_are_explained() {
    let body = json!({"code": 21211, "message": "Invalid 'To' Phone Number: +96650XXXX", "more_info": "https://…", "status": 400});
    let error = ApiError::read(400, &body.to_string());
    assert_eq!(error.known().unwrap().remedy, Remedy::CheckNumber);
    assert!(error.to_string().starts_with("The called number is not a valid phone number."));
    assert!(!format!("{error} {error:?}").contains("96650"));
    let cases = [
        (
            r#"{"code": 99999, "message": "x", "status": 400}"#,
            "Twilio refused the request (its error 99999, status 400)",
        ),
        (r#"{"message": "x", "status": 400}"#, "Twilio refused the request (status 400)"),
        ("<html>Bad gateway</html>", "Twilio refused the request (status 502)"),
    ];
    for (body, text) in cases {
        assert_eq!(ApiError::read(502, body).to_string(), text);
    }
}
