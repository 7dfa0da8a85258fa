//! Recordings of calls: what they look like, and their sound at the speed and from the place that somebody wants.
//!
//! A recording stays as it was fetched, MP3 or WAV, and is decoded while it is played: that of an hour would else need
//! hundreds of megabytes. Its channels, one for each party, are added up.

mod outline;
mod playback;
mod reader;
mod stretch;

pub use playback::Playback;

use reader::Reader;
use std::{sync::Arc, time::Duration};

/// Columns of an outline: as many as a window has room for.
pub const OUTLINE_COLUMNS: usize = 160;

/// A recording that can be played; cheap to clone.
#[derive(Clone)]
pub struct Recording {
    bytes: Arc<[u8]>,
    rate_hz: u32,
    samples: u64,
    outline: Arc<[u8]>,
}

/// The bytes are no sound that can be played here.
#[derive(Debug, thiserror::Error)]
#[error("the recording is no sound in a form that is known here")]
pub struct NotPlayable(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Recording {
    /// Reads all of it once, which takes some seconds for one of an hour.
    pub fn read(bytes: Arc<[u8]>) -> Result<Self, NotPlayable> {
        let mut reader = Reader::open(Arc::clone(&bytes))?;
        let rate_hz = reader.rate_hz();
        let (samples, outline) = outline::of(&mut reader);
        if samples == 0 {
            return Err(NotPlayable("there is no sound in it".into()));
        }
        Ok(Self { bytes, rate_hz, samples, outline: outline.into() })
    }

    /// As it was fetched.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// How long it takes at its own speed.
    pub fn length(&self) -> Duration {
        time_of(self.samples, self.rate_hz)
    }

    /// How loud it is from its beginning to its end, 255 where it is loudest: [`OUTLINE_COLUMNS`] values, fewer if it is very
    /// short.
    pub fn outline(&self) -> &[u8] {
        &self.outline
    }
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recording({} bytes, {:?})", self.bytes.len(), self.length())
    }
}

fn time_of(samples: u64, rate_hz: u32) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(rate_hz))
}

/// Sounds for tests.
#[cfg(test)]
mod sounds {
    use std::{f32::consts::TAU, io::Cursor, sync::Arc};

    /// A WAV file with these channels.
    pub(super) fn wav(rate_hz: u32, channels: &[Vec<f32>]) -> Arc<[u8]> {
        let spec = hound::WavSpec {
            channels: channels.len() as u16,
            sample_rate: rate_hz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
        for at in 0..channels[0].len() {
            for channel in channels {
                writer.write_sample((channel[at] * 32_767.0) as i16).unwrap();
            }
        }
        writer.finalize().unwrap();
        file.into_inner().into()
    }

    /// A tone with overtones, as a voice has them.
    pub(super) fn voice(rate_hz: u32, hertz: f32, samples: usize) -> Vec<f32> {
        let part = |at: usize, overtone: usize| {
            (TAU * hertz * overtone as f32 * at as f32 / rate_hz as f32).sin() / overtone as f32 * 0.2
        };
        (0..samples).map(|at| (1..5).map(|overtone| part(at, overtone)).sum()).collect()
    }

    /// How often the sound goes from well below zero to well above: what hovers about zero, as a voice does between its
    /// pulses, is not counted.
    pub(super) fn crossings(samples: &[f32]) -> usize {
        const WELL: f32 = 0.1;
        let mut below = false;
        let mut count = 0;
        for sample in samples {
            if *sample < -WELL {
                below = true;
            } else if *sample > WELL && below {
                (below, count) = (false, count + 1);
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sounds::{voice, wav};

    #[test]
    fn a_recording_says_how_long_it_is_and_where_it_is_loud() {
        let quiet = vec![0.0; 8_000];
        let loud = voice(8_000, 200.0, 8_000);
        let first: Vec<f32> = quiet.iter().chain(&loud).copied().collect();
        let second = vec![0.0; 16_000];
        let recording = Recording::read(wav(8_000, &[first, second])).unwrap();
        assert_eq!(recording.length(), Duration::from_secs(2));
        let outline = recording.outline();
        assert!((OUTLINE_COLUMNS / 2..=OUTLINE_COLUMNS).contains(&outline.len()), "{}", outline.len());
        let (before, after) = outline.split_at(outline.len() / 2);
        assert!(before[..before.len() - 1].iter().all(|column| *column == 0), "{before:?}");
        assert!(after[1..].iter().all(|column| *column > 200), "{after:?}");
        assert_eq!(outline.iter().max(), Some(&255));
    }

    /// As Twilio sends them: MPEG-1 layer III, two channels; here every frame is silence.
    #[test]
    fn mp3_is_read_and_every_place_of_it_found() {
        const FRAME_SAMPLES: u64 = 1_152;
        let mut frame = vec![0xff, 0xfb, 0x90, 0x04];
        frame.resize(417, 0);
        let bytes: Arc<[u8]> = frame.repeat(100).into();
        let recording = Recording::read(Arc::clone(&bytes)).unwrap();
        assert_eq!(recording.length(), time_of(100 * FRAME_SAMPLES, 44_100));
        assert!(recording.outline().iter().all(|column| *column == 0));
        let mut reader = Reader::open(bytes).unwrap();
        for place in [0, 5_000, 100 * FRAME_SAMPLES - 10, 1] {
            assert!(reader.seek(place));
            let mut rest = Vec::new();
            assert_eq!(reader.read(&mut rest, 1_000_000) as u64, 100 * FRAME_SAMPLES - place);
        }
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        for bytes in [&b""[..], b"<html>no recording</html>", &[0; 4_000]] {
            assert!(Recording::read(bytes.into()).is_err());
        }
        assert!(Recording::read(wav(8_000, &[Vec::new()])).is_err());
    }
}
