//! The headless softphone, `mcall`, and what it says of its calls.

use super::process::Running;
use super::program;
use super::server::{Account, Server};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A running `mcall --json`.
pub(crate) struct Phone {
    name: String,
    process: Running,
    input: Option<ChildStdin>,
    events: Receiver<Value>,
}

/// `mcall` with a subcommand, for an account.
pub(crate) fn mcall(subcommand: &[&str], server: &Server, account: &Account) -> Command {
    mcall_at(&server.url(), subcommand, account.username, &account.password_file)
}

/// `mcall` with a subcommand, for somebody of any server.
pub(crate) fn mcall_at(url: &str, subcommand: &[&str], username: &str, password_file: &Path) -> Command {
    let mut command = Command::new(program("mcall"));
    command.args(subcommand).args(["--server", url, "--username", username, "--password-file"]);
    command.arg(password_file).arg("--json").stdin(Stdio::null());
    command
}

impl Phone {
    /// Starts it; its log goes to the folder.
    pub(crate) fn start(name: &str, folder: &Path, command: &mut Command) -> Self {
        let log = File::create(folder.join(format!("{name}.log"))).expect("the log file can be made");
        let mut process = Running::start_piped(command.stdout(Stdio::piped()).stderr(log));
        let output = process.child.stdout.take().expect("its output is a pipe");
        let input = process.child.stdin.take();
        let (sender, events) = channel();
        let mut copy = File::create(folder.join(format!("{name}.jsonl"))).expect("the event log can be made");
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                writeln!(copy, "{line}").expect("the event log can be written");
                let event = serde_json::from_str(&line).unwrap_or_else(|error| panic!("not JSON: {line}: {error}"));
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        Self { name: name.to_owned(), process, input, events }
    }

    /// Passes over everything that was said so far.
    pub(crate) fn forget(&self) {
        while self.events.try_recv().is_ok() {}
    }

    /// Gives an `mcall --interactive` whose standard input is a pipe a command.
    pub(crate) fn say(&mut self, command: &str) {
        let input = self.input.as_mut().expect("its input is a pipe");
        writeln!(input, "{command}").unwrap_or_else(|error| panic!("{} does not listen: {error}", self.name));
    }

    /// Waits for the next event of this name, passing over others.
    pub(crate) fn event(&self, event: &str, limit: Duration) -> Value {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let next = self.events.recv_timeout(left);
            let next = next.unwrap_or_else(|error| panic!("{} did not say \"{event}\": {error}", self.name));
            if next["event"] == event {
                return next;
            }
        }
    }

    /// Sends the program a signal by name.
    pub(crate) fn signal(&mut self, signal: &str) {
        self.process.signal(signal);
    }

    /// Waits for the program to end.
    pub(crate) fn ended(&mut self, limit: Duration) -> ExitStatus {
        self.process.wait(limit)
    }

    /// Gives up what it does, as Ctrl+C in a terminal.
    pub(crate) fn interrupt(&mut self) {
        self.process.signal("INT");
    }

    /// Asks the program to end, unless it has.
    pub(crate) fn leave(&mut self) {
        self.process.stop();
    }

    /// Ends the program as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }
}

/// What `mcall history` shows of a device's history once it is in step with the server's, newest first.
pub(crate) fn history(server: &Server, account: &Account, data: &Path, folder: &Path) -> Vec<Value> {
    let mut command = mcall(&["history"], server, account);
    let errors = File::create(folder.join("history.log")).expect("the log file can be made");
    let output = command.arg("--data-dir").arg(data).stderr(errors).output().expect("mcall starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "no history: {printed}");
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON: {line}: {error}"));
    printed.lines().map(line).filter(|event: &Value| event["event"] == "call").collect()
}
