//! Forwards what one leg sends, to the other leg or back to itself.

use super::Transport;
use super::rewrite::Rewriter;
use mobilecall_transport::{NegotiatedAudio, ReceivedPacket, TransportError};
use tokio::sync::{mpsc, watch};

/// Where a leg's packets go, and in which payload types the receiver takes them.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) transport: Transport,
    pub(super) audio: watch::Receiver<Option<NegotiatedAudio>>,
}

/// Runs until the leg's session is closed. Packets are dropped while there is no route.
///
/// The watches belong to this call alone and change a few times in its life, so reading them never waits.
pub(super) async fn run(
    mut packets: mpsc::Receiver<ReceivedPacket>,
    audio: watch::Receiver<Option<NegotiatedAudio>>,
    mut route: watch::Receiver<Option<Route>>,
) {
    let mut rewriter = Rewriter::new(rand::random(), rand::random());
    let mut current: Option<Route> = None;
    while let Some(ReceivedPacket { packet, arrival }) = packets.recv().await {
        if route.has_changed().unwrap_or(false) {
            current.clone_from(&*route.borrow_and_update());
        }
        let Some(Route { transport, audio: to }) = &current else { continue };
        let (Some(from), Some(to)) = (*audio.borrow(), *to.borrow()) else { continue };
        let Some(packet) = rewriter.rewrite(packet, arrival, &from, &to) else { continue };
        match transport.send_rtp(packet).await {
            Ok(true) => {}
            // The receiver is on hold or not connected yet, and misses what is said meanwhile.
            Ok(false) => rewriter.not_sent(),
            // A renegotiation came in between; the next packet has the new payload type.
            Err(TransportError::PayloadType(_)) => rewriter.not_sent(),
            Err(TransportError::Closed) => current = None,
            Err(error) => {
                tracing::warn!(%error, "audio is not forwarded any more");
                current = None;
            }
        }
    }
}
