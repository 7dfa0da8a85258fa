//! A server that goes on with a database of version 0.1.

use mobilecall_api::{
    auth::LoginResponse,
    calls::CallRecord,
    changes::{ChangePage, Entity},
};
use mobilecall_testkit::TestServer;
use serde_json::json;
use std::time::Duration;

/// As nora's program kept it when it was closed.
const NORAS_REFRESH_TOKEN: &str = "kBjhN1BdhbBl13Tucas85VM7tXunTBgo98U2n53gvcA";

#[tokio::test]
async fn people_of_version_0_1_sign_in_and_stay_signed_in() {
    let directory = tempfile::tempdir().unwrap();
    let old = include_bytes!("../../../store-sqlite/tests/fixtures/server-0.1.sqlite");
    std::fs::write(directory.path().join("backend.sqlite"), old).unwrap();
    let server = TestServer::builder().directory(directory);
    // The database grows old, and its sessions must not end with it.
    let long = Duration::from_secs(100 * 366 * 24 * 60 * 60);
    let server = server.config(move |config| config.session_idle = long).start().await;
    let post = async |path: &str, body: serde_json::Value| {
        let request = server.client().post(format!("{}{path}", server.base_url())).json(&body);
        request.send().await.unwrap()
    };

    let wrong = post("/api/auth/login", json!({"username": "omar", "password": "sara long password"})).await;
    assert_eq!(wrong.status(), 401);
    let right = post("/api/auth/login", json!({"username": "omar", "password": "omar long password"})).await;
    let omar: LoginResponse = right.json().await.unwrap();
    assert_eq!((omar.user.company_name.as_str(), omar.user.extension.as_deref()), ("Acme", Some("102")));
    let calls: Vec<CallRecord> = server.get(&omar, "/api/calls").await.json().await.unwrap();
    assert_eq!(calls.len(), 5);
    assert!(calls.iter().all(|call| call.agent_id == Some(omar.user.id)));
    let changes: ChangePage = server.get(&omar, "/api/changes?since=23").await.json().await.unwrap();
    let sequences: Vec<_> = changes.changes.iter().map(|change| change.sequence).collect();
    assert_eq!(sequences, [28, 30]);
    let rest = format!("/api/changes?since={}", changes.sequence);
    let rest: ChangePage = server.get(&omar, &rest).await.json().await.unwrap();
    assert_eq!((rest.changes.len(), rest.sequence), (0, changes.sequence));
    assert!(changes.changes.iter().all(|change| matches!(change.entity, Entity::Call { .. })));

    let refreshed = post("/api/auth/refresh", json!({"refresh_token": NORAS_REFRESH_TOKEN})).await;
    assert_eq!(refreshed.status(), 200);
    let nora: LoginResponse = refreshed.json().await.unwrap();
    assert_eq!((nora.user.username.as_str(), nora.user.company_name.as_str()), ("nora", "Other"));
    let calls: Vec<CallRecord> = server.get(&nora, "/api/calls").await.json().await.unwrap();
    assert_eq!(calls.len(), 0);
}
