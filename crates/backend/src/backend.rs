//! A backend: its parts joined, the sessions it opens without a password, its life.

use crate::{
    announce::{AnnouncedChanges, Announcer, Broker, LocalBroker},
    config::BackendConfig,
    directory::{BoundedDirectory, Directory, LocalDirectory},
    edge_host::BackendHost,
    error::{ApiError, chain},
    event_socket::SocketSlots,
    health::DatabaseCheck,
    hub::Hub,
    node::NodeLease,
    openapi::openapi_json,
    openings::Openings,
    passwords::{PasswordError, Passwords},
    presence::NodePresence,
    relays::TwilioRelays,
    slots::Slots,
    state::{Shared, State},
    tokens::{Tokens, fresh_identity},
    twilio::rest::Rest,
};
use mobilecall_api::auth::LoginResponse;
use mobilecall_domain::{Timestamp, UserId};
use mobilecall_edge::{Edge, EdgeConfig};
use mobilecall_store::{Company, Role, Store, StoreError, User};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const LOCAL_COMPANY: &str = "Local";
const LOCAL_USERNAME: &str = "agent";
const LOCAL_EXTENSION: &str = "100";
const LOCAL_REGION: &str = "SA";

/// No hash of this form exists, so no password fits.
pub(crate) const NO_PASSWORD: &str = "!";

/// A backend over a store, ready to serve. Cheap to clone; serve it once.
#[derive(Clone)]
pub struct Backend {
    pub(crate) state: Shared,
}

/// Why a backend cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store refused.
    #[error("the database could not be prepared")]
    Store(#[from] StoreError),
    /// The configured cost of passwords is not possible.
    #[error("the configured cost of passwords is not possible: use at least 8 KiB and one pass")]
    PasswordCost(#[source] PasswordError),
    /// The embedded agent's name belongs to somebody else in this database.
    #[error("this database is not one of a desktop app: sign in with a user name and a password")]
    NotLocal,
    /// Something that must not happen; the log says what.
    #[error("a session for the local agent could not be opened: see the log")]
    Session,
}

impl Backend {
    /// Joins the parts, gives a new database its identity, begins a fresh range of change numbers, takes this server's
    /// lease, and ends direct calls that a killed server left open.
    pub async fn new(store: Arc<dyn Store>, config: BackendConfig) -> Result<Self, StartError> {
        let directory = Arc::new(LocalDirectory::new(config.login));
        Self::among_nodes(store, config, directory, &LocalBroker::default()).await
    }

    /// As [`Self::new`], with what all servers over the store share: the directory, and what carries announcements from
    /// one to the others.
    pub async fn among_nodes(
        store: Arc<dyn Store>,
        config: BackendConfig,
        directory: Arc<dyn Directory>,
        broker: &dyn Broker,
    ) -> Result<Self, StartError> {
        let directory: Arc<dyn Directory> = Arc::new(BoundedDirectory(directory));
        let identity = store.server_identity(fresh_identity()).await?;
        // In case the database was put back from a backup: devices may know numbers that it has not given yet.
        store.skip_sequences(u64::try_from(Timestamp::now().as_millis()).unwrap_or(0)).await?;
        let hub = Arc::new(Hub::new(Arc::clone(&store), Arc::clone(&directory), config.limits));
        let announcer: Arc<dyn Announcer> = broker.join(hub.clone());
        let lease = NodeLease::take(Arc::clone(&store), &config.instance, config.lease).await?;
        let announced_changes = AnnouncedChanges::of(&*store, Arc::clone(&announcer));
        lease.close_abandoned_calls().await?;
        let edge_config = EdgeConfig { account_sid: identity.account_sid.clone(), ..config.edge.clone() };
        let tokens = Arc::new(Tokens::new(identity));
        let closing = CancellationToken::new();
        let (node, instance) = (lease.id(), config.instance.clone());
        let presence = NodePresence::new(Arc::clone(&directory), Arc::clone(&announcer), node, instance, config.lease);
        if let Err(error) = presence.renew().await {
            tracing::warn!(cause = chain(&error), "this server is not in the directory yet");
        }
        let host = BackendHost {
            store: Arc::clone(&store),
            presence: presence.clone(),
            openings: Openings::new(Arc::clone(&store), lease.id(), closing.clone()),
            tokens: Arc::clone(&tokens),
        };
        let state = State {
            tokens,
            passwords: Passwords::new(config.password_cost).await.map_err(StartError::PasswordCost)?,
            edge: Edge::new(Arc::new(host), edge_config),
            rest: Rest::new(&config.twilio),
            twilio_relays: TwilioRelays::default(),
            directory,
            presence,
            announcer,
            hub,
            lease,
            database_check: DatabaseCheck::new(Arc::clone(&store)),
            announced_changes,
            event_sockets: SocketSlots::new(config.limits),
            unknown_phones: Slots::new(),
            sign_ins: Arc::new(Semaphore::new(config.limits.concurrent_sign_ins)),
            requests: Arc::new(Semaphore::new(config.limits.concurrent_requests)),
            description: openapi_json,
            closing,
            tasks: TaskTracker::new(),
            store,
            config,
        };
        Ok(Self { state: Arc::new(state) })
    }

    /// Signs the desktop app's own agent in: company "Local", agent `agent`, extension 100, made on first use. Only the
    /// process that embeds the backend can call this; over HTTP no password fits this agent.
    pub async fn local_session(&self) -> Result<LoginResponse, StartError> {
        let user = self.local_user().await?;
        self.state.open_session(&user).await.map_err(|error: ApiError| {
            tracing::error!(?error, "the local agent could not be signed in");
            StartError::Session
        })
    }

    async fn local_user(&self) -> Result<User, StartError> {
        let store = &self.state.store;
        let company = match store.company_by_name(LOCAL_COMPANY).await? {
            Some(company) => company,
            None => {
                let company = Company::new(LOCAL_COMPANY, LOCAL_REGION, Timestamp::now());
                store.create_company(&company).await?;
                company
            }
        };
        if let Some(user) = store.user_by_username(LOCAL_USERNAME).await? {
            return if user.company_id == company.id { Ok(user) } else { Err(StartError::NotLocal) };
        }
        let user = User {
            id: UserId::generate(),
            company_id: company.id,
            username: LOCAL_USERNAME.to_owned(),
            name: "Agent".to_owned(),
            extension: Some(LOCAL_EXTENSION.to_owned()),
            password_hash: NO_PASSWORD.to_owned(),
            role: Role::Agent,
            created_at: Timestamp::now(),
        };
        store.create_user(&user).await?;
        Ok(user)
    }
}
