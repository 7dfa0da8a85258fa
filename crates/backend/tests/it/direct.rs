//! The direct line's socket at `/signal`, as far as the backend is behind it. Calls with media are tested in the edge
//! and end to end.

use crate::office::{Office, Person};
use futures_util::{SinkExt as _, StreamExt as _};
use mobilecall_api::{
    calls::VoiceToken,
    events::{Presence, PresenceState},
};
use mobilecall_testkit::{eventually, within};
use reqwest::Method;
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// A softphone without media.
pub(crate) struct Phone(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Phone {
    /// Connects and shows this token.
    pub(crate) async fn listen(office: &Office, token: &str) -> Self {
        Self::at(office.server.address(), token).await
    }

    /// The same at any server.
    pub(crate) async fn at(address: SocketAddr, token: &str) -> Self {
        let url = format!("ws://{address}/signal");
        let mut phone = Self(connect_async(url).await.unwrap().0);
        let agent = json!({"browser": {"platform": "tests", "userAgent": "tests"}, "p": "browser", "plugin": "rtc", "v": "2.18.5"});
        phone.say("listen", json!({"token": token, "browserinfo": agent, "reconnectTimeout": 0})).await;
        phone
    }

    /// Connects with a fresh token and registers.
    pub(crate) async fn register(office: &Office, who: &Person) -> Self {
        let token: VoiceToken = office.read(who, "/api/calls/token").await;
        let mut phone = Self::listen(office, &token.token).await;
        let connected = phone.hear("connected").await;
        assert_eq!(connected["token"]["identity"], who.user.username());
        phone.say("register", json!({"media": {"audio": true}})).await;
        phone.hear("ready").await;
        phone
    }

    pub(crate) async fn say(&mut self, kind: &str, payload: Value) {
        let frame = json!({"type": kind, "version": "1.6", "payload": payload});
        self.0.send(Message::Text(frame.to_string().into())).await.unwrap();
    }

    /// The payload of the next frame of this kind.
    pub(crate) async fn hear(&mut self, kind: &str) -> Value {
        within(kind, async {
            loop {
                let frame = self.0.next().await.expect("the socket is open").expect("the socket is whole");
                let Message::Text(text) = frame else { continue };
                if text.trim().is_empty() {
                    self.0.send(Message::Text("\n".into())).await.unwrap();
                    continue;
                }
                let frame: Value = serde_json::from_str(&text).unwrap();
                if frame["type"] == kind {
                    return frame["payload"].clone();
                }
            }
        })
        .await
    }

    pub(crate) async fn hang_up_the_socket(mut self) {
        self.0.close(None).await.unwrap();
    }
}

/// The signature with another first character.
fn other_start(signature: &str) -> String {
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{other}{}", &signature[1..])
}

async fn state_of(office: &Office, name: &str) -> PresenceState {
    let team: Vec<Presence> = office.read(&office.boss, "/api/team").await;
    team.into_iter().find(|person| person.username == name).unwrap().state
}

#[tokio::test]
async fn a_registered_phone_shows_in_the_team() {
    let office = Office::open().await;
    assert_eq!(state_of(&office, "alice").await, PresenceState::Offline);
    let phone = Phone::register(&office, &office.alice).await;
    eventually("alice available", async || {
        (state_of(&office, "alice").await == PresenceState::Available).then_some(())
    })
    .await;
    assert_eq!(state_of(&office, "basil").await, PresenceState::Offline);
    phone.hang_up_the_socket().await;
    eventually("alice offline", async || (state_of(&office, "alice").await == PresenceState::Offline).then_some(()))
        .await;
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused_by_their_wire_codes() {
    let office = Office::open().await;
    let good: VoiceToken = office.read(&office.alice, "/api/calls/token").await;
    let [header, claims, signature] = good.token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let foreign = Office::open().await;
    let foreign: VoiceToken = foreign.read(&foreign.alice, "/api/calls/token").await;
    let cases = [
        ("nonsense".to_owned(), 31204),
        (format!("{header}.{claims}.{}", other_start(signature)), 31202),
        (foreign.token, 31202),
        (office.alice.session.token.clone(), 31204),
    ];
    for (token, code) in cases {
        let mut phone = Phone::listen(&office, &token).await;
        assert_eq!(phone.hear("error").await["error"]["code"], code);
    }
    office.send(&office.alice, Method::POST, "/api/auth/logout", None).await;
    let mut phone = Phone::listen(&office, &good.token).await;
    assert_eq!(phone.hear("error").await["error"]["code"], 31201, "its session has ended");
}

#[tokio::test]
async fn signing_out_silences_the_phone_at_once() {
    let office = Office::open().await;
    let mut alices = Phone::register(&office, &office.alice).await;
    let _basils = Phone::register(&office, &office.basil).await;
    office.send(&office.alice, Method::POST, "/api/auth/logout", None).await;
    assert_eq!(alices.hear("error").await["error"]["code"], 31201);
    alices.hear("close").await;
    let offline = async || (state_of(&office, "alice").await == PresenceState::Offline).then_some(());
    eventually("alice offline", offline).await;
    assert_eq!(state_of(&office, "basil").await, PresenceState::Available, "others stay");
}

#[tokio::test]
async fn a_voice_token_ends_with_its_time() {
    let office = Office::with(|config| config.voice_token_life = Duration::ZERO).await;
    let old: VoiceToken = office.read(&office.alice, "/api/calls/token").await;
    assert_eq!(old.expires_in, 0);
    let mut phone = Phone::listen(&office, &old.token).await;
    assert_eq!(phone.hear("error").await["error"]["code"], 31205);
}
