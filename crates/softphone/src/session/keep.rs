//! Sessions from one run to the next, and other secrets that are not needed any more.

use super::SessionInput;
use crate::{
    ports::{SecretStore, SecretStoreUnavailable},
    post::Post,
};
use mobilecall_cache::Cache;
use mobilecall_client::{Session, SessionState};
use mobilecall_domain::Private;
use mobilecall_ipc::{LineCredentials, LineSettings};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// The setting with the names of secrets that are to be removed.
const UNWANTED: &str = "unwanted secrets";
/// Begins the names of sessions.
const SESSION: &str = "session ";
/// A keyring that is locked waits for a person, and one that does not run may not answer at all.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The place for secrets with a time limit on everything. What it does not let go is remembered and removed later.
#[derive(Clone)]
pub(crate) struct Secrets {
    store: Option<Arc<dyn SecretStore>>,
    cache: Cache,
    /// The names of what is to be removed, once they were read.
    unwanted: Arc<Mutex<Option<Vec<String>>>>,
}

impl Secrets {
    pub(crate) fn new(store: Option<Arc<dyn SecretStore>>, cache: Cache) -> Self {
        Self { store, cache, unwanted: Arc::default() }
    }

    /// Whether sessions outlive the program at all.
    pub(crate) fn are_kept(&self) -> bool {
        self.store.is_some()
    }

    /// The refresh token of an earlier run. One that was to be forgotten is none.
    pub(crate) async fn read(&self, server: &str) -> Result<Option<Private<String>>, SecretStoreUnavailable> {
        let name = session_name(server);
        match &self.store {
            Some(store) if !self.unwanted().await.contains(&name) => limited(store.get(&name)).await,
            Some(_) | None => Ok(None),
        }
    }

    /// Whether it is kept.
    async fn write(&self, server: &str, token: &Private<String>) -> Result<bool, SecretStoreUnavailable> {
        let Some(store) = &self.store else { return Ok(false) };
        let name = session_name(server);
        limited(store.set(&name, token)).await?;
        self.change_unwanted(|unwanted| unwanted.retain(|known| *known != name)).await;
        // It is open now.
        self.clear_out().await;
        Ok(true)
    }

    /// Forgets the session at a server.
    pub(crate) async fn forget(&self, server: &str) -> Result<(), SecretStoreUnavailable> {
        self.remove(session_name(server)).await
    }

    /// Removes a secret, or on an error remembers to do so.
    pub(crate) async fn remove(&self, name: String) -> Result<(), SecretStoreUnavailable> {
        let Some(store) = &self.store else { return Ok(()) };
        let outcome = limited(store.delete(&name)).await;
        let is_gone = outcome.is_ok();
        self.change_unwanted(|unwanted| {
            unwanted.retain(|known| *known != name);
            if !is_gone {
                unwanted.push(name);
            }
        })
        .await;
        outcome
    }

    /// Removes what could not be removed before.
    pub(crate) async fn clear_out(&self) {
        for name in self.unwanted().await {
            if let Err(error) = self.remove(name).await {
                // The others are behind the same lock.
                return tracing::warn!(%error, "the keyring still holds what is not needed any more");
            }
        }
    }

    async fn unwanted(&self) -> Vec<String> {
        let mut unwanted = self.unwanted.lock().await;
        self.loaded(&mut unwanted).await.clone()
    }

    async fn change_unwanted(&self, change: impl FnOnce(&mut Vec<String>)) {
        let mut unwanted = self.unwanted.lock().await;
        let names = self.loaded(&mut unwanted).await;
        let before = names.clone();
        change(names);
        if *names != before
            && let Err(error) = self.cache.store_setting(UNWANTED, &*names).await
        {
            tracing::warn!(%error, "what is to be removed from the keyring is known only to this run");
        }
    }

    async fn loaded<'a>(&self, unwanted: &'a mut Option<Vec<String>>) -> &'a mut Vec<String> {
        if unwanted.is_none() {
            let stored = self.cache.setting(UNWANTED).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "what an earlier run was to remove from the keyring cannot be read");
                None
            });
            *unwanted = stored;
        }
        unwanted.get_or_insert_default()
    }
}

fn session_name(server: &str) -> String {
    format!("{SESSION}{server}")
}

/// The names of secrets that lines had and none has any more.
pub(crate) fn unused(before: &[LineSettings], now: &[LineSettings]) -> Vec<String> {
    let name = |line: &LineSettings| match &line.credentials {
        LineCredentials::Keyring { name } => Some(name.clone()),
        LineCredentials::Session => None,
    };
    let kept: Vec<_> = now.iter().filter_map(name).collect();
    // A session is no line's to remove, whatever the line calls its secret.
    let is_unused = |name: &String| !kept.contains(name) && !name.starts_with(SESSION);
    before.iter().filter_map(name).filter(is_unused).collect()
}

async fn limited<T>(
    operation: impl Future<Output = Result<T, SecretStoreUnavailable>>,
) -> Result<T, SecretStoreUnavailable> {
    match tokio::time::timeout(TIME_LIMIT, operation).await {
        Ok(outcome) => outcome,
        Err(_) => Err(SecretStoreUnavailable(format!("no answer within {} seconds", TIME_LIMIT.as_secs()))),
    }
}

/// Stores each new refresh token of a session, because each works only once, and reports when the session ends.
pub(crate) async fn keep(session: Session, secrets: Secrets, server: String, post: Post) {
    let mut state = session.state();
    let mut told = false;
    loop {
        let now = state.borrow_and_update().clone();
        match now {
            SessionState::Valid { refresh_token } => match secrets.write(&server, &refresh_token).await {
                Ok(kept) => post.session(SessionInput::Kept(kept)).await,
                Err(error) => {
                    tracing::warn!(%error, "the session is not kept");
                    post.session(SessionInput::Kept(false)).await;
                    if !told {
                        post.problem(crate::failure::keyring_unavailable()).await;
                        told = true;
                    }
                }
            },
            SessionState::Ended => {
                post.session(SessionInput::Ended).await;
                return;
            }
        }
        if state.changed().await.is_err() {
            return;
        }
    }
}
