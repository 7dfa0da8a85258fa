//! An in-memory network for tests: sessions without sockets, ICE and DTLS, but with the real offer and answer.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use mobilecall_transport::{MediaTransport, TransportConfig, fake::FakeNetwork};
//!
//! let network = FakeNetwork::new();
//! let (caller, _) = network.transport(TransportConfig::loopback());
//! let (callee, mut streams) = network.transport(TransportConfig::loopback());
//! let offer = caller.create_offer().await?;
//! caller.accept_answer(&callee.create_answer(&offer).await?).await?;
//! streams.events.recv().await; // Negotiated, then Connected
//! # Ok::<(), mobilecall_transport::TransportError>(()) }).unwrap();
//! ```

use crate::engine::{Engine, OfferKind};
use crate::events::EventSink;
use crate::sdp::candidate::Candidate;
use crate::sdp::stack::StackTransport;
use crate::sdp::{Fingerprint, IceCredentials, RemoteDescription, Setup};
use crate::tap::TapState;
use crate::transport::{Parts, SessionHandle, delegate_media_transport};
use crate::{
    CandidatePair, CandidateType, RelayStanding, RtpPacket, TransportConfig, TransportError, TransportEvent,
    TransportStreams,
};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Joins the sessions made from it: those that exchange descriptions hear each other.
#[derive(Clone, Default)]
pub struct FakeNetwork {
    nodes: Arc<Mutex<HashMap<String, Weak<Node>>>>,
}

/// A session on a [`FakeNetwork`]. It negotiates, holds and counts as a real one does.
pub struct FakeTransport {
    session: SessionHandle,
    node: Arc<Node>,
}

delegate_media_transport!(FakeTransport);

impl FakeNetwork {
    /// An empty network.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new session; must be called within a tokio runtime. Of `config`, sockets and servers are ignored.
    pub fn transport(&self, config: TransportConfig) -> (FakeTransport, TransportStreams) {
        let (parts, streams) = Parts::new();
        let node = Arc::new(Node {
            network: self.clone(),
            ssrc: parts.ssrc,
            fingerprint: format!("{:064X}", rand::random::<u128>()),
            tap: Arc::clone(&parts.tap),
            events: Arc::clone(&parts.events),
            state: Mutex::default(),
            crashed: CancellationToken::new(),
        });
        let session = SessionHandle::start(config, parts, Arc::new(FakeEngine(Arc::clone(&node))));
        (FakeTransport { session, node }, streams)
    }

    fn find(&self, ufrag: &str) -> Option<Arc<Node>> {
        self.nodes().get(ufrag).and_then(Weak::upgrade)
    }

    fn nodes(&self) -> MutexGuard<'_, HashMap<String, Weak<Node>>> {
        self.nodes.lock().expect("nothing panics while it holds the lock")
    }
}

impl FakeTransport {
    /// The path stops working: [`TransportEvent::Disconnected`] here, and packets of both sides are lost until
    /// [`Self::reconnect`] or an ICE restart.
    pub fn interrupt(&self) {
        self.node.state().path = Path::Interrupted;
        self.node.events.emit(TransportEvent::Disconnected);
    }

    /// An interrupted path works again: [`TransportEvent::Connected`].
    pub fn reconnect(&self) {
        self.node.state().path = Path::Up;
        self.node.events.emit(TransportEvent::Connected);
    }

    /// The path is lost: [`TransportEvent::Failed`]; only an ICE restart brings it back.
    pub fn fail(&self) {
        self.node.state().path = Path::Failed;
        self.node.events.emit(TransportEvent::Failed);
    }

    /// No connection has come up in time: [`TransportEvent::NoPath`].
    pub fn block(&self, relays: RelayStanding) {
        self.node.events.emit(TransportEvent::NoPath(relays));
    }

    /// The session ends by itself: [`TransportEvent::Closed`] without a call of `close`.
    pub fn crash(&self) {
        self.node.crashed.cancel();
    }

    /// What [`crate::TransportStats::rtt`] shows from now on.
    pub fn set_round_trip(&self, round_trip: Duration) {
        self.node.state().round_trip = Some(round_trip);
    }
}

/// The engine of a [`FakeTransport`]; its ICE user name is its address.
struct Node {
    network: FakeNetwork,
    ssrc: u32,
    fingerprint: String,
    tap: Arc<TapState>,
    events: Arc<EventSink>,
    state: Mutex<NodeState>,
    crashed: CancellationToken,
}

#[derive(Default)]
struct NodeState {
    ufrag: String,
    peer: Option<String>,
    path: Path,
    setup: Option<Setup>,
    round_trip: Option<Duration>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Path {
    #[default]
    New,
    Up,
    Interrupted,
    Failed,
    Closed,
}

impl Node {
    fn state(&self) -> MutexGuard<'_, NodeState> {
        self.state.lock().expect("nothing panics while it holds the lock")
    }

    /// Both sides know each other once the answer is applied; then the path is up for both.
    fn join(&self, ufrag: &str) {
        self.state().peer = Some(ufrag.to_owned());
        let Some(peer) = self.network.find(ufrag) else { return };
        let known_there = peer.state().peer.as_deref() == Some(self.state().ufrag.as_str());
        if known_there {
            for node in [self, peer.as_ref()] {
                node.state().path = Path::Up;
                node.events.emit(TransportEvent::Connected);
            }
        }
    }

    fn receive(&self, packet: RtpPacket) {
        if self.state().path == Path::Up {
            self.tap.receive(now(), packet);
        }
    }
}

/// The clock of the runtime, so that arrival times follow a paused one.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

struct FakeEngine(Arc<Node>);

impl FakeEngine {
    /// New credentials and with them a new address.
    fn move_to_new_address(&self, setup: Setup) {
        let ufrag = format!("{:08x}", rand::random::<u32>());
        self.0.network.nodes().insert(ufrag.clone(), Arc::downgrade(&self.0));
        let mut state = self.0.state();
        state.ufrag = ufrag;
        state.setup = Some(setup);
        state.peer = None;
    }
}

#[async_trait]
impl Engine for FakeEngine {
    async fn offer(&self, _: OfferKind) -> Result<(), TransportError> {
        self.move_to_new_address(Setup::ActPass);
        Ok(())
    }

    async fn accept(&self, remote: &RemoteDescription) -> Result<(), TransportError> {
        self.0.join(&remote.ice.ufrag);
        Ok(())
    }

    async fn answer(&self, remote: &RemoteDescription) -> Result<(), TransportError> {
        self.move_to_new_address(Setup::Active);
        self.0.join(&remote.ice.ufrag);
        Ok(())
    }

    async fn withdraw(&self) -> Result<(), TransportError> {
        Ok(())
    }

    async fn add_candidate(&self, _: &Candidate) -> Result<(), TransportError> {
        Ok(())
    }

    async fn transport(&self) -> Result<StackTransport, TransportError> {
        let state = self.0.state();
        let no_exchange = || TransportError::LocalDescription("no exchange has begun".to_owned());
        Ok(StackTransport {
            ice: IceCredentials { ufrag: state.ufrag.clone(), pwd: "a password of the fake network".replace(' ', "") },
            fingerprint: Fingerprint { hash: "sha-256".to_owned(), digest: self.0.fingerprint.clone() },
            setup: state.setup.ok_or_else(no_exchange)?,
            candidates: Candidate::parse("1 1 udp 2130706431 127.0.0.1 9 typ host").into_iter().collect(),
        })
    }

    fn is_connected(&self) -> bool {
        match self.0.state().path {
            Path::Up | Path::Interrupted => true,
            Path::New | Path::Failed | Path::Closed => false,
        }
    }

    async fn write(&self, packet: RtpPacket) -> Result<(), TransportError> {
        self.0.tap.count_sent(now(), packet.timestamp, packet.payload.len());
        let (path, peer) = {
            let state = self.0.state();
            (state.path, state.peer.clone())
        };
        if path == Path::Up
            && let Some(peer) = peer.and_then(|ufrag| self.0.network.find(&ufrag))
        {
            peer.receive(RtpPacket { ssrc: self.0.ssrc, ..packet });
        }
        Ok(())
    }

    async fn round_trip(&self) -> Option<Duration> {
        self.0.state().round_trip
    }

    fn relays(&self) -> RelayStanding {
        RelayStanding::NotConfigured
    }

    async fn pair(&self) -> Option<CandidatePair> {
        let host = CandidatePair { local: CandidateType::Host, remote: CandidateType::Host };
        self.is_connected().then_some(host)
    }

    async fn stopped(&self) {
        self.0.crashed.cancelled().await;
    }

    async fn close(&self) {
        self.0.state().path = Path::Closed;
    }
}
