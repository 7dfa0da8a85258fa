//! What Twilio posts to us, read from the pairs of a form.
//!
//! Fields that are not known here are kept aside in [`Extra`]. An empty field is one that was not sent. A softphone may
//! add fields of its own to a voice request, so a field of ours that stands twice with different values is refused.

mod conference;
mod dial;
mod fields;
mod recording;
mod status;
mod voice;

pub use conference::{ConferenceCallback, ConferenceNews};
pub use dial::DialAction;
pub use fields::Extra;
pub use recording::RecordingCallback;
pub use status::StatusCallback;
pub use voice::VoiceRequest;

use crate::sid::RecordingSid;

/// Why a webhook cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// A field without which it means nothing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field that cannot be read.
    #[error("{name} is wrong: {reason}")]
    Value {
        /// Which.
        name: &'static str,
        /// Why.
        reason: String,
    },
    /// A field with two values.
    #[error("{0} is there twice, with different values")]
    Twice(&'static str),
}

/// A recording that a callback about a call mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingMention {
    /// Its SID, where it was sent.
    pub sid: Option<RecordingSid>,
    /// Where it is at Twilio, without an extension; `.mp3` or `.wav` is put behind it.
    pub url: String,
    /// Its length in seconds.
    pub seconds: Option<u32>,
}

#[cfg(test)]
mod tests;
