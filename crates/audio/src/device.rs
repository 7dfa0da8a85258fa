//! Which devices there are.

use crate::{Backend, system};
use std::fmt;

/// What a device is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The agent speaks into it.
    Microphone,
    /// The agent listens to it.
    Speaker,
}

impl Role {
    /// In one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Microphone => "microphone",
            Self::Speaker => "speaker",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A microphone or speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Stable id, for settings.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The system's choice.
    pub default: bool,
}

/// All devices at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceList {
    /// The sound system that they belong to.
    pub backend: Backend,
    /// Microphones.
    pub inputs: Vec<DeviceInfo>,
    /// Speakers.
    pub outputs: Vec<DeviceInfo>,
}

impl DeviceList {
    /// Those for one purpose.
    pub fn of(&self, role: Role) -> &[DeviceInfo] {
        match role {
            Role::Microphone => &self.inputs,
            Role::Speaker => &self.outputs,
        }
    }
}

/// Lists the devices. A system without any gives empty lists. Blocks for some milliseconds, or two seconds when the sound
/// server does not answer.
pub fn devices() -> DeviceList {
    system::devices()
}
