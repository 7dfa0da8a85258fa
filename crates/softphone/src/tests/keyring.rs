//! What is not needed any more leaves the keyring, sooner or later.

use super::{eventually, problems, profile, within};
use crate::{
    Engine, EngineConfig, EventStream, SecretStore, SecretStoreUnavailable,
    session::{Profile, Secrets, profile_setting},
};
use async_trait::async_trait;
use mobilecall_cache::Cache;
use mobilecall_domain::{LineId, Private};
use mobilecall_ipc::{Command, ErrorCode, Event, ServerChoice, SessionView, Settings};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// Nobody listens there.
const SERVER: &str = "http://127.0.0.1:9";

/// A keyring whose entries can be read, and changed while it is not locked.
#[derive(Default)]
struct LockedKeyring {
    locked: AtomicBool,
    entries: Mutex<BTreeMap<String, String>>,
}

impl LockedKeyring {
    fn with(names: &[&str]) -> Arc<Self> {
        let entries = names.iter().map(|name| ((*name).to_owned(), "a secret".to_owned())).collect();
        Arc::new(Self { locked: AtomicBool::new(true), entries: Mutex::new(entries) })
    }
    fn unlock(&self) {
        self.locked.store(false, Ordering::SeqCst);
    }
    fn names(&self) -> Vec<String> {
        self.entries.lock().unwrap().keys().cloned().collect()
    }
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Result<(), SecretStoreUnavailable> {
        if self.locked.load(Ordering::SeqCst) {
            return Err(SecretStoreUnavailable("it is locked".to_owned()));
        }
        change(&mut self.entries.lock().unwrap());
        Ok(())
    }
}

#[async_trait]
impl SecretStore for LockedKeyring {
    async fn get(&self, name: &str) -> Result<Option<Private<String>>, SecretStoreUnavailable> {
        Ok(self.entries.lock().unwrap().get(name).cloned().map(Private::new))
    }
    async fn set(&self, name: &str, secret: &Private<String>) -> Result<(), SecretStoreUnavailable> {
        self.change(|entries| _ = entries.insert(name.to_owned(), secret.expose().clone()))
    }
    async fn delete(&self, name: &str) -> Result<(), SecretStoreUnavailable> {
        self.change(|entries| _ = entries.remove(name))
    }
}

/// Starts the program on what earlier runs have left.
async fn start(folder: &Path, keyring: &Arc<LockedKeyring>) -> (Engine, EventStream) {
    let secrets = Arc::clone(keyring) as Arc<dyn SecretStore>;
    let config = EngineConfig { secrets: Some(secrets), ..EngineConfig::new(folder) };
    let engine = Engine::start(config).await.unwrap();
    let events = engine.subscribe();
    (engine, events)
}

async fn store(folder: &Path, name: &str, value: &serde_json::Value) {
    let cache = Cache::open(&folder.join("cache.sqlite")).await.unwrap();
    cache.store_setting(name, value).await.unwrap();
    cache.close().await;
}

async fn until_problem(events: &mut EventStream) -> ErrorCode {
    within("a problem", async {
        loop {
            if let Event::Problem { failure } = events.recv().await.unwrap() {
                return failure.code;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_line_that_is_removed_leaves_no_secret() {
    for locked in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let line = |name: &str| {
            serde_json::json!({"id": LineId::generate(), "kind": "sip", "label": name,
                "credentials": {"type": "keyring", "name": name}})
        };
        let lines = ["line one", "line two", "session of somebody"].map(line);
        store(folder.path(), "settings", &serde_json::json!({"autoConnect": false, "lines": lines})).await;
        let keyring = LockedKeyring::with(&["line one", "line two", "session of somebody"]);
        if !locked {
            keyring.unlock();
        }
        let (engine, mut events) = start(folder.path(), &keyring).await;
        let before = engine.snapshot().await.settings;
        assert_eq!(before.lines.len(), 3);
        let lines = before.lines.iter().filter(|line| line.label == "line two").cloned().collect();
        engine.send(Command::ChangeSettings { settings: Settings { lines, ..before } }).await.unwrap();
        let rest = ["line two", "session of somebody"];
        if locked {
            assert_eq!(until_problem(&mut events).await, ErrorCode::KeyringKeepsSecret);
            assert_eq!(keyring.names().len(), 3);
            engine.shutdown().await;
            keyring.unlock();
            let (_engine, _events) = start(folder.path(), &keyring).await;
            eventually("its end at the next start", || keyring.names() == rest).await;
        } else {
            eventually("its end", || keyring.names() == rest).await;
            assert_eq!(problems(&engine, &mut events).await, []);
        }
    }
}

/// The list of what is to be removed.
const UNWANTED: &str = "unwanted secrets";

#[tokio::test]
async fn no_session_is_taken_up_while_it_is_not_known_which_are_over() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), UNWANTED, &serde_json::json!(["session over"])).await;
    let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
    let keyring = LockedKeyring::with(&["session over", "session here"]);
    let secrets = || Secrets::new(Some(Arc::clone(&keyring) as Arc<dyn SecretStore>), cache.clone());
    let known = secrets();
    assert!(known.read("over").await.unwrap().is_none());
    assert!(known.read("here").await.unwrap().is_some());
    cache.close().await;
    assert!(known.read("here").await.unwrap().is_some());
    secrets().read("over").await.unwrap_err();
}

#[tokio::test]
async fn what_a_line_uses_again_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), UNWANTED, &serde_json::json!(["line one", "line two"])).await;
    let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
    let keyring = LockedKeyring::with(&["line one", "line two"]);
    keyring.unlock();
    let secrets = Secrets::new(Some(Arc::clone(&keyring) as Arc<dyn SecretStore>), cache.clone());
    let line = serde_json::json!({"id": LineId::generate(), "kind": "sip", "label": "one",
        "credentials": {"type": "keyring", "name": "line one"}});
    secrets.lines_are(&[serde_json::from_value(line).unwrap()]);
    secrets.remove_unwanted().await;
    assert_eq!(keyring.names(), ["line one"]);
    assert_eq!(cache.setting::<Vec<String>>(UNWANTED).await.unwrap(), Some(vec![]));
}

/// A keyring that lets go only what is known to be unwanted.
struct Reading(Cache);

#[async_trait]
impl SecretStore for Reading {
    async fn get(&self, _: &str) -> Result<Option<Private<String>>, SecretStoreUnavailable> {
        Ok(None)
    }
    async fn set(&self, _: &str, _: &Private<String>) -> Result<(), SecretStoreUnavailable> {
        Ok(())
    }
    async fn delete(&self, name: &str) -> Result<(), SecretStoreUnavailable> {
        let unwanted = self.0.setting::<Vec<String>>(UNWANTED).await.unwrap();
        assert!(unwanted.is_some_and(|names| names.iter().any(|known| known == name)));
        Ok(())
    }
}

#[tokio::test]
async fn a_program_that_is_killed_while_it_signs_out_does_so_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
    let secrets = Secrets::new(Some(Arc::new(Reading(cache.clone()))), cache.clone());
    secrets.forget("here").await.unwrap();
    assert_eq!(cache.setting::<Vec<String>>(UNWANTED).await.unwrap(), Some(vec![]));
}

#[tokio::test]
async fn a_session_that_the_keyring_does_not_let_go_is_not_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = mobilecall_client::ServerUrl::parse(SERVER).unwrap().to_string();
    let known = Profile { server: url.clone(), ..profile() };
    store(folder.path(), &profile_setting(&url), &serde_json::to_value(&known).unwrap()).await;
    let choice = ServerChoice::Remote { url: url.clone() };
    let settings = serde_json::to_value(Settings { server: choice, auto_connect: false, ..Settings::default() });
    store(folder.path(), "settings", &settings.unwrap()).await;
    let session = format!("session {url}");
    let keyring = LockedKeyring::with(&[&session]);

    let (engine, mut events) = start(folder.path(), &keyring).await;
    engine.send(Command::Connect).await.unwrap();
    within("the session", async {
        while !matches!(engine.snapshot().await.session, SessionView::SignedIn { .. }) {
            events.recv().await.unwrap();
        }
    })
    .await;
    engine.send(Command::SignOut).await.unwrap();
    assert_eq!(until_problem(&mut events).await, ErrorCode::KeyringKeepsSecret);
    for _ in 0..2 {
        engine.send(Command::Connect).await.unwrap();
        within("nobody", async {
            loop {
                match engine.snapshot().await.session {
                    SessionView::SignedOut { .. } => return,
                    SessionView::SigningIn => {}
                    SessionView::SignedIn { .. } => panic!("it was to be forgotten"),
                }
                events.recv().await.unwrap();
            }
        })
        .await;
    }
    engine.shutdown().await;
    assert_eq!(keyring.names(), [session]);
    keyring.unlock();
    let (_engine, _events) = start(folder.path(), &keyring).await;
    eventually("its end", || keyring.names().is_empty()).await;
}
