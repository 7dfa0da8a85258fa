//! Two companies with people who are signed in.

use mobilecall_api::{auth::LoginResponse, calls::CallRecord};
use mobilecall_backend::BackendConfig;
use mobilecall_domain::{CallId, Timestamp};
use mobilecall_store::{Company, Role};
use mobilecall_testkit::{TestServer, TestUser};
use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Somebody with a session.
pub(crate) struct Person {
    pub(crate) user: TestUser,
    pub(crate) session: LoginResponse,
}

/// A server with the companies Acme (alice 101, basil 102, boss) and Zenith (zoe 101, zboss).
pub(crate) struct Office {
    pub(crate) server: TestServer,
    pub(crate) acme: Company,
    pub(crate) zenith: Company,
    pub(crate) alice: Person,
    pub(crate) basil: Person,
    pub(crate) boss: Person,
    pub(crate) zoe: Person,
    pub(crate) zboss: Person,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(&mut BackendConfig) + Send + 'static) -> Self {
        let server = TestServer::builder().config(adjust).start().await;
        let (acme, zenith) = (server.company("Acme").await, server.company("Zenith").await);
        let person = async |company: &Company, name: &str, extension: Option<&str>, role: Role| {
            let user = server.user(company, name, extension, role).await;
            let session = server.sign_in(&user).await;
            Person { user, session }
        };
        let alice = person(&acme, "alice", Some("101"), Role::Agent).await;
        let basil = person(&acme, "basil", Some("102"), Role::Agent).await;
        let boss = person(&acme, "boss", None, Role::Admin).await;
        let zoe = person(&zenith, "zoe", Some("101"), Role::Agent).await;
        let zboss = person(&zenith, "zboss", None, Role::SupportManager).await;
        Self { server, acme, zenith, alice, basil, boss, zoe, zboss }
    }

    pub(crate) async fn send(&self, who: &Person, method: Method, path: &str, body: Option<&Value>) -> Response {
        let mut request = self.server.request(&who.session, method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn get(&self, who: &Person, path: &str) -> Response {
        self.send(who, Method::GET, path, None).await
    }

    /// The value of a good answer.
    pub(crate) async fn read<T: DeserializeOwned>(&self, who: &Person, path: &str) -> T {
        let response = self.get(who, path).await;
        assert_eq!(response.status(), StatusCode::OK, "GET {path}");
        response.json().await.unwrap()
    }

    /// Posts a report and gives the record.
    pub(crate) async fn report(&self, who: &Person, body: &Value) -> CallRecord {
        let response = self.send(who, Method::POST, "/api/calls", Some(body)).await;
        assert!(response.status().is_success(), "{}: {}", response.status(), response.text().await.unwrap());
        response.json().await.unwrap()
    }

    /// Amends a call and gives the record.
    pub(crate) async fn amend(&self, who: &Person, id: CallId, body: &Value) -> CallRecord {
        let response = self.send(who, Method::PATCH, &format!("/api/calls/{id}"), Some(body)).await;
        assert!(response.status().is_success(), "{}: {}", response.status(), response.text().await.unwrap());
        response.json().await.unwrap()
    }

    /// How far the company's change log reaches.
    pub(crate) async fn sequence(&self, company: &Company) -> u64 {
        self.server.store().sequence(company.id).await.unwrap()
    }

    /// Reports a new outgoing call of now.
    pub(crate) async fn dial(&self, who: &Person, to: &str) -> CallRecord {
        self.report(who, &outgoing(to)).await
    }
}

/// A report of an outgoing call of now with a fresh id.
pub(crate) fn outgoing(to: &str) -> Value {
    json!({
        "id": CallId::generate(), "fromNumber": "101", "toNumber": to, "direction": "outbound", "line": "direct",
        "status": "initiated", "createdAt": Timestamp::now(),
    })
}

/// The report with other fields.
pub(crate) fn with(mut report: Value, fields: Value) -> Value {
    let (Value::Object(report_fields), Value::Object(fields)) = (&mut report, fields) else { panic!("two objects") };
    report_fields.extend(fields);
    report
}

/// Status and code of a refused request, whose body must say what to do.
pub(crate) async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.expect("every refusal has a JSON body");
    let message = body["message"].as_str().unwrap();
    assert!(message.len() > 10, "{message}");
    (status, body["code"].as_str().unwrap().to_owned())
}

/// What [`refusal`] gives.
pub(crate) fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
