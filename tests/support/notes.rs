//! Notes: whoever says one of their own is told apart from everybody else, however many are heard at once.

use super::sound::{CLEAR, NOTE, RATE_HZ, amplitude};
use hound::{SampleFormat, WavSpec, WavWriter};
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How loud a note is said, where 1 is the loudest there is.
const LOUDNESS: f64 = 0.3;
/// Below a tenth of that nobody was heard: what is left is the edge of another sound.
pub(crate) const FAINT: f64 = LOUDNESS / 10.0;
/// Notes are looked for anew after this many samples, 100 ms, so that none falls between.
const HOP: usize = NOTE / 2;

/// Writes a steady note into a WAV file.
pub(crate) fn write(hertz: f64, length: Duration, folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let rate = RATE_HZ as u32;
    let spec = WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(&path, spec).expect("the note's file can be made");
    for number in 0..(length.as_secs_f64() * f64::from(rate)) as u32 {
        let sample = (TAU * hertz * f64::from(number) / f64::from(rate)).sin() * LOUDNESS * f64::from(i16::MAX);
        writer.write_sample(sample as i16).expect("a sample can be written");
    }
    writer.finalize().expect("the note's file can be closed");
    path
}

/// What was heard of one note over time.
pub(crate) struct Course(Vec<f64>);

impl Course {
    /// Of this note in what an [`Ear`](super::sound::Ear) heard.
    pub(crate) fn of(hertz: f64, heard: &[f32]) -> Self {
        Self(heard.windows(NOTE).step_by(HOP).map(|part| amplitude(part, hertz)).collect())
    }

    /// How loud it was at most.
    pub(crate) fn loudest(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }

    /// How long it was clear, all in all.
    pub(crate) fn heard(&self) -> Duration {
        span(self.clear().filter(|clear| *clear).count())
    }

    /// How long it was clear for the first time to the last.
    pub(crate) fn span(&self) -> Duration {
        span(self.between().len())
    }

    /// The longest time that it was missing for after it was heard, and before it was heard again.
    pub(crate) fn longest_gap(&self) -> Duration {
        let gaps = self.between();
        span(gaps.split(|clear| *clear).map(<[bool]>::len).max().unwrap_or(0))
    }

    fn clear(&self) -> impl Iterator<Item = bool> {
        self.0.iter().map(|loudness| *loudness > CLEAR)
    }

    /// Whether it is clear, from the first time that it is to the last.
    fn between(&self) -> Vec<bool> {
        let clear: Vec<bool> = self.clear().collect();
        let first = clear.iter().position(|clear| *clear).unwrap_or(clear.len());
        let end = clear.iter().rposition(|clear| *clear).map_or(first, |last| last + 1);
        clear[first..end].to_vec()
    }
}

fn span(hops: usize) -> Duration {
    Duration::from_secs_f64((hops * HOP) as f64 / RATE_HZ as f64)
}
