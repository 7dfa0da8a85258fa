//! What is played to legs, made as it is needed.

use crate::core::{PlayKey, Sound};
use crate::phones::Voice;
use mobilecall_media::tones::{Tone, ToneGenerator};
use mobilecall_media::{Frame, SAMPLE_RATE_HZ};
use std::f32::consts::TAU;
use std::time::Duration;

/// Length of the signal before a recording.
const BEEP: Duration = Duration::from_millis(400);
/// How fast the placeholder of a voice speaks: syllables a second.
const SYLLABLES: f32 = 4.0;

/// A sound and how far it was played.
pub(super) struct Playing {
    pub(super) key: PlayKey,
    source: Source,
    position: usize,
}

enum Source {
    Ringback(ToneGenerator),
    /// Chords that change each second.
    Music,
    Beep,
    /// A buzz in syllables as long as the text takes.
    Speech(usize),
    Voice(Voice),
}

impl Playing {
    /// A sound that is made here; `None` for a file, which must be fetched.
    pub(super) fn new(key: PlayKey, sound: &Sound) -> Option<Self> {
        let source = match sound {
            Sound::Ringback => Source::Ringback(ToneGenerator::new(Tone::Ringback)),
            Sound::Music => Source::Music,
            Sound::Beep => Source::Beep,
            Sound::Speech(length) => Source::Speech(samples(*length)),
            Sound::File(_) => return None,
        };
        Some(Self { key, source, position: 0 })
    }

    pub(super) fn of_voice(key: PlayKey, voice: Voice) -> Self {
        Self { key, source: Source::Voice(voice), position: 0 }
    }

    /// Adds the next 10 ms; false once it is over.
    pub(super) fn mix(&mut self, out: &mut Frame) -> bool {
        if let Source::Ringback(tone) = &mut self.source {
            return tone.mix(out);
        }
        let start = self.position;
        self.position += out.len();
        if self.length().is_some_and(|length| start >= length) {
            return false;
        }
        for (offset, sample) in out.iter_mut().enumerate() {
            *sample += self.sample(start + offset);
        }
        true
    }

    fn length(&self) -> Option<usize> {
        match &self.source {
            Source::Ringback(_) | Source::Music => None,
            Source::Beep => Some(samples(BEEP)),
            Source::Speech(length) => Some(*length),
            Source::Voice(voice) => Some(voice.samples().len()),
        }
    }

    fn sample(&self, position: usize) -> f32 {
        let seconds = position as f32 / SAMPLE_RATE_HZ as f32;
        match &self.source {
            Source::Ringback(_) => 0.0,
            Source::Music => chord(seconds),
            Source::Beep => 0.2 * (TAU * 1_000.0 * seconds).sin(),
            Source::Speech(length) if position < *length => murmur(seconds),
            Source::Speech(_) => 0.0,
            Source::Voice(voice) => voice.samples().get(position).copied().unwrap_or(0.0),
        }
    }
}

impl Voice {
    /// Syllables without words, which is also what `<Say>` sounds like here.
    pub fn murmur(length: Duration) -> Self {
        let sample = |position: usize| murmur(position as f32 / SAMPLE_RATE_HZ as f32);
        Self::new((0..samples(length)).map(sample).collect::<Vec<_>>())
    }
}

fn murmur(seconds: f32) -> f32 {
    let syllable = (TAU / 2.0 * SYLLABLES * seconds).sin().abs();
    0.2 * syllable * ((TAU * 180.0 * seconds).sin() + 0.5 * (TAU * 720.0 * seconds).sin())
}

fn chord(seconds: f32) -> f32 {
    const ROOTS: [f32; 4] = [261.63, 220.0, 174.61, 196.0];
    let root = ROOTS[seconds as usize % ROOTS.len()];
    let fade = (TAU / 2.0 * seconds.fract()).sin();
    [1.0, 1.25, 1.5].iter().map(|ratio| 0.05 * fade * (TAU * root * ratio * seconds).sin()).sum()
}

fn samples(length: Duration) -> usize {
    usize::try_from(length.as_millis()).unwrap_or(usize::MAX / 48) * 48
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_media::SILENCE;

    fn played(sound: &Sound, frames: usize) -> (usize, f32) {
        let mut playing = Playing::new(PlayKey(1), sound).expect("made here");
        let (mut count, mut energy) = (0, 0.0);
        for _ in 0..frames {
            let mut frame = SILENCE;
            if !playing.mix(&mut frame) {
                break;
            }
            count += 1;
            energy += frame.iter().map(|sample| sample * sample).sum::<f32>();
            assert!(frame.iter().all(|sample| sample.abs() < 0.9));
        }
        (count, energy)
    }

    #[test]
    fn sounds_are_as_long_as_they_should_be_and_can_be_heard() {
        let speech = Sound::Speech(Duration::from_millis(1_230));
        for (sound, frames) in [(speech, 123), (Sound::Beep, 40), (Sound::Music, 1_000), (Sound::Ringback, 1_000)] {
            let (count, energy) = played(&sound, 1_000);
            assert_eq!(count, frames, "{sound:?}");
            assert!(energy > 1.0, "{sound:?}: {energy}");
        }
    }
}
