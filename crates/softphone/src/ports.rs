//! What the engine asks of the program around it: a server inside the app, and a place for secrets.

use async_trait::async_trait;
use mobilecall_client::LoginResponse;
use mobilecall_domain::Private;
use std::path::PathBuf;

/// The backend inside the app. The desktop shell implements it over the backend library.
#[async_trait]
pub trait EmbeddedServer: Send + Sync {
    /// Starts the server; if it runs already, says where.
    async fn start(&self) -> Result<RunningServer, EmbeddedServerError>;
    /// Signs the local agent in without a password. The server runs.
    async fn sign_in(&self) -> Result<LoginResponse, EmbeddedServerError>;
    /// Stops the server in good order, at most a few seconds.
    async fn stop(&self);
}

/// Where an embedded server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningServer {
    /// Its base address.
    pub url: String,
    /// The port it got.
    pub port: u16,
    /// The port it was meant to have.
    pub wanted_port: u16,
}

/// Why the embedded server cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbeddedServerError {
    /// Its database was written by a newer version.
    #[error("{} was written by a newer version: install the newest version of the app", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
    },
    /// Its database is damaged, another program's, or out of bounds.
    #[error("{} cannot be read: restore it from a backup, or move it away to start anew", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
    },
    /// Anything else, in words for the log.
    #[error("the server inside the app could not be used: {0}")]
    Other(String),
}

/// A place for secrets that outlives the program, such as the keyring of the operating system.
///
/// The engine limits the time of every call, so an implementation may block on a locked keyring.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Reads a secret; `None` if there is none of this name.
    async fn get(&self, name: &str) -> Result<Option<Private<String>>, SecretStoreUnavailable>;
    /// Stores a secret in place of the one before.
    async fn set(&self, name: &str, secret: &Private<String>) -> Result<(), SecretStoreUnavailable>;
    /// Forgets a secret; no error if there is none.
    async fn delete(&self, name: &str) -> Result<(), SecretStoreUnavailable>;
}

/// The place for secrets cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keyring cannot be used: {0}")]
pub struct SecretStoreUnavailable(pub String);
