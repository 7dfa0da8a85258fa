//! What Twilio asked and told us about a call. It keeps that for 30 days, and shows it from 15 minutes after the call's end on
//! (<https://www.twilio.com/docs/voice/api/call-event-resource>).

use super::{Listed, Request, value::optional_private};
use crate::sid::{AccountSid, CallSid};
use mobilecall_domain::Private;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One request that Twilio sent about a call.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CallEvent {
    /// What it sent.
    pub request: Option<EventRequest>,
}

/// What Twilio sent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EventRequest {
    /// Where to; names the called in a query of ours.
    #[serde(default, deserialize_with = "optional_private")]
    pub url: Option<Private<String>>,
    #[serde(default, deserialize_with = "texts")]
    parameters: BTreeMap<String, Private<String>>,
}

impl EventRequest {
    /// A parameter by the name that Twilio shows it under: small letters, words separated by `_`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|value| value.expose().as_str())
    }
}

impl Listed for CallEvent {
    const FIELD: &'static str = "events";
}

/// What was sent about a call, also after its end; the answer is a [`Page`](super::Page) of [`CallEvent`].
pub fn list_events(account: AccountSid, call: CallSid) -> Request {
    Request::get(account, format_args!("/Calls/{call}/Events"))
}

/// Parameters whose values are no text say nothing to us.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Private<String>>, D::Error> {
    let all = Option::<Map<String, Value>>::deserialize(deserializer)?.unwrap_or_default();
    let text = |(name, value)| match value {
        Value::String(text) => Some((name, Private::new(text))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    };
    Ok(all.into_iter().filter_map(text).collect())
}
