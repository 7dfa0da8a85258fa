//! Why a sound device cannot be used.

use crate::{Role, wav::WavError};

/// Why a device or a stand-in could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// There is no device of this kind at all.
    #[error("there is no {role}: connect one, or check the sound settings of the system")]
    NoDevice {
        /// Which.
        role: Role,
    },
    /// Another program has it.
    #[error("the {role} is in use by another program: close that program and try again")]
    Busy {
        /// Which.
        role: Role,
    },
    /// The system does not let us.
    #[error("the system refuses access to the {role}: allow it in the privacy settings")]
    NotPermitted {
        /// Which.
        role: Role,
    },
    /// Anything else the sound system said.
    #[error("the {role} could not be opened: {detail}")]
    Failed {
        /// Which.
        role: Role,
        /// In the sound system's words.
        detail: String,
    },
    /// The file that stands in for a device cannot be used.
    #[error(transparent)]
    Wav(#[from] WavError),
}

impl AudioError {
    pub(crate) fn from_cpal(role: Role, error: &cpal::Error) -> Self {
        match error.kind() {
            cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::HostUnavailable => Self::NoDevice { role },
            cpal::ErrorKind::DeviceBusy => Self::Busy { role },
            cpal::ErrorKind::PermissionDenied => Self::NotPermitted { role },
            _ => Self::Failed { role, detail: error.to_string() },
        }
    }
}
