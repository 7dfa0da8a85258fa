//! A desktop to measure the app on: a screen, a window manager, a session bus and sound devices of its own.

use crate::process;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What the desktop is made of, and what each part is for.
const NEEDED: [(&str, &str); 6] = [
    ("Xvfb", "the screen"),
    ("openbox", "the window manager"),
    ("dbus-daemon", "the session bus"),
    ("pulseaudio", "the sound server"),
    ("paplay", "the voice at the microphone"),
    ("WebKitWebDriver", "the hand on the window"),
];

/// How long a part may take to start.
const START_LIMIT: Duration = Duration::from_secs(20);

const SOUND_DEVICES: &str = include_str!("../../../../tests/desktop/devices.pa");

/// A process that ends when dropped.
pub(crate) struct Part(Child);

impl Part {
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It has nothing to keep; one that has ended already is as good.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// The running parts, which end with it.
pub(crate) struct Desktop {
    home: PathBuf,
    environment: Vec<(&'static str, String)>,
    parts: Vec<Part>,
}

impl Desktop {
    /// Starts all parts in a folder; the machine needs neither a display nor sound for that.
    pub(crate) fn start(home: &Path) -> Result<Self> {
        for (program, role) in NEEDED {
            if !process::exists(program) {
                bail!(
                    "{program}, {role} that the app is measured with, is missing: install it, or \
                     `cargo xtask setup --tests`"
                );
            }
        }
        let run = home.join("run");
        fs::create_dir_all(&run)?;
        let environment = vec![
            ("HOME", home.display().to_string()),
            ("XDG_RUNTIME_DIR", run.display().to_string()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            // Tauri lets its page be driven only if it is told so; the app inherits this from the driver.
            ("TAURI_WEBVIEW_AUTOMATION", "true".to_owned()),
        ];
        let mut desktop = Self { home: home.to_owned(), environment, parts: Vec::new() };
        let screen = ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
        let display = desktop.start_and_read_line("Xvfb", &screen)?;
        desktop.environment.push(("DISPLAY", format!(":{display}")));
        let bus = ["--session", "--nofork", "--nopidfile", "--print-address=1"];
        let address = desktop.start_and_read_line("dbus-daemon", &bus)?;
        desktop.environment.push(("DBUS_SESSION_BUS_ADDRESS", address));
        desktop.start_sound()?;
        let manager = desktop.run("openbox", &["--sm-disable"])?;
        desktop.parts.push(manager);
        Ok(desktop)
    }

    /// A program on this desktop.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        // Everything of the app's is to be below this home.
        for variable in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            command.env_remove(variable);
        }
        command.env_remove("WAYLAND_DISPLAY").env_remove("PULSE_SERVER").stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value.as_str())));
        command
    }

    /// Starts a program whose output goes to a log file.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<Part> {
        let mut command = self.command(program);
        let log = File::create(self.log(program))?;
        command.args(arguments).stdout(log.try_clone()?).stderr(log);
        command.spawn().map(Part).with_context(|| format!("could not start {program}"))
    }

    /// Where a program writes what it says.
    pub(crate) fn log(&self, program: &str) -> PathBuf {
        self.home.join(format!("{program}.log"))
    }

    /// Says a recording into the microphone.
    pub(crate) fn speak(&self, recording: &str) -> Result<Part> {
        self.run("paplay", &["--device=micsink", recording])
    }

    /// Whether a program plays on the speaker now.
    pub(crate) fn hears_somebody(&self) -> Result<bool> {
        let listed = process::output_of(self.command("pactl").args(["list", "short", "sink-inputs"]))?;
        // The voice at the microphone is one too.
        Ok(listed.lines().count() > 1)
    }

    fn start_sound(&mut self) -> Result<()> {
        let devices = self.home.join("devices.pa");
        fs::write(&devices, SOUND_DEVICES)?;
        let devices = devices.display().to_string();
        let arguments = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-F", &devices];
        let server = self.run("pulseaudio", &arguments)?;
        self.parts.push(server);
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let sources = self.command("pactl").args(["list", "short", "sources"]).output()?;
            if String::from_utf8_lossy(&sources.stdout).contains("\tmic\t") {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the sound server does not start; see {}", self.log("pulseaudio").display());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// For programs that say on their first line how to reach them.
    fn start_and_read_line(&mut self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = self.command(program);
        command.args(arguments).stdout(Stdio::piped()).stderr(File::create(self.log(program))?);
        let mut part = Part(command.spawn().with_context(|| format!("could not start {program}"))?);
        let output = part.0.stdout.take().context("its output is a pipe")?;
        self.parts.push(part);
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.trim().is_empty() {
            bail!("{program} did not start; see {}", self.log(program).display());
        }
        Ok(line.trim().to_owned())
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The last started goes first, the screen last.
        while let Some(part) = self.parts.pop() {
            drop(part);
        }
    }
}
