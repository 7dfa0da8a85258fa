//! The socket of live events.

use crate::{ClientError, Session, http::retry_after};
use futures_util::{SinkExt as _, StreamExt as _};
use mobilecall_api::events::Event;
use mobilecall_domain::Private;
use std::time::Duration;
use tokio::{net::TcpStream, time::Instant};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{
        Error as SocketError, Message,
        client::IntoClientRequest as _,
        http::{HeaderValue, header::AUTHORIZATION},
        protocol::WebSocketConfig,
    },
};

/// Time for connecting, TLS and the upgrade.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// A silent socket is asked for a sign of life, and given up when none comes within the same time again.
const QUIET: Duration = Duration::from_secs(20);
/// An event is one entity; a larger frame is not ours.
const LARGEST_FRAME_BYTES: usize = 256 * 1024;

/// An open socket of live events. Dropping it closes the connection.
#[derive(Debug)]
pub struct EventSocket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    server: String,
    /// When the socket was last heard, and whether it was asked since.
    heard_at: Instant,
    asked: bool,
}

impl EventSocket {
    /// Opens the socket; the server first replays what changed after `since`. Cancel-safe.
    pub async fn open(session: &Session, since: u64) -> Result<Self, ClientError> {
        let token = session.token(None).await?;
        match Self::connect(session, since, &token).await {
            Err(error) if error.is_unauthenticated() => {
                let fresh = session.token(Some(token)).await?;
                Self::connect(session, since, &fresh).await
            }
            outcome => outcome,
        }
    }

    async fn connect(session: &Session, since: u64, token: &Private<String>) -> Result<Self, ClientError> {
        let server = session.http().server().to_string();
        let unreachable = |error: SocketError| ClientError::connection(server.clone(), error.into());
        let url = session.http().server().socket_at(&format!("/api/events?since={since}"));
        let mut request = url.as_str().into_client_request().map_err(unreachable)?;
        let bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|error| ClientError::Garbled { what: "the sign-in".to_owned(), source: error.into() })?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let limits = WebSocketConfig::default()
            .max_message_size(Some(LARGEST_FRAME_BYTES))
            .max_frame_size(Some(LARGEST_FRAME_BYTES));
        let connector = Connector::Rustls(session.http().tls().clone());
        let opening = connect_async_tls_with_config(request, Some(limits), true, Some(connector));
        match tokio::time::timeout(OPEN_TIMEOUT, opening).await {
            Ok(Ok((socket, _))) => Ok(Self { socket, server, heard_at: Instant::now(), asked: false }),
            Ok(Err(SocketError::Http(response))) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err(ClientError::refused(response.status().as_u16(), body, retry_after(response.headers())))
            }
            Ok(Err(error)) => Err(unreachable(error)),
            Err(elapsed) => Err(ClientError::connection(server, elapsed.into())),
        }
    }

    /// The next event; `None` when the server closed the socket in good order. Cancel-safe.
    pub async fn next(&mut self) -> Result<Option<Event>, ClientError> {
        loop {
            tokio::select! {
                message = self.socket.next() => {
                    self.heard_at = Instant::now();
                    self.asked = false;
                    match message {
                        Some(Ok(Message::Text(text))) => return Ok(Some(read(text.as_str()))),
                        Some(Ok(Message::Close(_))) | None => return Ok(None),
                        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => {}
                        Some(Err(error)) => return Err(self.lost(error.into())),
                    }
                }
                () = tokio::time::sleep_until(self.heard_at + QUIET * (1 + u32::from(self.asked))) => {
                    if self.asked {
                        return Err(self.lost("the server has been silent for too long".into()));
                    }
                    self.asked = true;
                    let ping = self.socket.send(Message::Ping(Vec::new().into())).await;
                    ping.map_err(|error| self.lost(error.into()))?;
                }
            }
        }
    }

    fn lost(&self, source: Box<dyn std::error::Error + Send + Sync>) -> ClientError {
        ClientError::connection(self.server.clone(), source)
    }
}

/// Reads a frame. One that cannot be read, as from a newer server, may have been a change, so it counts as missed.
fn read(text: &str) -> Event {
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::warn!(%error, "an event of the server could not be read");
        Event::Lagged
    })
}
