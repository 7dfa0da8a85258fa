//! Open microphones and speakers, real ones or their stand-ins.

use crate::{
    AudioError,
    callback::{CaptureTap, Misses, PlayoutTap},
    clock::Ticker,
    device, wav,
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
const MICROPHONE: &str = "microphone";
const SPEAKER: &str = "speaker";

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

/// What happens to an open device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceEvent {
    /// It went away or stopped: open another one.
    Lost {
        /// `true` for a speaker.
        playout: bool,
        /// In the sound system's words.
        detail: String,
    },
    /// The wanted device is not there; the system's choice is used.
    FellBack {
        /// `true` for a speaker.
        playout: bool,
        /// Id of the wanted one.
        wanted: String,
    },
}

/// Receives device events; called on a thread of the sound system, not in the data callback. Must not block.
pub type EventSink = Arc<dyn Fn(DeviceEvent) + Send + Sync>;

/// An open microphone; dropping it closes the device.
#[derive(Debug)]
pub struct Capture {
    /// Mono samples. Abandoned when the device closes.
    pub samples: Consumer<f32>,
    /// Their rate in hertz.
    pub rate_hz: u32,
    /// Samples that were lost because nobody read.
    pub misses: Arc<Misses>,
    /// Keeps the device open.
    pub guard: StreamGuard,
}

/// An open speaker; dropping it closes the device.
#[derive(Debug)]
pub struct Playout {
    /// Mono samples.
    pub samples: Producer<f32>,
    /// Their rate in hertz.
    pub rate_hz: u32,
    /// Samples that were silence because nobody wrote.
    pub misses: Arc<Misses>,
    /// Keeps the device open.
    pub guard: StreamGuard,
}

/// Keeps a device or its stand-in open.
pub struct StreamGuard(#[expect(dead_code, reason = "held for its destructor")] Running);

enum Running {
    Device(#[expect(dead_code, reason = "held for its destructor")] cpal::Stream),
    File(#[expect(dead_code, reason = "held for its destructor")] Ticker),
}

impl std::fmt::Debug for StreamGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamGuard")
    }
}

/// Opens a microphone or its stand-in.
pub fn open_capture(source: &CaptureSource, events: &EventSink) -> Result<Capture, AudioError> {
    match source {
        CaptureSource::Device(id) => open_microphone(id.as_deref(), events),
        CaptureSource::Wav { path, repeat } => {
            let (samples, rate_hz) = wav::read_mono(path)?;
            feed(samples, rate_hz, *repeat)
        }
        CaptureSource::Silence => feed(Vec::new(), wav::RECORDING_RATE_HZ, false),
    }
}

fn feed(samples: Vec<f32>, rate_hz: u32, repeat: bool) -> Result<Capture, AudioError> {
    let (producer, consumer) = RingBuffer::new(ring_length(rate_hz));
    let ticker = wav::feed(samples, rate_hz, repeat, producer)
        .map_err(|error| AudioError::Failed { role: MICROPHONE, detail: error.to_string() })?;
    Ok(Capture { samples: consumer, rate_hz, misses: Arc::default(), guard: StreamGuard(Running::File(ticker)) })
}

/// Opens a speaker or its stand-in.
pub fn open_playout(sink: &PlayoutSink, events: &EventSink) -> Result<Playout, AudioError> {
    let rate_hz = wav::RECORDING_RATE_HZ;
    let file = |ticker, samples| Playout {
        samples,
        rate_hz,
        misses: Arc::default(),
        guard: StreamGuard(Running::File(ticker)),
    };
    match sink {
        PlayoutSink::Device(id) => open_speaker(id.as_deref(), events),
        PlayoutSink::Wav(path) => {
            let (producer, consumer) = RingBuffer::new(ring_length(rate_hz));
            Ok(file(wav::record(path, consumer)?, producer))
        }
        PlayoutSink::Discard => {
            let (producer, consumer) = RingBuffer::<f32>::new(ring_length(rate_hz));
            let drain = |ring: &mut Consumer<f32>, _| while ring.pop().is_ok() {};
            let ticker = Ticker::start("discard", consumer, drain, drop)
                .map_err(|error| AudioError::Failed { role: SPEAKER, detail: error.to_string() })?;
            Ok(file(ticker, producer))
        }
    }
}

const fn ring_length(rate_hz: u32) -> usize {
    rate_hz as usize * RING_MS / 1_000
}

fn open_microphone(id: Option<&str>, events: &EventSink) -> Result<Capture, AudioError> {
    let failed = |error: cpal::Error| AudioError::from_cpal(MICROPHONE, &error);
    let (device, missing) = device::find(id, HostTrait::default_input_device);
    report_fallback(id.filter(|_| missing), false, events);
    let device = device.ok_or(AudioError::NoDevice { role: MICROPHONE })?;
    let supported = device.default_input_config().map_err(failed)?;
    let config = call_config(&supported);
    let (producer, consumer) = RingBuffer::new(ring_length(config.sample_rate));
    let misses = Arc::new(Misses::default());
    let tap = CaptureTap::new(producer, config.channels, Arc::clone(&misses));
    let stream = match supported.sample_format() {
        SampleFormat::F32 => input_stream::<f32>(&device, config, tap, events),
        SampleFormat::I16 => input_stream::<i16>(&device, config, tap, events),
        SampleFormat::I32 => input_stream::<i32>(&device, config, tap, events),
        SampleFormat::U16 => input_stream::<u16>(&device, config, tap, events),
        SampleFormat::U8 => input_stream::<u8>(&device, config, tap, events),
        other => return Err(unsupported(MICROPHONE, other)),
    }
    .map_err(failed)?;
    stream.play().map_err(failed)?;
    let guard = StreamGuard(Running::Device(stream));
    Ok(Capture { samples: consumer, rate_hz: config.sample_rate, misses, guard })
}

fn open_speaker(id: Option<&str>, events: &EventSink) -> Result<Playout, AudioError> {
    let failed = |error: cpal::Error| AudioError::from_cpal(SPEAKER, &error);
    let (device, missing) = device::find(id, HostTrait::default_output_device);
    report_fallback(id.filter(|_| missing), true, events);
    let device = device.ok_or(AudioError::NoDevice { role: SPEAKER })?;
    let supported = device.default_output_config().map_err(failed)?;
    let config = call_config(&supported);
    let (producer, consumer) = RingBuffer::new(ring_length(config.sample_rate));
    let misses = Arc::new(Misses::default());
    let tap = PlayoutTap::new(consumer, config.channels, Arc::clone(&misses));
    let stream = match supported.sample_format() {
        SampleFormat::F32 => output_stream::<f32>(&device, config, tap, events),
        SampleFormat::I16 => output_stream::<i16>(&device, config, tap, events),
        SampleFormat::I32 => output_stream::<i32>(&device, config, tap, events),
        SampleFormat::U16 => output_stream::<u16>(&device, config, tap, events),
        SampleFormat::U8 => output_stream::<u8>(&device, config, tap, events),
        other => return Err(unsupported(SPEAKER, other)),
    }
    .map_err(failed)?;
    stream.play().map_err(failed)?;
    let guard = StreamGuard(Running::Device(stream));
    Ok(Playout { samples: producer, rate_hz: config.sample_rate, misses, guard })
}

fn report_fallback(missing: Option<&str>, playout: bool, events: &EventSink) {
    if let Some(wanted) = missing {
        events(DeviceEvent::FellBack { playout, wanted: wanted.to_owned() });
    }
}

fn unsupported(role: &'static str, format: SampleFormat) -> AudioError {
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
    events: &EventSink,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let errors = error_callback(false, events);
    device.build_input_stream::<T, _, _>(config, move |data, _| tap.take(data), errors, Some(OPEN_LIMIT))
}

fn output_stream<T>(
    device: &cpal::Device,
    config: StreamConfig,
    mut tap: PlayoutTap,
    events: &EventSink,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample + FromSample<f32>,
{
    let errors = error_callback(true, events);
    device.build_output_stream::<T, _, _>(config, move |data, _| tap.fill(data), errors, Some(OPEN_LIMIT))
}

/// Only what ends a stream is an event: backends also report hiccups at start and stop, which must not end a call.
fn error_callback(playout: bool, events: &EventSink) -> impl FnMut(cpal::Error) + Send + 'static {
    let events = Arc::clone(events);
    move |error| match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::HostUnavailable => {
            events(DeviceEvent::Lost { playout, detail: error.to_string() });
        }
        _ => tracing::debug!(playout, %error, "the sound device reported a hiccup"),
    }
}
