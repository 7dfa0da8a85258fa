//! The HTTP side: signaling, the API, and control by people.

use super::control;
use super::owner::Message;
use super::{ranges, socket};
use crate::account::Account;
use crate::core::SocketId;
use crate::core::rest::{Fields, Refusal, Reply, Request, Verb};
use crate::faults::Faults;
use crate::media::{RoomMessage, Shelf};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mobilecall_pstream::MAX_FRAME_BYTES;
use mobilecall_twilio::RecordingSid;
use percent_encoding::percent_decode_str;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, oneshot, watch};

/// What a client is asked for that does not say who it is.
const REALM: &str = "Basic realm=\"Twilio API\"";

/// What the routes share.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) owner: mpsc::Sender<Message>,
    pub(crate) room: mpsc::Sender<RoomMessage>,
    pub(crate) shelf: Shelf,
    pub(crate) faults: Arc<Mutex<Faults>>,
    pub(crate) account: Arc<Account>,
    pub(crate) cut: watch::Receiver<u64>,
    pub(crate) silent: watch::Receiver<bool>,
    pub(crate) sockets: Arc<AtomicU64>,
}

pub(crate) fn router(front: Front) -> Router {
    Router::new()
        .route("/signal", get(signal))
        .route("/2010-04-01/{*path}", any(api))
        .route("/v1/{*path}", any(api))
        .nest("/control", control::router())
        .with_state(front)
}

async fn signal(State(front): State<Front>, upgrade: WebSocketUpgrade) -> Response {
    let socket = SocketId(front.sockets.fetch_add(1, Ordering::Relaxed));
    upgrade
        .max_message_size(MAX_FRAME_BYTES)
        .max_frame_size(MAX_FRAME_BYTES)
        .on_upgrade(move |websocket| socket::serve(websocket, socket, front.owner, front.cut, front.silent))
}

async fn api(State(front): State<Front>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = match asker(&front.account, &headers, uri.path()) {
        Asker::Unknown => {
            return ([(WWW_AUTHENTICATE, REALM)], respond(Refusal::unauthenticated().reply())).into_response();
        }
        Asker::Astray => return respond(Refusal::from(Refusal::NOT_FOUND).reply()),
        Asker::Known(path) => path,
    };
    if let Some(refused) = refused(&front, &path) {
        return refused;
    }
    let verb = match method {
        Method::GET | Method::HEAD => Verb::Get,
        Method::POST => Verb::Post,
        Method::DELETE => Verb::Delete,
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    if let (Verb::Get, Some(sid)) = (verb, sound_of(&path)) {
        return sound(&front, &headers, sid).await;
    }
    let path = without_format(path);
    let query = Fields::parse(uri.query().unwrap_or_default());
    let form = Fields::parse(&String::from_utf8_lossy(&body));
    let (reply, answer) = oneshot::channel();
    if front.owner.send(Message::Rest(Request { verb, path, query, form }, reply)).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match answer.await {
        Ok(reply) => respond(reply),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The answer to a request that shall fail.
fn refused(front: &Front, path: &[String]) -> Option<Response> {
    let mut faults = front.faults.lock().expect("nothing panics while it holds the lock");
    let response = respond(faults.refusal(path)?.reply());
    match faults.seconds_to_wait().filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS) {
        Some(seconds) => Some(([(RETRY_AFTER, seconds.to_string())], response).into_response()),
        None => Some(response),
    }
}

/// What somebody asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asker {
    /// Without the account's secret or that of its key.
    Unknown,
    /// For something that is not the account's.
    Astray,
    /// For this path below the account.
    Known(Vec<String>),
}

fn asker(account: &Account, headers: &HeaderMap, path: &str) -> Asker {
    let Some((name, password)) = credentials(headers) else { return Asker::Unknown };
    let by_token = name == account.sid.to_string() && password == *account.auth_token.expose();
    let by_key = name == account.key.sid.to_string() && password == *account.key.secret.expose();
    if !by_token && !by_key {
        return Asker::Unknown;
    }
    // Of what a country may be called is asked at a host of its own, whose paths name no account.
    if let Some(path) = path.strip_prefix("/v1/") {
        return Asker::Known(segments(path));
    }
    let own = format!("/2010-04-01/Accounts/{}", account.sid);
    let below = path.strip_prefix(&own).filter(|below| below.is_empty() || below.starts_with(['/', '.']));
    match below.map(segments) {
        Some(path) if by_key && is_for_main_keys(&path) => Asker::Unknown,
        Some(path) => Asker::Known(path),
        None => Asker::Astray,
    }
}

/// What standard keys, as this one is, have no access to (<https://www.twilio.com/docs/iam/api-keys/keys-in-console>). How
/// Twilio refuses them is not documented.
fn is_for_main_keys(path: &[String]) -> bool {
    path.first().is_none_or(|first| first == "Keys")
}

/// Name and password of HTTP Basic authentication.
fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let basic = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(basic.trim()).ok()?).ok()?;
    let (name, password) = pair.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

fn segments(path: &str) -> Vec<String> {
    let decoded = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    path.split('/').filter(|segment| !segment.is_empty() && *segment != ".json").map(decoded).collect()
}

fn without_format(mut path: Vec<String>) -> Vec<String> {
    if let Some(last) = path.last_mut()
        && let Some(name) = last.strip_suffix(".json")
    {
        *last = name.to_owned();
    }
    path
}

/// The recording whose sound is asked for, with any extension but `.json`, or none.
fn sound_of(path: &[String]) -> Option<RecordingSid> {
    match path {
        [.., collection, name] if collection == "Recordings" => {
            let sid = name.strip_suffix(".wav").or_else(|| name.strip_suffix(".mp3")).unwrap_or(name);
            sid.parse().ok()
        }
        _ => None,
    }
}

async fn sound(front: &Front, headers: &HeaderMap, sid: RecordingSid) -> Response {
    let known = front.visit(move |cloud| cloud.has_sound(sid)).await.unwrap_or(false);
    match front.shelf.get(sid).filter(|_| known) {
        Some(file) => ranges::respond(headers, "audio/x-wav", file),
        None => respond(Refusal::from(Refusal::NOT_FOUND).reply()),
    }
}

fn respond(Reply { status, body }: Reply) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if body.is_null() { status.into_response() } else { (status, axum::Json(body)).into_response() }
}

impl Front {
    /// Does something with the cloud; nothing once the stand-in has ended.
    pub(crate) async fn visit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut crate::core::Cloud) -> T + Send + 'static,
    ) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        let visit = Box::new(move |cloud: &mut crate::core::Cloud| {
            if reply.send(work(cloud)).is_err() {
                tracing::debug!("who looked into the cloud did not wait for it");
            }
        });
        self.owner.send(Message::Visit(visit)).await.ok()?;
        answer.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(name: &str, password: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn the_account_is_found_by_its_token_and_by_its_key() {
        let account = Account::example(7, "+966112345678", "");
        let (sid, token, key) = (account.sid.to_string(), account.auth_token.expose(), &account.key);
        let path = format!("/2010-04-01/Accounts/{sid}/Calls/CA1.json");
        let found = || Asker::Known(vec!["Calls".to_owned(), "CA1.json".to_owned()]);
        assert_eq!(asker(&account, &basic(&sid, token), &path), found());
        assert_eq!(asker(&account, &basic(&key.sid.to_string(), key.secret.expose()), &path), found());
        assert_eq!(asker(&account, &basic(&sid, key.secret.expose()), &path), Asker::Unknown);
        assert_eq!(asker(&account, &HeaderMap::new(), &path), Asker::Unknown);
        let foreign = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Calls.json";
        assert_eq!(asker(&account, &basic(&sid, token), foreign), Asker::Astray);
        let itself = format!("/2010-04-01/Accounts/{sid}.json");
        assert_eq!(asker(&account, &basic(&sid, token), &itself), Asker::Known(Vec::new()));
        let by_key = basic(&key.sid.to_string(), key.secret.expose());
        for path in [itself.clone(), itself.replace(".json", "/Keys/SK1.json")] {
            assert_eq!(asker(&account, &by_key, &path), Asker::Unknown, "a standard key");
        }
    }

    #[test]
    fn sound_has_no_extension_or_one_of_its_own() {
        let sid = RecordingSid::from_bits(7);
        let path = |name: String| vec!["Recordings".to_owned(), name];
        for extension in ["", ".wav", ".mp3"] {
            assert_eq!(sound_of(&path(format!("{sid}{extension}"))), Some(sid));
        }
        assert_eq!(sound_of(&path(format!("{sid}.json"))), None);
        assert_eq!(without_format(path("x.json".to_owned())), path("x".to_owned()));
    }
}
