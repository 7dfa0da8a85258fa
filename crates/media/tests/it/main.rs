//! The voice path as its users see it: whole calls over an emulated network, and the voice thread in real time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod echo;
mod jitter;
mod network;
mod speech;
mod voice_path;
mod voice_thread;
