//! Call progress tones and the ringtone, generated.
//!
//! Progress tones are 425 Hz in the cadences of ITU-T E.180 that most of the world knows (one second of ringback in
//! five, half-second busy), at a level below speech.

use crate::SAMPLE_RATE_HZ;
use mobilecall_domain::DtmfDigit;
use std::{f32::consts::TAU, time::Duration};

/// A sound that the phone makes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The far end rings.
    Ringback,
    /// The far end is busy.
    Busy,
    /// Another call waits; sounds quietly in the call.
    CallWaiting,
    /// One second for trying out the speaker.
    Test,
    /// What a key sounds like, for as long as a digit is sent.
    Digit(DtmfDigit),
    /// An incoming call.
    Ringtone,
}

/// One sound within a tone.
struct Note {
    /// When it begins and how long it lasts.
    at_ms: u32,
    length_ms: u32,
    /// Frequencies that sound together; 0 is none.
    hertz: [f32; 2],
    amplitude: f32,
    shape: Shape,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// Even, with soft edges.
    Even,
    /// Struck and fading, with overtones like a marimba's.
    Struck,
}

struct Score {
    notes: &'static [Note],
    /// `None` plays once.
    repeat_ms: Option<u32>,
}

const fn even(at_ms: u32, length_ms: u32, hertz: f32, amplitude: f32) -> Note {
    Note { at_ms, length_ms, hertz: [hertz, 0.0], amplitude, shape: Shape::Even }
}

const fn struck(at_ms: u32, hertz: f32) -> Note {
    Note { at_ms, length_ms: 900, hertz: [hertz, 0.0], amplitude: 0.28, shape: Shape::Struck }
}

static RINGBACK: [Note; 1] = [even(0, 1_000, 425.0, 0.12)];
static BUSY: [Note; 1] = [even(0, 500, 425.0, 0.12)];
static CALL_WAITING: [Note; 2] = [even(0, 200, 425.0, 0.06), even(400, 200, 425.0, 0.06)];
static TEST: [Note; 3] = [even(0, 330, 523.25, 0.2), even(333, 330, 659.25, 0.2), even(666, 330, 783.99, 0.2)];
/// A rising and falling figure on C major with the sixth, twice, then a rest.
static RINGTONE: [Note; 10] = [
    struck(0, 523.25),
    struck(150, 659.25),
    struck(300, 783.99),
    struck(450, 1_046.5),
    struck(750, 880.0),
    struck(1_200, 523.25),
    struck(1_350, 659.25),
    struck(1_500, 783.99),
    struck(1_650, 1_046.5),
    struck(1_950, 783.99),
];

/// Length of a key's sound, that of a digit in RTP.
const DIGIT_MS: u32 = 160;
const DIGIT_AMPLITUDE: f32 = 0.08;

impl Tone {
    /// After what time it begins anew; `None` for a tone that ends by itself.
    pub fn period(self) -> Option<Duration> {
        self.score().repeat_ms.map(|millis| Duration::from_millis(millis.into()))
    }

    fn score(self) -> Score {
        let (notes, repeat_ms): (&'static [Note], _) = match self {
            Self::Ringback => (&RINGBACK, Some(5_000)),
            Self::Busy => (&BUSY, Some(1_000)),
            Self::CallWaiting => (&CALL_WAITING, Some(8_000)),
            Self::Test => (&TEST, None),
            Self::Digit(_) => (&[], None),
            Self::Ringtone => (&RINGTONE, Some(4_500)),
        };
        Score { notes, repeat_ms }
    }
}

/// The two frequencies of a key (ITU-T Q.23).
fn key_hertz(digit: DtmfDigit) -> [f32; 2] {
    const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
    let (row, column) = match digit.as_char() {
        '1' => (0, 0),
        '2' => (0, 1),
        '3' => (0, 2),
        'A' => (0, 3),
        '4' => (1, 0),
        '5' => (1, 1),
        '6' => (1, 2),
        'B' => (1, 3),
        '7' => (2, 0),
        '8' => (2, 1),
        '9' => (2, 2),
        'C' => (2, 3),
        '*' => (3, 0),
        '0' => (3, 1),
        '#' => (3, 2),
        _ => (3, 3),
    };
    [ROWS[row], COLUMNS[column]]
}

/// Plays one tone, frame by frame.
#[derive(Clone, Copy, Debug)]
pub struct ToneGenerator {
    tone: Tone,
    /// Samples since the tone began.
    position: u64,
}

impl ToneGenerator {
    /// From the beginning of a tone.
    pub fn new(tone: Tone) -> Self {
        Self { tone, position: 0 }
    }

    /// Adds the tone to 48 kHz samples of any number; false once it is over.
    pub fn mix(&mut self, samples: &mut [f32]) -> bool {
        if self.is_over() {
            return false;
        }
        for sample in samples {
            *sample += self.sample();
            self.position += 1;
        }
        true
    }

    fn is_over(&self) -> bool {
        let score = self.tone.score();
        let end_ms = match (self.tone, score.repeat_ms) {
            (_, Some(_)) => return false,
            (Tone::Digit(_), None) => DIGIT_MS,
            (_, None) => score.notes.iter().map(|note| note.at_ms + note.length_ms).max().unwrap_or(0),
        };
        self.position >= in_samples(end_ms)
    }

    fn sample(&self) -> f32 {
        if let Tone::Digit(digit) = self.tone {
            let key = Note {
                at_ms: 0,
                length_ms: DIGIT_MS,
                hertz: key_hertz(digit),
                amplitude: DIGIT_AMPLITUDE,
                shape: Shape::Even,
            };
            return key.sample(self.position);
        }
        let score = self.tone.score();
        let position = score.repeat_ms.map_or(self.position, |repeat| self.position % in_samples(repeat));
        score.notes.iter().map(|note| note.sample(position)).sum()
    }
}

impl Note {
    fn sample(&self, position: u64) -> f32 {
        let start = in_samples(self.at_ms);
        let length = in_samples(self.length_ms);
        let Some(offset) = position.checked_sub(start).filter(|offset| *offset < length) else { return 0.0 };
        let seconds = offset as f32 / SAMPLE_RATE_HZ as f32;
        let edge = in_samples(5) as f32;
        let soft = (offset as f32 / edge).min((length - offset) as f32 / edge).min(1.0);
        let wave = |hertz: f32| (TAU * hertz * seconds).sin();
        let shaped = match self.shape {
            Shape::Even => self.hertz.iter().filter(|hertz| **hertz > 0.0).map(|hertz| wave(*hertz)).sum::<f32>(),
            Shape::Struck => {
                let base = self.hertz[0];
                (-5.0 * seconds).exp() * wave(base)
                    + 0.25 * (-12.0 * seconds).exp() * wave(4.0 * base)
                    + 0.1 * (-25.0 * seconds).exp() * wave(10.0 * base)
            }
        };
        self.amplitude * soft * shaped
    }
}

fn in_samples(ms: u32) -> u64 {
    u64::from(ms) * u64::from(SAMPLE_RATE_HZ / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first samples of a tone, and how many were played.
    fn played(tone: Tone, ms: usize) -> Vec<f32> {
        let mut generator = ToneGenerator::new(tone);
        let mut samples = Vec::new();
        for _ in 0..ms / 10 {
            let mut frame = [0.0; 480];
            if !generator.mix(&mut frame) {
                break;
            }
            samples.extend(frame);
        }
        samples
    }

    fn power(samples: &[f32]) -> f32 {
        samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32
    }

    /// Power at one frequency, by Goertzel.
    fn at(samples: &[f32], hertz: f32) -> f32 {
        let (mut re, mut im) = (0.0, 0.0);
        for (i, sample) in samples.iter().enumerate() {
            let angle = TAU * hertz * i as f32 / 48_000.0;
            re += sample * angle.cos();
            im += sample * angle.sin();
        }
        2.0 * (re * re + im * im) / (samples.len() as f32).powi(2)
    }

    #[test]
    fn ringback_sounds_one_second_in_five() {
        let samples = played(Tone::Ringback, 10_000);
        let second = |n: usize| power(&samples[n * 48_000..(n + 1) * 48_000]);
        assert!(second(0) > 0.005 && second(5) > 0.005);
        assert!([1, 2, 3, 4, 6, 7, 8, 9].iter().all(|n| second(*n) == 0.0));
        assert!(at(&samples[..48_000], 425.0) > 0.9 * second(0));
    }

    #[test]
    fn keys_have_their_two_frequencies_and_end_with_the_digit() {
        let samples = played(Tone::Digit(DtmfDigit::from_char('8').unwrap()), 1_000);
        assert_eq!(samples.len(), 160 * 48);
        let total = power(&samples);
        assert!(at(&samples, 852.0) > 0.4 * total && at(&samples, 1_336.0) > 0.4 * total);
    }

    #[test]
    fn no_tone_clips_or_clicks() {
        for tone in [Tone::Ringback, Tone::Busy, Tone::CallWaiting, Tone::Test, Tone::Ringtone] {
            let samples = played(tone, 10_000);
            let peak = samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
            assert!((0.04..0.9).contains(&peak), "{tone:?}: {peak}");
            let step = samples.windows(2).map(|w| (w[0] - w[1]).abs()).fold(0.0, f32::max);
            assert!(step < 0.3, "{tone:?}: {step}");
        }
        assert!((990..=1_000).contains(&(played(Tone::Test, 5_000).len() / 48)), "the test tone ends after a second");
    }
}
