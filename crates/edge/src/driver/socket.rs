//! One device's WebSocket: frames in and out, and the heartbeat that finds dead connections.

use super::owner::Message;
use crate::core::{Input, SocketId};
use crate::edge::Unknown;
use axum::extract::ws::{CloseFrame, Message as WsMessage, WebSocket, close_code};
use mobilecall_pstream::{ClientFrame, HEARTBEAT, Malformed};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

/// How a socket is known to be alive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heartbeat {
    /// How often we send one.
    pub(crate) interval: Duration,
    /// Silence after which the socket is dead; clients echo each heartbeat.
    pub(crate) dead_after: Duration,
    /// How long one frame may take to leave.
    pub(crate) send_timeout: Duration,
}

/// Why serving ended.
enum End {
    /// The client closed, or the connection broke.
    Theirs,
    /// The switch let the socket go.
    Ours,
    Silent,
    Slow,
}

/// Serves the socket until it ends; `outgoing` ends when the switch lets it go.
pub(crate) async fn serve(
    mut websocket: WebSocket,
    socket: SocketId,
    mut outgoing: mpsc::Receiver<String>,
    owner: mpsc::Sender<Message>,
    heartbeat: Heartbeat,
    unknown: Unknown,
) {
    let end = exchange(&mut websocket, socket, &mut outgoing, &owner, heartbeat, unknown).await;
    let reason = match end {
        End::Theirs => "closed by the client",
        End::Ours => "closed by the edge",
        End::Silent => "no heartbeat",
        End::Slow => "the client does not read",
    };
    tracing::debug!(socket = socket.0, reason, "signaling socket ended");
    // The switch is told first, so that nothing waits for the closing frame.
    if owner.send(Message::Input(Input::SocketGone(socket))).await.is_err() {
        tracing::debug!(socket = socket.0, "the edge has ended before this socket");
    }
    if matches!(end, End::Ours) {
        let closing = WsMessage::Close(Some(CloseFrame { code: close_code::NORMAL, reason: "".into() }));
        let goodbye = async {
            websocket.send(closing).await?;
            while websocket.recv().await.transpose()?.is_some() {}
            Ok::<(), axum::Error>(())
        };
        match timeout(heartbeat.send_timeout, goodbye).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(socket = socket.0, %error, "the client was gone before the closing frame")
            }
            Err(_) => tracing::debug!(socket = socket.0, "the client did not take the closing frame"),
        }
    }
}

async fn exchange(
    websocket: &mut WebSocket,
    socket: SocketId,
    outgoing: &mut mpsc::Receiver<String>,
    owner: &mpsc::Sender<Message>,
    heartbeat: Heartbeat,
    unknown: Unknown,
) -> End {
    let mut unknown = Some(unknown);
    let mut beat = interval_at(Instant::now() + heartbeat.interval, heartbeat.interval);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let text = tokio::select! {
            text = outgoing.recv() => match text {
                Some(text) => {
                    // The switch says nothing before it has judged the client's token.
                    drop(unknown.take());
                    text
                }
                None => return End::Ours,
            },
            _ = beat.tick() => {
                if heard.elapsed() >= heartbeat.dead_after {
                    return End::Silent;
                }
                HEARTBEAT.to_owned()
            }
            message = websocket.recv() => {
                heard = Instant::now();
                let frame = match message {
                    None | Some(Err(_) | Ok(WsMessage::Close(_))) => return End::Theirs,
                    Some(Ok(WsMessage::Ping(_) | WsMessage::Pong(_))) => continue,
                    Some(Ok(WsMessage::Text(text))) if text.as_str() == HEARTBEAT => continue,
                    Some(Ok(WsMessage::Text(text))) => ClientFrame::parse(text.as_str()),
                    Some(Ok(WsMessage::Binary(_))) => Err(Malformed::NotAFrame),
                };
                if owner.send(Message::Input(Input::Frame(socket, frame))).await.is_err() {
                    return End::Ours;
                }
                continue;
            }
        };
        match timeout(heartbeat.send_timeout, websocket.send(WsMessage::Text(text.into()))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return End::Theirs,
            Err(_) => return End::Slow,
        }
    }
}
