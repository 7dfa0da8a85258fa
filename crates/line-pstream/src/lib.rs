//! Twilio's client signaling, used for Twilio and for direct calls.
//!
//! [`PstreamLine`] is a [`Line`](mobilecall_line::Line) over the frames of `mobilecall-pstream`: it connects to a
//! signaling server, stays registered through every loss of connection, and carries calls as opaque session
//! descriptions. The direct line is the same code with another URL and another source of tokens.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use mobilecall_domain::LineKind;
//! # use mobilecall_line::{Line, LineCommand};
//! # use mobilecall_line_pstream::{TokenSource, PstreamLine, PstreamLineConfig};
//! # async fn example(tokens: Arc<dyn TokenSource>) -> Result<(), Box<dyn std::error::Error>> {
//! let urls = vec!["wss://voice-js.roaming.twilio.com/signal".parse()?];
//! let (line, mut events) = PstreamLine::connect(PstreamLineConfig::new(LineKind::Twilio, urls, tokens));
//! line.send(LineCommand::Register)?;
//! while let Some(event) = events.recv().await {
//!     println!("{event:?}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Inside, a `Signaling` decides everything as a pure state machine (inputs and the time go in, frames, events and
//! connection requests come out), and a driver task performs it over a WebSocket. Nothing here knows audio, and
//! nothing of a token, an address or a session description reaches a log.

mod backoff;
mod config;
mod driver;
mod endings;
mod legs;
mod line;
mod nearest;
mod signaling;
mod socket;
mod urls;

pub use config::{PstreamLineConfig, TokenError, TokenSource, VoiceToken};
pub use line::PstreamLine;
pub use nearest::{Measured, measure, nearest, nearest_first};
pub use urls::{at_edge, candidates};
