//! Companies' own accounts, set by their administrators.

use super::{ACCOUNT, ALL, API_SECRET, APP, AUTH_TOKEN, BASE, KEY, NUMBER, office, post, settings};
use crate::office::{Office, Person, refusal, refused};
use mobilecall_store::Role;
use mobilecall_testkit::TestServer;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

const PATH: &str = "/api/company/twilio";

fn own() -> Value {
    json!({"accountSid": ACCOUNT, "authToken": AUTH_TOKEN, "phoneNumber": NUMBER, "apiKey": KEY,
        "apiSecret": API_SECRET, "twimlAppSid": APP, "publicBaseUrl": BASE, "edge": "dublin"})
}

fn without(mut settings: Value, name: &str) -> Value {
    settings.as_object_mut().unwrap().remove(name);
    settings
}

async fn put(office: &Office, who: &Person, body: &Value) -> Response {
    office.send(who, Method::PUT, PATH, Some(body)).await
}

async fn message(response: Response) -> String {
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body: Value = response.json().await.unwrap();
    body["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_administrator_sets_it_and_nobody_reads_its_secrets() {
    let office = Office::open().await;
    let none: Value = office.read(&office.boss, PATH).await;
    assert_eq!((&none["source"], &none["authToken"]), (&json!("none"), &json!({"set": false, "endsIn": null})));
    assert_eq!(none["missing"].as_array().unwrap().len(), 6);

    let set = put(&office, &office.boss, &own()).await;
    assert_eq!(set.status(), StatusCode::OK);
    let set: Value = set.json().await.unwrap();
    assert_eq!(set, office.read::<Value>(&office.boss, PATH).await);
    let expected = json!({
        "source": "company", "accountSid": ACCOUNT, "authToken": {"set": true, "endsIn": "ef"}, "phoneNumber": NUMBER,
        "apiKey": KEY, "apiSecret": {"set": true, "endsIn": "45"}, "twimlAppSid": APP, "publicBaseUrl": BASE,
        "region": null, "edge": "dublin", "missing": [], "waitingCalls": 0,
    });
    assert_eq!(set, expected);
    let file = std::fs::read(office.server.directory().join("backend.sqlite")).unwrap();
    let log = std::fs::read(office.server.directory().join("backend.sqlite-wal")).unwrap();
    for secret in [AUTH_TOKEN, API_SECRET] {
        let is_in = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!is_in(&file) && !is_in(&log), "a secret lies open in the database");
    }
    let company: Value = office.read(&office.alice, "/api/company").await;
    assert_eq!(company["available"], json!(["direct", "twilio"]));
    let others: Value = office.read(&office.zoe, "/api/company").await;
    assert_eq!(others["available"], json!(["direct"]));

    assert_eq!(office.send(&office.boss, Method::DELETE, PATH, None).await.status(), StatusCode::NO_CONTENT);
    let again = office.send(&office.boss, Method::DELETE, PATH, None).await;
    assert_eq!(refusal(again).await, refused(404, "not_found"));
    assert_eq!(office.read::<Value>(&office.boss, PATH).await, none);
}

#[tokio::test]
async fn a_secret_that_is_left_out_stays_and_survives_a_restart() {
    let office = Office::open().await;
    put(&office, &office.boss, &own()).await;
    let other = json!({"accountSid": ACCOUNT, "phoneNumber": "+966112345679", "apiKey": KEY, "twimlAppSid": APP});
    let kept: Value = put(&office, &office.boss, &other).await.json().await.unwrap();
    assert_eq!((&kept["authToken"]["endsIn"], &kept["phoneNumber"]), (&json!("ef"), &json!("+966112345679")));
    assert_eq!(kept["publicBaseUrl"], Value::Null, "what is no secret is as it was sent");
    let boss = office.boss.user.clone();
    let directory = office.server.stop().await;
    let server = TestServer::builder().directory(directory).start().await;
    let session = server.sign_in(&boss).await;
    let read: Value = server.get(&session, PATH).await.json().await.unwrap();
    assert_eq!(read, kept);
    // Without its key nothing of it can be read, and that is said.
    let key = server.directory().join("backend.key");
    let directory = server.stop().await;
    std::fs::remove_file(key).unwrap();
    let server = TestServer::builder().directory(directory).start().await;
    let session = server.sign_in(&boss).await;
    assert_eq!(refusal(server.get(&session, PATH).await).await, refused(503, "unavailable"));
    let company: Value = server.get(&session, "/api/company").await.json().await.unwrap();
    assert_eq!(company["available"], json!(["direct"]), "everything else goes on");
    let token: Value = server.get(&session, "/api/calls/token").await.json().await.unwrap();
    assert_eq!(token["line"], "direct");
}

#[tokio::test]
async fn only_administrators_of_the_company_see_and_set_it() {
    let office = Office::open().await;
    put(&office, &office.boss, &own()).await;
    let mut strangers = Vec::new();
    for (name, role) in [("sales", Role::SalesManager), ("support", Role::SupportManager), ("agent", Role::Agent)] {
        let user = office.server.user(&office.acme, name, None, role).await;
        let session = office.server.sign_in(&user).await;
        strangers.push(Person { user, session });
    }
    for who in &strangers {
        for (method, body) in [(Method::GET, None), (Method::PUT, Some(own())), (Method::DELETE, None)] {
            let response = office.send(who, method, PATH, body.as_ref()).await;
            assert_eq!(refusal(response).await, refused(403, "forbidden"), "{}", who.user.username());
        }
    }
    let user = office.server.user(&office.zenith, "zadmin", None, Role::Admin).await;
    let session = office.server.sign_in(&user).await;
    let stranger = Person { user, session };
    let foreign: Value = office.read(&stranger, PATH).await;
    assert_eq!(foreign["source"], "none");
    let path = format!("{PATH}?company_id={}", office.acme.id);
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let response = office.send(&stranger, method, &path, Some(&own())).await;
        assert_eq!(refusal(response).await, refused(403, "forbidden"));
    }
    assert_eq!(office.read::<Value>(&office.boss, PATH).await["source"], "company");
}

#[tokio::test]
async fn all_of_it_is_checked_before_any_of_it_is_kept() {
    let office = Office::open().await;
    for (field, name) in [
        ("accountSid", "TWILIO_ACCOUNT_SID"),
        ("authToken", "TWILIO_AUTH_TOKEN"),
        ("phoneNumber", "TWILIO_PHONE_NUMBER"),
        ("apiKey", "TWILIO_API_KEY"),
        ("apiSecret", "TWILIO_API_SECRET"),
        ("twimlAppSid", "TWILIO_TWIML_APP_SID"),
    ] {
        let mut empty = own();
        empty[field] = json!("  ");
        for body in [without(own(), field), empty] {
            let said = message(put(&office, &office.boss, &body).await).await;
            assert!(said.starts_with(&format!("Missing {name}: ")), "{said}");
        }
    }
    let mut wrong = own();
    (wrong["accountSid"], wrong["apiKey"], wrong["phoneNumber"]) = (json!(KEY), json!("SK1"), json!("0112345678"));
    let said = message(put(&office, &office.boss, &wrong).await).await;
    for name in ["TWILIO_ACCOUNT_SID is wrong", "TWILIO_API_KEY is wrong", "TWILIO_PHONE_NUMBER is wrong"] {
        assert!(said.contains(name), "{name} in {said}");
    }
    let mut misspelled = own();
    misspelled["accountSID"] = json!(ACCOUNT);
    assert_eq!(refusal(put(&office, &office.boss, &misspelled).await).await, refused(422, "unprocessable"));
    assert_eq!(office.read::<Value>(&office.boss, PATH).await["source"], "none", "nothing was kept");
}

#[tokio::test]
async fn of_the_servers_account_only_endings_are_shown() {
    let office = office().await;
    let shown: Value = office.read(&office.boss, PATH).await;
    assert_eq!((&shown["source"], &shown["accountSid"]), (&json!("server"), &json!("AC…9f3c")));
    let text = shown.to_string();
    for secret in [ACCOUNT, KEY, APP, AUTH_TOKEN, API_SECRET] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn an_account_speaks_for_its_own_company_alone() {
    // The server has another account, and Acme its own.
    let office = Office::with(|config| {
        let others = ALL.map(|(name, value)| match name {
            "TWILIO_ACCOUNT_SID" => (name, "AC00000000000000000000000000000001"),
            _ => (name, value),
        });
        config.twilio.settings = settings(&others);
        config.twilio.company = Some("Zenith".to_owned());
    })
    .await;
    let outbound = async |from: &str| {
        let fields = [("CallSid", super::ca(1)), ("From", from.to_owned()), ("To", "+966501234567".to_owned())];
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.push(("CallStatus", "ringing"));
        let response = post(&office, "/api/calls/webhook/outbound", &fields).await;
        let status = response.status();
        (status, response.text().await.unwrap().contains("<Dial"))
    };
    assert_eq!(outbound("client:alice").await.0, StatusCode::FORBIDDEN, "nobody has this account yet");
    put(&office, &office.boss, &own()).await;
    assert_eq!(outbound("client:zoe").await, (StatusCode::OK, false), "she is of another company");
    assert_eq!(outbound("client:alice").await, (StatusCode::OK, true));
    let theirs: Vec<Value> = office.read(&office.zboss, "/api/calls").await;
    assert!(theirs.is_empty(), "what is refused leaves nothing behind");
}

/// Whoever runs the app with the server in it, in which nobody is an administrator.
#[tokio::test]
async fn the_app_s_own_agent_sets_the_account_of_the_server_inside_it() {
    let server = TestServer::start().await;
    let session = server.backend().local_session().await.unwrap();
    let set = server.request(&session, Method::PUT, PATH).json(&own()).send().await.unwrap();
    assert_eq!(set.status(), StatusCode::OK);
    let set: Value = set.json().await.unwrap();
    assert_eq!((&set["source"], &set["apiSecret"]["set"]), (&json!("company"), &json!(true)));
    let company: Value = server.get(&session, "/api/company").await.json().await.unwrap();
    assert_eq!(company["available"], json!(["direct", "twilio"]));
}
