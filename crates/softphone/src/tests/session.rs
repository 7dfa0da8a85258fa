//! Reaching the server: an agent who was signed in stays so, whatever answers in the server's place.

use super::{Rig, direct, eventually, problems, profile, within};
use crate::{
    EmbeddedServer, EmbeddedServerError, Engine, EngineConfig, EventStream, LoginResponse, RunningServer, SecretStore,
    SecretStoreUnavailable,
    session::{Profile, profile_setting},
};
use async_trait::async_trait;
use mobilecall_cache::Cache;
use mobilecall_domain::{Private, Registration, call::RegistrationFailure};
use mobilecall_ipc::{
    Command, ErrorCode, Event, Failure, Registration as Shown, ServerChoice, SessionView, Settings, Snapshot, Theme,
};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_testkit::{PASSWORD, TestServer};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};

/// An engine that was signed in at `url` in an earlier run and starts anew.
struct Restarted {
    engine: Engine,
    events: EventStream,
    _folder: TempDir,
}

/// A keyring with one session, or none, in it.
pub(super) struct FakeKeyring(Result<Option<&'static str>, SecretStoreUnavailable>);

#[async_trait]
impl SecretStore for FakeKeyring {
    async fn get(&self, _: &str) -> Result<Option<Private<String>>, SecretStoreUnavailable> {
        self.0.clone().map(|token| token.map(|token| Private::new(token.to_owned())))
    }
    async fn set(&self, _: &str, _: &Private<String>) -> Result<(), SecretStoreUnavailable> {
        self.0.clone().map(drop)
    }
    async fn delete(&self, _: &str) -> Result<(), SecretStoreUnavailable> {
        self.0.clone().map(drop)
    }
}

/// A server inside the app that cannot start, or runs until it is stopped.
#[derive(Default)]
struct FakeServer {
    error: Option<EmbeddedServerError>,
    /// It had to take another port than it wanted.
    moved: bool,
    stopped: AtomicBool,
}

#[async_trait]
impl EmbeddedServer for FakeServer {
    async fn start(&self) -> Result<RunningServer, EmbeddedServerError> {
        match &self.error {
            Some(error) => Err(error.clone()),
            None => Ok(RunningServer {
                url: "http://127.0.0.1:9".into(),
                port: 9,
                wanted_port: if self.moved { 8 } else { 9 },
            }),
        }
    }
    async fn sign_in(&self) -> Result<LoginResponse, EmbeddedServerError> {
        Err(EmbeddedServerError::Other("nobody lives here".into()))
    }
    async fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }
}

impl Restarted {
    async fn embedded(server: Arc<FakeServer>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = EngineConfig {
            settings: Some(Settings { auto_connect: false, ..Settings::default() }),
            embedded: Some(server),
            ..EngineConfig::new(folder.path())
        };
        let engine = Engine::start(config).await.unwrap();
        let events = engine.subscribe();
        engine.send(Command::Connect).await.unwrap();
        Self { engine, events, _folder: folder }
    }

    async fn start(url: &str, keyring: FakeKeyring, known: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if known {
            let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
            let profile = Profile { server: url.to_owned(), ..profile() };
            cache.store_setting(&profile_setting(url), &profile).await.unwrap();
            cache.close().await;
        }
        let settings = Settings { server: ServerChoice::Remote { url: url.to_owned() }, ..Settings::default() };
        let config = EngineConfig {
            settings: Some(Settings { auto_connect: false, ..settings }),
            secrets: Some(Arc::new(keyring)),
            ..EngineConfig::new(folder.path())
        };
        let engine = Engine::start(config).await.unwrap();
        let events = engine.subscribe();
        engine.send(Command::Connect).await.unwrap();
        Self { engine, events, _folder: folder }
    }

    async fn until(&mut self, what: &str, is_it: impl Fn(&Snapshot) -> bool) -> Snapshot {
        within(what, async {
            loop {
                let snapshot = self.engine.snapshot().await;
                if is_it(&snapshot) {
                    return snapshot;
                }
                self.events.recv().await.unwrap();
            }
        })
        .await
    }

    async fn until_problem(&mut self) -> Failure {
        within("a problem", async {
            loop {
                if let Event::Problem { failure } = self.events.recv().await.unwrap() {
                    return failure;
                }
            }
        })
        .await
    }

    /// Waits until nobody is being signed in any more; says what went wrong.
    async fn until_signed_out(&mut self) -> Vec<ErrorCode> {
        self.until("nobody", |snapshot| matches!(snapshot.session, SessionView::SignedOut { .. })).await;
        problems(&self.engine, &mut self.events).await
    }
}

pub(super) const SIGNED_IN: fn() -> FakeKeyring = || FakeKeyring(Ok(Some("a refresh token")));

/// A listener that gives everybody the same answer, and tells of each.
async fn answering(answer: &'static str) -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, asks) = mpsc::channel(64);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            if socket.read(&mut request).await.is_ok_and(|read| read > 0) {
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
            if asked.send(()).await.is_err() {
                return;
            }
        }
    });
    (url, asks)
}

#[tokio::test]
async fn a_server_out_of_reach_is_tried_again_and_at_once_when_asked_to() {
    let (url, mut asks) = answering("").await;
    let mut phone = Restarted::start(&url, SIGNED_IN(), true).await;
    let snapshot = phone.until("an attempt", |snapshot| is_registering(snapshot, 1)).await;
    assert!(matches!(snapshot.session, SessionView::SignedIn { .. }) && !snapshot.server.reachable);
    // The pauses between ten attempts are minutes long.
    for attempt in 2..10 {
        let command = if attempt % 2 == 0 { Command::Connect } else { Command::SyncNow };
        phone.engine.send(command).await.unwrap();
        phone.until("the next attempt", |snapshot| is_registering(snapshot, attempt)).await;
    }
    asks.close();

    phone.engine.send(Command::Disconnect).await.unwrap();
    phone.until("rest", |snapshot| direct(snapshot) == Shown::Unregistered).await;
    phone.engine.send(Command::Connect).await.unwrap();
    phone.until("another attempt", |snapshot| direct(snapshot) != Shown::Unregistered).await;
}

fn is_registering(snapshot: &Snapshot, failed: u32) -> bool {
    matches!(direct(snapshot), Shown::Registering { attempt } if attempt >= failed)
}

#[tokio::test]
async fn a_line_that_gave_up_registers_when_the_agent_connects() {
    let mut rig = Rig::start().await;
    let failed = Registration::Failed(RegistrationFailure::CredentialsRefused);
    rig.line.say(LineEvent::Registration(failed));
    rig.until("the failure", |snapshot| matches!(direct(snapshot), Shown::Failed { .. })).await;
    rig.send(Command::Connect).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::Register));
    rig.until("the line", |snapshot| direct(snapshot) == Shown::Registered).await;

    rig.line.say(LineEvent::Registration(Registration::Registering { attempt: 3 }));
    rig.until("the loss", |snapshot| direct(snapshot) != Shown::Registered).await;
    rig.send(Command::Connect).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::Reconnect { .. }), "it does not wait for its next try");
}

#[tokio::test]
async fn the_sign_in_page_of_a_network_signs_nobody_out() {
    for page in [
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
    ] {
        let (url, _asks) = answering(page).await;
        let mut phone = Restarted::start(&url, SIGNED_IN(), true).await;
        assert_eq!(phone.until_problem().await.code, ErrorCode::NotAMobileCallServer);
        phone.engine.send(Command::Connect).await.unwrap();
        let snapshot = phone.until("the next attempt", |snapshot| is_registering(snapshot, 2)).await;
        assert!(matches!(snapshot.session, SessionView::SignedIn { .. }), "{:?}", snapshot.session);
    }
}

#[tokio::test]
async fn a_session_that_the_server_ended_is_over() {
    let refusal = concat!(
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 44\r\nConnection: close\r\n\r\n",
        r#"{"code":"unauthenticated","message":"ended"}"#
    );
    let (url, _asks) = answering(refusal).await;
    let mut phone = Restarted::start(&url, SIGNED_IN(), true).await;
    assert_eq!(phone.until_problem().await.code, ErrorCode::SessionExpired);
    phone.until("nobody", |snapshot| why(snapshot) == Some(Some(ErrorCode::SessionExpired))).await;
}

/// Why nobody is signed in, if nobody is.
fn why(snapshot: &Snapshot) -> Option<Option<ErrorCode>> {
    match &snapshot.session {
        SessionView::SignedOut { why } => Some(why.as_ref().map(|why| why.code)),
        SessionView::SigningIn | SessionView::SignedIn { .. } => None,
    }
}

#[tokio::test]
async fn one_who_is_to_sign_in_sees_whether_the_server_answers() {
    // Nobody listens there, and nobody else gets the port.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = held.local_addr().unwrap();
    let nothing = FakeKeyring(Ok(None));
    let mut phone = Restarted::start(&format!("http://{address}"), nothing, false).await;
    let silent = |snapshot: &Snapshot| why(snapshot) == Some(Some(ErrorCode::ServerUnreachable));
    assert!(!phone.until("the reason", silent).await.server.reachable);

    let server = TestServer::builder().listener(held.listen(128).unwrap()).start().await;
    let company = server.company("Acme").await;
    server.agent(&company, "alice", "101").await;
    phone.engine.send(Command::Connect).await.unwrap();
    phone.until("an answer", |snapshot| why(snapshot) == Some(None) && snapshot.server.reachable).await;

    let sign_in = |password: &str| Command::SignIn { username: "alice".into(), password: password.into() };
    let refused = phone.engine.send(sign_in("wrong")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::WrongCredentials);
    let snapshot = phone.engine.snapshot().await;
    assert_eq!((why(&snapshot), snapshot.server.reachable), (Some(None), true), "the form itself says why");

    phone.engine.send(sign_in(PASSWORD)).await.unwrap();
    phone.until("the line", |snapshot| direct(snapshot) == Shown::Registered).await;
}

#[tokio::test]
async fn a_keyring_that_does_not_answer_concerns_only_who_was_signed_in() {
    let unavailable = || FakeKeyring(Err(SecretStoreUnavailable("nobody there".into())));
    let empty = || FakeKeyring(Ok(None));
    for (keyring, known, told) in [
        (unavailable(), false, vec![]),
        (empty(), false, vec![]),
        (unavailable(), true, vec![ErrorCode::KeyringUnreadable]),
        (empty(), true, vec![ErrorCode::KeyringUnreadable]),
    ] {
        let mut phone = Restarted::start("http://127.0.0.1:9", keyring, known).await;
        assert_eq!(phone.until_signed_out().await, told, "known: {known}");
    }
}

#[tokio::test]
async fn the_data_of_the_server_inside_the_app_is_named_when_it_cannot_be_used() {
    let path = std::path::PathBuf::from("/data/backend.sqlite");
    for (error, code) in [
        (EmbeddedServerError::TooNew { path: path.clone() }, ErrorCode::DatabaseTooNew),
        (EmbeddedServerError::Unreadable { path: path.clone() }, ErrorCode::DatabaseUnreadable),
    ] {
        let mut phone = Restarted::embedded(Arc::new(FakeServer { error: Some(error), ..FakeServer::default() })).await;
        let failure = phone.until_problem().await;
        assert_eq!((failure.code, failure.params["path"].as_str()), (code, "/data/backend.sqlite"));
    }
    let error = Some(EmbeddedServerError::Other("no port".into()));
    let mut phone = Restarted::embedded(Arc::new(FakeServer { error, ..FakeServer::default() })).await;
    assert_eq!(phone.until_problem().await.code, ErrorCode::EmbeddedServerFailed);
}

#[tokio::test]
async fn the_server_inside_the_app_stops_when_another_one_is_chosen() {
    let server = Arc::new(FakeServer::default());
    let phone = Restarted::embedded(Arc::clone(&server)).await;
    let before = phone.engine.snapshot().await.settings;
    let elsewhere = ServerChoice::Remote { url: "http://127.0.0.1:9".into() };
    phone
        .engine
        .send(Command::ChangeSettings { settings: Settings { theme: Theme::Dark, ..before.clone() } })
        .await
        .unwrap();
    assert!(!server.stopped.load(Ordering::SeqCst));
    phone.engine.send(Command::ChangeSettings { settings: Settings { server: elsewhere, ..before } }).await.unwrap();
    eventually("the stop", || server.stopped.load(Ordering::SeqCst)).await;
}

/// It is a fact about the server and no news: it stands as long as it is true, and whoever looks later sees it too.
#[tokio::test]
async fn a_port_that_another_program_has_is_said_with_the_server_as_long_as_that_runs() {
    let server = Arc::new(FakeServer { moved: true, ..FakeServer::default() });
    let mut phone = Restarted::embedded(Arc::clone(&server)).await;
    let snapshot = phone.until("the server", |snapshot| snapshot.server.port_taken == Some(8)).await;
    let elsewhere = ServerChoice::Remote { url: "http://127.0.0.1:9".into() };
    let settings = Settings { server: elsewhere, ..snapshot.settings };
    phone.engine.send(Command::ChangeSettings { settings }).await.unwrap();
    phone.until("another server", |snapshot| snapshot.server.port_taken.is_none()).await;
}

#[tokio::test]
async fn what_is_wrong_with_the_stored_settings_is_said_to_the_first_window() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
    let isdn = serde_json::json!({"label": "Old PBX", "kind": "isdn"});
    let stored = serde_json::json!({"autoConnect": false, "theme": "dark", "lines": [isdn]});
    cache.store_setting("settings", &stored).await.unwrap();
    cache.close().await;
    let engine = Engine::start(EngineConfig::new(folder.path())).await.unwrap();
    // However late it is.
    assert_eq!(engine.snapshot().await.settings.theme, Theme::Dark);
    let mut events = engine.subscribe();
    assert_eq!(problems(&engine, &mut events).await, [ErrorCode::LineSetAside]);
    engine.shutdown().await;
    let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
    let stored: serde_json::Value = cache.setting("settings").await.unwrap().unwrap();
    assert_eq!(stored["lines"], serde_json::json!([isdn]), "kept, though the settings were changed meanwhile");
}
