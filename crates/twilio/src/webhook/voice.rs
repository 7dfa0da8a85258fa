//! A call wants to know what to do.

use super::{Extra, WebhookError, fields::Fields};
use crate::{
    identity::Identity,
    sid::{AccountSid, AppSid, CallSid},
    status::CallDirection,
};
use mobilecall_domain::{CallStatus, Private};

/// Before the identity of a softphone.
const CLIENT: &str = "client:";

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
    /// The leg that dialed this one; not told of a softphone's call, and neither are the next two.
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
        let (call, account) = (fields.required("CallSid")?, fields.required("AccountSid")?);
        let from = fields.private("From")?.ok_or(WebhookError::Missing("From"))?;
        // What Twilio says of a telephone's call only would, of a softphone's, be the softphone's own word.
        let of_telephone = !from.expose().starts_with(CLIENT);
        Ok(Self {
            call,
            account,
            from,
            to: fields.private("To")?,
            status: fields.required("CallStatus")?,
            direction: fields.known("Direction")?,
            application: fields.optional("ApplicationSid")?,
            parent: if of_telephone { fields.optional("ParentCallSid")? } else { None },
            caller_name: if of_telephone { fields.private("CallerName")? } else { None },
            forwarded_from: if of_telephone { fields.private("ForwardedFrom")? } else { None },
            extra: fields.rest(),
        })
    }

    /// The softphone that calls; `None` if it is none.
    pub fn client(&self) -> Option<Identity> {
        self.from.expose().strip_prefix(CLIENT)?.parse().ok()
    }
}
