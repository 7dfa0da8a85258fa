//! Calls.

use super::{
    Listed, Request,
    value::{Millionths, known, number, optional_private},
};
use crate::{
    callback::{LegEvent, Method, RecordingEvent},
    sid::{AccountSid, CallSid},
    status::CallDirection,
    time,
    twiml::Response,
};
use mobilecall_domain::{CallStatus, Private, Timestamp};
use serde::Deserialize;

/// Most characters of TwiML in a request; longer ones must be fetched.
pub const MAX_TWIML: usize = 4000;

/// One leg of a call.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Call {
    /// The leg.
    pub sid: CallSid,
    /// The leg that dialed this one.
    pub parent_call_sid: Option<CallSid>,
    /// Whose.
    pub account_sid: AccountSid,
    /// The called: a number, `client:identity` or a SIP address.
    #[serde(default, deserialize_with = "optional_private")]
    pub to: Option<Private<String>>,
    /// The caller.
    #[serde(default, deserialize_with = "optional_private")]
    pub from: Option<Private<String>>,
    /// Where it stands.
    #[serde(deserialize_with = "status")]
    pub status: CallStatus,
    /// When it began to ring; of an answered call when it was answered. Null as long as it waits.
    #[serde(default, deserialize_with = "time::optional")]
    pub start_time: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "time::optional")]
    pub end_time: Option<Timestamp>,
    /// Seconds that it lasted.
    #[serde(default, deserialize_with = "number")]
    pub duration: Option<u32>,
    /// What it cost; known some time after its end.
    #[serde(default, deserialize_with = "number")]
    pub price: Option<Millionths>,
    /// The currency of `price`, such as `USD`.
    #[serde(default)]
    pub price_unit: Option<String>,
    /// Where it comes from; `None` for a word that is not known here, as of SIP trunks.
    #[serde(default, deserialize_with = "known")]
    pub direction: Option<CallDirection>,
    /// When it was asked for.
    #[serde(default, deserialize_with = "time::optional")]
    pub date_created: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, deserialize_with = "time::optional")]
    pub date_updated: Option<Timestamp>,
}

impl Listed for Call {
    const FIELD: &'static str = "calls";
}

fn status<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<CallStatus, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// What Twilio does with a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Instructions {
    /// Asks a URL of ours.
    Url(String),
    /// This.
    Twiml(InlineTwiml),
}

/// TwiML that is short enough for a request.
#[derive(Clone, Debug, PartialEq)]
pub struct InlineTwiml(Private<String>);

/// TwiML that is too long for a request; Twilio can fetch it from a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the TwiML has {length} characters, and a request takes {MAX_TWIML}")]
pub struct TwimlTooLong {
    /// How many there are.
    pub length: usize,
}

impl InlineTwiml {
    /// Of a response that is not longer than [`MAX_TWIML`].
    pub fn new(response: &Response) -> Result<Self, TwimlTooLong> {
        let xml = response.to_xml();
        let length = xml.chars().count();
        if length > MAX_TWIML { Err(TwimlTooLong { length }) } else { Ok(Self(Private::new(xml))) }
    }
}

impl Instructions {
    fn apply(&self, request: Request) -> Request {
        match self {
            Self::Url(url) => request.with("Url", url).with("Method", Method::Post),
            Self::Twiml(InlineTwiml(xml)) => request.with("Twiml", xml.expose()),
        }
    }
}

/// Where Twilio tells how a leg goes, and of what it tells.
#[derive(Clone, Debug, PartialEq)]
pub struct LegCallback {
    /// Where.
    pub url: String,
    /// Of what.
    pub events: Vec<LegEvent>,
}

/// A new call. Twilio places one a second of an account, and queues more.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateCall {
    /// A number in E.164, `client:identity` or a SIP address.
    pub to: Private<String>,
    /// A number of the account, or `client:identity` if `to` is one.
    pub from: Private<String>,
    /// What is done once it is answered.
    pub instructions: Instructions,
    /// Where it reports.
    pub status_callback: Option<LegCallback>,
    /// Seconds of ringing, at most 600; 60 by default.
    pub timeout: Option<u32>,
    /// Longest length in seconds.
    pub time_limit: Option<u32>,
    /// Where a recording of the whole call on two channels reports; `None` records nothing.
    pub recording_callback: Option<String>,
}

impl CreateCall {
    /// The request, whose answer is a [`Call`]. Sent twice it calls twice.
    pub fn request(&self, account: AccountSid) -> Request {
        let request = Request::create(account, "/Calls").with("To", self.to.expose()).with("From", self.from.expose());
        let request =
            self.instructions.apply(request).with_some("Timeout", self.timeout).with_some("TimeLimit", self.time_limit);
        let request = self.status_callback.iter().fold(request, with_callback);
        self.recording_callback.as_deref().into_iter().fold(request, with_recording)
    }
}

pub(super) fn with_callback(request: Request, callback: &LegCallback) -> Request {
    let request = request.with("StatusCallback", &callback.url).with("StatusCallbackMethod", Method::Post);
    callback.events.iter().fold(request, |request, event| request.with("StatusCallbackEvent", event))
}

fn with_recording(request: Request, url: &str) -> Request {
    request
        .with("Record", true)
        .with("RecordingChannels", "dual")
        .with("RecordingStatusCallback", url)
        .with("RecordingStatusCallbackEvent", all_recording_events())
}

/// All that Twilio tells of a recording, with spaces between, as it wants them.
pub(super) fn all_recording_events() -> String {
    RecordingEvent::ALL.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(" ")
}

/// One leg; the answer is a [`Call`].
pub fn get_call(account: AccountSid, call: CallSid) -> Request {
    Request::get(account, format_args!("/Calls/{call}"))
}

/// Ends a leg, whether it talks or rings; the answer is a [`Call`].
pub fn hang_up(account: AccountSid, call: CallSid) -> Request {
    Request::set(account, format_args!("/Calls/{call}")).with("Status", CallStatus::Completed)
}

/// Takes a leg back that is queued or rings, and leaves one alone that talks; the answer is a [`Call`].
pub fn cancel_call(account: AccountSid, call: CallSid) -> Request {
    Request::set(account, format_args!("/Calls/{call}")).with("Status", CallStatus::Canceled)
}

/// Takes a leg out of what it does and gives it other instructions; the answer is a [`Call`]. Sent twice it begins them
/// anew.
pub fn redirect_call(account: AccountSid, call: CallSid, instructions: &Instructions) -> Request {
    instructions.apply(Request::create(account, format_args!("/Calls/{call}")))
}

/// Which calls to list.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CallFilter {
    /// Of this called.
    pub to: Option<Private<String>>,
    /// Of this caller.
    pub from: Option<Private<String>>,
    /// Dialed by this leg.
    pub parent: Option<CallSid>,
    /// That stand there.
    pub status: Option<CallStatus>,
    /// That started in this second or later.
    pub started_from: Option<Timestamp>,
    /// That started in this second or before.
    pub started_until: Option<Timestamp>,
    /// Entries of a page, at most 1000; 50 by default.
    pub page_size: Option<u32>,
}

/// Calls, the newest first; the answer is a [`Page`](super::Page) of [`Call`].
pub fn list_calls(account: AccountSid, filter: &CallFilter) -> Request {
    Request::get(account, "/Calls")
        .with_some("To", filter.to.as_ref().map(Private::expose))
        .with_some("From", filter.from.as_ref().map(Private::expose))
        .with_some("ParentCallSid", filter.parent)
        .with_some("Status", filter.status)
        .with_some("StartTime>", filter.started_from.map(second))
        .with_some("StartTime<", filter.started_until.map(second))
        .with_some("PageSize", filter.page_size)
}

/// A time as filters take it: ISO 8601 in UTC and whole seconds, as Twilio's own library writes it.
pub(super) fn second(time: Timestamp) -> String {
    let text = time.to_string();
    text.split_once('.').map_or(text.clone(), |(whole, _)| format!("{whole}Z"))
}
