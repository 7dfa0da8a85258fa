//! The voice path of a call: codecs, jitter buffer, echo cancelling, tones, digits, quality.
//!
//! Everything below [`voice::VoicePath`] is pure: no I/O, no clock, no threads; time is a [`std::time::Duration`]
//! since a moment the caller chose, and bytes are passed in. Only [`voice::VoiceThread`] runs the path in real time,
//! on one dedicated thread between the rings of the sound devices and the channels of the network. Sound cards,
//! WebRTC and signaling are unknown here.
//!
//! Audio inside is 48 kHz mono `f32` in frames of 10 ms ([`Frame`]).

pub mod apm;
pub mod codec;
pub mod dtmf;
mod frame;
pub mod jitter;
pub mod level;
pub mod quality;
pub mod recording;
mod sequence;
pub mod tones;
pub mod voice;
pub mod warnings;

pub use codec::Codec;
pub use frame::{FRAME_MS, FRAME_SAMPLES, Frame, Payload, SAMPLE_RATE_HZ, SAMPLES_PER_MS, SILENCE};

/// Unit tests can prove that something does not allocate.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
