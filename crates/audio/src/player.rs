//! Plays a ringtone or test tone beside any call, mixed with whatever else sounds on its speaker.

use crate::{AudioError, LossSink, PlayoutSink, Role, StreamGuard, clock::Ticker, open_playout, resample::to_rate};
use rtrb::Producer;
use std::sync::Arc;

/// Samples to play.
#[derive(Clone)]
pub struct Sound {
    /// Mono samples at `rate_hz`.
    pub samples: Arc<[f32]>,
    /// Their rate in hertz.
    pub rate_hz: u32,
    /// Start over at the end, until dropped.
    pub repeat: bool,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sound({} samples at {} Hz)", self.samples.len(), self.rate_hz)
    }
}

/// A sound that is playing; dropping it stops it.
#[derive(Debug)]
pub struct Player {
    // Fields drop in order: the writer first, then the device.
    _writer: Ticker,
    _device: StreamGuard,
}

impl Player {
    /// Opens the device and plays. Blocks while the device opens.
    pub fn start(sink: &PlayoutSink, sound: Sound, losses: &LossSink) -> Result<Self, AudioError> {
        let playout = open_playout(sink, losses)?;
        let failed = |detail: String| AudioError::Failed { role: Role::Speaker, detail };
        let samples = to_rate(&sound.samples, sound.rate_hz, playout.rate_hz).map_err(|e| failed(e.to_string()))?;
        let writer = Writer { samples, repeat: sound.repeat, position: 0, ring: playout.samples };
        let ticker = Ticker::start("player", writer, Writer::tick, drop).map_err(|error| failed(error.to_string()))?;
        Ok(Self { _writer: ticker, _device: playout.guard })
    }
}

struct Writer {
    /// At the device's rate.
    samples: Arc<[f32]>,
    repeat: bool,
    position: usize,
    ring: Producer<f32>,
}

impl Writer {
    /// Keeps the ring full; the device sets the pace.
    fn tick(&mut self, _passed: u32) {
        loop {
            let (written, _) = self.ring.push_partial_slice(&self.samples[self.position..]);
            self.position += written.len();
            if self.position < self.samples.len() || !self.repeat || self.samples.is_empty() {
                return;
            }
            self.position = 0;
        }
    }
}
