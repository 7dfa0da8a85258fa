//! A human voice to send, and a judge of what arrived.

use super::{installed, source};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Recorded by Allison Smith, CC BY-SA 3.0, from Debian's package `asterisk-core-sounds-en-wav`; never shipped.
const PROMPTS: &str = "/usr/share/asterisk/sounds/en_US_f_Allison";
/// The rate of these recordings.
const RATE_HZ: u32 = 8_000;

/// Long prompts, each a text of its own: about 50 s.
pub(crate) const CALLER: &[&str] = &["demo-congrats", "vm-options"];
/// The same from another text, for the other direction.
pub(crate) const CALLEE: &[&str] = &["priv-callee-options", "demo-echotest"];

/// Writes the prompts one after the other into a WAV file.
pub(crate) fn write(prompts: &[&str], folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let spec = WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(&path, spec).expect("the speech file can be made");
    for sample in samples(prompts) {
        writer.write_sample(sample).expect("a sample can be written");
    }
    writer.finalize().expect("the speech file can be closed");
    path
}

/// The prompts' samples at 8 kHz.
fn samples(prompts: &[&str]) -> Vec<i16> {
    let read = |prompt: &&str| {
        let path = Path::new(PROMPTS).join(format!("{prompt}.wav"));
        let reader = WavReader::open(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask setup --tests`", path.display()));
        assert_eq!(reader.spec().sample_rate, RATE_HZ);
        reader.into_samples().map(|sample| sample.expect("the recording is whole")).collect::<Vec<i16>>()
    };
    prompts.iter().flat_map(read).collect()
}

/// The prompts as [`super::sound::Ear`] would hear them: at twice the rate, each sample twice, which is good enough to
/// compare loudness.
pub(crate) fn samples_for_ears(prompts: &[&str]) -> Vec<f32> {
    samples(prompts)
        .into_iter()
        .map(|sample| f32::from(sample) / 32_768.0)
        .flat_map(|sample| [sample, sample])
        .collect()
}

/// How well speech came through.
#[derive(Debug)]
pub(crate) struct Score {
    /// PESQ-WB, mean over slices of eight seconds.
    pub(crate) mean: f64,
    /// PESQ-WB of the worst slice.
    pub(crate) min: f64,
}

/// Compares a recording with what was said.
pub(crate) fn score(said: &Path, heard: &Path) -> Score {
    let judge = installed("python/bin/python");
    let output = Command::new(judge)
        .arg(source("tests/quality/score.py"))
        .args([said, heard])
        .output()
        .expect("the judge can be started");
    assert!(output.status.success(), "no score: {}", String::from_utf8_lossy(&output.stderr));
    let score: Value = serde_json::from_slice(&output.stdout).expect("the judge prints JSON");
    println!("{}: {score}", heard.display());
    let figure = |name: &str| score[name].as_f64().expect("the judge names its figures");
    Score { mean: figure("mean"), min: figure("min") }
}
