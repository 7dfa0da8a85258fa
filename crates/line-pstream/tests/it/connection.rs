//! Connecting, staying connected, leaving.

use crate::{config, next, registered, server::Server, stands};
use mobilecall_domain::{Registration, call::RegistrationFailure};
use mobilecall_line::{Line, LineCommand, LineError, LineEvent};
use mobilecall_line_pstream::PstreamLine;
use mobilecall_pstream::{ClientFrame, MAX_FRAME_BYTES, ServerFrame, WireError, code, server::Error};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    time::Instant,
};

/// The network changed.
const RECONNECT: LineCommand = LineCommand::Reconnect { slept: Duration::ZERO };

fn error(error_code: u32, retry_after: Option<u64>) -> ServerFrame {
    let error = WireError { retry_after, ..WireError::new(error_code, "test") };
    ServerFrame::Error(Error { error, callsid: None, voiceeventsid: None })
}

/// Moves the clock; it does not stand while sockets are waited for, because a clock that stands runs ahead then.
async fn jump(span: Duration) {
    tokio::time::pause();
    tokio::time::advance(span).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_line_registers_and_echoes_heartbeats() {
    let server = Server::start().await;
    let (_line, _events, mut peer) = registered(&server).await;
    for _ in 0..3 {
        peer.heartbeat().await;
    }
}

#[tokio::test]
async fn the_handshake_names_the_program_and_nothing_secret() {
    let server = Server::start().await;
    let (line, _events) = PstreamLine::connect(config(&server.url()));
    line.send(LineCommand::Register).unwrap();
    let mut stream = server.accept_tcp().await;
    let mut request = vec![0; 4096];
    let length = stream.read(&mut request).await.unwrap();
    let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
    assert!(request.starts_with("get /signal http/1.1\r\n"), "{request}");
    assert!(request.contains("user-agent: mobilecall/"), "{request}");
    assert!(!request.contains("jwt") && !request.contains("authorization"), "{request}");
}

#[tokio::test]
async fn a_silent_server_is_left_after_fifteen_seconds() {
    let server = Server::start().await;
    let (_line, mut events, mut peer) = registered(&server).await;
    peer.heartbeat().await;
    // From here the clock jumps to whatever is due next.
    tokio::time::pause();
    let start = Instant::now();
    stands(&mut events, Registration::Registering { attempt: 0 }).await;
    let waited = start.elapsed();
    tokio::time::resume();
    assert!((Duration::from_millis(14_900)..Duration::from_millis(15_100)).contains(&waited), "{waited:?}");
    let mut again = server.accept().await;
    again.sign_in("jwt1").await;
    stands(&mut events, Registration::Registered).await;
}

#[tokio::test]
async fn a_registration_is_repeated_every_thirty_seconds() {
    let server = Server::start().await;
    let (_line, _events, mut peer) = registered(&server).await;
    for _ in 0..3 {
        // Less than the fifteen seconds after which silence is a loss.
        jump(Duration::from_secs(9)).await;
        peer.heartbeat().await;
    }
    jump(Duration::from_secs(4)).await;
    assert!(peer.registration().await);
}

#[tokio::test]
async fn an_expired_token_is_replaced() {
    let server = Server::start().await;
    let (_line, mut events, mut peer) = registered(&server).await;
    peer.send(error(code::TOKEN_EXPIRED, None)).await;
    peer.send(ServerFrame::Close).await;
    let mut again = server.accept().await;
    again.sign_in("jwt2").await;
    stands(&mut events, Registration::Registered).await;
}

#[tokio::test]
async fn refused_credentials_end_the_attempts() {
    let server = Server::start().await;
    let (line, mut events) = PstreamLine::connect(config(&server.url()));
    line.send(LineCommand::Register).unwrap();
    let mut peer = server.accept().await;
    peer.listen().await;
    peer.send(error(code::TOKEN_SIGNATURE, None)).await;
    stands(&mut events, Registration::Failed(RegistrationFailure::CredentialsRefused)).await;
    assert_eq!(peer.text().await, None, "the line closes the connection");
    // Somebody signed in again.
    line.send(LineCommand::Register).unwrap();
    let mut again = server.accept().await;
    again.sign_in("jwt2").await;
    stands(&mut events, Registration::Registered).await;
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it() {
    let server = Server::start().await;
    let (_line, mut events, mut peer) = registered(&server).await;
    peer.send(error(code::RATE_EXCEEDED, Some(20))).await;
    peer.heartbeat().await;
    tokio::time::pause();
    let start = Instant::now();
    peer.kill();
    stands(&mut events, Registration::Registering { attempt: 0 }).await;
    let _again = server.accept_tcp().await;
    assert!(start.elapsed() >= Duration::from_secs(20));
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_a_failure() {
    let server = Server::start().await;
    let (line, mut events) = PstreamLine::connect(config(&server.url()));
    line.send(LineCommand::Register).unwrap();
    let mut stream = server.accept_tcp().await;
    stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    stands(&mut events, Registration::Failed(RegistrationFailure::Protocol)).await;
}

#[tokio::test]
async fn a_server_that_comes_up_later_is_found() {
    // It has its port from the beginning, so that nobody else gets that, but does not listen yet.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    let (line, mut events) = PstreamLine::connect(config(&format!("ws://{address}/signal")));
    line.send(LineCommand::Register).unwrap();
    stands(&mut events, Registration::Registering { attempt: 2 }).await;
    let server = Server::from_listener(socket.listen(8).unwrap());
    line.send(RECONNECT).unwrap();
    let mut peer = server.accept().await;
    peer.sign_in("jwt1").await;
    stands(&mut events, Registration::Registered).await;
}

#[tokio::test]
async fn a_frame_that_is_too_large_costs_the_connection_only() {
    let server = Server::start().await;
    let (_line, mut events, mut peer) = registered(&server).await;
    peer.send_text(&"x".repeat(MAX_FRAME_BYTES + 1)).await;
    stands(&mut events, Registration::Registering { attempt: 0 }).await;
    let mut again = server.accept().await;
    again.sign_in("jwt1").await;
}

#[tokio::test]
async fn an_engine_that_is_slow_does_not_stall_signaling() {
    let server = Server::start().await;
    let (_line, mut events, mut peer) = registered(&server).await;
    for number in 0..300 {
        peer.call(&format!("CA{number}"), "offer").await;
    }
    peer.heartbeat().await;
    for number in 0..300 {
        match next(&mut events).await {
            LineEvent::Incoming(incoming) => {
                assert_eq!(incoming.provider_call_id.unwrap().0, format!("CA{number}"));
            }
            other => panic!("expected a call, got {other:?}"),
        }
    }
}

#[tokio::test]
async fn dropping_the_handle_says_goodbye_and_closes() {
    let server = Server::start().await;
    let (line, mut events, mut peer) = registered(&server).await;
    drop(line);
    assert!(!peer.registration().await);
    assert_eq!(peer.text().await, None, "closed in an orderly way");
    stands(&mut events, Registration::Unregistered).await;
    assert!(events.recv().await.is_none());
}

#[tokio::test]
async fn an_engine_that_is_gone_ends_the_line() {
    let server = Server::start().await;
    let (line, events, mut peer) = registered(&server).await;
    drop(events);
    assert_eq!(peer.frame().await, ClientFrame::Register(mobilecall_pstream::client::Register::OFF));
    assert_eq!(peer.text().await, None);
    while line.send(RECONNECT) != Err(LineError::Closed) {
        tokio::task::yield_now().await;
    }
    assert_eq!(line.send(LineCommand::Register), Err(LineError::Closed));
}
