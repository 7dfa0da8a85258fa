//! The adaptive jitter buffer: packets in as they arrive, 10 ms of sound out whenever the speaker wants them.
//!
//! Audio waits as long as 97 of 100 packets needed in the last two seconds, and 10 ms. A lost packet is recovered from
//! the copy in the next (Opus FEC), else the decoder continues the sound, and after 60 to 100 ms that fades into
//! comfort noise. When the wait is too long or too short, whole pitch periods are taken out or repeated. When nothing
//! is here, concealed time is remembered: what comes after it is played in full while the wait is too short, and
//! cut by that time when it is long enough.
//!
//! The buffer is pure: the same calls with the same times give the same samples.

mod estimate;
mod fill;
mod noise;
mod slots;
mod stretch;
mod tune;

use crate::codec::{Codec, CodecError, Decoder, MAX_PACKET_SAMPLES};
use crate::sequence::{Continuity, Step, Unwrapped};
use crate::{FRAME_SAMPLES, Frame, SAMPLE_RATE_HZ};
use estimate::DelayEstimate;
use noise::ComfortNoise;
use slots::{Content, Slots};
use std::time::Duration;

pub use slots::ReceivedPayload;

/// A silence in the stream after which it counts as a new one.
const RESTART_GAP: i64 = 2 * SAMPLE_RATE_HZ as i64;
/// A step in the sequence numbers that no loss explains: the packets of [`RESTART_GAP`].
const RESTART_STEP: i16 = 100;

/// What happened since the buffer was made. Samples are at 48 kHz.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitterCounters {
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came after their time to be played.
    pub late: u64,
    /// Packets that no decoder takes.
    pub malformed: u64,
    /// Samples recovered from the copy in a later packet.
    pub recovered_samples: u64,
    /// Samples made up.
    pub concealed_samples: u64,
    /// Samples taken out to shorten the wait.
    pub removed_samples: u64,
    /// Samples put in to lengthen it.
    pub inserted_samples: u64,
    /// Samples given to the speaker since the first packet.
    pub played_samples: u64,
}

/// See the [module](self).
pub struct JitterBuffer {
    decoder: Decoder,
    samples_per_tick: i64,
    slots: Slots,
    sequences: Unwrapped<16>,
    timestamps: Unwrapped<32>,
    estimate: DelayEstimate,
    noise: ComfortNoise,
    last_arrival: Option<i64>,
    continuity: Continuity,
    playing: bool,
    /// The sequence number to play next.
    next: i64,
    /// The timestamp where it should begin: the end of what was decoded.
    end: i64,
    /// Made-up samples played since `end`.
    stalled: i64,
    /// The talker announced silence, so that missing packets are not lost ones.
    silent: bool,
    /// Length of the last packet.
    packet_samples: usize,
    /// Decoded samples that were not given out yet, and how many.
    ready: Box<[f32]>,
    ready_length: usize,
    scratch: Box<[f32]>,
    waits: tune::Waits,
    counters: JitterCounters,
}

impl JitterBuffer {
    /// An empty buffer. All memory it will need is allocated here.
    pub fn new(codec: Codec) -> Result<Self, CodecError> {
        Ok(Self {
            decoder: Decoder::new(codec)?,
            samples_per_tick: i64::from(codec.samples_per_tick()),
            slots: Slots::new(),
            sequences: Unwrapped::default(),
            timestamps: Unwrapped::default(),
            estimate: DelayEstimate::new(),
            noise: ComfortNoise::new(),
            last_arrival: None,
            continuity: Continuity::new(RESTART_STEP),
            playing: false,
            next: 0,
            end: 0,
            stalled: 0,
            silent: false,
            packet_samples: 2 * FRAME_SAMPLES,
            ready: vec![0.0; 3 * MAX_PACKET_SAMPLES].into(),
            ready_length: 0,
            scratch: vec![0.0; MAX_PACKET_SAMPLES].into(),
            waits: tune::Waits::new(),
            counters: JitterCounters::default(),
        })
    }

    /// Takes a packet of audio that arrived at `arrival` on the clock of [`Self::pull`].
    pub fn push(&mut self, sequence: u16, timestamp: u32, arrival: Duration, payload: &[u8]) {
        let stored = match ReceivedPayload::new(payload) {
            Some(stored) if self.decoder.packet_samples(payload).is_ok() => stored,
            Some(_) | None => {
                self.counters.malformed += 1;
                return self.push_other(sequence, arrival);
            }
        };
        let arrival = in_samples(arrival);
        if !self.continues(sequence, arrival) {
            self.restart();
            self.continuity.step(sequence);
        }
        let mut extended = self.timestamps.extend(timestamp) * self.samples_per_tick;
        if !self.estimate.fits(arrival, extended) {
            self.restart();
            self.continuity.step(sequence);
            extended = self.timestamps.extend(timestamp) * self.samples_per_tick;
        }
        let number = self.sequences.extend(u32::from(sequence));
        self.last_arrival = Some(arrival);
        if !self.slots.insert(number, Content::Audio { timestamp: extended }, stored) {
            self.counters.duplicates += 1;
            return;
        }
        let shift = self.estimate.observe(arrival, extended);
        self.waits.shift(-shift);
        if self.playing && number < self.next {
            self.counters.late += 1;
        }
    }

    /// Takes note of a packet of the same stream that is not audio, such as a digit, so that its number is not missed.
    pub fn push_other(&mut self, sequence: u16, arrival: Duration) {
        let arrival = in_samples(arrival);
        // Before the first audio there is nothing that could be missed.
        if self.last_arrival.is_none() {
            return;
        }
        if !self.continues(sequence, arrival) {
            return self.restart();
        }
        let number = self.sequences.extend(u32::from(sequence));
        self.last_arrival = Some(arrival);
        if !self.slots.insert(number, Content::Other, ReceivedPayload::EMPTY) {
            self.counters.duplicates += 1;
        }
    }

    /// The next 10 ms for the speaker.
    pub fn pull(&mut self, now: Duration, out: &mut Frame) {
        let now = in_samples(now);
        if !self.playing && !self.start(now) {
            out.fill(0.0);
            return;
        }
        self.tune(now);
        while self.ready_length < FRAME_SAMPLES {
            self.fill(now);
        }
        out.copy_from_slice(&self.ready[..FRAME_SAMPLES]);
        self.ready.copy_within(FRAME_SAMPLES..self.ready_length, 0);
        self.ready_length -= FRAME_SAMPLES;
        self.counters.played_samples += FRAME_SAMPLES as u64;
    }

    /// Drops everything and waits for a new stream, as after a change of its source (SSRC).
    pub fn restart(&mut self) {
        self.slots.clear();
        self.sequences = Unwrapped::default();
        self.timestamps = Unwrapped::default();
        self.estimate.reset();
        self.noise.reset();
        self.last_arrival = None;
        self.continuity.restart();
        self.playing = false;
        self.stalled = 0;
        self.silent = false;
        self.ready_length = 0;
        self.waits.reset();
    }

    /// What happened so far.
    pub fn counters(&self) -> JitterCounters {
        self.counters
    }

    /// How long audio should wait here now.
    pub fn target(&self) -> Duration {
        from_samples(self.estimate.target())
    }

    /// How long audio waits here now, beyond the quickest way through the network: the least of the last 320 ms.
    pub fn delay(&self) -> Duration {
        from_samples(self.waits.least().unwrap_or(0))
    }

    /// Whether a packet can belong to the stream so far; one that cannot is the first of a new one.
    fn continues(&mut self, sequence: u16, arrival: i64) -> bool {
        if self.last_arrival.is_some_and(|last| arrival - last > RESTART_GAP) {
            return false;
        }
        self.continuity.step(sequence) != Step::Restarts
    }

    /// Starts to play once the first packet has waited long enough.
    fn start(&mut self, now: i64) -> bool {
        let Some((sequence, content)) = self.slots.lowest() else { return false };
        self.next = sequence;
        if let Content::Audio { timestamp } = content {
            self.end = timestamp;
            self.playing = now - self.estimate.base() - timestamp >= self.estimate.target();
        }
        self.playing
    }
}

fn in_samples(time: Duration) -> i64 {
    (time.as_micros() * 48 / 1_000) as i64
}

fn from_samples(samples: i64) -> Duration {
    Duration::from_micros(samples.max(0) as u64 * 1_000 / 48)
}
