use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The sound system of this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SoundBackend {
    /// A PulseAudio server.
    PulseAudio,
    /// PipeWire.
    PipeWire,
    /// The sound cards of Linux themselves.
    Alsa,
    /// macOS.
    CoreAudio,
    /// Windows.
    Wasapi,
}

/// Microphone or speaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SoundRole {
    /// The agent speaks into it.
    Microphone,
    /// The agent listens to it.
    Speaker,
}

/// How a microphone or a speaker stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SoundStanding {
    /// There is one, or a file in its place. Taken to be so until the devices are known.
    #[default]
    There,
    /// There is none.
    Missing,
    /// There is one that could not be opened.
    Failed,
}

/// Whether calls can be heard here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SoundView {
    /// Nothing until the devices are known.
    pub backend: Option<SoundBackend>,
    /// The microphone.
    pub microphone: SoundStanding,
    /// The speaker.
    pub speaker: SoundStanding,
}
