//! Sound of recordings, from a server that is asked for parts.

use crate::fixture;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use mobilecall_client::{ClientError, Http, RecordingPart, RecordingPath, ServerUrl, Session, trust};
use mobilecall_domain::{CallId, CallRecord, CallStart, CompanyId, LineKind, Timestamp};
use mobilecall_testkit::PASSWORD;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

const SOUND: &[u8] = b"0123456789";

/// How the server answers, and how often it was asked.
#[derive(Default)]
struct Played {
    /// It sends nothing but the whole.
    whole: bool,
    /// So many of its first answers are those of a proxy in trouble.
    busy: usize,
    asked: AtomicUsize,
}

async fn media(State(played): State<Arc<Played>>, headers: HeaderMap) -> Response {
    if !headers[header::AUTHORIZATION].to_str().unwrap().starts_with("Bearer ") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if played.asked.fetch_add(1, Ordering::SeqCst) < played.busy {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if played.whole {
        return SOUND.into_response();
    }
    let range = headers[header::RANGE].to_str().unwrap().strip_prefix("bytes=").unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    let end = (last + 1).min(SOUND.len());
    let told = [(header::CONTENT_RANGE, format!("bytes {first}-{}/{}", end - 1, SOUND.len()))];
    (StatusCode::PARTIAL_CONTENT, told, SOUND[first..end].to_vec()).into_response()
}

/// A session that was opened at the real server and asks this one.
async fn session(played: Arc<Played>) -> Session {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let routes = Router::new().route("/api/recordings/{sid}/media", get(media)).with_state(played);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let http = Http::new(ServerUrl::parse(&url).unwrap(), trust(None).unwrap()).unwrap();
    Session::start(&http, login)
}

fn recording(url: &str) -> RecordingPath {
    let start = CallStart {
        id: CallId::generate(),
        company_id: CompanyId::generate(),
        line: LineKind::Twilio,
        from_number: "101".to_owned(),
        to_number: "102".to_owned(),
        at: Timestamp::from_millis(0),
    };
    let record = CallRecord { recording_url: Some(url.to_owned()), ..CallRecord::outgoing(start) };
    RecordingPath::of(&record).unwrap()
}

#[tokio::test]
async fn a_recording_comes_in_parts_and_in_spite_of_a_proxy_that_fails_once() {
    let played = Arc::new(Played { busy: 1, ..Played::default() });
    let session = session(Arc::clone(&played)).await;
    let path = recording("/api/recordings/RE1/media");
    let part = session.recording_part(&path, 0, 4).await.unwrap();
    assert_eq!(part, RecordingPart { from: 0, bytes: b"0123".to_vec(), total: 10 });
    let rest = session.recording_part(&path, 4, 100).await.unwrap();
    assert_eq!(rest, RecordingPart { from: 4, bytes: b"456789".to_vec(), total: 10 });
    assert_eq!(played.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_server_without_ranges_sends_the_whole() {
    let session = session(Arc::new(Played { whole: true, ..Played::default() })).await;
    let part = session.recording_part(&recording("/api/recordings/RE1/media"), 4, 2).await.unwrap();
    assert_eq!(part, RecordingPart { from: 0, bytes: SOUND.to_vec(), total: 10 });
}

#[tokio::test]
async fn the_server_says_that_there_is_none() {
    let fixture = fixture().await;
    let session = Session::log_in(&fixture.http(), "alice", PASSWORD).await.unwrap();
    let error = session.recording_part(&recording("/api/recordings/RE1/media"), 0, 2).await.unwrap_err();
    assert!(matches!(error, ClientError::Refused { status: 404, code: Some(_), .. }), "{error}");
}
