//! Server side of the client signaling protocol and the media anchor of direct calls.
//!
//! - [`host`] is what the edge asks of the program around it;
//! - `core` is the switch: all rules, no I/O;
//! - `anchor` forwards audio between the legs of a call;
//! - `driver` is everything with I/O and a clock around both;
//! - [`Edge`] is the handle.

mod anchor;
mod config;
mod core;
mod driver;
mod edge;
pub mod host;

pub use config::EdgeConfig;
pub use edge::{Edge, Unknown};
pub use mobilecall_transport::{LOG_DIRECTIVES, MediaRuntime, PeerAddresses};
