//! Which sound system the devices belong to.

use std::fmt;

/// The sound system through which devices are opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Backend {
    /// A PulseAudio server.
    PulseAudio,
    /// PipeWire, through its PulseAudio protocol.
    PipeWire,
    /// The sound cards of Linux themselves, without a server.
    #[default]
    Alsa,
    /// macOS.
    CoreAudio,
    /// Windows.
    Wasapi,
}

impl Backend {
    /// Its name, as people know it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PulseAudio => "PulseAudio",
            Self::PipeWire => "PipeWire",
            Self::Alsa => "ALSA",
            Self::CoreAudio => "Core Audio",
            Self::Wasapi => "WASAPI",
        }
    }

    /// Whether an open stream of the system's choice moves by itself when that choice changes. Elsewhere it has to be
    /// opened anew.
    pub const fn moves_streams(self) -> bool {
        match self {
            Self::PulseAudio | Self::PipeWire => true,
            Self::Alsa | Self::CoreAudio | Self::Wasapi => false,
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
