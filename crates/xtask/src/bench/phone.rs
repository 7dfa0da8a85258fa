//! The headless softphone as a measured part.

use super::Bench;
use super::server::{Agent, Server};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A minute of recorded speech from Debian's `asterisk-core-sounds-en-wav`, which set-up installs.
pub(crate) const SPEECH: &str = "/usr/share/asterisk/sounds/en_US_f_Allison/demo-instruct.wav";

/// A running `mcall --json`; it ends when dropped.
pub(crate) struct Phone {
    name: String,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Phone {
    /// Starts `mcall` with recorded speech as its microphone and a file as its speaker.
    pub(crate) fn start(bench: &Bench<'_>, server: &Server, agent: &Agent, arguments: &[&str]) -> Result<Self> {
        let name = format!("mcall {} of {}", arguments.join(" "), agent.username);
        let mut command = Command::new(bench.program("mcall"));
        command.args(arguments).args(["--server", &server.url(), "--username", agent.username, "--password-file"]);
        command.arg(&agent.password_file).arg("--audio-in").arg(SPEECH);
        command.arg("--audio-out").arg(server.folder().join(format!("{}-hears.wav", agent.username)));
        // What it keeps for a while only stays among our files if it is killed.
        command.arg("--json").env("TMPDIR", &bench.folder);
        let log = File::create(server.folder().join(format!("{}.log", agent.username)))?;
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().context(name.clone())?;
        let output = child.stdout.take().context("its output is a pipe")?;
        Ok(Self { name, child, lines: BufReader::new(output).lines() })
    }

    /// Reads up to the next event of this name.
    pub(crate) fn event(&mut self, wanted: &str) -> Result<Value> {
        for line in self.lines.by_ref() {
            let event: Value = serde_json::from_str(&line?).with_context(|| self.name.clone())?;
            if event["event"] == wanted {
                return Ok(event);
            }
        }
        bail!("{} ended before it said \"{wanted}\"", self.name)
    }

    /// Waits for its end, as good as it should be.
    pub(crate) fn ended(mut self) -> Result<()> {
        for line in self.lines.by_ref() {
            line.with_context(|| self.name.clone())?;
        }
        let status = self.child.wait()?;
        if !status.success() {
            bail!("{} ended with {status}", self.name);
        }
        Ok(())
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        // What was to be measured is measured; one that has ended already is as good.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
