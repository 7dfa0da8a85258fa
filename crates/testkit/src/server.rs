//! A backend as users have it: the real router over real SQLite in a directory of its own, on a free port.

use crate::{FaultyStore, PASSWORD, TestCertificate, TestUser, eventually, plain_client, tls_client, within};
use mobilecall_api::auth::LoginResponse;
use mobilecall_backend::{Backend, BackendConfig, CancellationToken, PasswordCost, SecretKeyStore, ServeError, tls};
use mobilecall_domain::{CallRecord, Timestamp};
use mobilecall_store::{Company, Role, ServerIdentity, Store};
use mobilecall_store_sqlite::SqliteStore;
use reqwest::{Method, RequestBuilder, Response};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

type Adjust = Box<dyn FnOnce(&mut BackendConfig) + Send>;

/// How the server is set up.
#[derive(Default)]
pub struct TestServerBuilder {
    directory: Option<TempDir>,
    with_tls: bool,
    adjust: Vec<Adjust>,
    address: Option<SocketAddr>,
    listener: Option<TcpListener>,
}

impl TestServerBuilder {
    /// Speak TLS with a certificate of an authority of its own.
    pub fn tls(mut self) -> Self {
        self.with_tls = true;
        self
    }
    /// Change the configuration, which begins with the defaults and quick passwords.
    pub fn config(mut self, adjust: impl FnOnce(&mut BackendConfig) + Send + 'static) -> Self {
        self.adjust.push(Box::new(adjust));
        self
    }
    /// Go on with the database of a server that has stopped.
    pub fn directory(mut self, directory: TempDir) -> Self {
        self.directory = Some(directory);
        self
    }
    /// Listen here instead of a free port, as a server that is started again does.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }
    /// Answer who comes here, on a port that was held until now.
    pub fn listener(mut self, listener: TcpListener) -> Self {
        self.listener = Some(listener);
        self
    }
    /// Starts it; when this returns it answers.
    pub async fn start(self) -> TestServer {
        let directory = self.directory.unwrap_or_else(|| tempfile::tempdir().expect("a directory can be made"));
        let mut config = BackendConfig { password_cost: PasswordCost::FOR_TESTS, ..BackendConfig::default() };
        // Asked for by the clock and by no request; a test that makes the database fail must know what fails.
        config.limits.look_at_log = Duration::from_secs(60 * 60);
        config.twilio.secret_keys = Some(SecretKeyStore::in_file(directory.path().join("backend.key")));
        let certificate = self.with_tls.then(|| TestCertificate::write(directory.path()));
        if let Some(certificate) = &certificate {
            let loaded = tls::load(&certificate.certificate_file(), &certificate.key_file());
            config.tls = Some(loaded.expect("the certificate is good"));
        }
        for adjust in self.adjust {
            adjust(&mut config);
        }
        let sqlite = SqliteStore::open(&directory.path().join("backend.sqlite")).await.expect("a store can be opened");
        let faults = FaultyStore::over(Arc::new(sqlite.clone()));
        let store: Arc<dyn Store> = Arc::new(faults.clone());
        let address = self.address.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
        // A port that was given back may be lent to a connection of another test for a moment.
        let listener = match self.listener {
            Some(listener) => listener,
            None => eventually("a free port", async || TcpListener::bind(address).await.ok()).await,
        };
        let address = listener.local_addr().expect("a bound listener has an address");
        let backend = Backend::new(Arc::clone(&store), config).await.expect("the backend starts");
        let shutdown = CancellationToken::new();
        let (served, stop) = (backend.clone(), shutdown.clone());
        let serving = tokio::spawn(async move { served.serve(listener, stop).await });
        let client = certificate.as_ref().map_or_else(plain_client, |made| tls_client(&made.ca_file()));
        TestServer { address, faults, sqlite, store, backend, shutdown, serving, client, certificate, directory }
    }
}

/// A running server; dropping it stops it and removes its directory.
pub struct TestServer {
    address: SocketAddr,
    faults: FaultyStore,
    sqlite: SqliteStore,
    store: Arc<dyn Store>,
    backend: Backend,
    shutdown: CancellationToken,
    serving: JoinHandle<Result<(), ServeError>>,
    client: reqwest::Client,
    certificate: Option<TestCertificate>,
    directory: TempDir,
}

impl TestServer {
    /// How to set one up.
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder::default()
    }
    /// One with the defaults.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    /// `http://127.0.0.1:PORT` or `https://localhost:PORT`.
    pub fn base_url(&self) -> String {
        let port = self.address.port();
        if self.certificate.is_some() {
            format!("https://localhost:{port}")
        } else {
            format!("http://127.0.0.1:{port}")
        }
    }
    /// The authority that clients of a TLS server must trust.
    pub fn ca_file(&self) -> Option<PathBuf> {
        self.certificate.as_ref().map(TestCertificate::ca_file)
    }
    /// The database's faults, of which there are none at first.
    pub fn faults(&self) -> &FaultyStore {
        &self.faults
    }
    /// The store underneath.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
    /// How much was written to the database, and in how many commits.
    pub fn written(&self) -> mobilecall_store_sqlite::Statistics {
        self.sqlite.statistics()
    }
    /// The backend itself.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }
    /// Where its database is.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
    /// The secret that signs its voice tokens.
    pub async fn voice_secret(&self) -> String {
        let text = String::new;
        // Only kept by a server that has none yet, which a running one never is.
        let none = ServerIdentity {
            account_sid: text(),
            key_sid: text(),
            app_sid: text(),
            voice_secret: text(),
            session_secret: text(),
        };
        self.store.server_identity(none).await.expect("the store answers").voice_secret
    }
    /// A client that trusts it, follows no proxy and has no session.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Adds a company.
    pub async fn company(&self, name: &str) -> Company {
        let company = Company::new(name, "SA", Timestamp::now());
        self.store.create_company(&company).await.expect("the name is free");
        company
    }
    /// Adds a person whose password is [`PASSWORD`].
    pub async fn user(&self, company: &Company, username: &str, extension: Option<&str>, role: Role) -> TestUser {
        let user = TestUser::new(company.id, username, extension, role);
        self.store.create_user(&user.user).await.expect("the name is free");
        user
    }
    /// Adds an agent whose password is [`PASSWORD`].
    pub async fn agent(&self, company: &Company, username: &str, extension: &str) -> TestUser {
        self.user(company, username, Some(extension), Role::Agent).await
    }
    /// Adds many calls at once, as a long history.
    pub async fn import(&self, records: &[CallRecord]) {
        self.store.save_calls(records, Timestamp::now()).await.expect("the ids are free");
    }
    /// Signs in over HTTP.
    pub async fn sign_in(&self, user: &TestUser) -> LoginResponse {
        let body = serde_json::json!({"username": user.username(), "password": PASSWORD});
        let request = self.client.post(format!("{}/api/auth/login", self.base_url())).json(&body);
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), 200, "{} can sign in", user.username());
        response.json().await.expect("a login response")
    }

    /// A request with the session's token.
    pub fn request(&self, session: &LoginResponse, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base_url())).bearer_auth(&session.token)
    }
    /// `GET` with the session's token.
    pub async fn get(&self, session: &LoginResponse, path: &str) -> Response {
        self.request(session, Method::GET, path).send().await.expect("the server answers")
    }

    /// Stops it in order and gives back its directory, so that another can go on with it.
    pub async fn stop(self) -> TempDir {
        let Self { shutdown, serving, store, directory, client, .. } = self;
        drop(client);
        shutdown.cancel();
        let served = within("the server's end", serving).await.expect("serving does not panic");
        served.expect("serving ends well");
        store.close().await;
        directory
    }
    /// Stops it at once, as a kill does: nothing is finished, nothing is said to anybody.
    pub async fn kill(self) -> TempDir {
        self.serving.abort();
        // An aborted task reports that it was; there is nothing else to learn.
        let _ = self.serving.await;
        self.store.close().await;
        self.directory
    }
}
