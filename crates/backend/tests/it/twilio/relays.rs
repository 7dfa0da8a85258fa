//! Relays in the answer with a voice token: the server's own, or Twilio's.

use super::rest_api::RestApi;
use crate::office::{Office, Person};
use axum::http::Method;
use mobilecall_api::calls::{IceServer, VoiceToken};
use mobilecall_backend::RelayServers;
use mobilecall_domain::{Private, Timestamp};
use mobilecall_store::Role;
use mobilecall_turn::{Carrier, RelayConfig, RelayError, coturn::Coturn};
use serde_json::{Value, json};

const DIRECT: &str = "/api/calls/token?line=direct";
const TWILIO: &str = "/api/calls/token?line=twilio";
const URL: &str = "turns:relay.example.com:443?transport=tcp";

/// As Twilio documents it.
fn twilios() -> Value {
    json!({
        "account_sid": super::ACCOUNT, "username": "u", "password": "p", "ttl": "86400",
        "date_created": "Fri, 01 May 2026 21:42:20 +0000", "date_updated": "Fri, 01 May 2026 21:42:20 +0000",
        "ice_servers": [
            {"url": "stun:global.stun.twilio.com:3478", "urls": "stun:global.stun.twilio.com:3478"},
            {"url": "turn:global.turn.twilio.com:3478?transport=tcp",
             "urls": "turn:global.turn.twilio.com:3478?transport=tcp", "username": "u", "credential": "p"},
        ],
    })
}

#[tokio::test]
async fn the_servers_own_relays_are_told_to_each_person_by_name_for_a_day() {
    let office = Office::with(|config| {
        let secret = Private::new("north".to_owned());
        config.relays = Some(RelayServers::new(vec![URL.to_owned()], secret).unwrap());
    })
    .await;
    let answer: VoiceToken = office.read(&office.alice, DIRECT).await;
    let [IceServer { urls, username: Some(username), credential: Some(credential) }] = &answer.ice_servers[..] else {
        panic!("{:?}", answer.ice_servers);
    };
    let (end, name) = username.split_once(':').unwrap();
    let life = end.parse::<i64>().unwrap() - Timestamp::now().as_millis() / 1000;
    assert_eq!((&urls[..], name, credential.len()), (&[URL.to_owned()][..], "alice", 28));
    assert!((86_390..=86_400).contains(&life), "{life}");
    let basil: VoiceToken = office.read(&office.basil, DIRECT).await;
    assert_ne!(basil.ice_servers, answer.ice_servers);
}

/// The real relay, which knows nothing but the secret.
#[tokio::test]
async fn coturn_takes_the_credentials() {
    let coturn = Coturn::start(&["--use-auth-secret", "--static-auth-secret=north"]);
    let office = |secret: &'static str| {
        let url = format!("turn:{}?transport=tcp", coturn.address());
        Office::with(move |config| {
            config.relays = Some(RelayServers::new(vec![url], Private::new(secret.to_owned())).unwrap());
        })
    };
    for (secret, fits) in [("north", true), ("south", false)] {
        let office = office(secret).await;
        let mut answer: VoiceToken = office.read(&office.alice, DIRECT).await;
        let server = answer.ice_servers.remove(0);
        let config = RelayConfig {
            host: coturn.address().ip().to_string(),
            port: coturn.address().port(),
            carrier: Carrier::Tcp,
            username: server.username.unwrap(),
            password: server.credential.unwrap(),
            ..RelayConfig::default()
        };
        match mobilecall_turn::allocate(config).await {
            Ok(_) => assert!(fits),
            Err(error) => assert!(!fits && matches!(error, RelayError::Credentials), "{error:?}"),
        }
    }
}

#[tokio::test]
async fn without_relays_the_answer_is_as_it_was() {
    let office = Office::open().await;
    let answer: Value = office.get(&office.alice, DIRECT).await.json().await.unwrap();
    assert!(answer.get("iceServers").is_none(), "{answer}");
}

#[tokio::test]
async fn twilios_relays_come_with_its_tokens_and_are_asked_for_once() {
    let (api, office) = RestApi::with_office().await;
    api.answers(201, &[], twilios().to_string());
    for _ in 0..2 {
        let answer: Value = office.get(&office.alice, TWILIO).await.json().await.unwrap();
        let expected = json!([
            {"urls": ["stun:global.stun.twilio.com:3478"]},
            {"urls": ["turn:global.turn.twilio.com:3478?transport=tcp"], "username": "u", "credential": "p"},
        ]);
        assert_eq!(answer["iceServers"], expected);
    }
    let asked = api.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].method, Method::POST);
    assert!(asked[0].target.ends_with(&format!("/Accounts/{}/Tokens.json", super::ACCOUNT)), "{}", asked[0].target);
    assert_eq!(asked[0].value("Ttl"), "86400");
    // They are for calls over Twilio alone.
    let direct: VoiceToken = office.read(&office.alice, DIRECT).await;
    assert_eq!(direct.ice_servers, []);
}

/// One that a softphone cannot read would cost it the call.
#[tokio::test]
async fn of_twilios_relays_those_that_can_be_used_are_told() {
    let (api, office) = RestApi::with_office().await;
    let mut told = twilios();
    let servers = told["ice_servers"].as_array_mut().unwrap();
    let further = ["stun:global.stun.twilio.com:3478?transport=udp", "turn:x:1?transport=quic", "turnq:x:1", ""];
    servers.extend(further.map(|url| json!({"url": url, "urls": url, "username": "u", "credential": "p"})));
    servers.push(json!({"url": "turn:x:1", "urls": "turn:x:1"}));
    api.answers(201, &[], told.to_string());
    let answer: VoiceToken = office.read(&office.alice, TWILIO).await;
    let urls: Vec<_> = answer.ice_servers.iter().flat_map(|server| server.urls.clone()).collect();
    let relay = "turn:global.turn.twilio.com:3478?transport=tcp";
    assert_eq!(urls, ["stun:global.stun.twilio.com:3478", relay, further[0]]);
}

#[tokio::test]
async fn a_token_is_there_also_where_twilio_gives_no_relays() {
    let (api, office) = RestApi::with_office().await;
    let refusal = json!({"code": 20_003, "message": "Authenticate", "status": 403});
    api.answers(403, &[], refusal.to_string());
    for _ in 0..2 {
        let answer: VoiceToken = office.read(&office.alice, TWILIO).await;
        assert_eq!(answer.ice_servers, []);
    }
    assert_eq!(api.asked().len(), 1, "it is left alone for a while");
}

/// Whoever enters the SID of another's account has nothing of what Twilio gives to that one, and takes nothing from it.
#[tokio::test]
async fn relays_of_an_account_are_not_told_to_who_only_names_it() {
    let (api, office) = RestApi::with_office().await;
    let user = office.server.user(&office.zenith, "zadmin", None, Role::Admin).await;
    let session = office.server.sign_in(&user).await;
    let zadmin = Person { user, session };
    let own = json!({"accountSid": super::ACCOUNT, "authToken": "f".repeat(32), "phoneNumber": super::NUMBER,
        "apiKey": super::KEY, "apiSecret": "z".repeat(32), "twimlAppSid": super::APP});
    let set = office.send(&zadmin, Method::PUT, "/api/company/twilio", Some(&own)).await;
    assert!(set.status().is_success(), "{set:?}");
    let told = async |who: &Person| office.read::<VoiceToken>(who, TWILIO).await.ice_servers.len();
    let refusal = || json!({"code": 20_003, "message": "Authenticate", "status": 401}).to_string();

    api.answers(401, &[], refusal());
    assert_eq!(told(&zadmin).await, 0);
    api.answers(201, &[], twilios().to_string());
    assert_eq!(told(&office.alice).await, 2, "another's refusal is not hers");
    assert_eq!((told(&zadmin).await, told(&office.basil).await), (0, 2));
    assert_eq!(api.asked().len(), 2);
}
