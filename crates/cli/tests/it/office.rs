//! A server with two agents, and their `mcall`.

use crate::program::{Outcome, Running, run, start};
use mobilecall_backend::BackendConfig;
use mobilecall_testkit::{PASSWORD, TestServer, TestServerBuilder, TestUser};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Alice has extension 101, Bob 102.
pub(crate) struct Office {
    pub(crate) server: TestServer,
    pub(crate) alice: TestUser,
    folder: TempDir,
}

/// Silence in, nothing out.
pub(crate) const NO_SOUND: [&str; 4] = ["--audio-in", "none", "--audio-out", "none"];

impl Office {
    pub(crate) async fn open() -> Self {
        Self::with(TestServer::builder()).await
    }

    pub(crate) async fn with_config(adjust: impl FnOnce(&mut BackendConfig) + Send + 'static) -> Self {
        Self::with(TestServer::builder().config(adjust)).await
    }

    pub(crate) async fn with(server: TestServerBuilder) -> Self {
        let server = server.start().await;
        let company = server.company("Acme").await;
        let alice = server.agent(&company, "alice", "101").await;
        server.agent(&company, "bob", "102").await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("password"), format!("{PASSWORD}\n")).unwrap();
        Self { server, alice, folder }
    }

    /// Stops the server and starts it again over the same database, at the same address.
    pub(crate) async fn restart(self) -> Self {
        let address = self.server.address();
        let directory = self.server.stop().await;
        let server = TestServer::builder().directory(directory).address(address).start().await;
        Self { server, ..self }
    }

    /// A place for files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file whose first line is everybody's password.
    pub(crate) fn password_file(&self) -> PathBuf {
        self.folder().join("password")
    }

    /// A command line of `mcall --json` for one of them.
    pub(crate) fn line(&self, username: &str, arguments: &[&str]) -> Vec<String> {
        let mut line: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        line.extend(["--json", "--username", username].map(str::to_owned));
        if !arguments.contains(&"--password-file") {
            line.extend(["--password-file".to_owned(), self.password_file().to_str().unwrap().to_owned()]);
        }
        if !arguments.contains(&"--server") {
            line.extend(["--server".to_owned(), self.server.base_url()]);
        }
        line
    }

    /// Starts a command without sound.
    pub(crate) fn start(&self, username: &str, arguments: &[&str]) -> Running {
        start(self.line(username, &[arguments, &NO_SOUND].concat()))
    }

    /// Runs a command without sound to its end.
    pub(crate) async fn run(&self, username: &str, arguments: &[&str]) -> Outcome {
        run(self.line(username, &[arguments, &NO_SOUND].concat())).await
    }

    /// One who waits for calls.
    pub(crate) async fn listen(&self, username: &str, arguments: &[&str]) -> Running {
        let mut listening = self.start(username, &[&["listen"], arguments].concat());
        listening.event("registered").await;
        listening
    }
}
