//! Open microphones and speakers, real ones or their stand-ins.

use crate::{
    AudioError, Role,
    callback::{CaptureTap, Misses, PlayoutTap},
    clock::Ticker,
    device,
    libasound::with_errors_logged,
    wav,
};
use cpal::{
    BufferSize, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};
use rtrb::{Consumer, Producer, RingBuffer};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// Frames asked of a device for each callback: 20 ms at 48 kHz. The system's own default is seconds long on some
/// sound servers, and less than this underruns on others.
const CALLBACK_FRAMES: u32 = 960;
/// Time to wait for a device to open.
const OPEN_LIMIT: Duration = Duration::from_secs(3);
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

/// An open speaker; dropping it closes the device.
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
        CaptureSource::Device(id) => with_errors_logged(|| open_microphone(id.as_deref(), losses)),
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
        PlayoutSink::Device(id) => with_errors_logged(|| open_speaker(id.as_deref(), losses)),
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

fn open_microphone(id: Option<&str>, losses: &LossSink) -> Result<CaptureStream, AudioError> {
    let failed = |error: cpal::Error| AudioError::from_cpal(Role::Microphone, &error);
    let (device, missing) = device::find(id, HostTrait::default_input_device);
    let device = device.ok_or(AudioError::NoDevice { role: Role::Microphone })?;
    let name = device::name_of(&device);
    let instead = missing.then(|| name.clone());
    let supported = device.default_input_config().map_err(failed)?;
    let config = call_config(&supported);
    let (producer, consumer) = RingBuffer::new(ring_length(config.sample_rate));
    let misses = Arc::new(Misses::default());
    let tap = CaptureTap::new(producer, config.channels, Arc::clone(&misses));
    let errors = error_callback(Role::Microphone, name, losses);
    let stream = match supported.sample_format() {
        SampleFormat::F32 => input_stream::<f32>(&device, config, tap, errors),
        SampleFormat::I16 => input_stream::<i16>(&device, config, tap, errors),
        SampleFormat::I32 => input_stream::<i32>(&device, config, tap, errors),
        SampleFormat::U16 => input_stream::<u16>(&device, config, tap, errors),
        SampleFormat::U8 => input_stream::<u8>(&device, config, tap, errors),
        other => return Err(unsupported(Role::Microphone, other)),
    }
    .map_err(failed)?;
    stream.play().map_err(failed)?;
    let guard = StreamGuard::new(stream);
    Ok(CaptureStream { samples: consumer, rate_hz: config.sample_rate, misses, instead, guard })
}

fn open_speaker(id: Option<&str>, losses: &LossSink) -> Result<PlayoutStream, AudioError> {
    let failed = |error: cpal::Error| AudioError::from_cpal(Role::Speaker, &error);
    let (device, missing) = device::find(id, HostTrait::default_output_device);
    let device = device.ok_or(AudioError::NoDevice { role: Role::Speaker })?;
    let name = device::name_of(&device);
    let instead = missing.then(|| name.clone());
    let supported = device.default_output_config().map_err(failed)?;
    let config = call_config(&supported);
    let (producer, consumer) = RingBuffer::new(ring_length(config.sample_rate));
    let misses = Arc::new(Misses::default());
    let tap = PlayoutTap::new(consumer, config.channels, Arc::clone(&misses));
    let errors = error_callback(Role::Speaker, name, losses);
    let stream = match supported.sample_format() {
        SampleFormat::F32 => output_stream::<f32>(&device, config, tap, errors),
        SampleFormat::I16 => output_stream::<i16>(&device, config, tap, errors),
        SampleFormat::I32 => output_stream::<i32>(&device, config, tap, errors),
        SampleFormat::U16 => output_stream::<u16>(&device, config, tap, errors),
        SampleFormat::U8 => output_stream::<u8>(&device, config, tap, errors),
        other => return Err(unsupported(Role::Speaker, other)),
    }
    .map_err(failed)?;
    stream.play().map_err(failed)?;
    let guard = StreamGuard::new(stream);
    Ok(PlayoutStream { samples: producer, rate_hz: config.sample_rate, misses, instead, guard })
}

fn unsupported(role: Role, format: SampleFormat) -> AudioError {
    AudioError::Failed { role, detail: format!("it only speaks the sample format {format}") }
}

/// The device's own rate and channels, with callbacks short enough for a conversation.
fn call_config(supported: &cpal::SupportedStreamConfig) -> StreamConfig {
    let frames = match supported.buffer_size() {
        cpal::SupportedBufferSize::Range { min, max } => CALLBACK_FRAMES.clamp(*min, (*max).max(*min)),
        cpal::SupportedBufferSize::Unknown => CALLBACK_FRAMES,
    };
    StreamConfig { buffer_size: BufferSize::Fixed(frames), ..supported.config() }
}

fn input_stream<T>(
    device: &cpal::Device,
    config: StreamConfig,
    mut tap: CaptureTap,
    errors: impl FnMut(cpal::Error) + Send + 'static,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    device.build_input_stream::<T, _, _>(config, move |data, _| tap.take(data), errors, Some(OPEN_LIMIT))
}

fn output_stream<T>(
    device: &cpal::Device,
    config: StreamConfig,
    mut tap: PlayoutTap,
    errors: impl FnMut(cpal::Error) + Send + 'static,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    device.build_output_stream::<T, _, _>(config, move |data, _| tap.fill(data), errors, Some(OPEN_LIMIT))
}

/// Only what ends a stream is an event: backends also report hiccups at start and stop, which must not end a call.
fn error_callback(role: Role, device: String, losses: &LossSink) -> impl FnMut(cpal::Error) + Send + 'static {
    let losses = Arc::clone(losses);
    move |error| match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::HostUnavailable => {
            tracing::warn!(%role, device, %error, "a sound device went away");
            losses(DeviceLost { role, device: device.clone() });
        }
        _ => tracing::debug!(%role, %error, "the sound device reported a hiccup"),
    }
}
