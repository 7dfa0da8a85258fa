//! Voice tokens before Twilio's own library and Twilio's own SDK.

use crate::browser::Browser;
use crate::office::Office;
use mobilecall_testkit::TestServer;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn twilios_library_verifies_our_token_and_would_make_the_same() {
    let office = Office::open().await;
    let token = office.token(&office.alice).await;
    let secret = office.server.voice_secret().await;
    let judged = Browser::shared().ask("judgeToken", json!({"token": token, "secret": secret})).await.unwrap();
    assert_eq!(judged["ours"], judged["theirs"]);
    assert_eq!(judged["ours"]["payload"]["grants"]["identity"], "alice");

    let other = TestServer::start().await.voice_secret().await;
    let refused = Browser::shared().ask("judgeToken", json!({"token": token, "secret": other})).await;
    assert_eq!(refused.unwrap_err(), "invalid signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_registers_and_leaves() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    assert_eq!(alice.run("state").await, "registered");
    office.seen(&office.alice, "available").await;
    alice.run("unregister").await;
    alice.wait("unregistered").await;
    office.seen(&office.alice, "offline").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_hears_why_its_token_is_refused() {
    let office = Office::open().await;
    let address = office.server.address();
    let elsewhere = Office::open().await;
    let forged = office.phone_at(&elsewhere.token(&elsewhere.alice).await, address).await;
    forged.run("attemptToRegister").await;
    assert_eq!(forged.error("device").await, 31202);

    let garbled = office.phone_at("not a token", address).await;
    garbled.run("attemptToRegister").await;
    assert_eq!(garbled.error("device").await, 20101);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_session_that_was_ended_is_refused() {
    let office = Office::open().await;
    let session = office.server.sign_in(&office.alice).await;
    let answer: serde_json::Value = office.server.get(&session, "/api/calls/token").await.json().await.unwrap();
    let logout = office.server.request(&session, "POST".parse().unwrap(), "/api/auth/logout").send().await.unwrap();
    assert!(logout.status().is_success());
    let phone = office.phone_at(answer["token"].as_str().unwrap(), office.server.address()).await;
    phone.run("attemptToRegister").await;
    assert_eq!(phone.error("device").await, 20151);
}
