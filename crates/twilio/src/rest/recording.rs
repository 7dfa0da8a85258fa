//! Recordings.

use super::{
    Listed, Request,
    call::{all_recording_events, second},
    value::{number, text},
};
use crate::{
    sid::{AccountSid, CallSid, ConferenceSid, RecordingSid},
    status::RecordingStatus,
    time,
};
use mobilecall_domain::Timestamp;
use serde::Deserialize;

/// A recording.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Recording {
    /// Its SID.
    pub sid: RecordingSid,
    /// Whose.
    pub account_sid: AccountSid,
    /// The leg that was recorded; of a `<Dial>` the caller's.
    #[serde(default)]
    pub call_sid: Option<CallSid>,
    /// The conference that was recorded.
    #[serde(default)]
    pub conference_sid: Option<ConferenceSid>,
    /// How it stands.
    pub status: RecordingStatus,
    /// 1, or 2 with the caller on the first.
    #[serde(default)]
    pub channels: Option<u32>,
    /// Seconds.
    #[serde(default, deserialize_with = "number")]
    pub duration: Option<u32>,
    /// What made it, such as `DialVerb`.
    #[serde(default, deserialize_with = "text")]
    pub source: Option<String>,
    /// When it began.
    #[serde(default, deserialize_with = "time::optional")]
    pub start_time: Option<Timestamp>,
    /// When its entry was made.
    #[serde(default, deserialize_with = "time::optional")]
    pub date_created: Option<Timestamp>,
    /// Twilio's code of what went wrong.
    #[serde(default)]
    pub error_code: Option<u32>,
}

impl Listed for Recording {
    const FIELD: &'static str = "recordings";
}

/// Which recordings to list.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RecordingFilter {
    /// Of this leg.
    pub call: Option<CallSid>,
    /// Made in this second or later.
    pub created_from: Option<Timestamp>,
    /// Made in this second or before.
    pub created_until: Option<Timestamp>,
    /// Entries of a page, at most 1000; 50 by default.
    pub page_size: Option<u32>,
}

/// Recordings, the newest first; the answer is a [`Page`](super::Page) of [`Recording`].
pub fn list_recordings(account: AccountSid, filter: &RecordingFilter) -> Request {
    Request::get(account, "/Recordings")
        .with_some("CallSid", filter.call)
        .with_some("DateCreated>", filter.created_from.map(second))
        .with_some("DateCreated<", filter.created_until.map(second))
        .with_some("PageSize", filter.page_size)
}

/// One recording; the answer is a [`Recording`].
pub fn get_recording(account: AccountSid, recording: RecordingSid) -> Request {
    Request::get(account, format_args!("/Recordings/{recording}"))
}

/// The recordings of one leg; the answer is a [`Page`](super::Page) of [`Recording`].
pub fn list_call_recordings(account: AccountSid, call: CallSid) -> Request {
    Request::get(account, format_args!("/Calls/{call}/Recordings"))
}

/// Records a leg that talks, on two channels, and tells `callback` how it goes; the answer is a [`Recording`]. Sent twice
/// it records twice.
pub fn start_recording(account: AccountSid, call: CallSid, callback: &str) -> Request {
    Request::create(account, format_args!("/Calls/{call}/Recordings"))
        .with("RecordingChannels", "dual")
        .with("RecordingStatusCallback", callback)
        .with("RecordingStatusCallbackEvent", all_recording_events())
}

/// What to do with a recording that is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingMode {
    /// Goes on.
    Record,
    /// Halts, and leaves silence for as long, so that times in it stay right.
    PauseWithSilence,
    /// Halts, and leaves nothing.
    PauseWithoutTrace,
    /// Ends.
    Stop,
}

/// Halts the recording that a leg has at this moment, goes on with it or ends it; the answer is a [`Recording`].
pub fn set_recording(account: AccountSid, call: CallSid, mode: RecordingMode) -> Request {
    let request = Request::set(account, format_args!("/Calls/{call}/Recordings/Twilio.CURRENT"));
    match mode {
        RecordingMode::Record => request.with("Status", RecordingStatus::InProgress),
        RecordingMode::PauseWithSilence => {
            request.with("Status", RecordingStatus::Paused).with("PauseBehavior", "silence")
        }
        RecordingMode::PauseWithoutTrace => {
            request.with("Status", RecordingStatus::Paused).with("PauseBehavior", "skip")
        }
        RecordingMode::Stop => request.with("Status", RecordingStatus::Stopped),
    }
}

/// Deletes a recording for good; the answer is 204 without a body.
pub fn delete_recording(account: AccountSid, recording: RecordingSid) -> Request {
    Request::delete(account, format_args!("/Recordings/{recording}"))
}

/// Where the sound of a recording is, as MP3 with both channels; it takes range requests and the same authentication.
pub fn recording_media_path(account: AccountSid, recording: RecordingSid) -> String {
    format!("/2010-04-01/Accounts/{account}/Recordings/{recording}.mp3?RequestedChannels=2")
}
