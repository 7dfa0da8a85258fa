use crate::{Fixture, fixture, http, with};
use mobilecall_api::auth::LoginResponse;
use mobilecall_backend::Rate;
use mobilecall_client::{ClientError, ErrorCode, Http, ServerUrl, Session, SessionState, trust};
use mobilecall_domain::{LineKind, Private};
use mobilecall_testkit::{Fault, PASSWORD, TestServer, within};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn signing_in_gives_the_person_and_a_voice_token() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    assert_eq!((session.user().username.as_str(), session.user().region.as_str()), ("alice", "SA"));
    let token = session.voice_token(LineKind::Direct).await.unwrap();
    assert_eq!((token.identity.as_str(), token.signaling.as_str()), ("alice", "/signal"));
    let team = session.team().await.unwrap();
    assert_eq!(team.iter().map(|presence| presence.username.as_str()).collect::<Vec<_>>(), ["alice"]);
}

#[tokio::test]
async fn a_wrong_password_is_told_apart() {
    let fixture = fixture().await;
    let error = Session::log_in(&fixture.http(), "alice", "guess").await.unwrap_err();
    assert!(matches!(error, ClientError::Refused { code: Some(ErrorCode::WrongCredentials), .. }), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn too_many_tries_say_when_to_try_again() {
    let server = TestServer::builder()
        .config(|config| config.login.per_person = Rate::new(1, Duration::from_secs(40)))
        .start()
        .await;
    let fixture = with(server).await;
    Session::log_in(&fixture.http(), "alice", "guess").await.unwrap_err();
    let error = Session::log_in(&fixture.http(), "alice", PASSWORD).await.unwrap_err();
    assert!(matches!(error, ClientError::Refused { status: 429, .. }), "{error}");
    assert!(error.is_retryable());
    assert!(error.retry_after().is_some_and(|pause| pause > Duration::from_secs(1)), "{:?}", error.retry_after());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let fixture = fixture().await;
    let http = fixture.http();
    fixture.server.stop().await;
    let error = Session::log_in(&http, "alice", PASSWORD).await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_certificate_is_trusted_only_with_its_authority() {
    let fixture = with(TestServer::builder().tls().start().await).await;
    let url = ServerUrl::parse(&fixture.server.base_url()).unwrap();
    let strangers = Http::new(url, trust(None).unwrap()).unwrap();
    let error = strangers.health().await.unwrap_err();
    assert!(matches!(error, ClientError::CertificateNotTrusted { .. }), "{error}");
    assert_eq!(http(&fixture.server).health().await.unwrap().status, "ok");
}

#[tokio::test]
async fn an_answer_of_another_server_is_garbled() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = ServerUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        // One read takes a request as small as this one whole.
        assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0, "a request came");
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
        socket.write_all(answer).await.unwrap();
    });
    let error = Http::new(url, trust(None).unwrap()).unwrap().health().await.unwrap_err();
    assert!(matches!(error, ClientError::Garbled { .. }), "{error}");
}

/// A login whose token the server does not know.
async fn stale(fixture: &Fixture) -> LoginResponse {
    LoginResponse { token: "stale".into(), ..fixture.server.sign_in(&fixture.alice).await }
}

#[tokio::test]
async fn a_refused_token_is_replaced_and_the_request_repeated() {
    let fixture = fixture().await;
    let session = Session::start(&fixture.http(), stale(&fixture).await);
    let before = session.state().borrow().clone();
    assert_eq!(session.team().await.unwrap().len(), 1);
    assert_ne!(*session.state().borrow(), before, "the new refresh token is told");
}

#[tokio::test]
async fn a_token_is_renewed_before_it_runs_out() {
    let life = Duration::from_secs(1);
    let server = TestServer::builder().config(move |config| config.session_token_life = life).start().await;
    let session = with(server).await.session().await;
    let mut state = session.state();
    within("the renewal", state.changed()).await.unwrap();
    assert!(matches!(*state.borrow(), SessionState::Valid { .. }));
}

#[tokio::test]
async fn a_revoked_session_ends() {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let session = Session::start(&fixture.http(), login.clone());
    Session::start(&fixture.http(), login).log_out().await.unwrap();

    assert!(matches!(session.team().await, Err(ClientError::SessionEnded)));
    within("the end", session.state().wait_for(|state| *state == SessionState::Ended)).await.unwrap();
    assert!(matches!(session.voice_token(LineKind::Direct).await, Err(ClientError::SessionEnded)), "and stays ended");
}

#[tokio::test]
async fn a_session_is_revived_with_its_refresh_token_only() {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let token = Private::new(login.refresh_token);
    let revived = Session::resume(&fixture.http(), &token).await.unwrap();
    assert_eq!(revived.user().username, "alice");
    let unknown = Private::new("made up".to_owned());
    assert!(matches!(Session::resume(&fixture.http(), &unknown).await, Err(ClientError::SessionEnded)));
}

#[tokio::test]
async fn the_team_is_asked_for_once_each_time() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    fixture.server.faults().set(Fault::Busy(1000));
    for _ in 0..10 {
        assert!(session.team().await.unwrap_err().is_retryable());
    }
    let Fault::Busy(left) = fixture.server.faults().fault() else { panic!("no longer busy") };
    let asked = 1000 - left;
    // The server itself may have looked into its database meanwhile.
    assert!((10..20).contains(&asked), "{asked} tries for ten questions");
}
