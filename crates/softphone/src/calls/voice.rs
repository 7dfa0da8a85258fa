//! The task beside a running voice: its packets to the network, its events and figures to the owner.

use super::{CallEvent, media::add};
use crate::{post::CallPost, shown::tell, sound::Voice};
use bytes::Bytes;
use mobilecall_domain::CallQuality;
use mobilecall_ipc::{Event, LevelSource, Levels};
use mobilecall_media::voice::{OutgoingPacket, VoiceEvent};
use mobilecall_transport::{CandidatePair, MediaRuntime, MediaTransport, RtpPacket};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{broadcast, mpsc},
    time::{Instant, Interval, MissedTickBehavior},
};
use tokio_util::task::AbortOnDropHandle;

/// Levels of a call are told no more often than this: they show who talks, and need not follow each syllable.
const LEVELS_EVERY: Duration = Duration::from_millis(300);
/// Levels that have not changed are told again after this long.
const LEVELS_AGAIN: Duration = Duration::from_secs(2);
/// How many levels above silence are told apart.
const LEVEL_STEPS: f32 = 5.0;

/// One second of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Second {
    pub(crate) quality: CallQuality,
    /// How long nothing has come from the far end.
    pub(crate) silent_for: Duration,
    /// Readings of the microphone's level before processing; none while it is off for the call.
    pub(crate) levels: Vec<f32>,
    /// The ends of the path that packets take.
    pub(crate) pair: Option<CandidatePair>,
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
    ///
    /// Packets are sent by a task of their own, where packets are carried. What is told to the owner goes beside it, so
    /// that an owner who waits for a slow disk delays no packet, and neither do statistics; levels, which wait for nobody,
    /// are beside both.
    pub(crate) async fn run(self, carrier: MediaRuntime) {
        let Self { voice, transport, packets, events, counted, post, windows } = self;
        let sent = AbortOnDropHandle::new(carrier.spawn(send_packets(packets, Arc::clone(&transport))));
        let readings = Mutex::default();
        let reports = Reports { voice, transport, counted, post, windows, readings };
        tokio::select! {
            ended = sent => if let Err(error) = ended {
                tracing::error!(%error, "sending the packets of a call panicked");
            },
            never = reports.tell_events_and_seconds(events) => match never {},
            never = reports.show_levels() => match never {},
        }
    }
}

/// Sends what the voice makes, and waits for nothing but the next packet, until the voice has ended.
async fn send_packets(mut packets: mpsc::Receiver<OutgoingPacket>, transport: Arc<dyn MediaTransport>) {
    while let Some(packet) = packets.recv().await {
        let packet = RtpPacket {
            payload_type: packet.payload_type,
            marker: packet.marker,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            // The transport's own.
            ssrc: 0,
            payload: Bytes::copy_from_slice(packet.payload.as_slice()),
        };
        if let Err(error) = transport.send_rtp(packet).await {
            tracing::trace!(%error, "a packet could not be sent");
        }
    }
}

/// What is told of a running voice.
struct Reports {
    voice: Arc<dyn Voice>,
    transport: Arc<dyn MediaTransport>,
    counted: Option<CallQuality>,
    post: CallPost,
    windows: broadcast::Sender<Event>,
    /// Of the microphone since the last second, taken as often as levels are shown.
    readings: Mutex<Vec<f32>>,
}

/// More readings than this nobody has taken for many seconds.
const MOST_READINGS: usize = 100;

impl Reports {
    /// Waits for the owner. Seconds that pass meanwhile are left out: the next one is measured afresh.
    async fn tell_events_and_seconds(&self, mut events: mpsc::Receiver<VoiceEvent>) -> Infallible {
        let mut seconds = every(Duration::from_secs(1));
        loop {
            tokio::select! {
                Some(event) = events.recv() => self.tell(event).await,
                _ = seconds.tick() => self.measure().await,
            }
        }
    }

    /// Each level costs a window a drawing, so that only those are told that can be told apart.
    async fn show_levels(&self) -> Infallible {
        let mut ticks = every(LEVELS_EVERY);
        let mut told = (Instant::now(), None);
        loop {
            ticks.tick().await;
            self.read();
            let levels = self.levels();
            // Again after a while, for windows that came meanwhile.
            if levels.is_some() && (levels != told.1 || told.0.elapsed() >= LEVELS_AGAIN) {
                told = (Instant::now(), levels);
                self.tell_levels(levels);
            }
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
            levels: std::mem::take(&mut *self.readings.lock().unwrap_or_else(PoisonError::into_inner)),
            pair: stats.pair,
        };
        self.post.tell(CallEvent::Second(second)).await;
    }

    /// Reads the microphone, unless it is off.
    fn read(&self) {
        let is_off = self.voice.is_held() || self.voice.is_muted();
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if is_off || readings.len() >= MOST_READINGS {
            readings.clear();
        }
        if !is_off {
            readings.push(self.voice.stats().path.raw_level);
        }
    }

    /// None while the call is held. What a muted microphone hears is of no use to anybody.
    fn levels(&self) -> Option<Levels> {
        if self.voice.is_held() {
            return None;
        }
        let path = self.voice.stats().path;
        let input = if self.voice.is_muted() { 0.0 } else { in_steps(path.microphone_level) };
        Some(Levels { input, output: in_steps(path.speaker_level) })
    }

    fn tell_levels(&self, levels: Option<Levels>) {
        let Some(levels) = levels else { return };
        tell(&self.windows, Event::Levels { source: LevelSource::Call { call: self.post.call }, levels });
    }
}

/// The nearest level of those that are told.
fn in_steps(level: f32) -> f32 {
    (level * LEVEL_STEPS).round() / LEVEL_STEPS
}

/// Ticks that do not catch up; the first comes after one period.
fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{post::Post, sound::SoundSystem as _, tests::FakeSound};
    use mobilecall_domain::{CallId, LegId};
    use mobilecall_media::{
        apm::Processing,
        codec::{Codec, SentPayload},
        voice::{StreamPosition, VoiceConfig, VoiceOutputs},
    };
    use mobilecall_transport::{TransportConfig, TransportEvent, fake::FakeNetwork};
    use std::num::NonZeroUsize;

    const CONFIG: VoiceConfig = VoiceConfig {
        codec: Codec::Opus,
        payload_type: 111,
        telephone_event: None,
        processing: Processing::NONE,
        audible_digits: false,
        start: StreamPosition { sequence: 0, timestamp: 0 },
    };

    fn packet(sequence: u16) -> OutgoingPacket {
        let payload = SentPayload::new(&[0xf8, 0xff, 0xfe]).unwrap();
        OutgoingPacket { payload_type: 111, marker: false, sequence, timestamp: u32::from(sequence) * 960, payload }
    }

    #[tokio::test(start_paused = true)]
    async fn an_owner_who_takes_no_messages_delays_no_packet() {
        let network = FakeNetwork::new();
        let (ours, mut streams) = network.transport(TransportConfig::loopback());
        let (theirs, mut heard) = network.transport(TransportConfig::loopback());
        let offer = ours.create_offer().await.unwrap();
        ours.accept_answer(&theirs.create_answer(&offer).await.unwrap()).await.unwrap();
        while streams.events.recv().await != Some(TransportEvent::Connected) {}

        let (packets, outgoing) = mpsc::channel(16);
        let (events, happened) = mpsc::channel(16);
        let (inbox, mut owner) = mpsc::channel(1);
        let outputs = VoiceOutputs { packets: packets.clone(), events: events.clone() };
        let task = VoiceTask {
            voice: FakeSound::default().start_voice(CONFIG, outputs).unwrap(),
            transport: Arc::new(ours),
            packets: outgoing,
            events: happened,
            counted: None,
            post: Post::new(inbox.downgrade(), 0).of_leg(CallId::generate(), LegId::generate()),
            windows: broadcast::Sender::new(16),
        };
        let task = tokio::spawn(task.run(MediaRuntime::of_caller()));
        // The first fills the owner's inbox, the others wait for room in it.
        for _ in 0..3 {
            events.send(VoiceEvent::FirstAudio).await.unwrap();
        }
        for sequence in 0..500 {
            tokio::time::advance(Duration::from_millis(20)).await;
            let sent = Instant::now();
            packets.send(packet(sequence)).await.unwrap();
            let received = tokio::time::timeout(Duration::from_secs(1), heard.packets.recv()).await;
            let received = received.expect("a packet, though the owner is busy").unwrap();
            assert_eq!(received.packet.sequence, sequence);
            assert_eq!(sent.elapsed(), Duration::ZERO, "no timer was waited for");
        }
        assert_eq!(owner.len(), 1, "the owner has taken nothing in ten seconds");
        for _ in 0..3 {
            assert!(owner.recv().await.is_some(), "what waited is told in the end");
        }
        task.abort();
    }

    #[tokio::test]
    async fn a_program_all_of_whose_threads_wait_delays_no_packet() {
        let network = FakeNetwork::new();
        let (ours, mut streams) = network.transport(TransportConfig::loopback());
        let (theirs, mut heard) = network.transport(TransportConfig::loopback());
        let offer = ours.create_offer().await.unwrap();
        ours.accept_answer(&theirs.create_answer(&offer).await.unwrap()).await.unwrap();
        while streams.events.recv().await != Some(TransportEvent::Connected) {}

        let (packets, outgoing) = mpsc::channel(16);
        let (events, happened) = mpsc::channel(16);
        let (inbox, _owner) = mpsc::channel(1);
        let task = VoiceTask {
            voice: FakeSound::default().start_voice(CONFIG, VoiceOutputs { packets: packets.clone(), events }).unwrap(),
            transport: Arc::new(ours),
            packets: outgoing,
            events: happened,
            counted: None,
            post: Post::new(inbox.downgrade(), 0).of_leg(CallId::generate(), LegId::generate()),
            windows: broadcast::Sender::new(16),
        };
        let task = tokio::spawn(task.run(MediaRuntime::with_threads(NonZeroUsize::MIN)));
        tokio::task::yield_now().await;
        // The voice's thread, which talks with the other side while the only thread of this runtime waits for it.
        let (done, finished) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for sequence in 0..10 {
                packets.blocking_send(packet(sequence)).unwrap();
                assert_eq!(heard.packets.blocking_recv().unwrap().packet.sequence, sequence);
            }
            done.send(()).unwrap();
        });
        finished.recv_timeout(Duration::from_secs(10)).expect("ten packets arrive all the same");
        task.abort();
    }
}
