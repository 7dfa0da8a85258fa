//! One allocation without I/O: messages and time in, messages and news out.
//!
//! Inputs: a message of the relay, a payload for a peer, the wish to end, and the time. Outputs ([`Output`]): messages for
//! the relay, the relayed address, payloads of peers, and the end. What runs out is refreshed by the library beneath: the
//! allocation, permissions (every four minutes of their five) and channels (nine of ten), with a new nonce if the relay
//! wants one (438).

use crate::{Lost, RelayError};
use bytes::Bytes;
use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use turn_client_proto::api::{Transmit, TurnClientApi, TurnEvent, TurnPollRet, TurnRecvRet};
use turn_client_proto::types::Instant as Moment;
use turn_client_proto::types::message::ALLOCATE;
use turn_client_proto::types::prelude::DelayedTransmitBuild as _;
use turn_client_proto::types::stun::TransportType;
use turn_client_proto::types::stun::attribute::ErrorCode;
use turn_client_proto::types::stun::message::{Message, MessageClass};

/// Payloads for a peer that wait for its permission: some rounds of connectivity checks, or a tenth of a second of audio.
const MAX_WAITING: usize = 16;
/// Peers with payloads that wait; no offer has more candidates.
const MAX_WAITING_PEERS: usize = 32;
/// A peer that the relay does not permit is asked for again after this.
const REFUSED_FOR: Duration = Duration::from_secs(10);
/// Where the library wants to be called at once and then does nothing.
const SHORTLY: Duration = Duration::from_millis(10);
const UNAUTHORIZED: u16 = 401;
const STALE_NONCE: u16 = 438;

/// What comes of an input.
#[derive(Debug)]
pub(crate) enum Output {
    /// A whole message for the relay, without padding.
    Transmit(Vec<u8>),
    /// The address under which peers reach us.
    Allocated(SocketAddr),
    /// What a peer sent.
    Packet { peer: SocketAddr, payload: Bytes },
    /// There will be no address.
    Failed(RelayError),
    /// The address is gone.
    Over(Lost),
}

/// Where the allocation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Asked for, or asked again with the credential.
    Asking {
        /// The relay has asked for the credential, so the next such answer is a refusal.
        challenged: bool,
    },
    Allocated,
    /// To be deleted.
    Ending,
    Over,
}

/// An allocation at a relay, through whatever reaches it.
pub(crate) struct Session<C> {
    client: C,
    /// The zero of the library's time.
    begin: Instant,
    state: State,
    deadline: Instant,
    waiting: HashMap<IpAddr, VecDeque<(SocketAddr, Bytes)>>,
    refused: HashMap<IpAddr, Instant>,
    /// Peers whose channel was asked for.
    channels: HashSet<SocketAddr>,
    outputs: VecDeque<Output>,
}

impl<C: TurnClientApi> Session<C> {
    /// Asks for an address at once.
    pub(crate) fn new(client: C, now: Instant) -> Self {
        let mut session = Self {
            client,
            begin: now,
            state: State::Asking { challenged: false },
            deadline: now,
            waiting: HashMap::new(),
            refused: HashMap::new(),
            channels: HashSet::new(),
            outputs: VecDeque::new(),
        };
        session.advance(now);
        session
    }

    /// What there is to do next; to be asked until there is nothing.
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] is due.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
    }

    /// One whole message of the relay.
    pub(crate) fn handle_message(&mut self, message: &[u8], now: Instant) {
        self.note_refusal(message);
        let (transport, local, remote) = (self.client.transport(), self.client.local_addr(), self.client.remote_addr());
        let moment = self.moment(now);
        let received = self.client.recv(Transmit::new(message, transport, remote, local), moment);
        if let TurnRecvRet::PeerData(data) = received {
            let (peer, payload) = (data.peer, Bytes::copy_from_slice(data.data()));
            self.heard(peer, payload, now);
        }
        while let Some(data) = self.client.poll_recv(moment) {
            let (peer, payload) = (data.peer, Bytes::copy_from_slice(data.data()));
            self.heard(peer, payload, now);
        }
        self.advance(now);
    }

    /// A payload for a peer. It is lost if the relay does not permit the peer, as datagrams may be.
    pub(crate) fn send(&mut self, peer: SocketAddr, payload: Bytes, now: Instant) {
        if self.state != State::Allocated {
            return;
        }
        if self.client.have_permission(TransportType::Udp, peer.ip()) {
            self.transmit(peer, payload, now);
        } else {
            self.ask_and_wait(peer, payload, now);
        }
        self.advance(now);
    }

    /// Gives the address back (a refresh with a lifetime of zero, RFC 8656 §8).
    pub(crate) fn end(&mut self, now: Instant) {
        match self.state {
            State::Allocated => {
                self.state = State::Ending;
                if self.client.delete(self.moment(now)).is_err() {
                    self.over(Lost::Closed);
                }
                self.advance(now);
            }
            State::Asking { .. } => self.over(Lost::Closed),
            State::Ending | State::Over => {}
        }
    }

    fn moment(&self, now: Instant) -> Moment {
        Moment::ZERO + now.saturating_duration_since(self.begin)
    }

    /// Learns from an answer to our request why there will be no address, which the library does not tell.
    fn note_refusal(&mut self, message: &[u8]) {
        let State::Asking { challenged } = self.state else { return };
        let Ok(message) = Message::from_bytes(message) else { return };
        if !message.has_class(MessageClass::Error) || message.method() != ALLOCATE {
            return;
        }
        let Ok(error) = message.attribute::<ErrorCode>() else { return };
        match error.code() {
            UNAUTHORIZED if !challenged => self.state = State::Asking { challenged: true },
            STALE_NONCE => {}
            UNAUTHORIZED => self.fail(RelayError::Credentials),
            code => self.fail(RelayError::Refused { code, reason: error.reason().to_owned() }),
        }
    }

    /// A peer that is heard is one to talk with, so what goes there is worth a channel's shorter messages.
    fn heard(&mut self, peer: SocketAddr, payload: Bytes, now: Instant) {
        self.outputs.push_back(Output::Packet { peer, payload });
        if self.state == State::Allocated
            && !self.channels.contains(&peer)
            && self.client.bind_channel(TransportType::Udp, peer, self.moment(now)).is_ok()
        {
            self.channels.insert(peer);
        }
    }

    fn transmit(&mut self, peer: SocketAddr, payload: Bytes, now: Instant) {
        match self.client.send_to(TransportType::Udp, peer, payload, self.moment(now)) {
            Ok(Some(message)) => self.outputs.push_back(Output::Transmit(message.data.build())),
            Ok(None) => {}
            // Permission or allocation ran out in this moment, which the next round tells.
            Err(error) => tracing::debug!(%error, "a payload for a peer was dropped"),
        }
    }

    fn ask_and_wait(&mut self, peer: SocketAddr, payload: Bytes, now: Instant) {
        let refused = self.refused.get(&peer.ip()).is_some_and(|at| now < *at + REFUSED_FOR);
        if refused || (!self.waiting.contains_key(&peer.ip()) && self.waiting.len() >= MAX_WAITING_PEERS) {
            return;
        }
        // Whether it is being asked for already, the library knows.
        if let Err(error) = self.client.create_permission(TransportType::Udp, peer.ip(), self.moment(now)) {
            tracing::trace!(%error, "no new permission is asked for");
        }
        let waiting = self.waiting.entry(peer.ip()).or_default();
        if waiting.len() >= MAX_WAITING {
            waiting.pop_front();
        }
        waiting.push_back((peer, payload));
    }

    /// Lets the library do what is due, until it waits.
    fn advance(&mut self, now: Instant) {
        let moment = self.moment(now);
        while self.state != State::Over {
            let next = self.client.poll(moment);
            let mut is_busy = false;
            while let Some(event) = self.client.poll_event() {
                is_busy = true;
                self.event(event, now);
            }
            while let Some(transmit) = self.client.poll_transmit(moment) {
                is_busy = true;
                self.outputs.push_back(Output::Transmit(transmit.data.to_vec()));
            }
            match next {
                TurnPollRet::WaitUntil(at) if at > moment => {
                    self.deadline = now + at.duration_since(moment);
                    return;
                }
                TurnPollRet::WaitUntil(_) if is_busy => {}
                TurnPollRet::WaitUntil(_) => {
                    self.deadline = now + SHORTLY;
                    return;
                }
                TurnPollRet::Closed => self.library_closed(),
                // Only where TCP is relayed, which is never asked for.
                TurnPollRet::AllocateTcpSocket { .. } | TurnPollRet::TcpClose { .. } => return,
            }
        }
    }

    fn event(&mut self, event: TurnEvent, now: Instant) {
        match event {
            TurnEvent::AllocationCreated(_, address) => {
                if matches!(self.state, State::Asking { .. }) {
                    self.state = State::Allocated;
                    self.outputs.push_back(Output::Allocated(address));
                }
            }
            TurnEvent::AllocationCreateFailed(_) => {
                if matches!(self.state, State::Asking { .. }) {
                    self.fail(RelayError::NoRelay("its answer makes no sense"));
                }
            }
            TurnEvent::PermissionCreated(_, peer) => {
                self.refused.remove(&peer);
                for (peer, payload) in self.waiting.remove(&peer).unwrap_or_default() {
                    self.transmit(peer, payload, now);
                }
            }
            TurnEvent::PermissionCreateFailed(_, peer) => {
                tracing::debug!("the relay does not permit a peer");
                self.waiting.remove(&peer);
                self.refused.insert(peer, now);
            }
            TurnEvent::ChannelCreated(..) => {}
            TurnEvent::ChannelCreateFailed(_, peer) => {
                tracing::debug!("the relay gives no channel for a peer");
                self.channels.remove(&peer);
            }
            TurnEvent::TcpConnected(_) | TurnEvent::TcpConnectFailed(_) => {}
        }
    }

    fn library_closed(&mut self) {
        match self.state {
            State::Asking { .. } => self.fail(RelayError::NoRelay("it answers no request")),
            State::Allocated => self.over(Lost::Expired),
            State::Ending => self.over(Lost::Closed),
            State::Over => {}
        }
    }

    fn fail(&mut self, error: RelayError) {
        self.state = State::Over;
        self.outputs.push_back(Output::Failed(error));
    }

    fn over(&mut self, lost: Lost) {
        self.state = State::Over;
        self.outputs.push_back(Output::Over(lost));
    }
}
