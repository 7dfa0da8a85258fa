//! Which sound system is used: the sound server where one runs and lets us in, else the sound cards themselves.

use crate::{AudioError, DeviceList, LossSink, callback::CaptureTap, cards, mixer::Mixer};
#[cfg(target_os = "linux")]
use crate::{
    Role,
    pulse::{self, Found},
};

/// An open device.
pub(crate) struct Opened {
    /// Its name for people.
    pub(crate) name: String,
    pub(crate) rate_hz: u32,
    /// Closes the device when it is dropped.
    pub(crate) stream: Box<dyn Send>,
}

#[cfg(target_os = "linux")]
pub(crate) fn devices() -> DeviceList {
    match pulse::server() {
        Found::Server(mut server) => server.devices(),
        Found::Away => pulse::no_devices(),
        Found::None => cards::devices(),
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn devices() -> DeviceList {
    cards::devices()
}

/// Opens the microphone with this id and no other, or the system's choice, for the tap that is made for its rate and
/// channels.
pub(crate) fn open_microphone(
    id: Option<&str>,
    losses: &LossSink,
    tap: impl FnOnce(u32, u16) -> CaptureTap,
) -> Result<Opened, AudioError> {
    #[cfg(target_os = "linux")]
    match pulse::server() {
        Found::Server(server) => return server.open_microphone(id, losses, tap),
        Found::Away => return Err(AudioError::NoDevice { role: Role::Microphone }),
        Found::None => {}
    }
    cards::open_microphone(id, losses, tap)
}

/// Opens the speaker with this id and no other, or the system's choice, for the mixer that is made for its channels.
pub(crate) fn open_speaker(
    id: Option<&str>,
    losses: &LossSink,
    mixer: impl FnOnce(u16) -> Mixer,
) -> Result<Opened, AudioError> {
    #[cfg(target_os = "linux")]
    match pulse::server() {
        Found::Server(server) => return server.open_speaker(id, losses, mixer),
        Found::Away => return Err(AudioError::NoDevice { role: Role::Speaker }),
        Found::None => {}
    }
    cards::open_speaker(id, losses, mixer)
}
