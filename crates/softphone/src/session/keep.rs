//! Sessions from one run to the next.

use super::SessionInput;
use crate::{
    ports::{SecretStore, SecretStoreUnavailable},
    post::Post,
};
use mobilecall_client::{Session, SessionState};
use mobilecall_domain::Private;
use std::{future::Future, sync::Arc, time::Duration};

/// A keyring that is locked waits for a person, and one that does not run may not answer at all.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The place for secrets with a time limit on everything.
#[derive(Clone)]
pub(crate) struct Secrets(Option<Arc<dyn SecretStore>>);

impl Secrets {
    pub(crate) fn new(store: Option<Arc<dyn SecretStore>>) -> Self {
        Self(store)
    }

    /// Whether sessions outlive the program at all.
    pub(crate) fn are_kept(&self) -> bool {
        self.0.is_some()
    }

    /// The refresh token of an earlier run.
    pub(crate) async fn read(&self, server: &str) -> Result<Option<Private<String>>, SecretStoreUnavailable> {
        match &self.0 {
            Some(store) => limited(store.get(&name(server))).await,
            None => Ok(None),
        }
    }

    /// Whether it is kept.
    async fn write(&self, server: &str, token: &Private<String>) -> Result<bool, SecretStoreUnavailable> {
        match &self.0 {
            Some(store) => limited(store.set(&name(server), token)).await.map(|()| true),
            None => Ok(false),
        }
    }

    pub(crate) async fn forget(&self, server: &str) -> Result<(), SecretStoreUnavailable> {
        match &self.0 {
            Some(store) => limited(store.delete(&name(server))).await,
            None => Ok(()),
        }
    }
}

fn name(server: &str) -> String {
    format!("session {server}")
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
