//! From one rate to another, for sounds that are known beforehand.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};
use std::sync::Arc;

/// Samples that are converted at once.
const CHUNK: usize = 1_024;

/// The same sound at another rate.
pub(crate) fn to_rate(
    samples: &Arc<[f32]>,
    from_hz: u32,
    to_hz: u32,
) -> Result<Arc<[f32]>, Box<dyn std::error::Error + Send + Sync>> {
    if from_hz == to_hz || samples.is_empty() {
        return Ok(Arc::clone(samples));
    }
    let mut resampler = Fft::<f32>::new(from_hz as usize, to_hz as usize, CHUNK, 1, FixedSync::Both)?;
    let input = InterleavedSlice::new(&samples[..], 1, samples.len())?;
    let converted = resampler.process_all(&input, samples.len(), None)?;
    Ok(converted.take_data().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_pitch_are_kept() {
        let tone: Arc<[f32]> = (0..48_000).map(|i| (i as f32 * 0.057_595_87).sin()).collect(); // 440 Hz
        let converted = to_rate(&tone, 48_000, 44_100).unwrap();
        assert_eq!(converted.len(), 44_100);
        let crossings = converted.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count();
        assert!(crossings.abs_diff(440) <= 1, "{crossings}");
        assert!(Arc::ptr_eq(&to_rate(&tone, 48_000, 48_000).unwrap(), &tone));
    }
}
