//! Access tokens: the backend's before Twilio's library, and both kinds before the stand-in.

use super::{Cloud, OUTBOUND, SARA, ask, dial};
use mobilecall_domain::Timestamp;
use mobilecall_twilio::token::{self, Grant};
use mobilecall_twilio::{AccountSid, AppSid};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// A token as Twilio's library makes it, for the cloud's account unless `changes` says otherwise.
async fn library_token(cloud: &Cloud, changes: Value) -> String {
    let account = cloud.account();
    let mut request = json!({
        "account": account.sid,
        "key": account.key.sid,
        "secret": account.key.secret.expose(),
        "app": account.applications[0].sid,
        "identity": "alice",
        "ttl": 3600,
    });
    for (name, value) in changes.as_object().expect("changes") {
        request[name] = value.clone();
    }
    ask("makeToken", request).await.as_str().expect("a token").to_owned()
}

/// The code with which a device is turned away.
async fn turned_away(cloud: &Cloud, token: &str) -> u64 {
    let phone = cloud.phone_with(token, json!({})).await;
    phone.run("attemptToRegister").await;
    phone.error("device").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backends_token_is_what_the_library_would_make_and_both_register() {
    let cloud = Cloud::open().await;
    let ours = cloud.token("alice");
    let request = json!({ "token": ours, "secret": cloud.account().key.secret.expose() });
    let judged = ask("judgeToken", request).await;
    assert_eq!(judged["ours"], judged["theirs"]);
    let theirs = library_token(&cloud, json!({})).await;
    for token in [ours, theirs] {
        let alice = cloud.phone_with(&token, json!({})).await;
        assert_eq!(alice.run("register").await, "alice");
        alice.run("unregister").await;
        alice.wait("unregistered").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_hears_why_its_token_is_refused() {
    let cloud = Cloud::open().await;
    let grant = || Grant::full("alice".parse().expect("a client name"));
    let past = Timestamp::from_millis(Timestamp::now().as_millis() - 2 * 3_600_000);
    let deaf = Grant { incoming: false, ..grant() };
    let elsewhere = json!({ "account": AccountSid::from_bits(99) });
    let cases = [
        ("no token at all", "not a token".to_owned(), 20101),
        ("of another secret", library_token(&cloud, json!({ "secret": "another" })).await, 31202),
        ("of another account", library_token(&cloud, elsewhere).await, 31203),
        ("over", cloud.signed(grant(), HOUR, past), 20104),
        ("for too long", library_token(&cloud, json!({ "ttl": 2 * 24 * 3600 })).await, 31207),
        ("of a name with a space", library_token(&cloud, json!({ "identity": "ali ce" })).await, 31105),
        ("not for incoming calls", cloud.signed(deaf, HOUR, Timestamp::now()), 20151),
    ];
    for (what, token, code) in cases {
        assert_eq!(turned_away(&cloud, &token).await, code, "{what}");
    }
    let suspended = Cloud::open_with(|account| account.permissions.suspended = true).await;
    assert_eq!(turned_away(&suspended, &suspended.token("alice")).await, 31203);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_is_told_and_one_of_another_app_places_no_calls() {
    let cloud = Cloud::open().await;
    let alice = cloud.phone("alice").await;
    let short = cloud.signed(Grant::full("alice".parse().unwrap()), Duration::from_secs(3), Timestamp::now());
    alice.call("updateToken", json!([short])).await;
    let mut settings = cloud.token_settings();
    settings.app = AppSid::from_bits(99);
    let grant = Grant::full("bob".parse().unwrap());
    let foreign = token::sign(&settings, grant, HOUR, Timestamp::now()).unwrap();
    let bob = cloud.phone_with(&foreign, json!({})).await;
    bob.run("register").await;
    bob.dial(SARA).await;
    assert_eq!(bob.error("call").await, 31001);
    assert_eq!(alice.error("device").await, 20104);

    cloud.answers(OUTBOUND, json!([dial(SARA, json!({}))])).await;
    let token = cloud.token("alice");
    alice.call("updateToken", json!([token])).await;
    alice.dial(SARA).await;
    alice.wait("accept").await;
}
