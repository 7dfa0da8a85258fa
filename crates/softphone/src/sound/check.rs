//! Trying out what was chosen for sound before a call needs it.

use super::{SoundSystem, SystemSound, failure_of};
use crate::failure;
use mobilecall_audio::{AudioError, CaptureSource, DeviceInfo, DeviceList, PlayoutSink, Role, WavError, read_mono};
use mobilecall_ipc::{ErrorCode, Failure};
use std::{fs::OpenOptions, path::Path};

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
    let devices = match (capture, playout) {
        (CaptureSource::Device(_), _) | (_, PlayoutSink::Device(_)) => system.devices(),
        (CaptureSource::Wav { .. } | CaptureSource::Silence, PlayoutSink::Wav(_) | PlayoutSink::Discard) => {
            DeviceList::default()
        }
    };
    match capture {
        CaptureSource::Device(id) => is_there(id.as_deref(), &devices.inputs, "microphone", ErrorCode::NoMicrophone)?,
        CaptureSource::Wav { path, .. } => is_readable(path)?,
        CaptureSource::Silence => {}
    }
    match playout {
        PlayoutSink::Device(id) => is_there(id.as_deref(), &devices.outputs, "speaker", ErrorCode::NoSpeaker),
        PlayoutSink::Wav(path) => is_writable(path),
        PlayoutSink::Discard => Ok(()),
    }
}

fn is_there(id: Option<&str>, found: &[DeviceInfo], role: &str, missing: ErrorCode) -> Result<(), Failure> {
    if found.is_empty() {
        return Err(Failure::new(missing, format!("there is no {role}: connect one, or choose a WAV file instead")));
    }
    match id {
        Some(id) if !found.iter().any(|device| device.id == id) => {
            let ids: Vec<&str> = found.iter().map(|device| device.id.as_str()).collect();
            let message = format!("there is no {role} '{id}': connect it, or choose one of {}", ids.join(", "));
            Err(Failure::new(missing, message).with("device", id))
        }
        Some(_) | None => Ok(()),
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
