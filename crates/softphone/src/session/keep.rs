//! Sessions from one run to the next, and other secrets that are not needed any more.

use super::SessionInput;
use crate::{
    ports::{SecretStore, SecretStoreUnavailable},
    post::Post,
};
use mobilecall_cache::{Cache, CacheError};
use mobilecall_client::{Session, SessionState};
use mobilecall_domain::Private;
use mobilecall_ipc::{LineCredentials, LineSettings};
use std::{
    future::Future,
    sync::{Arc, MutexGuard, PoisonError},
    time::Duration,
};
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
    /// The names of what is to be removed, once they were read. Locked while an entry is written or removed, so that none
    /// comes into use between the look at the list and its removal.
    unwanted: Arc<Mutex<Option<Vec<String>>>>,
    /// The names of what lines use now.
    in_use: Arc<std::sync::Mutex<Vec<String>>>,
}

impl Secrets {
    pub(crate) fn new(store: Option<Arc<dyn SecretStore>>, cache: Cache) -> Self {
        Self { store, cache, unwanted: Arc::default(), in_use: Arc::default() }
    }

    /// Whether sessions outlive the program at all.
    pub(crate) fn are_kept(&self) -> bool {
        self.store.is_some()
    }

    /// From now on these lines keep their secrets, whatever was to be removed before.
    pub(crate) fn lines_are(&self, lines: &[LineSettings]) {
        // A session is no line's, whatever the line calls its secret.
        let of_lines = lines.iter().filter_map(secret_of).filter(|name| !name.starts_with(SESSION));
        *self.in_use() = of_lines.collect();
    }

    fn in_use(&self) -> MutexGuard<'_, Vec<String>> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The refresh token of an earlier run. One that was to be forgotten is none.
    pub(crate) async fn read(&self, server: &str) -> Result<Option<Private<String>>, SecretStoreUnavailable> {
        let Some(store) = &self.store else { return Ok(None) };
        let name = session_name(server);
        if self.loaded(&mut *self.unwanted.lock().await).await?.contains(&name) {
            return Ok(None);
        }
        limited(store.get(&name)).await
    }

    /// Whether it is kept.
    async fn write(&self, server: &str, token: &Private<String>) -> Result<bool, SecretStoreUnavailable> {
        let Some(store) = &self.store else { return Ok(false) };
        let name = session_name(server);
        {
            let mut unwanted = self.unwanted.lock().await;
            // Without the list it may be taken for unwanted later.
            self.loaded(&mut unwanted).await?;
            limited(store.set(&name, token)).await?;
            self.change(&mut unwanted, |names| names.retain(|known| *known != name)).await?;
        }
        // It is open now.
        self.remove_unwanted().await;
        Ok(true)
    }

    /// Forgets the session at a server.
    pub(crate) async fn forget(&self, server: &str) -> Result<(), SecretStoreUnavailable> {
        self.remove(session_name(server)).await
    }

    /// Removes a secret, or on an error remembers to do so.
    pub(crate) async fn remove(&self, name: String) -> Result<(), SecretStoreUnavailable> {
        let Some(store) = &self.store else { return Ok(()) };
        let mut unwanted = self.unwanted.lock().await;
        // First, so that a program that is stopped in this goes on in its next run.
        let remembered = self.change(&mut unwanted, |names| {
            if !names.contains(&name) {
                names.push(name.clone());
            }
        });
        if let Err(error) = remembered.await {
            tracing::warn!(%error, "what is to be removed from the keyring cannot be remembered");
        }
        self.delete(&**store, &mut unwanted, &name).await
    }

    /// Removes what could not be removed before.
    pub(crate) async fn remove_unwanted(&self) {
        let Some(store) = &self.store else { return };
        let names = match self.loaded(&mut *self.unwanted.lock().await).await {
            Ok(names) => names.clone(),
            Err(error) => return tracing::warn!(%error, "the keyring keeps what is not needed any more"),
        };
        for name in names {
            let mut unwanted = self.unwanted.lock().await;
            // It may have come into use again meanwhile.
            if !unwanted.as_ref().is_some_and(|names| names.contains(&name)) {
                continue;
            }
            if let Err(error) = self.delete(&**store, &mut unwanted, &name).await {
                // The others are behind the same lock.
                return tracing::warn!(%error, "the keyring still holds what is not needed any more");
            }
        }
    }

    /// Removes a secret that no line uses, and takes it off the list.
    async fn delete(
        &self,
        store: &dyn SecretStore,
        unwanted: &mut Option<Vec<String>>,
        name: &str,
    ) -> Result<(), SecretStoreUnavailable> {
        if !self.in_use().iter().any(|used| used == name) {
            limited(store.delete(name)).await?;
        }
        if let Err(error) = self.change(unwanted, |names| names.retain(|known| known != name)).await {
            tracing::warn!(%error, "what was removed from the keyring is removed again later");
        }
        Ok(())
    }

    async fn change(
        &self,
        unwanted: &mut Option<Vec<String>>,
        change: impl FnOnce(&mut Vec<String>),
    ) -> Result<(), SecretStoreUnavailable> {
        let names = self.loaded(unwanted).await?;
        let before = names.clone();
        change(names);
        if *names != before
            && let Err(error) = self.cache.store_setting(UNWANTED, &*names).await
        {
            tracing::warn!(%error, "what is to be removed from the keyring is known only to this run");
        }
        Ok(())
    }

    /// An error is no empty list: a session that was signed out would come back.
    async fn loaded<'a>(
        &self,
        unwanted: &'a mut Option<Vec<String>>,
    ) -> Result<&'a mut Vec<String>, SecretStoreUnavailable> {
        if unwanted.is_none() {
            *unwanted = match self.cache.setting(UNWANTED).await {
                Ok(stored) => stored,
                // It will never be read.
                Err(error @ CacheError::BadSetting { .. }) => {
                    tracing::error!(%error, "what an earlier run was to remove from the keyring stays there");
                    None
                }
                Err(error) => {
                    return Err(SecretStoreUnavailable(format!("what is to be removed from it is not known: {error}")));
                }
            };
        }
        Ok(unwanted.get_or_insert_default())
    }
}

fn session_name(server: &str) -> String {
    format!("{SESSION}{server}")
}

fn secret_of(line: &LineSettings) -> Option<String> {
    match &line.credentials {
        LineCredentials::Keyring { name } => Some(name.clone()),
        LineCredentials::Session => None,
    }
}

/// The names of secrets that lines had and none has any more.
pub(crate) fn unused(before: &[LineSettings], now: &[LineSettings]) -> Vec<String> {
    let kept: Vec<_> = now.iter().filter_map(secret_of).collect();
    // A session is no line's to remove, whatever the line calls its secret.
    let is_unused = |name: &String| !kept.contains(name) && !name.starts_with(SESSION);
    before.iter().filter_map(secret_of).filter(is_unused).collect()
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
