use crate::phone::Phone;
use crate::{Office, soon};
use futures_util::{SinkExt, StreamExt};
use mobilecall_edge::EdgeConfig;
use mobilecall_pstream::{HEARTBEAT, ServerFrame};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

fn quick() -> EdgeConfig {
    EdgeConfig {
        heartbeat_interval: Duration::from_millis(40),
        heartbeat_timeout: Duration::from_millis(200),
        ..EdgeConfig::loopback()
    }
}

#[tokio::test]
async fn the_heartbeat_keeps_a_socket_and_its_loss_ends_it() {
    let office = Office::with(quick()).await;
    let mut phone = Phone::bare(&office).await;
    for _ in 0..10 {
        let beat = soon("a heartbeat", phone.socket.next()).await.unwrap().unwrap();
        assert_eq!(beat, Message::text(HEARTBEAT));
        phone.socket.send(Message::text(HEARTBEAT)).await.unwrap();
    }
    let silence = async { while let Some(Ok(Message::Text(_))) = phone.socket.next().await {} };
    soon("the end of a silent socket", silence).await;
}

#[tokio::test]
async fn a_refused_token_is_told_and_the_socket_closed() {
    let office = Office::open().await;
    let mut phone = Phone::bare(&office).await;
    phone.socket.send(Message::text(r#"{"type":"listen","payload":{"token":"bad"}}"#)).await.unwrap();
    match phone.next().await {
        ServerFrame::Error(error) => assert_eq!(error.error.code, 31202),
        other => panic!("{other:?}"),
    }
    assert_eq!(phone.next().await, ServerFrame::Close);
    assert_eq!(phone.try_next().await, None);
}

#[tokio::test]
async fn whatever_is_no_frame_is_named_and_nothing_else_happens() {
    let office = Office::open().await;
    let mut phone = Phone::registered(&office, "alice").await;
    for message in [Message::text("{"), Message::text(r#"{"type":"roger"}"#), Message::binary(vec![0u8; 3])] {
        phone.socket.send(message).await.unwrap();
        match phone.next().await {
            ServerFrame::Error(error) => assert_eq!(error.error.code, 31100),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_message_beyond_the_limit_ends_the_socket() {
    let office = Office::open().await;
    let mut phone = Phone::connected(&office, "alice").await;
    let sent = phone.socket.send(Message::text("x".repeat(70_000))).await;
    assert!(sent.is_err() || phone.try_next().await.is_none());
}

#[tokio::test]
async fn sockets_beyond_the_limit_are_refused() {
    let office = Office::with(EdgeConfig { max_sockets: 1, ..EdgeConfig::loopback() }).await;
    let _one = Phone::connected(&office, "alice").await;
    let url = format!("ws://{}/signal", office.address);
    match Box::pin(tokio_tungstenite::connect_async(url)).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => assert_eq!(response.status(), 503),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_socket_and_nobody_else_does() {
    let office = Office::with(quick()).await;
    let mut greedy = Phone::connected(&office, "alice").await;
    let flood = async {
        // Each message is answered by an error that names it, until the socket is full or the edge has had enough.
        while greedy.socket.send(Message::text("{")).await.is_ok() {}
    };
    soon("the end of the flood", flood).await;
    Phone::registered(&office, "bob").await;
}
