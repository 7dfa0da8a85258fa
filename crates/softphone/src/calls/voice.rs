//! The task beside a running voice: its packets to the network, its events and figures to the owner.

use super::{CallEvent, media::add};
use crate::{
    post::CallPost,
    shown::tell,
    sound::{LEVEL_INTERVAL, Voice},
};
use bytes::Bytes;
use mobilecall_domain::CallQuality;
use mobilecall_ipc::{Event, LevelSource, Levels};
use mobilecall_media::voice::{OutgoingPacket, VoiceEvent};
use mobilecall_transport::{MediaTransport, RtpPacket};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{broadcast, mpsc},
    time::{Instant, Interval, MissedTickBehavior},
};

/// One second of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Second {
    pub(crate) quality: CallQuality,
    /// How long nothing has come from the far end.
    pub(crate) silent_for: Duration,
}

/// Everything the task needs.
pub(crate) struct VoiceTask {
    pub(crate) voice: Arc<dyn Voice>,
    pub(crate) transport: Arc<dyn MediaTransport>,
    pub(crate) packets: mpsc::Receiver<OutgoingPacket>,
    pub(crate) events: mpsc::Receiver<VoiceEvent>,
    /// What an earlier voice of this call counted.
    pub(crate) counted: Option<CallQuality>,
    pub(crate) post: CallPost,
    /// For levels, which are too many to pass through the owner.
    pub(crate) windows: broadcast::Sender<Event>,
}

impl VoiceTask {
    /// Runs until it is aborted, or the voice has ended.
    pub(crate) async fn run(mut self) {
        let mut seconds = every(Duration::from_secs(1));
        let mut levels = every(LEVEL_INTERVAL);
        loop {
            tokio::select! {
                packet = self.packets.recv() => match packet {
                    Some(packet) => self.send(packet).await,
                    None => return,
                },
                Some(event) = self.events.recv() => self.tell(event).await,
                _ = seconds.tick() => self.measure().await,
                _ = levels.tick() => self.tell_levels(),
            }
        }
    }

    async fn send(&self, packet: OutgoingPacket) {
        let packet = RtpPacket {
            payload_type: packet.payload_type,
            marker: packet.marker,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            // The transport's own.
            ssrc: 0,
            payload: Bytes::copy_from_slice(packet.payload.as_slice()),
        };
        if let Err(error) = self.transport.send_rtp(packet).await {
            tracing::trace!(%error, "a packet could not be sent");
        }
    }

    async fn tell(&self, event: VoiceEvent) {
        let event = match event {
            VoiceEvent::DigitReceived(digit) => CallEvent::Digit(digit),
            VoiceEvent::FirstAudio => CallEvent::FirstAudio(self.voice.stats().first_audio_at),
        };
        self.post.tell(event).await;
    }

    async fn measure(&self) {
        let stats = self.transport.stats().await;
        if let Some(loss) = stats.remote_loss {
            let percent = (loss * 100.0).clamp(0.0, 100.0) as u8;
            if let Err(error) = self.voice.set_expected_loss(percent) {
                tracing::debug!(%error, "the encoder was not told of the loss");
            }
        }
        let second = Second {
            quality: add(self.voice.quality(stats.rtt), self.counted),
            silent_for: self.voice.stats().since_last_packet,
        };
        self.post.tell(CallEvent::Second(second)).await;
    }

    fn tell_levels(&self) {
        if self.voice.is_held() {
            return;
        }
        let path = self.voice.stats().path;
        let levels = Levels { input: path.microphone_level, output: path.speaker_level };
        tell(&self.windows, Event::Levels { source: LevelSource::Call { call: self.post.call }, levels });
    }
}

/// Ticks that do not catch up; the first comes after one period.
fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
