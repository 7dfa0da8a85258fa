//! Recordings of calls: fetched, kept for a while, played and saved.
//!
//! ```text
//! record's path ─▶ kept? ─▶ parts from the server ─▶ decoded while it is played ─▶ the chosen speaker
//! ```
//!
//! What was fetched is kept in memory alone: a voice is more private than anything else on this device, and whoever wants
//! the file saves it.

mod fetch;
mod kept;
mod open;
mod save;

pub(crate) use fetch::Fetch;
pub(crate) use kept::Kept;
pub(crate) use open::{Open, ToPlay};
pub(crate) use save::Save;

use mobilecall_ipc::Failure;
use mobilecall_media::recording::Recording;
use std::time::Duration;

/// What tasks and players report of the recording that is open.
pub(crate) struct RecordingInput {
    /// Which opening, so that what still comes of an earlier one is dropped.
    pub(crate) opening: u32,
    pub(crate) event: RecordingEvent,
}

pub(crate) enum RecordingEvent {
    /// So much of it is here.
    Fetched { percent: u8 },
    /// All of it is here.
    Loaded(Recording),
    /// It cannot be fetched or played.
    Failed(Failure),
    /// It is heard, after this many changes of what is to be heard.
    Heard { turn: u32, at: Duration },
    /// It was heard to its end.
    Ended { turn: u32 },
    /// There is no speaker any more.
    Silenced(Failure),
}
