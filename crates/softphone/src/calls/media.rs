//! The media of a call: its session, its voice and its devices, from the first offer to the last packet.

use super::{CallEvent, Devices};
use crate::{
    parts::{Parts, Reach, Relays},
    post::CallPost,
    sound::Voice,
};
use mobilecall_domain::{CallQuality, SdpAnswer, SdpOffer, machine::MediaFailure};
use mobilecall_media::{jitter::ReceivedPayload, voice::IncomingPacket};
use mobilecall_transport::{
    MediaTransport, NegotiatedAudio, ReceivedPacket, TransportError, TransportEvent, TransportStreams,
};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::task::AbortOnDropHandle;

/// The session, voice and devices of a call, as far as they are open.
#[derive(Default)]
pub(crate) struct Media {
    /// Opens the session, then passes on what comes from it.
    pub(crate) session: Option<AbortOnDropHandle<()>>,
    pub(crate) transport: Option<Arc<dyn MediaTransport>>,
    pub(crate) negotiated: Option<NegotiatedAudio>,
    /// Where packets go.
    pub(crate) voice: VoiceSlot,
    /// Takes packets from the voice, and measures.
    pub(crate) voice_task: Option<AbortOnDropHandle<()>>,
    /// The voice is being stopped, and another one follows.
    pub(crate) restarting: bool,
    pub(crate) devices: Devices,
    /// What an earlier voice of this call counted.
    pub(crate) counted: Option<CallQuality>,
}

/// The voice of a call, once there is one.
pub(crate) type VoiceSlot = watch::Sender<Option<Arc<dyn Voice>>>;

/// A session that has just been opened.
pub(crate) struct StartedMedia {
    pub(crate) transport: Arc<dyn MediaTransport>,
    pub(crate) description: Description,
}

/// Our first description.
pub(crate) enum Description {
    Offer(SdpOffer),
    Answer(SdpAnswer),
}

impl Media {
    pub(crate) fn voice(&self) -> Option<Arc<dyn Voice>> {
        self.voice.borrow().clone()
    }

    /// Whether anything should be heard as far as the descriptions go.
    pub(crate) fn receives(&self) -> bool {
        self.negotiated.is_some_and(|negotiated| negotiated.direction.receives())
    }

    /// Closes everything; returns the last figures. Files are complete afterwards.
    pub(crate) async fn stop(self) -> Option<CallQuality> {
        drop(self.session);
        let voice = self.voice.borrow().clone();
        let rtt = match &self.transport {
            Some(transport) => transport.stats().await.rtt,
            None => None,
        };
        let counted = self.counted;
        let devices = (self.devices, self.voice_task);
        let closing = tokio::task::spawn_blocking(move || {
            let last = voice.map(|voice| {
                voice.stop();
                add(voice.quality(rtt), counted)
            });
            drop(devices);
            last
        });
        let last = closing.await.unwrap_or_else(|error| {
            tracing::error!(%error, "closing the sound of a call panicked");
            None
        });
        if let Some(transport) = self.transport {
            transport.close().await;
        }
        last
    }
}

/// Adds what an earlier voice of the same call counted.
pub(crate) fn add(quality: CallQuality, before: Option<CallQuality>) -> CallQuality {
    let Some(before) = before else { return quality };
    CallQuality {
        packets_sent: quality.packets_sent + before.packets_sent,
        packets_received: quality.packets_received + before.packets_received,
        packets_lost: quality.packets_lost + before.packets_lost,
        ..quality
    }
}

/// Opens a session, makes our first description (an answer if there is an offer), reports both, and then passes on
/// what comes from the session until it is closed.
pub(crate) async fn start_media(
    parts: Arc<Parts>,
    (reach, relays): (Reach, Relays),
    offer: Option<SdpOffer>,
    voice: watch::Receiver<Option<Arc<dyn Voice>>>,
    post: CallPost,
) {
    match open(&parts, (reach, relays), offer).await {
        Ok((started, streams)) => {
            post.tell(CallEvent::Started(started)).await;
            let TransportStreams { events, packets } = streams;
            tokio::join!(pass_events(events, &post), pass_packets(packets, voice, &post));
        }
        Err(error) => {
            tracing::warn!(call.id = %post.call, error = %crate::failure::chain(&error), "media could not be set up");
            post.tell(CallEvent::Failed(kind(&error))).await;
        }
    }
}

async fn open(
    parts: &Parts,
    (reach, relays): (Reach, Relays),
    offer: Option<SdpOffer>,
) -> Result<(StartedMedia, TransportStreams), TransportError> {
    let (transport, streams) = parts.transports.open(reach, relays).await?;
    let description = match offer {
        Some(offer) => Description::Answer(transport.create_answer(&offer).await?),
        None => Description::Offer(transport.create_offer().await?),
    };
    Ok((StartedMedia { transport, description }, streams))
}

/// What a transport's refusal means for the call.
pub(crate) fn kind(error: &TransportError) -> MediaFailure {
    match error {
        TransportError::RemoteDescription(_)
        | TransportError::Incompatible(_)
        | TransportError::LocalDescription(_) => MediaFailure::Incompatible,
        TransportError::PayloadType(_) => MediaFailure::Incompatible,
        TransportError::Socket(_)
        | TransportError::IceServer { .. }
        | TransportError::NoRelay
        | TransportError::Closed => MediaFailure::Network,
    }
}

async fn pass_events(mut events: mpsc::Receiver<TransportEvent>, post: &CallPost) {
    while let Some(event) = events.recv().await {
        post.tell(CallEvent::Transport(event)).await;
    }
}

/// Passes packets to the voice. Those that come before there is one wait in the transport's channel.
async fn pass_packets(
    packets: mpsc::Receiver<ReceivedPacket>,
    mut voice: watch::Receiver<Option<Arc<dyn Voice>>>,
    post: &CallPost,
) {
    if voice.wait_for(Option::is_some).await.is_err() {
        return;
    }
    let (first, came) = oneshot::channel();
    // Beside the packets, which must not wait until the owner takes the news.
    let tell = async {
        if came.await.is_ok() {
            post.tell(CallEvent::FirstPacket).await;
        }
    };
    tokio::join!(push_packets(packets, voice, first), tell);
}

async fn push_packets(
    mut packets: mpsc::Receiver<ReceivedPacket>,
    voice: watch::Receiver<Option<Arc<dyn Voice>>>,
    first: oneshot::Sender<()>,
) {
    let mut first = Some(first);
    while let Some(received) = packets.recv().await {
        if first.take().is_some_and(|first| first.send(()).is_err()) {
            tracing::debug!("nobody waits for the first packet");
        }
        let packet = received.packet;
        // Larger than any audio: not from a party that speaks our codecs.
        let Some(payload) = ReceivedPayload::new(&packet.payload) else { continue };
        let incoming = IncomingPacket {
            payload_type: packet.payload_type,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            payload,
        };
        if let Some(voice) = voice.borrow().as_ref() {
            // A packet that the voice has no room for is late, and counted there as lost.
            voice.push_packet(incoming, received.arrival);
        }
    }
}
