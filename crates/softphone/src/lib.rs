//! The headless softphone: [`mobilecall_ipc::Command`] in, [`mobilecall_ipc::Event`] out, a snapshot to begin with.
//!
//! ```no_run
//! # async fn example() -> Result<(), mobilecall_ipc::Failure> {
//! use mobilecall_ipc::Command;
//! use mobilecall_softphone::{Engine, EngineConfig};
//!
//! let engine = Engine::start(EngineConfig::new("/tmp/agent")).await?;
//! let mut events = engine.subscribe();
//! engine.send(Command::SignIn { username: "alice".into(), password: "secret".into() }).await?;
//! while let Some(event) = events.recv().await {
//!     println!("{event:?}");
//! }
//! # Ok(()) }
//! ```
//!
//! Calls live here and nowhere else, so that a window may come, go and crash without touching them. One task owns all
//! state (`actor`); whatever takes time runs beside it and reports back as a message. Each change of a call is written
//! to the local database before anybody is told, unless that keeps them waiting (`journal`).
//!
//! This crate joins signaling (`line`), media (`transport`, `media`, `audio`) and storage (`cache`, `client`), which
//! know nothing of each other. It knows no host: a server inside the app and the keyring are the traits
//! [`EmbeddedServer`] and [`SecretStore`].

mod actor;
mod calls;
mod clock;
mod config;
mod engine;
mod failure;
mod history;
mod journal;
mod lines;
mod message;
mod network;
mod offline;
mod parts;
mod ports;
mod post;
mod preview;
mod recordings;
mod session;
mod settings;
mod shown;
mod sound;
mod tries;
mod view;

#[cfg(test)]
mod tests;

pub use config::EngineConfig;
pub use engine::{Engine, EventStream};
pub use lines::twilio_at_edge;
pub use mobilecall_audio::{CaptureSource, PlayoutSink};
pub use mobilecall_client::LoginResponse;
pub use mobilecall_transport::{LOG_DIRECTIVES, TransportConfig};
pub use offline::LocalHistory;
pub use ports::{EmbeddedServer, EmbeddedServerError, RunningServer, SecretStore, SecretStoreUnavailable};
pub use sound::check_sound;
