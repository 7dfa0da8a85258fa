//! Sound devices and the WAV files that stand in for them.
//!
//! A device is reached through a wait-free ring of mono `f32` samples at the device's own rate: [`open_capture`] gives
//! the reading end of a microphone, [`open_playout`] the writing end of a speaker. What runs in a device callback is
//! in [`callback`] and [`mixer`] and does nothing but copy and add; `tests/no_alloc.rs` proves it with a test allocator.
//! Resampling, codecs and calls are not known here.
//!
//! Each speaker has one stream a program, however many sounds go to it at once.
//!
//! Opening a device blocks for tens of milliseconds: call it off an async thread.

mod backend;
pub mod callback;
mod cards;
mod clock;
mod device;
mod error;
mod libasound;
pub mod mixer;
mod player;
#[cfg(target_os = "linux")]
mod pulse;
mod resample;
mod riff;
mod speaker;
mod stream;
mod system;
mod watch;
mod wav;

pub use backend::Backend;
pub use device::{DeviceInfo, DeviceList, Role, devices};
pub use error::AudioError;
pub use player::{Player, Sound};
pub use stream::{
    CaptureSource, CaptureStream, DeviceLost, LossSink, PlayoutSink, PlayoutStream, StreamGuard, open_capture,
    open_playout,
};
pub use watch::{DeviceWatch, watch_devices};
pub use wav::{WavError, read_mono};
