use crate::Failure;
use mobilecall_domain::{
    CallId, Direction, EndReason, LineCapabilities, LineId, LineKind, QualityLabel, QualityWarning,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A call as a window shows it.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallView {
    /// Key.
    #[ts(as = "String")]
    pub id: CallId,
    /// Which way.
    pub direction: Direction,
    /// Where it stands.
    pub state: CallState,
    /// The other party's address as dialable text.
    pub address: String,
    /// The other party's name, if known.
    pub name: Option<String>,
    /// Kind of line.
    pub line: LineKind,
    /// The line that carries it, which may be gone before the call is.
    #[ts(as = "String")]
    pub line_id: LineId,
    /// What can be done in it; nothing else is offered.
    pub capabilities: LineCapabilities,
    /// Start, in milliseconds since 1970.
    #[ts(type = "number")]
    pub started_at_ms: i64,
    /// Answer, in milliseconds since 1970; the timer counts from here.
    #[ts(type = "number | null")]
    pub answered_at_ms: Option<i64>,
    /// The microphone is off for this call.
    pub muted: bool,
    /// We hold the other party.
    pub held: bool,
    /// Digits sent so far in this call.
    pub digits: String,
    /// Keypad digits that were dialed behind the number, as an extension, and not yet sent: for the agent to send when the
    /// far end asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub post_dial: Option<String>,
    /// The last second's quality.
    pub quality: Option<Quality>,
    /// What is wrong with its sound right now, the longest lasting first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<QualityWarning>>", optional)]
    pub warnings: Vec<QualityWarning>,
    /// The way that its sound takes, while it is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub path: Option<MediaPath>,
    /// Whether a carrier vouches for the caller's number, if anybody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub verified: Option<bool>,
    /// What the provider's application tells of it beside, such as the customer's number in another program.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(as = "Option<BTreeMap<String, String>>", optional)]
    pub parameters: BTreeMap<String, String>,
    /// Why it ended, once it has.
    pub end: Option<EndReason>,
    /// What the line's provider says of the end, if that is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub why: Option<Failure>,
    /// Milliseconds from the command that placed or answered it until both sides could talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub setup_ms: Option<u32>,
    /// Milliseconds from that command until something of the far end was heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub first_audio_ms: Option<u32>,
}

/// The way of a call's sound through the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MediaPath {
    /// What kind of address of ours it begins at.
    pub local: CandidateKind,
    /// What kind of address of theirs it ends at.
    pub remote: CandidateKind,
    /// A relay is between.
    pub relayed: bool,
}

/// How an address was learned (RFC 8445 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CandidateKind {
    /// That of an interface of the machine.
    Host,
    /// As a STUN server sees it.
    ServerReflexive,
    /// As the other side sees it.
    PeerReflexive,
    /// One of a relay (TURN).
    Relay,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CallState {
    /// Outgoing, before the far end rings.
    Dialing,
    /// Outgoing, the far end rings.
    Alerting,
    /// Incoming, ringing here.
    Offered,
    /// Answered, media on its way.
    Connecting,
    /// Talking.
    Active,
    /// Media or signaling lost, being recovered.
    Reconnecting,
    /// Ending.
    Ending,
    /// Over; shown for a few seconds, then removed.
    Ended,
}

/// One second of call quality.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// Round trip time in milliseconds.
    pub rtt_ms: Option<f64>,
    /// Jitter in milliseconds.
    pub jitter_ms: f64,
    /// Loss in percent.
    pub loss_percent: f64,
    /// Mean opinion score.
    pub mos: Option<f64>,
    /// Score in words.
    pub label: Option<QualityLabel>,
    /// RTP packets sent so far.
    #[ts(type = "number")]
    pub packets_sent: u64,
    /// RTP packets received so far.
    #[ts(type = "number")]
    pub packets_received: u64,
    /// RTP packets lost so far.
    #[ts(type = "number")]
    pub packets_lost: u64,
}

/// Sound levels, at most ten times a second (of a call five), never logged. From 0 (silence) to 1 (full scale), perceived (dB-scaled).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Levels {
    /// Microphone.
    pub input: f32,
    /// Speaker.
    pub output: f32,
}

/// Whose levels they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LevelSource {
    /// A call that is talked in.
    Call {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
    },
    /// The level meter of the settings.
    Meter,
}
