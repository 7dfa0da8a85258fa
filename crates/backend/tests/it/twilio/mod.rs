//! Calls over Twilio, of which the cloud's part is played here: what it sends, with its signature.

mod accounts;
mod calling;
mod checkup;
mod incoming;
mod make_call;
mod order;
mod outgoing;
mod reconcile;
mod recordings;
mod relays;
mod rest_api;
mod signatures;
mod tokens;

use crate::office::{Office, Person};
use mobilecall_api::calls::CallRecord;
use mobilecall_backend::{BackendConfig, TwilioSettings};
use mobilecall_domain::{Private, Timestamp};
use mobilecall_twilio::{
    signature::{HEADER, Payload, Signer},
    time,
    twiml::{Client, Dial, DialTarget, Number, Party, Response as Document, Verb},
};
use reqwest::{Response, StatusCode, header};

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000009f3c";
pub(crate) const KEY: &str = "SK00000000000000000000000000005e1f";
pub(crate) const APP: &str = "AP0000000000000000000000000000a11c";
pub(crate) const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const API_SECRET: &str = "abcdefghijklmnopqrstuvwxyz012345";
pub(crate) const NUMBER: &str = "+966112345678";
pub(crate) const BASE: &str = "https://calls.example.com/phone";
/// Seconds of every time that is told.
pub(crate) const BEGUN: i64 = 1_770_000_000;

/// Everything that is set of an account.
pub(crate) const ALL: [(&str, &str); 7] = [
    ("TWILIO_ACCOUNT_SID", ACCOUNT),
    ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
    ("TWILIO_PHONE_NUMBER", NUMBER),
    ("TWILIO_API_KEY", KEY),
    ("TWILIO_API_SECRET", API_SECRET),
    ("TWILIO_TWIML_APP_SID", APP),
    ("PUBLIC_BASE_URL", BASE),
];

/// Settings with these values.
pub(crate) fn settings(values: &[(&str, &str)]) -> TwilioSettings {
    let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    TwilioSettings::read(value).unwrap()
}

/// The server's account, for calls to the company Acme.
pub(crate) fn set_up(config: &mut BackendConfig) {
    config.twilio.settings = settings(&ALL);
    config.twilio.company = Some("Acme".to_owned());
    // Nobody listens there, so that no test asks Twilio itself.
    config.twilio.api_url = Some("http://127.0.0.1:9".parse().unwrap());
}

pub(crate) async fn office() -> Office {
    Office::with(set_up).await
}

/// A call's SID.
pub(crate) fn ca(number: u32) -> String {
    format!("CA{number:032x}")
}

/// A time as Twilio writes it.
pub(crate) fn told_at(seconds: i64) -> String {
    time::write(at(seconds))
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis((BEGUN + seconds) * 1000)
}

pub(crate) fn signer() -> Signer {
    Signer::new(&Private::new(AUTH_TOKEN.to_owned()))
}

/// Posts a form as Twilio does.
pub(crate) async fn post(office: &Office, path: &str, fields: &[(&str, &str)]) -> Response {
    let account = [("AccountSid", ACCOUNT)];
    let fields: Vec<_> =
        account.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let signature = signer().sign(&format!("{BASE}{path}"), Payload::Form(&fields));
    post_form(office, path, &fields, Some(&signature)).await
}

pub(crate) async fn post_form(
    office: &Office,
    path: &str,
    fields: &[(String, String)],
    signature: Option<&str>,
) -> Response {
    let url = format!("{}{path}", office.server.base_url());
    let request = office.server.client().post(url).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(serde_urlencoded::to_string(fields).unwrap());
    let request = match signature {
        Some(signature) => request.header(HEADER, signature),
        None => request,
    };
    request.send().await.unwrap()
}

/// Posts something that is answered with nothing.
pub(crate) async fn tell(office: &Office, path: &str, fields: &[(&str, &str)]) {
    let response = post(office, path, fields).await;
    let status = response.status();
    assert_eq!(status, StatusCode::NO_CONTENT, "{path}: {}", response.text().await.unwrap());
}

/// Asks what to do.
pub(crate) async fn ask(office: &Office, path: &str, fields: &[(&str, &str)]) -> Document {
    let response = post(office, path, fields).await;
    let (status, kind) = (response.status(), response.headers().get(header::CONTENT_TYPE).cloned());
    let text = response.text().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    assert_eq!(kind.unwrap(), "text/xml; charset=utf-8");
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The one verb of a document, which dials.
pub(crate) fn dial(document: Document) -> Dial {
    match <[Verb; 1]>::try_from(document.0) {
        Ok([Verb::Dial(dial)]) => dial,
        other => panic!("nothing is dialed: {other:?}"),
    }
}

pub(crate) fn parties(dial: &Dial) -> Vec<Party> {
    match &dial.target {
        DialTarget::Parties(parties) => parties.iter().cloned().collect(),
        other => panic!("nobody is dialed: {other:?}"),
    }
}

pub(crate) fn number(dial: &Dial) -> Number {
    match parties(dial).as_slice() {
        [Party::Number(number)] => number.clone(),
        other => panic!("no number is dialed: {other:?}"),
    }
}

pub(crate) fn clients(dial: &Dial) -> Vec<Client> {
    let client = |party| match party {
        Party::Client(client) => client,
        Party::Number(number) => panic!("no softphone is dialed: {number:?}"),
    };
    parties(dial).into_iter().map(client).collect()
}

/// What a caller hears before the call ends.
pub(crate) fn said(document: Document) -> String {
    match <[Verb; 2]>::try_from(document.0) {
        Ok([Verb::Say(say), Verb::Hangup]) => say.text.into_inner(),
        other => panic!("nothing is said: {other:?}"),
    }
}

/// The path and query of an address that was given to Twilio.
pub(crate) fn path(url: Option<&String>) -> String {
    url.expect("an address").strip_prefix(BASE).expect("it is below the public base URL").to_owned()
}

/// What a softphone's call is asked with.
pub(crate) fn from_alice<'a>(sid: &'a str, to: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("CallSid", sid),
        ("From", "client:alice"),
        ("To", to),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("ApplicationSid", APP),
    ]
}

/// Everything that somebody sees of calls.
pub(crate) async fn calls(office: &Office, who: &Person) -> Vec<CallRecord> {
    office.read(who, "/api/calls").await
}

/// The one call that somebody sees.
pub(crate) async fn call(office: &Office, who: &Person) -> CallRecord {
    match <[CallRecord; 1]>::try_from(calls(office, who).await) {
        Ok([call]) => call,
        Err(calls) => panic!("{} calls", calls.len()),
    }
}
