//! Long gaps fade from concealment to comfort noise at the level of the background.

use crate::{Frame, SAMPLES_PER_MS};

/// Concealment sounds natural for this long…
const HOLD: usize = 60 * SAMPLES_PER_MS;
/// …and is gone after this long.
const END: usize = 100 * SAMPLES_PER_MS;
/// Samples over which real audio comes back.
const RETURN: usize = 5 * SAMPLES_PER_MS;
/// Comfort noise is never louder than -45 dBFS.
const LOUDEST: f32 = 0.005_6;
/// Nor is it quieter than -80 dBFS, where it begins.
const QUIETEST: f32 = 1e-4;
/// The floor rises by 6 dB in a second without quieter frames.
const RISE_PER_FRAME: f32 = 1.007;

pub(super) struct ComfortNoise {
    floor: f32,
    state: u32,
    last: f32,
    /// Samples since the gap began.
    gap: usize,
    /// Samples until real audio is back at full strength.
    returning: usize,
}

impl ComfortNoise {
    pub(super) fn new() -> Self {
        Self { floor: QUIETEST, state: 0x2545_f491, last: 0.0, gap: 0, returning: 0 }
    }

    /// Hears a frame of real audio: learns the background, and fades in after a gap.
    pub(super) fn real(&mut self, frame: &mut [f32]) {
        let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
        self.floor = (self.floor * RISE_PER_FRAME).min(power.sqrt()).clamp(QUIETEST, LOUDEST);
        if self.gap > HOLD {
            self.returning = RETURN;
        }
        self.gap = 0;
        for sample in frame {
            if self.returning == 0 {
                break;
            }
            let weight = self.returning as f32 / RETURN as f32;
            *sample = *sample * (1.0 - weight) + self.noise() * weight;
            self.returning -= 1;
        }
    }

    /// Blends a concealed frame into noise as the gap goes on.
    pub(super) fn concealed(&mut self, frame: &mut Frame) {
        for sample in frame {
            if self.gap >= HOLD {
                let weight = ((self.gap - HOLD) as f32 / (END - HOLD) as f32).min(1.0);
                *sample = *sample * (1.0 - weight) + self.noise() * weight;
            }
            self.gap = self.gap.saturating_add(1);
        }
    }

    /// Whether nothing is left of the concealed sound, so that it need not be made.
    pub(super) fn is_only_noise(&self) -> bool {
        self.gap >= END
    }

    pub(super) fn reset(&mut self) {
        self.gap = 0;
        self.returning = 0;
    }

    /// Noise with the fall towards high frequencies that rooms have.
    fn noise(&mut self) -> f32 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        let white = self.state as f32 / u32::MAX as f32 * 2.0 - 1.0;
        self.last = 0.7 * self.last + 0.3 * white;
        // The filter leaves 0.24 of the white noise's effective value.
        self.last * self.floor / 0.24
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effective(frame: &[f32]) -> f32 {
        (frame.iter().map(|s| s * s).sum::<f32>() / frame.len() as f32).sqrt()
    }

    #[test]
    fn a_gap_fades_into_noise_at_the_level_of_the_background() {
        let mut noise = ComfortNoise::new();
        for _ in 0..500 {
            noise.real(&mut [0.001; 480]);
        }
        let levels: Vec<f32> = (0..20)
            .map(|_| {
                let mut frame = [0.3; 480];
                noise.concealed(&mut frame);
                effective(&frame)
            })
            .collect();
        assert!(levels[..6].iter().all(|level| (level - 0.3).abs() < 1e-6));
        assert!(levels[7] < 0.3 && levels[8] < levels[7]);
        assert!(levels[10..].iter().all(|level| (0.000_5..0.002).contains(level)), "{levels:?}");
        assert!(noise.is_only_noise());
        let mut back = [0.3; 480];
        noise.real(&mut back);
        assert!(back[0] < 0.1 && back[479] == 0.3);
    }
}
