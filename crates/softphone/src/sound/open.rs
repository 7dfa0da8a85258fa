//! Which devices a call uses, and opening them so that a missing one never costs the call.

use super::{SoundSystem, Voice};
use mobilecall_audio::{
    AudioError, CaptureSource, DeviceInfo, DeviceList, DeviceLost, LossSink, PlayoutSink, Role, StreamGuard,
};
use mobilecall_domain::names;
use mobilecall_ipc::{ErrorCode, Failure, Settings};
use mobilecall_media::{
    apm::Processing,
    voice::{Microphone, Speaker, VoiceError},
};

/// The devices that are wanted, from the settings or given at the start of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SoundChoice {
    pub(crate) capture: CaptureSource,
    pub(crate) playout: PlayoutSink,
    /// For ringing.
    pub(crate) ring: PlayoutSink,
    /// For other tones that sound beside a call.
    pub(crate) beside: PlayoutSink,
}

/// What is wanted for one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Microphone(CaptureSource),
    Speaker(PlayoutSink),
}

/// What came of opening a device.
pub(crate) struct DeviceOpened {
    /// Which opening of this device in the call.
    pub(crate) opening: u32,
    /// What was wanted when it began.
    pub(crate) wanted: Wanted,
    pub(crate) outcome: Result<OpenDevice, AudioError>,
}

/// A device that was opened for a call.
pub(crate) struct OpenDevice {
    /// For the voice.
    pub(crate) end: End,
    /// Keeps it open.
    pub(crate) guard: StreamGuard,
    /// It is the system's choice, of this name, because the wanted one is not there.
    pub(crate) instead: Option<String>,
}

/// The voice's end of a device's ring.
pub(crate) enum End {
    Microphone(Microphone),
    Speaker(Speaker),
}

impl Wanted {
    /// Whether the device that was chosen is among these.
    pub(crate) fn is_in(&self, list: &DeviceList) -> bool {
        list.of(self.role()).iter().any(|device| self.is(device))
    }

    /// A device, no file in its place.
    pub(crate) fn is_device(&self) -> bool {
        match self {
            Self::Microphone(CaptureSource::Device(_)) | Self::Speaker(PlayoutSink::Device(_)) => true,
            Self::Microphone(CaptureSource::Wav { .. } | CaptureSource::Silence)
            | Self::Speaker(PlayoutSink::Wav(_) | PlayoutSink::Discard) => false,
        }
    }

    /// Whether this is the device that was chosen.
    pub(crate) fn is(&self, device: &DeviceInfo) -> bool {
        match self {
            Self::Microphone(CaptureSource::Device(id)) | Self::Speaker(PlayoutSink::Device(id)) => {
                id.as_ref() == Some(&device.id)
            }
            Self::Microphone(CaptureSource::Wav { .. } | CaptureSource::Silence)
            | Self::Speaker(PlayoutSink::Wav(_) | PlayoutSink::Discard) => false,
        }
    }

    /// Which of these it is: the chosen one, else the system's choice.
    pub(crate) fn among<'a>(&self, list: &'a DeviceList) -> Option<&'a DeviceInfo> {
        let found = list.of(self.role());
        let chosen = match self {
            Self::Microphone(CaptureSource::Device(id)) | Self::Speaker(PlayoutSink::Device(id)) => id.as_deref(),
            Self::Microphone(CaptureSource::Wav { .. } | CaptureSource::Silence)
            | Self::Speaker(PlayoutSink::Wav(_) | PlayoutSink::Discard) => return None,
        };
        let chosen = found.iter().find(|device| chosen == Some(device.id.as_str()));
        chosen.or_else(|| found.iter().find(|device| device.default)).or(found.first())
    }

    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Microphone(_) => Role::Microphone,
            Self::Speaker(_) => Role::Speaker,
        }
    }
}

impl End {
    /// Stands for a device that is not there: silence is sent, or nothing is heard.
    pub(crate) fn none(role: Role) -> Self {
        match role {
            Role::Microphone => Self::Microphone(Microphone::none()),
            Role::Speaker => Self::Speaker(Speaker::none()),
        }
    }

    pub(crate) fn give_to(self, voice: &dyn Voice) -> Result<(), VoiceError> {
        match self {
            Self::Microphone(microphone) => voice.swap_microphone(microphone),
            Self::Speaker(speaker) => voice.swap_speaker(speaker),
        }
    }
}

impl SoundChoice {
    /// `capture` and `playout` take the place of what the settings say.
    pub(crate) fn new(settings: &Settings, capture: Option<&CaptureSource>, playout: Option<&PlayoutSink>) -> Self {
        let output = playout.cloned().unwrap_or_else(|| PlayoutSink::Device(settings.output_device.clone()));
        // Tones do not belong into a recording of the call.
        let beside = match &output {
            PlayoutSink::Wav(_) | PlayoutSink::Discard => PlayoutSink::Discard,
            PlayoutSink::Device(_) => output.clone(),
        };
        let ring = match (playout, &settings.ring_device) {
            (None, Some(device)) => PlayoutSink::Device(Some(device.clone())),
            (Some(_), _) | (None, None) => beside.clone(),
        };
        Self {
            capture: capture.cloned().unwrap_or_else(|| CaptureSource::Device(settings.input_device.clone())),
            playout: output,
            ring,
            beside,
        }
    }

    pub(crate) fn wanted(&self, role: Role) -> Wanted {
        match role {
            Role::Microphone => Wanted::Microphone(self.capture.clone()),
            Role::Speaker => Wanted::Speaker(self.playout.clone()),
        }
    }

    /// Only devices, no files. A file begins to play or to be written when it is opened, so it waits for the call and
    /// stays open while the call is held; a device takes a moment to open, so it does not wait, and others may need it
    /// during a hold.
    pub(crate) fn is_devices(&self) -> bool {
        let capture = match self.capture {
            CaptureSource::Device(_) | CaptureSource::Silence => true,
            CaptureSource::Wav { .. } => false,
        };
        let playout = match self.playout {
            PlayoutSink::Device(_) | PlayoutSink::Discard => true,
            PlayoutSink::Wav(_) => false,
        };
        capture && playout
    }

    /// What is done to the microphone's sound; nothing to a recording unless that is asked for.
    pub(crate) fn processing(&self, settings: &Settings, process_files: bool) -> Processing {
        let is_processed = match self.capture {
            CaptureSource::Device(_) => true,
            CaptureSource::Wav { .. } => process_files,
            CaptureSource::Silence => false,
        };
        if !is_processed {
            return Processing::NONE;
        }
        Processing {
            echo_cancelling: settings.echo_cancelling,
            noise_suppression: settings.noise_suppression,
            gain_control: settings.automatic_gain,
        }
    }
}

/// Opens one device. Blocks.
pub(crate) fn open_device(
    system: &dyn SoundSystem,
    wanted: &Wanted,
    losses: &LossSink,
) -> Result<OpenDevice, AudioError> {
    match wanted {
        Wanted::Microphone(source) => {
            let capture = system.open_capture(source, losses)?;
            let end = End::Microphone(Microphone { samples: capture.samples, rate_hz: capture.rate_hz });
            Ok(OpenDevice { end, guard: capture.guard, instead: capture.instead })
        }
        Wanted::Speaker(sink) => {
            let playout = system.open_playout(sink, losses)?;
            let end = End::Speaker(Speaker { samples: playout.samples, rate_hz: playout.rate_hz });
            Ok(OpenDevice { end, guard: playout.guard, instead: playout.instead })
        }
    }
}

/// Why a device could not be opened, in words that say what still works.
pub(crate) fn failure_of(error: &AudioError, role: Role) -> Failure {
    let (missing, rest) = match role {
        Role::Microphone => (ErrorCode::NoMicrophone, "the other side cannot hear you, but you can hear them"),
        Role::Speaker => (ErrorCode::NoSpeaker, "you cannot hear the other side"),
    };
    let cause = match error {
        AudioError::NoDevice { .. } => return Failure::new(missing, format!("{error}; until then {rest}")),
        AudioError::Busy { .. } => "busy",
        AudioError::NotPermitted { .. } => "notPermitted",
        AudioError::Failed { .. } | AudioError::Wav(_) => "other",
    };
    tracing::warn!(error = %crate::failure::chain(error), "a sound device could not be opened");
    Failure::new(ErrorCode::AudioFailed, error.to_string()).with("role", role.as_str()).with("cause", cause)
}

/// A device that went away, in words.
pub(crate) fn failure_of_loss(lost: &DeviceLost) -> Failure {
    let DeviceLost { role, device } = lost;
    let message =
        format!("the {role} \"{}\" was unplugged; another one is used if there is one", names::isolated(device));
    Failure::new(ErrorCode::DeviceLost, message).with("role", role.as_str()).with("device", device)
}

/// A device that came, and is used now or could be, in words.
pub(crate) fn notice_of_device(role: Role, device: &str, in_use: bool) -> Failure {
    let (code, message) = if in_use {
        (ErrorCode::DeviceInUse, format!("the {role} is \"{}\" now", names::isolated(device)))
    } else {
        (
            ErrorCode::DeviceFound,
            format!("the {role} \"{}\" was plugged in; choose it in the settings to use it", names::isolated(device)),
        )
    };
    Failure::new(code, message).with("role", role.as_str()).with("device", device)
}

/// The chosen device is not there and another one is used, in words.
pub(crate) fn failure_of_fallback(role: Role, instead: &str) -> Failure {
    let message = format!("the chosen {role} is not plugged in; \"{}\" is used instead", names::isolated(instead));
    Failure::new(ErrorCode::DeviceMissing, message).with("role", role.as_str()).with("device", instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_left_as_it_is_unless_asked_for() {
        let settings = Settings { noise_suppression: false, ..Settings::default() };
        let chosen = Processing { echo_cancelling: true, noise_suppression: false, gain_control: true };
        let file = || CaptureSource::Wav { path: "in.wav".into(), repeat: false };
        for (capture, process_files, expected) in [
            (CaptureSource::Device(None), false, chosen),
            (CaptureSource::Device(None), true, chosen),
            (file(), false, Processing::NONE),
            (file(), true, chosen),
            (CaptureSource::Silence, true, Processing::NONE),
        ] {
            let choice = SoundChoice::new(&settings, Some(&capture), None);
            assert_eq!(choice.processing(&settings, process_files), expected, "{capture:?} {process_files}");
        }
    }
}
