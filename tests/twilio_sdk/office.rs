//! A server with people, and their phones.

use crate::browser::{Browser, Page};
use mobilecall_backend::BackendConfig;
use mobilecall_testkit::{TestServer, TestUser, eventually};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// A server that speaks TLS, with media on the loopback interface, and Alice, Bob and Carol.
pub(crate) struct Office {
    pub(crate) server: TestServer,
    pub(crate) alice: TestUser,
    pub(crate) bob: TestUser,
    pub(crate) carol: TestUser,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(adjust: impl FnOnce(&mut BackendConfig) + Send + 'static) -> Self {
        let loopback = "127.0.0.1:0".parse().unwrap();
        let media = move |config: &mut BackendConfig| config.edge.media_bind = vec![loopback];
        let server = TestServer::builder().tls().config(media).config(adjust).start().await;
        let company = server.company("Acme").await;
        let alice = server.agent(&company, "alice", "101").await;
        let bob = server.agent(&company, "bob", "102").await;
        let carol = server.agent(&company, "carol", "103").await;
        Self { server, alice, bob, carol }
    }

    /// A fresh voice token.
    pub(crate) async fn token(&self, user: &TestUser) -> String {
        let session = self.server.sign_in(user).await;
        let answer: Value = self.server.get(&session, "/api/calls/token").await.json().await.unwrap();
        answer["token"].as_str().expect("a voice token").to_owned()
    }

    /// A phone that is not connected yet and will connect to `address`.
    pub(crate) async fn phone_at(&self, token: &str, address: SocketAddr) -> Page {
        let page = Browser::shared().page().await;
        let options = json!({"chunderw": format!("localhost:{}", address.port())});
        page.call("start", json!([token, options])).await;
        page
    }

    /// A registered phone.
    pub(crate) async fn phone(&self, user: &TestUser) -> Page {
        let page = self.phone_at(&self.token(user).await, self.server.address()).await;
        assert_eq!(page.run("register").await, user.username(), "the server tells the identity");
        page
    }

    /// The person's calls, newest first, once all are over.
    pub(crate) async fn history(&self, user: &TestUser) -> Vec<Value> {
        let session = self.server.sign_in(user).await;
        eventually("the end of every call", async || {
            let calls: Vec<Value> = self.server.get(&session, "/api/calls").await.json().await.unwrap();
            calls.iter().all(|call| !call["endedAt"].is_null()).then_some(calls)
        })
        .await
    }

    /// Waits until the person's colleagues see this state.
    pub(crate) async fn seen(&self, user: &TestUser, state: &str) {
        let session = self.server.sign_in(&self.carol).await;
        eventually(&format!("{} {state}", user.username()), async || {
            let team: Vec<Value> = self.server.get(&session, "/api/team").await.json().await.unwrap();
            team.iter().any(|it| it["username"] == user.username() && it["state"] == state).then_some(())
        })
        .await;
    }
}
