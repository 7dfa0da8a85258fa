//! The voice path of one call, pure ([`VoicePath`]) and in real time ([`VoiceThread`]).
//!
//! ```text
//! microphone ─▶ ring ─▶ 48 kHz ─▶ APM ─▶ encoder or digits ─▶ channel ─▶ network
//! speaker ◀─ ring ◀─ 48 kHz ◀─ APM hears ◀─ tones ◀─ jitter buffer ◀─ ring ◀─ network
//! ```

mod clock;
mod devices;
mod handle;
mod outputs;
mod path;
mod resample;
mod stats;
mod thread;

pub use devices::{Microphone, Speaker, VoiceDevices};
pub use handle::{VoiceError, VoiceHandle, VoiceThread};
pub use outputs::{VoiceEvent, VoiceOutputs};
pub use path::{IncomingPacket, OutgoingPacket, PathFigures, StreamPosition, VoiceConfig, VoicePath};
pub(crate) use resample::{FromDevice, ToDevice};
pub use stats::VoiceStats;
