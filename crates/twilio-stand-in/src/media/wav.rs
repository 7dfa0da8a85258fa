//! WAV files in and out.

use crate::phones::Voice;
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use mobilecall_media::SAMPLE_RATE_HZ;
use std::io::Cursor;

/// Why a file is no sound.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// Not a WAV file, or one that is damaged.
    #[error("this is not a WAV file that can be read")]
    Wav(#[from] hound::Error),
}

impl Voice {
    /// From a WAV file of any rate; of several channels the first is taken.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_wav(bytes: &[u8]) -> Result<Self, SoundError> {
        let mut reader = WavReader::new(Cursor::new(bytes))?;
        let WavSpec { channels, sample_rate, bits_per_sample, sample_format } = reader.spec();
        let every = usize::from(channels).max(1);
        let samples: Vec<f32> = match sample_format {
            SampleFormat::Float => reader.samples::<f32>().step_by(every).collect::<Result<_, _>>()?,
            SampleFormat::Int => {
                let full = (1_i64 << (bits_per_sample - 1)) as f32;
                let scaled = |sample: Result<i32, hound::Error>| sample.map(|sample| sample as f32 / full);
                reader.samples::<i32>().step_by(every).map(scaled).collect::<Result<_, _>>()?
            }
        };
        Ok(Self::new(at_48_khz(&samples, sample_rate)))
    }

    /// As a WAV file of 16 bits.
    ///
    /// # Errors
    /// If it is longer than a WAV file can be.
    pub fn to_wav(&self) -> Result<Vec<u8>, SoundError> {
        write(&[self.samples()])
    }
}

/// Samples at 48 kHz, between two of the given ones on the line between them.
fn at_48_khz(samples: &[f32], rate_hz: u32) -> Vec<f32> {
    if rate_hz == SAMPLE_RATE_HZ || samples.is_empty() {
        return samples.to_vec();
    }
    let step = f64::from(rate_hz) / f64::from(SAMPLE_RATE_HZ);
    let length = (samples.len() as f64 / step) as usize;
    let sample = |index: usize| samples.get(index).or(samples.last()).copied().unwrap_or(0.0);
    let between = |index: usize| {
        let place = index as f64 * step;
        let (whole, part) = (place as usize, place.fract() as f32);
        sample(whole) * (1.0 - part) + sample(whole + 1) * part
    };
    (0..length).map(between).collect()
}

/// Channels of the same length as a WAV file of 16 bits at 48 kHz.
pub(super) fn write(channels: &[&[f32]]) -> Result<Vec<u8>, SoundError> {
    let spec = WavSpec {
        channels: u16::try_from(channels.len()).unwrap_or(1),
        sample_rate: SAMPLE_RATE_HZ,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec)?;
    let length = channels.iter().map(|channel| channel.len()).max().unwrap_or(0);
    for index in 0..length {
        for channel in channels {
            let sample = channel.get(index).copied().unwrap_or(0.0);
            writer.write_sample((sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16)?;
        }
    }
    writer.finalize()?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let samples: Vec<f32> = (0..4_800).map(|index| (index as f32 / 20.0).sin() * 0.5).collect();
        let bytes = Voice::new(samples.clone()).to_wav().unwrap();
        let read = Voice::from_wav(&bytes).unwrap();
        assert_eq!(read.samples().len(), 4_800);
        assert!(read.samples().iter().zip(&samples).all(|(a, b)| (a - b).abs() < 1e-3));
        assert!(Voice::from_wav(b"no sound").is_err());
    }

    #[test]
    fn other_rates_keep_their_length_in_time() {
        for rate in [8_000, 16_000, 44_100] {
            let second: Vec<f32> = (0..rate).map(|index| index as f32 / rate as f32).collect();
            let read = at_48_khz(&second, rate);
            assert!(read.len().abs_diff(48_000) <= 2, "{rate}: {}", read.len());
            assert!((read[24_000] - 0.5).abs() < 1e-3, "{rate}");
        }
    }
}
