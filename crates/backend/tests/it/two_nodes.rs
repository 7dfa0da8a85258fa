//! Two servers over one store and one directory, with people at both.

use crate::{
    direct::Phone,
    directories::RemoteDirectory,
    events::{self, Socket},
};
use mobilecall_api::{
    auth::LoginResponse,
    calls::VoiceToken,
    events::{Event, Presence, PresenceState},
};
use mobilecall_backend::{
    Backend, BackendConfig, CancellationToken, Directory, EdgeConfig, Lease, LocalBroker, LoginLimits, PasswordCost,
    ServeError,
};
use mobilecall_domain::{Timestamp, UserId};
use mobilecall_store::{Company, Role, Store, User};
use mobilecall_store_sqlite::SqliteStore;
use mobilecall_testkit::{PASSWORD, eventually, password_hash, plain_client, within};
use mobilecall_transport::{MediaTransport as _, TransportConfig, WebRtcTransport};
use reqwest::{Response, StatusCode};
use serde_json::json;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinHandle};

/// A lease that ends only with its test.
const LONG: Duration = Duration::from_secs(600);
const OFTEN: Duration = Duration::from_millis(20);

struct Node {
    address: SocketAddr,
    shutdown: CancellationToken,
    serving: JoinHandle<Result<(), ServeError>>,
    /// Of the boss.
    session: LoginResponse,
}

impl Node {
    async fn start(
        store: &Arc<dyn Store>,
        directory: Arc<dyn Directory>,
        broker: &LocalBroker,
        instance: &str,
        lasts: Duration,
    ) -> Self {
        let config = BackendConfig {
            instance: instance.to_owned(),
            lease: Lease { renew_every: OFTEN, lasts },
            password_cost: PasswordCost::FOR_TESTS,
            edge: EdgeConfig::loopback(),
            ..BackendConfig::default()
        };
        let backend = Backend::among_nodes(Arc::clone(store), config, directory, broker).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
        let stop = shutdown.clone();
        let serving = tokio::spawn(async move { backend.serve(listener, stop).await });
        let session = sign_in(address, "boss").await.json().await.unwrap();
        Self { address, shutdown, serving, session }
    }

    async fn get(&self, session: &LoginResponse, path: &str) -> Response {
        let request = plain_client().get(format!("http://{}{path}", self.address)).bearer_auth(&session.token);
        request.send().await.unwrap()
    }

    async fn phone(&self, username: &str) -> Phone {
        let session = sign_in(self.address, username).await.json().await.unwrap();
        let token: VoiceToken = self.get(&session, "/api/calls/token").await.json().await.unwrap();
        let mut phone = Phone::at(self.address, &token.token).await;
        phone.hear("connected").await;
        phone.say("register", json!({"media": {"audio": true}})).await;
        phone.hear("ready").await;
        phone
    }

    /// Waits until this node's team shows the person so.
    async fn shows(&self, username: &str, state: PresenceState) {
        eventually(&format!("{username} is {state:?}"), async || {
            let team: Vec<Presence> = self.get(&self.session, "/api/team").await.json().await.unwrap();
            team.into_iter().any(|person| person.username == username && person.state == state).then_some(())
        })
        .await;
    }

    async fn stop(self) {
        self.shutdown.cancel();
        within("the end", self.serving).await.unwrap().unwrap();
    }

    /// As a kill does, as far as others can tell: nothing is said to anybody.
    async fn kill(self) {
        self.serving.abort();
        // An aborted task reports that it was; there is nothing else to learn.
        let _ = self.serving.await;
    }
}

async fn sign_in(address: SocketAddr, username: &str) -> Response {
    let body = json!({"username": username, "password": PASSWORD});
    plain_client().post(format!("http://{address}/api/auth/login")).json(&body).send().await.unwrap()
}

/// Alice (101), Basil (102) and their boss, who may sign in anywhere.
struct Nodes {
    directory: Arc<RemoteDirectory>,
    one: Node,
    two: Node,
}

async fn store() -> Arc<dyn Store> {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let now = Timestamp::now();
    let company = Company::new("Acme", "SA", now);
    store.create_company(&company).await.unwrap();
    for (username, extension, role) in
        [("alice", Some("101"), Role::Agent), ("basil", Some("102"), Role::Agent), ("boss", None, Role::Admin)]
    {
        let user = User {
            id: UserId::generate(),
            company_id: company.id,
            username: username.to_owned(),
            name: username.to_owned(),
            extension: extension.map(str::to_owned),
            password_hash: password_hash(),
            role,
            created_at: now,
        };
        store.create_user(&user).await.unwrap();
    }
    store
}

impl Nodes {
    /// The lease of the first lasts so long.
    async fn start(lasts: Duration) -> Self {
        let store = store().await;
        let directory = Arc::new(RemoteDirectory::start(LoginLimits::default()));
        let broker = LocalBroker::default();
        let one = Node::start(&store, directory.clone(), &broker, "one", lasts).await;
        let two = Node::start(&store, directory.clone(), &broker, "two", LONG).await;
        Self { directory, one, two }
    }
}

/// Waits until a reader of events hears that the person is this now.
async fn hears(events: &mut Socket, username: &str, state: PresenceState) {
    let told = async {
        loop {
            if let Event::Presence(person) = events::event(events).await
                && (person.username.as_str(), person.state) == (username, state)
            {
                return;
            }
        }
    };
    within(&format!("{username} is {state:?}"), told).await;
}

/// The code with which a call to this destination is refused.
async fn refused(phone: &mut Phone, to: &str) -> u64 {
    let invite = json!({"callsid": format!("TJS{to}"), "sdp": "v=0", "twilio": {"params": format!("To={to}")}});
    phone.say("invite", invite).await;
    phone.hear("hangup").await["error"]["code"].as_u64().unwrap()
}

/// With an offer of media that the server can answer.
async fn dial(phone: &mut Phone, to: &str) {
    let (media, _streams) = WebRtcTransport::new(TransportConfig::loopback()).await.unwrap();
    let offer = media.create_offer().await.unwrap();
    phone
        .say("invite", json!({"callsid": "TJS1", "sdp": offer.expose(), "twilio": {"params": format!("To={to}")}}))
        .await;
}

#[tokio::test]
async fn a_person_who_talks_at_one_node_is_busy_for_callers_at_another() {
    let nodes = Nodes::start(LONG).await;
    let mut alice = nodes.two.phone("alice").await;
    let mut basil = nodes.one.phone("basil").await;
    // Basil has a free phone at Alice's node too.
    let _other = nodes.two.phone("basil").await;
    dial(&mut basil, "*43").await;
    let call = basil.hear("answer").await;
    for node in [&nodes.one, &nodes.two] {
        node.shows("basil", PresenceState::Busy).await;
    }
    assert_eq!(refused(&mut alice, "102").await, 31486);

    basil.say("hangup", json!({"callsid": call["callsid"]})).await;
    nodes.two.shows("basil", PresenceState::Available).await;
    basil.hang_up_the_socket().await;
    nodes.one.stop().await;
    nodes.two.shows("basil", PresenceState::Available).await;
    nodes.two.stop().await;
}

#[tokio::test]
async fn a_person_who_is_only_at_another_node_is_not_called_offline() {
    let nodes = Nodes::start(LONG).await;
    let mut alice = nodes.two.phone("alice").await;
    assert_eq!(refused(&mut alice, "102").await, 31480);
    let _basil = nodes.one.phone("basil").await;
    nodes.two.shows("basil", PresenceState::Available).await;
    assert_eq!(refused(&mut alice, "102").await, 31502);

    nodes.one.stop().await;
    nodes.two.shows("basil", PresenceState::Offline).await;
    assert_eq!(refused(&mut alice, "102").await, 31480);
    nodes.two.stop().await;
}

#[tokio::test]
async fn a_node_that_dies_takes_its_people_offline_and_those_who_listen_hear_it() {
    let nodes = Nodes::start(25 * OFTEN).await;
    let mut events = events::connect_to(nodes.two.address, &nodes.two.session, "").await.unwrap();
    let _basil = nodes.one.phone("basil").await;
    hears(&mut events, "basil", PresenceState::Available).await;
    nodes.one.kill().await;
    hears(&mut events, "basil", PresenceState::Offline).await;
    nodes.two.stop().await;
}

#[tokio::test]
async fn what_changes_at_one_node_is_an_event_at_the_other() {
    let nodes = Nodes::start(LONG).await;
    let mut events = events::connect_to(nodes.two.address, &nodes.two.session, "").await.unwrap();
    let mut basil = nodes.one.phone("basil").await;
    hears(&mut events, "basil", PresenceState::Available).await;
    dial(&mut basil, "*43").await;
    hears(&mut events, "basil", PresenceState::Busy).await;
    nodes.one.stop().await;
    hears(&mut events, "basil", PresenceState::Offline).await;
    nodes.two.stop().await;
}

#[tokio::test]
async fn a_directory_that_lost_everything_is_told_again() {
    let nodes = Nodes::start(LONG).await;
    let _basil = nodes.one.phone("basil").await;
    nodes.two.shows("basil", PresenceState::Available).await;
    nodes.directory.lose().await;
    nodes.two.shows("basil", PresenceState::Available).await;
    nodes.one.stop().await;
    nodes.two.stop().await;
}

#[tokio::test]
async fn without_the_directory_phones_of_one_node_call_each_other() {
    let nodes = Nodes::start(LONG).await;
    let mut alice = nodes.one.phone("alice").await;
    let mut basil = nodes.one.phone("basil").await;
    nodes.directory.cut();
    dial(&mut alice, "102").await;
    basil.hear("invite").await;
    let team = nodes.one.get(&nodes.one.session, "/api/team").await;
    assert_eq!(team.status(), StatusCode::SERVICE_UNAVAILABLE, "nobody is shown as offline who is not");
    let refused = sign_in(nodes.one.address, "alice").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE, "nobody guesses passwords uncounted");
    // Stopping in order would wait a while for the directory.
    nodes.one.kill().await;
    nodes.two.kill().await;
}
