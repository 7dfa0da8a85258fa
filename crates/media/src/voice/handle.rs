//! Starting, steering and stopping a voice thread.

use super::clock::Clock;
use super::devices::{CapturePath, Devices, Microphone, PlayoutPath, Speaker, VoiceDevices};
use super::outputs::VoiceOutputs;
use super::path::{IncomingPacket, VoiceConfig, VoicePath};
use super::stats::{SharedStats, VoiceStats};
use super::thread::{Command, Control, Retired, Worker};
use crate::codec::CodecError;
use crate::quality::QualityMeter;
use crate::tones::Tone;
use mobilecall_domain::{CallQuality, DtmfDigit};
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Packets on their way to the thread: more than a second, for a thread that is kept from running.
const INCOMING: usize = 64;
/// Commands on their way to the thread, which looks every 5 ms.
const COMMANDS: usize = 128;
/// Digits that wait to be sent, two minutes of them.
const DIGITS: usize = 512;
/// Devices that were replaced and wait to be let go.
const RETIRED: usize = 8;

/// Why a voice thread could not be started or steered.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    /// The codec could not be made.
    #[error("the codec could not be started")]
    Codec(#[from] CodecError),
    /// A device's rate is out of range.
    #[error("a sound device's rate cannot be converted to 48 kHz")]
    Rate(#[from] rubato::ResamplerConstructionError),
    /// The system made no thread.
    #[error("no thread could be started for the voice")]
    Thread(#[source] std::io::Error),
    /// More commands were given at once than are kept.
    #[error("the voice thread does not keep up with its commands")]
    Busy,
    /// More digits than can wait; none of them is sent.
    #[error("too many digits wait to be sent")]
    TooManyDigits,
}

/// Runs a [`VoicePath`] on a thread of its own, between the rings of the devices and the channels of the network.
/// Once it runs, the thread takes no lock, allocates nothing and logs nothing.
pub struct VoiceThread;

impl VoiceThread {
    /// Starts the thread.
    pub fn start(config: VoiceConfig, devices: VoiceDevices, outputs: VoiceOutputs) -> Result<VoiceHandle, VoiceError> {
        let path = VoicePath::new(config)?;
        let clock = Clock::start();
        let devices = Devices::new(devices, clock.now())?;
        let (packets, incoming) = RingBuffer::new(INCOMING);
        let (commands, pending) = RingBuffer::new(COMMANDS);
        let (digits, waiting) = RingBuffer::new(DIGITS);
        let (retire, retired) = RingBuffer::new(RETIRED);
        let control = Arc::new(Control::default());
        let stats = Arc::new(SharedStats::new(&path));
        let worker = Worker {
            path,
            clock,
            devices,
            incoming,
            commands: pending,
            digits: waiting,
            retire,
            outputs,
            control: Arc::clone(&control),
            stats: Arc::clone(&stats),
        };
        let thread =
            std::thread::Builder::new().name("voice".into()).spawn(move || worker.run()).map_err(VoiceError::Thread)?;
        Ok(VoiceHandle {
            clock,
            control,
            stats,
            packets: Mutex::new(packets),
            commands: Mutex::new(commands),
            digits: Mutex::new(digits),
            retired: Mutex::new(retired),
            quality: Mutex::default(),
            thread: Mutex::new(Some(thread)),
        })
    }
}

/// Steers a voice thread. All methods may be called from any thread and return at once, but for [`Self::stop`] and
/// dropping, which wait some milliseconds for the thread's end. The locks inside are between callers only.
pub struct VoiceHandle {
    clock: Clock,
    control: Arc<Control>,
    stats: Arc<SharedStats>,
    packets: Mutex<Producer<(IncomingPacket, Duration)>>,
    commands: Mutex<Producer<Command>>,
    digits: Mutex<Producer<DtmfDigit>>,
    retired: Mutex<Consumer<Retired>>,
    quality: Mutex<QualityMeter>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl VoiceHandle {
    /// Passes a packet that arrived at `arrival`; false when the thread is so far behind that it was dropped.
    pub fn push_packet(&self, packet: IncomingPacket, arrival: Instant) -> bool {
        lock(&self.packets).push((packet, self.clock.at(arrival))).is_ok()
    }

    /// Sends silence instead of the microphone; the stream goes on.
    pub fn set_muted(&self, muted: bool) {
        self.control.muted.store(muted, Relaxed);
    }

    /// Whether the microphone is off.
    pub fn is_muted(&self) -> bool {
        self.control.muted.load(Relaxed)
    }

    /// Neither sends nor plays the call's audio.
    pub fn set_held(&self, held: bool) {
        self.control.held.store(held, Relaxed);
    }

    /// Whether [`Self::set_held`] holds it.
    pub fn is_held(&self) -> bool {
        self.control.held.load(Relaxed)
    }

    /// Sends digits one after another, behind those that wait: all of them, or none if they do not fit.
    pub fn send_digits(&self, digits: &[DtmfDigit]) -> Result<(), VoiceError> {
        let mut waiting = lock(&self.digits);
        if waiting.slots() < digits.len() {
            return Err(VoiceError::TooManyDigits);
        }
        digits.iter().try_for_each(|digit| waiting.push(*digit)).map_err(|_| VoiceError::TooManyDigits)
    }

    /// Plays a tone to the user in the place of the one before.
    pub fn play_tone(&self, tone: Tone) -> Result<(), VoiceError> {
        self.command(Command::Play(tone))
    }

    /// Ends the tone.
    pub fn stop_tone(&self) -> Result<(), VoiceError> {
        self.command(Command::StopTone)
    }

    /// Tells how many percent of our packets the far end loses, as its reports say.
    pub fn set_expected_loss(&self, percent: u8) -> Result<(), VoiceError> {
        self.command(Command::ExpectedLoss(percent))
    }

    /// Goes on with another microphone; the speaker plays on. The old ring is let go here, not on the thread.
    pub fn swap_microphone(&self, microphone: Microphone) -> Result<(), VoiceError> {
        self.release_retired();
        self.command(Command::Microphone(Box::new(CapturePath::new(microphone, self.clock.now())?)))
    }

    /// Goes on with another speaker; the microphone is heard on. The old ring is let go here, not on the thread.
    pub fn swap_speaker(&self, speaker: Speaker) -> Result<(), VoiceError> {
        self.release_retired();
        self.command(Command::Speaker(Box::new(PlayoutPath::new(speaker, self.clock.now())?)))
    }

    /// Levels, counters, times.
    pub fn stats(&self) -> VoiceStats {
        self.release_retired();
        self.stats.snapshot(&self.clock)
    }

    /// The quality since the call before; call it once a second. The round trip time is the transport's.
    pub fn quality(&self, rtt: Option<Duration>) -> CallQuality {
        let path = self.stats().path;
        lock(&self.quality).sample(path.reception, path.packets_sent, rtt)
    }

    /// Ends the thread and returns the last figures.
    pub fn stop(&self) -> VoiceStats {
        self.end();
        self.stats()
    }

    fn command(&self, command: Command) -> Result<(), VoiceError> {
        lock(&self.commands).push(command).map_err(|_| VoiceError::Busy)
    }

    fn release_retired(&self) {
        let mut retired = lock(&self.retired);
        while retired.pop().is_ok() {}
    }

    fn end(&self) {
        self.control.stopped.store(true, Release);
        if let Some(thread) = lock(&self.thread).take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the voice thread panicked");
            }
        }
    }
}

impl Drop for VoiceHandle {
    fn drop(&mut self) {
        self.end();
    }
}

/// A panic of another caller leaves nothing half-done in these.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
