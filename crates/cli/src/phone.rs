//! A signed-in engine.

use crate::{
    options::{Account, Audio},
    report::{Line, Report},
};
use mobilecall_ipc::{
    Command, ErrorCode, Event, Failure, Registration, Reply, ServerChoice, SessionView, Settings, Snapshot,
};
use mobilecall_softphone::{CaptureSource, Engine, EngineConfig, EventStream, PlayoutSink};
use std::{fs, path::PathBuf, time::Duration};
use tempfile::TempDir;

/// Time for the line to be ready after the sign-in.
const READY_LIMIT: Duration = Duration::from_secs(20);

/// An engine, its events, and the folder it keeps its data in if that is a passing one.
pub(crate) struct Phone {
    pub(crate) engine: Engine,
    pub(crate) events: EventStream,
    pub(crate) report: Report,
    _folder: Option<TempDir>,
}

/// Silence in, nothing out: for commands without a call.
pub(crate) const NO_AUDIO: Audio = Audio { audio_in: CaptureSource::Silence, audio_out: PlayoutSink::Discard };

/// How to start an engine.
pub(crate) struct PhoneConfig {
    /// Address of the server.
    pub(crate) server: String,
    /// A further authority to trust.
    pub(crate) ca: Option<PathBuf>,
    /// Folder of the local data; a passing one without it.
    pub(crate) data_dir: Option<PathBuf>,
}

impl Phone {
    /// Starts an engine that is not signed in yet.
    pub(crate) async fn start(config: PhoneConfig, audio: &Audio, report: Report) -> Result<Self, Failure> {
        let (folder, data_dir) = data_dir(config.data_dir)?;
        let settings = Settings {
            server: ServerChoice::Remote { url: config.server },
            auto_connect: false,
            ..Settings::default()
        };
        let config = EngineConfig {
            settings: Some(settings),
            authority: config.ca,
            capture: Some(audio.audio_in.clone()),
            playout: Some(audio.audio_out.clone()),
            ..EngineConfig::new(data_dir)
        };
        let engine = Engine::start(config).await?;
        let events = engine.subscribe();
        Ok(Self { engine, events, report, _folder: folder })
    }

    /// Starts an engine and signs in.
    pub(crate) async fn sign_in(account: &Account, audio: &Audio) -> Result<Self, Failure> {
        let password = read_password(account)?;
        let config =
            PhoneConfig { server: account.server.clone(), ca: account.ca.clone(), data_dir: account.data_dir.clone() };
        let phone = Self::start(config, audio, Report::new(account.output.json)).await?;
        let username = account.username.clone();
        phone.engine.send(Command::SignIn { username, password }).await?;
        Ok(phone)
    }

    /// Waits until calls can come and go, and says so.
    pub(crate) async fn ready(&mut self) -> Result<(), Failure> {
        let waited = tokio::time::timeout(READY_LIMIT, self.registered()).await;
        let snapshot = waited.unwrap_or_else(|_| {
            Err(Failure::new(ErrorCode::LineNotReady, "the line did not become ready: check that the server is well"))
        })?;
        if let SessionView::SignedIn { username, extension, .. } = snapshot.session {
            self.report.print(&Line::Registered { server: snapshot.server.url, username, extension });
        }
        Ok(())
    }

    async fn registered(&mut self) -> Result<Snapshot, Failure> {
        loop {
            let snapshot = self.engine.snapshot().await;
            match snapshot.line.registration {
                Registration::Registered => return Ok(snapshot),
                Registration::Failed { code } => {
                    return Err(Failure::new(code, "the server does not let this line register: sign in again"));
                }
                Registration::Unregistered | Registration::Registering { .. } => {}
            }
            match self.events.recv().await {
                Some(Event::Problem { failure }) => self.report.problem(&failure),
                Some(_) => {}
                None => return Err(Failure::new(ErrorCode::Internal, "the engine ended")),
            }
        }
    }

    /// Sound devices that are asked for exist.
    pub(crate) async fn check_devices(&self, audio: &Audio) -> Result<(), Failure> {
        let wants =
            (matches!(audio.audio_in, CaptureSource::Device(_)), matches!(audio.audio_out, PlayoutSink::Device(_)));
        if wants == (false, false) {
            return Ok(());
        }
        let Reply::Devices { devices } = self.engine.send(Command::AudioDevices).await? else {
            return Err(Failure::new(ErrorCode::Internal, "the engine gave another reply than the devices"));
        };
        if wants.0 && devices.inputs.is_empty() {
            let message = "there is no microphone: connect one, or give a WAV file or none with --audio-in";
            return Err(Failure::new(ErrorCode::NoMicrophone, message));
        }
        if wants.1 && devices.outputs.is_empty() {
            let message = "there is no speaker: connect one, or give a WAV file or none with --audio-out";
            return Err(Failure::new(ErrorCode::NoSpeaker, message));
        }
        Ok(())
    }
}

fn data_dir(chosen: Option<PathBuf>) -> Result<(Option<TempDir>, PathBuf), Failure> {
    if let Some(folder) = chosen {
        return Ok((None, folder));
    }
    let folder = tempfile::Builder::new().prefix("mcall-").tempdir().map_err(|error| {
        let message = format!("no folder for passing data could be made: {error}");
        Failure::new(ErrorCode::DatabaseUnreadable, message)
    })?;
    let path = folder.path().to_owned();
    Ok((Some(folder), path))
}

fn read_password(account: &Account) -> Result<String, Failure> {
    let file = account.password_file.display();
    let bad = |message: String| Failure::new(ErrorCode::BadSetting, message).with("setting", "password-file");
    let text = fs::read_to_string(&account.password_file)
        .map_err(|error| bad(format!("the password file {file} cannot be read: {error}")))?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        Some(_) | None => Err(bad(format!("the password file {file} is empty: write the password on its first line"))),
    }
}
