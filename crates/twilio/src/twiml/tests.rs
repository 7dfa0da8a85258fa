use super::*;
use crate::{
    callback::{ConferenceEvent, LegEvent, Method, RecordingEvent},
    identity::Identity,
    sid::CallSid,
};
use mobilecall_domain::{PhoneNumber, Private, phone::Region};
use proptest::prelude::*;

/// The next three were written by the builder of Twilio's own library, version 6.2.0.
const OUTGOING: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?><Response><Dial callerId="+15017122661" answerOnBridge="true" timeout="30" "#,
    r#"action="/api/calls/webhook/dial?a=1&amp;b=2" record="record-from-answer-dual" recordingStatusCallback="/rec" "#,
    r#"recordingStatusCallbackEvent="in-progress completed absent"><Number statusCallback="/leg" "#,
    r#"statusCallbackEvent="initiated ringing answered completed">+966501234567</Number></Dial></Response>"#,
);
const INCOMING: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?><Response><Dial timeout="25" answerOnBridge="true" action="/no-answer">"#,
    r#"<Client statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"><Identity>agent1</Identity>"#,
    r#"<Parameter name="name" value="علي &amp; &quot;Söhne&quot; &lt;x>&#xA;2"/></Client><Client>agent2</Client></Dial>"#,
    r#"</Response>"#,
);
const MORE: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?><Response><Say language="ar-XA" voice="Google.ar-XA-Wavenet-A">"#,
    r#"جاري توصيلك بالعميل</Say><Play loop="2">https://example.test/a.mp3?x=1&amp;y=2</Play><Record maxLength="120" "#,
    r##"playBeep="true" finishOnKey="#" recordingStatusCallback="/rec"/><Hangup/><Reject reason="busy"/>"##,
    r#"<Redirect method="POST">/again</Redirect><Pause length="3"/><Enqueue waitUrl="/wait" action="/left">support</Enqueue>"#,
    r#"<Dial><Queue url="/whisper">support</Queue></Dial><Dial><Conference startConferenceOnEnter="true" "#,
    r#"endConferenceOnExit="false" participantLabel="customer" statusCallback="/conf" "#,
    r#"statusCallbackEvent="start end join leave mute hold" record="record-from-start" beep="onEnter">room-1</Conference>"#,
    r#"</Dial></Response>"#,
);

fn private(text: &str) -> Private<String> {
    Private::new(text.to_owned())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn dial(options: DialOptions, target: DialTarget) -> Verb {
    Verb::Dial(Dial { options, target })
}

fn outgoing() -> Response {
    let options = DialOptions {
        caller_id: Some(private("+15017122661")),
        answer_on_bridge: Some(true),
        timeout: Some(30),
        action: some("/api/calls/webhook/dial?a=1&b=2"),
        record: Some(DialRecord::FromAnswerDual),
        recording_status_callback: some("/rec"),
        recording_status_callback_event: Some(RecordingEvent::ALL.to_vec()),
        ..DialOptions::default()
    };
    let number = Number {
        status_callback: some("/leg"),
        status_callback_event: Some(LegEvent::ALL.to_vec()),
        ..Number::of(&PhoneNumber::parse("0501234567", Region::SA).unwrap())
    };
    Response(vec![dial(options, DialTarget::Parties(Parties::one(Party::Number(number))))])
}

fn incoming() -> Response {
    let options = DialOptions {
        timeout: Some(25),
        answer_on_bridge: Some(true),
        action: some("/no-answer"),
        ..DialOptions::default()
    };
    let first = Client {
        options: ClientOptions {
            status_callback: some("/leg"),
            status_callback_event: Some(LegEvent::ALL.to_vec()),
            ..ClientOptions::default()
        },
        parameters: vec![Parameter::new("name", "علي & \"Söhne\" <x>\n2")],
        ..Client::of("agent1".parse().unwrap())
    };
    let second = Client::of("agent2".parse().unwrap());
    let parties = Parties::new(vec![Party::Client(first), Party::Client(second)]).unwrap();
    Response(vec![dial(options, DialTarget::Parties(parties))])
}

fn more() -> Response {
    let conference = Conference {
        start_conference_on_enter: Some(true),
        end_conference_on_exit: Some(false),
        participant_label: some("customer"),
        status_callback: some("/conf"),
        status_callback_event: Some(vec![
            ConferenceEvent::Start,
            ConferenceEvent::End,
            ConferenceEvent::Join,
            ConferenceEvent::Leave,
            ConferenceEvent::Mute,
            ConferenceEvent::Hold,
        ]),
        record: Some(ConferenceRecord::FromStart),
        beep: Some(Beep::OnEnter),
        name: "room-1".to_owned(),
        ..Conference::default()
    };
    let queue = Queue { url: some("/whisper"), name: "support".to_owned(), ..Queue::default() };
    Response(vec![
        Verb::Say(Say {
            language: some("ar-XA"),
            voice: some("Google.ar-XA-Wavenet-A"),
            text: private("جاري توصيلك بالعميل"),
            ..Say::default()
        }),
        Verb::Play(Play { repeat: Some(2), url: "https://example.test/a.mp3?x=1&y=2".to_owned() }),
        Verb::Record(Record {
            max_length: Some(120),
            play_beep: Some(true),
            finish_on_key: some("#"),
            recording_status_callback: some("/rec"),
            ..Record::default()
        }),
        Verb::Hangup,
        Verb::Reject(Reject { reason: Some(RejectReason::Busy) }),
        Verb::Redirect(Redirect { method: Some(Method::Post), url: "/again".to_owned() }),
        Verb::Pause(Pause { length: Some(3) }),
        Verb::Enqueue(Enqueue {
            wait_url: some("/wait"),
            action: some("/left"),
            name: "support".to_owned(),
            ..Enqueue::default()
        }),
        dial(DialOptions::default(), DialTarget::Queue(queue)),
        dial(DialOptions::default(), DialTarget::Conference(Box::new(conference))),
    ])
}

#[test]
fn we_say_what_the_builder_of_twilios_library_says() {
    for (ours, theirs) in [(outgoing(), OUTGOING), (incoming(), INCOMING), (more(), MORE)] {
        assert_eq!(theirs.parse::<Response>().unwrap(), ours);
        assert_eq!(ours.to_xml().parse::<Response>().unwrap(), ours);
    }
}

#[test]
fn written_documents_are_escaped() {
    assert_eq!(Response::default().to_xml(), r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#);
    let say = Response(vec![Verb::Say(Say { text: private("a < b & \"c\" \u{0}\u{b}'d'\r\n]]>"), ..Say::default() })]);
    let xml = say.to_xml();
    assert_eq!(
        xml,
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Response><Say>a &lt; b &amp; &quot;c&quot; &apos;d&apos;&#13;"#,
            "\n]]&gt;</Say></Response>"
        )
    );
    let incoming = incoming().to_xml();
    assert!(incoming.contains(r#"value="علي &amp; &quot;Söhne&quot; &lt;x&gt;&#10;2""#), "{incoming}");
}

#[test]
fn numbers_and_names_are_not_printed() {
    let printed = format!("{:?} {:?}", outgoing(), incoming());
    for private in ["501234567", "5017122661", "علي", "agent1"] {
        assert!(!printed.contains(private), "{private} in {printed}");
    }
}

#[test]
fn any_layout_is_read() {
    let xml = "\n<!-- ring -->\n<Response>\n  <Dial>\n    <Client> <Identity> agent1 </Identity> </Client>\n  </Dial>\n  \
               <Say><![CDATA[a < b]]> &#x26; c</Say><Hangup></Hangup></Response>\n";
    let client = Party::Client(Client::of("agent1".parse().unwrap()));
    let expected = Response(vec![
        dial(DialOptions::default(), DialTarget::Parties(Parties::one(client))),
        Verb::Say(Say { text: private("a < b & c"), ..Say::default() }),
        Verb::Hangup,
    ]);
    assert_eq!(xml.parse::<Response>().unwrap(), expected);
}

#[test]
fn what_we_never_write_is_refused() {
    let number = "<Number>+966501234567</Number>";
    let cases = [
        ("<Response><Dance/></Response>".to_owned(), "<Dance> has no place in <Response>"),
        ("<Response><Number>+1</Number></Response>".to_owned(), "<Number> has no place in <Response>"),
        ("<Response><Say><Play>x</Play>y</Say></Response>".to_owned(), "<Play> has no place in <Say>"),
        ("<Dial/>".to_owned(), "<Dial> has no place in <>"),
        ("<Response version='1'/>".to_owned(), "<Response> has no attribute version"),
        ("<Response><Hangup now='true'/></Response>".to_owned(), "<Hangup> has no attribute now"),
        ("<Response><Pause Length='1'/></Response>".to_owned(), "<Pause> has no attribute Length"),
        (
            "<Response><Pause length='long'/></Response>".to_owned(),
            "length of <Pause> is wrong: invalid digit found in string",
        ),
        (
            "<Response><Reject reason='tired'/></Response>".to_owned(),
            "reason of <Reject> is wrong: 'tired' is not a reason: use one of rejected, busy",
        ),
        ("<Response>hello</Response>".to_owned(), "<Response> has text, which has no place there"),
        ("<Response><Say> </Say></Response>".to_owned(), "<Say> needs text"),
        ("<Response><Dial>+966501234567</Dial></Response>".to_owned(), "<Dial> has text, which has no place there"),
        ("<Response><Dial/></Response>".to_owned(), "a call rings between 1 and 10 parties at once, not 0"),
        (
            format!("<Response><Dial>{}</Dial></Response>", number.repeat(11)),
            "a call rings between 1 and 10 parties at once, not 11",
        ),
        (
            format!("<Response><Dial>{number}<Conference>a</Conference></Dial></Response>"),
            "<Conference> has no place in <Dial>",
        ),
        (
            "<Response><Dial><Queue>a</Queue><Queue>b</Queue></Dial></Response>".to_owned(),
            "<Queue> has no place in <Dial>",
        ),
        (
            "<Response><Dial><Client>sara ali</Client></Dial></Response>".to_owned(),
            "the text of <Client> is wrong: an identity has only letters from A to Z, digits and '_', and character 5 is another",
        ),
        (
            "<Response><Dial><Client><Identity>a</Identity><Parameter name='x'/></Client></Dial></Response>".to_owned(),
            "<Parameter> needs a value",
        ),
        (
            "<Response><Dial><Client><Identity>a</Identity><Identity>b</Identity></Client></Dial></Response>"
                .to_owned(),
            "<Identity> has no place in <Client>",
        ),
        ("<Response>".to_owned(), "this is not XML: it ends within an element"),
        ("<Response/><Response/>".to_owned(), "this is not XML: it is not one element"),
        ("hello".to_owned(), "this is not XML: it is not one element"),
        ("<!DOCTYPE Response><Response/>".to_owned(), "this is not XML: it has more than elements"),
        ("<Response><Say>&secret;</Say></Response>".to_owned(), "this is not XML: there is no &secret;"),
        ("<a>".repeat(9), "<a> is nested too deeply"),
    ];
    for (xml, problem) in cases {
        assert_eq!(xml.parse::<Response>().unwrap_err().to_string(), problem, "{xml}");
    }
    for broken in ["<Response></Say>", "<Response a='1' a='2'/>", "<Response", "<Response><Say>&#0;</Say></Response>"] {
        assert!(matches!(broken.parse::<Response>(), Err(TwimlError::Xml(_))), "{broken}");
    }
}

/// Text that is not only space and has none at its ends, which reading takes away.
fn text() -> impl Strategy<Value = String> {
    "[^\u{0}-\u{20}\u{fffe}\u{ffff}\\s]([^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]{0,12}[^\u{0}-\u{20}\u{fffe}\u{ffff}\\s])?"
}

fn party() -> impl Strategy<Value = Party> {
    let number = (text(), prop::option::of(text()))
        .prop_map(|(number, url)| Party::Number(Number { number: private(&number), url, ..Number::default() }));
    let client = ("[a-z_0-9]{1,20}", prop::collection::vec((text(), text()), 0..3)).prop_map(|(name, parameters)| {
        let identity = name.parse::<Identity>().unwrap();
        let parameters = parameters.into_iter().map(|(name, value)| Parameter::new(name, value)).collect();
        Party::Client(Client { parameters, ..Client::of(identity) })
    });
    prop_oneof![number, client]
}

fn verb() -> impl Strategy<Value = Verb> {
    let target = prop_oneof![
        prop::collection::vec(party(), 1..=MAX_PARTIES)
            .prop_map(|parties| DialTarget::Parties(Parties::new(parties).unwrap())),
        (text(), any::<Option<bool>>(), any::<u128>()).prop_map(|(name, muted, bits)| {
            let coach = Some(CallSid::from_bits(bits));
            DialTarget::Conference(Box::new(Conference { name, muted, coach, ..Conference::default() }))
        }),
        text().prop_map(|name| DialTarget::Queue(Queue { name, ..Queue::default() })),
    ];
    let dial = (target, prop::option::of(text()), any::<Option<u32>>()).prop_map(|(target, action, timeout)| {
        Verb::Dial(Dial { options: DialOptions { action, timeout, ..DialOptions::default() }, target })
    });
    prop_oneof![
        3 => dial,
        1 => (text(), prop::option::of(text()))
            .prop_map(|(said, voice)| Verb::Say(Say { text: private(&said), voice, ..Say::default() })),
        1 => text().prop_map(|name| Verb::Enqueue(Enqueue { name, ..Enqueue::default() })),
        1 => any::<Option<u32>>().prop_map(|length| Verb::Pause(Pause { length })),
        1 => Just(Verb::Hangup),
    ]
}

proptest! {
    #[test]
    fn every_document_is_read_back(verbs in prop::collection::vec(verb(), 0..4)) {
        let response = Response(verbs);
        prop_assert_eq!(response.to_xml().parse::<Response>().unwrap(), response);
    }

    #[test]
    fn no_text_breaks_the_reader(xml in "[<>/&;a-zA-Z =\"'!\\[\\]\\-#0-9\\PC]{0,60}") {
        if let Ok(response) = xml.parse::<Response>() {
            prop_assert_eq!(response.to_xml().parse::<Response>().unwrap(), response);
        }
    }
}
