//! Between 48 kHz and the 8 kHz of G.711: a ratio of exactly six, so one linear-phase low-pass filter serves both ways.

use std::f32::consts::PI;

const RATIO: usize = 6;
/// Taps at 8 kHz; the filter is 1.5 ms long on each side.
const PHASE_TAPS: usize = 24;
const TAPS: usize = RATIO * PHASE_TAPS;
/// Pass band edge in hertz: telephone speech ends at 3.4 kHz, images begin at 4.6 kHz.
const CUTOFF_HZ: f32 = 3_700.0;

fn taps() -> [f32; TAPS] {
    let center = (TAPS - 1) as f32 / 2.0;
    let mut taps: [f32; TAPS] = std::array::from_fn(|i| {
        let x = i as f32 - center;
        let angle = 2.0 * PI * CUTOFF_HZ / 48_000.0 * x;
        let sinc = if x == 0.0 { 1.0 } else { angle.sin() / angle };
        // Blackman window: 74 dB of stop band.
        let w = 2.0 * PI * i as f32 / (TAPS - 1) as f32;
        sinc * (0.42 - 0.5 * w.cos() + 0.08 * (2.0 * w).cos())
    });
    let gain: f32 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= gain);
    taps
}

/// 48 kHz to 8 kHz.
pub(super) struct Decimator {
    taps: [f32; TAPS],
    history: [f32; TAPS],
}

impl Decimator {
    pub(super) fn new() -> Self {
        Self { taps: taps(), history: [0.0; TAPS] }
    }

    /// One sample at 8 kHz for six at 48 kHz.
    pub(super) fn push(&mut self, six: &[f32]) -> f32 {
        self.history.copy_within(RATIO.., 0);
        self.history[TAPS - RATIO..].copy_from_slice(six);
        self.history.iter().zip(self.taps.iter().rev()).map(|(sample, tap)| sample * tap).sum()
    }
}

/// 8 kHz to 48 kHz.
#[derive(Clone)]
pub(super) struct Interpolator {
    taps: [f32; TAPS],
    history: [f32; PHASE_TAPS],
}

impl Interpolator {
    pub(super) fn new() -> Self {
        Self { taps: taps(), history: [0.0; PHASE_TAPS] }
    }

    /// Six samples at 48 kHz for one at 8 kHz.
    pub(super) fn push(&mut self, sample: f32, six: &mut [f32]) {
        self.history.copy_within(1.., 0);
        self.history[PHASE_TAPS - 1] = sample;
        for (phase, out) in six.iter_mut().enumerate() {
            let sum: f32 =
                self.history.iter().rev().zip(self.taps[phase..].iter().step_by(RATIO)).map(|(s, t)| s * t).sum();
            *out = sum * RATIO as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gain in decibels of a tone through both filters.
    fn gain_db(hertz: f32) -> f32 {
        let (mut down, mut up) = (Decimator::new(), Interpolator::new());
        let (mut energy_in, mut energy_out) = (0.0, 0.0);
        for block in 0..4_000 {
            let six: [f32; 6] = std::array::from_fn(|i| (2.0 * PI * hertz * (block * 6 + i) as f32 / 48_000.0).sin());
            let mut out = [0.0; 6];
            up.push(down.push(&six), &mut out);
            if block > 100 {
                energy_in += six.iter().map(|s| s * s).sum::<f32>();
                energy_out += out.iter().map(|s| s * s).sum::<f32>();
            }
        }
        10.0 * (energy_out / energy_in).log10()
    }

    #[test]
    fn the_telephone_band_passes_and_the_rest_does_not() {
        for hertz in [300.0, 1_000.0, 2_500.0, 3_000.0] {
            assert!(gain_db(hertz).abs() < 1.0, "{hertz} Hz: {}", gain_db(hertz));
        }
        for hertz in [5_200.0, 7_000.0, 12_000.0] {
            assert!(gain_db(hertz) < -40.0, "{hertz} Hz: {}", gain_db(hertz));
        }
    }
}
