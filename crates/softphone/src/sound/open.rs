//! Which devices a call uses, and opening them so that a missing one never costs the call.

use super::SoundSystem;
use mobilecall_audio::{AudioError, CaptureSource, DeviceEvent, EventSink, PlayoutSink};
use mobilecall_ipc::{ErrorCode, Failure, Settings};
use mobilecall_media::{SAMPLE_RATE_HZ, apm::Processing, voice::VoiceDevices};
use rtrb::RingBuffer;

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

/// Devices that were opened for a call.
pub(crate) struct OpenDevices {
    /// What was wanted when they were opened.
    pub(crate) choice: SoundChoice,
    /// For the voice path; a ring without another end stands for what is missing.
    pub(crate) devices: VoiceDevices,
    /// Keeps them open.
    pub(crate) guards: Box<dyn Send>,
    /// What is missing and why.
    pub(crate) failures: Vec<Failure>,
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

    /// What is done to the microphone's sound: nothing to a recording.
    pub(crate) fn processing(&self, settings: &Settings) -> Processing {
        match self.capture {
            CaptureSource::Device(_) => Processing {
                echo_cancelling: settings.echo_cancelling,
                noise_suppression: settings.noise_suppression,
                gain_control: settings.automatic_gain,
            },
            CaptureSource::Wav { .. } | CaptureSource::Silence => Processing::NONE,
        }
    }
}

/// Opens both devices, each as far as it is there. Blocks.
pub(crate) fn open_devices(system: &dyn SoundSystem, choice: &SoundChoice, events: &EventSink) -> OpenDevices {
    let mut failures = Vec::new();
    let mut devices = no_devices();
    let capture = match system.open_capture(&choice.capture, events) {
        Ok(capture) => {
            devices.capture = capture.samples;
            devices.capture_rate_hz = capture.rate_hz;
            Some(capture.guard)
        }
        Err(error) => {
            failures.push(failure_of(&error, Role::Microphone));
            None
        }
    };
    let playout = match system.open_playout(&choice.playout, events) {
        Ok(playout) => {
            devices.playout = playout.samples;
            devices.playout_rate_hz = playout.rate_hz;
            Some(playout.guard)
        }
        Err(error) => {
            failures.push(failure_of(&error, Role::Speaker));
            None
        }
    };
    OpenDevices { choice: choice.clone(), devices, guards: Box::new((capture, playout)), failures }
}

/// Rings whose other ends are gone: silence is sent and nothing is heard.
pub(crate) fn no_devices() -> VoiceDevices {
    let (_, capture) = RingBuffer::new(1);
    let (playout, _) = RingBuffer::new(1);
    VoiceDevices { capture, capture_rate_hz: SAMPLE_RATE_HZ, playout, playout_rate_hz: SAMPLE_RATE_HZ }
}

/// What a device is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Microphone,
    Speaker,
}

/// Why a device could not be opened, in words that say what still works.
pub(crate) fn failure_of(error: &AudioError, role: Role) -> Failure {
    let (missing, rest) = match role {
        Role::Microphone => (ErrorCode::NoMicrophone, "the other side cannot hear you, but you can hear them"),
        Role::Speaker => (ErrorCode::NoSpeaker, "you cannot hear the other side"),
    };
    match error {
        AudioError::NoDevice { .. } => Failure::new(missing, format!("{error}; until then {rest}")),
        AudioError::Busy { .. } | AudioError::NotPermitted { .. } | AudioError::Failed { .. } | AudioError::Wav(_) => {
            Failure::new(ErrorCode::AudioFailed, error.to_string()).with("detail", crate::failure::chain(error))
        }
    }
}

/// A device that went away, in words.
pub(crate) fn failure_of_event(event: &DeviceEvent) -> Failure {
    let (playout, device) = match event {
        DeviceEvent::Lost { playout, detail } => (*playout, detail),
        DeviceEvent::FellBack { playout, wanted } => (*playout, wanted),
    };
    let role = if playout { "speaker" } else { "microphone" };
    let message = format!("the {role} went away; the system's choice is used instead");
    Failure::new(ErrorCode::DeviceLost, message).with("device", device)
}
