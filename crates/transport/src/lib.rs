//! WebRTC sessions behind [`MediaTransport`]: ICE, DTLS-SRTP, RTP and RTCP of one audio stream, both ways.
//!
//! No type of the stack beneath leaves this crate, so that the stack can be replaced. Audio itself is not known
//! here: payloads are bytes. The softphone uses it for a leg, the edge for both legs of a direct call.
//!
//! ```no_run
//! # async fn call(signaling: impl Fn(mobilecall_domain::SdpOffer) -> mobilecall_domain::SdpAnswer)
//! # -> Result<(), mobilecall_transport::TransportError> {
//! use mobilecall_transport::{MediaTransport, TransportConfig, WebRtcTransport};
//!
//! let (transport, mut streams) = WebRtcTransport::new(TransportConfig::default()).await?;
//! let answer = signaling(transport.create_offer().await?);
//! transport.accept_answer(&answer).await?;
//! while let Some(event) = streams.events.recv().await {
//!     println!("{event:?}"); // Negotiated, Connected, …
//! }
//! # Ok(()) }
//! ```
//!
//! # How it is built
//!
//! The stack (`webrtc` 0.21 over `rtc`) does ICE, DTLS and SRTP and nothing else. Everything around that is ours, since
//! each part of it was found wanting: session descriptions are read and written in `sdp`, offer and answer live in
//! `session`, packets pass through `tap`, reports are made in `rtcp`. So hold is answered rightly, a sender is never
//! stopped by `inactive`, digits keep their payload type, a changed SSRC is heard and the first packet is not lost.
//!
//! # Logs
//!
//! The stack writes through the `log` crate: a line a packet at debug level, passwords among them, warnings in every
//! ordinary call, and an error a packet while there is no network. Programs append [`LOG_DIRECTIVES`] to their filter;
//! what matters to them comes as [`TransportEvent`] and [`TransportError`].

mod config;
mod direction;
mod engine;
mod events;
#[cfg(feature = "test-support")]
pub mod fake;
mod flushing;
mod guard;
mod media_runtime;
mod negotiator;
mod outgoing_types;
mod peers;
mod ports;
mod relay;
mod rtcp;
mod sdp;
mod stack;
mod tap;
mod transport;
#[cfg(test)]
mod virtual_network;

pub use config::{IceServer, Paths, RelayTrust, RestartSockets, TransportConfig};
pub use direction::MediaDirection;
pub use media_runtime::MediaRuntime;
pub use peers::{NamedCandidates, PeerAddresses};
pub use relay::RelayStanding;
pub use transport::{ReceivedPacket, TransportStreams, WebRtcTransport};

use async_trait::async_trait;
use bytes::Bytes;
use mobilecall_domain::{SdpAnswer, SdpOffer};
use std::time::Duration;

/// Filter directives (in the syntax of `tracing_subscriber::EnvFilter`) that keep the stack from flooding the log and
/// from writing ICE passwords into it, even where everything else is set to debug.
pub const LOG_DIRECTIVES: &str =
    "webrtc=off,rtc=error,turn_client_proto=off,turn_types=off,stun_proto=off,stun_types=off";

/// One WebRTC session with one audio stream in each direction. Dropping it closes it.
///
/// Every method may be called from several tasks. Exchanges of descriptions are done one at a time in the order of the
/// calls, and once begun go on to their end even if the calling future is dropped; only [`Self::close`] cuts them short.
#[async_trait]
pub trait MediaTransport: Send + Sync {
    /// Makes and applies a first or further offer in the direction set with [`Self::set_direction`], with our
    /// candidates in it (gathering is waited for, as long as configured). It replaces an offer of ours that has no answer
    /// yet.
    async fn create_offer(&self) -> Result<SdpOffer, TransportError>;
    /// As [`Self::create_offer`] with fresh ICE credentials (RFC 8445 §9). What is said until
    /// [`TransportEvent::Connected`] comes again is lost.
    async fn create_restart_offer(&self) -> Result<SdpOffer, TransportError>;
    /// Applies the reply to our last offer. An unusable one is refused and changes nothing, so that another may follow;
    /// a second one after the first is refused too.
    async fn accept_answer(&self, answer: &SdpAnswer) -> Result<(), TransportError>;
    /// Applies their first or further offer and answers it. Our direction is the mirror of theirs intersected with
    /// what [`Self::set_direction`] allows; candidates are in it as in [`Self::create_offer`]. An offer of ours that has
    /// no answer yet gives way: signaling must not deliver an answer to it any more, and may want to offer again.
    async fn create_answer(&self, offer: &SdpOffer) -> Result<SdpAnswer, TransportError>;
    /// What we want from the next offer or answer on. Default [`MediaDirection::SendRecv`].
    fn set_direction(&self, direction: MediaDirection);
    /// Sends one packet. `Ok` means queued; a packet is dropped, `Ok(false)`, while the negotiated direction has no send
    /// part or before the session is connected. Sequence numbers are the caller's: none may come twice, since that
    /// would give the key away, and one that comes more than 60 behind the highest is lost at the receiver.
    async fn send_rtp(&self, packet: RtpPacket) -> Result<bool, TransportError>;
    /// What is known of the path now.
    async fn stats(&self) -> TransportStats;
    /// Ends the session; idempotent.
    async fn close(&self);
}

/// A codec of the session. Digits (RFC 4733) are negotiated beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// RFC 7587, 48 kHz clock.
    Opus,
    /// G.711 µ-law, 8 kHz clock.
    Pcmu,
}

impl Codec {
    /// RTP clock rate in hertz.
    pub const fn clock_rate_hz(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Pcmu => 8_000,
        }
    }
}

/// What offer and answer agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NegotiatedAudio {
    /// The codec to send; the first audio codec of the answer.
    pub codec: Codec,
    /// Its payload type.
    pub payload_type: u8,
    /// Payload type of `telephone-event` at the same clock rate, if agreed.
    pub telephone_event: Option<u8>,
    /// Direction as seen from here.
    pub direction: MediaDirection,
}

/// An RTP packet (RFC 3550 §5.1) without what the transport fills in itself (SSRC of what is sent).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpPacket {
    /// Payload type.
    pub payload_type: u8,
    /// Marker bit.
    pub marker: bool,
    /// Sequence number.
    pub sequence: u16,
    /// In clock ticks.
    pub timestamp: u32,
    /// Source of a received packet; ignored when sending.
    pub ssrc: u32,
    /// Codec payload.
    pub payload: Bytes,
}

/// What happens on a session, in order. Received packets have a channel of their own so that they never wait
/// behind events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportEvent {
    /// A first or further offer/answer exchange is complete.
    Negotiated(NegotiatedAudio),
    /// ICE and DTLS are up, for the first time or again.
    Connected,
    /// Consent checks fail (RFC 7675); it may come back.
    Disconnected,
    /// Connectivity is lost; only an ICE restart helps.
    Failed,
    /// [`TransportConfig::path_within`] has passed and nothing came through: the network lets no UDP through, most likely,
    /// and no relay helped. It is tried further, until [`Self::Failed`].
    NoPath(RelayStanding),
    /// Closed by [`MediaTransport::close`] or the far end.
    Closed,
}

/// State of the path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TransportStats {
    /// Round trip time from received RTCP (LSR, DLSR) or else from the ICE pair.
    pub rtt: Option<Duration>,
    /// Fraction lost as the far end reported of what we send, 0 to 1.
    pub remote_loss: Option<f64>,
    /// Jitter as the far end reported.
    pub remote_jitter: Option<Duration>,
    /// Packets handed to the stack.
    pub packets_sent: u64,
    /// Packets received.
    pub packets_received: u64,
    /// Of these, packets not delivered: nobody read them in time, or we were not receiving.
    pub packets_dropped: u64,
    /// Between which addresses packets go, once there is a way.
    pub pair: Option<CandidatePair>,
}

/// The two ends of the path in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CandidatePair {
    /// What kind of address of ours.
    pub local: CandidateType,
    /// What kind of address of theirs.
    pub remote: CandidateType,
}

impl CandidatePair {
    /// Whether a relay is between.
    pub fn is_relayed(self) -> bool {
        [self.local, self.remote].contains(&CandidateType::Relayed)
    }
}

/// How an address was learned (RFC 8445 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CandidateType {
    /// That of an interface.
    Host,
    /// As a STUN server sees it.
    ServerReflexive,
    /// As the other side sees it, and no description says it.
    PeerReflexive,
    /// One at a relay.
    Relayed,
}

/// Why the transport could not do something.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Their description cannot be used.
    #[error("the other side's session description was refused: {0}")]
    RemoteDescription(String),
    /// Their description can be read, but leaves nothing to use: no codec, encryption or audio of ours.
    #[error("the other side's session description has nothing in common with ours: {0}")]
    Incompatible(String),
    /// Ours could not be made.
    #[error("no session description could be made: {0}")]
    LocalDescription(String),
    /// The address of a STUN or TURN server is wrong, or a TURN server has no password.
    #[error("the ICE server {url} cannot be used: {reason}")]
    IceServer {
        /// As configured.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// [`Paths::Relayed`] without a TURN server.
    #[error("only relayed paths are allowed, but no TURN server is configured")]
    NoRelay,
    /// No socket.
    #[error("no UDP socket could be opened: {0}")]
    Socket(String),
    /// A packet of a payload type that was not agreed on.
    #[error("payload type {0} was not agreed on")]
    PayloadType(u8),
    /// The session is closed.
    #[error("the media session is closed")]
    Closed,
}
