//! What is said of lines beside their kind and standing.

use serde::{Deserialize, Serialize};

/// What a line can do beyond placing, taking, holding and ending calls. What it cannot is not offered to anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LineCapabilities {
    /// Hand a call to somebody without speaking to them first.
    pub blind_transfer: bool,
    /// Join the other parties of two calls of this line, and leave both.
    pub attended_transfer: bool,
    /// Send digits by signaling, for a far end that takes none within the sound.
    pub signaled_digits: bool,
    /// Send and receive messages beside a call.
    #[serde(default)]
    pub messages: bool,
}

impl LineCapabilities {
    /// Calls and nothing more.
    pub const NONE: Self =
        Self { blind_transfer: false, attended_transfer: false, signaled_digits: false, messages: false };
    /// Everything there is.
    pub const ALL: Self = Self { blind_transfer: true, attended_transfer: true, signaled_digits: true, messages: true };
}
