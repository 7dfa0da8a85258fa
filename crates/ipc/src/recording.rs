use crate::Failure;
use mobilecall_domain::CallId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The recording that is open; there is one at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordingView {
    /// The call that was recorded.
    #[ts(as = "String")]
    pub call: CallId,
    /// What is done with it.
    pub standing: RecordingStanding,
    /// How fast it is played, in percent of its own speed.
    pub speed_percent: u16,
    /// What is heard next, in milliseconds from the beginning.
    pub position_ms: u32,
    /// Its length in milliseconds; 0 until it is known.
    pub length_ms: u32,
    /// How loud it is from its beginning to its end, 255 where it is loudest; empty until it is known.
    pub outline: Vec<u8>,
}

/// What is done with a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RecordingStanding {
    /// It is fetched.
    Loading {
        /// How much of it is here, once its size is known.
        percent: Option<u8>,
    },
    /// It is heard.
    Playing,
    /// It is not heard now.
    Paused,
    /// It cannot be heard.
    Failed {
        /// Why.
        failure: Failure,
    },
}

/// A file that was written for the agent. `Debug` leaves out where, since its name says who was called.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedFile {
    /// Where it is.
    pub path: String,
    /// The name of the folder that it is in, for people.
    pub folder: String,
    /// Its own name.
    pub name: String,
}
