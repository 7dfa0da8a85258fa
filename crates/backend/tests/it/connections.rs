//! Connections that ask for nothing, and clients with too many of them.

use crate::{
    direct::Phone,
    events::connect,
    office::{Office, refusal, refused},
};
use mobilecall_testkit::{TestServer, eventually, within};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{connect_async, tungstenite};

/// Sends this and waits until the server closes the connection.
async fn is_closed_after(server: &TestServer, text: &str) {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    // Closed in order or reset, it is gone.
    let _ = within(&format!("the end of {text:?}"), stream.read_to_end(&mut rest)).await;
}

#[tokio::test]
async fn connections_that_ask_for_nothing_are_closed() {
    let soon = Duration::from_secs(1);
    for with_tls in [false, true] {
        let builder = TestServer::builder().config(move |config| config.limits.first_request = soon);
        let server = if with_tls { builder.tls() } else { builder }.start().await;
        let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        let texts =
            ["", "G", "P", "GET /api/hea", "PRI * HTTP/2", preface, "GET / HTTP/1.1\r\nhost: x\r\n", "\u{16}\u{3}"];
        futures_util::future::join_all(texts.map(|text| is_closed_after(&server, text))).await;
        let health = async || server.client().get(format!("{}/api/health", server.base_url())).send().await.unwrap();
        assert_eq!(health().await.status(), 200);
    }
}

#[tokio::test]
async fn a_connection_that_has_asked_is_kept() {
    let office = Office::with(|config| config.limits.first_request = Duration::from_secs(1)).await;
    let mut socket = connect(&office, &office.alice, "").await.expect("the socket opens");
    let mut stream = TcpStream::connect(office.server.address()).await.unwrap();
    let ask = format!("GET /api/health HTTP/1.1\r\nhost: {}\r\n\r\n", office.server.address());
    for _ in 0..2 {
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut answer = [0; 2048];
        assert!(within("the answer", stream.read(&mut answer)).await.unwrap() > 0);
        assert!(answer.starts_with(b"HTTP/1.1 200 "));
        // Other connections, which ask for nothing, come and go meanwhile.
        is_closed_after(&office.server, "").await;
    }
    use futures_util::SinkExt as _;
    socket.send(tungstenite::Message::Text("still there".into())).await.unwrap();
}

#[tokio::test]
async fn one_address_has_a_bounded_number_of_connections() {
    let server = TestServer::builder().config(|config| config.limits.connections_per_address = 3).start().await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        held.push(stream);
    }
    is_closed_after(&server, "").await;
    held.pop();
    eventually("room", async || {
        let answer = server.client().get(format!("{}/api/health", server.base_url())).send().await;
        answer.is_ok_and(|answer| answer.status() == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn one_session_or_company_cannot_take_all_event_sockets() {
    let office = Office::with(|config| {
        config.limits.event_sockets = 10;
        config.limits.event_sockets_per_company = 3;
        config.limits.event_sockets_per_session = 2;
    });
    let office = office.await;
    let mut open = Vec::new();
    for who in [&office.alice, &office.alice, &office.basil, &office.zoe, &office.zoe] {
        open.push(connect(&office, who, "").await.expect("there is room"));
    }
    for who in [&office.alice, &office.basil, &office.boss, &office.zoe] {
        match connect(&office, who, "").await {
            Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), 503),
            other => panic!("{other:?}"),
        }
    }
    drop(open.remove(0));
    eventually("room", async || connect(&office, &office.boss, "").await.ok()).await;
}

#[tokio::test]
async fn phones_that_show_no_token_take_no_others_place() {
    let office = Office::with(|config| config.limits.unknown_phones_per_address = 2).await;
    let known = Phone::register(&office, &office.alice).await;
    let url = format!("ws://{}/signal", office.server.address());
    let silent = (connect_async(&url).await.unwrap(), connect_async(&url).await.unwrap());
    match connect_async(&url).await {
        Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), 503),
        other => panic!("{other:?}"),
    }
    drop(silent);
    eventually("room", async || connect_async(&url).await.ok()).await;
    drop(known);
}

#[tokio::test]
async fn a_plain_request_for_a_socket_is_refused_as_before() {
    let office = Office::open().await;
    assert_eq!(refusal(office.get(&office.alice, "/signal").await).await, refused(400, "bad_request"));
}
