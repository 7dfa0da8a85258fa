//! Something like speech, from arithmetic: voiced syllables with moving pitch and formants, hisses, pauses.

use mobilecall_media::{FRAME_SAMPLES, Frame};
use std::f32::consts::TAU;

/// Generates the same samples for the same seed, endlessly.
pub(crate) struct Speech {
    random: Random,
    position: u64,
    phase: f32,
    syllable: Syllable,
    filters: [Resonator; 3],
}

#[derive(Clone, Copy)]
struct Syllable {
    start: u64,
    length: u64,
    pitch: f32,
    glide: f32,
    formants: [f32; 3],
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Voiced,
    Hiss,
    Pause,
}

/// A small generator of random numbers (xorshift), for tests that must be the same each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }
}

#[derive(Clone, Copy, Default)]
struct Resonator {
    y1: f32,
    y2: f32,
}

impl Resonator {
    fn pass(&mut self, x: f32, hertz: f32, width: f32) -> f32 {
        let r = (-std::f32::consts::PI * width / 48_000.0).exp();
        let y = x * (1.0 - r) + 2.0 * r * (TAU * hertz / 48_000.0).cos() * self.y1 - r * r * self.y2;
        self.y2 = self.y1;
        self.y1 = y;
        y
    }
}

impl Speech {
    pub(crate) fn new(seed: u64) -> Self {
        let pause = Syllable {
            start: 0,
            length: 0,
            pitch: 120.0,
            glide: 0.0,
            formants: [500.0, 1_500.0, 2_500.0],
            kind: Kind::Pause,
        };
        Self { random: Random(seed), position: 0, phase: 0.0, syllable: pause, filters: [Resonator::default(); 3] }
    }

    pub(crate) fn frame(&mut self) -> Frame {
        let mut frame = [0.0; FRAME_SAMPLES];
        frame.iter_mut().for_each(|sample| *sample = self.sample());
        frame
    }

    pub(crate) fn frames(seed: u64, count: usize) -> Vec<Frame> {
        let mut speech = Self::new(seed);
        (0..count).map(|_| speech.frame()).collect()
    }

    fn sample(&mut self) -> f32 {
        if self.position >= self.syllable.start + self.syllable.length {
            self.syllable = self.next_syllable();
        }
        let syllable = self.syllable;
        let along = (self.position - syllable.start) as f32 / syllable.length as f32;
        self.position += 1;
        let envelope = (along * std::f32::consts::PI).sin().powf(0.7);
        let noise = self.random.next() * 2.0 - 1.0;
        let source = match syllable.kind {
            Kind::Pause => return noise * 0.000_3,
            Kind::Hiss => return noise * envelope * 0.04,
            Kind::Voiced => {
                self.phase += (syllable.pitch + syllable.glide * along) / 48_000.0;
                if self.phase >= 1.0 {
                    self.phase -= 1.0;
                }
                // A rounded saw, rich in harmonics like the glottis.
                (1.0 - self.phase) * (1.0 - (-self.phase * 20.0).exp()) - 0.5 + noise * 0.02
            }
        };
        let [a, b, c] = syllable.formants;
        let sum = self.filters[0].pass(source, a, 90.0) * 8.0
            + self.filters[1].pass(source, b, 120.0) * 5.0
            + self.filters[2].pass(source, c, 160.0) * 3.0;
        (sum * envelope * 0.5).clamp(-0.9, 0.9)
    }

    fn next_syllable(&mut self) -> Syllable {
        let choice = self.random.next();
        let (kind, low, high) = match choice {
            c if c < 0.7 => (Kind::Voiced, 0.12, 0.3),
            c if c < 0.82 => (Kind::Hiss, 0.06, 0.12),
            _ => (Kind::Pause, 0.1, 0.4),
        };
        let r = &mut self.random;
        Syllable {
            start: self.position,
            length: (r.between(low, high) * 48_000.0) as u64,
            pitch: r.between(95.0, 190.0),
            glide: r.between(-30.0, 30.0),
            formants: [r.between(280.0, 800.0), r.between(900.0, 2_200.0), r.between(2_300.0, 3_200.0)],
            kind,
        }
    }
}
