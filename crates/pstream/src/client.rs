//! Frames from the client to the server.

use crate::envelope::{Envelope, Malformed, encode, hidden};
use mobilecall_domain::{Private, SdpAnswer, SdpOffer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A frame that a client sends.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientFrame {
    /// First frame after every open, and again with every fresh token. The reply is `connected`, or `error`.
    Listen(Listen),
    /// Registers for incoming calls, again every 30 s; or leaves. The reply is `ready` or `offline`.
    Register(Register),
    /// Places a call. The reply is `ringing`, `answer` or `hangup`.
    Invite(Invite),
    /// Takes a live call up again after the socket was lost; on the wire an `invite` too. The reply is `answer`.
    Reconnect(Reconnect),
    /// Accepts an incoming call.
    Answer(Answer),
    /// Renegotiates media: ICE restart, hold, resume. The reply is `answer`.
    Reinvite(Reinvite),
    /// Ends a call, or gives it up.
    Hangup(Hangup),
    /// Refuses an incoming call.
    Reject(Reject),
    /// Digits of a client that cannot send them as media.
    Dtmf(Dtmf),
    /// A message beside the call. The reply is `ack` or `error`.
    Message(Message),
}

/// Payload of `listen`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listen {
    /// Voice token.
    #[serde(with = "hidden")]
    pub token: Private<String>,
    /// What the client is.
    #[serde(rename = "browserinfo", default)]
    pub browser_info: BrowserInfo,
    /// Seconds that the server shall keep a call whose socket is gone; at most 30.
    #[serde(rename = "reconnectTimeout", default)]
    pub reconnect_timeout: u64,
}

/// What a client says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrowserInfo {
    /// Platform and program.
    pub browser: Browser,
    /// Kind of client; `browser` is the one that is known.
    pub p: String,
    /// Media engine; `rtc` is the one that is known.
    pub plugin: String,
    /// Version of the SDK.
    pub v: String,
}

/// Platform and program of a client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Browser {
    /// Operating system.
    pub platform: String,
    /// Program and version.
    pub user_agent: String,
}

/// Payload of `register`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Register {
    /// Which media the registration is for.
    pub media: RegisterMedia,
}

/// Media of a registration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisterMedia {
    /// True to register, false to leave.
    pub audio: bool,
}

impl Register {
    /// Registers for calls.
    pub const ON: Self = Self { media: RegisterMedia { audio: true } };
    /// Leaves.
    pub const OFF: Self = Self { media: RegisterMedia { audio: false } };
}

/// Payload of an `invite` that places a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invite {
    /// Temporary identifier made by the client.
    pub callsid: String,
    /// Our media.
    #[serde(with = "hidden")]
    pub sdp: SdpOffer,
    /// Custom parameters.
    #[serde(default)]
    pub twilio: TwilioParams,
}

/// The object that carries custom parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TwilioParams {
    /// Query string, see [`crate::params`].
    #[serde(default, with = "hidden::option", skip_serializing_if = "Option::is_none")]
    pub params: Option<Private<String>>,
}

/// Payload of an `invite` that takes a call up again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reconnect {
    /// The call.
    pub callsid: String,
    /// The last token that the server gave for it.
    #[serde(with = "hidden")]
    pub reconnect: Private<String>,
    /// The local description in force, which may be an offer or an answer.
    #[serde(default, with = "hidden::option", skip_serializing_if = "Option::is_none")]
    pub sdp: Option<Private<String>>,
    /// Empty; the real SDK sends it.
    #[serde(default)]
    pub twilio: TwilioParams,
}

/// Payload of `answer`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The call.
    pub callsid: String,
    /// Our media.
    #[serde(with = "hidden")]
    pub sdp: SdpAnswer,
}

/// Payload of `reinvite`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reinvite {
    /// The call.
    pub callsid: String,
    /// Our new media.
    #[serde(with = "hidden")]
    pub sdp: SdpOffer,
}

/// Payload of `hangup`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hangup {
    /// The call, by its real or its temporary identifier.
    pub callsid: String,
    /// Why, as text for a log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Payload of `reject`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reject {
    /// The call.
    pub callsid: String,
}

/// Payload of `dtmf`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dtmf {
    /// The call.
    pub callsid: String,
    /// Keys; `w` is a pause of half a second.
    #[serde(with = "hidden")]
    pub dtmf: Private<String>,
}

/// Payload of `message`, in both directions.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The call.
    pub callsid: String,
    /// Any JSON value; private.
    #[serde(default)]
    pub content: Value,
    /// Media type of the content.
    #[serde(default)]
    pub contenttype: String,
    /// Kind of message, `user-defined-message`.
    #[serde(default)]
    pub messagetype: String,
    /// Identifier made by the sender: `KX` and 32 hexadecimal digits.
    pub voiceeventsid: String,
}

impl Message {
    /// Reads the content from JSON text; `None` if it is none.
    pub fn read_content(json: &str) -> Option<Value> {
        serde_json::from_str(json).ok()
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("callsid", &self.callsid)
            .field("messagetype", &self.messagetype)
            .field("voiceeventsid", &self.voiceeventsid)
            .finish_non_exhaustive()
    }
}

impl ClientFrame {
    /// The `type` on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Listen(_) => "listen",
            Self::Register(_) => "register",
            Self::Invite(_) | Self::Reconnect(_) => "invite",
            Self::Answer(_) => "answer",
            Self::Reinvite(_) => "reinvite",
            Self::Hangup(_) => "hangup",
            Self::Reject(_) => "reject",
            Self::Dtmf(_) => "dtmf",
            Self::Message(_) => "message",
        }
    }

    /// The text to send.
    pub fn to_text(&self) -> String {
        let kind = self.kind();
        match self {
            Self::Listen(payload) => encode(kind, payload),
            Self::Register(payload) => encode(kind, payload),
            Self::Invite(payload) => encode(kind, payload),
            Self::Reconnect(payload) => encode(kind, payload),
            Self::Answer(payload) => encode(kind, payload),
            Self::Reinvite(payload) => encode(kind, payload),
            Self::Hangup(payload) => encode(kind, payload),
            Self::Reject(payload) => encode(kind, payload),
            Self::Dtmf(payload) => encode(kind, payload),
            Self::Message(payload) => encode(kind, payload),
        }
    }

    /// Reads a received text.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let envelope = Envelope::parse(text)?;
        match envelope.kind.as_str() {
            "listen" => envelope.decode().map(Self::Listen),
            "register" => envelope.decode().map(Self::Register),
            "invite" if envelope.payload.contains_key("reconnect") => envelope.decode().map(Self::Reconnect),
            "invite" => envelope.decode().map(Self::Invite),
            "answer" => envelope.decode().map(Self::Answer),
            "reinvite" => envelope.decode().map(Self::Reinvite),
            "hangup" => envelope.decode().map(Self::Hangup),
            "reject" => envelope.decode().map(Self::Reject),
            "dtmf" => envelope.decode().map(Self::Dtmf),
            "message" => envelope.decode().map(Self::Message),
            _ => Err(Malformed::UnknownType(envelope.kind)),
        }
    }
}
