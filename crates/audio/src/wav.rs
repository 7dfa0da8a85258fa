//! WAV files that stand in for a microphone or a speaker.

use crate::{clock::Ticker, riff};
use rtrb::{Consumer, Producer};
use std::{
    fs::File,
    io::{self, BufWriter, Cursor},
    path::{Path, PathBuf},
};

/// The rate at which a speaker's stand-in is written.
pub(crate) const RECORDING_RATE_HZ: u32 = 48_000;
/// Ticks between two flushes of a recording, so that a killed program leaves a readable file.
const FLUSH_TICKS: u32 = 100;

/// Why a WAV file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// It cannot be read, or is not a WAV file.
    #[error("the sound file {path} cannot be read: give a WAV file with PCM or float samples")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: hound::Error,
    },
    /// It has no samples.
    #[error("the sound file {path} is empty")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("the sound file {path} cannot be written: check the folder and the free space")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: hound::Error,
    },
}

/// Reads a whole file, mixed to mono, and its rate in hertz.
pub fn read_mono(path: &Path) -> Result<(Vec<f32>, u32), WavError> {
    let failed = |source| WavError::Read { path: path.to_owned(), source };
    let file = std::fs::read(path).map_err(|error| failed(error.into()))?;
    let sound = riff::read(&file).map_err(|error| failed(io::Error::other(error).into()))?;
    let reader = hound::WavReader::new(Cursor::new(sound.plain())).map_err(failed)?;
    let spec = reader.spec();
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader.into_samples::<f32>().collect::<Result<_, _>>().map_err(failed)?,
        hound::SampleFormat::Int => {
            let scale = 1.0 / (1_u64 << (spec.bits_per_sample - 1)) as f32;
            let scaled = reader.into_samples::<i32>().map(|sample| sample.map(|sample| sample as f32 * scale));
            scaled.collect::<Result<_, _>>().map_err(failed)?
        }
    };
    let channels = usize::from(spec.channels.max(1));
    let mono: Vec<f32> =
        samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect();
    if mono.is_empty() {
        return Err(WavError::Empty { path: path.to_owned() });
    }
    Ok((mono, spec.sample_rate))
}

/// Samples beyond the first 10 ms that a reader may want before it takes any: the length of a resampler's filter.
const HEAD_START: u64 = 256;

/// Plays samples into a ring in real time, then silence for ever. The first lie there at once, [`HEAD_START`] more than
/// 10 ms; the rest follows from the moment on when somebody takes them, so that nothing is missed.
pub(crate) fn feed(samples: Vec<f32>, rate_hz: u32, repeat: bool, ring: Producer<f32>) -> std::io::Result<Ticker> {
    let feeder = Feeder { samples, position: 0, ticks: 0, rate_hz: u64::from(rate_hz), repeat, taken: false, ring };
    Ticker::start("wav-capture", feeder, Feeder::tick, drop)
}

struct Feeder {
    samples: Vec<f32>,
    position: usize,
    ticks: u64,
    rate_hz: u64,
    repeat: bool,
    taken: bool,
    ring: Producer<f32>,
}

impl Feeder {
    fn tick(&mut self, passed: u32) {
        let offered = self.ticks * self.rate_hz / 100;
        let waiting = (self.ring.buffer().capacity() - self.ring.slots()) as u64;
        self.taken = self.taken || waiting < offered;
        if !self.taken && offered >= self.rate_hz / 100 + HEAD_START {
            return;
        }
        // At rates like 22 050 Hz not every tick has as many samples.
        let before = self.ticks * self.rate_hz / 100;
        self.ticks += u64::from(passed);
        for _ in before..self.ticks * self.rate_hz / 100 {
            if self.position == self.samples.len() && self.repeat {
                self.position = 0;
            }
            let sample = self.samples.get(self.position).copied().unwrap_or(0.0);
            if self.ring.push(sample).is_err() {
                // Nobody reads: as with a microphone, what is said meanwhile is lost, but the file waits.
                return;
            }
            self.position = (self.position + 1).min(self.samples.len());
        }
    }
}

/// Records a ring to a file in real time; what stays missing becomes silence, as a listener would hear it.
pub(crate) fn record(path: &Path, ring: Consumer<f32>) -> Result<Ticker, WavError> {
    let failed = |source| WavError::Write { path: path.to_owned(), source };
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RECORDING_RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let writer = hound::WavWriter::create(path, spec).map_err(failed)?;
    let recorder =
        Recorder { path: path.to_owned(), writer: Some(writer), ring, unflushed: 0, owed: 0, started: false };
    Ticker::start("wav-playout", recorder, Recorder::tick, Recorder::finish)
        .map_err(|error| failed(hound::Error::IoError(error)))
}

/// Samples in a tick.
const PER_TICK: usize = RECORDING_RATE_HZ as usize / 100;
/// Samples that may be late: 200 ms. A writer that was kept from running catches up within that time, as it would with
/// the buffer of a sound server, and the recording has no gap.
const MOST_LATE: usize = 20 * PER_TICK;
/// What is late is taken a quarter faster than it plays, so that the writer need not have it all at once.
const MOST_PER_TICK: usize = PER_TICK + PER_TICK / 4;

struct Recorder {
    path: PathBuf,
    writer: Option<hound::WavWriter<BufWriter<File>>>,
    ring: Consumer<f32>,
    unflushed: u32,
    /// Samples that should have been written by now and were not there yet.
    owed: usize,
    started: bool,
}

impl Recorder {
    fn tick(&mut self, passed: u32) {
        self.started = self.started || self.ring.slots() > 0;
        self.owed += PER_TICK * passed as usize;
        let (most, late) = if self.started { (MOST_PER_TICK, MOST_LATE) } else { (0, 0) };
        let mut outcome = self.write(most, late);
        self.unflushed += passed;
        if let Some(writer) = self.writer.as_mut().filter(|_| self.unflushed >= FLUSH_TICKS) {
            self.unflushed = 0;
            outcome = outcome.and_then(|()| writer.flush());
        }
        if let Err(error) = outcome {
            tracing::error!(path = %self.path.display(), %error, "recording stopped: the file cannot be written");
            self.writer = None;
        }
    }

    /// Writes what is owed and there but no more than `most`, and silence for what is owed beyond `late`.
    fn write(&mut self, most: usize, late: usize) -> Result<(), hound::Error> {
        let ready = self.owed.min(self.ring.slots()).min(most);
        let Ok(chunk) = self.ring.read_chunk(ready) else { return Ok(()) };
        let silence = (self.owed - ready).saturating_sub(late);
        self.owed -= ready + silence;
        let Some(writer) = &mut self.writer else {
            // The file cannot be written any more; the call goes on.
            chunk.commit_all();
            return Ok(());
        };
        for sample in chunk.into_iter().chain(std::iter::repeat_n(0.0, silence)) {
            writer.write_sample((sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16)?;
        }
        Ok(())
    }

    fn finish(mut self) {
        let outcome = self.write(MOST_LATE, MOST_LATE);
        if let Some(writer) = self.writer.take()
            && let Err(error) = outcome.and_then(|()| writer.finalize())
        {
            tracing::error!(path = %self.path.display(), %error, "the recording could not be completed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_waits_for_its_reader_and_then_keeps_its_rate() {
        let (ring, mut reader) = rtrb::RingBuffer::new(2_646);
        let samples = (0..500).map(|i| i as f32).collect();
        let mut feeder = Feeder { samples, position: 0, ticks: 0, rate_hz: 22_050, repeat: true, taken: false, ring };
        let mut heard = Vec::new();
        for _ in 0..5 {
            feeder.tick(1);
        }
        assert_eq!(reader.slots(), 661, "30 ms, the fewest ticks that hold 10 ms and the head start, wait to be taken");
        heard.extend(std::iter::from_fn(|| reader.pop().ok()));
        feeder.tick(1);
        feeder.tick(2);
        heard.extend(std::iter::from_fn(|| reader.pop().ok()));
        assert_eq!(heard.len(), 1_323, "60 ms at 22 050 Hz");
        assert!(heard.iter().enumerate().all(|(n, sample)| *sample == (n % 500) as f32), "in order, again at the end");
    }
}
