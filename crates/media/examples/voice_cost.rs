//! What the voice path costs, as one JSON line: mean microseconds of one core for each 10 ms of a call.
//!
//! Both ends of a call are run as fast as they can over a network with 5 % loss and 40 ms of jitter. Build it with
//! `--release`; `cargo xtask bench` does.

#[path = "../tests/it/speech.rs"]
mod speech;

use mobilecall_media::apm::{AudioProcessor, Processing};
use mobilecall_media::codec::{Encoder, SentPayload};
use mobilecall_media::jitter::JitterBuffer;
use mobilecall_media::{Codec, Frame, SILENCE};
use std::time::{Duration, Instant};

/// A minute.
const FRAMES: usize = 6_000;

struct Packet {
    number: usize,
    arrival: Duration,
    payload: SentPayload,
}

fn main() {
    let frames = speech::Speech::frames(1, FRAMES);
    let mut costs = vec![("processing", processing(&frames))];
    for (codec, encode_name, buffer_name) in
        [(Codec::Opus, "opus_encode", "opus_jitter_buffer"), (Codec::Pcmu, "pcmu_encode", "pcmu_jitter_buffer")]
    {
        let (encode, packets) = encode(codec, &frames);
        costs.push((encode_name, encode));
        costs.push((buffer_name, buffer(codec, packets)));
    }
    let fields: Vec<String> = costs.iter().map(|(name, cost)| format!("\"{name}_us\":{cost:.1}")).collect();
    println!("{{{}}}", fields.join(","));
}

fn per_frame(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e6 / FRAMES as f64
}

fn processing(frames: &[Frame]) -> f64 {
    let mut processor = AudioProcessor::new(Processing::ALL);
    let began = Instant::now();
    for (played, captured) in frames.iter().zip(frames.iter().rev()) {
        processor.played(played);
        processor.captured(&mut captured.clone());
    }
    per_frame(began)
}

fn encode(codec: Codec, frames: &[Frame]) -> (f64, Vec<Packet>) {
    let mut encoder = Encoder::new(codec).expect("an encoder");
    let mut random = speech::Random(2);
    let mut packets = Vec::new();
    let began = Instant::now();
    for (n, frame) in frames.iter().enumerate() {
        let mut payload = SentPayload::EMPTY;
        if encoder.encode(frame, &mut payload).expect("a frame") {
            let arrival = Duration::from_secs_f32(n as f32 / 100.0 + random.between(0.0, 0.04));
            packets.push(Packet { number: n / 2, arrival, payload });
        }
    }
    (per_frame(began), packets)
}

fn buffer(codec: Codec, mut packets: Vec<Packet>) -> f64 {
    let mut random = speech::Random(3);
    packets.retain(|_| random.next() >= 0.05);
    packets.sort_by_key(|packet| packet.arrival);
    let mut packets = packets.iter().peekable();
    let mut buffer = JitterBuffer::new(codec).expect("a buffer");
    let ticks = codec.clock_rate_hz() / 50;
    let began = Instant::now();
    for n in 0..FRAMES {
        let now = Duration::from_millis(10 * n as u64);
        while let Some(packet) = packets.next_if(|packet| packet.arrival <= now) {
            let timestamp = packet.number as u32 * ticks;
            buffer.push(packet.number as u16, timestamp, packet.arrival, packet.payload.as_slice());
        }
        let mut out = SILENCE;
        buffer.pull(now, &mut out);
    }
    per_frame(began)
}
