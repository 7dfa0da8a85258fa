//! Which tone sounds: one at a time, the most urgent.

use super::Core;
use crate::sound::{Playing, play};
use mobilecall_audio::DeviceList;
use mobilecall_domain::{CallId, machine::Tone};
use mobilecall_media::tones::Tone as Sound;

/// Calls that ring, and what is heard of it.
#[derive(Default)]
pub(crate) struct Tones {
    /// In the order in which they began.
    wanted: Vec<(CallId, Tone)>,
    heard: Heard,
}

/// What sounds now.
#[derive(Default)]
enum Heard {
    #[default]
    Nothing,
    /// Beside any call.
    Beside(Playing),
    /// Softly in a call.
    Within(CallId),
}

/// What should sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Nothing,
    Beside(Sound),
    Within(CallId),
}

impl Tones {
    pub(crate) fn begin(&mut self, call: CallId, tone: Tone) {
        self.wanted.push((call, tone));
    }

    pub(crate) fn end(&mut self, call: CallId) {
        self.wanted.retain(|(known, _)| *known != call);
    }

    /// Silence, at once.
    pub(crate) fn stop(&mut self) {
        *self = Self::default();
    }

    /// Devices came, went, or others are the system's choice.
    pub(crate) fn devices_changed(&self, before: Option<&DeviceList>, now: &DeviceList) {
        match &self.heard {
            Heard::Beside(playing) => playing.devices_changed(before, now),
            // That sounds on the speaker of the call.
            Heard::Within(_) | Heard::Nothing => {}
        }
    }

    fn any(&self, tone: Tone) -> bool {
        self.wanted.iter().any(|(_, wanted)| *wanted == tone)
    }

    fn heard(&self) -> Wanted {
        match &self.heard {
            Heard::Nothing => Wanted::Nothing,
            Heard::Beside(playing) => Wanted::Beside(playing.tone()),
            Heard::Within(call) => Wanted::Within(*call),
        }
    }
}

impl Core {
    /// Begins or ends what has to.
    pub(crate) fn refresh_tones(&mut self) {
        let wanted = self.wanted_tone();
        if wanted == self.tones.heard() {
            return;
        }
        if let Heard::Within(call) = self.tones.heard
            && let Some(voice) = self.calls.get(call).and_then(|call| call.media.voice())
            && let Err(error) = voice.stop_tone()
        {
            tracing::warn!(%error, "the call-waiting tone goes on");
        }
        self.tones.heard = match wanted {
            Wanted::Nothing => Heard::Nothing,
            Wanted::Beside(tone) => {
                let choice = self.sound_choice();
                let sink = if tone == Sound::Ringtone { choice.ring } else { choice.beside };
                Heard::Beside(play(&self.parts.sound, sink, tone, self.post()))
            }
            Wanted::Within(call) => {
                self.play_within(call);
                Heard::Within(call)
            }
        };
    }

    /// A call that rings during another is told softly within that one.
    fn wanted_tone(&self) -> Wanted {
        if self.tones.any(Tone::Ringtone) {
            let other = self.calls.talking().or_else(|| self.calls.placing());
            return match other.filter(|call| call.media.voice().is_some()) {
                Some(call) => Wanted::Within(call.id),
                None => Wanted::Beside(Sound::Ringtone),
            };
        }
        if self.tones.any(Tone::Ringback) { Wanted::Beside(Sound::Ringback) } else { Wanted::Nothing }
    }

    fn play_within(&self, call: CallId) {
        if let Some(voice) = self.calls.get(call).and_then(|call| call.media.voice())
            && let Err(error) = voice.play_tone(Sound::CallWaiting)
        {
            tracing::warn!(%error, "the call-waiting tone cannot be played");
        }
    }
}
