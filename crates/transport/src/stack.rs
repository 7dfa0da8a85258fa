//! The only module that builds a peer connection of the stack beneath (`webrtc`, a layer over the I/O-free `rtc`).

use crate::config::{Paths, RestartSockets, TransportConfig};
use crate::engine::{Engine, OfferKind};
use crate::events::EventSink;
use crate::flushing::FlushingRuntime;
use crate::guard::GuardedRuntime;
use crate::relay::{self, Relays};
use crate::sdp::RemoteDescription;
use crate::sdp::candidate::Candidate;
use crate::sdp::stack::{INNER_PAYLOAD_TYPE, StackTransport, describe_peer};
use crate::tap::{Tap, TapState};
use crate::{
    CandidatePair, CandidateType, PeerAddresses, RelayStanding, RtpPacket, TransportError, TransportEvent, ports,
};
use async_trait::async_trait;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::{Registry, Slot};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCOfferOptions;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::{SettingEngine, SettingEngineBuilder};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tracing::debug;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder, RTCIceCandidateInit,
    RTCIceCandidateType, RTCIceGatheringState, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnectionIceEvent,
    RTCPeerConnectionState, RTCSdpType, RTCSessionDescription, StatsSelector,
};
use webrtc::runtime::{Runtime, TokioRuntime};

/// Consent checks (RFC 7675), which also measure the round trip time.
const KEEPALIVE: Duration = Duration::from_secs(2);
/// Between two rounds of connectivity checks. The default of 200 ms is most of the time a call takes to connect.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);
/// Rounds before a pair is given up: until the session fails anyway, since a peer may need seconds to answer a call.
const MAX_CHECKS: u16 = 1_000;

/// A peer connection with its one outgoing stream.
pub(crate) struct Stack {
    connection: Arc<dyn PeerConnection>,
    link: Arc<Link>,
    track: Arc<TrackLocalStaticRTP>,
    tap: Arc<TapState>,
    ssrc: u32,
    gathering: Duration,
    restart: RestartSockets,
    relays: Arc<Relays>,
}

/// What the stack reports.
struct Link {
    connected: AtomicBool,
    /// Grows with each finished gathering.
    gatherings: watch::Sender<u64>,
    /// Our candidates of the current generation. The stack's own description keeps those of sockets that an ICE restart
    /// has replaced.
    candidates: Mutex<Vec<Candidate>>,
    events: Arc<EventSink>,
}

impl Stack {
    /// On the machine's sockets and time, or others if some are given.
    pub(crate) async fn build(
        config: &TransportConfig,
        runtime: Option<Arc<dyn Runtime>>,
        ssrc: u32,
        tap: Arc<TapState>,
        events: Arc<EventSink>,
    ) -> Result<Self, TransportError> {
        let link = Arc::new(Link {
            connected: AtomicBool::new(false),
            gatherings: watch::Sender::new(0),
            candidates: Mutex::default(),
            events,
        });
        let (servers, relays) = relay::split(config)?;
        if config.paths == Paths::Relayed && relays.is_empty() {
            return Err(TransportError::NoRelay);
        }
        let relays = Arc::new(relays);
        let runtime = guarded(runtime.unwrap_or_else(|| runtime_for(&relays)), config, &relays);
        let chosen = ports::choose(config)?;
        let names = chosen.addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(", ");
        let surroundings = (runtime, chosen.addresses.clone());
        let connection = Box::pin(connect(config, servers, surroundings, Arc::clone(&tap), Arc::clone(&link)))
            .await
            .map_err(|error| TransportError::Socket(format!("{error} (tried {names})")))?;
        drop(chosen);
        let track = Arc::new(TrackLocalStaticRTP::new(media_track(ssrc)));
        connection.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await.map_err(local)?;
        Ok(Self { connection, link, track, tap, ssrc, gathering: config.gathering, restart: config.restart, relays })
    }

    async fn apply(
        &self,
        remote: &RemoteDescription,
        wrap: fn(String) -> webrtc::error::Result<RTCSessionDescription>,
    ) -> Result<(), TransportError> {
        let description = wrap(describe_peer(remote)).map_err(peers)?;
        self.connection.set_remote_description(description).await.map_err(peers)
    }

    /// Before an ICE restart: what was gathered so far counts no more if the sockets go.
    fn forget_candidates(&self) {
        match self.restart {
            RestartSockets::Rebind => self.link.candidates().clear(),
            RestartSockets::Keep => {}
        }
    }

    /// Host candidates are there at once; this waits for those of the ICE servers, as long as configured.
    async fn apply_own(&self, description: RTCSessionDescription) -> Result<(), TransportError> {
        let mut gathered = self.link.gatherings.subscribe();
        self.connection.set_local_description(description).await.map_err(local)?;
        if tokio::time::timeout(self.gathering, gathered.changed()).await.is_err() {
            debug!("going on without the candidates that are still being gathered");
        }
        Ok(())
    }
}

#[async_trait]
impl Engine for Stack {
    async fn offer(&self, kind: OfferKind) -> Result<(), TransportError> {
        let options = match kind {
            OfferKind::First => None,
            OfferKind::Restart => {
                self.forget_candidates();
                Some(RTCOfferOptions { ice_restart: true })
            }
        };
        let offer = self.connection.create_offer(options).await.map_err(local)?;
        self.apply_own(offer).await
    }

    async fn accept(&self, remote: &RemoteDescription) -> Result<(), TransportError> {
        self.apply(remote, RTCSessionDescription::answer).await
    }

    async fn answer(&self, remote: &RemoteDescription) -> Result<(), TransportError> {
        self.forget_candidates();
        self.apply(remote, RTCSessionDescription::offer).await?;
        let answer = self.connection.create_answer(None).await.map_err(local)?;
        self.apply_own(answer).await
    }

    async fn withdraw(&self) -> Result<(), TransportError> {
        let mut rollback = RTCSessionDescription::default();
        rollback.sdp_type = RTCSdpType::Rollback;
        self.connection.set_local_description(rollback).await.map_err(local)
    }

    async fn add_candidate(&self, candidate: &Candidate) -> Result<(), TransportError> {
        let candidate = RTCIceCandidateInit { candidate: candidate.to_string(), ..Default::default() };
        self.connection.add_ice_candidate(candidate).await.map_err(peers)
    }

    async fn transport(&self) -> Result<StackTransport, TransportError> {
        let description = self.connection.local_description().await;
        let description = description.ok_or_else(|| TransportError::LocalDescription("the stack has none".into()))?;
        let mut transport = StackTransport::parse(&description.sdp)
            .map_err(|error| TransportError::LocalDescription(error.to_string()))?;
        transport.candidates = self.link.candidates().clone();
        Ok(transport)
    }

    fn is_connected(&self) -> bool {
        self.link.connected.load(Ordering::Acquire)
    }

    async fn write(&self, packet: RtpPacket) -> Result<(), TransportError> {
        self.tap.note_payload_type(packet.sequence, packet.payload_type);
        let header = rtc::rtp::Header {
            version: 2,
            marker: packet.marker,
            payload_type: INNER_PAYLOAD_TYPE,
            sequence_number: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: self.ssrc,
            ..Default::default()
        };
        let packet = rtc::rtp::Packet { header, payload: packet.payload };
        // The one way this fails is that the stack's task is gone.
        self.track.write_rtp(packet).await.map_err(|_| TransportError::Closed)
    }

    /// Round trip time of the connectivity checks on the pair in use.
    async fn round_trip(&self) -> Option<Duration> {
        let report = self.connection.get_stats(Instant::now(), StatsSelector::None).await;
        report
            .candidate_pairs()
            .filter(|pair| pair.nominated && pair.current_round_trip_time > 0.0)
            .map(|pair| Duration::from_secs_f64(pair.current_round_trip_time))
            .next()
    }

    fn relays(&self) -> RelayStanding {
        self.relays.standing()
    }

    async fn pair(&self) -> Option<CandidatePair> {
        if !self.is_connected() {
            return None;
        }
        // The statistics have no candidate that came with a description, so the transport itself is asked.
        let sender = self.connection.get_senders().await.into_iter().next()?;
        let transport = sender.transport().await.ok()??;
        let pair = transport.ice_transport().get_selected_candidate_pair().await.ok()??;
        Some(CandidatePair { local: candidate_type(pair.local().typ), remote: candidate_type(pair.remote().typ) })
    }

    /// The event stream of the track brings nothing, since the tap takes everything, but it ends with the stack's task.
    async fn stopped(&self) {
        while self.track.poll().await.is_some() {}
    }

    async fn close(&self) {
        if let Err(error) = self.connection.close().await {
            debug!(%error, "the stack did not close cleanly");
        }
    }
}

fn candidate_type(found: RTCIceCandidateType) -> CandidateType {
    match found {
        RTCIceCandidateType::Host => CandidateType::Host,
        RTCIceCandidateType::Srflx => CandidateType::ServerReflexive,
        RTCIceCandidateType::Relay => CandidateType::Relayed,
        _ => CandidateType::PeerReflexive,
    }
}

fn local(error: webrtc::error::Error) -> TransportError {
    TransportError::LocalDescription(error.to_string())
}

fn peers(error: webrtc::error::Error) -> TransportError {
    TransportError::RemoteDescription(error.to_string())
}

impl Link {
    fn candidates(&self) -> MutexGuard<'_, Vec<Candidate>> {
        self.candidates.lock().expect("nothing panics while it holds the lock")
    }
}

#[async_trait]
impl PeerConnectionEventHandler for Link {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        let Ok(written) = event.candidate.to_json() else { return };
        let candidate = Candidate::parse(written.candidate.trim_start_matches("candidate:"));
        let mut candidates = self.candidates();
        if let Some(candidate) = candidate.filter(|it| !candidates.contains(it)) {
            candidates.push(candidate);
        }
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gatherings.send_modify(|count| *count += 1);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let event = match state {
            RTCPeerConnectionState::Connected => TransportEvent::Connected,
            RTCPeerConnectionState::Disconnected => TransportEvent::Disconnected,
            RTCPeerConnectionState::Failed => TransportEvent::Failed,
            // `Closed` follows our own close, which tells it itself; the others are no news to anyone.
            _ => return,
        };
        // A path that is only disconnected may still carry packets, so sending goes on until it has failed.
        self.connected.store(state != RTCPeerConnectionState::Failed, Ordering::Release);
        self.events.emit(event);
    }
}

async fn connect(
    config: &TransportConfig,
    servers: Vec<RTCIceServer>,
    (runtime, addresses): (Arc<dyn Runtime>, Vec<SocketAddr>),
    tap: Arc<TapState>,
    link: Arc<Link>,
) -> webrtc::error::Result<Arc<dyn PeerConnection>> {
    let mut media_engine = MediaEngine::default();
    media_engine.register_codec(
        RTCRtpCodecParameters { rtp_codec: codec(), payload_type: INNER_PAYLOAD_TYPE },
        RtpCodecKind::Audio,
    )?;
    let policy = match config.paths {
        Paths::Any => RTCIceTransportPolicy::All,
        Paths::Relayed => RTCIceTransportPolicy::Relay,
    };
    let configuration = RTCConfigurationBuilder::new().with_ice_servers(servers).with_ice_transport_policy(policy);
    let builder = PeerConnectionBuilder::new()
        .with_configuration(configuration.build())
        .with_media_engine(media_engine)
        .with_setting_engine(settings(config))
        .with_interceptor_registry(Registry::new().with(Slot::from(14_000), Tap::new(tap)))
        .with_handler(link)
        .with_udp_addrs(addresses)
        .with_runtime(runtime);
    Ok(Arc::new(Box::pin(builder.build()).await?))
}

/// What the stack's tasks, timers and sockets are made of.
fn runtime_for(relays: &Relays) -> Arc<dyn Runtime> {
    if relays.is_empty() { Arc::new(TokioRuntime) } else { Arc::new(FlushingRuntime::new()) }
}

/// STUN servers are the owner's own choice, so only the addresses of a peer are guarded. Relays are reached past this.
fn guarded(inner: Arc<dyn Runtime>, config: &TransportConfig, relays: &Arc<Relays>) -> Arc<dyn Runtime> {
    let peers = if config.ice_servers.is_empty() { config.peers } else { PeerAddresses::ANY };
    Arc::new(GuardedRuntime { inner, peers, relays: Arc::clone(relays) })
}

fn settings(config: &TransportConfig) -> SettingEngine {
    let at_once = Some(Duration::ZERO);
    let keepalive = KEEPALIVE.min(config.disconnected_after / 2);
    SettingEngineBuilder::new()
        .with_ice_timeouts(Some(config.disconnected_after), Some(config.failed_after), Some(keepalive))
        .with_ice_connection_attempts(Some(CHECK_INTERVAL), Some(MAX_CHECKS))
        .with_host_acceptance_min_wait(at_once)
        .with_srflx_acceptance_min_wait(at_once)
        .with_prflx_acceptance_min_wait(at_once)
        .with_relay_acceptance_min_wait(at_once)
        // Peers behind `.local` names reach us, which is enough, and spares a multicast socket a call.
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .with_discard_local_candidates_during_ice_restart(config.restart == RestartSockets::Rebind)
        .build()
}

fn codec() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: "audio/opus".to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: Vec::new(),
    }
}

fn media_track(ssrc: u32) -> MediaStreamTrack {
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        codec: codec(),
        ..Default::default()
    };
    let name = || "audio".to_owned();
    MediaStreamTrack::new(name(), name(), name(), RtpCodecKind::Audio, vec![encoding])
}
