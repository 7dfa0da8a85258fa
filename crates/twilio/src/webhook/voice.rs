//! A call wants to know what to do.

use super::{Extra, WebhookError, fields::Fields};
use crate::{
    identity::Identity,
    sid::{AccountSid, AppSid, CallSid},
    status::CallDirection,
};
use mobilecall_domain::{CallStatus, Private};

/// A request for TwiML, which is answered with `text/xml` within 15 seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct VoiceRequest {
    /// The leg that asks.
    pub call: CallSid,
    /// Whose call.
    pub account: AccountSid,
    /// The caller: a number, `client:identity` or a SIP address.
    pub from: Private<String>,
    /// The called number; of a softphone's call what it gave as `To`, which is its wish and nothing more.
    pub to: Option<Private<String>>,
    /// How the call stands.
    pub status: CallStatus,
    /// Where it comes from; a softphone's call is inbound.
    pub direction: Option<CallDirection>,
    /// The TwiML app through which a softphone calls.
    pub application: Option<AppSid>,
    /// The leg that dialed this one.
    pub parent: Option<CallSid>,
    /// The caller's name, where the number's look-up is switched on.
    pub caller_name: Option<Private<String>>,
    /// The number from which the call was diverted.
    pub forwarded_from: Option<Private<String>>,
    /// Anything else, among it the parameters of a softphone: do not trust them.
    pub extra: Extra,
}

impl VoiceRequest {
    /// Reads the pairs of a form.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, WebhookError> {
        let mut fields = Fields::new(pairs);
        Ok(Self {
            call: fields.required("CallSid")?,
            account: fields.required("AccountSid")?,
            from: fields.private("From")?.ok_or(WebhookError::Missing("From"))?,
            to: fields.private("To")?,
            status: fields.required("CallStatus")?,
            direction: fields.optional("Direction")?,
            application: fields.optional("ApplicationSid")?,
            parent: fields.optional("ParentCallSid")?,
            caller_name: fields.private("CallerName")?,
            forwarded_from: fields.private("ForwardedFrom")?,
            extra: fields.rest(),
        })
    }

    /// The softphone that calls; `None` if it is none.
    pub fn client(&self) -> Option<Identity> {
        self.from.expose().strip_prefix("client:")?.parse().ok()
    }
}
