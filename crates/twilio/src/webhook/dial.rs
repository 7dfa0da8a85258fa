//! A dialed call has ended, and the caller's leg wants to know what to do.

use super::{Extra, RecordingMention, WebhookError, fields::Fields};
use crate::{
    sid::{AccountSid, CallSid},
    status::DialCallStatus,
};
use mobilecall_domain::{CallReport, Private};

/// What the `action` of `<Dial>` is asked with; answered with TwiML.
#[derive(Clone, Debug, PartialEq)]
pub struct DialAction {
    /// The leg of the caller.
    pub call: CallSid,
    /// Whose call.
    pub account: AccountSid,
    /// The caller.
    pub from: Option<Private<String>>,
    /// How the dialed call ended.
    pub dialed: DialCallStatus,
    /// The leg of who answered, or of who was dialed last.
    pub dialed_call: Option<CallSid>,
    /// Seconds that the dialed leg lasted.
    pub seconds: Option<u32>,
    /// Whether both heard each other.
    pub bridged: Option<bool>,
    /// The recording, if there is one.
    pub recording: Option<RecordingMention>,
    /// Anything else.
    pub extra: Extra,
}

impl DialAction {
    /// Reads the pairs of a form.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, WebhookError> {
        let mut fields = Fields::new(pairs);
        Ok(Self {
            call: fields.required("CallSid")?,
            account: fields.required("AccountSid")?,
            from: fields.private("From")?,
            dialed: fields.required("DialCallStatus")?,
            dialed_call: fields.optional("DialCallSid")?,
            seconds: fields.optional("DialCallDuration")?,
            bridged: fields.optional("DialBridged")?,
            recording: fields.recording()?,
            extra: fields.rest(),
        })
    }

    /// What this says of the record of the dialed call, see [`DialCallStatus::call_status`]. It has no time of its own.
    pub fn as_report(&self) -> CallReport {
        CallReport { status: Some(self.dialed.call_status()), duration_seconds: self.seconds, ..CallReport::default() }
    }
}
