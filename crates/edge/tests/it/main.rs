//! The edge as a whole: a real HTTP server, WebSocket clients and WebRTC sessions on the loopback interface, and a host
//! in memory.
#![allow(clippy::unwrap_used, reason = "a step that fails is a failed test")]

mod calls;
mod host;
mod media;
mod phone;
mod sockets;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::get;
use host::MemoryHost;
use mobilecall_edge::{Edge, EdgeConfig};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Longest wait for anything that should happen. Reached only when it does not happen.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// A running server with its host.
struct Office {
    edge: Edge,
    host: Arc<MemoryHost>,
    address: SocketAddr,
}

impl Office {
    async fn open() -> Self {
        Self::with(EdgeConfig::loopback()).await
    }

    async fn with(config: EdgeConfig) -> Self {
        let host = Arc::new(MemoryHost::default());
        let edge = Edge::new(host.clone(), config);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let signal =
            |State(edge): State<Edge>, upgrade: WebSocketUpgrade| async move { edge.accept(upgrade, Box::new(())) };
        let router = Router::new().route("/signal", get(signal)).with_state(edge.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { edge, host, address }
    }
}

/// Waits at most [`TIME_LIMIT`].
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(TIME_LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {TIME_LIMIT:?}"),
    }
}
