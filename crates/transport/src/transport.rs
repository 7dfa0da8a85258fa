//! The handle of a session.

use crate::engine::Engine;
use crate::events::EventSink;
use crate::negotiator::{Negotiation, Negotiator, Request};
use crate::rtcp::{self, Reports};
use crate::stack::Stack;
use crate::tap::TapState;
use crate::{MediaDirection, RtpPacket, TransportConfig, TransportError, TransportEvent, TransportStats};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};
use webrtc::runtime::Runtime;

/// Implements [`crate::MediaTransport`] for a type with a field `session`.
macro_rules! delegate_media_transport {
    ($transport:ty) => {
        #[async_trait::async_trait]
        impl $crate::MediaTransport for $transport {
            async fn create_offer(&self) -> Result<mobilecall_domain::SdpOffer, $crate::TransportError> {
                self.session.create_offer(false).await
            }
            async fn create_restart_offer(&self) -> Result<mobilecall_domain::SdpOffer, $crate::TransportError> {
                self.session.create_offer(true).await
            }
            async fn accept_answer(&self, answer: &mobilecall_domain::SdpAnswer) -> Result<(), $crate::TransportError> {
                self.session.accept_answer(answer).await
            }
            async fn create_answer(
                &self,
                offer: &mobilecall_domain::SdpOffer,
            ) -> Result<mobilecall_domain::SdpAnswer, $crate::TransportError> {
                self.session.create_answer(offer).await
            }
            fn set_direction(&self, direction: $crate::MediaDirection) {
                self.session.set_direction(direction);
            }
            async fn send_rtp(&self, packet: $crate::RtpPacket) -> Result<bool, $crate::TransportError> {
                self.session.send_rtp(packet).await
            }
            async fn stats(&self) -> $crate::TransportStats {
                self.session.stats().await
            }
            async fn close(&self) {
                self.session.close().await;
            }
        }
    };
}
#[cfg(feature = "test-support")]
pub(crate) use delegate_media_transport;

/// Events are few and are read at once; a reader that is this far behind has stopped reading.
const EVENT_CAPACITY: usize = 64;
/// One second of 20 ms packets. The jitter buffer discards what is older than that anyway.
const PACKET_CAPACITY: usize = 50;
/// Requests come one by one from signaling.
const REQUEST_CAPACITY: usize = 4;

/// An RTP packet and when it came from the socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedPacket {
    /// The packet.
    pub packet: RtpPacket,
    /// On the clock that jitter is measured with.
    pub arrival: Instant,
}

/// What a session produces. Both channels end when the session is closed.
#[derive(Debug)]
pub struct TransportStreams {
    /// What happens, in order.
    pub events: mpsc::Receiver<TransportEvent>,
    /// Audio and digits while our direction receives. A reader that lags more than a second loses packets, which
    /// [`TransportStats::packets_dropped`] counts.
    pub packets: mpsc::Receiver<ReceivedPacket>,
}

/// A WebRTC session over UDP.
pub struct WebRtcTransport {
    session: SessionHandle,
}

impl WebRtcTransport {
    /// Opens the sockets and starts the session's task; must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`TransportError::Socket`] if no address can be bound.
    pub async fn new(config: TransportConfig) -> Result<(Self, TransportStreams), TransportError> {
        Self::build(None, config).await
    }

    /// With other sockets and another time than the machine's, if some are given.
    async fn build(
        runtime: Option<Arc<dyn Runtime>>,
        config: TransportConfig,
    ) -> Result<(Self, TransportStreams), TransportError> {
        let (parts, streams) = Parts::new();
        let stack = Stack::build(&config, runtime, parts.ssrc, Arc::clone(&parts.tap), Arc::clone(&parts.events));
        let stack = Box::pin(stack).await?;
        Ok((Self { session: SessionHandle::start(config, parts, Arc::new(stack)) }, streams))
    }
}

delegate_media_transport!(WebRtcTransport);

/// What exists before the engine does.
pub(crate) struct Parts {
    pub(crate) ssrc: u32,
    pub(crate) cname: String,
    pub(crate) tap: Arc<TapState>,
    pub(crate) events: Arc<EventSink>,
}

impl Parts {
    pub(crate) fn new() -> (Self, TransportStreams) {
        let (event_sender, events) = mpsc::channel(EVENT_CAPACITY);
        let (packet_sender, packets) = mpsc::channel(PACKET_CAPACITY);
        // An SSRC of 0 is legal but confuses tools; the name is random as RFC 7022 §4.2 wants it.
        let ssrc = rand::random_range(1..u32::MAX);
        let cname = format!("{:032x}", rand::random::<u128>());
        let unix_time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let reports = Reports::new(ssrc, cname.clone(), Instant::now(), rtcp::wall_clock_ntp(unix_time));
        let tap = TapState::new(reports, packet_sender);
        let parts = Self { ssrc, cname, tap, events: Arc::new(EventSink::new(event_sender)) };
        (parts, TransportStreams { events, packets })
    }
}

/// A running session, whatever its engine.
pub(crate) struct SessionHandle {
    requests: mpsc::Sender<Request>,
    engine: Arc<dyn Engine>,
    tap: Arc<TapState>,
    wish: Arc<Mutex<MediaDirection>>,
    closed: CancellationToken,
    ended: CancellationToken,
    _close_on_drop: DropGuard,
}

impl SessionHandle {
    pub(crate) fn start(config: TransportConfig, parts: Parts, engine: Arc<dyn Engine>) -> Self {
        let (requests, request_receiver) = mpsc::channel(REQUEST_CAPACITY);
        let Parts { ssrc, cname, tap, events } = parts;
        let wish = Arc::new(Mutex::new(MediaDirection::SendRecv));
        let session = Negotiator {
            config,
            engine: Arc::clone(&engine),
            tap: Arc::clone(&tap),
            events,
            wish: Arc::clone(&wish),
            ssrc,
            cname,
            // 63 bits, as RFC 9429 §5.2.1 wants it.
            state: Negotiation::new(rand::random::<u64>() >> 1),
        };
        let (closed, ended) = (CancellationToken::new(), CancellationToken::new());
        let (token, end) = (closed.clone(), ended.clone().drop_guard());
        tokio::spawn(async move {
            Box::pin(session.run(request_receiver, token)).await;
            drop(end);
        });
        let _close_on_drop = closed.clone().drop_guard();
        Self { requests, engine, tap, wish, closed, ended, _close_on_drop }
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, TransportError>>) -> Request,
    ) -> Result<T, TransportError> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| TransportError::Closed)?;
        answer.await.unwrap_or(Err(TransportError::Closed))
    }

    pub(crate) async fn create_offer(&self, restart: bool) -> Result<SdpOffer, TransportError> {
        self.ask(|reply| Request::Offer { restart, reply }).await
    }

    pub(crate) async fn accept_answer(&self, answer: &SdpAnswer) -> Result<(), TransportError> {
        let answer = answer.clone();
        self.ask(|reply| Request::Accept { answer, reply }).await
    }

    pub(crate) async fn create_answer(&self, offer: &SdpOffer) -> Result<SdpAnswer, TransportError> {
        let offer = offer.clone();
        self.ask(|reply| Request::Answer { offer, reply }).await
    }

    pub(crate) fn set_direction(&self, direction: MediaDirection) {
        *self.wish.lock().expect("nothing panics while it holds the lock") = direction;
    }

    pub(crate) async fn send_rtp(&self, packet: RtpPacket) -> Result<bool, TransportError> {
        if self.closed.is_cancelled() {
            return Err(TransportError::Closed);
        }
        let Some((codec, direction)) = self.tap.agreement() else { return Ok(false) };
        if !direction.sends() || !self.engine.is_connected() {
            return Ok(false);
        }
        if packet.payload_type != codec.payload_type && Some(packet.payload_type) != codec.telephone_event {
            return Err(TransportError::PayloadType(packet.payload_type));
        }
        self.engine.write(packet).await.map(|()| true)
    }

    pub(crate) async fn stats(&self) -> TransportStats {
        let counts = self.tap.counts();
        let view = self.tap.remote_view();
        let rtt = match view.rtt {
            Some(rtt) => Some(rtt),
            None => self.engine.round_trip().await,
        };
        TransportStats {
            rtt,
            remote_loss: view.loss,
            remote_jitter: view.jitter,
            packets_sent: counts.sent,
            packets_received: counts.received,
            packets_dropped: counts.dropped,
            pair: self.engine.pair().await,
        }
    }

    pub(crate) async fn close(&self) {
        self.closed.cancel();
        self.ended.cancelled().await;
    }
}

#[cfg(test)]
mod tests;
