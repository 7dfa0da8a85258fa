//! Microphone, speaker, voice path and tones, behind two traits so that calls can be tested without any of them.

mod meter;
mod open;
mod tones;

pub(crate) use meter::{LEVEL_INTERVAL, run_meter};
pub(crate) use open::{OpenDevices, SoundChoice, failure_of_event, no_devices, open_devices};
pub(crate) use tones::{Playing, play};

use mobilecall_audio::{
    AudioError, Capture, CaptureSource, DeviceList, EventSink, Player, Playout, PlayoutSink, Sound,
};
use mobilecall_domain::{CallQuality, DtmfDigit};
use mobilecall_media::{
    tones::Tone,
    voice::{
        IncomingPacket, VoiceConfig, VoiceDevices, VoiceError, VoiceHandle, VoiceOutputs, VoiceStats, VoiceThread,
    },
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Everything that makes or takes sound. Methods may block for tens of milliseconds: call them off the async threads.
pub(crate) trait SoundSystem: Send + Sync {
    fn devices(&self) -> DeviceList;
    fn open_capture(&self, source: &CaptureSource, events: &EventSink) -> Result<Capture, AudioError>;
    fn open_playout(&self, sink: &PlayoutSink, events: &EventSink) -> Result<Playout, AudioError>;
    /// Plays until the result is dropped.
    fn play(&self, sink: &PlayoutSink, sound: Sound, events: &EventSink) -> Result<Box<dyn Send>, AudioError>;
    fn start_voice(
        &self,
        config: VoiceConfig,
        devices: VoiceDevices,
        outputs: VoiceOutputs,
    ) -> Result<Arc<dyn Voice>, VoiceError>;
}

/// The voice path of one call while it runs. Methods return at once, apart from [`Self::stop`].
pub(crate) trait Voice: Send + Sync {
    /// `false` when the packet came too late to be of use.
    fn push_packet(&self, packet: IncomingPacket, arrival: Instant) -> bool;
    fn set_muted(&self, muted: bool);
    fn set_held(&self, held: bool);
    fn send_digits(&self, digits: &[DtmfDigit]) -> Result<(), VoiceError>;
    fn play_tone(&self, tone: Tone) -> Result<(), VoiceError>;
    fn stop_tone(&self) -> Result<(), VoiceError>;
    fn set_expected_loss(&self, percent: u8) -> Result<(), VoiceError>;
    fn swap_devices(&self, devices: VoiceDevices) -> Result<(), VoiceError>;
    fn stats(&self) -> VoiceStats;
    /// Once a second.
    fn quality(&self, rtt: Option<Duration>) -> CallQuality;
    /// Waits some milliseconds for the end of the thread.
    fn stop(&self) -> VoiceStats;
}

/// The sound system of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemSound;

impl SoundSystem for SystemSound {
    fn devices(&self) -> DeviceList {
        mobilecall_audio::devices()
    }

    fn open_capture(&self, source: &CaptureSource, events: &EventSink) -> Result<Capture, AudioError> {
        mobilecall_audio::open_capture(source, events)
    }

    fn open_playout(&self, sink: &PlayoutSink, events: &EventSink) -> Result<Playout, AudioError> {
        mobilecall_audio::open_playout(sink, events)
    }

    fn play(&self, sink: &PlayoutSink, sound: Sound, events: &EventSink) -> Result<Box<dyn Send>, AudioError> {
        Ok(Box::new(Player::start(sink, sound, events)?))
    }

    fn start_voice(
        &self,
        config: VoiceConfig,
        devices: VoiceDevices,
        outputs: VoiceOutputs,
    ) -> Result<Arc<dyn Voice>, VoiceError> {
        Ok(Arc::new(VoiceThread::start(config, devices, outputs)?))
    }
}

impl Voice for VoiceHandle {
    fn push_packet(&self, packet: IncomingPacket, arrival: Instant) -> bool {
        self.push_packet(packet, arrival)
    }
    fn set_muted(&self, muted: bool) {
        self.set_muted(muted);
    }
    fn set_held(&self, held: bool) {
        self.set_held(held);
    }
    fn send_digits(&self, digits: &[DtmfDigit]) -> Result<(), VoiceError> {
        self.send_digits(digits)
    }
    fn play_tone(&self, tone: Tone) -> Result<(), VoiceError> {
        self.play_tone(tone)
    }
    fn stop_tone(&self) -> Result<(), VoiceError> {
        self.stop_tone()
    }
    fn set_expected_loss(&self, percent: u8) -> Result<(), VoiceError> {
        self.set_expected_loss(percent)
    }
    fn swap_devices(&self, devices: VoiceDevices) -> Result<(), VoiceError> {
        self.swap_devices(devices)
    }
    fn stats(&self) -> VoiceStats {
        self.stats()
    }
    fn quality(&self, rtt: Option<Duration>) -> CallQuality {
        self.quality(rtt)
    }
    fn stop(&self) -> VoiceStats {
        self.stop()
    }
}
