//! How a leg of a call goes.

use super::{Extra, RecordingMention, WebhookError, fields::Fields};
use crate::{
    sid::{AccountSid, CallSid},
    status::CallDirection,
};
use mobilecall_domain::{CallReport, CallStatus, Private, Timestamp};
use std::time::Duration;

/// A status callback. They may come late, twice and in any order; answered with an empty 2xx.
///
/// Old clients of ours send the same without Twilio, with no more than `CallSid`, `CallStatus` and `CallDuration`.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusCallback {
    /// The leg.
    pub call: CallSid,
    /// Whose call.
    pub account: Option<AccountSid>,
    /// The leg that dialed this one, with `<Dial>`.
    pub parent: Option<CallSid>,
    /// Where it stands. The events are called otherwise: `answered` has the status in-progress.
    pub status: CallStatus,
    /// The how manieth of this leg, from 0.
    pub sequence: Option<u32>,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// Seconds from answer to end, once it is over.
    pub seconds: Option<u32>,
    /// The caller, as in [`VoiceRequest`](super::VoiceRequest).
    pub from: Option<Private<String>>,
    /// The called.
    pub to: Option<Private<String>>,
    /// Where the leg comes from.
    pub direction: Option<CallDirection>,
    /// SIP's code of how it ended.
    pub sip_code: Option<u16>,
    /// The recording, if REST asked for one with the call.
    pub recording: Option<RecordingMention>,
    /// Anything else.
    pub extra: Extra,
}

impl StatusCallback {
    /// Reads the pairs of a form.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, WebhookError> {
        let mut fields = Fields::new(pairs);
        Ok(Self {
            call: fields.required("CallSid")?,
            account: fields.optional("AccountSid")?,
            parent: fields.optional("ParentCallSid")?,
            status: fields.required("CallStatus")?,
            sequence: fields.optional("SequenceNumber")?,
            at: fields.time("Timestamp")?,
            seconds: fields.optional("CallDuration")?,
            from: fields.private("From")?,
            to: fields.private("To")?,
            direction: fields.known("Direction")?,
            sip_code: fields.known("SipResponseCode")?,
            recording: fields.recording()?,
            extra: fields.rest(),
        })
    }

    /// What this says of the record of a call whose other party is this leg.
    ///
    /// | `CallStatus` | record's status | times |
    /// | --- | --- | --- |
    /// | queued, initiated, ringing | the same | |
    /// | in-progress | in-progress | answered at `Timestamp` |
    /// | completed | completed | ended at `Timestamp`, answered `CallDuration` before, should that not be known |
    /// | busy, no-answer, canceled, failed | the same | ended at `Timestamp` |
    ///
    /// Without a `Timestamp` it says no times, and the record takes the time at which the report came.
    pub fn as_report(&self) -> CallReport {
        let ended_at = self.at.filter(|_| self.status.is_final());
        let talked = self.seconds.map(|seconds| Duration::from_secs(seconds.into()));
        let answered_at = match self.status {
            CallStatus::InProgress => self.at,
            CallStatus::Completed => ended_at.zip(talked).map(|(end, talked)| end.minus(talked)),
            CallStatus::Queued
            | CallStatus::Initiated
            | CallStatus::Ringing
            | CallStatus::Busy
            | CallStatus::NoAnswer
            | CallStatus::Canceled
            | CallStatus::Failed => None,
        };
        CallReport {
            status: Some(self.status),
            answered_at,
            ended_at,
            duration_seconds: self.seconds.filter(|_| self.status.is_final()),
            ..CallReport::default()
        }
    }
}
