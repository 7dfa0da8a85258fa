//! The engine's contract with any window: [`Command`] in, [`Event`] out, [`Snapshot`] to start from. Plain data, no
//! Tauri, no engine; TypeScript types are generated from here into `ui/window/src/ipc/generated/`.
//!
//! State flows one way: a window takes a snapshot, then applies events. Each event that changes state carries the
//! whole part that changed, so applying it is replacing it. A window that receives [`Event::Lagged`] takes a new
//! snapshot.

mod call;
mod command;
mod event;
mod failure;
mod history;
mod phone_call;
mod private;
mod recording;
mod session;
mod settings;
mod sound;
mod twilio;

pub use call::*;
pub use command::*;
pub use event::*;
pub use failure::*;
pub use history::*;
pub use mobilecall_domain::{
    DialNote, Direction, Disposition, EndReason, LineCapabilities, LineKind, PresenceState, QualityLabel,
    QualityWarning,
};
pub use phone_call::*;
pub use recording::*;
pub use session::*;
pub use settings::*;
pub use sound::*;
pub use twilio::*;
