//! Speech codecs, one enum over both.

mod opus_codec;
mod pcmu;
mod six;

use crate::{FRAME_SAMPLES, Frame, Payload};

pub use opus_codec::has_fec;

/// A payload as we send it: 20 ms at 32 kbit/s take about 80 bytes, µ-law 160.
pub type SentPayload = Payload<400>;

/// The longest packet that is decoded, in samples at 48 kHz: 120 ms, the limit of Opus (RFC 6716 §3.2.5).
pub const MAX_PACKET_SAMPLES: usize = 5_760;

/// A codec of the call. Digits (RFC 4733) are beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// RFC 7587, 48 kHz clock.
    Opus,
    /// G.711 µ-law, 8 kHz clock.
    Pcmu,
}

impl Codec {
    /// RTP clock rate in hertz.
    pub const fn clock_rate_hz(self) -> u32 {
        match self {
            Self::Opus => 48_000,
            Self::Pcmu => 8_000,
        }
    }

    /// Samples at 48 kHz in one tick of the RTP clock.
    pub const fn samples_per_tick(self) -> u32 {
        crate::SAMPLE_RATE_HZ / self.clock_rate_hz()
    }

    /// RTP clock ticks in 10 ms.
    pub const fn ticks_per_frame(self) -> u32 {
        self.clock_rate_hz() / 100
    }
}

/// Why a codec could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// libopus refused: bad settings, a malformed packet, or no memory.
    #[error("the Opus codec failed")]
    Opus(#[from] opus::Error),
    /// A packet is longer than 120 ms or empty.
    #[error("a packet of {0} bytes is not audio")]
    Length(usize),
}

/// Makes packets of 20 ms. Feed it frames of 10 ms; every second one completes a packet.
pub struct Encoder {
    kind: EncoderKind,
    pending: [f32; 2 * FRAME_SAMPLES],
    filled: bool,
}

#[expect(
    clippy::large_enum_variant,
    reason = "one of it for each call; a box would be one more jump on the audio path"
)]
enum EncoderKind {
    Opus(opus_codec::OpusEncoder),
    Pcmu(pcmu::PcmuEncoder),
}

impl Encoder {
    /// An encoder with the settings of a call.
    pub fn new(codec: Codec) -> Result<Self, CodecError> {
        let kind = match codec {
            Codec::Opus => EncoderKind::Opus(opus_codec::OpusEncoder::new()?),
            Codec::Pcmu => EncoderKind::Pcmu(pcmu::PcmuEncoder::new()),
        };
        Ok(Self { kind, pending: [0.0; 2 * FRAME_SAMPLES], filled: false })
    }

    /// Whether the next frame begins a packet.
    pub fn at_packet_start(&self) -> bool {
        !self.filled
    }

    /// Forgets a half-filled packet.
    pub fn restart(&mut self) {
        self.filled = false;
    }

    /// Takes a frame; true when `payload` now holds a packet of this and the frame before.
    pub fn encode(&mut self, frame: &Frame, payload: &mut SentPayload) -> Result<bool, CodecError> {
        let half = if self.filled { FRAME_SAMPLES } else { 0 };
        self.pending[half..half + FRAME_SAMPLES].copy_from_slice(frame);
        self.filled = !self.filled;
        if self.filled {
            return Ok(false);
        }
        match &mut self.kind {
            EncoderKind::Opus(encoder) => payload.fill(|out| encoder.encode(&self.pending, out))?,
            EncoderKind::Pcmu(encoder) => {
                payload.fill(|out| Ok::<_, CodecError>(encoder.encode(&self.pending, out)))?
            }
        }
        Ok(true)
    }

    /// Tells the encoder how many percent of our packets the far end loses, so that it spends bits on recovery.
    pub fn set_expected_loss(&mut self, percent: u8) -> Result<(), CodecError> {
        match &mut self.kind {
            EncoderKind::Opus(encoder) => encoder.set_expected_loss(percent),
            EncoderKind::Pcmu(_) => Ok(()),
        }
    }
}

/// Turns packets into samples and fills the gaps between them.
pub struct Decoder {
    kind: DecoderKind,
}

#[expect(
    clippy::large_enum_variant,
    reason = "one of it for each call; a box would be one more jump on the audio path"
)]
enum DecoderKind {
    Opus(opus_codec::OpusDecoder),
    Pcmu(pcmu::PcmuDecoder),
}

impl Decoder {
    /// A decoder.
    pub fn new(codec: Codec) -> Result<Self, CodecError> {
        let kind = match codec {
            Codec::Opus => DecoderKind::Opus(opus_codec::OpusDecoder::new()?),
            Codec::Pcmu => DecoderKind::Pcmu(pcmu::PcmuDecoder::new()),
        };
        Ok(Self { kind })
    }

    /// Samples at 48 kHz that a packet will decode to.
    pub fn packet_samples(&self, payload: &[u8]) -> Result<usize, CodecError> {
        let samples = match &self.kind {
            DecoderKind::Opus(decoder) => decoder.packet_samples(payload)?,
            DecoderKind::Pcmu(_) => payload.len() * Codec::Pcmu.samples_per_tick() as usize,
        };
        if samples == 0 || samples > MAX_PACKET_SAMPLES {
            return Err(CodecError::Length(payload.len()));
        }
        Ok(samples)
    }

    /// Decodes a packet to the front of `out` and says how many samples there are.
    pub fn decode(&mut self, payload: &[u8], out: &mut [f32]) -> Result<usize, CodecError> {
        match &mut self.kind {
            DecoderKind::Opus(decoder) => decoder.decode(payload, out),
            DecoderKind::Pcmu(decoder) => Ok(decoder.decode(payload, out)),
        }
    }

    /// Recovers the audio of the lost packet before `payload`; `out` must be as long as that packet was.
    pub fn decode_fec(&mut self, payload: &[u8], out: &mut [f32]) -> Result<(), CodecError> {
        match &mut self.kind {
            DecoderKind::Opus(decoder) => decoder.decode_fec(payload, out),
            DecoderKind::Pcmu(decoder) => {
                decoder.conceal(out);
                Ok(())
            }
        }
    }

    /// Continues the last sound over a gap as long as `out`, a multiple of 10 ms.
    pub fn conceal(&mut self, out: &mut [f32]) -> Result<(), CodecError> {
        match &mut self.kind {
            DecoderKind::Opus(decoder) => decoder.conceal(out),
            DecoderKind::Pcmu(decoder) => {
                decoder.conceal(out);
                Ok(())
            }
        }
    }

    /// Whether the packet holds a copy of the one before it.
    pub fn has_fec(&self, payload: &[u8]) -> bool {
        match &self.kind {
            DecoderKind::Opus(_) => has_fec(payload),
            DecoderKind::Pcmu(_) => false,
        }
    }

    /// Whether the packet announces that the talker is silent and packets may stop (DTX).
    pub fn is_silence_marker(&self, payload: &[u8]) -> bool {
        match &self.kind {
            // RFC 6716 §2.1.9: one or two bytes are all that is left of a packet in DTX.
            DecoderKind::Opus(_) => payload.len() <= 2,
            DecoderKind::Pcmu(_) => false,
        }
    }
}
