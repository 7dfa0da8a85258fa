//! The REST API over HTTP, and recordings with what is in them.

use crate::softphone::{Softphone, dial};
use crate::{OWN, SARA, share_of, start, tone};
use mobilecall_twilio_stand_in::{Faults, RequestRule, StandIn, Voice};
use serde_json::Value;

/// A request with the account's token.
async fn send(stand_in: &StandIn, method: reqwest::Method, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let response = request(stand_in, method, path, form).await;
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

async fn request(stand_in: &StandIn, method: reqwest::Method, path: &str, form: &[(&str, &str)]) -> reqwest::Response {
    let account = stand_in.account();
    let url = format!("{}/2010-04-01/Accounts/{}/{path}", stand_in.api_url(), account.sid);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let client = mobilecall_testkit::plain_client();
    let request = client.request(method, url).basic_auth(account.sid, Some(account.auth_token.expose()));
    request.header("Content-Type", "application/x-www-form-urlencoded").body(body).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn click_to_call_is_recorded_with_both_voices() {
    let (stand_in, application) = start().await;
    let record = "record=\"record-from-answer-dual\" recordingStatusCallback=\"/tape\"";
    application.answers("/hello", &format!("<Say>Hello</Say>{}", dial(SARA, record)));
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let url = format!("{}/hello", application.url);
    let form = [("To", "client:alice"), ("From", OWN), ("Url", &url)];
    let (status, call) = send(&stand_in, reqwest::Method::POST, "Calls.json", &form).await;
    assert_eq!((status, &call["status"]), (201, &Value::from("queued")));
    let (leg, mut sound, from) = alice.take().await;
    assert_eq!(from, OWN);
    let sara_hears = async || share_of(stand_in.heard(SARA).await.0.samples(), 1_000.0) > 0.8;
    sound.talk(&tone(1_000.0), 440.0, sara_hears).await;
    alice.hang_up(leg);
    let tape = application.next("/tape").await;
    assert_eq!((tape.get("RecordingStatus"), tape.get("RecordingChannels")), ("completed", "2"));
    assert_eq!(tape.get("CallSid"), call["sid"].as_str().unwrap());
    let path = format!("Recordings/{}.wav", tape.get("RecordingSid"));
    let file = request(&stand_in, reqwest::Method::GET, &path, &[]).await.bytes().await.unwrap();
    let caller = Voice::from_wav(&file).unwrap();
    assert!(share_of(caller.samples(), 1_000.0) > 0.8, "the caller is on the first channel");
    let path = format!("Calls/{}.json", call["sid"].as_str().unwrap());
    assert_eq!(send(&stand_in, reqwest::Method::GET, &path, &[]).await.1["status"], "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_known_and_what_shall_fail_is_refused_in_twilios_words() {
    let (stand_in, _application) = start().await;
    let url = format!("{}/2010-04-01/Accounts/{}/Calls.json", stand_in.api_url(), stand_in.account().sid);
    let response = mobilecall_testkit::plain_client().get(url).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.json::<Value>().await.unwrap()["code"], 20_003);
    let rule = RequestRule {
        path: "Calls".to_owned(),
        status: 429,
        code: 20_429,
        message: "Too Many Requests".to_owned(),
        times: Some(1),
    };
    stand_in.set_faults(Faults::default().request(rule));
    let (status, body) = send(&stand_in, reqwest::Method::GET, "Calls.json", &[]).await;
    assert_eq!((status, &body["code"]), (429, &Value::from(20_429)));
    assert_eq!(send(&stand_in, reqwest::Method::GET, "Calls.json", &[]).await.0, 200);
    assert_eq!(send(&stand_in, reqwest::Method::GET, "Nothing.json", &[]).await.1["code"], 20_404);
}
