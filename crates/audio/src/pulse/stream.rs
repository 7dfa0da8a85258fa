//! A stream of sound on a connection of its own: its thread is where the device's callback runs.

use super::connection::{Connection, Fault, Message, Socket};
use crate::clock::raise_priority;
use pulseaudio::protocol::{
    ChannelMap, Command, CreatePlaybackStreamReply, CreateRecordStreamReply, DESCRIPTOR_SIZE, Descriptor,
    DescriptorFlags, PlaybackStreamParams, RecordStreamParams, SampleFormat, SampleSpec, encode_descriptor,
    stream::{BufferAttr, StreamFlags},
};
use std::{
    ffi::{CStr, CString},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

/// The rate at which sound is exchanged with the server, which brings it to that of the device.
pub(super) const RATE_HZ: u32 = 48_000;
const SAMPLE_BYTES: usize = size_of::<f32>();
/// 20 ms: what the server asks for or sends at once. Less underruns on some devices.
const PERIOD_BYTES: u32 = RATE_HZ / 50 * SAMPLE_BYTES as u32;
/// Samples that are turned into bytes, or back, at once.
const BLOCK: usize = 1_024;

/// Which device a stream is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// This one, and no other: the stream ends with it.
    Named(CString),
    /// This one in place of the system's choice, which is none for people. A person may move the stream.
    StandIn(CString),
    /// The system's choice, also after it changed.
    Default,
}

impl Target {
    fn name(&self) -> Option<CString> {
        match self {
            Self::Named(name) | Self::StandIn(name) => Some(name.clone()),
            Self::Default => None,
        }
    }

    pub(super) fn flags(&self) -> StreamFlags {
        StreamFlags { no_move: matches!(self, Self::Named(_)), adjust_latency: true, ..StreamFlags::default() }
    }
}

/// An open stream; dropping it closes it.
pub(super) struct Stream {
    socket: Socket,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Release);
        // The server takes the end of the connection for the end of the stream.
        self.socket.shut_down();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of a sound stream panicked");
        }
    }
}

/// Plays what `fill` puts into the buffers it is given. `lost` is told when the stream ends by itself.
pub(super) fn play(
    mut connection: Connection,
    target: &Target,
    fill: impl FnMut(&mut [f32]) + Send + 'static,
    lost: impl FnOnce(&Fault) + Send + 'static,
) -> Result<Stream, Fault> {
    let params = PlaybackStreamParams {
        sample_spec: sample_spec(),
        channel_map: ChannelMap::mono(),
        sink_name: target.name(),
        buffer_attr: BufferAttr {
            max_length: 4 * PERIOD_BYTES,
            target_length: 2 * PERIOD_BYTES,
            minimum_request_length: PERIOD_BYTES,
            ..BufferAttr::default()
        },
        props: super::identity::of_playback(),
        flags: target.flags(),
        ..PlaybackStreamParams::default()
    };
    let created: CreatePlaybackStreamReply = connection.ask(&Command::CreatePlaybackStream(params))?;
    let playback = Playback {
        connection,
        channel: created.channel,
        fill,
        samples: [0.0; BLOCK],
        bytes: Vec::with_capacity(DESCRIPTOR_SIZE + BLOCK * SAMPLE_BYTES),
    };
    start("pulse-playback", playback, lost, move |playback| playback.run(created.requested_bytes))
}

/// Hands what is recorded to `take`. `lost` is told when the stream ends by itself, and when the server moves it to what is
/// no microphone.
pub(super) fn record(
    mut connection: Connection,
    target: &Target,
    take: impl FnMut(&[f32]) + Send + 'static,
    may_record: fn(&CStr) -> bool,
    lost: impl FnOnce(&Fault) + Send + 'static,
) -> Result<Stream, Fault> {
    let params = RecordStreamParams {
        sample_spec: sample_spec(),
        channel_map: ChannelMap::mono(),
        source_name: target.name(),
        buffer_attr: BufferAttr { fragment_size: PERIOD_BYTES, ..BufferAttr::default() },
        props: super::identity::of_recording(),
        flags: target.flags(),
        ..RecordStreamParams::default()
    };
    let _created: CreateRecordStreamReply = connection.ask(&Command::CreateRecordStream(params))?;
    let recording = Recording { connection, take, may_record, samples: [0.0; BLOCK] };
    start("pulse-recording", recording, lost, Recording::run)
}

fn sample_spec() -> SampleSpec {
    SampleSpec { format: SampleFormat::Float32Le, channels: 1, sample_rate: RATE_HZ }
}

trait HasConnection {
    fn connection(&self) -> &Connection;
}

fn start<S: HasConnection + Send + 'static>(
    thread: &str,
    mut state: S,
    lost: impl FnOnce(&Fault) + Send + 'static,
    run: impl FnOnce(&mut S) -> Fault + Send + 'static,
) -> Result<Stream, Fault> {
    let socket = state.connection().share()?;
    state.connection().wait_without_limit()?;
    let closing = Arc::new(AtomicBool::new(false));
    let wanted = Arc::clone(&closing);
    let thread = std::thread::Builder::new().name(thread.to_owned()).spawn(move || {
        raise_priority();
        let fault = run(&mut state);
        drop(state);
        if !wanted.load(Ordering::Acquire) {
            lost(&fault);
        }
    })?;
    Ok(Stream { socket, closing, thread: Some(thread) })
}

/// A stream that the server ended.
fn ended() -> Fault {
    Fault::Refused(pulseaudio::protocol::PulseError::Killed)
}

struct Playback<F> {
    connection: Connection,
    channel: u32,
    fill: F,
    samples: [f32; BLOCK],
    /// A message under way; its room is kept.
    bytes: Vec<u8>,
}

impl<F> HasConnection for Playback<F> {
    fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl<F: FnMut(&mut [f32])> Playback<F> {
    /// Until the stream ends.
    fn run(&mut self, mut wanted: u32) -> Fault {
        loop {
            if let Err(error) = self.send(wanted as usize / SAMPLE_BYTES) {
                return error.into();
            }
            wanted = match self.connection.next() {
                Ok(Message::Wanted(bytes)) => bytes,
                Ok(Message::Killed) => return ended(),
                Ok(Message::Moved(device)) => {
                    tracing::info!(device = %device.to_string_lossy(), "the sound server moved our playback");
                    0
                }
                Ok(_) => 0,
                Err(fault) => return fault,
            };
        }
    }

    fn send(&mut self, mut wanted: usize) -> std::io::Result<()> {
        while wanted > 0 {
            let samples = &mut self.samples[..wanted.min(BLOCK)];
            (self.fill)(samples);
            wanted -= samples.len();
            let length = (samples.len() * SAMPLE_BYTES) as u32;
            let header = Descriptor { length, channel: self.channel, offset: 0, flags: DescriptorFlags::empty() };
            let mut encoded = [0; DESCRIPTOR_SIZE];
            encode_descriptor(&mut encoded, &header);
            self.bytes.clear();
            self.bytes.extend_from_slice(&encoded);
            self.bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
            self.connection.write(&self.bytes)?;
        }
        Ok(())
    }
}

struct Recording<F> {
    connection: Connection,
    take: F,
    may_record: fn(&CStr) -> bool,
    samples: [f32; BLOCK],
}

impl<F> HasConnection for Recording<F> {
    fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl<F: FnMut(&[f32])> Recording<F> {
    /// Until the stream ends.
    fn run(&mut self) -> Fault {
        loop {
            match self.connection.next() {
                Ok(Message::Samples(bytes)) => {
                    for block in bytes.chunks(BLOCK * SAMPLE_BYTES) {
                        let (quads, _) = block.as_chunks::<SAMPLE_BYTES>();
                        for (sample, quad) in self.samples.iter_mut().zip(quads) {
                            *sample = f32::from_le_bytes(*quad);
                        }
                        (self.take)(&self.samples[..quads.len()]);
                    }
                }
                Ok(Message::Killed) => return ended(),
                Ok(Message::Moved(device)) => {
                    tracing::info!(device = %device.to_string_lossy(), "the sound server moved our recording");
                    if !(self.may_record)(&device) {
                        return ended();
                    }
                }
                Ok(_) => {}
                Err(fault) => return fault,
            }
        }
    }
}
