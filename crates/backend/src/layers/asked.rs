//! Tells the connection that a request has come over it.

use crate::limited_listener::Peer;
use axum::extract::{ConnectInfo, Request};

pub(crate) async fn note(request: Request) -> Request {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<Peer>>() {
        peer.has_asked();
    }
    request
}
