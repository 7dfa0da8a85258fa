use crate::SoundBackend;
use mobilecall_domain::{LineId, LineKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All settings of the app. Absent fields of a stored copy take the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Which server.
    pub server: ServerChoice,
    /// Connect by itself at start.
    pub auto_connect: bool,
    /// Desktop notifications of incoming and missed calls.
    pub notifications: bool,
    /// Language.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Microphone: device id, `None` for the system's choice.
    pub input_device: Option<String>,
    /// Speaker: device id, `None` for the system's choice.
    pub output_device: Option<String>,
    /// Device for ringing: device id, `None` for the speaker's.
    pub ring_device: Option<String>,
    /// Echo cancelling.
    pub echo_cancelling: bool,
    /// Noise suppression.
    pub noise_suppression: bool,
    /// Automatic gain.
    pub automatic_gain: bool,
    /// Lines beside the one of the server. An entry with that one's id changes what is said of it.
    pub lines: Vec<LineSettings>,
    /// The agent's own telephone, for calls by way of it: as E.164, or as the agent types it in what is to be changed.
    #[ts(as = "Option<String>")]
    pub agent_phone: Option<OwnPhone>,
}

/// The agent's own telephone number. `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnPhone(pub String);

impl Default for Settings {
    fn default() -> Self {
        Self {
            server: ServerChoice::Embedded,
            auto_connect: true,
            notifications: true,
            language: Language::System,
            theme: Theme::System,
            input_device: None,
            output_device: None,
            ring_device: None,
            echo_cancelling: true,
            noise_suppression: true,
            automatic_gain: true,
            lines: Vec::new(),
            agent_phone: None,
        }
    }
}

/// Which server the app uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ServerChoice {
    /// The one inside the app.
    Embedded,
    /// Another one.
    Remote {
        /// `http://` or `https://` and a host.
        url: String,
    },
}

/// A line as data. What makes a line of it depends on the kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LineSettings {
    /// Key; stays the same when anything else changes.
    #[ts(as = "String")]
    pub id: LineId,
    /// Kind.
    pub kind: LineKind,
    /// Name for people.
    pub label: String,
    /// Where its signaling is; `None` if the server of the session says it. For the line over Twilio an edge, such as
    /// `frankfurt`; `None` takes the nearest.
    #[serde(default)]
    pub server: Option<String>,
    /// Where its credentials are. They are never here themselves.
    pub credentials: LineCredentials,
    /// In use.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Its place among lines that can take the same call, by the agent's wish; the lowest is first. Where the agent has
    /// none the company's order counts.
    #[serde(default)]
    pub agent_preference: Option<u32>,
}

const fn yes() -> bool {
    true
}

/// Where the credentials of a line are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LineCredentials {
    /// The server that the agent is signed in at gives them out.
    Session,
    /// In the keyring of the operating system.
    Keyring {
        /// Under this name.
        name: String,
    },
}

/// Language of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Language {
    /// The system's, English if we do not have it.
    System,
    /// Arabic.
    Ar,
    /// Persian.
    Fa,
    /// English.
    En,
}

/// Colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// The system's.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Sound devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AudioDevices {
    /// The sound system that they belong to.
    pub backend: SoundBackend,
    /// Microphones.
    pub inputs: Vec<AudioDevice>,
    /// Speakers.
    pub outputs: Vec<AudioDevice>,
}

/// A sound device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AudioDevice {
    /// Stable id, for the settings.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The system's choice.
    pub default: bool,
}
