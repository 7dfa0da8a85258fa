//! What an engine is started with.

use crate::ports::{EmbeddedServer, SecretStore};
use mobilecall_audio::{CaptureSource, PlayoutSink};
use mobilecall_ipc::Settings;
use mobilecall_transport::TransportConfig;
use std::{path::PathBuf, sync::Arc};

/// Everything an [`crate::Engine`] needs. [`Self::new`] suits the app; the command line changes some of it.
#[derive(Clone)]
pub struct EngineConfig {
    /// Folder of `cache.sqlite`; made if it does not exist.
    pub data_dir: PathBuf,
    /// Settings to use in place of the stored ones; changes of them are not stored.
    pub settings: Option<Settings>,
    /// PEM file of a further certificate authority to trust.
    pub authority: Option<PathBuf>,
    /// The server inside the app, if this program has one.
    pub embedded: Option<Arc<dyn EmbeddedServer>>,
    /// Where sessions are kept from one run to the next; without it a session ends with the program.
    pub secrets: Option<Arc<dyn SecretStore>>,
    /// In place of the microphone of the settings.
    pub capture: Option<CaptureSource>,
    /// In place of the speaker of the settings.
    pub playout: Option<PlayoutSink>,
    /// Sound that comes from a file is processed as that of a microphone: echo, noise and volume, as the settings say.
    pub process_files: bool,
    /// Where files are written that the agent asks for.
    pub downloads: PathBuf,
    /// How media sessions are set up. Without it they use every network of this machine, or only the machine itself
    /// when the server is on it.
    pub transport: Option<TransportConfig>,
}

impl EngineConfig {
    /// An engine that keeps its data in `data_dir` and knows no server of its own.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            downloads: data_dir.join("recordings"),
            data_dir,
            settings: None,
            authority: None,
            embedded: None,
            secrets: None,
            capture: None,
            playout: None,
            process_files: false,
            transport: None,
        }
    }
}
