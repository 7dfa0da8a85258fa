//! Shortens or lengthens speech by whole pitch periods, inaudibly, by overlap-add (as WSOLA does).

use crate::SAMPLES_PER_MS;

/// Shortest and longest piece that is taken out or put in.
const MIN_LAG: usize = 5 * SAMPLES_PER_MS / 2;
const MAX_LAG: usize = 10 * SAMPLES_PER_MS;
/// Samples that must be there to work on.
pub(super) const NEEDED: usize = 2 * MAX_LAG;
/// Below this mean square the signal is a pause and any cut will do: -50 dBFS.
const PAUSE: f32 = 1e-5;
/// The search runs on every fourth sample.
const COARSE: usize = 4;

/// How alike two pieces must be to be merged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Care {
    /// Only where it cannot be heard.
    Inaudible,
    /// Also where it might be heard: the delay is far off.
    Hurried,
}

impl Care {
    fn threshold(self) -> f32 {
        match self {
            Self::Inaudible => 0.85,
            Self::Hurried => 0.5,
        }
    }
}

/// Takes one period out of the front of `samples[..length]` and returns the new length, or `None` when no period
/// is alike enough to the next.
pub(super) fn shorten(samples: &mut [f32], length: usize, care: Care) -> Option<usize> {
    let lag = period(samples.get(..length)?, care)?;
    for i in 0..lag {
        let weight = i as f32 / lag as f32;
        samples[i] = samples[i] * (1.0 - weight) + samples[i + lag] * weight;
    }
    samples.copy_within(2 * lag..length, lag);
    Some(length - lag)
}

/// Repeats one period at the front of `samples[..length]` and returns the new length, or `None` when it cannot.
pub(super) fn lengthen(samples: &mut [f32], length: usize, care: Care) -> Option<usize> {
    let lag = period(samples.get(..length)?, care)?;
    if length + lag > samples.len() {
        return None;
    }
    // first, then a blend from second to first, then second: [a b] becomes [a (b→a) b].
    samples.copy_within(lag..length, 2 * lag);
    for i in 0..lag {
        let weight = i as f32 / lag as f32;
        samples[lag + i] = samples[2 * lag + i] * (1.0 - weight) + samples[i] * weight;
    }
    Some(length + lag)
}

/// The length at which the front of `samples` repeats itself best.
fn period(samples: &[f32], care: Care) -> Option<usize> {
    if samples.len() < NEEDED {
        return None;
    }
    let front = &samples[..NEEDED];
    if front.iter().map(|s| s * s).sum::<f32>() / (NEEDED as f32) < PAUSE {
        return Some(MAX_LAG);
    }
    let coarse = (MIN_LAG..=MAX_LAG)
        .step_by(COARSE)
        .max_by(|a, b| likeness(samples, *a, COARSE).total_cmp(&likeness(samples, *b, COARSE)))?;
    let fine = (coarse.saturating_sub(COARSE - 1).max(MIN_LAG)..=(coarse + COARSE - 1).min(MAX_LAG))
        .max_by(|a, b| likeness(samples, *a, 1).total_cmp(&likeness(samples, *b, 1)))?;
    (likeness(samples, fine, 1) > care.threshold()).then_some(fine)
}

/// Normalized correlation of `samples[..lag]` with `samples[lag..2 * lag]`, -1 to 1.
fn likeness(samples: &[f32], lag: usize, step: usize) -> f32 {
    let (mut product, mut first, mut second) = (0.0, 1e-9, 1e-9);
    for i in (0..lag).step_by(step) {
        let (a, b) = (samples[i], samples[i + lag]);
        product += a * b;
        first += a * a;
        second += b * b;
    }
    product / f32::sqrt(first * second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    fn voice(hertz: f32) -> Vec<f32> {
        (0..3_000)
            .map(|i| {
                let t = i as f32 / 48_000.0;
                (1..8).map(|h| (TAU * hertz * h as f32 * t).sin() / h as f32).sum::<f32>() * 0.2
            })
            .collect()
    }

    fn largest_step(samples: &[f32]) -> f32 {
        samples.windows(2).map(|w| (w[0] - w[1]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn whole_periods_are_taken_out_and_put_in_without_a_click() {
        for hertz in [110.0, 150.0, 220.0, 390.0] {
            let original = voice(hertz);
            let period = 48_000.0 / hertz;
            let mut short = original.clone();
            let length = shorten(&mut short, 1_440, Care::Inaudible).unwrap();
            let removed = (1_440 - length) as f32;
            assert!((removed / period - (removed / period).round()).abs() < 0.02, "{hertz} Hz: {removed}");
            assert!(largest_step(&short[..length]) < 1.2 * largest_step(&original));
            let mut long = original.clone();
            let length = lengthen(&mut long, 1_440, Care::Inaudible).unwrap();
            let added = (length - 1_440) as f32;
            assert!((added / period - (added / period).round()).abs() < 0.02, "{hertz} Hz: {added}");
            assert!(largest_step(&long[..length]) < 1.2 * largest_step(&original));
        }
    }

    #[test]
    fn a_pause_gives_way_and_noise_does_not() {
        let mut pause = vec![0.000_1; 2_000];
        assert_eq!(shorten(&mut pause, 1_440, Care::Inaudible), Some(1_440 - MAX_LAG));
        let mut state = 1u32;
        let mut noise: Vec<f32> = (0..2_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect();
        assert_eq!(shorten(&mut noise, 1_440, Care::Hurried), None);
        assert_eq!(lengthen(&mut noise, 1_440, Care::Inaudible), None);
        assert_eq!(shorten(&mut noise, 900, Care::Hurried), None, "too little to work on");
    }
}
