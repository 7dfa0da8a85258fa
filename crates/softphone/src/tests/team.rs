//! Colleagues who come and change while the agent is signed in.

use super::{Rig, within};
use crate::{Engine, EngineConfig, message::Message};
use mobilecall_client::{Person, Presence, PresenceState, SyncEvent};
use mobilecall_domain::UserId;
use mobilecall_ipc::{
    Colleague, Command, PresenceState as Shown, Preview, Reply, ServerChoice, SessionView, Settings, SyncView,
};
use mobilecall_testkit::{Fault, PASSWORD, TestServer};

/// Who would be called.
async fn called_by(engine: &Engine, text: &str) -> Option<(String, Option<String>)> {
    match engine.send(Command::Preview { text: text.to_owned(), line: None }).await.unwrap() {
        Reply::Preview { preview: Preview::WillCall { address, name, .. } } => Some((address, name)),
        _ => None,
    }
}

#[tokio::test]
async fn who_is_added_at_the_server_is_in_the_team_at_once() {
    let server = TestServer::start().await;
    let company = server.company("Acme").await;
    server.agent(&company, "alice", "101").await;
    server.agent(&company, "bob", "102").await;
    let folder = tempfile::tempdir().unwrap();
    let choice = ServerChoice::Remote { url: server.base_url() };
    let settings = Settings { auto_connect: false, server: choice, ..Settings::default() };
    let engine = Engine::start(EngineConfig { settings: Some(settings), ..EngineConfig::new(folder.path()) }).await;
    let engine = engine.unwrap();
    let mut events = engine.subscribe();
    let mut team_is = async |expected: &[&str]| {
        within("the team", async {
            loop {
                let snapshot = engine.snapshot().await;
                let names = snapshot.team.iter().map(|one| one.username.as_str());
                if names.eq(expected.iter().copied()) && matches!(snapshot.sync, SyncView::UpToDate { .. }) {
                    return snapshot.team;
                }
                events.recv().await.unwrap();
            }
        })
        .await
    };
    engine.send(Command::Connect).await.unwrap();
    engine.send(Command::SignIn { username: "alice".into(), password: PASSWORD.into() }).await.unwrap();
    team_is(&["bob"]).await;
    server.agent(&company, "carol", "103").await;
    team_is(&["bob", "carol"]).await;

    // From now on nobody can ask for the team again.
    server.faults().set(Fault::HangUsers);
    server.agent(&company, "dave", "104").await;
    let team = team_is(&["bob", "carol", "dave"]).await;
    let dave = Colleague {
        username: "dave".into(),
        name: "dave of the tests".into(),
        extension: Some("104".into()),
        presence: Shown::Offline,
    };
    assert_eq!((team.last(), server.faults().hanging()), (Some(&dave), 0));
    assert_eq!(called_by(&engine, "dave").await, Some(("104".into(), Some("dave of the tests".into()))));
    server.faults().set(Fault::None);
    engine.shutdown().await;
}

#[tokio::test]
async fn who_changes_keeps_their_place_and_state() {
    let mut rig = Rig::start().await;
    let person = |user_id, name: &str, extension: &str| Person {
        user_id,
        username: name.to_lowercase(),
        name: name.to_owned(),
        extension: Some(extension.to_owned()),
    };
    let (bob, carol) = (UserId::generate(), UserId::generate());
    let say = async |event| rig.engine.inbox.send(Message::Sync { epoch: 0, event }).await.unwrap();
    say(SyncEvent::People(vec![person(carol, "Carol", "103")])).await;
    let alone = rig.engine.snapshot().await.team;
    assert_eq!(alone, [], "one changed person is not the team, which has not come yet");

    let Person { user_id, username, name, extension } = person(bob, "Bob", "102");
    say(SyncEvent::Team(vec![Presence { user_id, username, name, extension, state: PresenceState::Busy }])).await;
    let renamed = Person { name: "Robert".to_owned(), ..person(bob, "Bob", "202") };
    say(SyncEvent::People(vec![renamed, person(carol, "Carol", "103")])).await;
    let shown = |username: &str, name: &str, extension: &str, presence| Colleague {
        username: username.to_owned(),
        name: name.to_owned(),
        extension: Some(extension.to_owned()),
        presence,
    };
    let expected = [shown("carol", "Carol", "103", Shown::Offline), shown("bob", "Robert", "202", Shown::Busy)];
    rig.until("the team", |snapshot| snapshot.team == expected).await;
    assert_eq!(called_by(&rig.engine, "robert").await, Some(("202".into(), Some("Robert".into()))));
}

#[tokio::test]
async fn the_agents_own_name_and_number_are_followed() {
    let mut rig = Rig::start().await;
    let me = rig.profile.user.clone();
    let changed = Person {
        user_id: me.id,
        username: me.username,
        name: "Alice Smith".to_owned(),
        extension: Some("909".to_owned()),
    };
    let event = SyncEvent::People(vec![changed]);
    rig.engine.inbox.send(Message::Sync { epoch: 0, event }).await.unwrap();
    rig.until("the session", |snapshot| match &snapshot.session {
        SessionView::SignedIn { name, extension, .. } => name == "Alice Smith" && extension.as_deref() == Some("909"),
        SessionView::SignedOut { .. } | SessionView::SigningIn => false,
    })
    .await;
}
