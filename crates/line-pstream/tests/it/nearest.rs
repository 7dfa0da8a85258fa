//! Measuring over real sockets.

use crate::server::Server;
use mobilecall_line_pstream::{measure, nearest};
use std::time::Duration;
use tokio::net::TcpSocket;
use url::Url;

#[tokio::test]
async fn servers_that_are_reached_go_before_those_that_are_not() {
    let server = Server::start().await;
    // It has its port, so that nobody else gets that, and does not listen.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let closed: Url = format!("wss://{}/signal", closed.local_addr().unwrap()).parse().unwrap();
    let near: Url = server.url().parse().unwrap();
    let urls = [closed.clone(), near.clone()];
    let measured = measure(&urls, Duration::from_secs(10)).await;
    assert_eq!(measured.iter().map(|one| one.connect.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(nearest(&urls, Duration::from_secs(10)).await, [near, closed]);
}
