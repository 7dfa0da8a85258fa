//! A desktop of a test's own: screen, window manager, session bus, sound server, notifications, keyring. Nothing of
//! the machine's own session is touched, and several can run side by side.

use super::process::{Running, wait_for};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// How long a part of the desktop may take to start.
const START_LIMIT: Duration = Duration::from_secs(20);

/// The class of the app's window.
const APP_CLASS: &str = "mobile-call.";

const SOUND_DEVICES: &str = include_str!("../desktop/devices.pa");
const BUS: &str = include_str!("../desktop/bus.conf");

/// Whether secrets can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keyring {
    Open,
    Missing,
}

/// Which sound server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SoundServer {
    PulseAudio,
    PipeWire,
}

/// A window that can be seen.
pub(crate) struct Window {
    number: String,
    /// The program it belongs to.
    pub(crate) process: u32,
}

/// The running parts, in the order in which they must end.
pub(crate) struct Desktop {
    parts: Vec<Running>,
    home: TempDir,
    environment: Vec<(&'static str, String)>,
    logs: PathBuf,
}

impl Desktop {
    /// Starts all parts; their logs go to the given folder.
    pub(crate) fn start(logs: &Path) -> Self {
        Self::start_with(logs, Keyring::Open, SoundServer::PulseAudio)
    }

    /// A desktop on which nothing keeps secrets.
    pub(crate) fn without_keyring(logs: &Path) -> Self {
        Self::start_with(logs, Keyring::Missing, SoundServer::PulseAudio)
    }

    /// A desktop with this sound server.
    pub(crate) fn with_sound_server(logs: &Path, sound: SoundServer) -> Self {
        Self::start_with(logs, Keyring::Open, sound)
    }

    fn start_with(logs: &Path, keyring: Keyring, sound: SoundServer) -> Self {
        let home = tempfile::Builder::new().prefix("mobile-call-desktop-").tempdir().expect("a temporary folder");
        let mut desktop = Self { parts: Vec::new(), home, environment: Vec::new(), logs: logs.to_path_buf() };
        desktop.make_home();
        desktop.start_screen();
        desktop.start_bus();
        match sound {
            SoundServer::PulseAudio => desktop.start_pulseaudio(),
            SoundServer::PipeWire => desktop.start_pipewire(),
        }
        if keyring == Keyring::Open {
            desktop.start_keyring();
        }
        desktop.start_notifications();
        let manager = desktop.command("openbox").arg("--sm-disable").spawn_logged(&desktop.log("openbox"));
        desktop.parts.push(manager);
        wait_for("the window manager", START_LIMIT, || {
            let windows = desktop.command("wmctrl").arg("-l").output().expect("wmctrl starts");
            windows.status.success().then_some(())
        });
        desktop
    }

    /// A program on this desktop.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for variable in ["WAYLAND_DISPLAY", "PULSE_SERVER", "LANGUAGE", "LC_ALL", "WEBKIT_DISABLE_DMABUF_RENDERER"] {
            command.env_remove(variable);
        }
        command.stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value.as_str())));
        command
    }

    /// A folder that ends with the desktop.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What a program on this desktop prints.
    pub(crate) fn output(&self, program: &str, arguments: &[&str]) -> String {
        self.try_output(program, arguments).unwrap_or_else(|errors| panic!("{program} {arguments:?}: {errors}"))
    }

    /// What a program on this desktop prints, or what it complains of when it fails.
    fn try_output(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let output = self.command(program).args(arguments).output();
        let output = output.unwrap_or_else(|error| panic!("could not start {program}: {error}"));
        let said = if output.status.success() { Ok(output.stdout) } else { Err(output.stderr) };
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        said.map(text).map_err(text)
    }

    /// The folder in which the app keeps its data.
    pub(crate) fn app_data(&self) -> PathBuf {
        self.home.path().join("data/mobile-call")
    }

    /// The windows, one a line.
    fn windows(&self) -> String {
        wait_for("a list of the windows", START_LIMIT, || match self.try_output("wmctrl", &["-l", "-p", "-x"]) {
            Ok(list) => Some(list),
            // One of them went between being listed and being asked about: the list is another now.
            Err(errors) if errors.contains("BadWindow") => None,
            Err(errors) => panic!("wmctrl: {errors}"),
        })
    }

    /// The app's window, if it can be seen.
    pub(crate) fn app_window(&self) -> Option<Window> {
        self.windows().lines().find_map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            let [number, _desktop, process, class, ..] = words.as_slice() else { return None };
            let process = process.parse().expect("a process id is a number");
            class.starts_with(APP_CLASS).then(|| Window { number: (*number).to_owned(), process })
        })
    }

    /// Waits until the app's window can be seen.
    pub(crate) fn wait_for_app_window(&self) -> Window {
        wait_for("the app's window", START_LIMIT, || self.app_window())
    }

    /// Closes the app's window as its frame's button does, and waits until it cannot be seen any more.
    pub(crate) fn close_app_window(&self) {
        let window = self.wait_for_app_window();
        self.output("wmctrl", &["-i", "-c", &window.number]);
        wait_for("the app's window to go", START_LIMIT, || self.app_window().is_none().then_some(()));
    }

    /// Saves a picture of the whole screen.
    pub(crate) fn screenshot(&self, path: &Path) {
        self.import("root", path);
    }

    /// Saves a picture of the app's window, without its frame.
    pub(crate) fn screenshot_of_app(&self, path: &Path) {
        self.import(&self.wait_for_app_window().number, path);
    }

    /// Gives the app's window another size.
    pub(crate) fn resize_app(&self, width: u32, height: u32) {
        let size = format!("0,-1,-1,{width},{height}");
        self.output("wmctrl", &["-i", "-r", &self.wait_for_app_window().number, "-e", &size]);
    }

    fn import(&self, window: &str, path: &Path) {
        let taken = self.command("import").args(["-window", window]).arg(path).status();
        assert!(taken.is_ok_and(|status| status.success()), "no screenshot at {}", path.display());
    }

    /// Where a part of the desktop writes what it says.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    fn make_home(&mut self) {
        for (variable, folder) in [
            ("HOME", "."),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
        ] {
            let path = self.home.path().join(folder);
            fs::create_dir_all(&path).expect("a folder of the temporary home");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a folder of ours");
            self.environment.push((variable, path.to_string_lossy().into_owned()));
        }
        self.environment.push(("NO_AT_BRIDGE", "1".into()));
        self.environment.push(("LANG", "C.UTF-8".into()));
    }

    fn start_screen(&mut self) {
        let mut command = self.command("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
        let number = self.start_and_read_line(command, "Xvfb");
        self.environment.push(("DISPLAY", format!(":{number}")));
    }

    fn start_bus(&mut self) {
        let settings = self.home.path().join("bus.conf");
        fs::write(&settings, BUS).expect("the bus's settings can be written");
        let mut command = self.command("dbus-daemon");
        command.args(["--nofork", "--nopidfile", "--print-address=1", "--config-file"]).arg(settings);
        let address = self.start_and_read_line(command, "dbus-daemon");
        self.environment.push(("DBUS_SESSION_BUS_ADDRESS", address));
    }

    fn start_pulseaudio(&mut self) {
        let devices = self.home.path().join("devices.pa");
        fs::write(&devices, SOUND_DEVICES).expect("the sound devices can be written");
        let mut command = self.command("pulseaudio");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-F"]).arg(devices);
        let server = command.spawn_logged(&self.log("pulseaudio"));
        self.parts.push(server);
        wait_for("the sound server", START_LIMIT, || {
            let sources = self.command("pactl").args(["list", "short", "sources"]).output().expect("pactl starts");
            String::from_utf8_lossy(&sources.stdout).contains("\tmic\t").then_some(())
        });
    }

    fn start_pipewire(&mut self) {
        let start = |desktop: &mut Self, program: &str| {
            let part = desktop.command(program).spawn_logged(&desktop.log(program));
            desktop.parts.push(part);
        };
        start(self, "pipewire");
        let socket = self.home.path().join("run/pipewire-0");
        // The others end when they do not find it.
        wait_for("PipeWire", START_LIMIT, || std::os::unix::net::UnixStream::connect(&socket).ok());
        start(self, "wireplumber");
        // Who looks for the server makes this folder too, and `pipewire-pulse` ends if somebody does so at the same time.
        let folder = self.home.path().join("run/pulse");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).expect("a folder can be made");
        start(self, "pipewire-pulse");
        let order = |order: &str| self.command("pactl").args(order.split(' ')).output().expect("pactl starts").status;
        for device in [
            "load-module module-null-sink sink_name=speaker",
            "load-module module-null-sink sink_name=micsink",
            "load-module module-remap-source master=micsink.monitor source_name=mic channels=1",
            "set-default-sink speaker",
            "set-default-source mic",
        ] {
            wait_for(device, START_LIMIT, || order(device).success().then_some(()));
        }
        wait_for("the chosen devices", START_LIMIT, || {
            let said = self.command("pactl").arg("info").output().expect("pactl starts");
            let said = String::from_utf8_lossy(&said.stdout).into_owned();
            (said.contains("Default Sink: speaker") && said.contains("Default Source: mic")).then_some(())
        });
    }

    fn start_keyring(&mut self) {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]).stdin(Stdio::piped());
        let mut daemon = command.spawn_logged(&self.log("gnome-keyring"));
        let mut password = daemon.child.stdin.take().expect("its input is a pipe");
        password.write_all(b"test password").expect("the keyring reads its password");
        drop(password);
        self.parts.push(daemon);
        self.wait_for_service("org.freedesktop.secrets");
    }

    fn start_notifications(&mut self) {
        let settings = self.home.path().join("dunstrc");
        fs::write(&settings, "[global]\nfont = DejaVu Sans 10\n").expect("the settings can be written");
        let mut command = self.command("dunst");
        command.arg("-print").arg("-config").arg(settings);
        let daemon = command.spawn_logged(&self.log("dunst"));
        self.parts.push(daemon);
        self.wait_for_service("org.freedesktop.Notifications");
    }

    fn wait_for_service(&self, name: &str) {
        wait_for(name, START_LIMIT, || {
            let mut ask = self.command("dbus-send");
            ask.args(["--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"]);
            ask.args(["org.freedesktop.DBus.NameHasOwner", &format!("string:{name}")]);
            let answer = ask.output().expect("dbus-send starts");
            String::from_utf8_lossy(&answer.stdout).contains("true").then_some(())
        });
    }

    /// For the programs that say on their first line how to reach them.
    fn start_and_read_line(&mut self, mut command: Command, name: &str) -> String {
        let log = fs::File::create(self.log(name)).expect("the log file can be made");
        let mut part = Running::start_piped(command.stdout(Stdio::piped()).stderr(log));
        let output = part.child.stdout.take().expect("its output is a pipe");
        self.parts.push(part);
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("its output can be read");
        assert!(!line.trim().is_empty(), "{name} did not start; see {}", self.log(name).display());
        line.trim().to_owned()
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

/// Starts a command with its output in a log file.
pub(crate) trait SpawnLogged {
    /// See [`Running::start`].
    fn spawn_logged(&mut self, log: &Path) -> Running;
}

impl SpawnLogged for Command {
    fn spawn_logged(&mut self, log: &Path) -> Running {
        Running::start(self, log)
    }
}
