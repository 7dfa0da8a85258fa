//! A colleague at our own headless softphone: a real `mcall`, which comes over TLS like everybody else.

use crate::office::Office;
use crate::recording::Recording;
use crate::support::artifacts;
use crate::support::phone::{Phone, mcall_at};
use hound::{SampleFormat, WavSpec, WavWriter};
use mobilecall_testkit::{PASSWORD, TestUser};
use serde_json::Value;
use std::f32::consts::TAU;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Enough for everything that happens by itself on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// What `mcall` says: half a second of this tone and half a second of nothing, for a minute.
pub(crate) const VOICE_HZ: f64 = 1_000.0;
const RATE_HZ: u32 = 48_000;

/// A running `mcall`. Its methods block, which a test may: the server runs on threads of its own.
pub(crate) struct Headless {
    phone: Phone,
    hears: PathBuf,
}

impl Headless {
    /// Starts `mcall` with a subcommand and its options; log, events and recording are kept under the test's name.
    pub(crate) fn start(office: &Office, user: &TestUser, test: &str, subcommand: &[&str]) -> Self {
        Self::start_at(office.server.address(), office, user, test, subcommand)
    }

    /// As [`Self::start`], with the server at another address, as on the far side of a [`Way`](crate::cut::Way).
    pub(crate) fn start_at(
        address: SocketAddr,
        office: &Office,
        user: &TestUser,
        test: &str,
        subcommand: &[&str],
    ) -> Self {
        let folder = artifacts(&format!("twilio-sdk-{test}"));
        let (password, says, hears) = (folder.join("password"), folder.join("says.wav"), folder.join("hears.wav"));
        fs::write(&password, PASSWORD).expect("the password file can be written");
        write_voice(&says);
        let url = format!("https://localhost:{}", address.port());
        let mut command = mcall_at(&url, subcommand, user.username(), &password);
        command.arg("--ca").arg(office.server.ca_file().expect("the server speaks TLS"));
        command.arg("--audio-in").arg(says).arg("--audio-out").arg(&hears);
        command.args(["--interactive", "-v"]).stdin(Stdio::piped());
        Self { phone: Phone::start("mcall", &folder, &mut command), hears }
    }

    /// One that takes the first call that comes, and is ready for it.
    pub(crate) fn answering(office: &Office, user: &TestUser, test: &str) -> Self {
        let phone = Self::start(office, user, test, &["listen", "--auto-answer", "--once"]);
        phone.event("registered");
        phone
    }

    /// Waits for the next event of this name, passing over others.
    pub(crate) fn event(&self, event: &str) -> Value {
        self.phone.event(event, SOON)
    }

    /// Lets a call go on for so long from now on: it measures itself once a second.
    pub(crate) fn talk(&self, seconds: u32) {
        self.phone.forget();
        for _ in 0..=seconds {
            self.event("quality");
        }
    }

    /// Waits for keys that the other side presses, one after the other.
    pub(crate) fn keys(&self, expected: &str) {
        let pressed: String =
            expected.chars().map(|_| self.event("digit")["digit"].as_str().unwrap_or_default().to_owned()).collect();
        assert_eq!(pressed, expected);
    }

    /// Gives it a command, as somebody at its keyboard does.
    pub(crate) fn say(&mut self, command: &str) {
        self.phone.say(command);
    }

    /// Stops the program where it is, as a machine that falls asleep does, until [`Self::wake`].
    pub(crate) fn sleep(&mut self) {
        self.phone.signal("STOP");
    }

    pub(crate) fn wake(&mut self) {
        self.phone.signal("CONT");
    }

    /// Waits for the end of the call and of the program: the reason, the summary and the exit status.
    pub(crate) fn over(mut self) -> Over {
        let reason = self.event("ended")["reason"].as_str().unwrap_or_default().to_owned();
        let summary = self.event("summary");
        let status = self.phone.ended(SOON).code();
        println!("{reason}: {summary}");
        Over { reason, summary, status, hears: self.hears }
    }
}

/// A call that is over.
pub(crate) struct Over {
    pub(crate) reason: String,
    pub(crate) summary: Value,
    /// The program's exit status.
    pub(crate) status: Option<i32>,
    hears: PathBuf,
}

impl Over {
    /// A call that was talked in and ended as calls do.
    pub(crate) fn completed(&self, reason: &str) {
        assert_eq!((self.reason.as_str(), self.status), (reason, Some(0)));
        assert_eq!(self.summary["status"], "completed");
        let figure = |name: &str| self.summary[name].as_f64().unwrap_or_else(|| panic!("no {name}: {}", self.summary));
        assert!(figure("packets_sent") > 50.0 && figure("packets_received") > 50.0, "{}", self.summary);
    }

    pub(crate) fn heard(&self) -> Recording {
        Recording::read(&self.hears)
    }
}

fn write_voice(path: &Path) {
    let spec = WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).expect("the sound file can be made");
    for sample in voice() {
        writer.write_sample((sample * f32::from(i16::MAX)) as i16).expect("a sample can be written");
    }
    writer.finalize().expect("the sound file can be closed");
}

/// The samples of what is said, at 48 kHz.
pub(crate) fn voice() -> impl Iterator<Item = f32> {
    (0..60 * RATE_HZ).map(|index| {
        let sounds = index % RATE_HZ < RATE_HZ / 2;
        let phase = TAU * VOICE_HZ as f32 * (index % RATE_HZ) as f32 / RATE_HZ as f32;
        if sounds { phase.sin() * 0.3 } else { 0.0 }
    })
}
