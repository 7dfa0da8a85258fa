//! A server that is stopped, and one that is killed.

use crate::program::{Server, add_user, database_url};
use mobilecall_api::{auth::LoginResponse, calls::CallRecord};
use mobilecall_domain::CallId;
use reqwest::Client;
use serde_json::{Value, json};
use std::path::Path;

fn with_alice(directory: &Path) {
    let alice = ["--username", "alice", "--company", "Acme", "--create-company", "--extension", "101"];
    let added = add_user(directory, &alice);
    assert!(added.status.success(), "{added:?}");
}

async fn sign_in(client: &Client, server: &Server) -> LoginResponse {
    let body = json!({"username": "alice", "password": mobilecall_testkit::PASSWORD});
    let response = client.post(format!("{}/api/auth/login", server.url)).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

async fn report(client: &Client, server: &Server, session: &LoginResponse, body: &Value) -> CallRecord {
    let request = client.post(format!("{}/api/calls", server.url)).bearer_auth(&session.token).json(body);
    request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}

async fn history(client: &Client, server: &Server, session: &LoginResponse) -> Vec<CallRecord> {
    let request = client.get(format!("{}/api/calls", server.url)).bearer_auth(&session.token);
    request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
}

/// A call of now with this status.
fn call(status: &str, line: &str) -> Value {
    json!({
        "id": CallId::generate(), "fromNumber": "101", "toNumber": "102", "direction": "outbound", "line": line,
        "status": status, "createdAt": mobilecall_domain::Timestamp::now(),
    })
}

#[tokio::test]
async fn a_killed_server_keeps_every_call_and_ends_those_it_carried() {
    let directory = tempfile::tempdir().unwrap();
    with_alice(directory.path());
    let server = Server::start(directory.path(), &[]);
    let client = mobilecall_testkit::plain_client();
    let session = sign_in(&client, &server).await;
    let talking = report(&client, &server, &session, &call("in-progress", "direct")).await;
    let ringing = report(&client, &server, &session, &call("ringing", "direct")).await;
    let elsewhere = report(&client, &server, &session, &call("in-progress", "twilio")).await;
    let over = report(&client, &server, &session, &call("completed", "direct")).await;
    server.kill();

    let server = Server::start(directory.path(), &[]);
    let found = history(&client, &server, &session).await;
    let status = |id| {
        let record = found.iter().find(|record| record.id == id).unwrap();
        serde_json::to_value(record.status).unwrap()
    };
    assert_eq!(found.len(), 4);
    assert_eq!(status(talking.id), "completed");
    assert_eq!(status(ringing.id), "failed");
    assert_eq!(status(elsewhere.id), "in-progress", "another line's call may be alive");
    assert_eq!(status(over.id), "completed");
    let ended = found.iter().find(|record| record.id == talking.id).unwrap();
    assert_eq!(ended.ended_at, Some(talking.updated_at), "it was last seen alive when it was reported");
}

#[cfg(unix)]
#[tokio::test]
async fn a_terminated_server_ends_in_order() {
    let directory = tempfile::tempdir().unwrap();
    with_alice(directory.path());
    let server = Server::start(directory.path(), &["--log-format", "json"]);
    let client = mobilecall_testkit::plain_client();
    let session = sign_in(&client, &server).await;
    let mut body = call("completed", "direct");
    body["toNumber"] = json!("+966501234567");
    report(&client, &server, &session, &body).await;
    let search = client.get(format!("{}/api/calls?q=501234567", server.url)).bearer_auth(&session.token);
    assert_eq!(search.send().await.unwrap().status(), 200);
    let (status, log) = server.terminate();
    assert_eq!(status.code(), Some(0), "{log}");
    for line in log.lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{line} is not JSON: {error}"));
    }
    // Also the most talkative log keeps secrets and numbers to itself.
    let number = "+966501234567";
    for secret in [session.token.as_str(), &session.refresh_token, mobilecall_testkit::PASSWORD, number] {
        assert!(!log.contains(secret) && !log.contains(&secret[1..]), "{secret} is in the log");
    }
    assert!(log.contains("answered"), "it is a talkative log: {log}");
    let files: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!files.iter().any(|name| name.to_string_lossy().ends_with("-wal")), "the database is closed: {files:?}");
}

#[tokio::test]
async fn tls_is_served() {
    let directory = tempfile::tempdir().unwrap();
    let certificate = mobilecall_testkit::TestCertificate::write(directory.path());
    let (cert, key) = (certificate.certificate_file(), certificate.key_file());
    let tls = ["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let server = Server::start(directory.path(), &tls);
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    let client = mobilecall_testkit::tls_client(&certificate.ca_file());
    let health: Value = client.get(format!("{}/api/health", server.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(health["status"], "ok");
    assert!(Path::new(database_url(directory.path()).strip_prefix("sqlite:").unwrap()).exists());
}
