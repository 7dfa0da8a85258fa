//! Voices that are made up: pulses of a throat, shaped by three resonances into vowels, in syllables with pauses. They
//! are no speech, but to a codec and a jitter buffer they are much like it.

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::{error::Error, f32::consts::TAU, path::Path};

const RATE_HZ: u32 = 48_000;
/// Length of what is said before it begins anew.
const SECONDS: u32 = 8;
/// Part of a syllable that is silent.
const PAUSE: f32 = 0.25;
/// Samples of one step of an envelope: 10 ms.
const STEP: usize = 480;

/// A voice and the name of its files.
#[derive(Clone, Copy)]
pub(super) struct Voice {
    name: &'static str,
    pitch_hz: f32,
    syllables_a_second: f32,
}

/// First three resonances of some vowels in hertz (after Peterson and Barney, 1952).
const VOWELS: [[f32; 3]; 5] = [
    [730.0, 1_090.0, 2_440.0],
    [270.0, 2_290.0, 3_010.0],
    [300.0, 870.0, 2_240.0],
    [530.0, 1_840.0, 2_480.0],
    [570.0, 840.0, 2_410.0],
];

impl Voice {
    pub(super) const LOW: Self = Self { name: "caller", pitch_hz: 115.0, syllables_a_second: 3.7 };
    pub(super) const HIGH: Self = Self { name: "callee", pitch_hz: 205.0, syllables_a_second: 4.3 };

    /// File of what it says.
    pub(super) fn said(self) -> String {
        format!("{}-said.wav", self.name)
    }

    /// File of what its owner hears.
    pub(super) fn heard(self) -> String {
        format!("{}-heard.wav", self.name)
    }

    /// Writes what it says.
    pub(super) fn write(self, path: &Path) -> Result<(), hound::Error> {
        let spec = WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::create(path, spec)?;
        for sample in self.samples() {
            writer.write_sample((sample * f32::from(i16::MAX)) as i16)?;
        }
        writer.finalize()
    }

    fn samples(self) -> Vec<f32> {
        let count = (RATE_HZ * SECONDS) as usize;
        let mut resonators = [Resonator::default(); 3];
        let mut phase = 0.0;
        let mut samples = Vec::with_capacity(count);
        for index in 0..count {
            let time = index as f32 / RATE_HZ as f32;
            let syllable = time * self.syllables_a_second;
            let vowel = VOWELS[(syllable as usize * 7 + 3) % VOWELS.len()];
            // The melody of a sentence falls over two seconds.
            let pitch = self.pitch_hz * (1.15 - 0.15 * (time % 2.0));
            phase += pitch / RATE_HZ as f32;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase %= 1.0;
            let mut voice = 0.0;
            for (resonator, hertz) in resonators.iter_mut().zip(vowel) {
                voice += resonator.next(pulse, hertz);
            }
            samples.push(voice * envelope(syllable));
        }
        normalize(&mut samples);
        samples
    }
}

/// Rises and falls with each syllable; every seventh is silent.
fn envelope(syllable: f32) -> f32 {
    let part = syllable.fract();
    if syllable as u32 % 7 == 6 || part > 1.0 - PAUSE {
        return 0.0;
    }
    let strength = 0.6 + 0.4 * ((syllable as u32 * 5 % 8) as f32 / 8.0);
    strength * (part / (1.0 - PAUSE) * TAU / 2.0).sin()
}

fn normalize(samples: &mut [f32]) {
    let peak = samples.iter().fold(f32::MIN_POSITIVE, |peak, sample| peak.max(sample.abs()));
    for sample in samples {
        *sample *= 0.5 / peak;
    }
}

/// A two-pole resonance 90 Hz wide.
#[derive(Clone, Copy, Default)]
struct Resonator {
    before: f32,
    before_that: f32,
}

impl Resonator {
    fn next(&mut self, input: f32, hertz: f32) -> f32 {
        let radius = (-TAU / 2.0 * 90.0 / RATE_HZ as f32).exp();
        let turn = 2.0 * radius * (TAU * hertz / RATE_HZ as f32).cos();
        let output = input * (1.0 - radius) + turn * self.before - radius * radius * self.before_that;
        self.before_that = self.before;
        self.before = output;
        output
    }
}

/// How alike the loudness of what was heard and of what was said is over time, from 0 to 1, at the delay that suits
/// best.
pub(super) fn heard(said: &Path, heard: &Path) -> Result<f32, Box<dyn Error>> {
    let (said, heard) = (loudness(&read(said)?), loudness(&read(heard)?));
    if said.is_empty() || heard.len() < said.len() / 4 {
        return Ok(0.0);
    }
    // What is said begins anew when it is over, and begins up to a second before it is heard.
    let alike = |delay: usize| {
        let pairs = heard.iter().skip(delay).zip(said.iter().cycle());
        correlation(&pairs.map(|(heard, said)| (*heard, *said)).collect::<Vec<_>>())
    };
    Ok((0..100.min(heard.len())).map(alike).fold(0.0, f32::max))
}

fn read(path: &Path) -> Result<Vec<f32>, hound::Error> {
    let samples: Result<Vec<i16>, _> = WavReader::open(path)?.into_samples().collect();
    Ok(samples?.into_iter().map(f32::from).collect())
}

fn loudness(samples: &[f32]) -> Vec<f32> {
    let of_step = |step: &[f32]| (step.iter().map(|sample| sample * sample).sum::<f32>() / step.len() as f32).sqrt();
    samples.chunks(STEP).map(of_step).collect()
}

fn correlation(pairs: &[(f32, f32)]) -> f32 {
    let count = pairs.len().max(1) as f32;
    let mean = |pick: fn(&(f32, f32)) -> f32| pairs.iter().map(pick).sum::<f32>() / count;
    let (one, other) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut together, mut alone, mut alone_too) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        together += (a - one) * (b - other);
        alone += (a - one).powi(2);
        alone_too += (b - other).powi(2);
    }
    together / (alone * alone_too).sqrt().max(f32::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_like_itself_and_unlike_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let [low, high] = [Voice::LOW, Voice::HIGH].map(|voice| folder.path().join(voice.said()));
        Voice::LOW.write(&low).unwrap();
        Voice::HIGH.write(&high).unwrap();
        assert!(heard(&low, &low).unwrap() > 0.99);
        let other = heard(&low, &high).unwrap();
        assert!(other < 0.6, "{other}");
    }
}
