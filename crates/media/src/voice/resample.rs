//! Between a device's rate and 48 kHz.
//!
//! There is no steering of the ratio: the capture side takes whatever the ring holds and the playout side is asked by
//! the ring, so neither ring drifts. What two clocks differ by shows in the jitter buffer, which takes it out.

use crate::{FRAME_SAMPLES, Frame, SAMPLE_RATE_HZ};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Resampler as _, ResamplerConstructionError, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

/// 128 taps: 1.4 ms of delay, 0.2 % of a core.
const SINC_LENGTH: usize = 128;

fn sinc(ratio: f64, fixed: FixedAsync) -> Result<Async<f32>, ResamplerConstructionError> {
    let parameters = SincInterpolationParameters::new(SINC_LENGTH, WindowFunction::BlackmanHarris2)
        .oversampling_factor(256)
        .interpolation(SincInterpolationType::Linear);
    // The ratio is never changed; 1.1 leaves the buffers some room.
    Async::new_sinc(ratio, 1.1, &parameters, FRAME_SAMPLES, 1, fixed)
}

/// A device's rate to frames at 48 kHz.
pub(crate) struct FromDevice {
    resampler: Option<Async<f32>>,
    input: Vec<f32>,
}

impl FromDevice {
    pub(crate) fn new(rate_hz: u32) -> Result<Self, ResamplerConstructionError> {
        let resampler = match rate_hz {
            SAMPLE_RATE_HZ => None,
            _ => Some(sinc(f64::from(SAMPLE_RATE_HZ) / f64::from(rate_hz), FixedAsync::Output)?),
        };
        let longest = resampler.as_ref().map_or(FRAME_SAMPLES, |resampler| resampler.input_frames_max());
        Ok(Self { resampler, input: vec![0.0; longest] })
    }

    /// Where to put the device's next samples, exactly as many as the next frame needs.
    pub(crate) fn input(&mut self) -> &mut [f32] {
        let needed = self.resampler.as_ref().map_or(FRAME_SAMPLES, |resampler| resampler.input_frames_next());
        &mut self.input[..needed]
    }

    /// The frame made of what [`Self::input`] holds.
    pub(crate) fn frame(&mut self, out: &mut Frame) {
        let Some(resampler) = &mut self.resampler else {
            out.copy_from_slice(&self.input[..FRAME_SAMPLES]);
            return;
        };
        let input = InterleavedSlice::new(&self.input, 1, self.input.len()).expect("one channel of that length");
        let mut output = InterleavedSlice::new_mut(out, 1, FRAME_SAMPLES).expect("one channel of that length");
        resampler.process_into_buffer(&input, &mut output, None).expect("the buffers are as long as it asked for");
    }
}

/// Frames at 48 kHz to a device's rate.
pub(crate) struct ToDevice {
    resampler: Option<Async<f32>>,
    output: Vec<f32>,
}

impl ToDevice {
    pub(crate) fn new(rate_hz: u32) -> Result<Self, ResamplerConstructionError> {
        let resampler = match rate_hz {
            SAMPLE_RATE_HZ => None,
            _ => Some(sinc(f64::from(rate_hz) / f64::from(SAMPLE_RATE_HZ), FixedAsync::Input)?),
        };
        let longest = resampler.as_ref().map_or(FRAME_SAMPLES, |resampler| resampler.output_frames_max());
        Ok(Self { resampler, output: vec![0.0; longest] })
    }

    /// The frame at the device's rate; its length varies by a sample or two.
    pub(crate) fn samples(&mut self, frame: &Frame) -> &[f32] {
        let Some(resampler) = &mut self.resampler else {
            self.output.copy_from_slice(frame);
            return &self.output;
        };
        let length = self.output.len();
        let input = InterleavedSlice::new(frame, 1, FRAME_SAMPLES).expect("one channel of that length");
        let mut output = InterleavedSlice::new_mut(&mut self.output, 1, length).expect("one channel of that length");
        let (_, written) =
            resampler.process_into_buffer(&input, &mut output, None).expect("the buffers are as long as it asked for");
        &self.output[..written]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn a_tone_keeps_its_pitch_and_level_there_and_back() {
        for rate in [8_000, 16_000, 44_100, 48_000, 96_000] {
            let (mut to, mut from) = (ToDevice::new(rate).unwrap(), FromDevice::new(rate).unwrap());
            let (mut device, mut back) = (Vec::new(), Vec::new());
            for n in 0..100 {
                let frame: Frame =
                    std::array::from_fn(|i| (TAU * 1_000.0 * (n * 480 + i) as f32 / 48_000.0).sin() * 0.5);
                device.extend_from_slice(to.samples(&frame));
            }
            assert!(device.len().abs_diff(rate as usize) < rate as usize / 50, "{rate}: {}", device.len());
            let mut rest = device.as_slice();
            loop {
                let input = from.input();
                if rest.len() < input.len() {
                    break;
                }
                input.copy_from_slice(&rest[..input.len()]);
                rest = &rest[input.len()..];
                let mut frame = [0.0; FRAME_SAMPLES];
                from.frame(&mut frame);
                back.extend(frame);
            }
            let steady = &back[4_800..43_200];
            let power = steady.iter().map(|s| s * s).sum::<f32>() / steady.len() as f32;
            assert!((power / 0.125 - 1.0).abs() < 0.02, "{rate}: {power}");
            let crossings = steady.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count();
            assert!(crossings.abs_diff(800) <= 1, "{rate}: {crossings}");
        }
    }
}
