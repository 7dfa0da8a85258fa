//! Sessions that are renewed, and sessions that end.

use crate::office::Office;
use mobilecall_testkit::eventually;
use serde_json::Value;
use std::time::Duration;

/// A short life for a token, of which a fifth is left when it is replaced.
const SHORT: Duration = Duration::from_secs(3);
/// Time to register and to place a call, also on a busy machine.
const LONGER: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_token_that_runs_out_is_renewed_while_listening() {
    let office = Office::with_config(|config| {
        config.session_token_life = SHORT;
        config.voice_token_life = SHORT;
    })
    .await;
    let mut bob = office.listen("bob", &["--auto-answer", "--once"]).await;
    let (client, url) = (office.server.client(), format!("{}/api/auth/me", office.server.base_url()));
    let younger = office.server.sign_in(&office.alice).await;
    eventually("the end of a token that is younger than Bob's first", async || {
        let asked = client.get(&url).bearer_auth(&younger.token).send().await.unwrap();
        (asked.status() == 401).then_some(())
    })
    .await;
    let alice = office.run("alice", &["call", "102", "--duration", "500ms"]).await;
    assert_eq!(alice.code, Some(0), "{alice:?}");
    bob.event("connected").await;
    assert_eq!(bob.end().await.code, Some(0));
}

#[tokio::test]
async fn a_session_that_ends_ends_listening() {
    let office = Office::with_config(|config| {
        config.session_token_life = LONGER;
        config.session_idle = Duration::ZERO;
    })
    .await;
    let bob = office.listen("bob", &[]).await;
    bob.end().await.failed(6, "sessionExpired", "sign in again");
}

#[tokio::test]
async fn a_session_that_ends_does_not_cut_the_call() {
    let office = Office::with_config(|config| {
        config.session_token_life = LONGER;
        config.session_idle = Duration::ZERO;
    })
    .await;
    let alice = office.run("alice", &["call", "*43", "--duration", "6s"]).await;
    assert_eq!(alice.last("ended")["reason"], "localHangup");
    assert_eq!(alice.code, Some(0), "{alice:?}");
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let office = Office::open().await;
    let mut bob = office.listen("bob", &["--auto-answer", "--once"]).await;
    let office = office.restart().await;
    bob.event("unregistered").await;
    bob.event("registered").await;
    // The server that was stopping may have been the first to take him back.
    let session = office.server.sign_in(&office.alice).await;
    eventually("Bob's return", async || {
        let team: Value = office.server.get(&session, "/api/team").await.json().await.unwrap();
        let bob = team.as_array().unwrap().iter().find(|person| person["username"] == "bob").unwrap();
        (bob["state"] == "available").then_some(())
    })
    .await;
    let alice = office.run("alice", &["call", "102", "--duration", "500ms"]).await;
    assert_eq!(alice.code, Some(0), "{alice:?}");
    assert_eq!(bob.end().await.code, Some(0));
}
