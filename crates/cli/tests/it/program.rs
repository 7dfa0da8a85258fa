//! Running `mcall` and reading what it says.

use mobilecall_testkit::{PASSWORD, within};
use serde_json::Value;
use std::{ffi::OsStr, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};

/// A running `mcall`; dropping it kills it.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    errors: JoinHandle<String>,
    printed: Vec<String>,
    /// What `mcall` keeps for a while only.
    passing: TempDir,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) printed: Vec<String>,
    pub(crate) errors: String,
}

/// Runs it to its end.
pub(crate) async fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Outcome {
    start(arguments).end().await
}

/// Starts it without the settings of the environment.
pub(crate) fn start<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Running {
    start_by(Command::new(env!("CARGO_BIN_EXE_mcall")), arguments)
}

/// Runs it so that none of its files can grow beyond this size, which is refused as by a bad disk.
pub(crate) async fn run_with_small_files<A: AsRef<OsStr>>(
    bytes: u32,
    arguments: impl IntoIterator<Item = A>,
) -> Outcome {
    run_by_shell(&format!("trap '' XFSZ; exec prlimit --fsize={bytes} \"$0\" \"$@\""), arguments).await
}

/// Runs it so that the rights of files hold for it, also where the tests are run by root.
#[cfg(target_os = "linux")]
pub(crate) async fn run_as_anybody<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Outcome {
    let script = "[ $(id -u) = 0 ] && exec setpriv --bounding-set=-dac_override,-dac_read_search \"$0\" \"$@\"; exec \"$0\" \"$@\"";
    run_by_shell(script, arguments).await
}

async fn run_by_shell<A: AsRef<OsStr>>(script: &str, arguments: impl IntoIterator<Item = A>) -> Outcome {
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_mcall")]);
    start_by(command, arguments).end().await
}

fn start_by<A: AsRef<OsStr>>(mut command: Command, arguments: impl IntoIterator<Item = A>) -> Running {
    let passing = tempfile::tempdir().unwrap();
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MCALL_") || name == "RUST_LOG") {
        command.env_remove(name);
    }
    command.args(arguments).env("TMPDIR", passing.path()).kill_on_drop(true);
    // A machine without sound.
    command
        .env("PULSE_SERVER", "unix:/nowhere")
        .env("XDG_RUNTIME_DIR", passing.path())
        .env("ALSA_CONFIG_PATH", "/dev/null");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut stderr = child.stderr.take().unwrap();
    let errors = tokio::spawn(async move {
        let mut text = String::new();
        stderr.read_to_string(&mut text).await.unwrap();
        text
    });
    Running { child, lines, errors, printed: Vec::new(), passing }
}

impl Running {
    /// The next event of this name, passing over others.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        while let Some(event) = self.next().await.as_deref().map(object) {
            if event["event"] == name {
                return event;
            }
        }
        panic!("it ended without saying {name}: {:#?}", self.printed);
    }

    /// The next line.
    pub(crate) async fn next(&mut self) -> Option<String> {
        let line = within("a line of mcall", self.lines.next_line()).await.unwrap();
        self.printed.extend(line.clone());
        line
    }

    /// Types a line.
    pub(crate) async fn type_line(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// Sends a signal by name.
    #[cfg(unix)]
    pub(crate) async fn signal(&self, name: &str) {
        let process = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &process]).status().await.unwrap().success());
    }

    /// Reads nothing from here on, as `head` does.
    pub(crate) async fn end_unread(mut self) -> Option<i32> {
        drop(self.lines);
        within("the end of mcall", self.child.wait()).await.unwrap().code()
    }

    /// Waits for its end. Whatever it was asked, it tells no secrets and leaves nothing behind.
    pub(crate) async fn end(mut self) -> Outcome {
        while self.next().await.is_some() {}
        let code = within("the end of mcall", self.child.wait()).await.unwrap().code();
        let errors = self.errors.await.unwrap();
        for text in self.printed.iter().chain([&errors]) {
            // Every JWT begins with {" in base64.
            assert!(!text.contains(PASSWORD) && !text.contains("eyJ"), "a secret was told: {text}");
        }
        let left: Vec<_> = std::fs::read_dir(self.passing.path()).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(left.is_empty(), "left behind: {left:?}");
        Outcome { code, printed: self.printed, errors }
    }
}

impl Outcome {
    /// What it said with `--json`: every line one object that names its event, and nothing beside it.
    pub(crate) fn events(&self) -> Vec<Value> {
        assert_eq!(self.errors, "", "with --json errors are events too");
        self.printed.iter().map(|line| object(line)).collect()
    }

    /// The names of all events in order, those that come again and again only once.
    pub(crate) fn story(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.events().iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect();
        names.dedup();
        names
    }

    /// The last event of this name.
    pub(crate) fn last(&self, name: &str) -> Value {
        let found = self.events().into_iter().rfind(|event| event["event"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {:#?}", self.printed))
    }

    /// It ended with this status and this as its reason.
    #[track_caller]
    pub(crate) fn failed(&self, status: i32, code: &str, words: &str) {
        let error = self.last("error");
        let message = error["message"].as_str().unwrap();
        assert_eq!((self.code, error["code"].as_str()), (Some(status), Some(code)), "{message}");
        assert!(message.contains(words), "{message}");
        assert_eq!(self.printed.len(), self.events().len());
    }
}

fn object(line: &str) -> Value {
    let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    assert!(event["event"].is_string(), "{line}");
    event
}
