//! Signing in, staying signed in, signing out.

use crate::office::{Office, Person, refusal, refused};
use mobilecall_api::auth::{LoginResponse, Role, User};
use mobilecall_backend::{LoginLimits, Rate};
use mobilecall_domain::Timestamp;
use mobilecall_testkit::{Fault, PASSWORD, TestServer};
use reqwest::{Method, Response, header};
use serde_json::{Value, json};
use std::time::Duration;

async fn login(server: &TestServer, username: &str, password: &str) -> Response {
    let body = json!({"username": username, "password": password});
    server.client().post(format!("{}/api/auth/login", server.base_url())).json(&body).send().await.unwrap()
}

async fn refresh(server: &TestServer, token: &str) -> Response {
    let body = json!({"refresh_token": token});
    server.client().post(format!("{}/api/auth/refresh", server.base_url())).json(&body).send().await.unwrap()
}

#[tokio::test]
async fn whoever_signs_in_is_known() {
    let office = Office::open().await;
    let response = login(&office.server, " Alice ", PASSWORD).await;
    let session: Value = response.json().await.unwrap();
    assert_eq!(session["expires_in"], 900);
    let expected = json!({
        "id": office.alice.user.user.id, "username": "alice", "name": "alice of the tests",
        "company_id": office.acme.id, "company_name": "Acme", "role": "agent", "extension": "101", "region": "SA",
    });
    assert_eq!(session["user"], expected);
    let me: Value = office.read(&office.alice, "/api/auth/me").await;
    assert_eq!(me, expected);
    let boss: User = office.read(&office.boss, "/api/auth/me").await;
    assert_eq!((boss.role, boss.extension), (Role::Admin, None));
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_look_the_same() {
    let office = Office::open().await;
    let tries = [("alice", "wrong"), ("alice", ""), ("nobody", PASSWORD), ("not a name!", PASSWORD), ("", PASSWORD)];
    let mut answers = Vec::new();
    for (username, password) in tries {
        let response = login(&office.server, username, password).await;
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        answers.push((response.status().as_u16(), response.text().await.unwrap()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].0, 401);
    assert!(answers[0].1.contains(r#""code":"wrong_credentials""#));
    let long = login(&office.server, "alice", &"x".repeat(1025)).await;
    assert_eq!(refusal(long).await, refused(422, "unprocessable"));
}

#[tokio::test]
async fn requests_need_a_living_session() {
    let office = Office::open().await;
    let client = office.server.client();
    let url = format!("{}/api/auth/me", office.server.base_url());
    let garbled = format!("{}x", office.alice.session.token);
    for value in ["", "Bearer", "Bearer x", "Basic YWxpY2U6eA==", &format!("Bearer {garbled}")] {
        let response = client.get(&url).header(header::AUTHORIZATION, value).send().await.unwrap();
        assert_eq!(refusal(response).await, refused(401, "unauthenticated"), "{value}");
    }
    let lower = client.get(&url).header(header::AUTHORIZATION, format!("bearer {}", office.alice.session.token));
    assert_eq!(lower.send().await.unwrap().status(), 200, "the scheme has no case (RFC 9110 §11.1)");
}

#[tokio::test]
async fn a_token_ends_with_its_time() {
    let office = Office::with(|config| config.session_token_life = Duration::ZERO).await;
    let response = office.get(&office.alice, "/api/auth/me").await;
    assert_eq!(refusal(response).await, refused(401, "unauthenticated"));
    assert_eq!(refresh(&office.server, &office.alice.session.refresh_token).await.status(), 200);
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let office = Office::open().await;
    let other = Person { session: office.server.sign_in(&office.alice.user).await, user: office.alice.user.clone() };
    let out = office.send(&office.alice, Method::POST, "/api/auth/logout", None).await;
    assert_eq!(out.status(), 204);
    for path in ["/api/auth/me", "/api/calls", "/api/calls/token"] {
        assert_eq!(refusal(office.get(&office.alice, path).await).await, refused(401, "unauthenticated"), "{path}");
    }
    let again = refresh(&office.server, &office.alice.session.refresh_token).await;
    assert_eq!(refusal(again).await, refused(401, "unauthenticated"));
    assert_eq!(office.get(&other, "/api/auth/me").await.status(), 200);
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let office = Office::open().await;
    let first = office.alice.session.refresh_token.clone();
    let next: LoginResponse = refresh(&office.server, &first).await.json().await.unwrap();
    assert_ne!(next.refresh_token, first);
    assert_eq!(next.user, office.alice.session.user);
    let next = Person { user: office.alice.user.clone(), session: next };
    assert_eq!(office.get(&next, "/api/auth/me").await.status(), 200);
    assert_eq!(refusal(refresh(&office.server, "made up").await).await, refused(401, "unauthenticated"));
    let used = refresh(&office.server, &next.session.refresh_token).await;
    assert_eq!(used.status(), 200);
    // Long after, somebody presents the used token: it was copied, so the session ends for everybody.
    let store = office.server.store();
    let policy = mobilecall_store::RefreshPolicy {
        idle: Duration::from_secs(9999),
        grace: Duration::ZERO,
        remember: Duration::from_secs(9999),
    };
    let hash = |token: &str| {
        use sha2::Digest as _;
        mobilecall_store::RefreshHash(sha2::Sha256::digest(token.as_bytes()).into())
    };
    let later = Timestamp::now().plus(Duration::from_secs(120));
    let reused = store.refresh(hash(&first), hash("thief's"), policy, later).await.unwrap();
    assert!(matches!(reused, mobilecall_store::Refreshed::Reused(_)), "{reused:?}");
    assert_eq!(refusal(office.get(&next, "/api/auth/me").await).await, refused(401, "unauthenticated"));
}

#[tokio::test]
async fn guessing_is_slowed_per_name_and_per_address() {
    let hour = Duration::from_secs(3600);
    let limits =
        LoginLimits { per_person: Rate::new(3, hour), per_address: Rate::new(5, hour), ..LoginLimits::default() };
    let server = TestServer::builder().config(move |config| config.login = limits).start().await;
    let company = server.company("Acme").await;
    server.agent(&company, "alice", "101").await;
    for _ in 0..3 {
        assert_eq!(login(&server, "alice", "wrong").await.status(), 401);
    }
    let refused_try = login(&server, "ALICE", PASSWORD).await;
    let wait: u64 = refused_try.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((3500..=3600).contains(&wait), "{wait}");
    assert_eq!(refusal(refused_try).await, refused(429, "too_many_requests"));
    assert_eq!(login(&server, "basil", "wrong").await.status(), 401);
    assert_eq!(login(&server, "carol", "wrong").await.status(), 429, "the address has run out");
}

#[tokio::test]
async fn a_busy_database_is_no_wrong_password() {
    let office = Office::open().await;
    office.server.faults().set(Fault::Busy(1));
    let response = login(&office.server, "alice", PASSWORD).await;
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    assert_eq!(refusal(response).await, refused(503, "unavailable"));
    assert_eq!(login(&office.server, "alice", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn the_embedded_agent_needs_no_password_and_has_none() {
    let server = TestServer::start().await;
    let first = server.backend().local_session().await.unwrap();
    assert_eq!((first.user.username.as_str(), first.user.extension.as_deref()), ("agent", Some("100")));
    assert_eq!(first.user.company_name, "Local");
    let second = server.backend().local_session().await.unwrap();
    assert_eq!(first.user, second.user, "made once");
    assert_eq!(server.get(&second, "/api/auth/me").await.status(), 200);
    for password in ["", "!", "agent", "nobody's password"] {
        assert_eq!(login(&server, "agent", password).await.status(), 401);
    }
}

#[tokio::test]
async fn a_shared_database_gives_nobody_a_session_without_password() {
    let server = TestServer::start().await;
    let company = server.company("Acme").await;
    server.agent(&company, "agent", "101").await;
    assert!(server.backend().local_session().await.is_err());
}
