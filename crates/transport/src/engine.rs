//! What a session needs of the thing that moves packets. The real one is [`crate::stack`]; the other is the in-memory
//! network of the `fake` module, which so shares all of offer and answer with it.

use crate::sdp::RemoteDescription;
use crate::sdp::candidate::Candidate;
use crate::sdp::stack::StackTransport;
use crate::{CandidatePair, RelayStanding, RtpPacket, TransportError};
use async_trait::async_trait;
use std::time::Duration;

/// ICE, DTLS and SRTP of one session. The session calls the asynchronous methods one at a time, except
/// [`Self::write`], [`Self::round_trip`] and [`Self::pair`].
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    /// Prepares a first offer or, with fresh ICE credentials, a restart; waits for candidates.
    async fn offer(&self, kind: OfferKind) -> Result<(), TransportError>;
    /// Applies the answer to [`Self::offer`].
    async fn accept(&self, remote: &RemoteDescription) -> Result<(), TransportError>;
    /// Applies a first offer or a restart and prepares the answer; waits for candidates.
    async fn answer(&self, remote: &RemoteDescription) -> Result<(), TransportError>;
    /// Takes the offer back that has no answer yet.
    async fn withdraw(&self) -> Result<(), TransportError>;
    /// One more candidate of the peer.
    async fn add_candidate(&self, candidate: &Candidate) -> Result<(), TransportError>;
    /// What our description says of ICE and DTLS, with the candidates known by now.
    async fn transport(&self) -> Result<StackTransport, TransportError>;
    /// Whether packets can be sent.
    fn is_connected(&self) -> bool;
    /// Queues a packet for the wire.
    async fn write(&self, packet: RtpPacket) -> Result<(), TransportError>;
    /// Round trip time of the path, if it is measured below RTCP.
    async fn round_trip(&self) -> Option<Duration>;
    /// How it stands with the relays.
    fn relays(&self) -> RelayStanding;
    /// The ends of the path in use.
    async fn pair(&self) -> Option<CandidatePair>;
    /// Returns when the engine has stopped by itself, as after an error of all its sockets.
    async fn stopped(&self);
    /// Ends everything; called once.
    async fn close(&self);
}

/// The two offers that matter to an [`Engine`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfferKind {
    /// The first of the session.
    First,
    /// With new ICE credentials (RFC 8445 §9).
    Restart,
}
