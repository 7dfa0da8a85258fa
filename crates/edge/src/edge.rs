//! The handle of an edge.

use crate::anchor::{self, TransportFactory};
use crate::config::EdgeConfig;
use crate::core::{Input, SocketId};
use crate::driver::{self, Heartbeat, Message, Owner, OwnerConfig};
use crate::host::EdgeHost;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mobilecall_domain::SessionId;
use mobilecall_pstream::MAX_FRAME_BYTES;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Inputs of all sockets that wait for the switch; their tasks wait when it is full.
const INPUT_CAPACITY: usize = 1024;

/// Buffers of a socket; by default each would have 128 KiB, also one that says nothing.
const BUFFER_BYTES: usize = 4096;

/// Held as long as it is not known whose a socket is.
pub type Unknown = Box<dyn Any + Send>;

/// The direct line's server side. Cheap to clone. It runs until [`Self::shutdown`], or until the last clone and the last
/// socket are gone.
#[derive(Clone)]
pub struct Edge(Arc<Shared>);

struct Shared {
    owner: mpsc::Sender<Message>,
    heartbeat: Heartbeat,
    next_socket: AtomicU64,
    /// A permit for each socket that may be open.
    room: Arc<Semaphore>,
}

impl Edge {
    /// Starts the edge's task; must be called within a tokio runtime.
    pub fn new(host: Arc<dyn EdgeHost>, config: EdgeConfig) -> Self {
        Self::with_transports(host, config, anchor::over_udp())
    }

    pub(crate) fn with_transports(host: Arc<dyn EdgeHost>, config: EdgeConfig, transports: TransportFactory) -> Self {
        let (owner, messages) = mpsc::channel(INPUT_CAPACITY);
        let owner_config = OwnerConfig { rules: config.rules(), transports, transport: config.transport() };
        config.media.spawn(Owner::new(host, owner_config, messages).run());
        Self(Arc::new(Shared {
            owner,
            heartbeat: config.heartbeat(),
            next_socket: AtomicU64::new(1),
            room: Arc::new(Semaphore::new(config.max_sockets)),
        }))
    }

    /// Takes the upgrade of `GET /signal`, with the protocol's limit on frame sizes. Answers 503 when too many sockets are open.
    /// `unknown` is dropped once the client's token was judged, or its socket is gone.
    pub fn accept(&self, upgrade: WebSocketUpgrade, unknown: Unknown) -> Response {
        if self.0.room.available_permits() == 0 {
            return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "5")]).into_response();
        }
        let edge = self.clone();
        upgrade
            .max_message_size(MAX_FRAME_BYTES)
            .max_frame_size(MAX_FRAME_BYTES)
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES)
            .on_upgrade(move |websocket| async move { edge.serve_unknown(websocket, unknown).await })
    }

    /// Serves one client until its socket ends. [`Self::accept`] is the usual way in.
    pub async fn serve_socket(&self, websocket: WebSocket) {
        self.serve_unknown(websocket, Box::new(())).await;
    }

    async fn serve_unknown(&self, websocket: WebSocket, unknown: Unknown) {
        let Ok(_permit) = Arc::clone(&self.0.room).try_acquire_owned() else { return };
        let socket = SocketId(self.0.next_socket.fetch_add(1, Ordering::Relaxed));
        let (reply, outgoing) = oneshot::channel();
        if self.0.owner.send(Message::Opened(socket, reply)).await.is_err() {
            return;
        }
        // A stopping edge drops the reply.
        let Ok(outgoing) = outgoing.await else { return };
        driver::serve(websocket, socket, outgoing, self.0.owner.clone(), self.0.heartbeat, unknown).await;
    }

    /// Tells the host again of everybody who can be reached or is busy here, for a host that has lost what it was told.
    pub async fn tell_everybody(&self) {
        if self.0.owner.send(Message::Input(Input::TellEverybody)).await.is_err() {
            tracing::debug!("the edge had stopped before everybody was told again");
        }
    }

    /// Ends what the session's devices do here and closes their sockets, without waiting for the next check of their
    /// tokens.
    pub async fn session_ended(&self, session: SessionId) {
        if self.0.owner.send(Message::Input(Input::SessionEnded(session))).await.is_err() {
            tracing::debug!("the edge had stopped before a session ended");
        }
    }

    /// Hangs up every call, completes its records, closes sockets and media transports, and waits for all that, at most
    /// ten seconds. Idempotent.
    pub async fn shutdown(&self) {
        let (reply, done) = oneshot::channel();
        if self.0.owner.send(Message::Shutdown(reply)).await.is_ok() && done.await.is_err() {
            tracing::debug!("the edge had stopped already");
        }
    }
}
