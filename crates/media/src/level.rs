//! Sound level as people perceive it.

use crate::Frame;

/// The level that shows as 0; rooms are quieter than that between words.
const FLOOR_DBFS: f32 = -60.0;
/// No microphone that is on is quieter than that.
const NOISE_FLOOR_DBFS: f32 = -100.0;
/// The meter falls from 1 to 0 in 400 ms, so that the eye can follow.
const FALL_PER_FRAME: f32 = 0.025;

/// Follows the level of 10 ms frames: rises at once, falls slowly.
#[derive(Clone, Copy, Debug, Default)]
pub struct LevelMeter {
    level: f32,
}

impl LevelMeter {
    /// Takes a frame and returns the level, 0 (below -60 dBFS) to 1 (full scale).
    pub fn update(&mut self, frame: &Frame) -> f32 {
        self.level = perceived(frame).max(self.level - FALL_PER_FRAME).max(0.0);
        self.level
    }

    /// The level after the last frame.
    pub fn level(&self) -> f32 {
        self.level
    }
}

/// The level of some samples alone, 0 (below -60 dBFS) to 1 (a sine at full scale).
pub fn perceived(samples: &[f32]) -> f32 {
    above(FLOOR_DBFS, samples)
}

/// The same down to -100 dBFS, where the noise of a microphone that is on still moves.
pub fn sensed(samples: &[f32]) -> f32 {
    above(NOISE_FLOOR_DBFS, samples)
}

fn above(floor_dbfs: f32, samples: &[f32]) -> f32 {
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32;
    // A sine at full scale has half the power of a constant, and counts as 0 dBFS.
    let dbfs = 10.0 * (2.0 * power + 1e-12).log10();
    ((dbfs - floor_dbfs) / -floor_dbfs).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(amplitude: f32) -> Frame {
        std::array::from_fn(|i| amplitude * (i as f32 / 48.0 * std::f32::consts::TAU).sin())
    }

    #[test]
    fn levels_are_even_steps_of_decibels() {
        for (amplitude, expected) in [(0.0, 0.0), (0.000_5, 0.0), (0.01, 1.0 / 3.0), (0.1, 2.0 / 3.0), (1.0, 1.0)] {
            assert!(
                (perceived(&sine(amplitude)) - expected).abs() < 0.01,
                "{amplitude}: {}",
                perceived(&sine(amplitude))
            );
        }
    }

    #[test]
    fn noise_that_nobody_hears_is_sensed() {
        for (amplitude, expected) in [(0.0, 0.0), (0.000_1, 0.2), (0.001, 0.4), (0.1, 0.8), (1.0, 1.0)] {
            assert!((sensed(&sine(amplitude)) - expected).abs() < 0.01, "{amplitude}: {}", sensed(&sine(amplitude)));
        }
    }

    #[test]
    fn the_meter_rises_at_once_and_falls_slowly() {
        let mut meter = LevelMeter::default();
        assert!(meter.update(&sine(1.0)) > 0.99);
        assert!((0.95..0.99).contains(&meter.update(&sine(0.0))));
        for _ in 0..40 {
            meter.update(&sine(0.0));
        }
        assert_eq!(meter.level(), 0.0);
    }
}
