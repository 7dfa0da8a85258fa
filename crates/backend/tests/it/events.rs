//! Live events.

use crate::office::{Office, Person};
use futures_util::{SinkExt as _, StreamExt as _};
use mobilecall_api::{
    auth::LoginResponse,
    events::{Event, PresenceState},
    people,
};
use mobilecall_domain::{CallId, Timestamp};
use mobilecall_store::{Companies as _, Role, Store as _};
use mobilecall_store_sqlite::SqliteStore;
use mobilecall_testkit::{TestUser, within};
use reqwest::Method;
use serde_json::json;
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _, http::StatusCode},
};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) async fn connect(office: &Office, who: &Person, query: &str) -> Result<Socket, tungstenite::Error> {
    connect_to(office.server.address(), &who.session, query).await
}

/// The same at any server.
pub(crate) async fn connect_to(
    address: SocketAddr,
    session: &LoginResponse,
    query: &str,
) -> Result<Socket, tungstenite::Error> {
    let mut request = format!("ws://{address}/api/events{query}").into_client_request().unwrap();
    let bearer = format!("Bearer {}", session.token).parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    connect_async(request).await.map(|(socket, _)| socket)
}

pub(crate) async fn listen(office: &Office, who: &Person, query: &str) -> Socket {
    connect(office, who, query).await.expect("the socket opens")
}

/// The next frame that is not a ping.
async fn frame(socket: &mut Socket) -> Option<Message> {
    within("an event", async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Ping(_))) => {}
                Some(Ok(frame)) => return Some(frame),
                Some(Err(_)) | None => return None,
            }
        }
    })
    .await
}

pub(crate) async fn event(socket: &mut Socket) -> Event {
    match frame(socket).await {
        Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
        other => panic!("no event but {other:?}"),
    }
}

async fn call_event(socket: &mut Socket) -> (u64, CallId) {
    match event(socket).await {
        Event::Call { sequence, call } => (sequence, call.id),
        other => panic!("no call but {other:?}"),
    }
}

async fn close_code(socket: &mut Socket) -> Option<u16> {
    match frame(socket).await {
        Some(Message::Close(frame)) => frame.map(|frame| frame.code.into()),
        other => panic!("no close but {other:?}"),
    }
}

#[tokio::test]
async fn changes_are_told_as_they_happen_to_whom_they_concern() {
    let office = Office::open().await;
    office.dial(&office.alice, "102").await;
    let (acme, zenith) = (office.sequence(&office.acme).await, office.sequence(&office.zenith).await);
    let mut alice = listen(&office, &office.alice, "").await;
    let mut basil = listen(&office, &office.basil, "").await;
    let mut boss = listen(&office, &office.boss, "").await;
    let mut zoe = listen(&office, &office.zoe, "").await;
    for (socket, sequence) in [(&mut alice, acme), (&mut basil, acme), (&mut boss, acme), (&mut zoe, zenith)] {
        assert_eq!(event(socket).await, Event::Hello { sequence });
    }
    // Each change is waited for, since changes that come at once are told as one.
    let call = office.dial(&office.alice, "103").await;
    assert_eq!(event(&mut alice).await, Event::Call { sequence: acme + 1, call: Box::new(call.clone()) });
    assert_eq!(call_event(&mut boss).await, (acme + 1, call.id));
    let changed = office.amend(&office.alice, call.id, &json!({"status": "ringing"})).await;
    assert_eq!(event(&mut alice).await, Event::Call { sequence: acme + 2, call: Box::new(changed) });
    assert_eq!(call_event(&mut boss).await, (acme + 2, call.id));
    office.amend(&office.alice, call.id, &json!({"status": "ringing"})).await;
    let mine = office.dial(&office.basil, "101").await;
    assert_eq!(call_event(&mut basil).await, (acme + 3, mine.id));
    assert_eq!(call_event(&mut boss).await, (acme + 3, mine.id), "nothing was told of what was known");
    let foreign = office.dial(&office.zoe, "101").await;
    assert_eq!(call_event(&mut zoe).await, (zenith + 1, foreign.id));
}

#[tokio::test]
async fn who_joins_the_company_is_told_to_everybody_in_it() {
    let office = Office::open().await;
    let before = office.sequence(&office.acme).await;
    let mut alice = listen(&office, &office.alice, "").await;
    let mut boss = listen(&office, &office.boss, "").await;
    let mut zoe = listen(&office, &office.zoe, "").await;
    for socket in [&mut alice, &mut boss, &mut zoe] {
        assert!(matches!(event(socket).await, Event::Hello { .. }));
    }
    let carol = office.server.agent(&office.acme, "carol", "103").await.user;
    let mobilecall_store::User { id: user_id, username, name, extension, .. } = carol;
    let person = people::Person { user_id, username, name, extension };
    let told = Event::Person { sequence: before + 1, person };
    for socket in [&mut alice, &mut boss] {
        assert_eq!(event(socket).await, told);
    }
    let mut late = listen(&office, &office.basil, &format!("?since={before}")).await;
    assert_eq!(event(&mut late).await, Event::Hello { sequence: before + 1 });
    assert_eq!(event(&mut late).await, told, "who was away hears it too");
    let foreign = office.dial(&office.zoe, "101").await;
    assert_eq!(call_event(&mut zoe).await.1, foreign.id, "another company hears nothing of it");
}

/// As `mobile-call-server user add` beside the running server.
#[tokio::test]
async fn what_another_process_writes_is_told_soon() {
    let office = Office::with(|config| config.limits.look_at_log = Duration::from_millis(50)).await;
    let mut alice = listen(&office, &office.alice, "").await;
    assert!(matches!(event(&mut alice).await, Event::Hello { .. }));
    let elsewhere = SqliteStore::open_current(&office.server.directory().join("backend.sqlite")).await.unwrap();
    for (name, extension) in [("carol", "103"), ("dave", "104")] {
        let user = TestUser::new(office.acme.id, name, Some(extension), Role::Agent).user;
        elsewhere.create_user(&user).await.unwrap();
        let Event::Person { sequence, person } = event(&mut alice).await else { panic!("no person") };
        assert_eq!((sequence, person.user_id), (office.sequence(&office.acme).await, user.id));
    }
    elsewhere.close().await;
}

#[tokio::test]
async fn a_reader_who_comes_back_misses_nothing() {
    let office = Office::open().await;
    let begun = office.sequence(&office.acme).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(office.dial(&office.alice, "102").await.id);
    }
    let mut socket = listen(&office, &office.alice, &format!("?since={}", begun + 1)).await;
    assert_eq!(event(&mut socket).await, Event::Hello { sequence: begun + 3 });
    assert_eq!(call_event(&mut socket).await, (begun + 2, made[1]));
    assert_eq!(call_event(&mut socket).await, (begun + 3, made[2]));
    let live = office.dial(&office.alice, "102").await;
    assert_eq!(call_event(&mut socket).await, (begun + 4, live.id));
    // Ahead of the server, as after a backup was put back: everything once more.
    let mut socket = listen(&office, &office.alice, "?since=900").await;
    assert_eq!(event(&mut socket).await, Event::Hello { sequence: begun + 4 });
    for _ in ["alice", "basil", "boss"] {
        assert!(matches!(event(&mut socket).await, Event::Person { .. }));
    }
    assert_eq!(call_event(&mut socket).await, (begun + 1, made[0]));
}

#[tokio::test]
async fn nothing_is_missed_or_repeated_between_replay_and_live() {
    let office = Office::open().await;
    let begun = office.sequence(&office.acme).await;
    for _ in 0..20 {
        office.dial(&office.alice, "102").await;
    }
    let dialing = async {
        for _ in 0..20 {
            office.dial(&office.alice, "103").await;
        }
    };
    let listening = async {
        let mut socket = listen(&office, &office.alice, &format!("?since={begun}")).await;
        assert!(matches!(event(&mut socket).await, Event::Hello { .. }));
        let mut seen = Vec::new();
        while seen.len() < 40 {
            seen.push(call_event(&mut socket).await.0);
        }
        seen
    };
    let ((), seen) = tokio::join!(dialing, listening);
    assert_eq!(seen, (begun + 1..=begun + 40).collect::<Vec<u64>>());
}

#[tokio::test]
async fn the_socket_ends_with_its_session() {
    let office = Office::open().await;
    let mut alice = listen(&office, &office.alice, "").await;
    let mut basil = listen(&office, &office.basil, "").await;
    for socket in [&mut alice, &mut basil] {
        assert!(matches!(event(socket).await, Event::Hello { .. }));
    }
    office.send(&office.alice, Method::POST, "/api/auth/logout", None).await;
    assert_eq!(close_code(&mut alice).await, Some(4401));
    let before = office.sequence(&office.acme).await;
    let call = office.dial(&office.basil, "101").await;
    assert_eq!(call_event(&mut basil).await, (before + 1, call.id), "others stay");
}

#[tokio::test]
async fn a_session_that_another_process_ended_is_noticed() {
    let office = Office::with(|config| config.limits.event_ping = Duration::from_millis(500)).await;
    let mut alice = listen(&office, &office.alice, "").await;
    assert!(matches!(event(&mut alice).await, Event::Hello { .. }));
    let claims = office.alice.session.token.split('.').nth(1).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&decode(claims)).unwrap();
    let session = claims["session"].as_str().unwrap().parse().unwrap();
    office.server.store().revoke_session(office.acme.id, session, Timestamp::now()).await.unwrap();
    assert_eq!(close_code(&mut alice).await, Some(4401));
}

fn decode(text: &str) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[tokio::test]
async fn readers_who_answer_probes_are_kept() {
    let office = Office::with(|config| config.limits.event_ping = Duration::from_millis(500)).await;
    let mut socket = listen(&office, &office.alice, "").await;
    assert!(matches!(event(&mut socket).await, Event::Hello { .. }));
    let mut probes = 0;
    while probes < 5 {
        // Reading on answers the probe.
        if let Message::Ping(_) = within("a probe", socket.next()).await.unwrap().unwrap() {
            probes += 1;
        }
    }
    socket.send(Message::Text("anything".into())).await.unwrap();
    let before = office.sequence(&office.acme).await;
    let call = office.dial(&office.alice, "102").await;
    assert_eq!(call_event(&mut socket).await, (before + 1, call.id));
}

#[tokio::test]
async fn silent_readers_make_room() {
    let office = Office::with(|config| {
        config.limits.event_ping = Duration::from_millis(20);
        config.limits.event_sockets = 1;
    });
    let office = office.await;
    // Never read, so it answers no probe.
    let _silent = listen(&office, &office.alice, "").await;
    mobilecall_testkit::eventually("room", async || connect(&office, &office.basil, "").await.ok()).await;
}

#[tokio::test]
async fn room_for_sockets_is_bounded() {
    let office = Office::with(|config| config.limits.event_sockets = 1).await;
    let mut first = listen(&office, &office.alice, "").await;
    assert!(matches!(event(&mut first).await, Event::Hello { .. }));
    match connect(&office, &office.basil, "").await {
        Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE),
        other => panic!("{other:?}"),
    }
    drop(first);
    mobilecall_testkit::eventually("room", async || connect(&office, &office.basil, "").await.ok()).await;
}

#[tokio::test]
async fn a_stopping_server_says_goodbye() {
    let office = Office::open().await;
    let mut socket = listen(&office, &office.alice, "").await;
    assert!(matches!(event(&mut socket).await, Event::Hello { .. }));
    let (directory, code) = tokio::join!(office.server.stop(), close_code(&mut socket));
    assert_eq!(code, Some(1001));
    drop(directory);
}

#[tokio::test]
async fn without_a_session_there_is_no_socket() {
    let office = Office::open().await;
    let url = format!("ws://{}/api/events", office.server.address());
    match connect_async(url).await {
        Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), StatusCode::UNAUTHORIZED),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn presence_is_told_to_the_company() {
    let office = Office::open().await;
    let mut boss = listen(&office, &office.boss, "").await;
    assert!(matches!(event(&mut boss).await, Event::Hello { .. }));
    let phone = crate::direct::Phone::register(&office, &office.alice).await;
    let Event::Presence(presence) = event(&mut boss).await else { panic!("no presence") };
    assert_eq!((presence.username.as_str(), presence.state), ("alice", PresenceState::Available));
    phone.hang_up_the_socket().await;
    let Event::Presence(presence) = event(&mut boss).await else { panic!("no presence") };
    assert_eq!(presence.state, PresenceState::Offline);
}
