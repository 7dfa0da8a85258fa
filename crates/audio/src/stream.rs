//! Open microphones and speakers, real ones or their stand-ins.

use crate::{
    AudioError, Role,
    callback::{CaptureTap, Misses},
    clock::Ticker,
    speaker, system, wav,
};
use rtrb::{Consumer, Producer, RingBuffer};
use std::{path::PathBuf, sync::Arc};

/// Ring length in milliseconds; it runs far from full.
const RING_MS: usize = 120;

/// Where the agent's voice comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaptureSource {
    /// A microphone by id, or the system's choice.
    Device(Option<String>),
    /// A file, in real time, then silence.
    Wav {
        /// The file.
        path: PathBuf,
        /// Start over at the end.
        repeat: bool,
    },
    /// Nothing but silence: a call to listen to.
    Silence,
}

/// Where the other party's voice goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayoutSink {
    /// A speaker by id, or the system's choice.
    Device(Option<String>),
    /// A file, 48 kHz mono 16 bit.
    Wav(PathBuf),
    /// Thrown away.
    Discard,
}

/// An open device went away or stopped: open another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceLost {
    /// What it was for.
    pub role: Role,
    /// Its name for people.
    pub device: String,
}

/// Is told of lost devices, on a thread of the sound system but not in the data callback. Must not block.
pub type LossSink = Arc<dyn Fn(DeviceLost) + Send + Sync>;

/// An open microphone; dropping it closes the device.
#[derive(Debug)]
pub struct CaptureStream {
    /// Mono samples. Abandoned when the device closes.
    pub samples: Consumer<f32>,
    /// Their rate in hertz.
    pub rate_hz: u32,
    /// Samples that were lost because nobody read.
    pub misses: Arc<Misses>,
    /// The wanted device is not there; this is the name of the system's choice, which is used instead.
    pub instead: Option<String>,
    /// Keeps the device open.
    pub guard: StreamGuard,
}

/// A place on an open speaker, where it is mixed with whatever else sounds there. The device is closed when the last one
/// is dropped.
#[derive(Debug)]
pub struct PlayoutStream {
    /// Mono samples.
    pub samples: Producer<f32>,
    /// Their rate in hertz.
    pub rate_hz: u32,
    /// Samples that were silence because nobody wrote.
    pub misses: Arc<Misses>,
    /// The wanted device is not there; this is the name of the system's choice, which is used instead.
    pub instead: Option<String>,
    /// Keeps the device open.
    pub guard: StreamGuard,
}

/// Keeps a device or its stand-in open. Dropping it waits for the sound server, or for the file to be complete.
pub struct StreamGuard(#[expect(dead_code, reason = "held for its destructor")] Box<dyn Send>);

impl StreamGuard {
    /// Whatever closes the device when it is dropped.
    pub fn new(open: impl Send + 'static) -> Self {
        Self(Box::new(open))
    }
}

impl std::fmt::Debug for StreamGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamGuard")
    }
}

/// Opens a microphone or its stand-in.
pub fn open_capture(source: &CaptureSource, losses: &LossSink) -> Result<CaptureStream, AudioError> {
    match source {
        CaptureSource::Device(id) => open_microphone(id.as_deref(), losses),
        CaptureSource::Wav { path, repeat } => {
            let (samples, rate_hz) = wav::read_mono(path)?;
            feed(samples, rate_hz, *repeat)
        }
        CaptureSource::Silence => feed(Vec::new(), wav::RECORDING_RATE_HZ, false),
    }
}

fn feed(samples: Vec<f32>, rate_hz: u32, repeat: bool) -> Result<CaptureStream, AudioError> {
    let (producer, consumer) = RingBuffer::new(ring_length(rate_hz));
    let ticker = wav::feed(samples, rate_hz, repeat, producer)
        .map_err(|error| AudioError::Failed { role: Role::Microphone, detail: error.to_string() })?;
    Ok(CaptureStream {
        samples: consumer,
        rate_hz,
        misses: Arc::default(),
        instead: None,
        guard: StreamGuard::new(ticker),
    })
}

/// Opens a speaker or its stand-in.
pub fn open_playout(sink: &PlayoutSink, losses: &LossSink) -> Result<PlayoutStream, AudioError> {
    let rate_hz = wav::RECORDING_RATE_HZ;
    let file = |ticker, samples| PlayoutStream {
        samples,
        rate_hz,
        misses: Arc::default(),
        instead: None,
        guard: StreamGuard::new(ticker),
    };
    match sink {
        PlayoutSink::Device(id) => open_speaker(id.as_deref(), losses),
        PlayoutSink::Wav(path) => {
            let (producer, consumer) = RingBuffer::new(ring_length(rate_hz));
            Ok(file(wav::record(path, consumer)?, producer))
        }
        PlayoutSink::Discard => {
            let (producer, consumer) = RingBuffer::<f32>::new(ring_length(rate_hz));
            let drain = |ring: &mut Consumer<f32>, _| while ring.pop().is_ok() {};
            let ticker = Ticker::start("discard", consumer, drain, drop)
                .map_err(|error| AudioError::Failed { role: Role::Speaker, detail: error.to_string() })?;
            Ok(file(ticker, producer))
        }
    }
}

const fn ring_length(rate_hz: u32) -> usize {
    rate_hz as usize * RING_MS / 1_000
}

/// Opens a chosen device, or the system's choice if that is not there; the flag says so.
fn or_default<T>(
    id: Option<&str>,
    open: impl Fn(Option<&str>) -> Result<T, AudioError>,
) -> Result<(T, bool), AudioError> {
    match open(id) {
        Err(AudioError::NoDevice { .. }) if id.is_some() => Ok((open(None)?, true)),
        outcome => Ok((outcome?, false)),
    }
}

fn open_microphone(id: Option<&str>, losses: &LossSink) -> Result<CaptureStream, AudioError> {
    let misses = Arc::new(Misses::default());
    let open = |id: Option<&str>| {
        let mut reader = None;
        let opened = system::open_microphone(id, losses, |rate_hz, channels| {
            let (producer, consumer) = RingBuffer::new(ring_length(rate_hz));
            reader = Some(consumer);
            CaptureTap::new(producer, channels, Arc::clone(&misses))
        })?;
        Ok((opened, reader.expect("an open microphone has its tap")))
    };
    let ((opened, samples), substitutes) = or_default(id, open)?;
    let instead = substitutes.then_some(opened.name);
    Ok(CaptureStream { samples, rate_hz: opened.rate_hz, misses, instead, guard: StreamGuard::new(opened.stream) })
}

fn open_speaker(id: Option<&str>, losses: &LossSink) -> Result<PlayoutStream, AudioError> {
    let misses = Arc::new(Misses::default());
    let (place, substitutes) = or_default(id, |id| speaker::place(id, losses))?;
    let rate_hz = place.rate_hz();
    let instead = substitutes.then(|| place.name().to_owned());
    let (producer, consumer) = RingBuffer::new(ring_length(rate_hz));
    let guard = StreamGuard::new(place.play(consumer, Arc::clone(&misses))?);
    Ok(PlayoutStream { samples: producer, rate_hz, misses, instead, guard })
}
