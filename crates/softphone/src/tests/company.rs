//! Which line a call takes by the order of the company, at a real server, and by the agent's.

use super::{
    FakeLineEnd, FakeSound,
    lines::{line, with_fake_lines},
    session::SIGNED_IN,
    standing, within,
};
use crate::{Engine, EngineConfig, EventStream, LoginResponse, lines::LineFactories, parts::Parts};
use mobilecall_domain::{LineId, LineKind};
use mobilecall_ipc::{
    Command, LineSettings, Preview, Registration, Reply, ServerChoice, SessionView, Settings, Snapshot,
};
use mobilecall_line::LineCommand;
use mobilecall_testkit::{PASSWORD, TestServer};
use serde_json::json;
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// A server with the agent alice, and an administrator's session.
struct Company {
    server: TestServer,
    boss: LoginResponse,
}

impl Company {
    async fn open() -> Self {
        let server = TestServer::start().await;
        let company = server.company("Acme").await;
        server.agent(&company, "alice", "101").await;
        let boss = server.user(&company, "boss", None, "admin".parse().unwrap()).await;
        let boss = server.sign_in(&boss).await;
        Self { server, boss }
    }

    /// The administrator sets the order.
    async fn prefers(&self, lines: &[&str]) {
        let request = self.server.request(&self.boss, "PUT".parse().unwrap(), "/api/company/lines");
        let response = request.json(&json!({ "lines": lines })).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
    }
}

/// A softphone of alice's with lines of its own.
struct Phone {
    engine: Engine,
    events: EventStream,
    made: mpsc::UnboundedReceiver<(LineId, FakeLineEnd)>,
    ends: Vec<FakeLineEnd>,
}

impl Phone {
    async fn start(folder: &Path, url: &str, lines: &[LineSettings]) -> Self {
        let server = ServerChoice::Remote { url: url.to_owned() };
        let settings = Settings { server, auto_connect: false, lines: lines.to_vec(), ..Settings::default() };
        let config = EngineConfig {
            settings: Some(settings),
            secrets: Some(Arc::new(SIGNED_IN())),
            ..EngineConfig::new(folder)
        };
        let (factories, made) = with_fake_lines(LineFactories::real(), &Arc::default());
        let parts = Parts { lines: factories, sound: Arc::new(FakeSound::default()), ..Parts::real(&config) };
        let engine = Engine::start_with(config, Arc::new(parts)).await.unwrap();
        let events = engine.subscribe();
        Self { engine, events, made, ends: Vec::new() }
    }

    async fn sign_in(&mut self) {
        let command = Command::SignIn { username: "alice".into(), password: PASSWORD.into() };
        within("the sign-in", self.engine.send(command)).await.unwrap();
    }

    async fn until(&mut self, what: &str, is_it: impl Fn(&Snapshot) -> bool) {
        within(what, async {
            while !is_it(&self.engine.snapshot().await) {
                self.events.recv().await.unwrap();
            }
        })
        .await;
    }

    /// Waits until these lines, which are not those of the server, are up.
    async fn registers(&mut self, lines: &[LineSettings]) {
        for _ in lines {
            let (_, mut end) = within("a line", self.made.recv()).await.unwrap();
            assert!(matches!(end.command().await, LineCommand::Register));
            self.ends.push(end);
        }
        let up = |snapshot: &Snapshot| lines.iter().all(|line| standing(snapshot, line.id) == Registration::Registered);
        self.until("the lines", up).await;
    }

    async fn until_company_prefers(&mut self, kinds: &[LineKind]) {
        let prefers = |snapshot: &Snapshot| match &snapshot.session {
            SessionView::SignedIn { company_lines, .. } => company_lines == kinds,
            SessionView::SignedOut { .. } | SessionView::SigningIn => false,
        };
        self.until("the order", prefers).await;
    }

    /// The line that the preview of a number names.
    async fn named(&self) -> Option<LineId> {
        let command = Command::Preview { text: "0501234567".into(), line: None };
        match within("the preview", self.engine.send(command)).await.unwrap() {
            Reply::Preview { preview: Preview::WillCall { line, .. } } => line,
            reply => panic!("{reply:?}"),
        }
    }

    async fn agent_prefers(&self, places: &[(&LineSettings, Option<u32>)]) {
        let line = |(line, place): &(&LineSettings, Option<u32>)| LineSettings {
            agent_preference: *place,
            ..LineSettings::clone(line)
        };
        let lines = places.iter().map(line).collect();
        let settings = Settings { lines, ..self.engine.snapshot().await.settings };
        within("the settings", self.engine.send(Command::ChangeSettings { settings })).await.unwrap();
    }
}

fn two_lines() -> [LineSettings; 2] {
    [line(LineKind::Twilio, "Public"), line(LineKind::Sip, "Office")]
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn the_preview_follows_the_companys_order_at_once() {
    let (company, folder, lines) = (Company::open().await, folder(), two_lines());
    let [twilio, pbx] = &lines;
    let mut phone = Phone::start(folder.path(), &company.server.base_url(), &lines).await;
    phone.sign_in().await;
    phone.registers(&lines).await;
    assert_eq!(phone.named().await, Some(twilio.id), "without any order the list's own");

    company.prefers(&["sip", "twilio"]).await;
    phone.until_company_prefers(&[LineKind::Sip, LineKind::Twilio]).await;
    assert_eq!(phone.named().await, Some(pbx.id));
    company.prefers(&["twilio"]).await;
    phone.until_company_prefers(&[LineKind::Twilio]).await;
    assert_eq!(phone.named().await, Some(twilio.id));

    phone.engine.send(Command::SignOut).await.unwrap();
    company.prefers(&["sip"]).await;
    phone.sign_in().await;
    let snapshot = phone.engine.snapshot().await;
    let SessionView::SignedIn { company_lines, .. } = snapshot.session else { panic!("{:?}", snapshot.session) };
    assert_eq!(company_lines, [LineKind::Sip], "signing in brings it");
    phone.registers(&lines).await;
    assert_eq!(phone.named().await, Some(pbx.id));
}

#[tokio::test]
async fn the_agents_order_wins_until_it_is_the_companys_again() {
    let (company, folder, lines) = (Company::open().await, folder(), two_lines());
    let [twilio, pbx] = &lines;
    company.prefers(&["sip"]).await;
    let mut phone = Phone::start(folder.path(), &company.server.base_url(), &lines).await;
    phone.sign_in().await;
    phone.registers(&lines).await;
    assert_eq!(phone.named().await, Some(pbx.id));

    phone.agent_prefers(&[(twilio, Some(0)), (pbx, Some(1))]).await;
    assert_eq!(phone.named().await, Some(twilio.id));
    company.prefers(&["sip", "twilio"]).await;
    phone.until_company_prefers(&[LineKind::Sip, LineKind::Twilio]).await;
    assert_eq!(phone.named().await, Some(twilio.id), "whatever the company decides meanwhile");

    phone.agent_prefers(&[(twilio, None), (pbx, None)]).await;
    assert_eq!(phone.named().await, Some(pbx.id));
}

#[tokio::test]
async fn the_companys_order_is_known_while_its_server_is_out_of_reach() {
    let (company, folder, lines) = (Company::open().await, folder(), two_lines());
    let [_, pbx] = &lines;
    let url = company.server.base_url();
    let mut phone = Phone::start(folder.path(), &url, &lines).await;
    phone.sign_in().await;
    // Not what the sign-in brought, but what came later.
    company.prefers(&["sip"]).await;
    phone.until_company_prefers(&[LineKind::Sip]).await;
    phone.engine.shutdown().await;
    company.server.stop().await;

    let mut phone = Phone::start(folder.path(), &url, &lines).await;
    phone.engine.send(Command::Connect).await.unwrap();
    phone.until_company_prefers(&[LineKind::Sip]).await;
    phone.registers(&lines).await;
    assert_eq!(phone.named().await, Some(pbx.id));
}
