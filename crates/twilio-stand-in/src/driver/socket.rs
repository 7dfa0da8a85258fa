//! One softphone's WebSocket: frames in and out, and the heartbeat.

use super::owner::Message;
use crate::core::{Input, SocketId};
use axum::extract::ws::{CloseFrame, Message as WsMessage, WebSocket, close_code};
use mobilecall_pstream::{ClientFrame, HEARTBEAT, Malformed};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

/// How often the heartbeat is sent.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(5);
/// How long a client may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// Serves a softphone until its connection ends. Each change of `cut` breaks the connection without a word; while it is
/// `silent` there is no heartbeat.
pub(crate) async fn serve(
    mut websocket: WebSocket,
    socket: SocketId,
    owner: mpsc::Sender<Message>,
    mut cut: watch::Receiver<u64>,
    silent: watch::Receiver<bool>,
) {
    let (reply, outgoing) = oneshot::channel();
    if owner.send(Message::Opened(socket, reply)).await.is_err() {
        return;
    }
    let Ok(mut outgoing) = outgoing.await else { return };
    cut.mark_unchanged();
    let ours = tokio::select! {
        ours = exchange(&mut websocket, socket, &mut outgoing, &owner, &silent) => ours,
        _ = cut.changed() => false,
    };
    if owner.send(Message::Input(Input::SocketGone(socket))).await.is_err() {
        tracing::debug!(socket = socket.0, "the stand-in has ended before this socket");
    }
    if ours && timeout(GOODBYE, say_goodbye(&mut websocket)).await.is_err() {
        tracing::debug!(socket = socket.0, "the client did not take the closing frame");
    }
}

async fn say_goodbye(websocket: &mut WebSocket) {
    let closing = WsMessage::Close(Some(CloseFrame { code: close_code::NORMAL, reason: "".into() }));
    if websocket.send(closing).await.is_ok() {
        while let Some(Ok(_)) = websocket.recv().await {}
    }
}

/// True if we let the client go.
async fn exchange(
    websocket: &mut WebSocket,
    socket: SocketId,
    outgoing: &mut mpsc::Receiver<String>,
    owner: &mpsc::Sender<Message>,
    silent: &watch::Receiver<bool>,
) -> bool {
    let mut beat = interval_at(Instant::now() + HEARTBEAT_INTERVAL, HEARTBEAT_INTERVAL);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let text = tokio::select! {
            text = outgoing.recv() => match text {
                Some(text) => text,
                None => return true,
            },
            _ = beat.tick() => {
                if heard.elapsed() >= mobilecall_pstream::WATCHDOG {
                    return false;
                }
                if *silent.borrow() {
                    continue;
                }
                HEARTBEAT.to_owned()
            }
            message = websocket.recv() => {
                heard = Instant::now();
                let frame = match message {
                    None | Some(Err(_) | Ok(WsMessage::Close(_))) => return false,
                    Some(Ok(WsMessage::Ping(_) | WsMessage::Pong(_))) => continue,
                    Some(Ok(WsMessage::Text(text))) if text.as_str() == HEARTBEAT => continue,
                    Some(Ok(WsMessage::Text(text))) => ClientFrame::parse(text.as_str()),
                    Some(Ok(WsMessage::Binary(_))) => Err(Malformed::NotAFrame),
                };
                if owner.send(Message::Input(Input::Frame(socket, frame))).await.is_err() {
                    return true;
                }
                continue;
            }
        };
        if websocket.send(WsMessage::Text(text.into())).await.is_err() {
            return false;
        }
    }
}
