//! Whether an account is set up as it must be, asked of the stand-in.

use super::{API_SECRET, AUTH_TOKEN, BASE, NUMBER, settings};
use crate::office::{Office, Person, refusal, refused};
use mobilecall_backend::{TwilioCheck, TwilioConfig, TwilioFindingState, TwilioSubject, check_twilio};
use mobilecall_store::Role;
use mobilecall_testkit::TestServer;
use mobilecall_twilio_stand_in::{Account, Config, Country, StandIn, Target};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PATH: &str = "/api/company/twilio/check";

type Values = Vec<(&'static str, String)>;

/// What has to be set for the account.
fn values(account: &Account) -> Values {
    vec![
        ("TWILIO_ACCOUNT_SID", account.sid.to_string()),
        ("TWILIO_AUTH_TOKEN", account.auth_token.expose().clone()),
        ("TWILIO_PHONE_NUMBER", NUMBER.to_owned()),
        ("TWILIO_API_KEY", account.key.sid.to_string()),
        ("TWILIO_API_SECRET", account.key.secret.expose().clone()),
        ("TWILIO_TWIML_APP_SID", account.applications[0].sid.to_string()),
        ("PUBLIC_BASE_URL", BASE.to_owned()),
    ]
}

fn set(values: &mut Values, name: &'static str, value: &str) {
    values.retain(|(known, _)| *known != name);
    values.push((name, value.to_owned()));
}

fn config(api_url: &str, values: &Values) -> TwilioConfig {
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    TwilioConfig { settings: settings(&values), api_url: Some(api_url.parse().unwrap()), ..TwilioConfig::default() }
}

/// What is found of an account and settings that were changed.
async fn found(spoil: impl FnOnce(&mut Account, &mut Values)) -> TwilioCheck {
    let mut account = Account::example(7, NUMBER, BASE);
    let mut values = values(&account);
    spoil(&mut account, &mut values);
    let stand_in = StandIn::start(Config::loopback(account)).await.unwrap();
    check_twilio(&config(&stand_in.api_url(), &values), None).await.unwrap()
}

/// What is to be changed; nothing must be unchecked.
fn changes(check: &TwilioCheck) -> Vec<TwilioSubject> {
    let wrong = check.findings.iter().filter(|finding| finding.state != TwilioFindingState::Right);
    wrong
        .map(|finding| {
            assert_eq!(finding.state, TwilioFindingState::Change, "{finding:?}");
            assert!(finding.remedy.is_some(), "{finding:?}");
            finding.subject
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_account_is_found_right() {
    let check = found(|_, _| {}).await;
    assert!(check.good, "{check:?}");
    let country = check.findings.last().unwrap();
    assert_eq!(country.subject, TwilioSubject::HomeCountry);
    assert!(country.says.ends_with("SA"), "the country of the number: {country:?}");
}

/// What somebody did wrong.
type Mistake = fn(&mut Account, &mut Values);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mistake_is_found() {
    use TwilioSubject::{
        Account as Whole, ApiKey, App, AppStatusUrl, AppVoiceUrl, HomeCountry, Number, NumberStatusUrl, NumberVoiceUrl,
        Setting,
    };
    let cases: &[(&str, Mistake, &[TwilioSubject])] = &[
        ("another auth token", |_, v| set(v, "TWILIO_AUTH_TOKEN", AUTH_TOKEN), &[Whole]),
        ("another secret", |_, v| set(v, "TWILIO_API_SECRET", API_SECRET), &[ApiKey]),
        ("another key", |_, v| set(v, "TWILIO_API_KEY", super::KEY), &[ApiKey]),
        (
            "another token and secret",
            |_, v| {
                set(v, "TWILIO_AUTH_TOKEN", AUTH_TOKEN);
                set(v, "TWILIO_API_SECRET", API_SECRET);
            },
            &[Whole, ApiKey],
        ),
        ("no app", |_, v| v.retain(|(name, _)| *name != "TWILIO_TWIML_APP_SID"), &[Setting]),
        ("another app", |_, v| set(v, "TWILIO_TWIML_APP_SID", super::APP), &[App]),
        ("a foreign number", |_, v| set(v, "TWILIO_PHONE_NUMBER", "+966112345679"), &[Number]),
        ("a number for messages", |a, _| a.numbers[0].takes_calls = false, &[Number]),
        (
            "the number asks elsewhere",
            |a, _| a.numbers[0].voice.url = Some(Target::post("https://old.example.com/voice")),
            &[NumberVoiceUrl],
        ),
        ("the number tells nobody", |a, _| a.numbers[0].voice.status = None, &[NumberStatusUrl]),
        (
            "the app asks and tells elsewhere",
            |a, _| {
                a.applications[0].voice.url = Some(Target::post("https://old.example.com/voice"));
                a.applications[0].voice.status = Some(Target::post("https://old.example.com/status"));
            },
            &[AppVoiceUrl, AppStatusUrl],
        ),
        (
            "the server has another address",
            |_, v| set(v, "PUBLIC_BASE_URL", "https://calls.example.com"),
            &[NumberVoiceUrl, NumberStatusUrl, AppVoiceUrl, AppStatusUrl],
        ),
        ("the country is not allowed", |a, _| a.permissions.countries = vec![Country::new("US", "+1")], &[HomeCountry]),
        ("the account is suspended", |a, _| a.permissions.suspended = true, &[Whole]),
    ];
    for (what, mistake, expected) in cases {
        let check = found(mistake).await;
        assert_eq!(changes(&check), *expected, "{what}: {check:?}");
        assert!(!check.good);
    }
}

#[tokio::test]
async fn what_does_not_answer_is_unchecked() {
    let account = Account::example(7, NUMBER, BASE);
    // A port on which nobody listens any more.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let check = check_twilio(&config(&url, &values(&account)), None).await.unwrap();
    assert!(!check.good);
    let unchecked = check.findings.iter().filter(|finding| finding.state == TwilioFindingState::Unchecked);
    let unchecked: Vec<_> = unchecked.map(|finding| finding.subject).collect();
    assert_eq!(unchecked, [TwilioSubject::Account, TwilioSubject::ApiKey]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_check_their_own_companys_account() {
    let stand_in = StandIn::start(Config::loopback(Account::example(7, NUMBER, BASE))).await.unwrap();
    let servers = config(&stand_in.api_url(), &values(stand_in.account()));
    let office = Office::with(move |config| {
        config.twilio.settings = servers.settings;
        config.twilio.api_url = servers.api_url;
    })
    .await;
    let check = async |who: &Person| {
        let answer = office.send(who, Method::POST, PATH, None).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()
    };
    assert_eq!(check(&office.boss).await["good"], true);
    // Zenith has an account of its own, whose app is not the one that it entered.
    let user = office.server.user(&office.zenith, "zadmin", None, Role::Admin).await;
    let session = office.server.sign_in(&user).await;
    let zadmin = Person { user, session };
    let account = stand_in.account();
    let own = json!({"accountSid": account.sid, "authToken": account.auth_token.expose(), "phoneNumber": NUMBER,
        "apiKey": account.key.sid, "apiSecret": account.key.secret.expose(), "twimlAppSid": super::APP});
    let set = office.send(&zadmin, Method::PUT, "/api/company/twilio", Some(&own)).await;
    assert_eq!(set.status(), StatusCode::OK);
    let theirs = check(&zadmin).await;
    let changes: Vec<_> =
        theirs["findings"].as_array().unwrap().iter().filter(|finding| finding["state"] == "change").collect();
    let [app] = changes.as_slice() else { panic!("{theirs}") };
    assert_eq!(app["subject"], "app");
    assert!(!theirs.to_string().contains(account.auth_token.expose()));
    assert_eq!(check(&office.boss).await["good"], true, "Acme's is as it was");
    for who in [&office.alice, &office.zboss, &office.zoe] {
        let answer = office.send(who, Method::POST, PATH, None).await;
        assert_eq!(refusal(answer).await, refused(403, "forbidden"));
    }
    let foreign = format!("{PATH}?company_id={}", office.acme.id);
    let answer = office.send(&zadmin, Method::POST, &foreign, None).await;
    assert_eq!(refusal(answer).await, refused(403, "forbidden"));
    let url = format!("{}{PATH}", office.server.base_url());
    let answer = office.server.client().post(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn without_twilio_all_that_is_missing_is_named() {
    let server = TestServer::start().await;
    let company = server.company("Acme").await;
    let boss = server.user(&company, "boss", None, Role::Admin).await;
    let session = server.sign_in(&boss).await;
    let check: Value = server.request(&session, Method::POST, PATH).send().await.unwrap().json().await.unwrap();
    let says: Vec<_> = check["findings"].as_array().unwrap().iter().map(|finding| &finding["says"]).collect();
    assert_eq!(says.len(), 7);
    assert_eq!(says[0], "Missing TWILIO_ACCOUNT_SID");
}
