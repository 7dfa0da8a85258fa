//! What `mcall` or a telephone of the stand-in heard, as it was written down.

use crate::support::sound::{SILENCE_DBFS, level_dbfs};
use hound::WavReader;
use std::f64::consts::TAU;
use std::path::Path;

const RATE_HZ: usize = 48_000;
/// Loudness is looked at in steps of 20 ms, the length of a packet.
const STEP: usize = RATE_HZ / 50;
/// From here on a step is part of one of the browser's beeps, which come at -20 dBFS and more.
const BEEP_DBFS: f64 = -35.0;
/// The browser's microphone beeps twice a second; a browser that is kept from running misses one or two of them.
const LONGEST_GAP: f64 = 2.0;
/// A busy machine takes this long to connect; who is heard only later was not heard in the call.
const LATEST_FIRST: f64 = 5.0;
/// A beep lasts, and what is left of one that a pause cut short is softer than a beep: within half a second of either.
const BESIDE_BEEP: f64 = 0.6;

pub(crate) struct Recording {
    samples: Vec<f32>,
}

/// A stretch without a beep, in seconds from the beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pause {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Pause {
    pub(crate) fn length(self) -> f64 {
        self.to - self.from
    }
}

impl Recording {
    pub(crate) fn read(path: &Path) -> Self {
        let [recording] = Self::read_channels(path);
        recording
    }

    /// A file with so many channels.
    pub(crate) fn read_channels<const COUNT: usize>(path: &Path) -> [Self; COUNT] {
        let reader = WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!((reader.spec().sample_rate, usize::from(reader.spec().channels)), (RATE_HZ as u32, COUNT));
        let samples: Vec<f32> =
            reader.into_samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect();
        std::array::from_fn(|channel| Self::of(samples.iter().skip(channel).step_by(COUNT).copied()))
    }

    /// Samples at 48 kHz.
    pub(crate) fn of(samples: impl IntoIterator<Item = f32>) -> Self {
        Self { samples: samples.into_iter().collect() }
    }

    pub(crate) fn length(&self) -> f64 {
        self.samples.len() as f64 / RATE_HZ as f64
    }

    /// When the beeps begin, in seconds.
    pub(crate) fn beeps(&self) -> Vec<f64> {
        let loud: Vec<bool> = self.samples.chunks_exact(STEP).map(|step| level_dbfs(step) > BEEP_DBFS).collect();
        let begins = |index: &usize| loud[*index] && !loud[..*index].last().copied().unwrap_or(false);
        (0..loud.len()).filter(begins).map(|index| (index * STEP) as f64 / RATE_HZ as f64).collect()
    }

    /// The stretches in which beeps are missing, after the last one too. What is before the first one is how long it took to
    /// connect, within limits; without any, all of it is one.
    pub(crate) fn pauses(&self) -> Vec<Pause> {
        let beeps = self.beeps();
        let first = beeps.first().copied().filter(|first| *first <= LATEST_FIRST).unwrap_or(0.0);
        let edges: Vec<f64> = [first].into_iter().chain(beeps).chain([self.length()]).collect();
        let between = edges.windows(2).map(|pair| Pause { from: pair[0], to: pair[1] });
        between.filter(|pause| pause.length() > LONGEST_GAP).collect()
    }

    /// Whether nothing at all is heard in a pause, apart from the beeps around it.
    pub(crate) fn is_silent_in(&self, pause: Pause) -> bool {
        let at = |seconds: f64| (seconds * RATE_HZ as f64) as usize;
        let inside = &self.samples[at(pause.from + BESIDE_BEEP)..at(pause.to - BESIDE_BEEP)];
        inside.chunks_exact(STEP).all(|step| level_dbfs(step) < SILENCE_DBFS)
    }

    /// Seconds in which a tone is heard as clearly as nothing else.
    pub(crate) fn seconds_of(&self, hertz: f64) -> f64 {
        let steps = self.samples.chunks_exact(STEP);
        let clear = |step: &&[f32]| level_dbfs(step) > BEEP_DBFS && share(step, hertz) > 0.8;
        (steps.filter(clear).count() * STEP) as f64 / RATE_HZ as f64
    }
}

/// How much of the power is at one frequency, by Goertzel: 1 is a pure tone.
fn share(samples: &[f32], hertz: f64) -> f64 {
    let coefficient = 2.0 * (TAU * hertz / RATE_HZ as f64).cos();
    let (mut last, mut before, mut power) = (0.0, 0.0, 0.0);
    for sample in samples.iter().copied().map(f64::from) {
        (last, before) = (sample + coefficient * last - before, last);
        power += sample * sample;
    }
    let at_frequency = last * last + before * before - coefficient * last * before;
    2.0 * at_frequency / (samples.len() as f64 * power)
}

#[test]
fn beeps_and_what_is_between_them_are_told_apart() {
    let tone = |hertz: f64, seconds: f64| {
        let length = (seconds * RATE_HZ as f64) as usize;
        (0..length).map(move |index| (TAU * hertz * index as f64 / RATE_HZ as f64).sin() as f32 * 0.2)
    };
    let nothing = |seconds: f64| std::iter::repeat_n(0.0, (seconds * RATE_HZ as f64) as usize);
    let beep = || tone(400.0, 0.1).chain(nothing(0.9));
    let silence = Recording { samples: nothing(3.0).collect() };
    assert!(matches!(silence.pauses()[..], [Pause { from: 0.0, to: 3.0 }]));
    let late = Recording { samples: nothing(2.5).chain(beep()).chain(beep()).collect() };
    assert_eq!(late.pauses().len(), 0, "it was connected late, and then heard");
    let too_late = Recording { samples: nothing(6.0).chain(beep()).chain(beep()).collect() };
    assert!(matches!(too_late.pauses()[..], [Pause { from: 0.0, to: 6.0 }]), "it was heard in its last seconds only");
    let samples = beep().chain(beep()).chain(nothing(2.0)).chain(beep()).chain(tone(1_000.0, 0.5)).collect();
    let recording = Recording { samples };
    assert_eq!(recording.beeps(), [0.0, 1.0, 4.0, 5.0]);
    let pauses = recording.pauses();
    assert!(matches!(pauses[..], [Pause { from: 1.0, to: 4.0 }]), "{pauses:?}");
    assert!(recording.is_silent_in(pauses[0]));
    assert!(!recording.is_silent_in(Pause { from: 0.0, to: 2.0 }));
    assert_eq!(recording.seconds_of(1_000.0), 0.5);
    assert!((recording.seconds_of(400.0) - 0.3).abs() < 0.01);
}
