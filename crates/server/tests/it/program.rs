//! Starting and stopping the program.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

/// The program, without the environment's settings.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mobile-call-server"));
    let ours =
        |name: &str| name.starts_with("MOBILE_CALL_") || name.starts_with("TWILIO_") || name == "PUBLIC_BASE_URL";
    for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command().args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// `sqlite:` and the path of a database in the directory.
pub(crate) fn database_url(directory: &Path) -> String {
    format!("sqlite:{}", directory.join("backend.sqlite").display())
}

/// Adds a person with [`mobilecall_testkit::PASSWORD`] and says what was printed.
pub(crate) fn add_user(directory: &Path, more: &[&str]) -> Output {
    let password = directory.join("password");
    std::fs::write(&password, format!("{}\n", mobilecall_testkit::PASSWORD)).unwrap();
    let url = database_url(directory);
    let mut arguments = vec!["user", "add", "--database-url", &url, "--password-file", password.to_str().unwrap()];
    arguments.extend(more);
    run(&arguments)
}

/// A running server; dropping it kills it.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// Starts it on a free port and waits until it says where.
    pub(crate) fn start(directory: &Path, more: &[&str]) -> Self {
        Self::start_by(command(), directory, more, "debug")
    }

    /// As [`Self::start`], after a shell has changed what the process may do.
    #[cfg(target_os = "linux")]
    pub(crate) fn start_after(change: &str, directory: &Path) -> Self {
        let mut shell = Command::new("sh");
        let run = format!("{change}; exec \"$@\"");
        shell.args(["-c", &run, "sh", env!("CARGO_BIN_EXE_mobile-call-server")]);
        // Nobody reads the log, so it must not be long.
        Self::start_by(shell, directory, &[], "off")
    }

    fn start_by(mut command: Command, directory: &Path, more: &[&str], log: &str) -> Self {
        let url = database_url(directory);
        command.args(["--listen", "127.0.0.1:0", "--database-url", &url]).args(more).env("MOBILE_CALL_LOG", log);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(url) = line.trim_end().strip_prefix("listening on ") else {
            let mut log = String::new();
            child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
            panic!("the server did not start: {line}{log}");
        };
        Self { url: url.to_owned(), child }
    }

    /// Its process.
    #[cfg(target_os = "linux")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it with SIGTERM and gives its exit status and log.
    #[cfg(unix)]
    pub(crate) fn terminate(mut self) -> (std::process::ExitStatus, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
