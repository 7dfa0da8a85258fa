//! What a test says into the virtual microphone and hears at the virtual speaker.

use super::desktop::Desktop;
use super::process::{Running, wait_for};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The rate at which the speaker is listened to.
pub(super) const RATE_HZ: usize = 16_000;
/// Loudness is compared in steps of this many samples: 20 ms.
const STEP: usize = RATE_HZ / 50;

/// What is heard is compared with what is said over this length…
const COMPARED: Duration = Duration::from_secs(8);
/// …anew after so many samples: three seconds.
const HOP: usize = 3 * RATE_HZ;

/// Speaks a WAV file into the microphone, once.
pub(crate) fn speak(desktop: &Desktop, speech: &Path, log: &Path) -> Running {
    Running::start(desktop.command("paplay").args(["--device=micsink"]).arg(speech), log)
}

/// Listens to the speaker from the moment it is made.
pub(crate) struct Ear {
    heard: Arc<Mutex<Vec<f32>>>,
    _recorder: Running,
}

impl Ear {
    /// Starts to listen to the speaker.
    pub(crate) fn open(desktop: &Desktop) -> Self {
        Self::at(desktop, "speaker")
    }

    /// Starts to listen to a speaker, and stays there when another one is the system's choice.
    pub(crate) fn at(desktop: &Desktop, speaker: &str) -> Self {
        let mut command = desktop.command("parec");
        command.arg(format!("--device={speaker}.monitor")).arg("--property=node.dont-reconnect=true");
        command.args(["--raw", "--format=s16le", "--channels=1", "--latency-msec=20"]);
        command.arg(format!("--rate={RATE_HZ}")).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut recorder = Running::start_piped(&mut command);
        let mut output = recorder.child.stdout.take().expect("its output is a pipe");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&heard);
        std::thread::spawn(move || {
            let mut bytes = [0; 2 * STEP];
            // Ends when the recorder does.
            while output.read_exact(&mut bytes).is_ok() {
                let samples =
                    bytes.chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0);
                writer.lock().expect("no one panics with the lock").extend(samples);
            }
        });
        Self { heard, _recorder: recorder }
    }

    /// How much was heard so far; a mark for [`Self::since`].
    pub(crate) fn now(&self) -> usize {
        self.heard.lock().expect("no one panics with the lock").len()
    }

    /// Waits until so much has been heard after a mark, and returns it.
    pub(crate) fn since(&self, mark: usize, length: Duration) -> Vec<f32> {
        let wanted = mark + (length.as_secs_f64() * RATE_HZ as f64) as usize;
        wait_for("sound from the speaker", length + Duration::from_secs(10), || {
            let heard = self.heard.lock().expect("no one panics with the lock");
            (heard.len() >= wanted).then(|| heard[mark..wanted].to_vec())
        })
    }

    /// What has been heard after a mark.
    pub(crate) fn after(&self, mark: usize) -> Vec<f32> {
        self.heard.lock().expect("no one panics with the lock")[mark..].to_vec()
    }

    /// Waits until what is heard resembles what is said, and returns it. On a busy machine sound may stall for a moment, so
    /// the first seconds need not do.
    pub(crate) fn wait_for_speech(&self, said: &[f32], limit: Duration) -> Vec<f32> {
        let mark = self.now();
        let mut best = 0.0_f64;
        let mut heard = Vec::new();
        let deadline = Instant::now() + limit;
        while best < SAME_SPEECH {
            assert!(Instant::now() < deadline, "what is heard is not what is said: {best:.3}");
            heard = self.since(self.now().saturating_sub(HOP).max(mark), COMPARED);
            best = best.max(likeness(said, &heard));
        }
        heard
    }

    /// Waits until the speaker has been silent for a while.
    pub(crate) fn wait_for_silence(&self, length: Duration, limit: Duration) {
        self.wait_for_level("silence at the speaker", length, limit, |level| level < SILENCE_DBFS);
    }

    /// Waits until there has been sound for a while.
    pub(crate) fn wait_for_sound(&self, length: Duration, limit: Duration) {
        self.wait_for_level("sound at the speaker", length, limit, |level| level > SILENCE_DBFS + 10.0);
    }

    /// Waits until each of these notes has been heard after a mark, whatever else is heard.
    pub(crate) fn wait_for_notes(&self, mark: usize, hertz: &[f64], limit: Duration) {
        wait_for("notes at the speaker", limit, || {
            let heard = self.heard.lock().expect("no one panics with the lock");
            let heard = &heard[mark.min(heard.len())..];
            let is_heard = |hertz: &f64| heard.windows(NOTE).step_by(STEP).any(|part| amplitude(part, *hertz) > CLEAR);
            hertz.iter().all(is_heard).then_some(())
        });
    }

    fn wait_for_level(&self, what: &str, length: Duration, limit: Duration, fits: impl Fn(f64) -> bool) {
        let wanted = (length.as_secs_f64() * RATE_HZ as f64) as usize;
        let mark = self.now();
        wait_for(what, limit, || {
            let heard = self.heard.lock().expect("no one panics with the lock");
            let enough = heard.len() >= mark + wanted;
            (enough && fits(level_dbfs(&heard[heard.len() - wanted..]))).then_some(())
        });
    }

    /// Keeps what was heard so far for people.
    pub(crate) fn save(&self, path: &Path) {
        let spec = WavSpec {
            channels: 1,
            sample_rate: RATE_HZ as u32,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let mut writer = WavWriter::create(path, spec).expect("the recording can be made");
        for sample in self.heard.lock().expect("no one panics with the lock").iter() {
            writer.write_sample(*sample).expect("a sample can be written");
        }
        writer.finalize().expect("the recording can be closed");
    }
}

/// A recording as [`Ear`] would have heard it.
pub(crate) fn recording(path: &Path) -> Vec<f32> {
    let reader = WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let step = reader.spec().sample_rate as usize / RATE_HZ;
    let samples: Vec<i16> = reader.into_samples().map(|sample| sample.expect("the recording is whole")).collect();
    let heard = |step: &[i16]| step.iter().map(|sample| f32::from(*sample)).sum::<f32>() / step.len() as f32 / 32_768.0;
    samples.chunks_exact(step).map(heard).collect()
}

/// How much a recording resembles what was said, where it does most.
pub(crate) fn likeness_of_recording(said: &[f32], path: &Path) -> f64 {
    let heard = recording(path);
    let length = COMPARED.as_secs() as usize * RATE_HZ;
    (0..heard.len())
        .step_by(RATE_HZ)
        .filter_map(|from| heard.get(from..from + length))
        .map(|part| likeness(said, part))
        .fold(0.0, f64::max)
}

/// A note is looked for over this many samples, 200 ms: no voice holds one frequency for so long…
pub(super) const NOTE: usize = RATE_HZ / 5;
/// …as loudly as this.
pub(super) const CLEAR: f64 = 0.08;

/// How loud one frequency is, by its correlation with sine and cosine; 1 is the loudest there is.
pub(super) fn amplitude(samples: &[f32], hertz: f64) -> f64 {
    let turn = std::f64::consts::TAU * hertz / RATE_HZ as f64;
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (number, sample) in samples.iter().enumerate() {
        let (s, c) = (turn * number as f64).sin_cos();
        sine += f64::from(*sample) * s;
        cosine += f64::from(*sample) * c;
    }
    2.0 * f64::hypot(sine, cosine) / samples.len() as f64
}

/// What counts as silence: below it nobody hears a voice.
pub(crate) const SILENCE_DBFS: f64 = -55.0;

/// From this [`likeness`] on it is the same speech: through a plain loop it is 0.85 and more, with another text below 0.4.
pub(crate) const SAME_SPEECH: f64 = 0.7;

/// Mean loudness; minus infinity for digital silence.
pub(crate) fn level_dbfs(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64;
    10.0 * power.log10()
}

/// How much the loudness over time of what was heard resembles that of what was said, at the best delay: 1 is the same
/// speech, about 0 another one.
pub(crate) fn likeness(said: &[f32], heard: &[f32]) -> f64 {
    let (said, heard) = (envelope(said), envelope(heard));
    (0..said.len().saturating_sub(heard.len()) + 1).map(|shift| correlation(&said[shift..], &heard)).fold(0.0, f64::max)
}

fn envelope(samples: &[f32]) -> Vec<f64> {
    // Loudness is perceived on a logarithmic scale; below -50 dBFS all is silence.
    samples.chunks_exact(STEP).map(|step| level_dbfs(step).max(-50.0)).collect()
}

fn correlation(left: &[f64], right: &[f64]) -> f64 {
    let length = left.len().min(right.len());
    let mean = |values: &[f64]| values[..length].iter().sum::<f64>() / length as f64;
    let (left_mean, right_mean) = (mean(left), mean(right));
    let (mut product, mut left_power, mut right_power) = (0.0, 0.0, 0.0);
    for (l, r) in left.iter().zip(right) {
        product += (l - left_mean) * (r - right_mean);
        left_power += (l - left_mean).powi(2);
        right_power += (r - right_mean).powi(2);
    }
    if left_power * right_power == 0.0 { 0.0 } else { product / (left_power * right_power).sqrt() }
}
