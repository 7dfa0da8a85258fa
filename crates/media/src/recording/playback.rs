//! The sound of a recording for a speaker, as it asks for it.

use super::{NotPlayable, Recording, reader::Reader, stretch::Stretch, time_of};
use crate::{
    FRAME_SAMPLES, Frame,
    voice::{FromDevice, ToDevice},
};
use std::time::Duration;

/// A recording that is being played to a speaker of a certain rate.
pub struct Playback {
    reader: Reader,
    stretch: Stretch,
    from: FromDevice,
    to: ToDevice,
    frame: Frame,
    rate_hz: u32,
    samples: u64,
    ended: bool,
}

impl Playback {
    /// From the beginning, at its own speed.
    pub fn new(recording: &Recording, speaker_rate_hz: u32) -> Result<Self, NotPlayable> {
        let Recording { bytes, rate_hz, samples, outline: _ } = recording;
        let refused = |error: rubato::ResamplerConstructionError| NotPlayable(error.into());
        Ok(Self {
            reader: Reader::open(bytes.clone())?,
            stretch: Stretch::new(*rate_hz),
            from: FromDevice::new(*rate_hz).map_err(refused)?,
            to: ToDevice::new(speaker_rate_hz).map_err(refused)?,
            frame: [0.0; FRAME_SAMPLES],
            rate_hz: *rate_hz,
            samples: *samples,
            ended: false,
        })
    }

    /// How many times as fast as it was.
    pub fn set_speed(&mut self, speed: f64) {
        self.stretch.set_speed(speed);
    }

    /// Goes on from here.
    pub fn seek(&mut self, to: Duration) {
        let sample = ((to.as_secs_f64() * f64::from(self.rate_hz)) as u64).min(self.samples);
        // At the very end there is no sample to take up.
        self.ended = sample == self.samples || !self.reader.seek(sample);
        self.stretch.start_at(sample);
    }

    /// What is heard next.
    pub fn position(&self) -> Duration {
        time_of(self.stretch.position().min(self.samples), self.rate_hz)
    }

    /// The next 10 ms at the speaker's rate; nothing after the end.
    pub fn next_part(&mut self) -> Option<&[f32]> {
        if self.ended {
            return None;
        }
        let input = self.from.input();
        let filled = self.stretch.fill(&mut self.reader, input);
        if filled < input.len() {
            self.ended = true;
            if filled == 0 {
                return None;
            }
            input[filled..].fill(0.0);
        }
        self.from.frame(&mut self.frame);
        Some(self.to.samples(&self.frame))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sounds::{crossings, voice, wav};
    use super::*;

    fn play(playback: &mut Playback) -> Vec<f32> {
        let mut heard = Vec::new();
        while let Some(part) = playback.next_part() {
            heard.extend_from_slice(part);
        }
        heard
    }

    #[test]
    fn a_recording_is_played_at_the_rate_of_the_speaker_from_where_it_is_wanted() {
        for rate_hz in [8_000, 22_050, 48_000] {
            let recording = Recording::read(wav(rate_hz, &[voice(rate_hz, 200.0, rate_hz as usize * 3)])).unwrap();
            for speaker_hz in [44_100, 48_000] {
                let mut playback = Playback::new(&recording, speaker_hz).unwrap();
                for (from, speed, seconds) in [(0, 1.0, 3.0), (2_000, 1.0, 1.0), (1_000, 2.0, 1.0), (2_500, 0.5, 1.0)] {
                    playback.set_speed(speed);
                    playback.seek(Duration::from_millis(from));
                    assert_eq!(playback.position().as_millis(), u128::from(from));
                    let heard = play(&mut playback);
                    let heard_seconds = heard.len() as f64 / f64::from(speaker_hz);
                    assert!((heard_seconds - seconds).abs() < 0.1, "{rate_hz} {speaker_hz} {from}: {heard_seconds}");
                    let pitch = crossings(&heard) as f64 / heard_seconds;
                    assert!((pitch / 200.0 - 1.0).abs() < 0.04, "{rate_hz} {speaker_hz} {from}: {pitch} Hz");
                    assert!(playback.position() > Duration::from_millis(2_950), "{:?}", playback.position());
                }
            }
        }
    }

    #[test]
    fn behind_the_end_there_is_nothing() {
        let recording = Recording::read(wav(8_000, &[voice(8_000, 200.0, 8_000)])).unwrap();
        let mut playback = Playback::new(&recording, 48_000).unwrap();
        playback.seek(Duration::from_secs(9));
        assert!(playback.next_part().is_none());
        assert_eq!(playback.position(), Duration::from_secs(1));
        playback.seek(Duration::ZERO);
        assert!(playback.next_part().is_some(), "it can be heard again");
    }
}
