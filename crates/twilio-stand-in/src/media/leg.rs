//! The task of one softphone's session: descriptions and packets in and out.

use super::room::RoomMessage;
use super::studio::Agreed;
use crate::core::{LegKey, MediaOutcome};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use mobilecall_media::Codec;
use mobilecall_pstream::code;
use mobilecall_transport::{
    self as transport, MediaTransport as _, NegotiatedAudio, ReceivedPacket, RtpPacket, TransportConfig,
    TransportError, TransportEvent, TransportStreams, WebRtcTransport,
};
use tokio::sync::mpsc;

/// Descriptions of one leg come one by one; packets come each 20 ms.
pub(super) const CAPACITY: usize = 64;

/// What the session shall do.
pub(super) enum LegCommand {
    Answer(SdpOffer),
    Offer,
    Accept(SdpAnswer),
    Reanswer(SdpOffer),
    Send(RtpPacket),
}

/// Serves the session until its commands end.
pub(super) async fn run(
    key: LegKey,
    config: TransportConfig,
    mut commands: mpsc::Receiver<LegCommand>,
    room: mpsc::Sender<RoomMessage>,
) {
    let leg = Leg { key, room };
    let (session, mut streams) = match WebRtcTransport::new(config).await {
        Ok(opened) => opened,
        Err(error) => {
            tracing::error!(%error, "no media session could be opened");
            return leg.tell(MediaOutcome::Refused(code::INTERNAL)).await;
        }
    };
    let TransportStreams { events, packets } = &mut streams;
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => leg.execute(&session, command).await,
                None => break,
            },
            Some(event) = events.recv() => leg.happened(event).await,
            Some(ReceivedPacket { packet, arrival }) = packets.recv() => {
                leg.send(RoomMessage::Packet(key, packet, arrival)).await;
            }
        }
    }
    session.close().await;
}

struct Leg {
    key: LegKey,
    room: mpsc::Sender<RoomMessage>,
}

impl Leg {
    async fn execute(&self, session: &WebRtcTransport, command: LegCommand) {
        let outcome = match command {
            LegCommand::Send(packet) => return send(session, packet).await,
            LegCommand::Answer(offer) => session.create_answer(&offer).await.map(MediaOutcome::Answered),
            LegCommand::Offer => session.create_offer().await.map(MediaOutcome::Offered),
            LegCommand::Reanswer(offer) => session.create_answer(&offer).await.map(MediaOutcome::Reanswered),
            LegCommand::Accept(answer) => match session.accept_answer(&answer).await {
                Ok(()) => return,
                Err(error) => Err(error),
            },
        };
        let outcome = outcome.unwrap_or_else(|error| MediaOutcome::Refused(wire_code(&error)));
        self.tell(outcome).await;
    }

    async fn happened(&self, event: TransportEvent) {
        match event {
            TransportEvent::Negotiated(audio) => self.send(RoomMessage::Agreed(self.key, agreed(audio))).await,
            TransportEvent::Connected | TransportEvent::Disconnected | TransportEvent::NoPath(_) => {}
            TransportEvent::Failed | TransportEvent::Closed => self.tell(MediaOutcome::Lost).await,
        }
    }

    async fn tell(&self, outcome: MediaOutcome) {
        self.send(RoomMessage::Outcome(self.key, outcome)).await;
    }

    async fn send(&self, message: RoomMessage) {
        if self.room.send(message).await.is_err() {
            tracing::debug!(leg = self.key.0, "the stand-in has ended before this leg");
        }
    }
}

async fn send(session: &WebRtcTransport, packet: RtpPacket) {
    match session.send_rtp(packet).await {
        // Not connected yet or on hold: what is played meanwhile is missed.
        Ok(_) => {}
        // A renegotiation came in between; the next packet has the new payload type.
        Err(TransportError::PayloadType(_) | TransportError::Closed) => {}
        Err(error) => tracing::warn!(%error, "a packet was not sent"),
    }
}

fn agreed(audio: NegotiatedAudio) -> Agreed {
    let codec = match audio.codec {
        transport::Codec::Opus => Codec::Opus,
        transport::Codec::Pcmu => Codec::Pcmu,
    };
    Agreed { codec, payload_type: audio.payload_type, telephone_event: audio.telephone_event }
}

fn wire_code(error: &TransportError) -> u32 {
    match error {
        TransportError::RemoteDescription(_) => code::BAD_REQUEST,
        TransportError::Incompatible(_) => code::INCOMPATIBLE_MEDIA,
        TransportError::LocalDescription(_)
        | TransportError::IceServer { .. }
        | TransportError::NoRelay
        | TransportError::Socket(_)
        | TransportError::PayloadType(_)
        | TransportError::Closed => code::INTERNAL,
    }
}
