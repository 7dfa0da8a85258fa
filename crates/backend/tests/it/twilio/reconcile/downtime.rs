//! With the stand-in: calls go on while the server does not run, and callbacks come wrongly or never.

use crate::twilio::{NUMBER, settings};
use mobilecall_api::{
    auth::LoginResponse,
    calls::{CallRecord, CallStatus, Direction},
};
use mobilecall_backend::BackendConfig;
use mobilecall_store::Role;
use mobilecall_testkit::{TestServer, TestUser, eventually, plain_client};
use mobilecall_twilio_stand_in::{
    Account, CallbackFault, CallbackRule, Config, Faults, Phone, StandIn, Then, Voice, WebhookKind,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpListener;

const CUSTOMER: &str = "+966501234567";
const PHONE: &str = "+966559902557";
const OTHER: &str = "+966500000009";

/// Samples.
const SECOND: usize = 48_000;

/// A server with one company, and Twilio that asks it.
struct World {
    stand_in: StandIn,
    server: TestServer,
    alice: TestUser,
    session: LoginResponse,
}

/// The server's account is the stand-in's.
fn set_up(config: &mut BackendConfig, stand_in: &StandIn, address: SocketAddr) {
    let account = stand_in.account();
    let values = [
        ("TWILIO_ACCOUNT_SID", account.sid.to_string()),
        ("TWILIO_AUTH_TOKEN", account.auth_token.expose().clone()),
        ("TWILIO_PHONE_NUMBER", NUMBER.to_owned()),
        ("TWILIO_API_KEY", account.key.sid.to_string()),
        ("TWILIO_API_SECRET", account.key.secret.expose().clone()),
        ("TWILIO_TWIML_APP_SID", account.applications[0].sid.to_string()),
        ("PUBLIC_BASE_URL", format!("http://{address}")),
    ];
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    config.twilio.settings = settings(&values);
    config.twilio.api_url = Some(stand_in.api_url().parse().unwrap());
}

impl World {
    async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut account = Account::example(7, NUMBER, &format!("http://{address}"));
        // A quarter of an hour would have to be waited for.
        account.permissions.events_after = Duration::ZERO;
        let stand_in = StandIn::start(Config::loopback(account)).await.unwrap();
        let says = Some(Voice::new(vec![0.1; SECOND]));
        let phone = Phone { rings: Duration::from_millis(20), then: Then::Answers, says, hangs_up_after: None };
        for number in [CUSTOMER, PHONE] {
            stand_in.set_phone(number, phone.clone()).await;
        }
        let mut config = BackendConfig::default();
        set_up(&mut config, &stand_in, address);
        let twilio = config.twilio;
        let server = TestServer::builder().listener(listener).config(move |config| {
            config.twilio.settings = twilio.settings;
            config.twilio.api_url = twilio.api_url;
        });
        let server = server.start().await;
        let company = server.company("Acme").await;
        let alice = server.user(&company, "alice", Some("101"), Role::Admin).await;
        let session = server.sign_in(&alice).await;
        Self { stand_in, server, alice, session }
    }

    async fn calls(&self) -> Vec<CallRecord> {
        self.server.get(&self.session, "/api/calls").await.json().await.unwrap()
    }

    /// The call to the customer by way of the agent's phone.
    async fn outgoing(&self) -> CallRecord {
        let calls = self.calls().await;
        calls.into_iter().find(|call| call.direction == Direction::Outbound).expect("it was begun")
    }

    async fn click_to_call(&self) {
        let body = json!({"to": CUSTOMER, "agentPhone": PHONE});
        let request = self.server.request(&self.session, Method::POST, "/api/calls/make-call").json(&body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    }

    /// The server is killed; what is done meanwhile it does not notice.
    async fn while_down(self, meanwhile: impl AsyncFnOnce(&StandIn)) -> Self {
        let Self { stand_in, server, alice, .. } = self;
        let address = server.address();
        let directory = server.kill().await;
        meanwhile(&stand_in).await;
        let mut config = BackendConfig::default();
        set_up(&mut config, &stand_in, address);
        let twilio = config.twilio;
        let server = TestServer::builder().directory(directory).address(address).config(move |config| {
            config.twilio.settings = twilio.settings;
            config.twilio.api_url = twilio.api_url;
        });
        let server = server.start().await;
        let session = server.sign_in(&alice).await;
        Self { stand_in, server, alice, session }
    }

    async fn look(&self) {
        self.server.backend().look_into_twilio().await;
    }
}

/// A list of the stand-in's.
async fn listed(stand_in: &StandIn, path: &str, field: &str) -> Vec<Value> {
    let account = stand_in.account();
    let url = format!("{}/2010-04-01/Accounts/{}/{path}.json", stand_in.api_url(), account.sid);
    let request = plain_client().get(url).basic_auth(account.sid, Some(account.auth_token.expose()));
    let list: Value = request.send().await.unwrap().json().await.unwrap();
    list[field].as_array().unwrap().clone()
}

/// Waits until the customer talks and is recorded for a while, by what Twilio knows.
async fn talking(stand_in: &StandIn) {
    eventually("a talk", async || {
        let calls = listed(stand_in, "Calls", "calls").await;
        let talks = |call: &Value| call["to"] == CUSTOMER && call["status"] == "in-progress";
        calls.iter().any(talks).then_some(())
    })
    .await;
    eventually("a recording", async || listed(stand_in, "Recordings", "recordings").await.pop()).await;
    // So that there is something to record.
    eventually("a second of talk", async || {
        let (heard, _) = stand_in.heard(CUSTOMER).await;
        (heard.samples().len() >= SECOND).then_some(())
    })
    .await;
}

/// Waits until as many legs are over, and every recording is complete.
async fn over(stand_in: &StandIn, legs: usize) {
    eventually("the end of all calls", async || {
        let calls = listed(stand_in, "Calls", "calls").await;
        let recordings = listed(stand_in, "Recordings", "recordings").await;
        let over = calls.iter().filter(|call| !call["end_time"].is_null()).count();
        let complete = recordings.iter().all(|recording| recording["status"] == "completed");
        (over == legs && complete).then_some(())
    })
    .await;
}

/// What is the same whatever callbacks came: it was answered and over, and is recorded.
fn check(call: &CallRecord) {
    assert_eq!((call.status, call.to_number.as_str()), (CallStatus::Completed, CUSTOMER));
    let (answered, ended) = (call.answered_at.unwrap(), call.ended_at.unwrap());
    assert_eq!(Some(ended.since(answered).as_secs()), call.duration_seconds.map(u64::from));
    assert!(call.recording_url.as_deref().is_some_and(|url| url.starts_with("/api/recordings/RE")), "{call:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_downtime_everything_is_there_once_and_right() {
    let world = World::begin().await;
    world.click_to_call().await;
    talking(&world.stand_in).await;
    let before = world.outgoing().await;
    let world = world
        .while_down(async |stand_in| {
            stand_in.hang_up(CUSTOMER).await;
            stand_in.call_in(OTHER, NUMBER).await;
            over(stand_in, 3).await;
        })
        .await;
    world.look().await;
    let after = world.outgoing().await;
    check(&after);
    assert_eq!((after.id, world.calls().await.len()), (before.id, 2));
    let calls = world.calls().await;
    let missed = calls.iter().find(|call| call.direction == Direction::Inbound).unwrap();
    assert_eq!((missed.from_number.as_str(), missed.to_number.as_str()), (OTHER, NUMBER));
    assert!(matches!(missed.status, CallStatus::Failed | CallStatus::NoAnswer), "{missed:?}");
    world.look().await;
    assert_eq!(world.calls().await, calls, "a second look finds nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_repeated_and_turned_round_callbacks_leave_one_right_record() {
    let all = |kind, fault| CallbackRule { kind, status: None, fault, times: None };
    let (status, recording) = (Some(WebhookKind::Status), Some(WebhookKind::Recording));
    let none = Faults::default;
    for faults in [
        none().callback(all(status, CallbackFault::Dropped)).callback(all(recording, CallbackFault::Dropped)),
        none().callback(all(None, CallbackFault::Repeated(2))),
        none().callback(all(status, CallbackFault::AfterNext)),
    ] {
        let told = format!("{faults:?}");
        let world = World::begin().await;
        world.stand_in.set_faults(faults);
        world.click_to_call().await;
        talking(&world.stand_in).await;
        world.stand_in.hang_up(CUSTOMER).await;
        over(&world.stand_in, 2).await;
        world.look().await;
        let calls = world.calls().await;
        assert_eq!(calls.len(), 1, "{told}");
        check(&calls[0]);
    }
}
