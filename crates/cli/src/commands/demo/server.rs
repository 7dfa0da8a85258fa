//! The server of the demonstration: the real backend over a database in a passing folder.

use mobilecall_backend::{Backend, BackendConfig, CancellationToken, PasswordCost, hash_password};
use mobilecall_domain::{Timestamp, UserId};
use mobilecall_ipc::{ErrorCode, Failure};
use mobilecall_store::{Company, Role, Store, User};
use mobilecall_store_sqlite::SqliteStore;
use std::{error::Error, path::Path, sync::Arc};
use tokio::{net::TcpListener, task::JoinHandle};

/// Somebody with a softphone.
pub(super) struct Person {
    pub(super) username: &'static str,
    pub(super) name: &'static str,
    pub(super) extension: &'static str,
}

pub(super) const CALLER: Person = Person { username: "layla", name: "Layla", extension: "101" };
pub(super) const CALLEE: Person = Person { username: "omar", name: "Omar", extension: "102" };

/// The running server.
pub(super) struct DemoServer {
    url: String,
    password: String,
    store: Arc<dyn Store>,
    shutdown: CancellationToken,
    serving: JoinHandle<()>,
}

impl DemoServer {
    pub(super) async fn start(folder: &Path) -> Result<Self, Failure> {
        Box::pin(Self::try_start(folder)).await.map_err(|error| {
            Failure::new(ErrorCode::EmbeddedServerFailed, format!("the server of the demonstration failed: {error}"))
        })
    }

    async fn try_start(folder: &Path) -> Result<Self, Box<dyn Error + Send + Sync>> {
        std::fs::create_dir_all(folder)?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.join("backend.sqlite")).await?);
        let config = BackendConfig::default();
        let password = UserId::generate().to_string();
        add_people(store.as_ref(), &password, config.password_cost).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let backend = Backend::new(Arc::clone(&store), config).await?;
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let serving = tokio::spawn(async move {
            if let Err(error) = backend.serve(listener, stop).await {
                tracing::error!(%error, "the server of the demonstration ended badly");
            }
        });
        Ok(Self { url, password, store, shutdown, serving })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Everybody's password, made up for this run.
    pub(super) fn password(&self) -> &str {
        &self.password
    }

    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the server of the demonstration panicked");
        }
        self.store.close().await;
    }
}

async fn add_people(store: &dyn Store, password: &str, cost: PasswordCost) -> Result<(), Box<dyn Error + Send + Sync>> {
    let now = Timestamp::now();
    let company = Company::new("Demonstration", "SA", now);
    store.create_company(&company).await?;
    for person in [CALLER, CALLEE] {
        let user = User {
            id: UserId::generate(),
            company_id: company.id,
            username: person.username.to_owned(),
            name: person.name.to_owned(),
            extension: Some(person.extension.to_owned()),
            password_hash: hash_password(password, cost)?,
            role: Role::Agent,
            created_at: now,
        };
        store.create_user(&user).await?;
    }
    Ok(())
}
