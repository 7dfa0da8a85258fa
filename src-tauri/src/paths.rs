//! Where the app keeps its data, and what the environment puts in place of devices.

use mobilecall_softphone::{CaptureSource, PlayoutSink};
use std::{ffi::OsString, path::PathBuf};
use tauri::{AppHandle, Manager};

/// Overrides the folder, for tests and for several installations on one machine.
const VARIABLE: &str = "MOBILE_CALL_DATA_DIR";
/// Below the user's data folder.
const FOLDER: &str = "mobile-call";

/// WAV files that stand in for the microphone and the speaker in end-to-end tests.
const AUDIO_IN: &str = "MOBILE_CALL_AUDIO_IN";
const AUDIO_OUT: &str = "MOBILE_CALL_AUDIO_OUT";

/// What speaks in place of the microphone.
pub(crate) fn audio_in() -> Option<CaptureSource> {
    overridden(std::env::var_os(AUDIO_IN)).map(|path| CaptureSource::Wav { path, repeat: true })
}

/// What listens in place of the speaker.
pub(crate) fn audio_out() -> Option<PlayoutSink> {
    overridden(std::env::var_os(AUDIO_OUT)).map(PlayoutSink::Wav)
}

/// The folder of `cache.sqlite` and `backend.sqlite`.
pub(crate) fn data_dir(app: &AppHandle) -> tauri::Result<PathBuf> {
    match overridden(std::env::var_os(VARIABLE)) {
        Some(folder) => Ok(folder),
        None => Ok(app.path().data_dir()?.join(FOLDER)),
    }
}

/// Where files go that the agent asks for: the user's folder for downloads, if the system has one.
pub(crate) fn downloads(app: &AppHandle, data_dir: &std::path::Path) -> PathBuf {
    match app.path().download_dir() {
        Ok(folder) => folder,
        Err(error) => {
            tracing::info!(%error, "there is no folder for downloads; recordings are saved beside the app's data");
            data_dir.join("recordings")
        }
    }
}

/// The embedded server's database in the data folder.
pub(crate) fn backend_database(data_dir: &std::path::Path) -> PathBuf {
    data_dir.join("backend.sqlite")
}

/// Is there once it has been explained that closing the window does not end the app.
pub(crate) fn closing_explained(data_dir: &std::path::Path) -> PathBuf {
    data_dir.join("closing-explained")
}

fn overridden(value: Option<OsString>) -> Option<PathBuf> {
    value.filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_none() {
        assert_eq!(overridden(Some(OsString::new())), None);
        assert_eq!(overridden(Some("/data".into())), Some(PathBuf::from("/data")));
    }
}
