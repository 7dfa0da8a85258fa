//! Voices that are made up: pulses of a throat, shaped by three resonances into vowels, in syllables with pauses. They
//! are no speech, but to a codec and a jitter buffer they are much like it.

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::{f32::consts::TAU, ops::RangeInclusive, path::Path};

const RATE_HZ: u32 = 48_000;
/// Length of what is said before it begins anew.
const SECONDS: u32 = 8;
/// Part of a syllable that is silent.
const PAUSE: f32 = 0.25;

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

    /// The share of steps in which it sounds.
    fn share(self, pitches: &[Option<f32>]) -> f32 {
        let own = |pitch: &f32| (self.pitch_hz * 0.8..self.pitch_hz * 1.2).contains(pitch);
        pitches.iter().flatten().filter(|pitch| own(pitch)).count() as f32 / pitches.len().max(1) as f32
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

/// How much of what was said was heard, from 0 to 1: the time in which the voice's own pitch sounds, of that in which it
/// should. A connection that stalls and catches up shifts what is heard, but changes no pitch.
pub(super) fn heard(voice: Voice, said: &Path, heard: &Path) -> Result<f32, hound::Error> {
    let (said, heard) = (pitches(&read(said)?), pitches(&read(heard)?));
    // What is said begins anew when it is over.
    let expected = heard.len() as f32 * voice.share(&said);
    Ok((voice.share(&heard) * heard.len() as f32 / expected.max(1.0)).min(1.0))
}

/// A file at the rate of [`pitches`].
fn read(path: &Path) -> Result<Vec<f32>, hound::Error> {
    let samples: Result<Vec<i16>, _> = WavReader::open(path)?.into_samples().collect();
    let mean = |group: &[i16]| group.iter().map(|sample| f32::from(*sample)).sum::<f32>() / group.len() as f32;
    Ok(samples?.chunks(RATE_HZ as usize / PITCH_RATE_HZ).map(mean).collect())
}

/// Rate at which pitch is looked for.
const PITCH_RATE_HZ: usize = 8_000;
/// Samples that are looked at together, and from one look to the next: 40 and 20 ms.
const LOOK: usize = PITCH_RATE_HZ / 25;
const STEP: usize = PITCH_RATE_HZ / 50;
/// Periods between 270 and 85 Hz.
const PERIODS: RangeInclusive<usize> = PITCH_RATE_HZ / 270..=PITCH_RATE_HZ / 85;

/// The pitch in hertz of each step, `None` where nobody speaks.
fn pitches(samples: &[f32]) -> Vec<Option<f32>> {
    let power = |look: &[f32]| look.iter().map(|sample| sample * sample).sum::<f32>();
    let looks = || samples.windows(LOOK + PERIODS.end()).step_by(STEP);
    let quiet = looks().map(power).fold(0.0, f32::max) / 100.0;
    looks().map(|look| if power(look) > quiet { pitch(look) } else { None }).collect()
}

/// The shortest period after which the sound is about as much like itself as it ever is.
fn pitch(look: &[f32]) -> Option<f32> {
    let likeness = |period: usize| {
        let (mut together, mut one, mut other) = (0.0, 0.0, 0.0);
        for (before, after) in look[..LOOK].iter().zip(&look[period..]) {
            together += before * after;
            one += before * before;
            other += after * after;
        }
        together / (one * other).sqrt().max(f32::MIN_POSITIVE)
    };
    let likenesses: Vec<f32> = PERIODS.map(likeness).collect();
    let most = likenesses.iter().copied().fold(0.0, f32::max);
    let found = likenesses.iter().position(|likeness| *likeness > 0.9 * most).filter(|_| most > 0.5)?;
    Some(PITCH_RATE_HZ as f32 / (PERIODS.start() + found) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_told_from_the_other_and_from_silence() {
        let folder = tempfile::tempdir().unwrap();
        let file = |voice: Voice| folder.path().join(voice.said());
        for voice in [Voice::LOW, Voice::HIGH] {
            voice.write(&file(voice)).unwrap();
        }
        for (voice, other) in [(Voice::LOW, Voice::HIGH), (Voice::HIGH, Voice::LOW)] {
            let (said, heard) =
                (heard(voice, &file(voice), &file(voice)).unwrap(), heard(voice, &file(voice), &file(other)).unwrap());
            assert!(said > 0.99 && heard < 0.2, "{} {said} {heard}", voice.name);
        }
        let silent = folder.path().join("silent.wav");
        let spec = WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };
        WavWriter::create(&silent, spec).unwrap().finalize().unwrap();
        assert_eq!(heard(Voice::LOW, &file(Voice::LOW), &silent).unwrap(), 0.0);
    }
}
