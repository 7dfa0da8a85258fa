//! A voice without sound.

use crate::sound::Voice;
use mobilecall_domain::{CallQuality, DtmfDigit};
use mobilecall_media::{
    tones::Tone,
    voice::{
        IncomingPacket, Microphone, PathFigures, Speaker, StreamPosition, VoiceConfig, VoiceError, VoiceEvent,
        VoiceOutputs, VoiceStats,
    },
};
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// A voice that notes what it is told.
pub(crate) struct FakeVoice {
    pub(crate) config: VoiceConfig,
    outputs: Mutex<Option<VoiceOutputs>>,
    pub(crate) state: Mutex<VoiceState>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VoiceState {
    pub(crate) muted: bool,
    pub(crate) held: bool,
    pub(crate) digits: String,
    pub(crate) tone: Option<Tone>,
    pub(crate) packets: u64,
    /// How often each was given or taken away.
    pub(crate) microphones: u32,
    pub(crate) speakers: u32,
    pub(crate) stopped: bool,
    pub(crate) silent_for: Duration,
}

impl FakeVoice {
    pub(super) fn new(config: VoiceConfig, outputs: VoiceOutputs) -> Self {
        Self { config, outputs: Mutex::new(Some(outputs)), state: Mutex::default() }
    }
    pub(crate) fn state(&self) -> VoiceState {
        self.state.lock().unwrap().clone()
    }
    pub(crate) fn tell(&self, event: VoiceEvent) {
        self.outputs.lock().unwrap().as_ref().unwrap().events.try_send(event).unwrap();
    }
    fn change(&self, change: impl FnOnce(&mut VoiceState)) {
        change(&mut self.state.lock().unwrap());
    }
}

impl Voice for FakeVoice {
    fn push_packet(&self, _: IncomingPacket, _: Instant) -> bool {
        self.change(|state| state.packets += 1);
        true
    }
    fn set_muted(&self, muted: bool) {
        self.change(|state| state.muted = muted);
    }
    fn is_muted(&self) -> bool {
        self.state().muted
    }
    fn set_held(&self, held: bool) {
        self.change(|state| state.held = held);
    }
    fn is_held(&self) -> bool {
        self.state().held
    }
    fn send_digits(&self, digits: &[DtmfDigit]) -> Result<(), VoiceError> {
        self.change(|state| state.digits.extend(digits.iter().map(|digit| digit.as_char())));
        Ok(())
    }
    fn play_tone(&self, tone: Tone) -> Result<(), VoiceError> {
        self.change(|state| state.tone = Some(tone));
        Ok(())
    }
    fn stop_tone(&self) -> Result<(), VoiceError> {
        self.change(|state| state.tone = None);
        Ok(())
    }
    fn set_expected_loss(&self, _: u8) -> Result<(), VoiceError> {
        Ok(())
    }
    fn swap_microphone(&self, _: Microphone) -> Result<(), VoiceError> {
        self.change(|state| state.microphones += 1);
        Ok(())
    }
    fn swap_speaker(&self, _: Speaker) -> Result<(), VoiceError> {
        self.change(|state| state.speakers += 1);
        Ok(())
    }
    fn stats(&self) -> VoiceStats {
        VoiceStats {
            path: PathFigures::default(),
            first_audio_at: None,
            since_last_packet: self.state().silent_for,
            capture_frames_lost: 0,
            outgoing_dropped: 0,
            position: StreamPosition { sequence: 7, timestamp: 960 },
        }
    }
    fn quality(&self, _: Option<Duration>) -> CallQuality {
        CallQuality { packets_sent: 50, packets_received: self.state().packets, mos: Some(4.3), ..Default::default() }
    }
    fn stop(&self) -> VoiceStats {
        self.outputs.lock().unwrap().take();
        self.change(|state| state.stopped = true);
        self.stats()
    }
}
