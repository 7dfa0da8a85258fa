//! Which devices there are, and which one is meant.
//!
//! One connection to the sound system serves the whole program: the PulseAudio client beneath `cpal` keeps a thread and
//! a socket for each connection for as long as the program runs.

use crate::libasound::with_errors_logged;
use cpal::{
    Device, Host,
    traits::{DeviceTrait, HostTrait},
};
use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

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
    /// Microphones.
    pub inputs: Vec<DeviceInfo>,
    /// Speakers.
    pub outputs: Vec<DeviceInfo>,
}

/// Lists the devices. A system without a sound server gives empty lists. Blocks for some milliseconds, or two seconds
/// when the sound server does not answer.
pub fn devices() -> DeviceList {
    with_errors_logged(list)
}

fn list() -> DeviceList {
    let mut connection = connection();
    let host = living(&mut connection);
    let default_input = host.default_input_device().and_then(|device| id_of(&device));
    let default_output = host.default_output_device().and_then(|device| id_of(&device));
    let mut inputs = host.input_devices().map(|found| infos(found, default_input.as_deref())).unwrap_or_default();
    // PulseAudio offers what each speaker plays as a microphone too; nobody who chooses a microphone means that.
    inputs.retain(|device| !device.id.ends_with(".monitor"));
    let outputs = host.output_devices().map(|found| infos(found, default_output.as_deref())).unwrap_or_default();
    DeviceList { inputs, outputs }
}

/// The device with this id, or else the system's choice. The flag says that the wanted one is missing.
pub(crate) fn find(id: Option<&str>, default: impl FnOnce(&Host) -> Option<Device>) -> (Option<Device>, bool) {
    let mut connection = connection();
    let host = living(&mut connection);
    let wanted = id.and_then(|id| id.parse().ok()).and_then(|id| host.device_by_id(&id));
    let missing = id.is_some() && wanted.is_none();
    (wanted.or_else(|| default(host)), missing)
}

static CONNECTION: Mutex<Option<Host>> = Mutex::new(None);

fn connection() -> MutexGuard<'static, Option<Host>> {
    CONNECTION.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connection, made anew when the sound server it led to is gone or a server has come up since.
fn living(connection: &mut Option<Host>) -> &Host {
    let best = cpal::available_hosts().first().copied();
    let lives = |host: &Host| best.is_none_or(|best| best == host.id()) && host.devices().is_ok();
    let kept = connection.take().filter(lives);
    connection.insert(kept.unwrap_or_else(cpal::default_host))
}

fn infos(found: impl Iterator<Item = Device>, default: Option<&str>) -> Vec<DeviceInfo> {
    let info = |device: Device| {
        // A device that cannot even be named went away while we looked.
        let id = id_of(&device)?;
        let name = device.description().ok()?.name().to_owned();
        Some(DeviceInfo { default: default == Some(id.as_str()), id, name })
    };
    found.filter_map(info).collect()
}

/// Its name for people; empty if it went away meanwhile.
pub(crate) fn name_of(device: &Device) -> String {
    device.description().map(|description| description.name().to_owned()).unwrap_or_default()
}

fn id_of(device: &Device) -> Option<String> {
    Some(device.id().ok()?.to_string())
}
