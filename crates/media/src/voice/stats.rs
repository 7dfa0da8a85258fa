//! Figures of a running voice thread, written by it and read by anyone, without locks.

use super::clock::Clock;
use super::path::{PathFigures, StreamPosition, VoicePath};
use crate::jitter::JitterCounters;
use crate::quality::Reception;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What a voice thread has to tell of itself. Figures belong to about the same moment, not exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoiceStats {
    /// Levels and counters of the path. Its times are those below.
    pub path: PathFigures,
    /// When sound from the far end was first played.
    pub first_audio_at: Option<Instant>,
    /// How long no packet has come; since the start when none ever came.
    pub since_last_packet: Duration,
    /// 10 ms frames of the microphone lost because the thread was kept from running.
    pub capture_frames_lost: u64,
    /// Packets that the network side did not take in time.
    pub outgoing_dropped: u64,
    /// Where the outgoing stream will go on.
    pub position: StreamPosition,
}

/// "Never" as a time in microseconds.
const NEVER: u64 = u64::MAX;

#[derive(Default)]
pub(super) struct SharedStats {
    microphone_level: AtomicU32,
    raw_level: AtomicU32,
    speaker_level: AtomicU32,
    packets_sent: AtomicU64,
    expected: AtomicU64,
    received: AtomicU64,
    jitter_us: AtomicU64,
    duplicates: AtomicU64,
    late: AtomicU64,
    malformed: AtomicU64,
    recovered: AtomicU64,
    concealed: AtomicU64,
    removed: AtomicU64,
    inserted: AtomicU64,
    played: AtomicU64,
    buffer_delay_us: AtomicU64,
    buffer_target_us: AtomicU64,
    first_audio_us: AtomicU64,
    last_packet_us: AtomicU64,
    codec_failures: AtomicU64,
    position: AtomicU64,
    capture_frames_lost: AtomicU64,
    outgoing_dropped: AtomicU64,
}

impl SharedStats {
    pub(super) fn new(path: &VoicePath) -> Self {
        let stats = Self::default();
        stats.publish(path);
        stats
    }

    pub(super) fn publish(&self, path: &VoicePath) {
        let figures = path.figures();
        self.microphone_level.store(figures.microphone_level.to_bits(), Relaxed);
        self.raw_level.store(figures.raw_level.to_bits(), Relaxed);
        self.speaker_level.store(figures.speaker_level.to_bits(), Relaxed);
        self.packets_sent.store(figures.packets_sent, Relaxed);
        self.expected.store(figures.reception.expected, Relaxed);
        self.received.store(figures.reception.received, Relaxed);
        self.jitter_us.store((figures.reception.jitter_ms * 1_000.0) as u64, Relaxed);
        self.duplicates.store(figures.jitter.duplicates, Relaxed);
        self.late.store(figures.jitter.late, Relaxed);
        self.malformed.store(figures.jitter.malformed, Relaxed);
        self.recovered.store(figures.jitter.recovered_samples, Relaxed);
        self.concealed.store(figures.jitter.concealed_samples, Relaxed);
        self.removed.store(figures.jitter.removed_samples, Relaxed);
        self.inserted.store(figures.jitter.inserted_samples, Relaxed);
        self.played.store(figures.jitter.played_samples, Relaxed);
        self.buffer_delay_us.store(figures.buffer_delay.as_micros() as u64, Relaxed);
        self.buffer_target_us.store(figures.buffer_target.as_micros() as u64, Relaxed);
        self.first_audio_us.store(encode(figures.first_audio), Relaxed);
        self.last_packet_us.store(encode(figures.last_packet), Relaxed);
        self.codec_failures.store(figures.codec_failures, Relaxed);
        let position = path.position();
        self.position.store(u64::from(position.sequence) << 32 | u64::from(position.timestamp), Relaxed);
    }

    pub(super) fn lost_capture(&self, frames: u32) {
        self.capture_frames_lost.fetch_add(u64::from(frames), Relaxed);
    }

    pub(super) fn dropped_outgoing(&self) {
        self.outgoing_dropped.fetch_add(1, Relaxed);
    }

    pub(super) fn snapshot(&self, clock: &Clock) -> VoiceStats {
        let path = self.figures();
        let position = self.position.load(Relaxed);
        VoiceStats {
            first_audio_at: path.first_audio.map(|time| clock.instant(time)),
            since_last_packet: clock.now().saturating_sub(path.last_packet.unwrap_or_default()),
            capture_frames_lost: self.capture_frames_lost.load(Relaxed),
            outgoing_dropped: self.outgoing_dropped.load(Relaxed),
            position: StreamPosition { sequence: (position >> 32) as u16, timestamp: position as u32 },
            path,
        }
    }

    fn figures(&self) -> PathFigures {
        PathFigures {
            microphone_level: f32::from_bits(self.microphone_level.load(Relaxed)),
            raw_level: f32::from_bits(self.raw_level.load(Relaxed)),
            speaker_level: f32::from_bits(self.speaker_level.load(Relaxed)),
            packets_sent: self.packets_sent.load(Relaxed),
            reception: Reception {
                expected: self.expected.load(Relaxed),
                received: self.received.load(Relaxed),
                jitter_ms: self.jitter_us.load(Relaxed) as f64 / 1_000.0,
            },
            jitter: JitterCounters {
                duplicates: self.duplicates.load(Relaxed),
                late: self.late.load(Relaxed),
                malformed: self.malformed.load(Relaxed),
                recovered_samples: self.recovered.load(Relaxed),
                concealed_samples: self.concealed.load(Relaxed),
                removed_samples: self.removed.load(Relaxed),
                inserted_samples: self.inserted.load(Relaxed),
                played_samples: self.played.load(Relaxed),
            },
            buffer_delay: Duration::from_micros(self.buffer_delay_us.load(Relaxed)),
            buffer_target: Duration::from_micros(self.buffer_target_us.load(Relaxed)),
            first_audio: decode(self.first_audio_us.load(Relaxed)),
            last_packet: decode(self.last_packet_us.load(Relaxed)),
            codec_failures: self.codec_failures.load(Relaxed),
        }
    }
}

fn encode(time: Option<Duration>) -> u64 {
    time.map_or(NEVER, |time| time.as_micros() as u64)
}

fn decode(micros: u64) -> Option<Duration> {
    (micros != NEVER).then(|| Duration::from_micros(micros))
}
