//! Microphone, speaker, voice path and tones, behind two traits so that calls can be tested without any of them.

mod check;
mod meter;
mod open;
mod recording;
mod tones;

#[cfg(test)]
pub(crate) use check::check;
pub use check::check_sound;
pub(crate) use meter::Meter;
pub(crate) use open::{
    DeviceOpened, End, OpenDevice, SoundChoice, Wanted, failure_of, failure_of_fallback, failure_of_loss,
    notice_of_device, open_device,
};
pub(crate) use recording::{RecordingPlayer, play_recording};
pub(crate) use tones::{Playing, play};

use mobilecall_audio::{
    AudioError, CaptureSource, CaptureStream, DeviceList, LossSink, Player, PlayoutSink, PlayoutStream, Sound,
};
use mobilecall_domain::{CallQuality, DtmfDigit};
use mobilecall_media::{
    tones::Tone,
    voice::{
        IncomingPacket, Microphone, Speaker, VoiceConfig, VoiceDevices, VoiceError, VoiceHandle, VoiceOutputs,
        VoiceStats, VoiceThread,
    },
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Everything that makes or takes sound. Methods may block for tens of milliseconds: call them off the async threads.
pub(crate) trait SoundSystem: Send + Sync {
    fn devices(&self) -> DeviceList;
    /// Tells the devices now and whenever they change, until the result is dropped.
    fn watch(&self, changed: Box<dyn FnMut(DeviceList) + Send>) -> std::io::Result<Box<dyn Send>>;
    fn open_capture(&self, source: &CaptureSource, losses: &LossSink) -> Result<CaptureStream, AudioError>;
    fn open_playout(&self, sink: &PlayoutSink, losses: &LossSink) -> Result<PlayoutStream, AudioError>;
    /// Plays until the result is dropped.
    fn play(&self, sink: &PlayoutSink, sound: Sound, losses: &LossSink) -> Result<Box<dyn Send>, AudioError>;
    /// Without devices at first.
    fn start_voice(&self, config: VoiceConfig, outputs: VoiceOutputs) -> Result<Arc<dyn Voice>, VoiceError>;
}

/// The voice path of one call while it runs. Methods return at once, apart from [`Self::stop`].
pub(crate) trait Voice: Send + Sync {
    /// `false` when the packet came too late to be of use.
    fn push_packet(&self, packet: IncomingPacket, arrival: Instant) -> bool;
    fn set_muted(&self, muted: bool);
    fn is_muted(&self) -> bool;
    fn set_held(&self, held: bool);
    fn is_held(&self) -> bool;
    fn send_digits(&self, digits: &[DtmfDigit]) -> Result<(), VoiceError>;
    fn play_tone(&self, tone: Tone) -> Result<(), VoiceError>;
    fn stop_tone(&self) -> Result<(), VoiceError>;
    fn set_expected_loss(&self, percent: u8) -> Result<(), VoiceError>;
    fn swap_microphone(&self, microphone: Microphone) -> Result<(), VoiceError>;
    fn swap_speaker(&self, speaker: Speaker) -> Result<(), VoiceError>;
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

    fn watch(&self, changed: Box<dyn FnMut(DeviceList) + Send>) -> std::io::Result<Box<dyn Send>> {
        Ok(Box::new(mobilecall_audio::watch_devices(changed)?))
    }

    fn open_capture(&self, source: &CaptureSource, losses: &LossSink) -> Result<CaptureStream, AudioError> {
        mobilecall_audio::open_capture(source, losses)
    }

    fn open_playout(&self, sink: &PlayoutSink, losses: &LossSink) -> Result<PlayoutStream, AudioError> {
        mobilecall_audio::open_playout(sink, losses)
    }

    fn play(&self, sink: &PlayoutSink, sound: Sound, losses: &LossSink) -> Result<Box<dyn Send>, AudioError> {
        Ok(Box::new(Player::start(sink, sound, losses)?))
    }

    fn start_voice(&self, config: VoiceConfig, outputs: VoiceOutputs) -> Result<Arc<dyn Voice>, VoiceError> {
        let devices = VoiceDevices { microphone: Microphone::none(), speaker: Speaker::none() };
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
    fn is_muted(&self) -> bool {
        self.is_muted()
    }
    fn set_held(&self, held: bool) {
        self.set_held(held);
    }
    fn is_held(&self) -> bool {
        self.is_held()
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
    fn swap_microphone(&self, microphone: Microphone) -> Result<(), VoiceError> {
        self.swap_microphone(microphone)
    }
    fn swap_speaker(&self, speaker: Speaker) -> Result<(), VoiceError> {
        self.swap_speaker(speaker)
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
