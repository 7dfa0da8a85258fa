//! A disk that takes nothing more, as the limit of file sizes makes it: SQLite gets the same refusals from the system.

use crate::program::{Server, add_user, command, database_url};
use mobilecall_api::{auth::LoginResponse, calls::CallRecord};
use mobilecall_domain::{CallId, Timestamp};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::process::{Command, Stdio};

/// From now on the process may write no file beyond this size.
fn limit_files(server: &Server, bytes: &str) {
    let limit = format!("--fsize={bytes}:");
    let status = Command::new("prlimit").args(["--pid", &server.id().to_string(), &limit]).status().unwrap();
    assert!(status.success());
}

async fn report(client: &Client, server: &Server, session: &LoginResponse) -> Result<CallId, Response> {
    let body = json!({
        "id": CallId::generate(), "fromNumber": "101", "toNumber": "102", "direction": "outbound", "line": "twilio",
        "status": "completed", "createdAt": Timestamp::now(),
    });
    let request = client.post(format!("{}/api/calls", server.url)).bearer_auth(&session.token).json(&body);
    let answer = request.send().await.unwrap();
    if answer.status().is_success() { Ok(answer.json::<CallRecord>().await.unwrap().id) } else { Err(answer) }
}

async fn health(client: &Client, server: &Server) -> u16 {
    client.get(format!("{}/api/health", server.url)).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_disk_that_takes_nothing_stops_writes_only_as_long_as_it_does() {
    let directory = tempfile::tempdir().unwrap();
    let alice = ["--username", "alice", "--company", "Acme", "--create-company", "--extension", "101"];
    assert!(add_user(directory.path(), &alice).status.success());
    // A file that may not grow then costs an error instead of the process.
    let server = Server::start_after("trap '' XFSZ", directory.path());
    let client = mobilecall_testkit::plain_client();
    let body = json!({"username": "alice", "password": mobilecall_testkit::PASSWORD});
    let login = client.post(format!("{}/api/auth/login", server.url)).json(&body).send().await.unwrap();
    let session: LoginResponse = login.json().await.unwrap();

    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        for _ in 0..3 {
            acknowledged.push(report(&client, &server, &session).await.expect("taken"));
        }
        limit_files(&server, "0");
        for _ in 0..3 {
            let refused = report(&client, &server, &session).await.expect_err("nothing can be written");
            assert_eq!(refused.status(), 503);
            let words: Value = refused.json().await.unwrap();
            assert_eq!(words["code"], "unavailable");
        }
        let sick = async || (health(&client, &server).await == 503).then_some(());
        mobilecall_testkit::eventually("a bad health", sick).await;
        let list = client.get(format!("{}/api/calls", server.url)).bearer_auth(&session.token).send().await.unwrap();
        assert_eq!(list.status(), 200, "what is there can be read");
        limit_files(&server, "unlimited");
        let well = async || (health(&client, &server).await == 200).then_some(());
        mobilecall_testkit::eventually("a good health", well).await;
    }
    acknowledged.push(report(&client, &server, &session).await.expect("taken"));
    server.kill();

    let server = Server::start(directory.path(), &[]);
    let list = client.get(format!("{}/api/calls", server.url)).bearer_auth(&session.token).send().await.unwrap();
    let mut kept: Vec<CallId> = list.json::<Vec<CallRecord>>().await.unwrap().into_iter().map(|call| call.id).collect();
    kept.reverse();
    assert_eq!(kept, acknowledged, "everything that was acknowledged, and nothing else");
}

#[test]
fn a_full_disk_at_the_start_is_not_blamed_on_permissions() {
    let directory = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_mobile-call-server");
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh", program]);
    shell.args(["--listen", "127.0.0.1:0", "--database-url", &database_url(directory.path())]);
    shell.envs(command().get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("check disk space"), "{text}");
    assert!(!text.contains("give this user"), "{text}");
}

/// As a log file on a full disk.
#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let directory = tempfile::tempdir().unwrap();
    assert!(
        add_user(directory.path(), &["--username", "alice", "--company", "Acme", "--create-company"]).status.success()
    );
    let server = Server::start_after("export MOBILE_CALL_LOG=debug; exec 2>/dev/full", directory.path());
    let client = mobilecall_testkit::plain_client();
    let body = json!({"username": "alice", "password": mobilecall_testkit::PASSWORD});
    for _ in 0..3 {
        let login = client.post(format!("{}/api/auth/login", server.url)).json(&body).send().await.unwrap();
        assert_eq!(login.status(), 200);
    }
    assert_eq!(health(&client, &server).await, 200);
}
