//! Trying out what was chosen for sound before a call needs it.

use super::{SoundSystem, SystemSound, failure_of};
use crate::failure;
use mobilecall_audio::{AudioError, CaptureSource, DeviceInfo, LossSink, PlayoutSink, Role, WavError, read_mono};
use mobilecall_ipc::{ErrorCode, Failure};
use std::{fs::OpenOptions, path::Path, sync::Arc};

/// Whether a microphone and a speaker, or the files in their places, are there to be used.
///
/// # Errors
/// What is missing and what to do about it.
pub async fn check_sound(capture: &CaptureSource, playout: &PlayoutSink) -> Result<(), Failure> {
    let (capture, playout) = (capture.clone(), playout.clone());
    let checked = tokio::task::spawn_blocking(move || check(&SystemSound, &capture, &playout)).await;
    checked.unwrap_or_else(|error| Err(failure::internal(&error)))
}

pub(crate) fn check(system: &dyn SoundSystem, capture: &CaptureSource, playout: &PlayoutSink) -> Result<(), Failure> {
    // What is lost later is told when it is lost.
    let nobody: LossSink = Arc::new(|_| {});
    match capture {
        CaptureSource::Device(id) => {
            is_listed(id.as_deref(), &system.devices().inputs, Role::Microphone)?;
            system.open_capture(capture, &nobody).map(drop).map_err(|error| unusable(&error, Role::Microphone))?;
        }
        CaptureSource::Wav { path, .. } => is_readable(path)?,
        CaptureSource::Silence => {}
    }
    match playout {
        PlayoutSink::Device(id) => {
            is_listed(id.as_deref(), &system.devices().outputs, Role::Speaker)?;
            system.open_playout(playout, &nobody).map(drop).map_err(|error| unusable(&error, Role::Speaker))
        }
        PlayoutSink::Wav(path) => is_writable(path),
        PlayoutSink::Discard => Ok(()),
    }
}

/// Opening takes the system's choice for a device that is not there.
fn is_listed(id: Option<&str>, found: &[DeviceInfo], role: Role) -> Result<(), Failure> {
    let Some(id) = id.filter(|id| !found.iter().any(|device| device.id == *id)) else { return Ok(()) };
    if found.is_empty() {
        return Err(unusable(&AudioError::NoDevice { role }, role));
    }
    let ids: Vec<&str> = found.iter().map(|device| device.id.as_str()).collect();
    let message = format!("there is no {role} '{id}': connect it, or choose one of {}", ids.join(", "));
    Err(Failure::new(missing(role), message).with("device", id))
}

fn unusable(error: &AudioError, role: Role) -> Failure {
    match error {
        AudioError::NoDevice { .. } => {
            Failure::new(missing(role), format!("there is no {role}: connect one, or choose a WAV file instead"))
        }
        AudioError::Busy { .. } | AudioError::NotPermitted { .. } | AudioError::Failed { .. } | AudioError::Wav(_) => {
            failure_of(error, role)
        }
    }
}

const fn missing(role: Role) -> ErrorCode {
    match role {
        Role::Microphone => ErrorCode::NoMicrophone,
        Role::Speaker => ErrorCode::NoSpeaker,
    }
}

fn is_readable(path: &Path) -> Result<(), Failure> {
    read_mono(path).map(drop).map_err(|error| failure_of(&AudioError::Wav(error), Role::Microphone))
}

/// Opens the file as a recording will, but leaves what is in it until then.
fn is_writable(path: &Path) -> Result<(), Failure> {
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map(drop).map_err(|error| {
        let error = WavError::Write { path: path.to_owned(), source: error.into() };
        failure_of(&AudioError::Wav(error), Role::Speaker)
    })
}
