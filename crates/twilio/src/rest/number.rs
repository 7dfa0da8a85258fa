//! Numbers and TwiML apps: what points at this server.

use super::{
    Listed, Request,
    value::{private, text},
};
use crate::{
    callback::Method,
    sid::{AccountSid, AppSid, PhoneNumberSid},
};
use mobilecall_domain::{PhoneNumber, Private};
use serde::Deserialize;

/// A number of the account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct IncomingPhoneNumber {
    /// Its SID.
    pub sid: PhoneNumberSid,
    /// In E.164.
    #[serde(deserialize_with = "private")]
    pub phone_number: Private<String>,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Asked what to do with a call.
    #[serde(default, deserialize_with = "text")]
    pub voice_url: Option<String>,
    /// How.
    #[serde(default)]
    pub voice_method: Option<Method>,
    /// Asked in place of `voice_url`, if it is set.
    #[serde(default, deserialize_with = "text")]
    pub voice_application_sid: Option<String>,
    /// Told how calls went.
    #[serde(default, deserialize_with = "text")]
    pub status_callback: Option<String>,
}

/// What a number can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Capabilities {
    /// Calls.
    #[serde(default)]
    pub voice: bool,
}

impl Listed for IncomingPhoneNumber {
    const FIELD: &'static str = "incoming_phone_numbers";
}

/// A number that was verified, so that it may be shown, and called on trial.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OutgoingCallerId {
    /// Its SID.
    pub sid: PhoneNumberSid,
    /// In E.164.
    #[serde(deserialize_with = "private")]
    pub phone_number: Private<String>,
}

impl Listed for OutgoingCallerId {
    const FIELD: &'static str = "outgoing_caller_ids";
}

/// A TwiML app.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Application {
    /// Its SID.
    pub sid: AppSid,
    /// Its name in the console.
    #[serde(default, deserialize_with = "text")]
    pub friendly_name: Option<String>,
    /// Asked what to do with a softphone's call.
    #[serde(default, deserialize_with = "text")]
    pub voice_url: Option<String>,
    /// How.
    #[serde(default)]
    pub voice_method: Option<Method>,
    /// Told how calls went.
    #[serde(default, deserialize_with = "text")]
    pub status_callback: Option<String>,
}

/// The account's numbers, or whether this is one; the answer is a [`Page`](super::Page) of [`IncomingPhoneNumber`].
pub fn list_incoming_numbers(account: AccountSid, number: Option<&PhoneNumber>) -> Request {
    Request::get(account, "/IncomingPhoneNumbers").with_some("PhoneNumber", number.map(PhoneNumber::as_e164))
}

/// Verified numbers, or whether this is one; the answer is a [`Page`](super::Page) of [`OutgoingCallerId`].
pub fn list_outgoing_caller_ids(account: AccountSid, number: Option<&PhoneNumber>) -> Request {
    Request::get(account, "/OutgoingCallerIds").with_some("PhoneNumber", number.map(PhoneNumber::as_e164))
}

/// A TwiML app; the answer is an [`Application`].
pub fn get_application(account: AccountSid, app: AppSid) -> Request {
    Request::get(account, format_args!("/Applications/{app}"))
}

/// Points a TwiML app at this server; the answer is an [`Application`].
pub fn update_application(account: AccountSid, app: AppSid, voice_url: &str, status_callback: &str) -> Request {
    pointed(Request::set(account, format_args!("/Applications/{app}")), voice_url, status_callback)
}

/// Points a number at this server; the answer is an [`IncomingPhoneNumber`].
pub fn update_incoming_number(
    account: AccountSid,
    number: PhoneNumberSid,
    voice_url: &str,
    status_callback: &str,
) -> Request {
    pointed(Request::set(account, format_args!("/IncomingPhoneNumbers/{number}")), voice_url, status_callback)
}

fn pointed(request: Request, voice_url: &str, status_callback: &str) -> Request {
    request
        .with("VoiceUrl", voice_url)
        .with("VoiceMethod", Method::Post)
        .with("StatusCallback", status_callback)
        .with("StatusCallbackMethod", Method::Post)
}
