//! A recording as mono samples at its own rate, from any place of it.

use super::NotPlayable;
use std::{io::Cursor, ops::RangeInclusive, sync::Arc};
use symphonia::core::{
    audio::SampleBuffer,
    codecs::{CODEC_TYPE_NULL, Decoder, DecoderOptions},
    errors::Error,
    formats::{FormatOptions, FormatReader, Packet, SeekMode, SeekTo},
    io::MediaSourceStream,
    meta::MetadataOptions,
    probe::Hint,
};

/// Rates at which anybody records. A file may say any number, and all that follows is as long as that says.
const RATES_HZ: RangeInclusive<u32> = 4_000..=192_000;

pub(super) struct Reader {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn Decoder>,
    track: u32,
    rate_hz: u32,
    /// What the last packet was.
    packet: Vec<f32>,
    /// How much of it has been read.
    taken: usize,
    /// Samples to leave out, which lie between where the file was taken up and where somebody wants to hear it.
    skip: u64,
}

impl Reader {
    pub(super) fn open(bytes: Arc<[u8]>) -> Result<Self, NotPlayable> {
        let refused = |error: Error| NotPlayable(error.into());
        let no_rate = || NotPlayable("its rate is not one at which sound is recorded".into());
        // The library panics at a rate of nothing.
        if wav_rate_hz(&bytes).is_some_and(|rate| !RATES_HZ.contains(&rate)) {
            return Err(no_rate());
        }
        let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
        let probed = symphonia::default::get_probe()
            .format(&Hint::new(), stream, &FormatOptions::default(), &MetadataOptions::default())
            .map_err(refused)?;
        let format = probed.format;
        let track = format.tracks().iter().find(|track| track.codec_params.codec != CODEC_TYPE_NULL);
        let track = track.ok_or_else(|| NotPlayable("there is no sound in it".into()))?;
        let rate_hz = track.codec_params.sample_rate.filter(|rate| RATES_HZ.contains(rate));
        let rate_hz = rate_hz.ok_or_else(no_rate)?;
        let decoder =
            symphonia::default::get_codecs().make(&track.codec_params, &DecoderOptions::default()).map_err(refused)?;
        let track = track.id;
        Ok(Self { format, decoder, track, rate_hz, packet: Vec::new(), taken: 0, skip: 0 })
    }

    pub(super) fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Appends the next samples, as many as are wanted unless it ends before, and says how many.
    pub(super) fn read(&mut self, samples: &mut Vec<f32>, wanted: usize) -> usize {
        let mut missing = wanted;
        while missing > 0 {
            let ready = &self.packet[self.taken..];
            if ready.is_empty() {
                if !self.next_packet() {
                    break;
                }
                continue;
            }
            let part = &ready[..ready.len().min(missing)];
            samples.extend_from_slice(part);
            (self.taken, missing) = (self.taken + part.len(), missing - part.len());
        }
        wanted - missing
    }

    /// Goes on from this sample. `false` if there is none.
    pub(super) fn seek(&mut self, sample: u64) -> bool {
        self.packet.clear();
        (self.taken, self.skip) = (0, 0);
        match self.format.seek(SeekMode::Accurate, SeekTo::TimeStamp { ts: sample, track_id: self.track }) {
            Ok(found) => {
                self.decoder.reset();
                self.skip = found.required_ts.saturating_sub(found.actual_ts);
                true
            }
            Err(error) => {
                tracing::debug!(%error, "there is no such place in the recording");
                false
            }
        }
    }

    /// `false` at the end. A packet that cannot be decoded is silence, so that what comes after it is in its place.
    fn next_packet(&mut self) -> bool {
        let packet = loop {
            match self.format.next_packet() {
                Ok(packet) if packet.track_id() == self.track => break packet,
                Ok(_) => {}
                Err(error) => {
                    tracing::trace!(%error, "the recording ends");
                    return false;
                }
            }
        };
        self.packet.clear();
        self.decode(&packet);
        let left_out = self.skip.min(self.packet.len() as u64);
        self.skip -= left_out;
        self.taken = left_out as usize;
        true
    }

    fn decode(&mut self, packet: &Packet) {
        match self.decoder.decode(packet) {
            Ok(decoded) => {
                let (spec, frames) = (*decoded.spec(), decoded.capacity());
                let mut interleaved = SampleBuffer::<f32>::new(frames as u64, spec);
                interleaved.copy_interleaved_ref(decoded);
                let channels = spec.channels.count().max(1);
                // The parties seldom talk at the same time, so each may be nearly as loud as it is alone.
                let gain = 1.0 / (channels as f32).sqrt();
                let frames = interleaved.samples().chunks_exact(channels);
                self.packet.extend(frames.map(|frame| frame.iter().sum::<f32>() * gain));
            }
            Err(error) => {
                tracing::debug!(%error, "a piece of the recording cannot be decoded");
                self.packet.resize(usize::try_from(packet.dur()).unwrap_or(0), 0.0);
            }
        }
    }
}

/// What the format chunk of a WAV file says (Microsoft's and IBM's "Multimedia Programming Interface", 1991); nothing of
/// other files.
fn wav_rate_hz(bytes: &[u8]) -> Option<u32> {
    let four = |at: usize| bytes.get(at..at + 4)?.try_into().ok();
    if four(0)? != *b"RIFF" || four(8)? != *b"WAVE" {
        return None;
    }
    let mut chunk = 12;
    while four(chunk)? != *b"fmt " {
        let length = u32::from_le_bytes(four(chunk + 4)?) as usize;
        chunk = chunk.checked_add(8 + length + length % 2)?;
    }
    four(chunk + 12).map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::super::sounds::wav;
    use super::*;

    fn ramp() -> Vec<f32> {
        (0..20_000_u16).map(|at| f32::from(at) / 32_767.0).collect()
    }

    #[test]
    fn a_rate_that_no_sound_has_is_refused() {
        for (rate_hz, is_taken) in [(0, false), (1, false), (8_000_u32, true), (48_000, true), (u32::MAX, false)] {
            let mut file = wav(8_000, &[ramp()]).to_vec();
            // Where the format says it, and how many bytes that is in a second.
            file[24..28].copy_from_slice(&rate_hz.to_le_bytes());
            file[28..32].copy_from_slice(&rate_hz.wrapping_mul(2).to_le_bytes());
            assert_eq!(Reader::open(file.into()).is_ok(), is_taken, "{rate_hz} Hz");
        }
    }

    #[test]
    fn every_place_is_found_to_the_sample() {
        let ramp = ramp();
        let mut reader = Reader::open(wav(8_000, std::slice::from_ref(&ramp))).unwrap();
        for place in [0, 1, 12_345, 7, 19_999] {
            assert!(reader.seek(place as u64));
            let mut read = Vec::new();
            assert_eq!(reader.read(&mut read, 300), 300.min(20_000 - place));
            for (sample, expected) in read.iter().zip(&ramp[place..]) {
                assert!((sample - expected).abs() < 1e-4, "{place}: {sample} {expected}");
            }
        }
        assert_eq!(reader.read(&mut Vec::new(), 10), 0, "it has ended");
        assert!(!reader.seek(1_000_000));
    }
}
