//! A sound server of a test's own, with virtual devices, and what can be heard and said there.

use mobilecall_audio::{Backend, DeviceList, LossSink, devices};
use std::{
    fs::{DirBuilder, File},
    io::{BufRead, BufReader, Read, Write},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const INNER: &str = "MOBILE_CALL_TEST_SOUND_DIR";
const LIMIT: Duration = Duration::from_secs(20);
/// How often a condition is looked at. Without a pause that would keep a core from those who play and listen.
const LOOK_EVERY: Duration = Duration::from_millis(5);
const RATE_HZ: usize = 48_000;

const PULSEAUDIO: &str = include_str!("../../../../tests/desktop/devices.pa");
const BUS: &str = include_str!("../../../../tests/desktop/bus.conf");

/// Runs one test under a server.
pub(crate) fn under(backend: Backend, test: fn(&mut Server)) {
    alone(|folder| {
        let mut server = Server::start(backend, folder);
        let used = devices().backend;
        println!("the devices are those of {used}");
        assert_eq!(used, backend, "the sound system that this test is about");
        test(&mut server);
    });
}

/// Runs one test with a folder of its own, in which a server is looked for at `run/pulse/native`. It is found through the
/// environment, which only a new process can be given: the test starts itself.
pub(crate) fn alone(test: impl FnOnce(&Path)) {
    if let Some(folder) = std::env::var_os(INNER) {
        return test(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let name = std::thread::current().name().expect("a test has a name").to_owned();
    let mut inner = Command::new(std::env::current_exe().unwrap());
    inner.args([name.as_str(), "--exact", "--nocapture"]).env(INNER, folder.path());
    for (variable, path) in [
        ("HOME", "home"),
        ("XDG_RUNTIME_DIR", "run"),
        ("XDG_CONFIG_HOME", "settings"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(&path).unwrap();
        inner.env(variable, path);
    }
    let unwanted = ["PULSE_SERVER", "PULSE_COOKIE", "PULSE_RUNTIME_PATH", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS"];
    unwanted.iter().for_each(|variable| _ = inner.env_remove(variable));
    let outcome = inner.status().unwrap();
    assert!(outcome.success(), "{name} failed in its own process: {outcome}");
}

/// Ends the process when the test ends, however it ends.
pub(crate) struct Running(Child);

/// A program of the sound server.
struct Part {
    process: Running,
    log: PathBuf,
}

impl Part {
    /// One that has ended by itself will not do what is waited for.
    fn expect_alive(&mut self) {
        let ended = self.process.0.try_wait().expect("our own child can be asked for");
        let log = || std::fs::read_to_string(&self.log).unwrap_or_default();
        assert!(ended.is_none(), "{} ended with {ended:?}: {}", self.log.display(), log());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().expect("our own child can be killed");
        self.0.wait().expect("our own child can be waited for");
    }
}

pub(crate) struct Server {
    /// The last started ends first.
    parts: Vec<Part>,
    folder: PathBuf,
    backend: Backend,
    bus: Option<String>,
}

impl Server {
    fn start(backend: Backend, folder: &Path) -> Self {
        let mut server = Self { parts: Vec::new(), folder: folder.to_owned(), backend, bus: None };
        server.start_again();
        server
    }

    /// After its end.
    pub(crate) fn start_again(&mut self) {
        match self.backend {
            Backend::PulseAudio => self.start_pulseaudio(),
            Backend::PipeWire => self.start_pipewire(),
            other => panic!("{other} is no server"),
        }
        wait_until("the sound server's devices", || {
            let list = devices();
            list.inputs.iter().any(|device| device.default) && list.outputs.iter().any(|device| device.default)
        });
    }

    fn run(&mut self, mut command: Command) -> &mut Child {
        let name = command.get_program().to_string_lossy().into_owned();
        let log = self.folder.join(format!("{name}.log"));
        let told = File::create(&log).unwrap();
        if let Some(bus) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        let child = command.stderr(told).spawn().unwrap_or_else(|error| panic!("{name} (cargo xtask setup): {error}"));
        self.parts.push(Part { process: Running(child), log });
        &mut self.parts.last_mut().unwrap().process.0
    }

    fn start_pulseaudio(&mut self) {
        let script = self.folder.join("default.pa");
        std::fs::write(&script, PULSEAUDIO).unwrap();
        let mut command = Command::new("pulseaudio");
        command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-F"]).arg(script);
        self.run(command);
    }

    /// Its manager of sessions wants a message bus.
    fn start_pipewire(&mut self) {
        let settings = self.folder.join("bus.conf");
        std::fs::write(&settings, BUS).unwrap();
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--nofork", "--nopidfile", "--print-address=1", "--config-file"]).arg(settings);
        let output = self.run(pipe(bus)).stdout.take().expect("it is piped");
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address).unwrap();
        self.bus = Some(address.trim().to_owned());
        self.run(Command::new("pipewire"));
        // The others end when they do not find it.
        let socket = self.folder.join("run/pipewire-0");
        wait_until("PipeWire's socket", || std::os::unix::net::UnixStream::connect(&socket).is_ok());
        self.run(Command::new("wireplumber"));
        // Who looks for the server makes this folder too, and `pipewire-pulse` ends if somebody does so at the same time.
        DirBuilder::new().recursive(true).mode(0o700).create(self.folder.join("run/pulse")).unwrap();
        self.run(Command::new("pipewire-pulse"));
        // Whether its manager makes up a device of its own before ours are there is a matter of moments.
        wait_until("PipeWire", || {
            self.parts.iter_mut().for_each(Part::expect_alive);
            pactl_output(&["info"]).is_some()
        });
        self.load("module-null-sink sink_name=speaker");
        self.load("module-null-sink sink_name=micsink");
        self.load("module-remap-source master=micsink.monitor source_name=mic channels=1");
        wait_until("its devices", || {
            ["set-default-sink speaker", "set-default-source mic"]
                .iter()
                .all(|order| pactl_output(&order.split(' ').collect::<Vec<_>>()).is_some())
        });
    }

    /// Plugs in a virtual device, and returns how to unplug it.
    pub(crate) fn load(&self, module: &str) -> String {
        let arguments: Vec<_> = std::iter::once("load-module").chain(module.split(' ')).collect();
        pactl(&arguments).trim().to_owned()
    }

    pub(crate) fn unload(&self, module: &str) {
        pactl(&["unload-module", module]);
    }

    /// Plugs in a speaker.
    pub(crate) fn plug_in(&self, name: &str) -> String {
        let module = self.load(&format!("module-null-sink sink_name={name} norewinds=1 rate=48000"));
        wait_until("the speaker", || devices().outputs.iter().any(|device| device.id.ends_with(name)));
        module
    }

    pub(crate) fn end(&mut self) {
        while let Some(part) = self.parts.pop() {
            drop(part);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn pipe(mut command: Command) -> Command {
    command.stdout(Stdio::piped());
    command
}

/// What the server's own tool says, if it can.
fn pactl_output(arguments: &[&str]) -> Option<String> {
    let output = Command::new("pactl").args(arguments).output().expect("pactl starts");
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

pub(crate) fn pactl(arguments: &[&str]) -> String {
    pactl_output(arguments).unwrap_or_else(|| panic!("pactl {arguments:?} failed"))
}

/// Streams of ours.
pub(crate) fn streams(kind: &str) -> usize {
    pactl(&["list", kind]).matches("application.name = \"Mobile Call\"").count()
}

/// Their numbers, which stay the same as long as they are open.
pub(crate) fn numbers(kind: &str) -> Vec<String> {
    let list = pactl(&["list", kind]);
    let ours = list.split("\n\n").filter(|stream| stream.contains("application.name = \"Mobile Call\""));
    ours.map(|stream| stream.trim().lines().next().expect("it has a number").to_owned()).collect()
}

pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not within twenty seconds");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Waits until the devices are so.
pub(crate) fn wait_for_devices(what: &str, condition: impl Fn(&DeviceList) -> bool) {
    wait_until(what, || condition(&devices()));
}

/// Nobody wants to know of losses.
pub(crate) fn nobody() -> LossSink {
    Arc::new(|_| {})
}

/// Hears what leaves through a speaker.
pub(crate) struct Ear {
    heard: Arc<Mutex<Vec<f32>>>,
    _recorder: Running,
}

impl Ear {
    pub(crate) fn at(speaker: &str) -> Self {
        let mut command = Command::new("parec");
        command.args(["--raw", "--format=s16le", "--channels=1", "--rate=48000", "--latency-msec=20"]);
        // It stays at its speaker when the system's choice is another one.
        command.arg("--property=node.dont-reconnect=true").stdout(Stdio::piped());
        command.args(["-d", &format!("{speaker}.monitor")]);
        let mut recorder = command.spawn().expect("parec starts");
        let mut output = recorder.stdout.take().expect("it is piped");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = Self { heard: Arc::clone(&heard), _recorder: Running(recorder) };
        std::thread::spawn(move || {
            let mut block = [0; 960];
            while output.read_exact(&mut block).is_ok() {
                let samples = block.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                heard.lock().unwrap().extend(samples.map(|sample| f32::from(sample) / 32_768.0));
            }
        });
        ear
    }

    /// How loud a tone is in the last 100 ms.
    pub(crate) fn level(&self, hertz: usize) -> f32 {
        let heard = self.heard.lock().unwrap();
        let Some(from) = heard.len().checked_sub(RATE_HZ / 10) else { return 0.0 };
        level(&heard[from..], hertz)
    }

    pub(crate) fn hears(&self, hertz: usize) -> bool {
        self.level(hertz) > 0.02
    }

    /// Waits until a tone is heard.
    pub(crate) fn wait_for(&self, hertz: usize) {
        wait_until(&format!("a tone of {hertz} Hz"), || self.hears(hertz));
    }

    pub(crate) fn wait_for_end_of(&self, hertz: usize) {
        wait_until(&format!("the end of {hertz} Hz"), || self.level(hertz) < 0.005);
    }
}

/// Amplitude of a tone, by its correlation with sine and cosine.
pub(crate) fn level(samples: &[f32], hertz: usize) -> f32 {
    let turn = std::f32::consts::TAU * hertz as f32 / RATE_HZ as f32;
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let angle = turn * (n % RATE_HZ) as f32;
        sine += sample * angle.sin();
        cosine += sample * angle.cos();
    }
    2.0 * (sine * sine + cosine * cosine).sqrt() / samples.len() as f32
}

/// One second of a tone, which fits to itself at its ends.
pub(crate) fn tone(hertz: usize) -> Vec<f32> {
    let turn = std::f32::consts::TAU * hertz as f32 / RATE_HZ as f32;
    (0..RATE_HZ).map(|n| 0.2 * (turn * n as f32).sin()).collect()
}

/// Says a tone into a virtual device, until dropped.
pub(crate) fn say(folder_of: &Server, device: &str, hertz: usize) -> Running {
    let path = folder_of.folder.join(format!("{hertz}.raw"));
    let bytes: Vec<u8> = tone(hertz).iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut file = File::create(&path).unwrap();
    (0..60).for_each(|_| file.write_all(&bytes).unwrap());
    let mut command = Command::new("pacat");
    command.args(["--playback", "--raw", "--format=float32le", "--channels=1", "--rate=48000", "--latency-msec=40"]);
    Running(command.args(["-d", device]).arg(path).spawn().expect("pacat starts"))
}
