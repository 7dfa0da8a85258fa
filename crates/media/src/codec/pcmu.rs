//! G.711 µ-law (ITU-T G.711), 8 kHz, with resampling and concealment by waveform repetition.

use super::six::{Decimator, Interpolator};

const BIAS: i32 = 0x84;
const CLIP: i32 = 32_635;

fn compress(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(CLIP) + BIAS;
    let exponent = (magnitude >> 7).ilog2();
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent as u8) << 4 | mantissa as u8)
}

const fn expand(code: u8) -> i16 {
    let code = !code;
    let exponent = (code >> 4) & 7;
    let magnitude = ((((code & 0x0f) as i32) << 3) + BIAS) << exponent;
    let value = (magnitude - BIAS) as i16;
    if code & 0x80 == 0 { value } else { -value }
}

static EXPANDED: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = expand(code as u8);
        code += 1;
    }
    table
};

pub(super) struct PcmuEncoder {
    decimator: Decimator,
}

impl PcmuEncoder {
    pub(super) fn new() -> Self {
        Self { decimator: Decimator::new() }
    }

    /// Writes one byte for each six samples.
    pub(super) fn encode(&mut self, pcm: &[f32], out: &mut [u8]) -> usize {
        let mut length = 0;
        for (six, code) in pcm.chunks_exact(6).zip(out) {
            let sample = (self.decimator.push(six) * 32_768.0).clamp(-32_768.0, 32_767.0);
            *code = compress(sample as i16);
            length += 1;
        }
        length
    }
}

/// Shortest and longest period of a voice in samples at 8 kHz: 400 Hz to 62.5 Hz.
const MIN_PERIOD: usize = 20;
const MAX_PERIOD: usize = 128;
const HISTORY: usize = 3 * MAX_PERIOD;
/// Samples over which a repeated and a received waveform are blended: 5 ms.
const BLEND: usize = 40;
/// Samples after which repetition has faded out: 80 ms.
const FADE: usize = 640;

pub(super) struct PcmuDecoder {
    interpolator: Interpolator,
    history: [f32; HISTORY],
    /// The period that is repeated and how far the repetition is, while a gap lasts.
    gap: Option<Gap>,
}

#[derive(Clone, Copy)]
struct Gap {
    period: usize,
    position: usize,
}

impl PcmuDecoder {
    pub(super) fn new() -> Self {
        Self { interpolator: Interpolator::new(), history: [0.0; HISTORY], gap: None }
    }

    pub(super) fn decode(&mut self, payload: &[u8], out: &mut [f32]) -> usize {
        let mut gap = self.gap.take();
        let mut length = 0;
        for (index, (code, six)) in payload.iter().zip(out.chunks_exact_mut(6)).enumerate() {
            let received = f32::from(EXPANDED[usize::from(*code)]) / 32_768.0;
            let sample = match &mut gap {
                Some(gap) if index < BLEND => {
                    let weight = index as f32 / BLEND as f32;
                    received * weight + self.repeat(gap) * (1.0 - weight)
                }
                _ => received,
            };
            self.push(sample, six);
            length += 6;
        }
        length
    }

    pub(super) fn conceal(&mut self, out: &mut [f32]) {
        let mut gap = self.gap.unwrap_or_else(|| Gap { period: self.period(), position: 0 });
        for six in out.chunks_exact_mut(6) {
            let sample = self.repeat(&mut gap);
            self.push(sample, six);
        }
        self.gap = Some(gap);
    }

    /// The next sample of the repetition: what sounded a period ago, fading out.
    fn repeat(&self, gap: &mut Gap) -> f32 {
        let gain = |position: usize| 1.0 - position as f32 / FADE as f32;
        let now = gain(gap.position.min(FADE));
        let one_period_ago = gain(gap.position.saturating_sub(gap.period).min(FADE));
        gap.position += 1;
        if one_period_ago <= 0.0 {
            return 0.0;
        }
        // The history already holds faded samples; only the further decay since then is applied.
        self.history[HISTORY - gap.period] * now / one_period_ago
    }

    fn push(&mut self, sample: f32, six: &mut [f32]) {
        self.history.copy_within(1.., 0);
        self.history[HISTORY - 1] = sample;
        self.interpolator.push(sample, six);
    }

    /// The period at which the recent past resembles itself most.
    fn period(&self) -> usize {
        let recent = &self.history[HISTORY - MAX_PERIOD..];
        let mut best = (f32::MIN, MAX_PERIOD);
        for period in MIN_PERIOD..=MAX_PERIOD {
            let past = &self.history[HISTORY - MAX_PERIOD - period..HISTORY - period];
            let product: f32 = recent.iter().zip(past).map(|(a, b)| a * b).sum();
            let energy: f32 = past.iter().map(|b| b * b).sum();
            let score = product / (energy + 1e-6).sqrt();
            if score > best.0 {
                best = (score, period);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn codes_are_those_of_g711() {
        // ITU-T G.711 table 2a and its mirror.
        for (sample, code) in
            [(0, 0xff), (32_124, 0x80), (-32_124, 0x00), (8, 0xfe), (-8, 0x7e), (1_000, 0xce), (-32_768, 0x00)]
        {
            assert_eq!(compress(sample), code, "{sample}");
        }
        for code in 0..=255u8 {
            // 0x7f is minus zero.
            let expected = if code == 0x7f { 0xff } else { code };
            assert_eq!(compress(expand(code)), expected, "{code:x}");
        }
    }

    fn tone(samples: usize) -> Vec<f32> {
        (0..samples).map(|i| 0.4 * (TAU * 200.0 * i as f32 / 48_000.0).sin()).collect()
    }

    fn power(samples: &[f32]) -> f32 {
        samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32
    }

    #[test]
    fn a_tone_survives() {
        let (mut encoder, mut decoder) = (PcmuEncoder::new(), PcmuDecoder::new());
        let mut bytes = [0; 1_000];
        let length = encoder.encode(&tone(4_800), &mut bytes);
        assert_eq!(length, 800);
        let mut out = vec![0.0; 4_800];
        assert_eq!(decoder.decode(&bytes[..length], &mut out), 4_800);
        assert!((power(&out[480..]) / 0.08 - 1.0).abs() < 0.05, "{}", power(&out[480..]));
    }

    #[test]
    fn a_gap_continues_the_wave_then_fades() {
        let (mut encoder, mut decoder) = (PcmuEncoder::new(), PcmuDecoder::new());
        let mut bytes = [0; 800];
        encoder.encode(&tone(4_800), &mut bytes);
        let mut out = vec![0.0; 4_800];
        decoder.decode(&bytes, &mut out);
        let mut gap = vec![0.0; 4_800];
        for ten_ms in gap.chunks_exact_mut(480) {
            decoder.conceal(ten_ms);
        }
        assert!(power(&gap[..480]) > 0.06, "the wave goes on: {}", power(&gap[..480]));
        assert!(power(&gap[1_920..2_400]) < 0.04);
        assert!(power(&gap[4_320..]) < 1e-4, "faded: {}", power(&gap[4_320..]));
        let click = out
            .iter()
            .chain(&gap)
            .collect::<Vec<_>>()
            .windows(2)
            .skip(480)
            .map(|w| (w[0] - w[1]).abs())
            .fold(0.0, f32::max);
        assert!(click < 0.05, "steps stay small: {click}");
    }
}
