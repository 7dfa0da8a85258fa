//! A server to measure with, and its agents.

use super::Bench;
use super::load::{Connection, request};
use crate::process;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to serve, over a large database of an older version.
const START_LIMIT: Duration = Duration::from_secs(600);

/// A running server over a fresh database; it ends when dropped.
pub(crate) struct Server {
    child: Child,
    port: u16,
    folder: PathBuf,
}

/// An agent's credentials for `mcall`.
pub(crate) struct Agent {
    pub(crate) username: &'static str,
    pub(crate) password_file: PathBuf,
}

impl Server {
    /// Starts a server; `name` is that of its folder.
    pub(crate) fn start(bench: &Bench<'_>, name: &str) -> Result<Self> {
        Self::start_over(&bench.program("mobile-call-server"), bench.folder.join(name))
    }

    /// Starts this server over what is in the folder; it may have to bring a large database up to date first.
    pub(crate) fn start_over(program: &Path, folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut command = Command::new(program);
        command.args(["--listen", &format!("127.0.0.1:{port}"), "--database-url", &database(&folder)]);
        let log = File::create(folder.join("server.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("could not start {}", program.display()))?;
        let mut server = Self { child, port, folder };
        let deadline = Instant::now() + START_LIMIT;
        // The port is taken before the database is opened, so only an answer tells that it serves.
        while server.health().is_err() {
            if Instant::now() > deadline || server.child.try_wait()?.is_some() {
                bail!("the server does not serve; see {}", server.folder.join("server.log").display());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    fn health(&self) -> Result<()> {
        Connection::open(self.port)?.exchange(&request("GET", "/api/health", None, None)).map(drop)
    }

    /// Stops it and starts it again over the same database; also how long the start took.
    pub(crate) fn start_again(mut self, program: &Path) -> Result<(Self, Duration)> {
        process::run(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        self.child.wait()?;
        let (folder, begun) = (self.folder.clone(), Instant::now());
        Ok((Self::start_over(program, folder)?, begun.elapsed()))
    }

    /// Makes an agent.
    pub(crate) fn add_agent(&self, bench: &Bench<'_>, username: &'static str, extension: &str) -> Result<Agent> {
        let password_file = self.folder.join(format!("{username}.password"));
        fs::write(&password_file, format!("password of {username}\n"))?;
        let mut command = Command::new(bench.program("mobile-call-server"));
        command.args(["--database-url", &database(&self.folder), "user", "add"]);
        command.args(["--username", username, "--extension", extension, "--company", "Bench", "--create-company"]);
        process::checked_output(command.arg("--password-file").arg(&password_file))?;
        Ok(Agent { username, password_file })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &PathBuf {
        &self.folder
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to keep; one that has ended already is as good.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn database(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("server.sqlite").display())
}
