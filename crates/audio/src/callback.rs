//! What runs inside device callbacks: copy between the device's buffer and a ring, and count what did not fit.
//!
//! Nothing here blocks, locks, logs, allocates or calls the system, whatever buffer size the device comes with.

use cpal::{FromSample, Sample};
use rtrb::Producer;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// How often a ring and its device missed each other, in samples.
#[derive(Debug, Default)]
pub struct Misses(AtomicU64);

impl Misses {
    /// Samples lost (capture) or filled in as silence (playout) so far.
    pub fn samples(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
    pub(crate) fn add(&self, samples: usize) {
        self.0.fetch_add(samples as u64, Ordering::Relaxed);
    }
}

/// The microphone's side: interleaved device samples in, mono samples into the ring.
#[derive(Debug)]
pub struct CaptureTap {
    ring: Producer<f32>,
    channels: usize,
    misses: Arc<Misses>,
}

impl CaptureTap {
    /// A tap for a device with `channels` interleaved channels, at least one.
    pub fn new(ring: Producer<f32>, channels: u16, misses: Arc<Misses>) -> Self {
        Self { ring, channels: usize::from(channels.max(1)), misses }
    }

    /// Mixes each frame to mono and puts it into the ring. What does not fit is counted and dropped: the newest, because
    /// only the reader may take from the ring; the reader drains a backlog when it sees one.
    pub fn take<T>(&mut self, interleaved: &[T])
    where
        T: Sample,
        f32: FromSample<T>,
    {
        let frames = interleaved.len() / self.channels;
        let fitting = frames.min(self.ring.slots());
        let gain = 1.0 / self.channels as f32;
        if let Ok(chunk) = self.ring.write_chunk_uninit(fitting) {
            let mono = interleaved
                .chunks_exact(self.channels)
                .map(|frame| frame.iter().map(|sample| f32::from_sample(*sample)).sum::<f32>() * gain);
            chunk.fill_from_iter(mono);
        }
        self.misses.add(frames - fitting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stereo_is_mixed_to_mono_and_overflow_is_counted() {
        let (producer, mut consumer) = rtrb::RingBuffer::new(2);
        let misses = Arc::new(Misses::default());
        let mut tap = CaptureTap::new(producer, 2, Arc::clone(&misses));
        tap.take(&[0.5_f32, 0.0, 1.0, 1.0, 0.3, 0.3]);
        assert_eq!((consumer.pop(), consumer.pop(), consumer.pop().ok()), (Ok(0.25), Ok(1.0), None));
        assert_eq!(misses.samples(), 1);
    }
}
