//! Several servers over one store, one after the other or side by side.

use mobilecall_api::calls::VoiceToken;
use mobilecall_backend::{Backend, BackendConfig, Lease, PasswordCost};
use mobilecall_domain::{CallStatus, CompanyId, Timestamp};
use mobilecall_store::{Company, Node, NodeId, Role, Scope, Store, User};
use mobilecall_store_sqlite::SqliteStore;
use mobilecall_testkit::{TestServer, call, eventually};
use std::{sync::Arc, time::Duration};

async fn start(store: &Arc<dyn Store>, instance: &str) -> Backend {
    let config = BackendConfig {
        instance: instance.to_owned(),
        password_cost: PasswordCost::FOR_TESTS,
        ..BackendConfig::default()
    };
    Backend::new(Arc::clone(store), config).await.unwrap()
}

async fn agent(store: &dyn Store) -> User {
    let now = Timestamp::now();
    let company = Company::new("Acme", "SA", now);
    store.create_company(&company).await.unwrap();
    let user = User {
        id: mobilecall_domain::UserId::generate(),
        company_id: company.id,
        username: "alice".to_owned(),
        name: "Alice".to_owned(),
        extension: None,
        password_hash: "!".to_owned(),
        role: Role::Agent,
        created_at: now,
    };
    store.create_user(&user).await.unwrap();
    user
}

/// A call that an earlier run of `instance`, whose lease still holds until `lease_until`, carries.
async fn carried(store: &dyn Store, alice: &User, instance: &str, lease_until: Timestamp) -> mobilecall_domain::CallId {
    let node = Node { id: NodeId::generate(), instance: instance.to_owned() };
    let now = Timestamp::now();
    store.renew_lease(&node, now, lease_until).await.unwrap();
    let record = call(alice.company_id, alice.id).status(CallStatus::InProgress).build();
    store.open_calls(std::slice::from_ref(&record), node.id, now).await.unwrap();
    record.id
}

#[tokio::test]
async fn a_starting_server_ends_only_calls_whose_server_is_dead() {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let alice = agent(store.as_ref()).await;
    let (past, future) =
        (Timestamp::now().minus(Duration::from_secs(1)), Timestamp::now().plus(Duration::from_secs(60)));
    let own = carried(store.as_ref(), &alice, "second", future).await;
    let living = carried(store.as_ref(), &alice, "first", future).await;
    let dead = carried(store.as_ref(), &alice, "third", past).await;
    let reported = call(alice.company_id, alice.id).build();
    store.save_call(&reported, Timestamp::now()).await.unwrap();

    let _second = start(&store, "second").await;
    let scope = Scope::everybody(alice.company_id);
    let status = async |id| store.call(scope, id).await.unwrap().unwrap().status;
    assert_eq!(status(own).await, CallStatus::Completed, "its own earlier run is over at once");
    assert_eq!(status(dead).await, CallStatus::Completed, "nobody has heard of that server for long");
    assert_eq!(status(living).await, CallStatus::InProgress, "another server carries it");
    assert_eq!(status(reported.id).await, CallStatus::Initiated, "and this one may be with that server too");
}

#[tokio::test]
async fn two_servers_that_start_over_one_store_leave_each_other_alone() {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
    let alice = agent(store.as_ref()).await;
    let _first = start(&store, "first").await;
    let reported = call(alice.company_id, alice.id).build();
    store.save_call(&reported, Timestamp::now()).await.unwrap();
    let scope = Scope::everybody(alice.company_id);
    let _second = start(&store, "second").await;
    let status = store.call(scope, reported.id).await.unwrap().unwrap().status;
    assert_eq!(status, CallStatus::Initiated, "the first server lives");
}

#[tokio::test]
async fn after_a_backup_was_put_back_no_change_is_missed() {
    let server = TestServer::start().await;
    let company = server.company("Acme").await;
    let alice = server.agent(&company, "alice", "101").await;
    let scope = Scope::everybody(company.id);
    let make = async |server: &TestServer| {
        let record = call(company.id, alice.user.id).status(CallStatus::Busy).build();
        server.store().save_call(&record, Timestamp::now()).await.unwrap();
        record.id
    };
    make(&server).await;
    let directory = server.stop().await;
    let (file, backup) = (directory.path().join("backend.sqlite"), directory.path().join("backup"));
    std::fs::copy(&file, &backup).unwrap();

    // A device sees three more changes, which are then lost.
    let server = TestServer::builder().directory(directory).start().await;
    for _ in 0..3 {
        make(&server).await;
    }
    let seen = server.store().sequence(company.id).await.unwrap();
    let directory = server.stop().await;
    std::fs::rename(&backup, &file).unwrap();

    let server = TestServer::builder().directory(directory).start().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(make(&server).await);
    }
    let news = server.store().changes_since(scope, seen, 10).await.unwrap();
    let news = news.changes.into_iter().map(|change| match change.entity {
        mobilecall_store::Entity::Call(record) => record.id,
        other @ (mobilecall_store::Entity::Person(_) | mobilecall_store::Entity::Company(_)) => {
            panic!("no call but {other:?}")
        }
    });
    assert_eq!(news.collect::<Vec<_>>(), made);
}

#[tokio::test]
async fn phones_of_a_pinned_company_are_sent_to_its_node() {
    let server = TestServer::start().await;
    let signaling = async |company: &Company, name: &str, extension: &str| {
        let session = server.sign_in(&server.agent(company, name, extension).await).await;
        let token: VoiceToken = server.get(&session, "/api/calls/token").await.json().await.unwrap();
        token.signaling
    };
    let free = server.company("Free").await;
    assert_eq!(signaling(&free, "alice", "101").await, "/signal");
    let node = "wss://node2.example/signal";
    for (name, settings, expected) in [
        ("pinned", serde_json::json!({"signaling": node, "recording": true}), node),
        ("odd", serde_json::json!({"signaling": 7}), "/signal"),
        ("bare", serde_json::json!([]), "/signal"),
    ] {
        let id = CompanyId::generate();
        let company = Company { id, name: name.to_owned(), settings, ..free.clone() };
        server.store().create_company(&company).await.unwrap();
        assert_eq!(signaling(&company, name, "101").await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_running_server_ends_the_calls_of_one_that_died() {
    let lease = Lease { renew_every: Duration::from_millis(20), lasts: Duration::from_secs(60) };
    let server = TestServer::builder().config(move |config| config.lease = lease).start().await;
    let company = server.company("Acme").await;
    let alice = server.agent(&company, "alice", "101").await.user;
    let (scope, store) = (Scope::everybody(company.id), server.store());
    let living = carried(store.as_ref(), &alice, "living", Timestamp::now().plus(Duration::from_secs(60))).await;
    let own = carried(store.as_ref(), &alice, "main", Timestamp::now().plus(Duration::from_secs(60))).await;
    let dead = carried(store.as_ref(), &alice, "dead", Timestamp::now().plus(Duration::from_millis(100))).await;
    let status = async |id| store.call(scope, id).await.unwrap().unwrap().status;
    eventually("the end of the call", async || (status(dead).await == CallStatus::Completed).then_some(())).await;
    let last_sign = store.call(scope, dead).await.unwrap().unwrap().ended_at;
    assert!(last_sign.is_some_and(|end| end <= Timestamp::now()), "{last_sign:?}");
    assert_eq!(status(living).await, CallStatus::InProgress, "the server that carries it lives");
    assert_eq!(status(own).await, CallStatus::InProgress, "only its next start knows that an earlier run is over");
}
