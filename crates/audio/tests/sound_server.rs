//! The real thing: a PulseAudio server of our own with a virtual microphone and speaker. What is played into the
//! microphone arrives in the capture ring, what is written to the playout ring leaves through the speaker, both are
//! listed by name, and a server that goes away is reported.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use mobilecall_audio::{CaptureSource, DeviceLost, LossSink, PlayoutSink, Role, devices, open_capture, open_playout};
use std::{
    io::Read,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

const INNER: &str = "MOBILE_CALL_TEST_SOUND_DIR";
/// Without `norewinds` a null sink works in blocks of two seconds.
const SERVER_SCRIPT: &str = "\
load-module module-native-protocol-unix
load-module module-null-sink sink_name=speaker norewinds=1 rate=48000
load-module module-null-sink sink_name=micsink norewinds=1 rate=48000
load-module module-remap-source master=micsink.monitor source_name=mic remix=no channels=1 \
master_channel_map=front-left channel_map=mono
set-default-sink speaker
set-default-source mic
";

/// The sound server is found through the environment, which only a new process can be given: this test starts itself.
#[test]
fn a_virtual_microphone_and_speaker_work_and_their_loss_is_told() {
    if let Some(folder) = std::env::var_os(INNER) {
        return with_sound_server(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let name = std::thread::current().name().expect("a test has a name").to_owned();
    let outcome = Command::new(std::env::current_exe().unwrap())
        .args([name.as_str(), "--exact", "--nocapture"])
        .env(INNER, folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("HOME", folder.path())
        .env_remove("PULSE_SERVER")
        .status()
        .unwrap();
    assert!(outcome.success(), "the test under the sound server failed: {outcome}");
}

/// Ends the process when the test ends, however it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().expect("our own child can be killed");
        self.0.wait().expect("our own child can be waited for");
    }
}

fn start_server(folder: &Path) -> Running {
    let script = folder.join("default.pa");
    std::fs::write(&script, SERVER_SCRIPT).unwrap();
    let server = Command::new("pulseaudio")
        .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-F"])
        .arg(&script)
        .stderr(Stdio::null())
        .spawn()
        .expect("pulseaudio is installed by `cargo xtask setup`");
    let server = Running(server);
    wait_until("the sound server's devices", || {
        let list = devices();
        list.inputs.iter().any(|device| device.default) && list.outputs.iter().any(|device| device.default)
    });
    server
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not within twenty seconds");
        std::thread::yield_now();
    }
}

fn with_sound_server(folder: &Path) {
    let server = start_server(folder);
    let (sender, reported) = mpsc::channel();
    let losses: LossSink = Arc::new(move |lost| sender.send(lost).expect("the test listens to the end"));
    hears_the_microphone(folder, &losses);
    plays_on_the_speaker(&losses);

    sees_devices_come_and_go();

    let default = devices().inputs.into_iter().find(|device| device.default).expect("there is a microphone").name;
    let wanted = CaptureSource::Device(Some("pulseaudio:gone".to_owned()));
    let fallback = open_capture(&wanted, &losses).unwrap();
    assert_eq!(fallback.instead.as_ref(), Some(&default), "the system's choice, by the name that people know");
    let chosen = open_capture(&CaptureSource::Device(None), &losses).unwrap();
    assert_eq!(chosen.instead, None);
    drop(chosen);

    drop(server);
    let lost = reported.recv_timeout(Duration::from_secs(20)).expect("the loss is reported");
    assert_eq!(lost, DeviceLost { role: Role::Microphone, device: default });
    drop(fallback);
}

fn hears_the_microphone(folder: &Path, losses: &LossSink) {
    let tone = folder.join("tone.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&tone, spec).unwrap();
    for index in 0..480_000_u32 {
        let phase = f64::from(index) * 1_000.0 / 48_000.0 * std::f64::consts::TAU;
        writer.write_sample((phase.sin() * 16_000.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
    let mut capture = open_capture(&CaptureSource::Device(None), losses).unwrap();
    let play = Command::new("paplay").args(["-d", "micsink"]).arg(&tone).spawn().unwrap();
    let _playing = Running(play);
    let mut loudest = 0.0_f32;
    wait_until("a tone in the microphone", || {
        while let Ok(sample) = capture.samples.pop() {
            loudest = loudest.max(sample.abs());
        }
        loudest > 0.1
    });
}

fn plays_on_the_speaker(losses: &LossSink) {
    let mut playout = open_playout(&PlayoutSink::Device(None), losses).unwrap();
    let mut recorder = Command::new("parec")
        .args(["-d", "speaker.monitor", "--format=s16le", "--channels=1", "--raw"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut recorded = recorder.stdout.take().expect("it is piped");
    let _recording = Running(recorder);
    let (heard, hears) = mpsc::channel();
    std::thread::spawn(move || {
        let mut block = [0_u8; 960];
        while recorded.read_exact(&mut block).is_ok() {
            let loud = block.chunks_exact(2).any(|pair| i16::from_le_bytes([pair[0], pair[1]]).abs() > 8_000);
            if loud && heard.send(()).is_err() {
                return;
            }
        }
    });
    wait_until("our tone in the speaker", || {
        while playout.samples.push(0.5).is_ok() {}
        hears.try_recv().is_ok()
    });
}

fn sees_devices_come_and_go() {
    let speakers = || {
        let list = devices();
        assert!(list.inputs.iter().all(|device| !device.id.ends_with(".monitor")), "{list:?}");
        list.outputs.iter().filter(|device| device.id.ends_with("headset")).count()
    };
    assert_eq!(speakers(), 0);
    let output = Command::new("pactl").args(["load-module", "module-null-sink", "sink_name=headset"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    wait_until("the headset", || speakers() == 1);
    let module = String::from_utf8(output.stdout).unwrap();
    let status = Command::new("pactl").args(["unload-module", module.trim()]).status().unwrap();
    assert!(status.success());
    wait_until("its end", || speakers() == 0);
}
