//! Sound devices and the WAV files that stand in for them.
//!
//! A device is reached through a wait-free ring of mono `f32` samples at the device's own rate: [`open_capture`] gives
//! the reading end of a microphone, [`open_playout`] the writing end of a speaker. What runs in a device callback is
//! in [`callback`] and does nothing but copy; `tests/no_alloc.rs` proves it with a test allocator. Resampling, codecs
//! and calls are not known here.
//!
//! Opening a device blocks for tens of milliseconds: call it off an async thread.

pub mod callback;
mod clock;
mod device;
mod error;
mod libasound;
mod player;
mod resample;
mod riff;
mod stream;
mod wav;

pub use device::{DeviceInfo, DeviceList, Role, devices};
pub use error::AudioError;
pub use player::{Player, Sound};
pub use stream::{
    CaptureSource, CaptureStream, DeviceLost, LossSink, PlayoutSink, PlayoutStream, StreamGuard, open_capture,
    open_playout,
};
pub use wav::{WavError, read_mono};
