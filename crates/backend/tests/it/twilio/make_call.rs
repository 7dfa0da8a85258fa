//! A call by way of the agent's own phone, and the sound of recordings: what Twilio is asked.

use super::{
    ACCOUNT, API_SECRET, KEY, NUMBER, ask, ca, call, calls, from_alice, number, path, rest_api::RestApi, tell, told_at,
};
use crate::office::{Office, Person, refusal, refused};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use mobilecall_api::calls::{CallRecord, CallStatus};
use mobilecall_twilio::twiml::{Response as Document, Verb};
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};

const PATH: &str = "/api/calls/make-call";
const CUSTOMER: &str = "+966501234567";
const PHONE: &str = "+966559902557";

fn wanted() -> Value {
    json!({"to": "0501234567", "from": NUMBER, "agentPhone": PHONE})
}

fn placed(sid: &str) -> String {
    json!({"sid": sid, "account_sid": ACCOUNT, "status": "queued", "direction": "outbound-api", "to": PHONE,
        "from": NUMBER, "parent_call_sid": null, "start_time": null, "end_time": null, "duration": null, "price": null})
    .to_string()
}

fn refusal_of(code: u32, status: u16) -> String {
    json!({"code": code, "message": format!("{PHONE} is not good"), "status": status, "more_info": "…"}).to_string()
}

async fn send(office: &Office, who: &Person, body: &Value, key: Option<&str>) -> Response {
    let request = office.server.request(&who.session, Method::POST, PATH).json(body);
    let request = match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_agents_phone_rings_first_and_the_record_follows_both_legs() {
    let (api, office) = RestApi::with_office().await;
    let sid = ca(1);
    api.answers(201, &[], placed(&sid));
    let answer = send(&office, &office.alice, &wanted(), None).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let record: CallRecord = answer.json().await.unwrap();
    assert_eq!((record.from_number.as_str(), record.to_number.as_str()), (NUMBER, CUSTOMER));
    assert_eq!(record.twilio_call_sid.as_deref(), Some(sid.as_str()));

    let asked = api.asked();
    let [asked] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(
        (&asked.method, asked.target.as_str()),
        (&Method::POST, "/2010-04-01/Accounts/AC00000000000000000000000000009f3c/Calls.json")
    );
    let credentials = BASE64_STANDARD.encode(format!("{KEY}:{API_SECRET}"));
    assert_eq!(asked.headers[header::AUTHORIZATION], format!("Basic {credentials}"));
    assert_eq!((asked.value("To"), asked.value("From")), (PHONE, NUMBER));
    let document: Document = asked.value("Twiml").parse().unwrap();
    let [Verb::Say(say), Verb::Dial(dial)] = document.0.as_slice() else { panic!("{document:?}") };
    assert_eq!(say.text.expose(), "مرحبا. الآن جاري الاتصال بالعميل");
    assert_eq!(number(dial).number.expose(), CUSTOMER);

    let own = path(Some(&asked.value("StatusCallback").to_owned()));
    let customers = path(number(dial).status_callback.as_ref());
    let leg = ca(2);
    for (callback, leg_sid, parent, word, second, seconds, expected) in [
        (&own, &sid, "", "ringing", 1, "", CallStatus::Queued),
        (&own, &sid, "", "in-progress", 5, "", CallStatus::Initiated),
        (&customers, &leg, sid.as_str(), "ringing", 8, "", CallStatus::Ringing),
        (&customers, &leg, sid.as_str(), "in-progress", 12, "", CallStatus::InProgress),
        (&customers, &leg, sid.as_str(), "completed", 30, "18", CallStatus::Completed),
        (&own, &sid, "", "completed", 31, "26", CallStatus::Completed),
    ] {
        let told = told_at(second);
        let fields = [
            ("CallSid", leg_sid.as_str()),
            ("ParentCallSid", parent),
            ("CallStatus", word),
            ("Timestamp", told.as_str()),
            ("CallDuration", seconds),
        ];
        tell(&office, callback, &fields).await;
        assert_eq!(call(&office, &office.alice).await.status, expected, "{word} of {leg_sid}");
    }
    assert_eq!(call(&office, &office.alice).await.duration_seconds, Some(18), "what the customer's leg says counts");
}

#[tokio::test]
async fn a_callback_may_overtake_the_answer() {
    let (api, office) = RestApi::with_office().await;
    let sid = ca(1);
    api.answers(500, &[], "");
    let answer = send(&office, &office.alice, &wanted(), None).await;
    assert_eq!(refusal(answer).await, refused(503, "unavailable"), "a call is not asked for twice");
    let asked = api.asked();
    assert_eq!(asked.len(), 1);
    let own = path(Some(&asked[0].value("StatusCallback").to_owned()));
    assert_eq!(call(&office, &office.alice).await.status, CallStatus::Queued, "it may have been placed");
    tell(&office, &own, &[("CallSid", sid.as_str()), ("CallStatus", "no-answer"), ("Timestamp", told_at(9).as_str())])
        .await;
    let record = call(&office, &office.alice).await;
    assert_eq!((record.status, record.twilio_call_sid), (CallStatus::NoAnswer, Some(sid)));
}

#[tokio::test]
async fn twilios_refusals_are_told_in_words_and_recorded() {
    let (api, office) = RestApi::with_office().await;
    for (code, words) in [(21211, "not a valid phone number"), (21215, "Geo permissions"), (21210, "not verified")] {
        api.answers(400, &[], refusal_of(code, 400));
        let answer = send(&office, &office.alice, &wanted(), None).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let said: Value = answer.json().await.unwrap();
        let message = said["message"].as_str().unwrap();
        assert!(message.contains(words) && message.contains(&code.to_string()), "{message}");
        assert!(!message.contains(PHONE), "{message}");
        assert_eq!(said["provider"]["code"], code);
    }
    let all = calls(&office, &office.alice).await;
    assert!(all.len() == 3 && all.iter().all(|call| call.status == CallStatus::Failed), "{all:?}");
    // Too many requests at once did nothing, so it is asked again.
    api.answers(429, &[("retry-after", "0")], refusal_of(20429, 429));
    api.answers(201, &[], placed(&ca(7)));
    let answer = send(&office, &office.basil, &wanted(), None).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(api.asked().len(), 5);
}

#[tokio::test]
async fn the_same_request_is_one_call() {
    let (api, office) = RestApi::with_office().await;
    api.answers(201, &[], placed(&ca(1)));
    let first: CallRecord = send(&office, &office.alice, &wanted(), Some("k 1")).await.json().await.unwrap();
    let again = send(&office, &office.alice, &wanted(), Some("k 1")).await;
    assert_eq!(again.status(), StatusCode::OK);
    assert_eq!(again.json::<CallRecord>().await.unwrap().id, first.id);
    assert_eq!(api.asked().len(), 1, "Twilio was asked once");
    for key in ["k 2", "k 1"] {
        // The same key of somebody else is another request.
        let who = if key == "k 1" { &office.basil } else { &office.alice };
        api.answers(201, &[], placed(&ca(2 + u32::from(key == "k 1"))));
        assert_eq!(send(&office, who, &wanted(), Some(key)).await.status(), StatusCode::CREATED);
    }
    let long = "x".repeat(129);
    for key in ["", long.as_str()] {
        let answer = send(&office, &office.alice, &wanted(), Some(key)).await;
        assert_eq!(refusal(answer).await, refused(422, "unprocessable"));
    }
}

#[tokio::test]
async fn what_cannot_or_must_not_be_called_is_refused_before_twilio_is_asked() {
    let (api, office) = RestApi::with_office().await;
    for (fields, status, code) in [
        (json!({"to": "+989121234567"}), 403, "forbidden"),
        (json!({"agentPhone": "+881612345678"}), 403, "forbidden"),
        (json!({"to": "911"}), 422, "unprocessable"),
        (json!({"to": "client:basil"}), 422, "unprocessable"),
        (json!({"agentPhone": ""}), 422, "unprocessable"),
        (json!({"from": "+966112345679"}), 422, "unprocessable"),
        (json!({"from": null, "to": 5}), 422, "unprocessable"),
    ] {
        let body = crate::office::with(wanted(), fields.clone());
        let answer = send(&office, &office.alice, &body, None).await;
        assert_eq!(refusal(answer).await, refused(status, code), "{fields}");
    }
    assert!(api.asked().is_empty() && calls(&office, &office.alice).await.is_empty());
    let bare = Office::open().await;
    let answer = send(&bare, &bare.alice, &wanted(), None).await;
    let said: Value = answer.json().await.unwrap();
    let message = said["message"].as_str().unwrap();
    for name in ["Missing TWILIO_ACCOUNT_SID: ", "Missing TWILIO_PHONE_NUMBER: ", "Missing PUBLIC_BASE_URL: "] {
        assert!(message.contains(name), "{message}");
    }
}

#[tokio::test]
async fn the_sound_of_a_recording_goes_through_to_its_company() {
    let (api, office) = RestApi::with_office().await;
    let (sid, recording) = (ca(1), format!("RE{:032x}", 1));
    ask(&office, "/api/calls/webhook/outbound", &from_alice(&sid, CUSTOMER)).await;
    let told = [
        ("CallSid", sid.as_str()),
        ("From", "client:alice"),
        ("RecordingSid", recording.as_str()),
        ("RecordingStatus", "completed"),
    ];
    tell(&office, "/api/calls/webhook/recording", &told).await;
    let media = call(&office, &office.alice).await.recording_url.unwrap();
    let sound = "sound".repeat(40_000);
    api.answers(
        200,
        &[("content-type", "audio/mpeg"), ("accept-ranges", "bytes"), ("set-cookie", "x=1")],
        sound.clone(),
    );
    let answer = office.get(&office.alice, &media).await;
    assert_eq!(
        (answer.status(), answer.headers()[header::CONTENT_TYPE].to_str().unwrap()),
        (StatusCode::OK, "audio/mpeg")
    );
    assert_eq!(
        (&answer.headers()[header::ACCEPT_RANGES], answer.headers().get(header::SET_COOKIE)),
        (&header::HeaderValue::from_static("bytes"), None)
    );
    assert_eq!(answer.text().await.unwrap(), sound);
    let asked = &api.asked()[0];
    assert_eq!(asked.target, format!("/2010-04-01/Accounts/{ACCOUNT}/Recordings/{recording}.mp3?RequestedChannels=2"));

    let part = [("content-type", "audio/mpeg"), ("content-range", "bytes 5-9/200000")];
    api.answers(206, &part, "sound");
    let request = office.server.request(&office.boss.session, Method::GET, &media).header(header::RANGE, "bytes=5-9");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.headers()[header::CONTENT_RANGE], "bytes 5-9/200000");
    assert_eq!(api.asked()[0].headers[header::RANGE], "bytes=5-9");
    api.answers(416, &[("content-range", "bytes */200000")], "");
    assert_eq!(office.get(&office.boss, &media).await.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    for stranger in [&office.basil, &office.zoe, &office.zboss] {
        assert_eq!(refusal(office.get(stranger, &media).await).await, refused(404, "not_found"));
    }
    for (status, expected) in
        [(404, refused(410, "not_found")), (401, refused(422, "unprocessable")), (503, refused(503, "unavailable"))]
    {
        api.answers(status, &[], refusal_of(20003, status));
        assert_eq!(refusal(office.get(&office.alice, &media).await).await, expected, "{status}");
    }
}

#[tokio::test]
async fn twilio_that_cannot_be_reached_is_said() {
    let office = Office::with(|config| {
        super::set_up(config);
        // Nobody listens at a port that was given back at once.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        config.twilio.api_url = Some(format!("http://{}", listener.local_addr().unwrap()).parse().unwrap());
    })
    .await;
    let answer = send(&office, &office.alice, &wanted(), None).await;
    assert_eq!(refusal(answer).await, refused(503, "unavailable"));
    assert_eq!(call(&office, &office.alice).await.status, CallStatus::Failed, "nothing was sent");
}
