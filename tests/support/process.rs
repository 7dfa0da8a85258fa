//! Programs that run beside a test and end with it.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// How long a program may take to end after it was asked to.
const END_LIMIT: Duration = Duration::from_secs(10);

/// A running program. Dropping it asks it to end, and insists after a while.
pub(crate) struct Running {
    name: String,
    pub(crate) child: Child,
}

impl Running {
    /// Starts a program whose output goes to a log file.
    ///
    /// Its output must not be ours: what outlives the test by mistake would keep the reader of `cargo test` waiting.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let log = File::create(log).expect("the log file can be made");
        let errors = log.try_clone().expect("a file handle can be copied");
        Self::start_piped(command.stdout(log).stderr(errors))
    }

    /// Starts a program whose output was already arranged.
    pub(crate) fn start_piped(command: &mut Command) -> Self {
        let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let child = command.spawn().unwrap_or_else(|error| panic!("could not start {name}: {error}"));
        Self { name, child }
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_none()
    }

    /// Asks the program to end and waits for it.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait(END_LIMIT)
    }

    /// Ends the program at once, as a crash or a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap_or_else(|error| panic!("could not kill {}: {error}", self.name));
        self.child.wait().expect("a killed child can be waited for");
    }

    /// Waits for the program to end by itself.
    pub(crate) fn wait(&mut self, limit: Duration) -> ExitStatus {
        self.ended_within(limit).unwrap_or_else(|| panic!("{} did not end within {limit:?}", self.name))
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&mut self, signal: &str) {
        self::signal(self.id(), signal);
    }

    fn ended_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // Drop also runs while a failed test unwinds, so nothing here may panic; what cannot be asked is killed.
        let asked = Command::new("kill").args(["-s", "TERM", &self.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) || self.ended_within(END_LIMIT).is_none() {
            let _already_gone = self.child.kill();
            let _already_gone = self.child.wait();
        }
    }
}

/// Sends a signal by name to a process.
pub(crate) fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &process.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "could not send {name} to process {process}");
}

/// The processes that a process has started and that run.
pub(crate) fn children_of(process: u32) -> Vec<u32> {
    let numbers = std::fs::read_dir("/proc").expect("/proc can be listed").flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|number| parent_of(*number) == Some(process)).collect()
}

/// The TCP ports of IPv4 on which a process listens.
pub(crate) fn listeners(process: u32) -> Vec<u16> {
    let Ok(open) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return Vec::new() };
    let inode = |entry: std::io::Result<std::fs::DirEntry>| {
        let target = std::fs::read_link(entry.ok()?.path()).ok()?;
        Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
    };
    let sockets: Vec<String> = open.filter_map(inode).collect();
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp")).unwrap_or_default();
    let port = |line: &str| {
        // Number, local address, remote address, state (0A: listens), and the inode as the tenth word.
        let words: Vec<_> = line.split_whitespace().collect();
        let [_, local, _, "0A", _, _, _, _, _, inode, ..] = words[..] else { return None };
        let port = u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?;
        sockets.iter().any(|socket| socket == inode).then_some(port)
    };
    table.lines().filter_map(port).collect()
}

/// Whether a process runs.
pub(crate) fn runs(process: u32) -> bool {
    parent_of(process).is_some()
}

fn parent_of(process: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything; state and parent follow it.
    let mut rest = status.rsplit_once(')')?.1.split_whitespace();
    let state = rest.next()?;
    if state == "Z" { None } else { rest.next()?.parse().ok() }
}

/// Looks again and again until there is something to see.
pub(crate) fn wait_for<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
