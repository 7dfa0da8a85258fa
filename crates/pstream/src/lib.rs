//! Client signaling frames ("PStream" 1.6, the protocol of Twilio's voice SDKs), shared by the Twilio line and the
//! direct edge. Only text and values: no socket, no timer, no state.
//!
//! A frame is one JSON object, `{"type": …, "payload": {…}, "version": "1.6"}`, in one WebSocket text message. A
//! message that is exactly [`HEARTBEAT`] is no frame: the server sends it, the client echoes it at once.
//!
//! Tokens, session descriptions and custom parameters are private, so `Debug` of a frame shows only their length.

pub mod client;
pub mod code;
mod envelope;
pub mod params;
pub mod server;
pub mod sid;

pub use client::ClientFrame;
pub use envelope::{Malformed, VERSION};
pub use server::{ServerFrame, WireError};
pub use sid::{CallSid, TemporarySid, voice_event_sid};

use std::time::Duration;

/// The heartbeat message, which is not JSON.
pub const HEARTBEAT: &str = "\n";
/// How long a client waits for any message before it calls the socket dead.
pub const WATCHDOG: Duration = Duration::from_secs(15);
/// How often a client repeats its registration.
pub const REGISTER_INTERVAL: Duration = Duration::from_secs(30);
/// The longest time a client may ask the server to keep a call whose socket is gone.
pub const MAX_RECONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest text of a frame that either side accepts. A session description has 1 to 3 kB.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;
