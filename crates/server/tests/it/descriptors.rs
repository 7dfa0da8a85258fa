//! Every connection is an open file.

use crate::program::Server;
use std::net::{SocketAddr, TcpStream};

#[tokio::test]
async fn as_many_connections_as_the_system_allows_are_taken() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start_after("ulimit -Sn 40", directory.path());
    let address: SocketAddr = server.url.strip_prefix("http://").unwrap().parse().unwrap();
    let held: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(address).unwrap()).collect();
    let health = mobilecall_testkit::plain_client().get(format!("{}/api/health", server.url)).send();
    let health = mobilecall_testkit::within("an answer beside them", health).await.unwrap();
    assert_eq!(health.status(), 200);
    assert_eq!(held.len(), 200);
}
