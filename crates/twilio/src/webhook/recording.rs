//! How a recording stands.

use super::{Extra, WebhookError, fields::Fields};
use crate::{
    callback::RecordingTrack,
    sid::{AccountSid, CallSid, ConferenceSid, RecordingSid},
    status::RecordingStatus,
};
use mobilecall_domain::Timestamp;

/// A recording's status callback; answered with an empty 2xx.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingCallback {
    /// The recording.
    pub recording: RecordingSid,
    /// Whose.
    pub account: AccountSid,
    /// The leg that was recorded; of a `<Dial>` the caller's. A conference's recording has none.
    pub call: Option<CallSid>,
    /// The conference that was recorded.
    pub conference: Option<ConferenceSid>,
    /// How it stands.
    pub status: RecordingStatus,
    /// Where it is at Twilio, without an extension, once it can be fetched.
    pub url: Option<String>,
    /// Its length in seconds.
    pub seconds: Option<u32>,
    /// 1, or 2 with the caller on the first.
    pub channels: Option<u32>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// What made it, such as `DialVerb`.
    pub source: Option<String>,
    /// Whose voice.
    pub track: Option<RecordingTrack>,
    /// Anything else.
    pub extra: Extra,
}

impl RecordingCallback {
    /// Reads the pairs of a form.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, WebhookError> {
        let mut fields = Fields::new(pairs);
        Ok(Self {
            recording: fields.required("RecordingSid")?,
            account: fields.required("AccountSid")?,
            call: fields.optional("CallSid")?,
            conference: fields.optional("ConferenceSid")?,
            status: fields.required("RecordingStatus")?,
            url: fields.optional("RecordingUrl")?,
            seconds: fields.optional("RecordingDuration")?,
            channels: fields.optional("RecordingChannels")?,
            started_at: fields.time("RecordingStartTime")?,
            source: fields.optional("RecordingSource")?,
            track: fields.known("RecordingTrack")?,
            extra: fields.rest(),
        })
    }
}
