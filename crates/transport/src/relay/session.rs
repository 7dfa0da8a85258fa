//! One socket's dealings with our own relay, in a task: what the stack asks is answered by the [`Counter`], and what is
//! for peers goes through an address at a real relay, once there is one.

use super::counter::{Action, Counter};
use super::{RelayStanding, Relays, race};
use mobilecall_turn::{Packets, Relay, RelayedPacket};
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Runs until the socket is gone, or the stack gives its address back.
///
/// `is_first`: no other socket of the session has asked before.
pub(super) async fn serve(
    relays: Arc<Relays>,
    is_first: bool,
    mut requests: mpsc::Receiver<Vec<u8>>,
    answers: mpsc::Sender<Vec<u8>>,
) {
    let mut desk = Desk { counter: Counter::default(), answers };
    if !is_first {
        return desk.turn_away(&mut requests).await;
    }
    if let Some(address) = relay(&relays, &mut desk, &mut requests).await {
        address.close().await;
    }
}

/// Returns the address to be given back.
async fn relay(relays: &Relays, desk: &mut Desk, requests: &mut mpsc::Receiver<Vec<u8>>) -> Option<Relay> {
    let mut opening = pin!(race::open(relays));
    let mut is_opening = true;
    let mut address: Option<(Relay, Packets)> = None;
    loop {
        tokio::select! {
            request = requests.recv() => {
                let Some(request) = request else { break };
                match desk.counter.handle(&request) {
                    None => {}
                    Some(Action::Reply(reply)) => desk.answer(Some(reply)),
                    Some(Action::Send { peer, payload }) => {
                        if let Some((relay, _)) = address.as_ref().filter(|_| relays.peers.allow(peer.ip())) {
                            relay.send(peer, payload);
                        }
                    }
                    Some(Action::Release(reply)) => {
                        desk.answer(Some(reply));
                        break;
                    }
                }
            }
            opened = &mut opening, if is_opening => {
                is_opening = false;
                let reply = match &opened {
                    Some((relay, _)) => desk.counter.allocated(relay.address()),
                    None => desk.counter.refuse(),
                };
                address = opened;
                desk.answer(reply);
            }
            packet = next(&mut address) => match packet {
                Some(RelayedPacket { peer, payload }) => desk.answer(desk.counter.packet(peer, &payload)),
                None => {
                    let reason = address.take().map(|(_, packets)| packets.reason());
                    tracing::warn!(error = ?reason, "the address at a relay is gone");
                    relays.set(RelayStanding::Unreachable);
                    let reply = desk.counter.refuse();
                    desk.answer(reply);
                }
            },
        }
    }
    address.map(|(relay, _)| relay)
}

async fn next(address: &mut Option<(Relay, Packets)>) -> Option<RelayedPacket> {
    match address {
        Some((_, packets)) => packets.recv().await,
        None => std::future::pending().await,
    }
}

struct Desk {
    counter: Counter,
    answers: mpsc::Sender<Vec<u8>>,
}

impl Desk {
    /// Another socket of the session has the address.
    async fn turn_away(mut self, requests: &mut mpsc::Receiver<Vec<u8>>) {
        self.counter.refuse();
        while let Some(request) = requests.recv().await {
            match self.counter.handle(&request) {
                Some(Action::Reply(reply) | Action::Release(reply)) => self.answer(Some(reply)),
                Some(Action::Send { .. }) | None => {}
            }
        }
    }

    /// To the stack. Where it takes nothing it is lost, as in a socket.
    fn answer(&self, message: Option<Vec<u8>>) {
        if message.is_some_and(|message| self.answers.try_send(message).is_err()) {
            tracing::trace!("a packet from a relay was dropped");
        }
    }
}
