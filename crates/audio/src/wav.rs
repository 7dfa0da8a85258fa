//! WAV files that stand in for a microphone or a speaker.

use crate::{clock::Ticker, riff};
use rtrb::{Consumer, Producer};
use std::{
    fs::File,
    io::{self, BufWriter, Cursor},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::JoinHandle,
};

/// The rate at which a speaker's stand-in is written.
pub(crate) const RECORDING_RATE_HZ: u32 = 48_000;
/// Samples between two flushes of a recording, so that a killed program leaves a readable file that lacks a second.
const FLUSHED: usize = RECORDING_RATE_HZ as usize;

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

/// Records a ring to a file in real time; what stays missing becomes silence, as a listener would hear it. A disk that
/// takes its time delays nobody: it has a thread of its own.
pub(crate) fn record(path: &Path, ring: Consumer<f32>) -> Result<Ticker, WavError> {
    let failed = |source| WavError::Write { path: path.to_owned(), source };
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RECORDING_RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let file = hound::WavWriter::create(path, spec).map_err(failed)?;
    let file = WavThread::start(path, file).map_err(|error| failed(hound::Error::IoError(error)))?;
    let recorder = Recorder { file: Some(file), ring, owed: 0, started: false };
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
    /// `None` once the file cannot be written any more; the call goes on.
    file: Option<WavThread>,
    ring: Consumer<f32>,
    /// Samples that should have been written by now and were not there yet.
    owed: usize,
    started: bool,
}

impl Recorder {
    fn tick(&mut self, passed: u32) {
        self.started = self.started || self.ring.slots() > 0;
        self.owed += PER_TICK * passed as usize;
        let (most, late) = if self.started { (MOST_PER_TICK, MOST_LATE) } else { (0, 0) };
        self.take(most, late);
    }

    /// Takes what is owed and there but no more than `most`, and silence for what is owed beyond `late`.
    fn take(&mut self, most: usize, late: usize) {
        let ready = self.owed.min(self.ring.slots()).min(most);
        let Ok(chunk) = self.ring.read_chunk(ready) else { return };
        let silence = (self.owed - ready).saturating_sub(late);
        self.owed -= ready + silence;
        let samples: Vec<f32> = chunk.into_iter().chain(std::iter::repeat_n(0.0, silence)).collect();
        if samples.is_empty() {
            return;
        }
        if self.file.as_ref().is_some_and(|file| !file.take(samples)) {
            self.file = None;
        }
    }

    fn finish(mut self) {
        self.take(MOST_LATE, MOST_LATE);
        if let Some(file) = self.file.take() {
            file.complete();
        }
    }
}

/// Pieces of sound that may wait for the disk; as one is 10 ms long, half a minute of them.
const MOST_WAITING: usize = 3_000;

/// The thread that writes a recording.
struct WavThread {
    path: PathBuf,
    samples: SyncSender<Vec<f32>>,
    thread: JoinHandle<()>,
}

impl WavThread {
    fn start(path: &Path, file: hound::WavWriter<BufWriter<File>>) -> io::Result<Self> {
        let (samples, taken) = sync_channel(MOST_WAITING);
        let told = path.to_owned();
        let thread = std::thread::Builder::new().name("wav-file".to_owned()).spawn(move || {
            if let Err(error) = write_all(file, &taken) {
                tracing::error!(path = %told.display(), %error, "recording stopped: the file cannot be written");
            }
        })?;
        Ok(Self { path: path.to_owned(), samples, thread })
    }

    /// Never waits. `false` once nothing is written any more.
    fn take(&self, samples: Vec<f32>) -> bool {
        match self.samples.try_send(samples) {
            Ok(()) => true,
            // Why is told where it was found.
            Err(TrySendError::Disconnected(_)) => false,
            Err(TrySendError::Full(_)) => {
                tracing::error!(path = %self.path.display(), "recording stopped: the disk has taken nothing for 30 s");
                false
            }
        }
    }

    /// Waits until all of it is in the file.
    fn complete(self) {
        let Self { path, samples, thread } = self;
        drop(samples);
        if thread.join().is_err() {
            tracing::error!(path = %path.display(), "the recording could not be completed");
        }
    }
}

/// Writes what comes until nothing more does.
fn write_all(mut file: hound::WavWriter<BufWriter<File>>, taken: &Receiver<Vec<f32>>) -> Result<(), hound::Error> {
    let mut unflushed = 0;
    for samples in taken {
        unflushed += samples.len();
        for sample in samples {
            file.write_sample((sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16)?;
        }
        if unflushed >= FLUSHED {
            unflushed = 0;
            file.flush()?;
        }
    }
    file.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_hangs_holds_up_no_sound() {
        // Nobody takes what waits for the file, as while a disk hangs.
        let (samples, hanging) = sync_channel(MOST_WAITING);
        let file = WavThread { path: PathBuf::new(), samples, thread: std::thread::spawn(|| ()) };
        let (mut heard, ring) = rtrb::RingBuffer::new(10 * PER_TICK);
        let mut recorder = Recorder { file: Some(file), ring, owed: 0, started: false };
        for second in 0..31 {
            for _ in 0..100 {
                (0..PER_TICK).for_each(|_| heard.push(0.5).expect("what was heard is taken at once"));
                recorder.tick(1);
            }
            assert_eq!(recorder.file.is_some(), second < 30, "half a minute waits, and no more");
        }
        let waiting: usize = hanging.try_iter().map(|samples| samples.len()).sum();
        assert_eq!(waiting, MOST_WAITING * PER_TICK);
    }

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
