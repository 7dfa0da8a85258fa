//! The server inside the app: the same backend as the deployable one, on this computer only.

use anyhow::Context;
use async_trait::async_trait;
use mobilecall_backend::{
    Backend, BackendConfig, CancellationToken, EdgeConfig, Limits, MediaRuntime, SecretKeyStore, ServeError,
    StartError, TwilioConfig,
};
use mobilecall_softphone::{EmbeddedServer, EmbeddedServerError, LoginResponse, RunningServer};
use mobilecall_store_sqlite::{SqliteStore, Store as _, StoreError};
use std::{io, net::Ipv4Addr, num::NonZeroUsize, path::PathBuf, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Mutex, task::JoinHandle};

/// The port that the old softphone's pages know (`http://localhost:4000`).
const WANTED_PORT: u16 = 4000;
/// Ports tried after it before any free one is taken.
const NEXT_PORTS: u16 = 20;
/// Ending the app waits for requests and calls no longer than this.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// The backend, made when the engine first asks for it.
pub(crate) struct Embedded {
    database: PathBuf,
    running: Mutex<Option<Running>>,
}

struct Running {
    store: SqliteStore,
    backend: Backend,
    at: RunningServer,
    shutdown: CancellationToken,
    serving: JoinHandle<Result<(), ServeError>>,
}

impl Embedded {
    /// A server that will keep its data in `database`.
    pub(crate) fn new(database: PathBuf) -> Self {
        Self { database, running: Mutex::new(None) }
    }

    async fn begin(&self) -> Result<Running, EmbeddedServerError> {
        if let Some(folder) = self.database.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(|error| self.failed(error.into()))?;
        }
        let store = SqliteStore::open(&self.database).await.map_err(|error| self.refused(error))?;
        let twilio = TwilioConfig {
            secret_keys: Some(SecretKeyStore::in_file(self.database.with_extension("key"))),
            // Nobody hears callbacks while the app does not run.
            look_every: Some(TwilioConfig::LOOK_EVERY),
            ..TwilioConfig::default()
        };
        let config = BackendConfig {
            twilio,
            // For the calls of one person.
            edge: EdgeConfig { media: MediaRuntime::with_threads(NonZeroUsize::MIN), ..EdgeConfig::loopback() },
            limits: Limits { shutdown_grace: SHUTDOWN_GRACE, ..Limits::default() },
            ..BackendConfig::default()
        };
        let backend = Backend::new(Arc::new(store.clone()), config).await.map_err(|error| match error {
            StartError::Store(error) => self.refused(error),
            other @ (StartError::PasswordCost(_) | StartError::NotLocal | StartError::Session) => {
                self.failed(other.into())
            }
        })?;
        self.serve(store, backend).await.map_err(|error| self.failed(error))
    }

    async fn serve(&self, store: SqliteStore, backend: Backend) -> anyhow::Result<Running> {
        let listener = listen(WANTED_PORT).await.context("no port of this computer can be listened on")?;
        let port = listener.local_addr()?.port();
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn({
            let (backend, shutdown) = (backend.clone(), shutdown.clone());
            async move { backend.serve(listener, shutdown).await }
        });
        let at = RunningServer { url: format!("http://127.0.0.1:{port}"), port, wanted_port: WANTED_PORT };
        Ok(Running { store, backend, at, shutdown, serving })
    }

    /// The database cannot be used.
    fn refused(&self, error: StoreError) -> EmbeddedServerError {
        let path = self.database.clone();
        match error {
            StoreError::TooNew { .. } => EmbeddedServerError::TooNew { path },
            StoreError::Unreadable { .. } => {
                tracing::error!(error = %format!("{:#}", anyhow::Error::from(error)), "the server's data cannot be read");
                EmbeddedServerError::Unreadable { path }
            }
            other @ (StoreError::NotFound(_)
            | StoreError::Conflict(_)
            | StoreError::InvalidCursor
            | StoreError::Busy(_)
            | StoreError::Unavailable(_)
            | StoreError::Outdated { .. }
            | StoreError::Internal(_)) => self.failed(other.into()),
        }
    }

    fn failed(&self, error: anyhow::Error) -> EmbeddedServerError {
        let detail = format!("{error:#}");
        tracing::error!(error = %detail, database = %self.database.display(), "the server inside the app failed");
        EmbeddedServerError::Other(detail)
    }
}

#[async_trait]
impl EmbeddedServer for Embedded {
    async fn start(&self) -> Result<RunningServer, EmbeddedServerError> {
        let mut running = self.running.lock().await;
        if let Some(running) = running.as_ref().filter(|running| !running.serving.is_finished()) {
            return Ok(running.at.clone());
        }
        Ok(running.insert(self.begin().await?).at.clone())
    }

    async fn sign_in(&self) -> Result<LoginResponse, EmbeddedServerError> {
        let backend = self.running.lock().await.as_ref().map(|running| running.backend.clone());
        let backend = backend.ok_or_else(|| EmbeddedServerError::Other("it is not running".to_owned()))?;
        backend.local_session().await.map_err(|error| self.failed(error.into()))
    }

    async fn stop(&self) {
        // The next start waits until the port and the database are free.
        let mut slot = self.running.lock().await;
        let Some(running) = slot.take() else { return };
        running.shutdown.cancel();
        match running.serving.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the server inside the app ended with an error"),
            Err(panicked) => tracing::error!(%panicked, "the server inside the app failed"),
        }
        running.store.close().await;
    }
}

/// Listens on the wanted port, on one of the next, or on any that is free.
async fn listen(wanted: u16) -> io::Result<TcpListener> {
    let mut candidates = (wanted..wanted.saturating_add(NEXT_PORTS)).chain([0]);
    loop {
        let Some(port) = candidates.next() else { return Err(io::ErrorKind::AddrInUse.into()) };
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_gives_way_to_the_next() {
        let first = listen(0).await.unwrap();
        let taken = first.local_addr().unwrap().port();
        let second = listen(taken).await.unwrap();
        assert_ne!(second.local_addr().unwrap().port(), taken);
    }

    #[tokio::test]
    async fn starts_once_signs_in_and_keeps_its_data() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let embedded = Embedded::new(data.join("backend.sqlite"));
        assert!(embedded.sign_in().await.is_err(), "not before it runs");
        let at = embedded.start().await.unwrap();
        assert_eq!(embedded.start().await.unwrap(), at);
        let first = embedded.sign_in().await.unwrap();
        embedded.stop().await;
        // A copy of the one file is a whole backup, however soon the computer is switched off.
        let files: Vec<_> = data.read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files, ["backend.sqlite"], "the database is closed and its log folded into it");
        embedded.start().await.unwrap();
        assert_eq!(embedded.sign_in().await.unwrap().user.id, first.user.id);
        embedded.stop().await;
    }

    #[tokio::test]
    async fn a_database_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backend.sqlite");
        std::fs::write(&path, "not a database, but long enough to be looked at as one ".repeat(4)).unwrap();
        let embedded = Embedded::new(path.clone());
        assert_eq!(embedded.start().await.unwrap_err(), EmbeddedServerError::Unreadable { path: path.clone() });

        let newer = StoreError::TooNew { database: path.display().to_string(), found: 2, known: 1 };
        assert_eq!(embedded.refused(newer), EmbeddedServerError::TooNew { path });
        assert!(matches!(embedded.refused(StoreError::NotFound("call")), EmbeddedServerError::Other(_)));
    }
}
