//! Frames from the server to the client.

use crate::client::Message;
use crate::envelope::{Envelope, Malformed, encode, hidden};
use crate::sid::CallSid;
use mobilecall_domain::{CallId, Private, SdpAnswer, SdpOffer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A frame that a server sends.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerFrame {
    /// The token was accepted.
    Connected(Connected),
    /// Registered.
    Ready,
    /// Not registered any more; the socket stays.
    Offline,
    /// Somebody calls.
    Invite(Box<Invite>),
    /// The far end of an outgoing call is alerted.
    Ringing(Ringing),
    /// The call was answered; or the reply to `reinvite`, to a reconnect invite, to our `answer`.
    Answer(Answer),
    /// The call is over.
    Hangup(Hangup),
    /// An incoming call that nobody accepted yet is over.
    Cancel(Cancel),
    /// A message was taken.
    Ack(Ack),
    /// A message beside the call.
    Message(Message),
    /// Something was refused.
    Error(Error),
    /// The client shall close the socket and stay away.
    Close,
}

/// Payload of `connected`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connected {
    /// Long name of the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Name of the edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge: Option<String>,
    /// Home region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// What the token says.
    pub token: TokenInfo,
}

/// What the server read in the token.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenInfo {
    /// Client identity, which is a user name: `Debug` does not show it.
    pub identity: Option<String>,
    /// Seconds until the token ends.
    pub ttl: Option<u64>,
}

impl std::fmt::Debug for TokenInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenInfo").field("ttl", &self.ttl).finish_non_exhaustive()
    }
}

/// Payload of `invite`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invite {
    /// The call.
    pub callsid: CallSid,
    /// Their media.
    #[serde(with = "hidden")]
    pub sdp: SdpOffer,
    /// `From`, `To`, `CallSid`, `AccountSid`, `ApiVersion`, `StirStatus`, and `Params`, a query string of custom
    /// parameters. Phone numbers are in it, so a log must not show it.
    #[serde(default)]
    pub parameters: Parameters,
    /// Lets the client take the call up again.
    #[serde(default, with = "hidden::option", skip_serializing_if = "Option::is_none")]
    pub reconnect: Option<Private<String>>,
}

/// The flat object of an incoming call's parameters; `Debug` shows only its keys.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parameters(#[serde(deserialize_with = "texts")] pub BTreeMap<String, String>);

/// A parameter that is no text means nothing to us, and is no reason to lose the call.
fn texts<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let values = BTreeMap::<String, serde_json::Value>::deserialize(deserializer)?;
    let text = |(key, value)| if let serde_json::Value::String(text) = value { Some((key, text)) } else { None };
    Ok(values.into_iter().filter_map(text).collect())
}

impl Parameters {
    /// A parameter of the call itself, such as `From`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
    /// A custom parameter, from within `Params`.
    pub fn custom(&self, key: &str) -> Option<String> {
        self.get("Params").and_then(|params| crate::params::find(params, key))
    }
}
impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Payload of `ringing`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ringing {
    /// The real identifier; from now on the client uses it.
    pub callsid: CallSid,
    /// The answer to the offer, which lets media connect before the call is answered.
    #[serde(default, with = "hidden::option", skip_serializing_if = "Option::is_none")]
    pub sdp: Option<SdpAnswer>,
}

/// Payload of `answer`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The call.
    pub callsid: CallSid,
    /// The answer to the offer, unless it came before.
    #[serde(default, with = "hidden::option", skip_serializing_if = "Option::is_none")]
    pub sdp: Option<SdpAnswer>,
    /// Lets the client take the call up again; replaces the one before.
    #[serde(default, with = "hidden::option", skip_serializing_if = "Option::is_none")]
    pub reconnect: Option<Private<String>>,
    /// Our own addition: the two parties have dialed each other, and the called one's record of the one call that came
    /// of it is this.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known_record")]
    pub record: Option<CallId>,
}

impl Answer {
    /// With nothing but an answer to the client's offer.
    pub const fn to(callsid: CallSid, sdp: Option<SdpAnswer>) -> Self {
        Self { callsid, sdp, reconnect: None, record: None }
    }
}

/// What is no id of a record is no reason to refuse the frame.
fn known_record<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<CallId>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    let id = value.and_then(|value| serde_json::from_value::<CallId>(value).ok());
    Ok(id.filter(CallId::is_v7))
}

/// Payload of `hangup`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hangup {
    /// The call, by its real identifier, or by the client's temporary one if it never got a real one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callsid: Option<String>,
    /// Why; without it the far end just hung up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<WireError>,
}

/// Payload of `cancel`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cancel {
    /// The call.
    pub callsid: CallSid,
    /// Our own addition, which Twilio neither sends nor reads.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known_reason")]
    pub reason: Option<CancelReason>,
}

/// Why an incoming call stopped ringing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CancelReason {
    /// Another device of this person took it.
    AnsweredElsewhere,
    /// Another device of this person refused it.
    DeclinedElsewhere,
    /// The caller gave up.
    CallerGaveUp,
    /// Nobody took it in time.
    NoAnswer,
}

/// A reason that is not known is no reason to refuse the frame.
fn known_reason<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<CancelReason>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

/// Payload of `ack`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ack {
    /// `message`.
    pub acktype: String,
    /// The call.
    pub callsid: String,
    /// The message.
    pub voiceeventsid: String,
}

/// Payload of `error`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Error {
    /// What is wrong.
    pub error: WireError,
    /// The call it is about; the call goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callsid: Option<String>,
    /// The message it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voiceeventsid: Option<String>,
}

/// A code of [`crate::code`] with its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WireError {
    /// Code.
    pub code: u32,
    /// English sentence.
    #[serde(default)]
    pub message: String,
    /// Seconds to wait before trying again.
    #[serde(rename = "retryAfter", default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl WireError {
    /// Without advice when to try again.
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }
}

#[derive(Serialize)]
struct Empty {}

impl ServerFrame {
    /// The `type` on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Connected(_) => "connected",
            Self::Ready => "ready",
            Self::Offline => "offline",
            Self::Invite(_) => "invite",
            Self::Ringing(_) => "ringing",
            Self::Answer(_) => "answer",
            Self::Hangup(_) => "hangup",
            Self::Cancel(_) => "cancel",
            Self::Ack(_) => "ack",
            Self::Message(_) => "message",
            Self::Error(_) => "error",
            Self::Close => "close",
        }
    }

    /// The text to send.
    pub fn to_text(&self) -> String {
        let kind = self.kind();
        match self {
            Self::Connected(payload) => encode(kind, payload),
            Self::Ready | Self::Offline | Self::Close => encode(kind, Empty {}),
            Self::Invite(payload) => encode(kind, payload),
            Self::Ringing(payload) => encode(kind, payload),
            Self::Answer(payload) => encode(kind, payload),
            Self::Hangup(payload) => encode(kind, payload),
            Self::Cancel(payload) => encode(kind, payload),
            Self::Ack(payload) => encode(kind, payload),
            Self::Message(payload) => encode(kind, payload),
            Self::Error(payload) => encode(kind, payload),
        }
    }

    /// Reads a received text.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let envelope = Envelope::parse(text)?;
        match envelope.kind.as_str() {
            "connected" => envelope.decode().map(Self::Connected),
            "ready" => Ok(Self::Ready),
            "offline" => Ok(Self::Offline),
            "invite" => envelope.decode().map(Box::new).map(Self::Invite),
            "ringing" => envelope.decode().map(Self::Ringing),
            "answer" => envelope.decode().map(Self::Answer),
            "hangup" => envelope.decode().map(Self::Hangup),
            "cancel" => envelope.decode().map(Self::Cancel),
            "ack" => envelope.decode().map(Self::Ack),
            "message" => envelope.decode().map(Self::Message),
            "error" => envelope.decode().map(Self::Error),
            "close" => Ok(Self::Close),
            _ => Err(Malformed::UnknownType(envelope.kind)),
        }
    }
}
