//! The stand-in for Twilio's cloud, judged by Twilio's own SDK and library.
//!
//! Each test has a stand-in of its own. The application that it asks runs in the driver, where Twilio's library checks every
//! signature and writes the TwiML; softphones are the SDK in pages; telephones are the stand-in's.

mod api;
mod calls;
mod conferences;
mod endings;
mod recordings;
mod refusals;
mod tokens;
mod trouble;

use crate::browser::{Browser, Page};
use crate::headless::voice;
use crate::recording::Recording;
use crate::support::artifacts;
use mobilecall_domain::Timestamp;
use mobilecall_testkit::{TestCertificate, within};
use mobilecall_twilio::settings::TokenSettings;
use mobilecall_twilio::token::{self, Grant};
use mobilecall_twilio_stand_in::{Account, Config, Phone, StandIn, Then, Voice};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;
use tokio::time::interval;

/// The account's number.
const OWN: &str = "+966112345678";
/// A telephone that is answered at once, and speaks as `mcall` does in other tests.
const SARA: &str = "+966501234567";
/// A telephone that rings until somebody does something by hand, and speaks too.
const SLOW: &str = "+966501234568";
/// Where the application is asked about calls of softphones, and about calls to the account's number.
const OUTBOUND: &str = "/api/calls/twiml/outbound";
const INCOMING: &str = "/api/calls/webhook/incoming";
/// Where it is told of their end.
const STATUS: &str = "/api/calls/webhook/status";
/// Each account is the same, and on a stand-in of its own.
const SEED: u64 = 7;
/// How often a telephone is listened to.
const PACE: Duration = Duration::from_millis(200);

/// A stand-in, and the application that it asks.
struct Cloud {
    stand_in: StandIn,
    application: String,
    /// Where the SDK finds it.
    port: u64,
}

/// Asks the driver for something that must succeed.
async fn ask(action: &str, request: Value) -> Value {
    Browser::shared().ask(action, request).await.unwrap_or_else(|error| panic!("{action}: {error}"))
}

impl Cloud {
    async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// One whose account is changed before.
    async fn open_with(adjust: impl FnOnce(&mut Account)) -> Self {
        let auth_token = Account::example(SEED, OWN, "").auth_token;
        let application = ask("startApplication", json!({ "authToken": auth_token.expose() })).await;
        let application = application.as_str().expect("an address").to_owned();
        let mut account = Account::example(SEED, OWN, &application);
        account.permissions.calls_per_second = 100;
        adjust(&mut account);
        let stand_in = StandIn::start(Config::loopback(account)).await.expect("loopback has a free port");
        let folder = tempfile::tempdir().expect("a folder can be made");
        let certificate = TestCertificate::write(folder.path());
        let inside: u16 = stand_in.api_url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let files = (certificate.certificate_file(), certificate.key_file());
        let port = ask("startTls", json!({ "port": inside, "certificate": files.0, "key": files.1 })).await;
        let says = Some(Voice::new(voice().collect::<Vec<f32>>()));
        for (number, then) in [(SARA, Then::Answers), (SLOW, Then::RingsOn)] {
            let phone = Phone { then, says: says.clone(), ..Phone::default() };
            stand_in.set_phone(number, phone).await;
        }
        Self { stand_in, application, port: port.as_u64().expect("a port") }
    }

    fn account(&self) -> &Account {
        self.stand_in.account()
    }

    /// A token as the backend makes it.
    fn token(&self, identity: &str) -> String {
        let grant = Grant::full(identity.parse().expect("a client name"));
        self.signed(grant, token::DEFAULT_LIFE, Timestamp::now())
    }

    fn signed(&self, grant: Grant, life: Duration, from: Timestamp) -> String {
        token::sign(&self.token_settings(), grant, life, from).expect("such a token can be made")
    }

    fn token_settings(&self) -> TokenSettings {
        let account = self.account();
        TokenSettings {
            account: account.sid,
            key: account.key.sid,
            secret: account.key.secret.clone(),
            app: account.applications[0].sid,
            region: None,
        }
    }

    /// A softphone that is not connected yet.
    async fn phone_with(&self, token: &str, mut options: Value) -> Page {
        let page = Browser::shared().page().await;
        options["chunderw"] = format!("localhost:{}", self.port).into();
        page.call("start", json!([token, options])).await;
        page
    }

    /// A registered softphone.
    async fn phone(&self, identity: &str) -> Page {
        let page = self.phone_with(&self.token(identity), json!({})).await;
        assert_eq!(page.run("register").await, identity, "the stand-in tells the identity");
        page
    }

    /// What the application answers at a path from now on, as `[verb, attributes, text or what is inside]`.
    async fn answers(&self, path: &str, verbs: Value) {
        ask("answerWith", json!({ "application": self.application, "path": path, "verbs": verbs })).await;
    }

    /// What it answers that Twilio's library would not write.
    async fn answers_plainly(&self, path: &str, status: u16, body: &str) {
        let request = json!({
            "application": self.application, "path": path, "status": status, "type": "text/xml", "body": body,
        });
        ask("answerPlainly", request).await;
    }

    /// The fields of the next request at a path. Twilio's library has found that it is Twilio's.
    async fn asked(&self, path: &str) -> Value {
        let mut request = ask("nextRequest", json!({ "application": self.application, "path": path })).await;
        request["form"].take()
    }

    /// An address of the application.
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.application)
    }

    /// What Twilio's library reads when it asks the API; `steps` as in `library.mjs`.
    async fn reads(&self, steps: Value) -> Value {
        let mut answer = self.library(json!({}), steps).await;
        assert!(answer["refused"].is_null(), "{answer}");
        answer["read"].take()
    }

    /// What it tells of a refusal.
    async fn refuses(&self, steps: Value) -> Value {
        let mut answer = self.library(json!({}), steps).await;
        assert!(!answer["refused"].is_null(), "{answer}");
        answer["refused"].take()
    }

    /// Lets it ask with the account's token, or with what `more` says.
    async fn library(&self, more: Value, steps: Value) -> Value {
        let account = self.account();
        let mut request = json!({
            "api": self.stand_in.api_url(),
            "account": account.sid,
            "username": account.sid,
            "password": account.auth_token.expose(),
            "options": {},
            "steps": steps,
        });
        for (name, value) in more.as_object().expect("parameters") {
            request[name] = value.clone();
        }
        ask("askApi", request).await
    }

    /// Waits until a telephone has heard the browser's microphone three times more.
    async fn hears_browser(&self, number: &str) {
        let beeps = async || {
            let (voice, _) = self.stand_in.heard(number).await;
            Recording::of(voice.samples().iter().copied()).beeps().len()
        };
        let before = beeps().await;
        let listen = async {
            let mut pace = interval(PACE);
            while beeps().await < before + 3 {
                pace.tick().await;
            }
        };
        within("the browser at the telephone", listen).await;
    }

    /// What a telephone has heard in its last call, kept for people under the name of the test.
    async fn heard(&self, number: &str, test: &str) -> Recording {
        let path = artifacts(&format!("twilio-sdk-stand-in-{test}")).join("hears.wav");
        let (voice, _) = self.stand_in.heard(number).await;
        fs::write(&path, voice.to_wav().expect("it is short")).expect("the recording can be kept");
        Recording::read(&path)
    }

    /// The application's mistakes, as Twilio's console would show them.
    async fn alerts(&self) -> Vec<u32> {
        self.stand_in.alerts().await.into_iter().map(|alert| alert.code).collect()
    }
}

/// TwiML that connects the caller with a number and tells each step of it.
fn dial(number: &str, mut options: Value) -> Value {
    options["callerId"] = OWN.into();
    options["answerOnBridge"] = true.into();
    let told = json!({ "statusCallback": "/leg", "statusCallbackEvent": "initiated ringing answered completed" });
    json!(["dial", options, [["number", told, number]]])
}

/// TwiML that rings these softphones.
fn ring(identities: &[&str], options: Value) -> Value {
    let client = |identity: &&str| json!(["client", {}, [["identity", {}, identity]]]);
    json!(["dial", options, identities.iter().map(client).collect::<Vec<_>>()])
}
