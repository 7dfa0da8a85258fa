//! A network that delays, reorders and loses packets, the same each time, faster than real time.

use crate::speech::Random;
use mobilecall_media::codec::{Encoder, SentPayload};
use mobilecall_media::jitter::{JitterBuffer, JitterCounters};
use mobilecall_media::{Codec, Frame, SILENCE};
use std::time::Duration;

/// What a network does to a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    /// Part of the packets that are lost.
    pub(crate) loss: f32,
    /// Each packet is delayed by up to this, evenly distributed, so that packets overtake each other.
    pub(crate) jitter_ms: f32,
}

/// What all packets are delayed by at least.
const FIXED_DELAY_MS: f32 = 30.0;

/// A packet on its way.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) payload: SentPayload,
    pub(crate) arrival: Duration,
}

/// What came out at the other end.
pub(crate) struct Outcome {
    pub(crate) played: Vec<Frame>,
    pub(crate) counters: JitterCounters,
    /// The wait in the buffer, frame by frame, in milliseconds.
    pub(crate) waits_ms: Vec<f64>,
}

impl Outcome {
    /// Part of the samples that were made up.
    pub(crate) fn concealed(&self) -> f64 {
        self.counters.concealed_samples as f64 / self.counters.played_samples as f64
    }

    /// Part of the samples that were recovered from copies.
    pub(crate) fn recovered(&self) -> f64 {
        self.counters.recovered_samples as f64 / self.counters.played_samples as f64
    }

    pub(crate) fn mean_wait_ms(&self, from_frame: usize) -> f64 {
        let waits = &self.waits_ms[from_frame..];
        waits.iter().sum::<f64>() / waits.len() as f64
    }
}

/// Encodes frames for a network that loses a packet in ten.
pub(crate) fn encode(codec: Codec, frames: &[Frame]) -> Vec<SentPayload> {
    let mut encoder = Encoder::new(codec).expect("an encoder");
    let mut payloads = Vec::new();
    for frame in frames {
        let mut payload = SentPayload::EMPTY;
        if encoder.encode(frame, &mut payload).expect("a frame") {
            payloads.push(payload);
        }
    }
    payloads
}

/// Says when each packet arrives; lost ones are left out.
pub(crate) fn travel(codec: Codec, payloads: &[SentPayload], weather: Weather, seed: u64) -> Vec<Sent> {
    let mut random = Random(seed);
    let mut packets = Vec::new();
    for (number, payload) in (0u32..).zip(payloads) {
        let jitter = random.next() * weather.jitter_ms;
        if random.next() < weather.loss {
            continue;
        }
        let sent_ms = (number + 1) as f32 * 20.0;
        packets.push(Sent {
            sequence: (number as u16).wrapping_add(65_000),
            timestamp: number.wrapping_mul(codec.clock_rate_hz() / 50).wrapping_sub(90_000),
            payload: *payload,
            arrival: Duration::from_secs_f32((sent_ms + FIXED_DELAY_MS + jitter) / 1_000.0),
        });
    }
    packets
}

/// Packets of frames that nothing happens to.
pub(crate) fn untouched(codec: Codec, frames: &[Frame]) -> Vec<Sent> {
    travel(codec, &encode(codec, frames), Weather { loss: 0.0, jitter_ms: 0.0 }, 5)
}

/// Plays what arrives, pulling a frame every 10 ms.
pub(crate) fn receive(codec: Codec, packets: &[Sent], frames: usize) -> Outcome {
    let pulls: Vec<Duration> = (0..frames).map(|n| Duration::from_micros(10_000 * n as u64 + 3_700)).collect();
    receive_at(codec, packets, &pulls)
}

/// Plays what arrives, pulling a frame at each of these times.
pub(crate) fn receive_at(codec: Codec, packets: &[Sent], pulls: &[Duration]) -> Outcome {
    let mut arrivals = packets.to_vec();
    arrivals.sort_by_key(|packet| packet.arrival);
    let mut arrivals = arrivals.iter().peekable();
    let mut buffer = JitterBuffer::new(codec).expect("a buffer");
    let mut outcome = Outcome { played: Vec::new(), counters: JitterCounters::default(), waits_ms: Vec::new() };
    for now in pulls {
        while let Some(packet) = arrivals.next_if(|packet| packet.arrival <= *now) {
            buffer.push(packet.sequence, packet.timestamp, packet.arrival, packet.payload.as_slice());
        }
        let mut frame = SILENCE;
        buffer.pull(*now, &mut frame);
        outcome.played.push(frame);
        outcome.waits_ms.push(buffer.delay().as_secs_f64() * 1_000.0);
    }
    outcome.counters = buffer.counters();
    outcome
}

/// How alike the loudness of two recordings is over time, -1 to 1, at the best shift: the mean over pieces of two
/// seconds. The shift in milliseconds is that of the last piece.
pub(crate) fn likeness(original: &[Frame], played: &[Frame]) -> (f64, f64) {
    const STEP: usize = 120; // 2.5 ms
    let loudness = |frames: &[Frame]| -> Vec<f64> {
        let samples: Vec<f32> = frames.iter().flatten().copied().collect();
        samples
            .chunks_exact(STEP)
            .map(|chunk| {
                let power = chunk.iter().map(|s| f64::from(s * s)).sum::<f64>() / STEP as f64;
                (10.0 * (power + 1e-6).log10()).max(-50.0)
            })
            .collect()
    };
    let (original, played) = (loudness(original), loudness(played));
    let piece = 2_000 * 48 / STEP;
    let longest = 600 * 48 / STEP;
    let mut scores = Vec::new();
    let mut shift = 0;
    for start in (piece..original.len().min(played.len()) - piece - longest).step_by(piece) {
        let reference = &original[start..start + piece];
        let score = |shift: usize| correlation(reference, &played[start + shift..start + shift + piece]);
        let (best, at) = (0..longest)
            .map(|shift| (score(shift), shift))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .expect("there are shifts");
        shift = at;
        scores.push(best);
    }
    (scores.iter().sum::<f64>() / scores.len() as f64, shift as f64 * 2.5)
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut product, mut square_a, mut square_b) = (0.0, 1e-12, 1e-12);
    for (x, y) in a.iter().zip(b) {
        product += (x - mean_a) * (y - mean_b);
        square_a += (x - mean_a).powi(2);
        square_b += (y - mean_b).powi(2);
    }
    product / f64::sqrt(square_a * square_b)
}
